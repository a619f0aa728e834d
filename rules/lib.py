"""What rules are made of: alignment, derived Series, and the Spark text of common frame steps.

The functions here keep the facts true; a rule that goes through them cannot forget an index, an
order or a hidden column.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Callable, Iterable

from rules.by_place import by_place
from rules.constants import (
    constant,
    is_missing,
    scalar_type,
    spark_literal,
    spark_type,
    zoned_literal,
)
from rules.numbered import numbered_once
from rules.widths import in_an_int
from transpiler.errors import NoRule
from transpiler.facts import (
    ANY_GAP,
    NA,
    NULL_FREE,
    SPARK_TYPES,
    TEXTS,
    Accessor,
    Array,
    Col,
    Column,
    Const,
    Frame,
    Index,
    Order,
    OpenLabels,
    Plain,
    Text,
    RowNumbers,
    Rows,
    Scalar,
    Value,
    fresh,
    none_gap,
    zone_of,
)
from transpiler.symbolic import E, F, col, in_list, lift, render
from transpiler.builders import builder, helpers_in, takes

# --- Series ---------------------------------------------------------------------------------


def series_of(ctx: Any, frame: Frame, label: Any) -> Col:
    """``frame[label]`` as a Series."""
    column = frame.column(label)
    ctx.use(frame, column)
    for uid, series in frame.parts:
        if uid == column.uid and series.frame.rows is frame.rows and ("part", uid) in ctx.cells:
            return series.but(label=label)
    return Col(
        col(column.name),
        column.dtype,
        frame,
        label,
        frozenset({(column.name, column.uid)}),
        nullable=column.is_nullable,
        column=column,
        null_free=column.dtype in NULL_FREE or frame.rows.is_full(column.uid),
        gap=column.gap,
        finite=column.finite,
        nans=column.nans,
        width=column.width,
    )


def labelled_alike(frame: Frame, other: Frame) -> bool:
    """Whether both number their rows alike, so that alignment by label is alignment by row."""
    return frame.index == other.index or {frame.index.kind, other.index.kind} == {"range", "rows"}


def on(frame: Frame, series: Col) -> Col:
    """``series`` as an expression over ``frame``: pandas aligns them, here they share rows.

    Raises NoRule unless every row of ``frame`` is a row of the Series' own frame with the same
    label, and the columns that it reads are still there unchanged.
    """
    if series.frame is frame:
        return series
    aligned = getattr(series, "aligned", None)
    unchanged = aligned is not None and series.expr.text == series.base  # type: ignore[attr-defined]
    own_labels = len(series.frame.index.levels) == 1 or series.frame.index.kind == "rows"
    if unchanged and own_labels and frame.rows.same_set(aligned.frame.rows):
        return on(frame, aligned)  # rows of groups under their own labels
    if isinstance(series, Array) and frame.rows.uid != series.frame.rows.uid:
        raise NoRule("an array goes by the place of its rows, and these may have changed")
    reordered = frame.rows.same_set(series.frame.rows) and labelled_alike(frame, series.frame)
    if not reordered and not frame.rows.descends_from(series.frame.rows):
        raise NoRule("the two sides have different rows: pandas aligns them on their index")
    whole = getattr(series, "whole", None)
    if whole is not None and (whole.base, whole.columns, whole.gone) != (frame.base, frame.columns, frame.gone):  # fmt: skip
        raise NoRule("the columns that the values were computed over have changed")
    if not frame.index.unique and frame.rows is not series.frame.rows:
        raise NoRule("the index has duplicate labels: pandas aligns on it")
    if not series.local and not frame.rows.same_set(series.frame.rows):
        raise NoRule("the Series was computed over rows that the frame no longer has")
    present = {(c.name, c.uid) for c in (*frame.columns, *frame.index.levels)}
    for name, uid in series.deps:
        if (name, uid) in present or name in frame.hidden:
            continue
        if frame.open and name not in frame.gone and uid == hash((frame.base, name)):
            if not any(c.name == name for c in frame.columns):
                continue
        raise NoRule(f"column {name!r} has changed since the Series was made from it")
    if unsettled(series) and not frame.rows.same_set(series.frame.rows):
        raise NoRule("whole numbers that are fractions where any row, of more than these, has none")
    return series.but(frame=frame)


def unsettled(series: Col) -> bool:
    """Whether a computed Series has whole numbers that are fractions in pandas where one is missing:
    of some of its rows nobody could tell."""
    return series.column is None and (series.dtype == "int64?" or series.gappy)


def on_part(ctx: Any, frame: Frame, series: Col) -> Col:
    """``on`` for a frame that may have some of the Series' rows only: the job looks for gaps in all."""
    if unsettled(series) and not frame.rows.same_set(series.frame.rows):
        seen = looked_into(ctx, series)
        expr = E(f"{ctx.call('whole')}({seen.text}, {tight(series)})")
        series = series.but(expr=expr, dtype=None, gappy=False, uses=series.uses | seen.vars)
    return on(frame, series)


