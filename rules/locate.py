"""Rows and cells by label, position and condition: loc and iloc."""

from __future__ import annotations

from typing import Any

from rules.labels import relabelled
from rules.lib import (
    assign,
    chain,
    constant,
    drop_hidden,
    filtered,
    is_missing,
    materialised,
    on,
    physical,
    selected,
    series_of,
    settle,
    subset_of,
    tight,
    with_temps,
)
from rules.registry import Call, literal, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    BOOLS,
    FLOATS,
    INTEGERS,
    SPARK_TYPES,
    TEXTS,
    Accessor,
    Col,
    Column,
    Const,
    Frame,
    Func,
    Plain,
    Scalar,
    Sequence,
    Slice,
    Value,
    with_missing,
)
from transpiler.symbolic import E, F, col, lift, render

# --- keys -------------------------------------------------------------------------------------


def parts_of(key: Value) -> tuple[Value, Value | None]:
    """Rows and columns of ``[rows, columns]``; None: all columns."""
    if isinstance(key, Sequence) and key.type is tuple and len(key.items) == 2:
        return key.items[0], key.items[1]
    if isinstance(key, Const) and isinstance(key.value, tuple):
        if len(key.value) != 2:
            raise NoRule("a key of several levels")
        return Const(key.value[0]), Const(key.value[1])
    return key, None


def everything(key: Value | None) -> bool:
    """Whether a key is ``:``."""
    return (
        key is None
        or isinstance(key, Const)
        and isinstance(key.value, slice)
        and key.value == slice(None)
    )


def mask_of(c: Call, frame: Frame, key: Value) -> Col:
    """A boolean Series (or a function that gives one) as a mask. Raises NoRule for another key."""
    if isinstance(key, Func):
        key = c.interpreter.inline(key, [frame], {}, None)  # type: ignore[attr-defined]
    c.need(isinstance(key, Col), "rows are chosen by label")
    c.need(key.dtype in BOOLS, "a mask that is not boolean for sure")
    return key  # type: ignore[return-value]


def labels_at(frame: Frame, key: Value) -> Any:
    """The label, or the list of labels, that a column key of ``loc`` names."""
    wanted = literal(key, "the columns")
    if isinstance(wanted, slice):
        if wanted == slice(None):
            return frame.labels
        if wanted.step is not None:
            raise NoRule("a slice with a step")
        labels = frame.labels
        if any(b is not None and b not in labels for b in (wanted.start, wanted.stop)):
            raise NoRule("a slice from a column that is not there")
        first = labels.index(wanted.start) if wanted.start is not None else 0
        last = labels.index(wanted.stop) if wanted.stop is not None else len(labels) - 1
        return labels[first : last + 1]
    if isinstance(wanted, list) and wanted and all(isinstance(w, bool) for w in wanted):
        if len(wanted) != len(frame.labels):
            raise NoRule("a mask of another length than the columns")
        return [x for x, keep in zip(frame.labels, wanted) if keep]
    if isinstance(wanted, (list, str, int)):
        return wanted
    raise NoRule("columns by a key of this form")


def narrowed(ctx: Any, frame: Frame, labels: Any) -> Value:
    """The column of a label, or a frame of the columns of several."""
    if isinstance(labels, list):
        return selected(ctx, frame, [frame.column(x) for x in labels])
    return series_of(ctx, frame, labels)


# --- reading ----------------------------------------------------------------------------------


@rule(
    "DataFrame.loc.__getitem__(key)",
    example=(
        "df.loc[df['f'] > 1]",
        "df.loc[~(df['f'] > 1), ['s', 'f']]",
        "df.loc[df['i'] > 3, 's']",
        "df.loc[:, ['s', 'i']]",
        "df.loc[:, 'f':'k']",
        "df.loc[:, df.columns != 's']",
        "df.loc[lambda d: d['i'] > 3, 'f']",
        "df.loc[:, ~df.columns.duplicated()]",
    ),
)
def loc_get(c: Call) -> Value:
    """Rows by a mask, columns by their labels."""
    frame = owner_frame(c)
    rows, columns = parts_of(c["key"])
    labels = None if everything(columns) else labels_at(frame, columns)  # type: ignore[arg-type]
    if not everything(rows):
        frame = filtered(c.ctx, frame, mask_of(c, frame, rows))
    return frame if labels is None else narrowed(c.ctx, frame, labels)


