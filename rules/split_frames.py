"""What is done with all columns of ``str.split(expand=True)`` before anybody says how many there
are: it is done with each one that is taken. What needs them all is done with a frame of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

from rules import registry
from rules.computed_tables import entries
from rules.convert import targets
from rules.labels import mapped_labels
from rules.registry import Call, Rule, rule
from rules.split_parts import Expander, split_columns, table_of, whole_table
from rules.splits import expander_of
from transpiler.errors import NoRule
from transpiler.facts import Accessor, Col, Const, Frame, Func, Module, Value, Windowed
from transpiler.symbolic import F

_S = "Series.str.split"
_P = "parts = df['d'].astype(str).str.split('-', expand=True)\n"
_U = "df['u'].where(df['u'].isin(['1', '2.5', '5.5'])).str.split('.', expand=True)"


# --- columns ----------------------------------------------------------------------------------


def chosen(c: Call, numbers: list[int]) -> Frame:
    series = expander_of(c).columns(numbers, False)
    return table_of(c.ctx, series, [s.label for s in series])


@rule(
    f"{_S}.__getitem__(key)",
    verdict="runtime",
    example=(
        "df['s'].str.split('a', n=1, expand=True)[1]",
        f"{_P}out = parts[[0, 2]]",
        f"{_P}df[['y', 'd']] = parts[[0, 2]]\nout = df[['y', 'd']]",
        "df[['s', 'rest']] = df['s'].str.split('a', n=1, expand=True)\nout = df[['s', 'rest']]",
        "parts = df['s'].str.split('a', n=1, expand=True)\nparts[0] = parts[0].str.upper()\nparts['n'] = parts[1].str.len()\nout = parts",
        f"{_P}out = parts.rename(columns={{1: 'm'}})['m']",
    ),
)
def split_column(c: Call) -> Value:
    """One column of a split text, or some."""
    found, key = expander_of(c), c.lit("key")
    if isinstance(key, list):
        return chosen(c, [found.number(x) for x in key])
    c.need(isinstance(key, (int, str)) and not isinstance(key, bool), "a column of a split text")
    return found.columns([found.number(key)], False)[0]


@rule(f"{_S}.iloc()", verdict="runtime", example=f"{_P}out = parts.iloc[:, 0]")
def split_places(c: Call) -> Accessor:
    """Columns by their places."""
    return Accessor(c.self, "iloc")  # type: ignore[arg-type]


@rule(
    f"{_S}.iloc.__getitem__(key)",
    verdict="runtime",
    example=(
        f"{_P}out = parts.iloc[:, 1]",
        f"{_P}out = parts.iloc[:, :2]",
        f"{_P}out = parts.iloc[:, [2, 0]]",
    ),
)
def split_place(c: Call) -> Value:
    """``parts.iloc[:, 0]``."""
    key, owner = c.lit("key"), c.self.owner  # type: ignore[union-attr]
    c.need(isinstance(key, tuple) and len(key) == 2 and key[0] == slice(None), "rows of split texts")  # fmt: skip
    c.self, place = owner, key[1]
    if isinstance(place, slice):
        c.need(place.step in (None, 1) and (place.start or 0) >= 0, "places of this form")
        c.need(place.stop is not None and place.stop > (place.start or 0), "places of this form")
        return chosen(c, list(range(place.start or 0, place.stop)))
    places = place if isinstance(place, list) else [place]
    c.need(all(type(x) is int and x >= 0 for x in places) and places, "places of this form")
    if isinstance(place, list):
        return chosen(c, places)
    return expander_of(c).columns(places, False)[0]


# --- every column -----------------------------------------------------------------------------

Change = Callable[[Expander, int, Col], Col]


def changed(c: Call, change: Change, labels: Any = ()) -> Windowed:
    """The split text with each column changed; ``labels`` are columns that must be there."""
    found = expander_of(c)
    least = max([found.least, *(found.number(x) + 1 for x in labels)])
    out = found.but(changes=(*found.changes, change), least=least)
    point = c.ctx.save()
    try:
        out.column(0)  # raises where it cannot be done
    finally:
        c.ctx.restore(point)
    return Windowed(c.self.owner, "split", (out,))  # type: ignore[union-attr]


def by_series(c: Call, method: str, values: dict | Value, *names: str, first: Any = None) -> Windowed:  # fmt: skip
    """A method of a Series for every column, or for those of the labels in ``values``, which are
    its first argument; ``names`` are further arguments of the call, ``first`` what else it may be
    where nothing was done with the column before."""
    more = {k: c[k] for k in names if c.given(k)}

    def change(found: Expander, number: int, one: Col) -> Col:
        place = found.changes.index(change)
        label = found.label(number, place)
        if isinstance(values, dict) and label not in values:
            return one
        value = values[label] if isinstance(values, dict) else values
        special = first(found, one, value) if first and not place else None
        if special is not None:
            return special
        return one_series(c.interpreter.by_rule(f"Series.{method}", one, [value], more, c.node), one)  # type: ignore[attr-defined]  # fmt: skip

    return changed(c, change, values if isinstance(values, dict) and method == "astype" else ())


def one_series(value: Any, one: Col) -> Col:
    if not isinstance(value, Col) or value.frame.rows is not one.frame.rows:
        raise NoRule("something else than a column of the same rows")
    return value


def by_label(value: Any) -> Any:
    """A dict argument as a dict of values; another argument as it is."""
    found = entries(value)
    return value if found is None else found


@rule(
    f"{_S}.astype(dtype, copy=None, errors='raise')",
    ignored="copy",
    example=(
        f"df[['x', 'y']] = {_U}.astype(float)\nout = df[['x', 'y']]",
        f"{_U}.astype({{0: 'Int64', 1: float}})[[1, 0]]",
        "df[['x', 'y']] = df['s'].str.split('a', n=1, expand=True).astype(str)\nout = df[['x', 'y']]",
        "df[['x', 'y']] = df['f'].astype(str).str.split('.', n=1, expand=True).fillna('0').astype({0: str})\nout = df[['x', 'y']]",
        "df[['h', 'm']] = df['t'].astype(str).str[11:16].fillna('').replace('', '0:0').str.split(':', n=1, expand=True).astype(int)\nout = df[['h', 'm']]",
    ),
)
def split_astype(c: Call) -> Windowed:
    """Columns of another type."""
    return by_series(c, "astype", by_label(c["dtype"]), "errors", first=as_texts)


def as_texts(found: Expander, one: Col, dtype: Value) -> Col | None:
    """``astype(str)`` of a part: where the text is missing so is the part, and one that the text
    does not have is None. None for another dtype."""
    if found.series.is_nullable or targets(dtype) != "str":
        return None
    absent, gap = F.lit("None"), found.series.gap
    if not found.series.null_free and gap != "None":
        if gap != "nan":
            raise NoRule("whether a missing text is NaN or None is not known here")
        absent = F.when(found.series.expr.isNull(), F.lit("nan")).otherwise(absent)
    return one.but(expr=F.coalesce(one.expr, absent), null_free=True, gap=None)


@rule(
    f"{_S}.fillna(value=None, *, method=None, axis=None, inplace=False, limit=None, downcast=None)",
    not_yet="method axis inplace limit downcast",
    example=(
        "df['s'].str.split('a', expand=True).fillna('-')[1]",
        f"{_U}.fillna({{0: '7', 1: '0'}}).astype(int)[[0, 1]]",
    ),
)
def split_fillna(c: Call) -> Windowed:
    """Missing parts replaced."""
    return by_series(c, "fillna", by_label(c["value"]))


@rule(
    f"{_S}.replace(to_replace=None, value=None, *, inplace=False, limit=None, regex=False, method=None)",
    not_yet="inplace limit method",
    example="df['s'].str.split('a', expand=True).replace('pple', 'x')[1]",
)
def split_replace(c: Call) -> Windowed:
    """Values replaced in every column."""
    c.need(by_label(c["to_replace"]) is c["to_replace"], "replaced by column")
    return by_series(c, "replace", c["to_replace"], "value", "regex")


@rule(
    f"{_S}.apply(func, axis=0, raw=False, result_type=None, args=(), **kwargs)",
    not_yet="axis raw result_type args",
    example=(
        f"{_U}.apply(pd.to_numeric, errors='coerce')[[0, 1]]",
        f"df[['x', 'y']] = {_U}.apply(lambda part: part.str.zfill(2))\nout = df[['x', 'y']]",
    ),
)
def split_apply(c: Call) -> Windowed:
    """A function of every column."""
    function, more = c["func"], dict(c["kwargs"])
    c.need(isinstance(function, (Func, Module)), "a function that is not known here")

    def change(found: Expander, number: int, one: Col) -> Col:
        if isinstance(function, Func):
            return one_series(c.interpreter.inline(function, [one], more, None), one)  # type: ignore[attr-defined]
        return one_series(c.interpreter.by_rule(function.name, None, [one], more, c.node), one)  # type: ignore[attr-defined]

    return changed(c, change)


for _name in ("map", "applymap"):

    def _each(c: Call) -> Windowed:
        """A function of each part."""
        return by_series(c, "map", c["func"], "na_action")

    rule(
        f"{_S}.{_name}(func, na_action=None)",
        example=f"df['s'].str.split('a', expand=True).{_name}(lambda x: x if pd.isna(x) else x.strip())[0]",
    )(_each)


# --- labels -----------------------------------------------------------------------------------


def labelled(c: Call, name: Callable[[Any], Any], named: int = 0) -> Windowed:
    found = expander_of(c)
    out = found.but(names=(*found.names, (len(found.changes), name)), named=max(named, found.named))
    return Windowed(c.self.owner, "split", (out,))  # type: ignore[union-attr]


@rule(
    f"{_S}.rename(mapper=None, *, index=None, columns=None, axis=None, copy=None, inplace=False, level=None, errors='ignore')",
    not_yet="index inplace level errors",
    ignored="copy",
    example=(
        f"out = df[['i']].join({_U}.rename(columns={{0: 'x', 1: 'y'}}))",
        f"{_P}out = pd.concat([df[['i']], parts.rename(columns={{0: 'y', 1: 'm'}}).astype({{'m': str}})[['m', 'y']]], axis=1)",
    ),
)
def split_rename(c: Call) -> Windowed:
    """Other labels: where they name the first columns one by one, there are no more of them."""
    mapper = c["columns"] if c.given("columns") else c["mapper"]
    c.need(c.given("columns") or c.lit("axis") in (1, "columns"), "the index is renamed")
    table = mapped_labels(c, mapper, [expander_of(c).label(n) for n in range(100)])
    first = [expander_of(c).label(n) for n in range(len(table))]
    listed = isinstance(mapper, Const) and len(table) > 1 and set(table) == set(first)
    named = len(table) if listed else 0
    return labelled(c, lambda label: table.get(label, label), named)


_JOINED = "out = df[['i']].join(df['s'].fillna('a').str.split('a', n=1, expand=True).{})"

for _name, _word in (("add_prefix", "prefix"), ("add_suffix", "suffix")):

    def _affix(c: Call, word: str = _word) -> Windowed:
        """A text before or after each label."""
        c.need(c.lit("axis") in (None, 1, "columns"), "the labels of the rows are changed")
        text = str(c.lit(word))
        return labelled(c, lambda x: f"{text}{x}" if word == "prefix" else f"{x}{text}")

    rule(f"{_S}.{_name}({_word}, axis=None)", example=_JOINED.format(f"{_name}('_')"))(_affix)


@rule(
    f"{_S}.set_axis(labels, *, axis=0, copy=None)",
    ignored="copy",
    example=(
        f"out = pd.concat([df[['i']], {_U}.set_axis(['x', 'y'], axis=1)], axis=1)",
        f"out = df[['i']].join({_U}.astype(float).set_axis(['x', 'y'], axis='columns'))",
    ),
)
def split_axis(c: Call) -> Frame:
    """Labels for all columns: as many as there are."""
    c.need(c.lit("axis") in (1, "columns"), "the labels of the rows are set")
    labels = list(c.lit("labels"))
    return table_of(c.ctx, split_columns(c.self, len(labels)), labels)  # type: ignore[arg-type]


# --- the frame --------------------------------------------------------------------------------


def derived(name: str) -> list[Rule]:
    """The rules of a frame's method for a split text whose number of columns is known."""
    if not name.startswith(f"{_S}."):
        return []
    return [of_table(r) for r in registry.RULES.get(f"DataFrame.{name[len(_S) + 1:]}", [])]


def of_table(rule_: Rule) -> Rule:
    def apply(c: Call) -> Value:
        one = Call(rule_, whole_table(c.self), c.args, c._given, c.ctx)  # type: ignore[arg-type]
        one.interpreter, one.node = c.interpreter, c.node  # type: ignore[attr-defined]
        out = rule_.apply(one)
        if getattr(one, "verdict", None):
            c.verdict = one.verdict  # type: ignore[attr-defined]
        return out

    return replace(rule_, apply=apply)


registry.DERIVED.append(derived)
__all__ = ["derived"]
