"""Two frames into one by equal keys: merge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.index import framed
from rules.join_names import Merge, Sides, renames, result_labels, result_names, same_label
from rules.lib import chain, looked_at, settle
from rules.open_gaps import gap_of_union
from rules.registry import Call, rule
from rules.split_parts import as_table
from transpiler.errors import NoRule
from transpiler.facts import (
    FLOATS,
    INTEGERS,
    NULL_FREE,
    TEXTS,
    Col,
    Column,
    Const,
    Frame,
    Order,
    Value,
    fresh,
    with_missing,
    gap_beside_nan,
)
from transpiler.symbolic import E, F, col, in_list, lift, render

_MERGE = (
    "how='inner', on=None, left_on=None, right_on=None, left_index=False, right_index=False, sort=False, "
    "suffixes=('_x', '_y'), copy=None, indicator=False, validate=None"
)


@rule(
    f"DataFrame.merge(right, {_MERGE})",
    ignored="copy",
    example=(
        "df.merge(other.set_index('k'), left_on='k', right_index=True)",
        "df.merge(df.groupby('k').max(numeric_only=True), how='left', left_on='k', right_index=True, suffixes=('', '_max'))",
        "df.merge(df.groupby('k')[['i', 'f']].mean(), left_on='k', right_index=True).sort_values(['f_x', 'i_x'])",
        "df.merge(other, on='k')",
        "df.merge(other, on='k', how='left')",
        "df.merge(other, on='k', how='right')",
        "df.merge(other, on='k', how='outer')",
        "t = other.assign(k=other['k'].str.lower())[['k', 'w']]\nm = df[['k', 'i']].assign(k=df['k'].str.lower()).merge(t, on='k', how='outer')\nout = m[m['k'] == 'b']",
        "df[['i', 's']].merge(other[['w', 'name']], how='cross').head(20)",
        "df[['i', 'j', 's']].merge(df[['i', 'j', 'u']], on=['i', 'j'], how='left')",
        "df.merge(other.rename(columns={'k': 'key'}), left_on='k', right_on='key', how='left', suffixes=('', '_other'))",
        "df[['i', 'k']].merge(other.rename(columns={'k': 'key'}), left_on='k', right_on='key', how='outer')",
        "df[['k', 'i']].merge(other, how='outer', indicator=True)",
        "df.merge(other, on='k', how='left', indicator='from').sort_values(['i', 'w']).head(3)",
        "df[['i', 's']].merge(df[['j', 'u']], left_on='i', right_on='j', how='left', sort=True)",
        "m = df.merge(other, on='k', how='left', indicator=True)\nout = m[m['_merge'] == 'left_only'].drop(columns=['_merge'])",
        "df.merge(other.drop_duplicates('k'), on='k', validate='many_to_one')",
        "df.merge(df.groupby('k')['i'].mean().rename('avg'), on='k')",
        "df.groupby(['k', 'b'])[['f']].max().merge(df[['k', 'b', 'i']], on=['k', 'b'], how='right')",
        "df.merge(other, on='k', how='left').groupby('j')['w'].sum()",
        "df.merge(other, on='k', how='left').groupby('w')['i'].max()",
        "m = df.merge(other, on='k', how='left')\nm['w2'] = m['w'] + 1\nout = m[m['i'] == 4]",
        "df.set_index('k')[['i', 'f']].merge(other, left_index=True, right_on='k', how='left', indicator=True)",
        "df.merge(other.set_index('k'), left_on='k', right_index=True, how='outer', validate='m:m')",
        "df.set_index(['k', 'b'])[['i']].merge(df.set_index(['k', 'b'])[['j']], on=['b', 'k'], how='left').reset_index()",
    ),
)
def merge_method(c: Call) -> Frame:
    """Rows of two frames whose keys are equal; missing keys equal each other."""
    return merged(c, c.frame, c["right"])


@rule(
    f"pandas.merge(left, right, {_MERGE})",
    ignored="copy",
    example=(
        "pd.merge(df, other, on='k')",
        "pd.merge(df[['i', 'k']], other, left_on=['k'], right_on=['k'], how='left')",
        "pd.merge(df[['i', 'k']], other['k'], on='k')",
    ),
)
def merge_function(c: Call) -> Frame:
    """``left.merge(right)``."""
    left = c["left"]
    if isinstance(left, Col):
        left = as_frame(c, left)
    c.need(isinstance(left, Frame), "the left side is not a frame that is known here")
    return merged(c, left, c["right"])


def as_frame(c: Call, value: Value) -> Frame:
    if isinstance(value, Col):
        c.need(value.label is not None, "a Series without a name is merged")
        return framed(c.ctx, value, value.label)
    value = as_table(value)
    c.need(isinstance(value, Frame), "the other side is not a frame that is known here")
    return value  # type: ignore[return-value]


def merged(c: Call, left: Frame, other: Value) -> Frame:
    right = as_frame(c, other)
    how = c.lit("how")
    c.need(how in ("inner", "left", "right", "outer", "cross"), f"how={how!r}")
    suffixes = tuple(c.lit("suffixes"))
    c.need(len(suffixes) == 2, "suffixes= of another length")
    indicator = c.lit("indicator")
    name = "_merge" if indicator is True else indicator or None
    by_index = (bool(c.lit("left_index")), bool(c.lit("right_index")))
    if how == "cross":
        keys = any(by_index) or any(c.lit(x) is not None for x in ("on", "left_on", "right_on"))
        c.need(not keys, "a cross join with keys")
        c.need(c.lit("validate") in (None, "m:m", "many_to_many"), "validate= of a cross join")
        return joined(c, Merge(left, right, how, [], suffixes, indicator=name))
    if any(by_index):
        from rules.join_index import index_merge

        return index_merge(c, left, right, how, suffixes, by_index, name)
    left, right, levels = levels_as_columns(c, left, right)
    pairs = key_pairs(c, left, right)
    c.ctx.look(*(x for pair in pairs for x in pair))
    job = Merge(left, right, how, pairs, suffixes, bool(c.lit("sort")), name)
    if c.lit("validate") is not None:
        job = validated(c, job, c.lit("validate"))
    out = joined(c, job)
    if not levels:
        return out
    return c.interpreter.by_rule("DataFrame.set_index", out, [Const(levels)], {}, c.node)  # type: ignore[attr-defined]


def levels_as_columns(c: Call, left: Frame, right: Frame) -> tuple[Frame, Frame, list]:
    """The sides with the levels of an index that are keys as columns, and the labels of those that
    both sides have: they are levels of the result."""
    from rules.index import index_reset

    sides = []
    for side, name in ((left, "left_on"), (right, "right_on")):
        value = c.lit(name) if c.lit("on") is None else c.lit("on")
        keys = list(value) if isinstance(value, (list, tuple)) else [value]
        levels = [x.label for x in side.index.levels]
        named = value is not None and levels and not any(side.has(x) for x in levels)
        sides.append(named and set(levels) <= set(keys))
    ours, theirs = (index_reset(c.ctx, s, False) if move else s for s, move in zip((left, right), sides))  # fmt: skip
    shared = []
    if all(sides):
        same = c.lit("on") is not None or c.lit("left_on") == c.lit("right_on")
        labels = [{x.label for x in side.index.levels} for side in (left, right)]
        c.need(same and labels[0] == labels[1], "levels of two indexes that are called differently")
        shared = [x for x in keys if x in labels[0]]
    return ours, theirs, shared


def key_pairs(c: Call, left: Frame, right: Frame) -> list[tuple[Column, Column]]:
    """The columns to be equal."""

    def listed(name: str) -> list:
        value = c.lit(name)
        return list(value) if isinstance(value, (list, tuple)) else [value]

    if c.lit("on") is not None:
        c.need(c.lit("left_on") is None and c.lit("right_on") is None, "two kinds of keys")
        labels = [(x, x) for x in listed("on")]
    elif c.lit("left_on") is not None or c.lit("right_on") is not None:
        ours, theirs = listed("left_on"), listed("right_on")
        c.need(len(ours) == len(theirs), "keys of different lengths")
        labels = list(zip(ours, theirs))
    else:
        shared = [x for x in left.labels if right.has(x)]
        c.need(shared and not right.open, "no common columns")
        labels = [(x, x) for x in shared]
    c.need(
        all(isinstance(x, (str, int)) for pair in labels for x in pair), "keys that are not columns"
    )
    pairs = [(left.column(a), right.column(b)) for a, b in labels]
    c.ctx.use(left, *(a for a, _ in pairs))
    c.ctx.use(right, *(b for _, b in pairs))
    return pairs


def validated(c: Call, job: Merge, rule_: str) -> Merge:
    """``validate=``: the job raises where keys repeat on a side that must not have that."""
    names = {"1:1": "one_to_one", "1:m": "one_to_many", "m:1": "many_to_one", "m:m": "many_to_many"}
    kind = names.get(rule_, rule_)
    c.need(kind in names.values(), f"validate={rule_!r}")
    if kind.startswith("one"):
        job.left = checked(c, job.left, [a.name for a, _ in job.pairs], "left")
    if kind.endswith("one"):
        job.right = checked(c, job.right, [b.name for _, b in job.pairs], "right")
    return job


def checked(c: Call, frame: Frame, names: list[str], side: str) -> Frame:
    text = f"{c.ctx.call('unique_keys')}({frame.text}, {render(names)}, {side!r})"
    return frame.but(text=text)


# -- key types


def key_kind(dtype: str) -> str:
    if dtype in INTEGERS | FLOATS:
        return "number"
    if dtype in TEXTS:
        return "text"
    return dtype.replace("bool?", "bool").replace("boolean", "bool")


def check_keys(job: Merge) -> None:
    """Raises NoRule for keys that pandas refuses to compare, or that get another dtype."""
    for a, b in job.pairs:
        if a.dtype is None or b.dtype is None:
            continue
        if (
            key_kind(a.dtype) != key_kind(b.dtype)
            or "category" in (a.dtype, b.dtype)
            and a.dtype != b.dtype
        ):
            raise NoRule(f"a {a.dtype} key is merged with a {b.dtype} key")
        mixed = a.dtype != b.dtype and a.label == b.label and job.how in ("right", "outer")
        if mixed and {a.dtype, b.dtype} != {"int64", "int64?"}:
            raise NoRule("keys of different types in a right or outer join")
        if a.dtype == "category":
            raise NoRule("categories are merged")


# -- the join


def stripped(ctx: Any, frame: Frame, number: str | None, keep_hidden: bool = False) -> Frame:
    """A side without hidden columns and labels; with its row order as column ``number``."""
    if number is not None:
        frame = ordered_number(ctx, frame, number, keep_hidden)
    gone = [] if keep_hidden else [h for h in frame.hidden if h != number]
    gone += [] if keep_hidden else [x.name for x in frame.index.levels]
    if gone:
        frame = chain(frame, f".drop({', '.join(render(g) for g in gone)})")
        frame = frame.but(hidden=tuple(h for h in frame.hidden if h not in gone))
    return frame


def ordered_number(ctx: Any, frame: Frame, name: str, keep: bool = True) -> Frame:
    """The place of each row in the frame's order as a hidden column of that name (``keep``: beside
    the position that it already has)."""
    keys = ctx.order_of(frame)
    if not frame.order.keys and len(keys) == 1:
        old = position_name(keys[0])
        if not keep and old in frame.hidden:
            hidden = tuple(name if h == old else h for h in frame.hidden)
            return chain(frame, f'.withColumnRenamed("{old}", "{name}")', hidden=hidden)
        text = f'{frame.text}.withColumn("{name}", {col(position_name(keys[0]))})'
    else:
        text = f'{ctx.call("with_position")}({frame.text}{"".join(f", {k}" for k in keys)}, name="{name}")'
    return frame.but(text=text, hidden=(*frame.hidden, name))


def position_name(key: E) -> str:
    """The column in ``F.col("…")``."""
    return key.text[7:-2]


def joined(c: Call, job: Merge) -> Frame:
    """The merge as a Spark join, rows in pandas' order where a later step looks at it."""
    check_keys(job)
    ctx, step = c.ctx, c.ctx.step()
    wanted = ctx.wants(step, "order") or ctx.wants(step, "number")
    numbers = (ctx.temp("left"), ctx.temp("right"))
    unknown = (
        job.left.open or job.right.open or any(None in (a.dtype, b.dtype) for a, b in job.pairs)
    )
    if unknown:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        frame, order = joined_at_runtime(ctx, job, numbers if wanted else None)
    else:
        frame, order = joined_known(ctx, job, numbers if wanted else None)
    settle(ctx, job.left), settle(ctx, job.right)
    if job.how in ("left", "right", "outer"):
        frame = settled(ctx, frame, step, unknown)
    lead = job.right if job.how == "right" else job.left
    explicit = job.sort or job.how != "outer" and lead.order.explicit
    frame = frame.but(order=Order(explicit=explicit))
    hidden = frame.hidden
    out = ctx.anchored(frame, step, order if wanted else [])
    if wanted:
        out = chain(out, f".drop({', '.join(render(h) for h in hidden)})")
        out = out.but(hidden=tuple(h for h in out.hidden if h not in hidden))
    return out


