"""``apply`` of groups: what the function gives decides the form of the result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

import libcst as cst

from rules.aggregates import AGGREGATES, outcome
from rules.group_agg import spec_of
from rules.group_bodies import opened, record_of
from rules.bound_arguments import bound_function
from rules.group_functions import as_list
from rules.group_lambdas import attempt, each, reduced
from rules.group_shapes import rows_of_frame, rows_of_series
from rules.group_udf import applied, followed, shape_of
from rules.group_more import realigned, row_levels
from rules.groups import UNKNOWN, Groups, Made
from rules.lib import assign, chain, selected, series_of, subset_of, tightened, with_temps
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import Col, Frame, Func, Value


def first_that_fits(c: Call, *ways: Callable[[], Value]) -> Value:
    """The result of the first way that has a form; the reason of the first where none has."""
    problem: NoRule | None = None
    for way in ways:
        point = c.ctx.save()
        try:
            return way()
        except NoRule as error:
            c.ctx.restore(point)
            problem = problem or error
    raise problem or NoRule("there is no form of this")


@rule(
    "SeriesGroupBy.apply(func, *args, **kwargs)",
    example=(
        "df.groupby('k')['i'].apply(lambda x: x.max() - x.min())",
        "df.groupby('k')['f'].apply(lambda x: (x > 1).sum())",
        "df.groupby('b')['u'].apply(lambda x: ', '.join(sorted(x.dropna().unique())))",
        "df.groupby('k')['i'].apply(list)",
        "df.groupby('b')['s'].apply(lambda x: x.mode()[0])",
        "df.groupby('b')['i'].apply(lambda x: x.unique().tolist())",
        "df.groupby('b')['i'].apply(lambda x: x.iloc[-1] - x.iloc[0])",
        "df.groupby('k')['i'].apply(lambda x: x.mean() if len(x) > 3 else 0.0)",
        "df.groupby('k')['i'].apply(lambda x: (x - x.mean()).abs().max())",
        "df.groupby('b')['f'].apply(lambda x: x.isna().sum())",
        "df.groupby('b')['i'].apply(lambda x: x[x > 2].sum())",
        "df.groupby('k')['i'].apply(np.mean)",
        "df.groupby('k')['f'].apply(lambda x: x.nlargest(2))",
        "df.groupby('k', sort=False)['i'].apply(lambda x: x.sort_values().head(2))",
        "df.groupby('k')['i'].apply(lambda x: x.head(1))",
        "df.groupby('k')['i'].apply(lambda x: x - x.mean())",
        "df.groupby('k')['i'].apply(lambda x: x.rolling(2).mean())",
        "df.groupby('k', group_keys=False)['i'].apply(lambda x: x - x.mean())",
        "df['m'] = df.groupby('k', group_keys=False)['i'].apply(lambda x: x / x.sum())\nout = df",
        "df.groupby('b')['i'].apply(lambda x: x.nlargest(3).mean())",
        "df.groupby('k', as_index=False)['i'].apply(lambda x: x.sum())",
    ),
)
def series_apply(c: Call) -> Value:
    """A function that gives a value, a list, or a Series for each group."""
    func = bound_function(c)
    if not isinstance(func, Func):
        return by_name(c, func)

    def value() -> Value:
        g = Groups(c, c.grouped)
        v = g.value(g.grouped.series)
        try:
            one = reduced(g, func, v)
        except NoRule as problem:
            one = as_list(g, func, v, problem, True)
        return outcome(c, g, [(v.label, replace(one, empty=UNKNOWN))], True)

    def in_udf() -> Value:
        shape = followed(c, func, c.grouped.series)
        return applied(c, func, shape_of(shape), shape)

    return first_that_fits(c, value, lambda: row_by_row(c, func), lambda: rows_of_series(c, func), in_udf)  # fmt: skip


def by_name(c: Call, func: Any) -> Value:
    """``apply(list)``, ``apply(np.mean)``."""
    g = Groups(c, c.grouped)
    v = g.value(g.grouped.series) if g.grouped.series is not None else None
    name, spec = spec_of(func)
    module = getattr(func, "name", "").split(".")[0]
    c.need(v is not None or spec.name == "size", "apply of a function of this name")
    c.need(spec.name in ("list", "join", "size", "sum", "mean", "min", "max", "prod"), "apply of a function of this name")  # fmt: skip
    if spec.name not in ("list", "join", "size"):
        # Python's own sum, min and max trip over a missing value; numpy's skip it in a Series.
        c.need(module == "numpy" or v.null_free, "a builtin over missing values")
    one = AGGREGATES[spec.name](g, None if name == "len" else v, None, **spec.params)
    return outcome(c, g, [(v.label if v is not None else None, replace(one, empty=UNKNOWN))], True)


def row_by_row(c: Call, func: Func) -> Value:
    """A function that gives a value for each row of the group, under the row's own label."""
    g = Groups(c, c.grouped)
    v = g.value(g.grouped.series)
    series = each(g, func, v, by_row=True)
    g.temps = {**g.temps, **dict(series.temps)}
    made = Made.of(series)
    if g.grouped.group_keys:
        return series_of(c.ctx, row_levels(g, [(v.label, made)]), v.label)
    aligned = g.windowed(made, v.label)
    inside = g.in_group()
    if inside is None:
        return aligned
    frame = with_temps(g.frame, aligned.temps)[0]
    kept = subset_of(c.ctx, g.frame, chain(frame, f".filter({inside})"))
    value = aligned.but(
        frame=kept, expr=made.expr, dtype=made.dtype, temps=(), null_free=made.null_free
    )
    label = v.label if isinstance(v.label, str) else "value"
    wide = assign(c.ctx, kept, label, value)
    rows = series_of(c.ctx, selected(c.ctx, wide, [wide.column(label)]), label).but(label=v.label)
    return realigned(rows, aligned)