def owner_frame(c: Call) -> Frame:
    owner = c.self.owner if isinstance(c.self, Accessor) else c.self
    c.need(isinstance(owner, Frame), "the receiver is not a frame that is known here")
    return owner  # type: ignore[return-value]


@rule(
    "DataFrame.iloc.__getitem__(key)",
    example=(
        "df.iloc[:3]",
        "df.iloc[2:6]",
        "df.iloc[:int(len(df) * 0.5)]",
        "df.iloc[-int(len(df) * 0.3):]",
        "df.iloc[-3:]",
        "df.iloc[:-14]",
        "df.iloc[12:]",
        "df.iloc[1:12:4, [0, 2]]",
        "df.iloc[:, 1:3]",
        "df.iloc[:, [3, 0]]",
        "df.iloc[:, 0]",
        "df.iloc[:, -1]",
        "df.sort_values('i').iloc[3:6, :2]",
        "df[df['i'] > 2].iloc[1:4]",
    ),
)
def iloc_get(c: Call) -> Value:
    """Rows by a slice of positions, columns by positions."""
    frame = owner_frame(c)
    rows, columns = parts_of(c["key"])
    if columns is not None and frame.open and everything(rows):
        return columns_sliced_at_runtime(c, frame, columns)
    if columns is not None:
        labels = labels_by_position(frame, columns)
    if not everything(rows):
        if isinstance(rows, Slice):
            frame = rows_sliced_at_runtime(c, frame, rows)
        else:
            bounds = literal(rows, "the rows")
            c.need(isinstance(bounds, slice), "rows by a key of this form")
            frame = rows_sliced(c.ctx, frame, bounds)
    return frame if columns is None else narrowed(c.ctx, frame, labels)


def columns_sliced_at_runtime(c: Call, frame: Frame, key: Value) -> Frame:
    """``df.iloc[:, a:b]`` where only the job knows the columns."""
    bounds = literal(key, "the columns")
    c.need(
        isinstance(bounds, slice) and not frame.columns and not frame.order.keys,
        "columns by a key of this form",
    )
    aside = [*frame.hidden, *(x.name for x in frame.index.levels)]
    more = f", aside={render(aside)}" if aside else ""
    c.verdict = "runtime"  # type: ignore[attr-defined]
    text = f"{c.ctx.call('columns_between')}({frame.text}, {render(bounds.start)}, {render(bounds.stop)}{more})"
    c.need(bounds.step is None, "a slice with a step")
    return frame.but(text=text)


def labels_by_position(frame: Frame, key: Value) -> Any:
    wanted = literal(key, "the columns")
    labels = frame.labels
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        return at_position(labels, wanted)
    if isinstance(wanted, slice):
        return labels[wanted]
    if (
        isinstance(wanted, list)
        and all(isinstance(w, bool) for w in wanted)
        and len(wanted) == len(labels)
    ):
        return [x for x, keep in zip(labels, wanted) if keep]
    if isinstance(wanted, list) and all(isinstance(w, int) for w in wanted):
        return [at_position(labels, w) for w in wanted]
    raise NoRule("columns by a key of this form")


def at_position(labels: list, place: int) -> Any:
    if not -len(labels) <= place < len(labels):
        raise NoRule("a position that is not there")
    return labels[place]