def may_be_gappy(column: Column) -> bool:
    """Whether a column may be of whole numbers that are fractions where one is missing."""
    return column.dtype == "int64?" or column.dtype is None and not column.is_nullable


def settled(ctx: Any, frame: Frame, step: tuple, everything: bool) -> Frame:
    """Rows without a partner leave gaps in integers, which makes them fractions in pandas: done by
    the job where a later step takes some of the rows, as then nobody could tell any more."""
    gappy = [x for x in frame.columns if may_be_gappy(x) and looked_at(ctx, x)]
    if not (gappy or everything):
        return frame
    if everything and frame.nullable:
        return frame
    if not ctx.wants(step, "settled"):
        return frame.but(unsettled=(*frame.unsettled, step))
    names = "" if everything else ", " + ", ".join(render(x.name) for x in gappy)
    columns = tuple(replace(x, dtype=None) if x in gappy else x for x in frame.columns)
    ctx.use(frame, *gappy) if gappy else None
    return frame.but(text=f"{ctx.call('settled')}({frame.text}{names})", columns=columns)


def row_order(job: Merge, numbers: tuple[str, str], keys: list[E]) -> list[E]:
    """Sort expressions for pandas' order of the result."""
    left, right = (col(n).asc_nulls_last() for n in numbers)
    rows = [right, left] if job.how == "right" else [left, right]
    if job.how == "outer" or job.sort:
        return [*(k.asc_nulls_last() for k in keys), *rows]
    return rows


