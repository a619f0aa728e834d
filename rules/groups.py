"""How a group-by is laid out for Spark: keys, values, the row order within groups, windows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Callable

from rules.lib import (
    chain,
    fresh_column,
    materialised,
    on,
    series_of,
    tightened,
    type_of,
    with_temps,
)
from rules.registry import Call
from rules.widths import of_group
from transpiler.builders import builder, takes
from transpiler.errors import NoRule
from transpiler.facts import (
    INTEGERS,
    NULL_FREE,
    SPARK_TYPES,
    Category,
    Col,
    Column,
    Frame,
    Grouped,
    Index,
    MadeCategory,
    Order,
    Rows,
    SeenCategory,
    SortKey,
    Width,
    fresh,
    with_missing,
)
from transpiler.symbolic import E, F, Window, col, lift, render, resolved_name


@dataclass(frozen=True)
class Key:
    """A key of the groups: its label in the result, expression, facts, and column if it is one."""

    label: Any
    expr: E
    dtype: str | None
    nullable: bool
    null_free: bool
    column: Column | None


@dataclass(frozen=True)
class Made:
    """An aggregate, or a window over groups: expression and what pandas would have."""

    expr: E
    dtype: str | None
    nullable: bool = False
    null_free: bool = False
    empty: Any = None  # what pandas gives for no rows: 0, 1, None for missing, or UNKNOWN
    tagged: bool = False  # texts that tell their types: the job settles the column's type
    finite: bool = False  # as in Column
    width: Width | None = None  # likewise

    @classmethod
    def of(cls, series: Col, **changes: Any) -> "Made":
        """What a Series says of itself."""
        facts = {f: getattr(series, f) for f in ("expr", "dtype", "null_free", "finite")}
        facts["width"] = of_group("first", series)
        return cls(**{**facts, "nullable": series.is_nullable, **changes})


UNKNOWN = object()


def chosen_from(dtype: Any) -> Any:
    """The dtype of some of a column's values: not each of its categories is among them."""
    return MadeCategory(dtype.step) if isinstance(dtype, SeenCategory) else dtype


def keeping_facts(name: str, make: Callable[..., Made], finite: bool = True) -> Callable[..., Made]:
    """``make(g, v, …)`` with what is known of the values of ``v``; ``finite``: also that they are."""

    @wraps(make)
    def made(g: Any, v: Col | None, *args: Any, **params: Any) -> Made:
        out = make(g, v, *args, **params)
        out = replace(out, width=of_group(name, v) if out.dtype in {*INTEGERS, None} else None)
        return replace(out, finite=v is None or not v.may_be_infinite) if finite else out

    return made