def meet(*values: Any) -> tuple[Frame, list[Any]]:
    """The frame that all Series among ``values`` can be evaluated over, and the values over it."""
    frames = [v.frame for v in values if isinstance(v, Col)]
    if not frames:
        raise NoRule("there is no Series here")
    problem: NoRule | None = None
    for frame in [frames[0]] + [f for f in frames[1:] if f is not frames[0]]:
        try:
            for other in frames:  # both must have the same rows: a subset would give missing values
                if not frame.rows.same_set(other.rows):
                    raise NoRule(
                        "the two sides have different rows: pandas aligns them on their index"
                    )
            return frame, [on(frame, v) if isinstance(v, Col) else v for v in values]
        except NoRule as error:
            problem = error
    if all(hasattr(v, "groups") for v in values if isinstance(v, Col)):
        from rules.groups import together

        return together(values)
    raise problem or NoRule("the Series do not align")


def operand(value: Any) -> E:
    """A Series, scalar or constant as an expression (missing constants become NULL)."""
    if isinstance(value, Col):
        return value.expr
    if isinstance(value, Const):
        return lift(None) if is_missing(value.value) else constant(value)
    if isinstance(value, Scalar):
        if zone_of(value.dtype):
            raise NoRule("a time of a zone among times without one")
        return E(value.text) if value.hint == "rows" else E(f"lit({value.text})")  # nan is missing
    if isinstance(value, Plain) and not isinstance(value, (RowNumbers, OpenLabels)):
        return E(value.text)
    raise NoRule(f"a {value.kind} is not an operand that Spark can take")


def may_be_infinite(value: Any) -> bool:
    """Whether a Series, scalar or constant may hold an infinite number."""
    if isinstance(value, Const):
        return isinstance(value.value, float) and math.isinf(value.value)
    return getattr(value, "may_be_infinite", True)


def all_finite(*values: Any) -> bool:
    """Whether none of them may hold an infinite number."""
    return not any(map(may_be_infinite, values))


def with_nan(ctx: Any, result: Col, *operands: Any) -> Col:
    """What a step makes of nullable columns where NaN may come of values: pandas does not count
    that NaN as missing. Where a later step tells the two apart, the step fails on making one."""
    if result.dtype not in (None, "Float64") or not result.is_nullable:
        return result
    step = ctx.step()
    if not ctx.wants(step, "nan"):
        return result.but(nans=result.nans | {step})
    tests = [v.expr.isNotNull() for v in operands if isinstance(v, Col) and not v.null_free]
    problem: Any = E(f"{ctx.call('undefined_number')}()")
    for test in tests:
        problem = F.when(test, problem)
    return result.but(expr=F.coalesce(result.expr, problem), column=None)


def tight(series: Col) -> E:
    """The expression with False where a loose one has NULL."""
    if series.loose and not series.null_free:
        return F.coalesce(series.expr, F.lit(False))
    return series.expr