def joined_known(ctx: Any, job: Merge, numbers: tuple[str, str] | None) -> tuple[Frame, list[E]]:
    """Both sides known: a plain join, each name said."""
    sides = result_labels(job)
    left_names, right_names = result_names(sides)
    left = stripped(ctx, job.left, numbers[0] if numbers else None)
    right = stripped(ctx, job.right, numbers[1] if numbers else None)
    shared = [(a, b) for a, b in job.pairs if b.name not in right_names]
    using = (
        bool(job.pairs)
        and len(shared) == len(job.pairs)
        and all(
            a.dtype == b.dtype and a.dtype in NULL_FREE and b.name == left_names[a.name] == a.name
            for a, b in job.pairs
        )
    )
    temps: dict[str, str] = {} if using else {b.name: ctx.temp("key") for _, b in shared}
    read = {
        x.name
        for side in (job.left, job.right)
        for x in side.columns
        if ctx.learned.used is None or looked_at(ctx, x)
    }
    left_text = left.text + renames({a: b for a, b in left_names.items() if a in read})
    right_text = right.text + renames(
        {a: b for a, b in {**right_names, **temps}.items() if a in read or a in temps}
    )
    if job.indicator:
        left_text += '.withColumn("__in_left", F.lit(True))'
        right_text += '.withColumn("__in_right", F.lit(True))'
    theirs = {**right_names, **temps}
    how = {"left": "left", "right": "right", "outer": "outer", "inner": "inner"}.get(job.how)
    if job.how == "cross":
        text = f"{left_text}.crossJoin({right_text})"
    elif using:
        names = [a.name for a, _ in job.pairs]
        text = f"{left_text}.join({right_text}, {render(names[0] if len(names) == 1 else names)}, {render(how)})"
    else:
        tests = [equal(a, b, col(left_names[a.name]), col(theirs[b.name])) for a, b in job.pairs]
        condition = tests[0]
        for test in tests[1:]:
            condition = condition & test
        text = f"{left_text}.join({right_text}, {condition}, {render(how)})"
    text, columns, keys = after_join(
        ctx, job, sides, (left_names, right_names), temps, text, using, numbers
    )
    hidden = tuple(numbers) if numbers else ()
    frame = Frame(
        text, tuple(columns), hidden=hidden, vars=left.vars | right.vars, nullable=job.left.nullable
    )
    return frame, row_order(job, numbers, keys) if numbers else []