class Groups:
    """One group-by being translated. ``temps`` are the hidden columns that its expressions need."""

    def __init__(self, c: Call, grouped: Grouped) -> None:
        self.c, self.ctx, self.grouped = c, c.ctx, grouped
        self.frame: Frame = grouped.frame
        self.temps: dict[str, E] = {}
        self.deps: frozenset = frozenset()
        self.looked: dict[str, E] = {}
        self.vars: frozenset[str] = frozenset()
        self.keys = [self._key(k.label, k.col) for k in grouped.keys]

    def _key(self, label: Any, key: Col) -> Key:
        series = self._use(key)
        column = key.column
        if column is not None and not any(
            column is x for x in (*self.frame.columns, *self.frame.index.levels)
        ):
            column = column if self.frame.open else None
        return Key(label, series.expr, key.dtype, key.is_nullable, key.null_free, column)

    def _use(self, series: Col) -> Col:
        series = materialised(self.ctx, tightened(on(self.frame, series)))
        self.temps.update(series.temps)
        self.deps |= series.deps
        return series.but(temps=())

    # -- values

    def value(self, wanted: Any) -> Col:
        """A Series, or the column of a label, in a form that an aggregate may contain."""
        return self._use(
            wanted if isinstance(wanted, Col) else series_of(self.ctx, self.frame, wanted)
        )

    def in_axis(self) -> list[Any]:
        """Labels of the keys that are columns of the frame."""
        return [k.column.label for k in self.keys if self.is_column(k)]  # type: ignore[union-attr]

    def is_column(self, key: Key) -> bool:
        """Whether a key is a column of the frame."""
        names = {c.name for c in self.frame.columns}
        return key.column is not None and (key.column.name in names or self.frame.open)

    def values(self) -> list[Col]:
        """The Series that are aggregated: the selection, or every column that is no key."""
        grouped = self.grouped
        if grouped.series is not None:
            return [self.value(grouped.series)]
        labels = grouped.selection
        if labels is None:
            keys = self.in_axis()
            labels = [x for x in self.frame.labels if x not in keys]
        return [self.value(x) for x in labels]

    def exact(self, series: Col, inline: bool = False) -> Col:
        """The value for a result that shows whether pandas has integers or (for a gap) floats."""
        if series.dtype != "int64?":
            return series
        self.c.verdict = "runtime"  # type: ignore[attr-defined]
        key = series.expr.text
        if inline:
            text = f"{self.ctx.call('whole_or_float')}({self.probe(series).text}, {series.expr})"
            return series.but(expr=E(text), dtype=None, nullable=False, column=None)
        if key not in self.looked:
            source = self.probe(series)
            name = self.ctx.unique(series.label if isinstance(series.label, str) else "value")
            function = self.ctx.call("whole_or_float")
            self.ctx.emit(
                f"{name} = {function}({source.text}, {series.expr})",
                defines=name,
                reads=source.vars,
            )
            self.looked[key] = E(name)
            self.vars |= {name}
        return series.but(expr=self.looked[key], dtype=None, nullable=False, column=None)

    def probe(self, series: Col) -> Frame:
        """The frame, under a name, to look at a value in."""
        if not self.frame.text.isidentifier():
            self.frame = self.ctx.hoist(self.frame, "rows")
        hidden = any(name in series.expr.text for name in self.temps)
        return self.ready() if hidden else self.frame

    # -- order and windows

    def order(self) -> list[E]:
        """Sort expressions of the frame's rows."""
        self.deps |= {
            (k.name, k.uid) for k in self.frame.order.keys if k.name not in self.frame.hidden
        }
        return self.ctx.order_of(self.frame)

    def position(self) -> E:
        """A column that rises with the row order, within each group at least."""
        order = self.order()
        if len(order) == 1 and not self.frame.order.keys:
            return order[0]
        for name, expr in self.temps.items():
            if name.startswith("__row"):
                return col(name)
        name = self.ctx.temp("row")
        self.temps[name] = F.row_number().over(self.window(ordered=True))
        return col(name)

    def window(self, ordered: bool = False, by: list[E] | None = None, extra: tuple = ()) -> E:
        """The window of a row's group, in row order where asked (or by these keys)."""
        keys = [named(k.expr) for k in self.keys] + [named(e) for e in extra]
        window = Window.partitionBy(*keys)
        same = {k.expr.text for k in self.keys}
        if by is None and ordered:
            by = self.order()
        if by is None:
            return window
        told = [
            e
            for e in by
            if not any(
                e.text.startswith(k + ".") and e.text.count(".") == k.count(".") + 1 for k in same
            )
        ]
        return window.orderBy(*[ordering(e) for e in told or by])

    def ready(self) -> Frame:
        """The frame with the hidden columns that the expressions need."""
        return with_temps(self.frame, self.temps.items())[0]

    # -- builders

    def typed(self, name: str, series: Col, *args: Any, **options: Any) -> E:
        """A builder of columns_group.py over a value; the job calls it where the type is unknown."""
        kind = type_of(series)
        options = {k: v for k, v in options.items() if v is not None}
        if kind is not None:
            if takes(name, "finite"):
                options["finite"] = not series.may_be_infinite
            try:
                return builder(name)(series.expr, kind, *args, **options)
            except TypeError as error:
                raise NoRule(str(error)) from None
        self.c.verdict = "runtime"  # type: ignore[attr-defined]
        source = self.type_text(series)
        return E(f"{self.ctx.call(name)}({series.expr}, {source}{given(args, options)})")

    def type_text(self, series: Col) -> E:
        """Code that gives the Spark type of a value when the job builds its plan."""
        return E(f"{self.ctx.call('type_in')}({self.probe(series).text}, {series.expr})")

    # -- results

    def kept(self) -> Frame:
        """The rows that are in a group."""
        frame = self.ready()
        holes = [] if not self.grouped.dropna else [k for k in self.keys if not k.null_free]
        if len(self.keys) > 1 and getattr(self.grouped, "freq", None) is not None:
            holes = [k for k in holes if k is not self.keys[-1]]  # a group of no time is a failure
        if not holes:
            return frame
        if len(holes) > 1 and all(k.column is not None for k in holes):
            return chain(frame, f".dropna(subset={[resolved_name(k.column.name) for k in holes]!r})")  # type: ignore[union-attr]
        test = holes[0].expr.isNotNull()
        for key in holes[1:]:
            test = test & key.expr.isNotNull()
        return chain(frame, f".filter({test})")

    def in_group(self) -> E | None:
        """The condition that a row is in a group; None where every row is."""
        if not self.grouped.dropna:
            return None
        tests = [k.expr.isNotNull() for k in self.keys if not k.null_free]
        out = None
        for test in tests:
            out = test if out is None else out & test
        return out

    def windowed(self, made: Made, label: Any) -> Col:
        """A value for each row of the frame: missing where the row is in no group."""
        test = self.in_group()
        expr, dtype, full = made.expr, chosen_from(made.dtype), made.null_free
        if test is not None:
            expr, dtype, full = F.when(test, expr), with_missing(dtype), False
        return Col(tidy(expr), dtype, self.frame, label, self.deps, tuple(self.temps.items()), local=False,
                   windowed=True, nullable=made.nullable, null_free=full and dtype in NULL_FREE,
                   gappy=dtype is None and not made.nullable, finite=made.finite, width=made.width)  # fmt: skip

    def aggregated(self, outputs: list[tuple[Any, Made]]) -> Frame:
        """One row a group: keys as index levels or columns, the outputs as columns."""
        grouped = self.grouped
        first = self._category_places() if grouped.sort else self._first_seen()
        self.keys = [self._shown(k) for k in self.keys]
        kept = self.kept()
        keys, taken = self._key_columns()
        columns = []
        aggs = []
        for label, made in outputs:
            name = fresh_name(label, taken)
            columns.append(Column(label, name, chosen_from(made.dtype), fresh(), made.nullable, finite=made.finite, width=made.width))  # fmt: skip
            aggs.append(made.expr.alias(name))
        hidden = tuple(key.name for key, _ in first)
        aggs += [made.alias(key.name) for key, made in first]
        group = [
            named(k.expr) if str(k.expr) == str(col(x.name)) else k.expr.alias(x.name)
            for k, x in zip(self.keys, keys)
        ]
        by, made_of = (", ".join(render(g) for g in group), ", ".join(tidy(a).text for a in aggs))
        text = f".groupBy({by}).agg({made_of})" if aggs else f".select({by}).distinct()"
        placed = {key.name: key for key, _ in first}
        sort = tuple(placed.get(f"__place{n}", SortKey(k.name, k.uid)) for n, k in enumerate(keys))
        sort = sort if grouped.sort else tuple(placed.values())
        order_facts = Order(sort, None, True, True)
        text, columns = self._with_empty(kept, text, keys, columns, [m for _, m in outputs])
        tagged = {
            x.name: SPARK_TYPES[m.dtype] if m.dtype else None
            for x, (_, m) in zip(columns, outputs)
            if m.tagged
        }
        if tagged:
            text = f"{self.ctx.call('typed_results')}({text}, {tagged!r})"
        labels = [c.label for c in columns]
        depth = (None, None) if labels and all(isinstance(x, tuple) for x in labels) else ()
        full = {x.uid for k, x in zip(self.keys, keys) if grouped.dropna or k.null_free}
        full |= self._all_seen(kept)
        found = [x.name for x in keys if isinstance(x.dtype, Category)]
        sorted_categories = tuple(found) if grouped.sort else ()
        facts = kept.but(text=text, vars=kept.vars | self.vars, columns=tuple(columns), open=False, gone=(), hidden=hidden,
                         rows=Rows(full=full), order=order_facts, index=Index("columns", levels=tuple(keys), loose=self._loose(keys), gaps=not grouped.dropna, sorted_categories=sorted_categories),
                         label_names=depth, base=0)  # fmt: skip
        return facts if grouped.as_index else self._flat(facts, keys, bool(depth))

    def _all_seen(self, kept: Frame) -> set:
        """The steps that made categories which all have a group."""
        from rules.categories import complete

        found = set()
        for key in self.keys:
            others = [k for k in self.keys if k is not key]
            if not self.grouped.dropna or all(k.null_free for k in others):
                found |= {key.dtype.step} if complete(key.dtype, self.frame.rows) else set()  # type: ignore[union-attr]
        return found

    def _loose(self, keys: list[Column]) -> tuple[tuple[str, str | None], ...]:
        """Levels that may have values in no group: of rows left out for another missing key."""
        if len(keys) < 2:
            return ()
        if not self.grouped.sort:
            return tuple((x.name, None) for x in keys)
        gaps = {i for i, k in enumerate(self.keys) if not k.null_free and self.grouped.dropna}
        rows = self.ready().text
        return tuple(
            (x.name, f"{rows}.select({k.expr.alias(x.name)})")
            for i, (x, k) in enumerate(zip(keys, self.keys))
            if gaps - {i}
        )

    def _category_places(self) -> list[tuple[SortKey, E]]:
        """What sorts the groups of categories whose order is not that of their texts."""
        from rules.categories import sort_place

        out = []
        for number, key in enumerate(self.grouped.keys):
            if key.col.dtype == "category":
                place = sort_place(key.col.but(expr=self.keys[number].expr))
                if place is not None:
                    out.append((SortKey(f"__place{number}", None), F.min(place)))
        return out

    def by_text(self) -> None:
        """Refuse keys that are sorted by more than their values."""
        if self._category_places() or self.grouped.hollow:
            raise NoRule("groups of categories")

    def _first_seen(self) -> list[tuple[SortKey, E]]:
        """Where each group is first seen, as hidden columns to sort the groups by."""
        frame, order = self.frame, self.order()
        if len(order) == 1 and not frame.order.keys:
            return [(SortKey("__first", None), F.min(order[0]))]
        at = self.position()
        keys = [(k, col(k.name)) for k in frame.order.keys]
        if not frame.order.total:
            keys.append((SortKey("__pos", None), order[-1]))
        out = []
        for number, (key, value) in enumerate(keys):
            name = "__first" + (str(number) if number else "")
            out.append((replace(key, name=name, uid=None), F.min_by(value, at)))
        return out

    def _with_empty(
        self, kept: Frame, text: str, keys: list, columns: list, made: list[Made]
    ) -> tuple[str, list]:
        """The text of the aggregated frame, with the empty bins of a span of time where there are."""
        text = kept.text + text
        if self.grouped.hollow:
            return self._with_all_categories(text, keys, columns, made)
        freq = getattr(self.grouped, "freq", None)
        if freq is None:
            return text, columns
        if any(m.empty is UNKNOWN for m in made):
            raise NoRule("what pandas gives for a bin without rows is not known")
        if not self.grouped.as_index or not self.grouped.sort:
            raise NoRule("bins of time without an index, or not sorted")
        if any(m.empty not in (0, 1) and m.dtype in ("bool", "bool?") for m in made):
            raise NoRule("booleans, which bins without rows make numbers")
        options = ""
        for name, value in (("zeros", 0), ("ones", 1)):
            full = [c.name for c, m in zip(columns, made) if m.empty == value]
            options += f", {name}={full!r}" if full else ""
        options += ", month_end=True" if freq.end else ""
        options += ", weekdays=True" if freq.kind == "business" else ""
        self.c.verdict = "runtime"  # type: ignore[attr-defined]
        function = self.ctx.call("with_empty_bins")
        by = [x.name for x in keys[:-1]]
        options += f", by={by!r}" if by else ""
        text = f"{function}({text}, {keys[-1].name!r}, {freq.step!r}{options})"
        out = [
            c if m.empty in (0, 1) else replace(c, dtype=with_missing(c.dtype))
            for c, m in zip(columns, made)
        ]
        return text, out

    def _with_all_categories(
        self, text: str, keys: list, columns: list, made: list[Made]
    ) -> tuple[str, list]:
        """The text of the aggregated frame with a row for each category, or each combination."""
        if any(m.empty is UNKNOWN or m.empty == 1 for m in made):
            raise NoRule("what pandas gives for a category without rows is not known")
        zeros = [c.name for c, m in zip(columns, made) if m.empty == 0]
        options = f", zeros={zeros!r}" if zeros else ""
        self.c.verdict = "runtime"  # type: ignore[attr-defined]
        names = {
            x.name: [*k.col.dtype.categories]
            for x, k in zip(keys, self.grouped.keys)
            if hasattr(k.col.dtype, "categories")
        }
        places = {
            name[len("__place") :]: name for name in (x.name for x, _ in self._category_places())
        }
        if len(keys) == 1:
            options += f", place={places['0']!r}" if places else ""
            function = self.ctx.call("with_all_categories")
            text = f"{function}({text}, {keys[0].name!r}, {names[keys[0].name]!r}{options})"
        else:
            at = {keys[int(n)].name: name for n, name in places.items()}
            options += f", places={at!r}" if at else ""
            options += "" if self.grouped.dropna else ", dropna=False"
            seen = ", ".join(str(k.expr.alias(x.name)) for x, k in zip(keys, self.keys))
            function = self.ctx.call("with_all_combinations")
            text = f"{function}({text}, {self.ready().text}.select({seen}), {names!r}{options})"
        out = [
            c if m.empty == 0 else replace(c, dtype=with_missing(c.dtype))
            for c, m in zip(columns, made)
        ]
        return text, out

    def _shown(self, key: Key) -> Key:
        """A key as the result shows it: without its missing value nothing tells that it was a float."""
        if key.dtype != "int64?" or not self.grouped.dropna:
            return key
        series = self.exact(Col(key.expr, key.dtype, self.frame, key.label))
        return replace(key, expr=series.expr, dtype=None)

    def _key_columns(self) -> tuple[list[Column], set[str]]:
        taken: set[str] = set()
        keys = []
        for key in self.keys:
            name = key.column.name if key.column is not None else fresh_name(key.label, taken)
            taken.add(name)
            keys.append(fresh_column(key.label, name, key.dtype, key.nullable))
        return keys, taken

    def _flat(self, frame: Frame, keys: list[Column], deep: bool) -> Frame:
        """``as_index=False``: the keys are columns, in front."""
        shown = [x for x, k in zip(keys, self.keys) if self.is_column(k)]
        gone = tuple(x.name for x in keys if x not in shown)  # pandas leaves computed keys out
        keys, frame = shown, frame.but(hidden=(*frame.hidden, *gone))
        labels = [c.label for c in frame.columns]
        if any(k.label in labels for k in keys):
            raise NoRule("a key is also a value")
        if deep:  # pandas leaves out a key that is also aggregated
            tops = {x[0] for x in labels}
            frame = frame.but(hidden=(*frame.hidden, *(k.name for k in keys if k.label in tops)))
            keys = [k for k in keys if k.label not in tops]
            keys = [Column((k.label, ""), k.name, k.dtype, k.uid, k.nullable) for k in keys]
        order = frame.order
        out = frame.but(columns=(*keys, *frame.columns), index=Index("range"))
        rows = Rows(full=frame.rows.full)
        return self.ctx.anchored(out, None, [k.expr(rows) for k in order.keys]).but(rows=rows)