@rule(
    "DataFrameGroupBy.apply(func, *args, include_groups=True, **kwargs)",
    example=(
        "df.groupby('k').apply(lambda g: g['i'].sum() / g['j'].sum())",
        "df.groupby('k').apply(lambda g: (g['i'] * g['j']).sum())",
        "df.groupby('b').apply(lambda g: pd.Series({'n': len(g), 'm': g['f'].mean(), 'w': g['i'].max() - g['j'].min()}))",
        "df.groupby('k')[['i', 'j']].apply(lambda g: g['i'].max() + g['j'].max())",
        "df.groupby('k').apply(len)",
        "df.groupby('k').apply(lambda x: pd.Series({'n': len(x), 'first': x['s'].iloc[0], 'm': x['f'].mean()}))",
        "df.groupby('k').apply(lambda x: pd.Series([x['i'].min(), x['i'].max()], index=['lo', 'hi']))",
        "def stats(g):\n    d = {}\n    d['total'] = g['i'].sum()\n    d['avg'] = g['f'].mean()\n    return pd.Series(d, index=['avg', 'total'])\nout = df.groupby('k').apply(stats).reset_index()",
        "df.groupby('k').apply(lambda x: x.nlargest(2, 'i'))",
        "df.groupby('k').apply(lambda x: x.nsmallest(2, 'f'))",
        "def top(g, n=5, by='f'):\n    return g.sort_values(by, ascending=False, kind='stable').head(n)\nout = df.groupby('k').apply(top, n=2, by='i')",
        "def ratio(g, a, b='j'):\n    return g[a].sum() / g[b].sum()\nout = df.groupby('k').apply(ratio, 'i')",
        "df.groupby('k').apply(lambda x: x.nlargest(2, 'i')).reset_index(drop=True)",
        "df.groupby('k', group_keys=False).apply(lambda x: x.sort_values(['i', 'j']).head(2))",
        "df.groupby('k', sort=False).apply(lambda x: x.sort_values('f', ascending=False, kind='stable').tail(1), include_groups=False)",
        "df.groupby('b').apply(lambda x: x[x['i'] > x['i'].mean()])",
        "df.groupby('k').apply(lambda x: x.head(int(len(x) * 0.5))).reset_index(drop=True)",
        "x = 'abcd'\nout = df.groupby('k').apply(lambda x: x.sort_values('i').tail(len(x) // 3))",
        "df.groupby('k', group_keys=False).apply(lambda x: x[x['i'] > -100])",
        "df.groupby('k').apply(lambda x: x.loc[x['i'].idxmax(), 's'])",
        "df.groupby('k', group_keys=False).apply(lambda g: g.assign(share=g['i'] / g['i'].sum()))",
        "df.set_index('s').groupby('b').apply(lambda g: g[['i', 'f']].cumsum())",
        "df.groupby('k').apply(lambda g: g.drop_duplicates('b')[['i', 's']])",
        "df.groupby(['k', 'b']).apply(lambda x: x['i'].corr(x['j']))",
        "df.groupby('k', as_index=False).apply(lambda g: pd.Series({'n': len(g), 'm': g['i'].sum()}))",
    ),
)
def frame_apply(c: Call) -> Value:
    """A function that gives a value, a record of values, or rows for each group."""
    func = bound_function(c)
    if not isinstance(func, Func):
        return by_name(c, func)
    record = as_record(c, func)
    if record is not None:
        names = [label for label, _ in record]
        c.need(len(set(names)) == len(names), "a name twice in a record")
        return first_that_fits(c, lambda: record_result(c, record), lambda: applied(c, func, "record", None, names, bool(c.lit("include_groups"))))  # fmt: skip

    def value() -> Value:
        g = Groups(c, c.grouped)
        return outcome(c, g, [(None, one_value(g, func, group_of(g)))], True)

    def in_udf() -> Value:
        g = Groups(c, c.grouped)
        group = group_of(g, bool(c.lit("include_groups")))
        if not c.lit("include_groups") and not group.open:
            keys = g.in_axis() if g.grouped.selection is None else []
            group = group.but(columns=tuple(x for x in group.columns if x.label not in keys))
        shape = followed(c, func, group)
        form = "frame" if shape is None and gives_rows(func) else shape_of(shape)
        return applied(c, func, form, shape, None, bool(c.lit("include_groups")))

    return first_that_fits(c, value, lambda: rows_of_frame(c, func), in_udf)