def equal(a: Column, b: Column, x: E, y: E) -> E:
    """Equality of two keys; where both may be missing, missing equals missing."""
    if a.dtype in NULL_FREE or b.dtype in NULL_FREE:
        return x == y
    return x.eqNullSafe(y)


def after_join(
    ctx: Any,
    job: Merge,
    sides: Sides,
    names: tuple,
    temps: dict,
    text: str,
    using: bool,
    numbers: Any,
) -> tuple:
    """Key columns, the indicator and the order of columns, once the rows are joined."""
    left_names, right_names = names
    gone = list(temps.values())
    keys: list[E] = []
    shared = {a.name: b for a, b in job.pairs if b.name not in right_names}
    for a, b in job.pairs:
        ours = col(left_names[a.name])
        theirs = None if using else col({**right_names, **temps}[b.name])
        keys.append(ours if theirs is None else F.coalesce(ours, theirs) if job.how == "outer" else theirs if job.how == "right" else ours)  # fmt: skip
        if temps and a.name in shared and job.how in ("right", "outer"):
            text += f".withColumn({lift(left_names[a.name])}, {keys[-1]})"
            keys[-1] = ours
    columns = []
    for x, label in sides.left:
        dtype, gap = x.dtype, x.gap
        if job.how in ("right", "outer") and x.name not in shared:
            dtype, gap = with_missing(dtype), nan_only(gap)
        elif x.name in shared and job.how in ("right", "outer") and shared[x.name].dtype != dtype:
            dtype = "int64?"
        columns.append(
            replace(x, label=label, name=left_names[x.name], dtype=dtype, uid=fresh(), gap=gap)
        )
    for x, label in sides.right:
        lost = job.how in ("left", "outer")
        dtype, gap = (with_missing(x.dtype), nan_only(x.gap)) if lost else (x.dtype, x.gap)
        columns.append(
            replace(x, label=label, name=right_names[x.name], dtype=dtype, uid=fresh(), gap=gap)
        )
    if job.indicator:
        if any(x.label == job.indicator for x in columns):
            raise NoRule("the indicator has the name of a column")
        word = F.when(col("__in_right").isNull(), "left_only").when(col("__in_left").isNull(), "right_only").otherwise("both")  # fmt: skip
        text += f".withColumn({lift(job.indicator)}, {word})"
        gone += ["__in_left", "__in_right"]
        columns.append(Column(job.indicator, job.indicator, "category"))
    if gone:
        text += f".drop({', '.join(render(g) for g in gone)})"
    first = [left_names[a.name] for a, _ in job.pairs]
    if using and [x.name for x in columns][: len(first)] != first:
        ctx.use(job.left), ctx.use(job.right)
        more = "".join(f', "{n}"' for n in numbers or ())
        text += f".select({', '.join(in_list(x.name) for x in columns)}{more})"
    return text, columns, keys


