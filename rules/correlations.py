"""Correlations and covariances."""

from __future__ import annotations

from typing import Any

from rules.labels import labels_text
from rules.lib import meet, on, typed
from rules.reduce import NUMERIC, ready
from rules.reduce_frame import options_text
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import FLOATS, ByColumn, Col, Local, Scalar, Table
from transpiler.symbolic import F, in_list


def matrix(c: Call, function: str, **options: Any) -> Local:
    """``df.corr()``, ``df.cov()``: every two columns of numbers."""
    frame, only = c.frame, c.lit("numeric_only")
    kinds = NUMERIC | {None}
    c.need(all(x.dtype in kinds or only and x.dtype != "bool?" for x in frame.columns), "columns that are not numbers")  # fmt: skip
    least = c.lit("min_periods")
    c.need(least is None or isinstance(least, int), "min_periods= of this form")
    c.ctx.use(frame)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    named = frame.open and (frame.label_kind or frame.label_names)
    frame = c.ctx.hoist(frame, c.ctx.hint) if named else frame.but(text=frame.text)
    levels = [x.name for x in frame.index.levels]
    text = frame.text + (f".drop({', '.join(map(repr, levels))})" if levels else "")
    parts = [text, *options_text(numeric_only=only, min_periods=least or 1, **options)]
    text = f"{c.ctx.call(function)}({', '.join(parts)})"
    known = not frame.open and all(x.dtype is not None for x in frame.columns)
    if named:
        c.need(not only, "columns whose labels are not their names")
        hidden = [*frame.hidden, *(x.name for x in frame.index.levels)]
        listed = labels_text(c.ctx, frame.but(label_kind=frame.label_kind or "str"), hidden)
        text += f".set_axis({listed}).set_axis({listed}, axis=1)"
    elif not all(x.label == x.name for x in frame.columns):
        c.need(not only, "renamed columns, some of which are left out")
        text += f".set_axis({frame.labels!r}).set_axis({frame.labels!r}, axis=1)"
    labels = tuple(x.label for x in frame.columns if x.dtype in NUMERIC)
    return Table(text, frame.vars, labels, labels, "float64") if known else Local(text, frame.vars)


@rule(
    "DataFrame.corr(method='pearson', min_periods=1, numeric_only=False)",
    example=(
        "df[['f', 'g', 'n', 'i']].corr()",
        "df.corr(numeric_only=True)",
        "df[['g', 'n', 'i']].corr(min_periods=12)",
        "df[['g', 'i']].assign(z=1.5).corr()",
        "df[['g', 'i']].head(1).corr()",
        "df[['g', 'i']].corr()['g']",
        "pd.get_dummies(df[['k', 'i', 'n']], columns=['k']).corr()",
        "pd.crosstab(df['i'], df['k']).corr()",
        "df[['g', 'i']].corr().loc['g', 'i'] * df['i']",
        "df[['f', 'g', 'i']].corr(method='spearman')",
        "df[['j', 'n']].assign(z=1.5).corr('spearman', min_periods=14)",
    ),
)
def corr(c: Call) -> Local:
    """Pearson's correlation of every two columns, or that of their ranks."""
    method = c.lit("method")
    c.need(method in ("pearson", "spearman"), "a method that is scipy's or the program's own")
    return matrix(c, "correlations" if method == "pearson" else "rank_correlations")


@rule(
    "DataFrame.cov(min_periods=None, ddof=1, numeric_only=False)",
    example=(
        "df[['g', 'n', 'i']].cov()",
        "df[['i', 'j']].cov()",
        "df[['g', 'n']].cov(min_periods=13)",
        "df[['i', 'j', 'b']].cov(ddof=0)",
        "df[['i', 'j']].head(3).cov(ddof=3)",
        "df[['i', 'j']].head(1).cov(ddof=0)",
        "df[['g', 'n', 'i']].cov(ddof=0)",
        "df[df['i'] > 99][['i', 'j']].cov(ddof=2)",
    ),
)
def cov(c: Call) -> Local:
    """The covariance of every two columns."""
    ddof = c.lit("ddof")
    c.need(type(ddof) is int, "ddof= of this value")
    return matrix(c, "covariances", ddof=ddof)