def rows_sliced(ctx: Any, frame: Frame, bounds: slice) -> Frame:
    """Rows by position; the labels stay."""
    start, stop, step = bounds.start, bounds.stop, bounds.step or 1
    if (
        not all(b is None or isinstance(b, int) and not isinstance(b, bool) for b in (start, stop))
        or step < 1
    ):
        raise NoRule("a slice of this form")
    start = start or 0
    if start >= 0 and stop is None and step == 1:
        return frame if not start else by_number(ctx, frame, lambda n: n >= start)
    if start == 0 and stop is not None and stop >= 0 and step == 1:
        return limited(ctx, frame, stop)
    if start >= 0 and (stop is None or stop >= 0):
        return by_number(ctx, frame, lambda n: _between(n, start, stop, step))
    if start < 0 and stop is None and step == 1:
        return limited(ctx, frame, -start, backwards=True)
    if start == 0 and step == 1:
        return by_number(ctx, frame, lambda n: n >= -stop, backwards=True)
    raise NoRule("rows counted from both ends")


def rows_sliced_at_runtime(c: Call, frame: Frame, bounds: Slice) -> Frame:
    """Rows between positions that the job computes, such as half of ``len(df)``."""
    ctx = c.ctx
    c.need(isinstance(bounds.step, Const) and bounds.step.value in (None, 1), "a slice with a step")
    parts = [bounds.start, bounds.stop]
    c.need(all(isinstance(p, (Const, Scalar, Plain)) for p in parts), "a slice of this form")
    texts = ["None" if isinstance(p, Const) and p.value is None else p.code() for p in parts]  # type: ignore[attr-defined]
    name, keys = ctx.temp("row"), ctx.order_of(frame)
    listed = "".join(f", {k}" for k in keys)
    settle(ctx, frame)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    made = f'{ctx.call("with_position")}({frame.text}{listed}, name="{name}")'
    text = f"{ctx.call('rows_between')}({made}, {render(name)}, {', '.join(texts)})"
    reads = frozenset().union(*(p.vars for p in parts))
    return subset_of(ctx, frame, frame.but(text=text, vars=frame.vars | reads))


def _between(number: E, start: int, stop: int | None, step: int) -> E:
    test = number >= start
    if stop is not None:
        test = test & (number < stop)
    return test if step == 1 else test & ((number - start if start else number) % step == 0)


def limited(ctx: Any, frame: Frame, n: int, backwards: bool = False) -> Frame:
    """The first or last ``n`` rows."""
    from rules.select import descending

    keys = ctx.order_of(frame)
    keys = descending(keys) if backwards else keys
    order = f".orderBy({', '.join(k.text for k in keys)})" if keys else ""
    return subset_of(ctx, frame, chain(frame, f"{order}.limit({n})"))


def by_number(ctx: Any, frame: Frame, test: Any, backwards: bool = False) -> Frame:
    """Rows whose position passes a test."""
    from rules.select import descending

    if frame.index.kind == "range" and not backwards:
        number = ctx.position(frame, frame.index.anchor, "number")
        return subset_of(ctx, frame, chain(frame, f".filter({test(number)})"))
    keys = ctx.order_of(frame)
    keys = descending(keys) if backwards else keys
    name = ctx.temp("row")
    listed = "".join(f", {k}" for k in keys)
    text = f'{ctx.call("with_position")}({frame.text}{listed}, name="{name}").filter({test(col(name))}).drop("{name}")'
    return subset_of(ctx, frame, frame.but(text=text))


# --- writing ----------------------------------------------------------------------------------


