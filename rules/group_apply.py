"""``apply`` of groups, where the function's result is known: one value, or a record of values."""

from __future__ import annotations

from typing import Any

import libcst as cst

from rules.aggregates import AGGREGATES, as_list, outcome
from rules.group_agg import spec_of
from rules.group_lambdas import attempt, reduced
from rules.group_bodies import opened
from rules.groups import Groups, Made
from rules.lib import tightened
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import Col, Func, Value


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
    ),
)
def series_apply(c: Call) -> Value:
    """A function that gives one value for each group."""
    c.need(not c["args"] and not c["kwargs"], "further arguments for the function")
    g, func = Groups(c, c.grouped), c["func"]
    c.need(g.grouped.as_index, "apply with as_index=False")
    v = g.value(g.grouped.series)
    if not isinstance(func, Func):
        name, spec = spec_of(func)
        c.need(
            spec.name in ("list", "size") and name != "size" or spec.name == "join",
            "apply of a function of this name",
        )
        return outcome(
            c,
            g,
            [
                (
                    v.label,
                    AGGREGATES[spec.name](g, None if name == "len" else v, None, **spec.params),
                )
            ],
            True,
        )
    try:
        one = reduced(g, func, v)
    except NoRule as problem:
        one = as_list(g, func, v, problem, True)
    return outcome(c, g, [(v.label, one)], True)


@rule(
    "DataFrameGroupBy.apply(func, *args, include_groups=True, **kwargs)",
    example=(
        "df.groupby('k').apply(lambda g: g['i'].sum() / g['j'].sum())",
        "df.groupby('k').apply(lambda g: (g['i'] * g['j']).sum())",
        "df.groupby('b').apply(lambda g: pd.Series({'n': len(g), 'm': g['f'].mean(), 'w': g['i'].max() - g['j'].min()}))",
        "df.groupby('k')[['i', 'j']].apply(lambda g: g['i'].max() + g['j'].max())",
        "df.groupby('k').apply(len)",
    ),
)
def frame_apply(c: Call) -> Value:
    """A function that gives one value, or one pd.Series of values by name, for each group."""
    c.need(not c["args"] and not c["kwargs"], "further arguments for the function")
    g, func = Groups(c, c.grouped), c["func"]
    c.need(g.grouped.as_index, "apply with as_index=False")
    if not isinstance(func, Func):
        c.need(getattr(func, "name", "") == "builtins.len", "apply of a function of this name")
        return outcome(c, g, [(None, AGGREGATES["size"](g, None, None))], True)
    selection = g.grouped.selection
    group = (
        g.frame
        if selection is None
        else g.frame.but(columns=tuple(g.frame.column(x) for x in selection), open=False)
    )
    record = as_record(c, func)
    if record is None:
        return outcome(c, g, [(None, one_value(g, func, group))], True)
    outputs = [(label, one_value(g, part, group)) for label, part in record]
    kinds = {made.dtype for _, made in outputs}
    c.need(None not in kinds, "the types of a record's values are not known")
    if kinds <= {"int64", "float64", "int64?"} and len(kinds) > 1:
        outputs = [
            (x, Made(m.expr.cast("double"), "float64") if m.dtype != "float64" else m)
            for x, m in outputs
        ]
    elif len(kinds) > 1:
        raise NoRule("a record of values of different types")
    return outcome(c, g, outputs, False)


def one_value(g: Groups, func: Func, group: Value) -> Made:
    value, _ = attempt(g, func, group, False, False)
    if not isinstance(value, Col):
        raise NoRule("the function does not reduce the group in a way that is followed")
    value = tightened(value)
    if value.is_nullable:
        raise NoRule("a function over groups of nullable columns")
    return Made(value.expr, value.dtype, False, value.null_free)


def as_record(c: Call, func: Func) -> list[tuple[Any, Func]] | None:
    """The values by name of a function that returns ``pd.Series({…})``, each as a function."""
    parameter, tree = opened(func)
    if not isinstance(tree, cst.Call) or c.interpreter.program.code(tree.func) not in ("pd.Series", "pandas.Series", "Series"):  # type: ignore[attr-defined]
        return None
    if len(tree.args) != 1 or tree.args[0].keyword or not isinstance(tree.args[0].value, cst.Dict):
        raise NoRule("a record of this form")
    out = []
    for element in tree.args[0].value.elements:
        if not isinstance(element, cst.DictElement) or not isinstance(
            element.key, cst.SimpleString
        ):
            raise NoRule("a record of this form")
        parameters = cst.Parameters([cst.Param(cst.Name(parameter))])
        out.append(
            (element.key.evaluated_value, Func(cst.Lambda(parameters, element.value), func.scope))
        )
    return out