def given(args: tuple, options: dict) -> str:
    """Further arguments of a call as text."""
    return "".join(f", {render(a)}" for a in args) + "".join(
        f", {k}={render(v)}" for k, v in options.items()
    )


def ordering(key: E) -> Any:
    """A sort key as it is written in a window: just the name where that means the same."""
    return named(key)


def named(expr: E) -> Any:
    """The name of a plain column, else the expression."""
    match = re.fullmatch(r'F\.col\(("[^"`]*"|\'[^\'`]*\')\)', expr.text)
    return E(match[1]) if match and "." not in match[1] else expr


def fresh_name(label: Any, taken: set[str]) -> str:
    """A Spark name for a column of a result; it is added to ``taken``."""
    name = "_".join(str(x) for x in label if x != "") if isinstance(label, tuple) else str(label)
    name = name if label is not None and name else "value"
    while name in taken:
        name += "_"
    taken.add(name)
    return name


_PLAIN = re.compile(r'\bF\.(sum|avg|min|max|count|count_distinct|median|stddev_samp|var_samp|collect_list|collect_set)'
                    r'\(F\.col\(("[^"`.]*"|\'[^\'`.]*\')\)\)')  # fmt: skip


def tidy(expr: E) -> E:
    """``F.sum("v")`` for ``F.sum(F.col("v"))``."""
    return E(_PLAIN.sub(r"F.\1(\2)", expr.text), expr.prec)