_ROWS = {"nlargest", "nsmallest", "head", "tail", "sort_values", "assign", "drop_duplicates", "copy", "reset_index",
         "dropna", "fillna", "sort_index", "rename", "drop"}  # fmt: skip


def gives_rows(func: Func) -> bool:
    """Whether a function plainly gives a frame: methods of the group that all give frames."""
    try:
        parameter, tree = opened(func)
    except NoRule:
        return False
    while isinstance(tree, cst.Call) and isinstance(tree.func, cst.Attribute):
        if tree.func.attr.value not in _ROWS:
            return False
        tree = tree.func.value
    return isinstance(tree, cst.Name) and tree.value == parameter


def group_of(g: Groups, keys: bool = True) -> Frame:
    """The columns that the function sees (``keys`` among them or not), over all rows."""
    selection = g.grouped.chosen(keys)
    if selection is None:
        return g.frame
    return g.frame.but(columns=tuple(g.frame.column(x) for x in selection), open=False)


def record_result(c: Call, record: list) -> Value:
    """A record of values by name as one aggregate each."""
    g = Groups(c, c.grouped)
    outputs = [(label, one_value(g, part, group_of(g))) for label, part in record]
    return outcome(c, g, of_one_dtype(outputs), False)


def of_one_dtype(outputs: list) -> list:
    """The values of a record as pandas stacks them: numbers alone become one dtype."""
    kinds = {made.dtype for _, made in outputs}
    if None in kinds:
        raise NoRule("the types of a record's values are not known")
    if len(kinds) == 1:
        return outputs
    if kinds <= {"int64", "float64", "int64?"}:
        if "float64" not in kinds:
            raise NoRule("a record of whole numbers that may be missing")
        return [
            (
                x,
                (
                    replace(m, expr=m.expr.cast("double"), dtype="float64")
                    if m.dtype != "float64"
                    else m
                ),
            )
            for x, m in outputs
        ]
    if not kinds <= {"int64", "float64", "int64?", "object", "bool", "datetime64[ns]"}:
        raise NoRule("a record of values of different types")
    return outputs


def one_value(g: Groups, func: Func, group: Value) -> Made:
    value, _ = attempt(g, func, group, False, False)
    if not isinstance(value, Col):
        raise NoRule("the function does not reduce the group in a way that is followed")
    value = tightened(value)
    if value.is_nullable:
        raise NoRule("a function over groups of nullable columns")
    return Made(value.expr, value.dtype, False, value.null_free, UNKNOWN)


def as_record(c: Call, func: Func) -> list[tuple[Any, Func]] | None:
    """The values by name of a function that returns ``pd.Series({…})``, each as a function."""
    try:
        parameter, tree = opened(func)
    except NoRule:
        return None
    parts = record_of(tree, c.interpreter.program.code)  # type: ignore[attr-defined]
    if parts is None:
        return None
    parameters = cst.Parameters([cst.Param(cst.Name(parameter))])
    return [(label, Func(cst.Lambda(parameters, value), func.scope)) for label, value in parts]