@rule(
    "DataFrame.loc.__setitem__(key, value)",
    example=(
        "df.loc[df['f'] > 1, 'f'] = 0\nout = df",
        "df.loc[df['f'].isna(), 's'] = 'none'\nout = df",
        "df.loc[df['i'] > 3, 'new'] = 'big'\nout = df",
        "df.loc[df['i'] > 3, 'n2'] = 1\nout = df",
        "df.loc[df['i'] > 3, 'i'] = df['j']\nout = df",
        "df.loc[df['f'] > 1, ['f', 'g']] = 0.5\nout = df",
        "df.loc[df['k'] == 'a', 'f'] = df.loc[df['k'] == 'a', 'g'] * 2\nout = df",
        "df.loc[:, 'z'] = 1\nout = df",
        "df.loc[:, 'f'] = df['f'] * 2\nout = df",
        "df.loc[~(df['f'] > 1), 's'] = None\nout = df",
    ),
)
def loc_set(c: Call) -> Frame:
    """``df.loc[mask, column] = value``."""
    frame, ctx, value = owner_frame(c), c.ctx, c["value"]
    rows, columns = parts_of(c["key"])
    c.need(columns is not None, "whole rows are set")
    labels = (
        columns.value
        if isinstance(columns, Const) and isinstance(columns.value, str)
        else labels_at(frame, columns)
    )
    labels = labels if isinstance(labels, list) else [labels]
    c.need(len(labels) == 1 or isinstance(value, (Const, Scalar)) and not isinstance(getattr(value, "value", None), (list, dict, tuple)), "several columns get several values")  # fmt: skip
    mask = None if everything(rows) else mask_of(c, frame, rows)
    if mask is not None and len(labels) > 1:
        frame, mask = held_mask(ctx, frame, mask)
    for label in labels:
        frame = (
            all_set(c, frame, label, value)
            if mask is None
            else where_set(c, frame, label, mask, value)
        )
    if mask is not None and len(labels) > 1:
        frame = drop_hidden(frame, [mask.expr.text[7:-2]])
    return frame


def held_mask(ctx: Any, frame: Frame, mask: Col) -> tuple[Frame, Col]:
    """The mask as a hidden column: the columns it reads are about to change."""
    name = ctx.temp("mask")
    series = on(frame, mask)
    base, temps = with_temps(frame, series.temps)
    base = drop_hidden(chain(base, f'.withColumn("{name}", {series.expr})'), temps)
    base = base.but(hidden=(*base.hidden, name))
    held = mask.but(
        expr=col(name),
        frame=base,
        deps=frozenset({(name, 0)}),
        temps=(),
        windowed=False,
        column=None,
    )
    return base, held


def all_set(c: Call, frame: Frame, label: Any, value: Value) -> Frame:
    """``df.loc[:, label] = value``: pandas keeps the column's dtype where it can hold the values."""
    known = frame.has(label)
    if known is False:
        return assign(c.ctx, frame, label, value)
    old = frame.column(label)
    c.need(
        old.dtype is not None and isinstance(value, (Col, Const, Scalar)),
        "the types are not known while planning",
    )
    dtype = value_dtype(value)
    c.need(dtype is not None and (dtype == old.dtype or old.dtype in FLOATS and dtype in INTEGERS), "whether the column keeps its dtype depends on the values")  # fmt: skip
    if dtype != old.dtype:
        c.need(not old.is_nullable, "a nullable column takes numbers")
        value = (
            value.but(expr=value.expr.cast("double"), dtype="float64", column=None)
            if isinstance(value, Col)
            else Const(float(literal(value)))
        )
    return assign(c.ctx, frame, label, value)


def value_dtype(value: Value) -> str | None:
    if isinstance(value, (Col, Scalar)):
        return value.dtype
    if isinstance(value, Const) and is_missing(value.value):
        return "missing"
    names = {"bool": "bool", "int": "int64", "float": "float64", "str": "object", "Timestamp": "datetime64[ns]",
             "datetime": "datetime64[ns]", "Timedelta": "timedelta64[ns]"}  # fmt: skip
    return names.get(type(getattr(value, "value", None)).__name__)