def tightened(series: Col) -> Col:
    """The Series with its missing comparisons made False."""
    return series.but(expr=tight(series), loose=False, null_free=series.null_free or series.loose)


def derive(expr: E, dtype: str | None, *parents: Any, **changes: Any) -> Col:
    """A Series computed row by row from ``parents`` (which share a frame)."""
    cols = [p for p in parents if isinstance(p, Col)]
    if not cols:
        raise NoRule("there is no Series here")
    temps: dict[str, E] = {}
    for c in cols:
        temps.update(c.temps)
    facts = {
        "label": cols[0].label,
        "deps": frozenset().union(*(c.deps for c in cols)),
        "temps": tuple(temps.items()),
        "local": all(c.local for c in cols),
        "windowed": any(c.windowed for c in cols),
        "nullable": any(c.is_nullable for c in cols),
        "null_free": dtype in NULL_FREE,
        "uses": frozenset().union(*(c.uses for c in cols)),
        "gappy": dtype is None and any(c.gappy for c in cols),
        "finite": not any(c.may_be_infinite or c.dtype in TEXTS for c in cols),
    }
    if dtype in ("Int64", "Float64") and any(c.holds_na for c in cols):
        facts["gap"] = NA if all(c.gap == NA or c.null_free for c in cols) else ANY_GAP
    elif dtype in ("object", "bool?", None):
        facts["gap"] = none_gap(c.gap for c in cols)
    facts["width"] = in_an_int(cols, dtype)
    facts.update(changes)
    if (facts["nullable"] if dtype is None else dtype == "Float64") and "nans" not in facts:
        facts["nans"] = frozenset().union(*(c.nans for c in cols))
    return Col(expr, dtype, cols[0].frame, **facts)


def materialised(ctx: Any, series: Col) -> Col:
    """The Series in a form that a window, an aggregate or a filter may contain."""
    if not series.windowed:
        return series
    name = ctx.temp()
    return series.but(
        expr=col(name), temps=(*series.temps, (name, series.expr)), windowed=False, column=None
    )


def looked_into(ctx: Any, *operands: Any) -> Frame:
    """A variable of the job with the frame that has all columns, hidden ones too, that the operands
    read: to look at types or values in while the plan is built."""
    frame, _ = meet(*operands)
    temps = [t for o in operands if isinstance(o, Col) for t in o.temps]
    frame, _ = with_temps(frame, dict(temps).items())
    if frame.text.isidentifier():
        return frame
    for done in reversed(ctx.statements):
        if done.line != ctx.line:
            break
        if done.defines and done.text == f"{done.defines} = {frame.text}":
            return frame.but(text=done.defines, vars=frozenset({done.defines}))
    return ctx.hoist(frame, ctx.hint)


def type_of(value: Any) -> str | None:
    """The Spark type of an operand; None when it is not known."""
    return spark_type(value.dtype) if isinstance(value, Col) else scalar_type(value)


def typed(ctx: Any, name: str, *operands: Any, **options: Any) -> E:
    """The builder ``name`` of glue_runtime/columns.py over the operands (Series, constants).

    With all types known it runs now and gives plain Spark text; otherwise the job calls it with
    the types that Spark sees when it builds its plan.
    """
    types = [type_of(o) for o in operands]
    if None not in types and "finite" not in options and takes(name, "finite"):
        options["finite"] = all_finite(*operands)
    exprs = [spark_literal(o.value) if isinstance(o, Const) else operand(o) for o in operands]
    if None not in types and name == "truediv" and isinstance(operands[1], Scalar):
        # Whether the divisor is zero is seen once, in the job.
        a, b = (lift(e).text for e in exprs)
        return E(f"{ctx.call(name)}({a}, {b}, {render(types[0])}, {render(types[1])})")
    if None not in types:
        built = builder(name)(*exprs, *types, **options)
        for used in helpers_in(lift(built).text):
            ctx.call(used)
        return built
    named = looked_into(ctx, *operands)
    ctx.call("typed"), ctx.call(name)
    extra = [E(f"{k}={render(v)}") for k, v in options.items() if (k, v) != ("finite", False)]
    args = [E(named.text), E(name), *map(lift, exprs), *extra]
    return E("typed(" + ", ".join(a.text for a in args) + ")")