def both(c: Call, other: Any, build: Any, least: int | None) -> Scalar:
    """An aggregate of two Series, over the rows that have both."""
    c.need(isinstance(other, Col), "not a Series")
    _, (a, b) = meet(c.col, other)
    kinds = NUMERIC - {"Int64", "Int32", "Float64"} | {None}
    c.need(a.dtype in kinds and b.dtype in kinds and not a.is_nullable and not b.is_nullable, "columns that are not numbers for sure")  # fmt: skip
    c.need(least is None or isinstance(least, int), "min_periods= of this form")
    frame, a = ready(c.ctx, a)
    frame, b = ready(c.ctx, b.but(frame=frame))
    if None in (a.dtype, b.dtype):
        c.verdict = "runtime"  # type: ignore[attr-defined]
        frame = frame if frame.text.isidentifier() else c.ctx.hoist(frame, c.ctx.hint)
        a, b = (s.but(frame=frame, expr=typed(c.ctx, "measured", s.but(frame=frame))) if s.dtype is None else s for s in (a, b))  # fmt: skip
    x, y = (s.expr if s.dtype in FLOATS else s.expr.cast("double") for s in (a, b))
    result = build(x, y)
    if least is not None and least > 1:
        result = F.when(F.count_if(x.isNotNull() & y.isNotNull()) >= least, result)
    uses = a.vars | b.vars
    return Scalar(f"{c.ctx.call('scalar')}({frame.text}, {result})", "float64", uses, "correlation")


@rule(
    "Series.corr(other, method='pearson', min_periods=None)",
    not_yet="method",
    example=(
        "df['g'].corr(df['n'])",
        "df['i'].corr(df['j'])",
        "df['g'].corr(df['n'], min_periods=14)",
        "df['i'].corr(df['i'] * 2)",
        "df['g'].corr(df['b'])",
    ),
)
def series_corr(c: Call) -> Scalar:
    """Pearson's correlation with another Series."""
    return both(c, c["other"], lambda a, b: F.corr(a, b), c.lit("min_periods"))


@rule(
    "Series.cov(other, min_periods=None, ddof=1)",
    example=("df['g'].cov(df['n'])", "df['i'].cov(df['j'])", "df['g'].cov(df['n'], ddof=0)"),
)
def series_cov(c: Call) -> Scalar:
    """The covariance with another Series."""
    c.need(c.lit("ddof") in (0, 1), "ddof= of this value")
    build = F.covar_samp if c.lit("ddof") else F.covar_pop
    return both(c, c["other"], lambda a, b: build(a, b), c.lit("min_periods"))


@rule("Series.autocorr(lag=1)", example=("df['g'].autocorr()", "df['i'].autocorr(2)"))
def autocorr(c: Call) -> Scalar:
    """The correlation with itself some rows before."""
    shifted = c.interpreter.by_rule("Series.shift", c.col, [c["lag"]], {}, c.node)  # type: ignore[attr-defined]
    return both(c, shifted, lambda a, b: F.corr(a, b), None)


@rule(
    "DataFrame.corrwith(other, axis=0, drop=False, method='pearson', numeric_only=False)",
    not_yet="axis method",
    ignored="drop",
    example=("df[['f', 'g', 'i']].corrwith(df['n'], drop=True)", "df.drop(columns='b').corrwith(df['j'], numeric_only=True)"),
)  # fmt: skip
def corrwith(c: Call) -> Local:
    """Pearson's correlation of each column with a Series."""
    frame, other, only = c.frame, c["other"], c.lit("numeric_only")
    c.need(isinstance(other, Col), "not a Series")
    c.need(not frame.open and all(x.dtype in NUMERIC or only and x.dtype is not None and x.dtype != "bool?" for x in frame.columns), "columns that are not numbers for sure")  # fmt: skip
    c.need(other.dtype in NUMERIC, "a Series that is not of numbers for sure")
    c.need(all(x.label == x.name for x in frame.columns), "renamed columns")
    c.need(frame.index.kind != "columns", "an index of columns")
    try:
        series = on(frame, other)
    except NoRule:
        base, (series,) = meet(other)
        c.need(base.rows is frame.rows, "a Series of other rows")
    source, series = ready(c.ctx, series)
    numbers = [x for x in frame.columns if x.dtype in NUMERIC]
    names = [x.name for x in numbers]
    c.ctx.use(frame, *numbers)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    column = c.ctx.temp("other")
    text = f'{source.text}.select({", ".join(map(in_list, names))}, {series.expr.alias(column)})'
    text = f"{c.ctx.call('correlations_with')}({text}, F.col({column!r}))"
    return ByColumn(text, frame.vars | series.vars, tuple(names), "float64")


__all__ = ["corr", "corrwith", "cov"]