def where_set(c: Call, frame: Frame, label: Any, mask: Col, value: Value) -> Frame:
    """``df.loc[mask, label] = value``: the other rows keep what they have."""
    ctx = c.ctx
    c.need(isinstance(value, (Col, Const, Scalar)), "values of this form are set")
    c.need(
        not isinstance(getattr(value, "value", None), (list, dict, tuple)),
        "a list of values is set",
    )
    if isinstance(value, Col):
        value = over(frame, value, mask)
    known = frame.has(label)
    old = None if known is False else frame.column(label)
    if known is None or old is not None and old.dtype is None:
        return where_set_at_runtime(c, frame, label, mask, value)
    dtype, made = (new_column if old is None else into_column)(ctx, old, value)  # type: ignore[arg-type]
    series = materialised(ctx, on(frame, mask))
    base, temps = with_temps(ctx.losing(frame, [label]), series.temps)
    if isinstance(value, Col):
        base, more = with_temps(base, value.temps)
        temps += more
    chosen = F.when(series.expr, made)
    name = old.name if old is not None else physical(frame, label)
    if old is not None:
        ctx.use(frame, old)
        chosen = chosen.otherwise(col(old.name))
    out = chain(base, f".withColumn({lift(name)}, {chosen})")
    out = out.set_column(Column(label, name, dtype, nullable=bool(old and old.is_nullable)))
    return drop_hidden(out, temps)


def over(frame: Frame, value: Col, mask: Col) -> Col:
    """The Series that is set, over the frame itself. One that was taken from the rows of the very
    same mask is evaluated for all rows: only those of the mask look at it."""
    try:
        return on(frame, value)
    except NoRule:
        rows = value.frame.rows
        same = (
            rows.mask == mask.expr.text
            and rows.parent is not None
            and rows.parent.uid == frame.rows.uid
        )
        if not (same and value.local and not value.temps):
            raise
        return on(frame, value.but(frame=frame.but()))


def into_column(ctx: Any, old: Column, value: Value) -> tuple[str, E]:
    """The dtype of a column after some values were put in, and the expression that is put."""
    was, new = old.dtype, value_dtype(value)
    if new == "missing":
        return with_missing(was), F.lit(None)  # type: ignore[return-value]
    whole = isinstance(value, Const) and isinstance(value.value, float) and value.value.is_integer()
    expr = cell_expr(ctx, value)
    if was in INTEGERS and new in INTEGERS:
        gappy = "int64?" in (was, new) or new == "Int64" and was != "Int64"
        if new == "Int64" != was:
            raise NoRule("nullable integers in a column of plain ones")
        return ("int64?" if gappy and was != "Int64" else was), expr  # type: ignore[return-value]
    if was == "int64" and whole:
        return was, lift(int(value.value))  # type: ignore[attr-defined]
    if (
        was in FLOATS
        and new in INTEGERS | FLOATS
        and (new not in ("Int64", "Float64") or was == "Float64")
    ):
        return was, expr.cast("double") if new in INTEGERS and isinstance(value, Col) else expr  # type: ignore[return-value]
    if (
        was in TEXTS
        and new in TEXTS
        and (was == "object" or isinstance(value, Const) or new == was)
    ):
        return was, expr  # type: ignore[return-value]
    if was in BOOLS and new in BOOLS and (was == new or new == "bool"):
        return was, expr  # type: ignore[return-value]
    if was == new and was in SPARK_TYPES and was != "category":
        return was, expr  # type: ignore[return-value]
    raise NoRule(f"{new} values in a {was} column: pandas changes its dtype")


def new_column(ctx: Any, old: None, value: Value) -> tuple[str, E]:
    """The dtype of a column that some rows set and that was not there: the others are missing."""
    new = value_dtype(value)
    if new == "missing" or new is None:
        raise NoRule("the type of the new column is not known here")
    expr = cell_expr(ctx, value)
    if new in ("int64", "int64?", "int32"):
        return "float64", (
            expr.cast("double")
            if isinstance(value, Col)
            else F.lit(float(value.value)) if isinstance(value, Const) else expr.cast("double")
        )
    return with_missing(new), expr  # type: ignore[return-value]


def cell_expr(ctx: Any, value: Value) -> E:
    if isinstance(value, Col):
        return tight(value)
    if isinstance(value, Const):
        return constant(value)
    return E(f"{ctx.call('lit')}({value.text})")  # type: ignore[attr-defined]