# --- frames ---------------------------------------------------------------------------------


def chain(frame: Frame, *calls: str, **changes: Any) -> Frame:
    """The frame with method calls appended to its text, and facts changed."""
    return frame.but(text=frame.text + "".join(calls), **changes)


class FrameStep(E):
    """A hidden column that a function over the whole frame adds; ``@@`` stands for the frame."""

    __slots__ = ()

    def over(self, frame_text: str) -> str:
        return numbered_once(self.text, frame_text) or self.text.replace("@@", frame_text)


def with_temps(frame: Frame, temps: Iterable[tuple[str, E]]) -> tuple[Frame, list[str]]:
    """Add hidden columns that some Series need; gives the frame and the names to drop after."""
    names = []
    for name, expr in temps:
        if name not in frame.hidden:
            if isinstance(expr, FrameStep):
                frame = frame.but(text=expr.over(frame.text), hidden=(*frame.hidden, name))
            else:
                frame = chain(frame, f'.withColumn("{name}", {expr})', hidden=(*frame.hidden, name))
            names.append(name)
    return frame, names


def drop_hidden(frame: Frame, names: list[str]) -> Frame:
    """Remove hidden columns again."""
    if not names:
        return frame
    listed = ", ".join(f'"{n}"' for n in names)
    return chain(frame, f".drop({listed})", hidden=tuple(h for h in frame.hidden if h not in names))


def physical(frame: Frame, label: Any) -> str:
    """A Spark name for a new column: the label itself where that can be."""
    name = label if isinstance(label, str) else str(label)
    if isinstance(label, tuple):
        name = "_".join(map(str, label))
    taken = {c.name for c in frame.columns if c.label != label} | set(frame.hidden)
    taken |= {c.name for c in frame.index.levels}
    while name in taken or not name:
        name += "_"
    return name


def assign(ctx: Any, frame: Frame, label: Any, value: Any) -> Frame:
    """``frame[label] = value`` for a Series over the frame's rows, a scalar or a constant."""
    if isinstance(value, Accessor) and value.name == "values" and isinstance(value.owner, Col):
        value = by_place(frame, value.owner)
    if isinstance(value, Accessor) and value.name == "index":
        value = labels_of(ctx, frame, value.owner)
    if isinstance(value, Frame) and not value.open and len(value.columns) == 1:
        value = series_of(ctx, value, value.columns[0].label)
    frame = ctx.losing(frame, [label])
    if isinstance(value, RowNumbers):
        frame, value = row_numbers(ctx, frame, value)
    known = [c for c in frame.columns if c.label == label]
    if len(known) > 1:
        raise NoRule(f"more than one column is named {label!r}")
    name = known[0].name if known else physical(frame, label)
    if isinstance(value, Col):
        try:
            series = on_part(ctx, frame, value)
        except NoRule:
            from rules.elementwise import recalled, remade

            earlier = recalled(ctx, frame, value)
            if earlier is not None:
                return assign(ctx, frame, label, earlier)
            out = remade(ctx, frame, label, value)
            if out is None:
                raise
            return out
        step = None if known or frame.open else step_named(series, name)
        base, temps = with_temps(frame, series.temps if step is None else series.temps[:-1])
        if step is not None:
            base = base.but(text=step.over(base.text))
        expr, dtype, nullable = tight(series), series.dtype, series.is_nullable
        full = series.null_free
    else:
        base, temps = frame, []
        expr, dtype = literal_column(ctx, value)
        nullable = full = False
    column = Column(
        label, name, dtype, nullable=nullable, gap=value.gap if isinstance(value, Col) else None,
        finite=not may_be_infinite(value), nans=getattr(value, "nans", frozenset()), width=getattr(value, "width", None),
    )  # fmt: skip
    if full:
        base.rows.full.add(column.uid)
    if isinstance(value, Const):
        ctx.literals[column.uid] = value
    if isinstance(value, Col) and step is not None:
        expr = col(name)
    else:
        step = None
    same = (known or step is not None) and lift(expr).text == col(name).text  # it is there already
    out = (base if same else chain(base, f".withColumn({lift(name)}, {expr})")).set_column(column)
    if frame.open:
        out = out.but(gone=tuple(g for g in out.gone if g != label))
    out = drop_hidden(out, temps)
    gaps = dtype == "int64?" or dtype is None and isinstance(value, Col) and series.gappy
    return with_gaps(ctx, out, column) if gaps and not (same and step is None) else out