def nan_only(gap: str | None) -> str | None:
    """What a missing value is after NaN was put beside it: known only where it was NaN before."""
    return gap_beside_nan({gap})


def joined_at_runtime(
    ctx: Any, job: Merge, numbers: tuple[str, str] | None
) -> tuple[Frame, list[E]]:
    """Columns or types are seen by the job, which merges by the schemas it finds."""
    if job.left.nullable != job.right.nullable and (job.left.open or job.right.open):
        raise NoRule("columns of unknown type mix pandas' two kinds of missing values")
    for side in (job.left, job.right):
        if any(x.label != x.name for x in side.columns):
            raise NoRule("columns whose names Spark does not take")
        ctx.use(side)
    left = stripped(ctx, job.left, numbers[0] if numbers else None)
    right = stripped(ctx, job.right, numbers[1] if numbers else None)
    ours, theirs = [a.name for a, _ in job.pairs], [b.name for _, b in job.pairs]
    if ours == theirs:
        keys = f"on={render(ours)}" if ours else ""
    else:
        keys = f"left_on={render(ours)}, right_on={render(theirs)}"
    options = [f"how={render(job.how)}"] + ([keys] if keys else [])
    if job.suffixes != ("_x", "_y"):
        options.append(f"suffixes={render(tuple(job.suffixes))}")
    if job.indicator:
        options.append(f"indicator={render(job.indicator)}")
    if numbers:
        options.append(f"rows={render(tuple(numbers))}")
    text = f"{ctx.call('merge')}({left.text}, {right.text}, {', '.join(options)})"
    if numbers and (job.how == "outer" or job.sort) and ours != theirs:
        raise NoRule("the order of an outer join on columns of different names")
    keys_ = [col(n) for n in ours]
    hidden = tuple(numbers) if numbers else ()
    base = fresh()
    columns: list[Column] = []
    is_open = job.left.open or job.right.open
    if is_open:
        ctx.look(*job.left.columns, *job.right.columns)
    if not is_open:
        sides = result_labels(job)
        lost = {"left": ("right",), "right": ("left",), "outer": ("left", "right")}.get(job.how, ())
        keep = {a.name for a, b in job.pairs if same_label(a, b)}
        for name, side in (("left", sides.left), ("right", sides.right)):
            for x, label in side:
                dtype = (
                    with_missing(x.dtype)
                    if name in lost and not (name == "left" and x.name in keep)
                    else x.dtype
                )
                if x.name in keep and name == "left" and job.how in ("right", "outer"):
                    dtype = None
                columns.append(
                    Column(
                        label,
                        label,
                        dtype,
                        nullable=x.is_nullable,
                        finite=x.finite,
                        nans=x.nans,
                        width=x.width,
                    )
                )
        if job.indicator:
            columns.append(Column(job.indicator, job.indicator, "category"))
    elif job.indicator:
        columns.append(Column(job.indicator, job.indicator, "category"))
    gap = gap_of_union(job.left, job.right, more=job.how != "inner") if is_open else None
    frame = Frame(text, tuple(columns), open=is_open, nullable=job.left.nullable, base=base, hidden=hidden, vars=left.vars | right.vars, gap=gap)  # fmt: skip
    return frame, row_order(job, numbers, keys_) if numbers else []