def where_set_at_runtime(c: Call, frame: Frame, label: Any, mask: Col, value: Value) -> Frame:
    """The column's type, or whether there is such a column, is seen by the job."""
    ctx = c.ctx
    c.need(isinstance(label, str), "a label that is not a text")
    series = materialised(ctx, on(frame, mask))
    if isinstance(value, Col):
        c.need(not value.windowed, "a window in the value")
    missing = isinstance(value, Const) and is_missing(value.value)
    base, temps = with_temps(
        ctx.losing(frame, [label]),
        (*series.temps, *(value.temps if isinstance(value, Col) else ())),
    )
    made = F.lit(None) if missing else cell_expr(ctx, value)
    if isinstance(value, Const) and not missing and not isinstance(constant(value), E):
        made = lift(value.value)
    text = f"{ctx.call('set_where')}({base.text}, {lift(label)}, {series.expr}, {made})"
    c.verdict = "runtime"  # type: ignore[attr-defined]
    known = [x for x in frame.columns if x.label == label]
    name = known[0].name if known else label
    c.need(name == label, "a column under another name")
    out = base.but(text=text, gone=tuple(g for g in base.gone if g != label))
    return drop_hidden(out.set_column(Column(label, name, None, nullable=frame.nullable)), temps)


# --- Series -----------------------------------------------------------------------------------


def kept_rows(c: Call, series: Col, mask: Col) -> Col:
    """The values of a Series where a mask is true."""
    from rules.lib import meet

    _, (series, mask) = meet(series, mask)
    ctx, frame = c.ctx, series.frame
    if series.local and not series.windowed:
        return series.but(frame=filtered(ctx, frame, mask))
    name = ctx.temp("kept")
    base, temps = with_temps(frame, series.temps)
    base = drop_hidden(chain(base, f'.withColumn("{name}", {tight(series)})'), temps)
    base = base.but(hidden=(*base.hidden, name))
    rows = filtered(ctx, base, mask.but(frame=base))
    return series.but(expr=col(name), frame=rows, deps=frozenset({(name, 0)}), temps=(), windowed=False, local=True, column=None, loose=False)  # fmt: skip


@rule(
    "Series.__getitem__(key)",
    example=("df['s'][df['i'] > 3]", "(df['i'] * 2)[df['f'] > 1]"),
)
def series_getitem(c: Call) -> Col:
    """Values where a mask is true."""
    return kept_rows(c, c.col, mask_of(c, c.col.frame, c["key"]))


@rule(
    "Series.loc.__getitem__(key)",
    example=("df['s'].loc[df['i'] > 3]", "df['f'].loc[lambda x: x > 1]"),
)
def series_loc(c: Call) -> Col:
    """Values where a mask is true."""
    key = c["key"]
    if isinstance(key, Func):
        key = c.interpreter.inline(key, [c.col], {}, None)  # type: ignore[attr-defined]
    return kept_rows(c, c.col, mask_of(c, c.col.frame, key))


@rule(
    "Series.iloc.__getitem__(key)",
    example=("df['s'].iloc[2:5]", "df['s'].iloc[-2:]", "(df['i'] + 1).iloc[:4]"),
)
def series_iloc(c: Call) -> Col:
    """Values by a slice of positions."""
    bounds = c.lit("key")
    series = c.col
    c.need(isinstance(bounds, slice), "one value by its position")
    c.need(series.local and not series.windowed, "values that depend on other rows")
    return series.but(frame=rows_sliced(c.ctx, series.frame, bounds))


# --- several columns at once ------------------------------------------------------------------