def step_named(series: Col, name: str) -> FrameStep | None:
    """The step that adds the Series as a hidden column, made to add it under a name of its own;
    None where the Series is not just that."""
    hidden, step = series.temps[-1] if series.temps else ("", None)
    if not isinstance(step, FrameStep) or tight(series).text != col(hidden).text:
        return None
    quoted = next((q for q in (f'"{hidden}"', f"'{hidden}'") if step.text.count(q) == 1), None)
    return FrameStep(step.text.replace(quoted, lift(name).text)) if quoted else None


def with_gaps(ctx: Any, frame: Frame, column: Column) -> Frame:
    """A new column of whole numbers that are fractions in pandas if any is missing: the job looks
    there and then where a later step takes some of the rows (see ``settle``)."""
    step = ctx.step()
    if not ctx.wants(step, "settled"):
        return frame.but(unsettled=(*frame.unsettled, step))
    columns = tuple(replace(x, dtype=None) if x.uid == column.uid else x for x in frame.columns)
    return frame.but(
        text=f"{ctx.call('settled')}({frame.text}, {lift(column.name)})", columns=columns
    )


def as_hidden(ctx: Any, series: Col) -> Col:
    """A computed Series as a hidden column of its frame."""
    name = ctx.temp("kept")
    base, temps = with_temps(series.frame, series.temps)
    base = drop_hidden(chain(base, f'.withColumn("{name}", {tight(series)})'), temps)
    base = base.but(hidden=(*base.hidden, name))
    return series.but(expr=col(name), frame=base, deps=frozenset({(name, 0)}), temps=(), windowed=False, local=True, column=None, loose=False)  # fmt: skip


def settled_values(ctx: Any, series: Col) -> Col:
    """A computed Series whose whole numbers are fractions where one is missing, as in pandas: of
    some of the rows nobody could tell. Any other Series as it is."""
    if not unsettled(series):
        return series
    made = as_hidden(ctx, series)
    text = f"{ctx.call('settled')}({made.frame.text}, {lift(made.frame.hidden[-1])})"
    return made.but(frame=made.frame.but(text=text), dtype=None, gappy=False)


def labels_of(ctx: Any, frame: Frame, owner: Value) -> Col:
    """``df.index`` as values of the frame's rows: they are set by position, not aligned."""
    source = owner.frame if isinstance(owner, Col) else owner
    if not isinstance(source, Frame) or source.rows is not frame.rows:
        raise NoRule("the index of another frame is set by position")
    if frame.index.kind != "columns":
        number = ctx.position(frame, frame.index.anchor, "number")
        return Col(number, "int64", frame, local=False, null_free=True)
    if len(frame.index.levels) != 1:
        raise NoRule("an index of several levels")
    (level,) = frame.index.levels
    ctx.use(frame, level)
    return Col(
        col(level.name),
        level.dtype,
        frame,
        deps=frozenset({(level.name, level.uid)}),
        null_free=level.dtype in NULL_FREE or frame.rows.is_full(level.uid),
        width=level.width,
    )


