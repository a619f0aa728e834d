"""Values put into some rows or into several columns: loc on the left of an assignment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.labels import relabelled
from rules.elementwise import computed
from rules.lib import (
    assign,
    chain,
    constant,
    drop_hidden,
    is_missing,
    materialised,
    on,
    physical,
    tight,
    with_temps,
)
from rules.locate import everything, labels_at, mask_of, owner_frame, parts_of
from rules.registry import Call, literal, rule
from rules.set_rows import row_set
from transpiler.errors import NoRule
from transpiler.facts import (
    BOOLS,
    FLOATS,
    INTEGERS,
    SPARK_TYPES,
    TEXTS,
    ByColumn,
    Col,
    Column,
    Const,
    Frame,
    Scalar,
    Sequence,
    Value,
    fresh,
    with_missing,
)
from transpiler.symbolic import E, F, col, lift

# --- writing ----------------------------------------------------------------------------------


@rule(
    "DataFrame.loc.__setitem__(key, value)",
    example=(
        "df.loc[df['f'] > 1, 'f'] = 0\nout = df",
        "df.loc[df['f'].isna(), 's'] = 'none'\nout = df",
        "df.loc[df['i'] > 3, 'new'] = 'big'\nout = df",
        "df.loc[df['i'] > 3, 'n2'] = 1\nout = df",
        "df.loc[df['i'] > 3, 'i'] = df['j']\nout = df",
        "df.loc[df['k'] == 'a', 'i'] += df['j']\nout = df",
        "df.loc[df['g'] > 0, 'f'] -= df['g'] * 2\nout = df",
        "df.loc[df['f'].isna(), 's'] += df['k']\nout = df",
        "df.loc[df['f'] > 1, ['f', 'g']] = 0.5\nout = df",
        "df.loc[df['f'] > 1, ['f', 's']] = [0, 'none']\nout = df",
        "df.loc[df['k'] == 'a', 'f'] = df.loc[df['k'] == 'a', 'g'] * 2\nout = df",
        "df.loc[:, 'z'] = 1\nout = df",
        "df.loc[df['i'] > df['i'].quantile(0.7), 'i'] = df['f'].mean()\nout = df",
        "df.loc[df['i'] > 1e9, 'i'] = df['f'].mean()\ndf.loc[df['j'] > 3, 'j'] = df['j'].median() * 2\nout = df",
        "df.loc[:, 'f'] = df['f'] * 2\nout = df",
        "df.loc[~(df['f'] > 1), 's'] = None\nout = df",
        "t = df.groupby('k')[['i', 'f']].sum()\nt.loc['Total'] = t.sum()\nout = t",
        "p = pd.crosstab(df['k'], df['s'])\np['n'] = p.sum(axis=1)\np.loc['Total'] = p.sum()\nout = p.div(p['n'], axis=0)",
        "p = df.groupby(['k', 's'])['i'].sum().unstack(fill_value=0).sort_index(ascending=False)\np.loc['All'] = p.mean()\nout = p.reset_index()",
        "t = df[['k', 'i', 'f']].copy()\nt.loc[len(t)] = ['q', 5, 2.5]\nout = t",
    ),
)
def loc_set(c: Call) -> Frame:
    """``df.loc[mask, column] = value``."""
    frame, ctx, value = owner_frame(c), c.ctx, c["value"]
    rows, columns = parts_of(c["key"])
    whole = columns is None or everything(columns) and isinstance(value, ByColumn)
    if whole and not everything(rows):
        return row_set(c, frame, rows, value)
    c.need(columns is not None, "whole rows are set")
    labels = (
        columns.value
        if isinstance(columns, Const) and isinstance(columns.value, str)
        else labels_at(frame, columns)
    )
    labels = labels if isinstance(labels, list) else [labels]
    values = one_for_each(c, labels, value)
    mask = None if everything(rows) else mask_of(c, frame, rows)
    if mask is not None and len(labels) > 1:
        frame, mask = held_mask(ctx, frame, mask)
    for label, value in zip(labels, values):
        frame = (
            all_set(c, frame, label, value)
            if mask is None
            else where_set(c, frame, label, mask, value)
        )
    if mask is not None and len(labels) > 1:
        frame = drop_hidden(frame, [mask.expr.text[7:-2]])
    return frame


def one_for_each(c: Call, labels: list, value: Value) -> list[Value]:
    """The value of each of the columns that are set."""
    given = value.value if isinstance(value, Const) else None
    if len(labels) > 1 and isinstance(given, (list, tuple)):
        c.need(len(given) == len(labels), "columns get a list of another length")
        return [Const(x) for x in given]
    if len(labels) > 1 and isinstance(value, Sequence):
        c.need(len(value.items) == len(labels) and all(isinstance(x, (Const, Scalar)) for x in value.items), "several columns get several values")  # fmt: skip
        return list(value.items)
    c.need(len(labels) == 1 or isinstance(value, (Const, Scalar)) and not isinstance(given, dict), "several columns get several values")  # fmt: skip
    return [value] * len(labels)


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
    if known is None or old is not None and (old.dtype is None or takes_fraction(old, value)):
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


def takes_fraction(old: Column, value: Value) -> bool:
    """Whether one float is put into whole numbers: they become fractions if it is not whole and the
    frame has rows, which the job sees."""
    if old.dtype not in ("int64", "int64?") or value_dtype(value) != "float64":
        return False
    given = literal(value) if isinstance(value, Const) else 0.5
    return not isinstance(value, Col) and not float(given).is_integer()


def over(frame: Frame, value: Col, mask: Col) -> Col:
    """The Series that is set, over the frame itself. One that was taken from the rows of the very
    same mask is evaluated for all rows: only those of the mask look at it."""
    try:
        return on(frame, value)
    except NoRule:
        rows = value.frame.rows
        same = (
            rows.mask == mask.expr.text
            and rows.reads == mask.deps
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
    if isinstance(value, Scalar) and value.dtype in ("float64", None):
        made = E(value.text)
    text = f"{ctx.call('set_where')}({base.text}, {lift(label)}, {series.expr}, {made})"
    c.verdict = "runtime"  # type: ignore[attr-defined]
    known = [x for x in frame.columns if x.label == label]
    name = known[0].name if known else label
    c.need(name == label, "a column under another name")
    out = base.but(text=text, gone=tuple(g for g in base.gone if g != label))
    return drop_hidden(out.set_column(Column(label, name, None, nullable=frame.nullable)), temps)


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
        series = [on(frame, computed(c.ctx, value, x)) for x in value.columns]
    except NoRule:
        return beside(c.ctx, frame, relabelled(c.ctx, value, labels))
    return together(c.ctx, frame, labels, series)


def together(ctx: Any, frame: Frame, labels: list, series: list[Col]) -> Frame:
    """Several columns set at once: each is computed before any of them changes."""
    changing = {x.name for x in frame.columns if x.label in labels}
    changing |= {frame.open_name(x) for x in labels if frame.has(x) is None}
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
        out = chain(out, f'.withColumn({lift(name)}, {col(temp)}).drop("{temp}")')
        out = out.set_column(replace(column, name=name, uid=fresh(), origin=None))
    return out