def assign_several(c: Call, frame: Frame, labels: list, value: Value) -> Frame:
    """``df[["a", "b"]] = value``."""
    c.need(len(set(map(repr, labels))) == len(labels), "a column is set twice")
    if isinstance(value, (Const, Scalar)) and not isinstance(
        getattr(value, "value", None), (list, tuple, dict)
    ):
        for label in labels:
            frame = assign(c.ctx, frame, label, value)
        return frame
    if (
        isinstance(value, Const)
        and isinstance(value.value, (list, tuple))
        or isinstance(value, Sequence)
    ):
        items = [Const(v) for v in value.value] if isinstance(value, Const) else list(value.items)
        c.need(
            len(items) == len(labels) and all(isinstance(i, (Const, Scalar)) for i in items),
            "a table of values",
        )
        c.need(
            not any(isinstance(getattr(i, "value", None), (list, tuple)) for i in items),
            "a table of values",
        )
        for label, item in zip(labels, items):
            frame = assign(c.ctx, frame, label, item)
        return frame
    c.need(isinstance(value, Frame) and not value.open, "values of this form are set")
    c.need(len(value.columns) == len(labels), "another number of columns is set")
    try:
        series = [
            on(frame, c.ctx.cells.get(x.uid) or series_of(c.ctx, value, x.label))
            for x in value.columns
        ]
    except NoRule:
        return beside(c.ctx, frame, relabelled(c.ctx, value, labels))
    return together(c.ctx, frame, labels, series)


def together(ctx: Any, frame: Frame, labels: list, series: list[Col]) -> Frame:
    """Several columns set at once: each is computed before any of them changes."""
    changing = {x.name for x in frame.columns if x.label in labels}
    read = {name for i, s in enumerate(series) for name, _ in s.deps if i}
    if not (changing & read) or all({n for n, _ in s.deps} & changing <= {own.name for own in frame.columns if own.label == x} for x, s in zip(labels, series)):  # fmt: skip
        for label, one in zip(labels, series):
            frame = assign(
                ctx,
                frame,
                label,
                (
                    one.but(frame=frame)
                    if set(one.deps) <= {(x.name, x.uid) for x in frame.columns}
                    else one
                ),
            )
        return frame
    held = []
    for one in series:
        name = ctx.temp("new")
        one = on(frame, one)
        base, temps = with_temps(frame, one.temps)
        base = drop_hidden(chain(base, f'.withColumn("{name}", {tight(one)})'), temps)
        frame = base.but(hidden=(*base.hidden, name))
        held.append(
            one.but(
                expr=col(name),
                deps=frozenset({(name, 0)}),
                temps=(),
                windowed=False,
                loose=False,
                column=None,
            )
        )
    for label, one in zip(labels, held):
        frame = assign(ctx, frame, label, one.but(frame=frame))
    return drop_hidden(frame, [one.expr.text[7:-2] for one in held])


def beside(ctx: Any, frame: Frame, other: Frame) -> Frame:
    """``frame`` with the columns of another frame over the same rows, joined by row number."""
    if not frame.rows.same_set(other.rows) or {frame.index.kind, other.index.kind} - {
        "range",
        "rows",
    }:
        raise NoRule("the two sides have different rows: pandas aligns them on their index")
    if frame.index.anchor != other.index.anchor or not frame.index.unique:
        raise NoRule("the two sides number their rows differently")
    number = ctx.position(frame, frame.index.anchor, "number")
    theirs = ctx.position(other, other.index.anchor, "number")
    row = ctx.temp("row")
    ctx.use(other)
    temps = [(x, ctx.temp("new")) for x in other.columns]
    picked = ", ".join([theirs.alias(row).text, *(col(x.name).alias(t).text for x, t in temps)])
    frame = ctx.losing(frame, [x.label for x, _ in temps])
    text = f'{frame.text}.join({other.text}.select({picked}), {number} == {col(row)}, "left").drop("{row}")'
    out = frame.but(text=text, vars=frame.vars | other.vars)
    for column, temp in temps:
        known = [x for x in out.columns if x.label == column.label]
        name = known[0].name if known else physical(out, column.label)
        gone = f".drop({lift(name)})" if False else ""
        out = chain(out, f'{gone}.withColumn({lift(name)}, {col(temp)}).drop("{temp}")')
        out = out.set_column(Column(column.label, name, column.dtype, nullable=column.nullable))
    return out