def numbered(ctx: Any, *sides: Any) -> list[Any]:
    """The sides of an operator, with ``np.arange(len(s))`` as a Series over the rows of the other."""
    frames = [x.frame for x in sides if isinstance(x, Col)]
    return [
        row_numbers(ctx, frames[0], x)[1] if isinstance(x, RowNumbers) and not x.series else x
        for x in sides
    ]


def row_numbers(ctx: Any, frame: Frame, numbers: RowNumbers) -> tuple[Frame, Col]:
    """``range(len(frame))`` as a Series over the frame, in the present order of its rows."""
    if not frame.rows.same_set(numbers.rows):
        raise NoRule("a range over other rows")
    if numbers.series and frame.index.kind != "range":
        raise NoRule("a Series of numbers meets other labels")
    temps: tuple[tuple[str, E], ...] = ()
    if frame.index.kind == "range":
        number = ctx.position(frame, frame.index.anchor, "number")
    else:
        name, keys = ctx.temp("row"), "".join(f", {k}" for k in ctx.order_of(frame))
        number, temps = col(name), (
            (name, FrameStep(f'{ctx.call("with_position")}(@@{keys}, name="{name}")')),
        )
    expr = number + numbers.start if numbers.start else number
    if numbers.dtype != "int64":
        expr = expr.cast(SPARK_TYPES[numbers.dtype])
    return frame, Col(expr, numbers.dtype, frame, temps=temps, local=False, null_free=True)


def literal_column(ctx: Any, value: Value) -> tuple[E, str | None]:
    """A constant or scalar as a column, and its dtype there."""
    if isinstance(value, Const):
        if is_missing(value.value):
            dtype = "object" if value.value is None else "float64"
            return F.lit(None).cast(SPARK_TYPES[dtype]), dtype
        dtypes = {"bool": "bool", "int": "int64", "float": "float64", "str": "object",
                  "Timestamp": "datetime64[ns]", "datetime": "datetime64[ns]", "date": "date",
                  "Timedelta": "timedelta64[ns]", "timedelta": "timedelta64[ns]",
                  "int64": "int64", "float64": "float64"}  # fmt: skip
        dtype = dtypes.get(type(value.value).__name__)
        if dtype == "datetime64[ns]" and value.value.tzinfo is not None:
            return zoned_literal(value.value)
        if dtype is None:
            raise NoRule(f"a constant of type {type(value.value).__name__} has no Spark form")
        expr = constant(value)
        if dtype == "int64":
            return F.lit(expr).cast("bigint"), dtype
        return (expr if isinstance(spark_literal(value.value), E) else F.lit(expr)), dtype
    if isinstance(value, (Scalar, Plain)):
        dtype = value.dtype if isinstance(value, Scalar) else None
        if isinstance(value, Text):
            dtype = "object"
        if dtype is None and isinstance(value, Scalar):
            return E(f"{ctx.call('value_column')}({value.text})"), None
        if dtype is None:
            raise NoRule("the type of the value is not known while planning")
        return E(f"{ctx.call('lit')}({value.text})").cast(SPARK_TYPES[dtype]), dtype
    raise NoRule(getattr(value, "why", "") or f"a {value.kind} cannot become a column")


def filtered(ctx: Any, frame: Frame, mask: Col) -> Frame:
    """The rows of ``frame`` for which a boolean Series is true; labels keep their holes."""
    try:
        mask = on(frame, mask)
    except NoRule:
        from rules.elementwise import filtered_parts

        out = filtered_parts(ctx, frame, mask)
        if out is None:
            raise
        return out
    series = materialised(ctx, without_gaps(ctx, mask))
    base, temps = with_temps(frame, series.temps)
    out = subset_of(ctx, frame, chain(base, f".filter({series.expr})"))
    if not series.temps:
        out = out.but(rows=replace(out.rows, mask=series.expr.text, reads=series.deps))
    return drop_hidden(out, temps)


def without_gaps(ctx: Any, mask: Col) -> Col:
    """A mask that may have missing values ("bool?"): pandas raises there, and so does the job."""
    if mask.dtype != "bool?":
        return mask
    return mask.but(expr=E(f"{ctx.call('no_missing')}({mask.expr})"), dtype="bool", null_free=True)