@dataclass(frozen=True)
class Aggregate(Col):
    """The aggregate of each group as a Series, and how it was made: two of the same groups meet."""

    groups: Groups | None = None
    made: Made | None = None
    base: tuple = ()
    spec: Any = None  # what was computed, where it can be computed for each row as well
    value: Col | None = None


def signature(g: Groups) -> tuple:
    """What tells the groups of two aggregates apart."""
    keys = tuple((repr(k.label), k.expr.text) for k in g.keys)
    flags = (g.grouped.sort, g.grouped.dropna, g.grouped.as_index, getattr(g.grouped, "freq", None))
    return (g.frame.rows.uid, g.frame.text, keys, flags)


def series_result(
    g: Groups, frame: Frame, label: Any, made: Made, spec: Any = None, value: Col | None = None
) -> Col:
    """The only column of an aggregated frame as a Series."""
    found = series_of(g.ctx, frame, label)
    facts = {f: getattr(found, f) for f in found.__dataclass_fields__}
    return Aggregate(**facts, groups=g, made=made, base=(found.expr.text, frame.text),
                     spec=spec, value=value)  # fmt: skip


def together(values: tuple) -> tuple[Frame, list[Any]]:
    """Aggregates of the same groups over one frame that has them all. Raises NoRule for others."""
    cols = [v for v in values if isinstance(v, Col)]
    for v in cols:
        if not isinstance(v, Aggregate) or v.base != (v.expr.text, v.frame.text):
            raise NoRule("these are not aggregates as they were made")
    first = cols[0].groups
    if len({signature(v.groups) for v in cols}) != 1:
        raise NoRule("these are aggregates of different groups")
    for v in cols[1:]:
        first.temps.update(v.groups.temps)
        first.vars |= v.groups.vars
    labels = [(v.spec.name if v.spec is not None else "part", v.label) for v in cols]
    labels = [x if labels.count(x) == 1 else (*x, i) for i, x in enumerate(labels)]
    frame = first.aggregated([(x, v.made) for x, v in zip(labels, cols)])
    found = iter(frame.columns)
    out = []
    for v in values:
        if isinstance(v, Col):
            column = next(found)
            deps = frozenset({(column.name, column.uid)})
            v = Col(col(column.name), column.dtype, frame, v.label, deps, nullable=column.is_nullable,
                    null_free=v.null_free, finite=column.finite, width=column.width)  # fmt: skip
        out.append(v)
    return frame, out


__all__ = [
    "Groups",
    "Key",
    "Made",
    "UNKNOWN",
    "fresh_name",
    "lift",
    "named",
    "series_result",
    "tidy",
    "together",
]