def looked_at(ctx: Any, column: Column) -> bool:
    """Whether any step of the program uses the column, as far as earlier passes found."""
    if column.origin is None:
        return True
    step, name = column.origin
    return name in ((ctx.learned.used or {}).get(step) or ())


def settle(ctx: Any, frame: Frame) -> None:
    """Ask the steps that may have left gaps in integers to make them fractions there and then:
    of fewer rows nobody could tell that pandas did so."""
    gappy = [
        x
        for x in (*frame.columns, *frame.index.levels)
        if x.dtype in (None, "int64?") and looked_at(ctx, x)
    ]
    if frame.unsettled and (frame.open or gappy):
        for step in frame.unsettled:
            ctx.demand(step, "settled")


def subset_of(ctx: Any, before: Frame, after: Frame) -> Frame:
    """Facts of a frame that has some of another's rows."""
    settle(ctx, before)
    index = before.index
    if index.kind == "range":
        index = Index("rows", index.anchor)
    if len(index.levels) > 1:
        loose = tuple((x.name, None) for x in index.levels)
        index = replace(index, loose=loose, sorted_categories=())
    return after.but(rows=Rows(parent=before.rows, subset=True), index=index)


def selected(ctx: Any, frame: Frame, columns: list[Column]) -> Frame:
    """The frame with these of its columns, in this order; hidden ones stay."""
    if frame.labelled_by_category:
        raise NoRule(
            "some columns of a table across categories, which later steps see in their order"
        )
    kept = {c.name for c in columns}
    frame = ctx.losing(frame, keep=kept | {c.name for c in frame.index.levels})
    ctx.use(frame, *columns)
    names = [*(c.name for c in (*columns, *frame.index.levels)), *frame.hidden]
    return chain(
        frame,
        f".select({', '.join(map(in_list, names))})",
        columns=tuple(columns),
        open=False,
        gone=(),
    )


def sorted_text(exprs: list[E]) -> str:
    return f".orderBy({', '.join(e.text for e in exprs)})"


def renumbered(ctx: Any, frame: Frame) -> Frame:
    """The same rows with a new RangeIndex in their present order."""
    step = ctx.step()
    order: list[E] | None = None
    if ctx.wants(step, "order") or ctx.wants(step, "number"):
        order = ctx.order_of(frame)
    else:
        order = []
    out = ctx.anchored(frame, step, order)
    return out.but(rows=Rows(full=out.rows.all_full()), index=Index("range", step))


def fresh_column(label: Any, name: str, dtype: str | None, nullable: bool = False) -> Column:
    return Column(label, name, dtype, fresh(), nullable)


Build = Callable[..., E]
__all__ = [
    "Order", "assign", "chain", "derive", "filtered", "fresh_column", "is_missing", "literal_column",
    "materialised", "meet", "on", "operand", "physical", "renumbered", "selected", "series_of",
    "sorted_text", "spark_type", "subset_of", "tight", "tightened", "type_of", "typed", "with_temps",
    "drop_hidden", "constant", "spark_literal", "scalar_type",
]  # fmt: skip


def reader_of_labels(ctx: Any, frame: Frame, name: str, more: str = "") -> str:
    """The variable of what makes labels of the values of a column whose type the job will see. It
    is made here, since the frame may have another name when the labels are asked for. Nothing where
    a later step takes texts for them, which the job makes sure of."""
    place = ("labels", ctx.line, ctx.column)
    if not more and ctx.wants(place, "texts"):
        ctx.emit(f"{ctx.call('expect_texts')}({frame.text}, {render(name)})", reads=frame.vars)
        return ""
    variable = ctx.unique("label_of")
    text = f"{ctx.call('label_type')}({frame.text}, {render(name)}{more})"
    ctx.emit(f"{variable} = {text}", defines=variable, reads=frame.vars, kind="constant")
    ctx.cells["labels", variable] = place
    return variable
