"""Summaries, which are small and so on the driver: describe and quantiles."""

from __future__ import annotations

from typing import Any

from rules.elementwise import solid
from rules.reduce import TIMES, scalar_of
from rules.reduce_frame import options_text, relabelled, type_options
from rules.registry import Call, rule
from rules.widths import widths_in
from transpiler.facts import (
    BOOLS,
    FLOATS,
    NUMBERS,
    ByColumn,
    Frame,
    Local,
    Module,
    Sequence,
    Table,
    Value,
)
from transpiler.symbolic import render

# --- describe -------------------------------------------------------------------------------

_DESCRIBE = "percentiles=None, include=None, exclude=None"


def percentile_rows(percentiles: list | None) -> list[str]:
    from pandas.io.formats.format import format_percentiles  # type: ignore[attr-defined]

    found = [0.25, 0.5, 0.75] if percentiles is None else sorted({*percentiles, 0.5})
    return ["count", "mean", "std", "min", *format_percentiles(found), "max"]


def described(c: Call, frame: Frame, include: Any, exclude: Any) -> str:
    """The call of ``described`` in the job."""
    ctx = c.ctx
    at = c.lit("percentiles")
    c.need(at is None or isinstance(at, (list, tuple)) and all(isinstance(q, (int, float)) and 0 <= q <= 1 for q in at), "percentiles= of this form")  # fmt: skip
    c.need(at is None or len(set(at)) == len(at), "percentiles twice")
    bad = {"list", "timedelta64[ns]", "category"}
    c.need(not any(x.dtype in bad for x in frame.columns), "describe of such columns")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    ctx.use(frame)
    known = not frame.open and all(x.dtype is not None for x in frame.columns)
    measured = NUMBERS | {"datetime64[ns]"}
    plain = include is None and exclude is None and any(x.dtype in measured for x in frame.columns)
    counts = not plain and not (known and all(x.dtype in measured for x in frame.columns))
    parts = [f"{k}={list(v) if isinstance(v, tuple) else v!r}" for k, v in (("percentiles", at), ("include", include), ("exclude", exclude)) if v is not None]  # fmt: skip
    if counts:  # the first of two equally frequent values
        c.need(not frame.order.keys, "rows in another order than they came")
        parts.append(f"row={ctx.position(frame, frame.order.anchor)}")
    parts += type_options(c, frame)
    return f"{ctx.call('described')}({', '.join([frame.text, *parts])})"


def selector(c: Call, name: str) -> Any:
    """``include=`` or ``exclude=`` in a form that the job can write."""
    value = c[name]
    items = value.items if isinstance(value, Sequence) else [value]
    found = []
    for item in items:
        if isinstance(item, Module):
            text = {"numpy.number": "number", "builtins.object": "object", "numpy.object_": "object",
                    "builtins.bool": "bool", "builtins.int": "int", "builtins.float": "float"}.get(item.name)  # fmt: skip
            c.need(text is not None, f"{name}= of this kind")
            found.append(text)
        else:
            plain = c.lit(name) if not isinstance(value, Sequence) else item.value  # type: ignore[union-attr]
            if plain is None or plain == "all":
                return plain
            plain = [plain] if isinstance(plain, str) else plain
            c.need(isinstance(plain, (list, tuple)), f"{name}= of this kind")
            found += list(plain)
    c.need(all(isinstance(x, str) for x in found), f"{name}= of this kind")
    c.need(not {"category", "timedelta"} & set(found), f"{name}= of this kind")
    return ["object" if x == "O" else x for x in found]


@rule(
    f"DataFrame.describe({_DESCRIBE})",
    example=(
        "df[['i', 's', 'f', 'd', 'n', 'b']].describe()",
        "df[['f', 'i']].describe(percentiles=[0.1, 0.9])",
        "df[['i', 'k', 'b', 'f']].describe(include='all')",
        "df[['k', 'b', 's']].describe()",
        "df.describe(include=['object'])",
        "df.describe(include=[np.number])",
        "df.describe(include=['bool', 'O'])",
        "df.describe(exclude=['object', 'datetime'])",
        "df[['f', 'd']].describe()",
        "df[df['i'] > 99][['f', 'i']].describe()",
        "df[['n', 'i']].convert_dtypes().describe()",
        "df[['f', 'i']].describe().loc['mean']",
        "df[['f', 'i']].describe().T",
        "d = df[['f', 'i']].describe()\nout = df[df['f'] > d.loc['75%', 'f']]",
        "d = df[['f', 'i']].describe()\nout = df['i'] - d['i']['mean']",
        "df.rename(columns={'f': 'x'})[['x', 'i']].describe()",
    ),
)
def describe(c: Call) -> Local:
    """Count, mean, spread and quantiles of each column of numbers, or the most frequent value."""
    frame = c.frame
    c.need(frame.open or frame.columns, "a frame without columns")
    include, exclude = selector(c, "include"), selector(c, "exclude")
    text = described(c, frame, include, exclude)
    known = not frame.open and all(x.dtype is not None for x in frame.columns)
    if not known or include is not None or exclude is not None:
        return Local(relabelled(c, frame, text, include == "all", ", axis=1"), frame.vars)
    shown = [x for x in frame.columns if x.dtype in NUMBERS | {"datetime64[ns]"}] or list(frame.columns)  # fmt: skip
    text = relabelled(c, frame, text, len(shown) == len(frame.columns), ", axis=1")
    if not all(x.dtype in NUMBERS for x in shown):
        return Local(text, frame.vars)
    rows = tuple(percentile_rows(c.lit("percentiles")))
    return Table(text, frame.vars, tuple(x.label for x in shown), rows, "float64")


@rule(
    f"Series.describe({_DESCRIBE})",
    ignored="include exclude",
    example=(
        "df['f'].describe()",
        "df['i'].describe(percentiles=[0.05, 0.95])",
        "df['k'].describe()",
        "df['b'].describe()",
        "df['d'].describe()",
        "df[df['i'] > 99]['k'].describe()",
        "(df['f'] * 2).describe()['max']",
        "df['n'].astype('Int64').describe()",
        "df[df['f'] > df['f'].describe()['50%']]",
    ),
)
def series_describe(c: Call) -> Local:
    """Count, mean, spread and quantiles of numbers, or the most frequent value."""
    frame, series = solid(c.ctx, c.col)
    label = series.label
    text = f"{described(c, frame, 'all', None)}[{render(label)}]"
    if c.col.label != label:
        text += f".rename({render(c.col.label)})"
    if series.dtype not in NUMBERS:
        return Local(text, frame.vars)
    rows = tuple(percentile_rows(c.lit("percentiles")))
    return ByColumn(text, frame.vars, rows, "float64")


# --- quantiles ------------------------------------------------------------------------------


def fractions_of(c: Call) -> list[float] | None:
    """The quantiles asked for; None when it is one."""
    q = c.lit("q")
    fine = (
        lambda x: isinstance(x, (int, float)) and not isinstance(x, bool) and 0 <= x <= 1
    )  # noqa: E731
    if fine(q):
        return None
    c.need(isinstance(q, (list, tuple)) and q and all(map(fine, q)), "q= of this form")
    return [float(x) for x in q]


_BETWEEN = ("lower", "higher", "nearest", "midpoint")


def between(c: Call) -> str | None:
    """``interpolation=`` when it is another than linear."""
    how = c.lit("interpolation")
    c.need(how in ("linear", *_BETWEEN), "interpolation= of this value")
    return None if how == "linear" else how


@rule(
    "Series.quantile(q=0.5, interpolation='linear')",
    example=(
        "df['f'].quantile(0.25)",
        "df['i'].quantile()",
        "df['n'].quantile(0.9)",
        "df['d'].quantile(0.5)",
        "df['f'].quantile([0.25, 0.75])",
        "q1, q3 = df['f'].quantile([0.25, 0.75])\nout = df[(df['f'] > q1) & (df['f'] < q3)]",
        "q = df['f'].quantile([0.25, 0.75])\nout = df[df['f'] < q[0.75] + 1.5 * (q.loc[0.75] - q.iloc[0])]",
        "df['f'].clip(*df['f'].quantile([0.1, 0.9]))",
        "df[df['i'] > 99]['f'].quantile([0.5])",
        *(f"df['f'].quantile({q}, interpolation='{how}')" for q in (0.3, 0.5) for how in _BETWEEN),
        "df['i'].quantile(0.3, interpolation='lower')",
        "df[df['i'] > 2]['i'].quantile(0.5, interpolation='nearest')",
        "df['i'].quantile(0.55, interpolation='midpoint')",
        "df['n'].quantile(0.3, interpolation='higher')",
        "df['n'].astype('Int64').quantile(0.3, interpolation='higher')",
        "df['t'].quantile(0.4, interpolation='lower')",
        "df[df['i'] > 99]['f'].quantile(0.5, interpolation='lower')",
        "df[df['i'] > 99]['i'].quantile(0.5, interpolation='midpoint')",
        "(df['f'] / df['j']).quantile(0.5, interpolation='midpoint')",
        "(df['i'] / df['j']).quantile(0.9, interpolation='midpoint')",
        "(df['f'] / df['j']).quantile(0.97, interpolation='higher')",
        "df['i'].quantile([0.3, 0.5, 1], interpolation='nearest')",
        "df['n'].quantile([0.1, 0.9], interpolation='midpoint')",
        "df['n'].astype('Int64').quantile([0.1, 0.9], interpolation='lower')",
        "out = df[df['f'] <= df['f'].quantile(0.9, interpolation='lower')]",
    ),
)
def quantile(c: Call) -> Value:
    """Quantiles, linear between neighbours or one of them."""
    q, how = fractions_of(c), between(c)
    if how and q is None:
        return quantile_between(c, how)
    c.need(not how or c.col.width is None, "quantiles of narrow numbers")
    if q is None:
        return scalar_of(c, c.col, "fraction_at", "float64", NUMBERS | TIMES, "quantile", q=float(c.lit("q")))  # fmt: skip
    c.need(c.col.dtype is None or c.col.dtype in NUMBERS | {"datetime64[ns]"}, "quantiles of such values")  # fmt: skip
    frame, series = solid(c.ctx, c.col)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    parts = [frame.text, repr(q), *options_text(how=how), *type_options(c, frame)]
    text = f"{c.ctx.call('quantiles')}({', '.join(parts)})[{render(series.label)}]"
    if c.col.label != series.label:
        text += f".rename({render(c.col.label)})"
    always = NUMBERS if how in (None, "midpoint") else FLOATS
    dtype = "float64" if series.dtype in always and not series.is_nullable else None
    return ByColumn(text, frame.vars, tuple(q), dtype)  # type: ignore[arg-type]


def quantile_between(c: Call, how: str) -> Value:
    """One quantile that is a value of the column, or half way between two."""
    c.need(c.col.width is None, "quantiles of narrow numbers")
    result = "float64" if how == "midpoint" else "same"
    kinds = NUMBERS | ({"datetime64[ns]"} if how == "midpoint" else TIMES)
    return scalar_of(c, c.col, "quantile_at", result, kinds, "quantile", q=float(c.lit("q")), how=how)  # fmt: skip


@rule(
    "DataFrame.quantile(q=0.5, axis=0, numeric_only=False, interpolation='linear', method='single')",
    not_yet="method",
    example=(
        "df[['f', 'i']].quantile(0.9)",
        "df[['f', 'i', 'n']].quantile([0.25, 0.5])",
        "df.drop(columns='b').quantile(0.1, numeric_only=True)",
        "q = df[['f', 'i']].quantile([0.25, 0.75])\nout = df[df['i'] > q.loc[0.75, 'i'] - q['i'][0.25]]",
        "df[['f', 'g']].quantile(0.5, axis=1)",
        "m = df[['f', 'g']]\nout = m[(m > m.quantile(0.5)).any(axis=1)]",
        "df[['f', 'i', 'n']].quantile(0.3, interpolation='lower')",
        "df[['i', 'j']].quantile(0.3, interpolation='higher')",
        "df[['f', 'i', 'n']].quantile([0.3, 0.5], interpolation='nearest')",
        "df[['f', 'i', 'n']].quantile([0.3, 0.5], interpolation='midpoint')",
        "df[df['i'] > 99][['f', 'i', 'n']].quantile([0.3], interpolation='higher')",
    ),
)
def frame_quantile(c: Call) -> Value:
    """Quantiles of each column, linear between neighbours or one of them."""
    frame, q, how = c.frame, fractions_of(c), between(c)
    if c.lit("axis") in (1, "columns"):
        from rules.across import across

        c.need(q is None and not how, "several quantiles along a row, or one of its values")
        return across(c, "quantile")
    c.need(c.lit("axis") in (0, "index"), "axis= of this value")
    only = c.lit("numeric_only")
    kinds = NUMBERS | {"datetime64[ns]", None}
    c.need(all(x.dtype in kinds or only and x.dtype not in BOOLS for x in frame.columns), "columns that have no quantile")  # fmt: skip
    c.need(frame.open or frame.columns, "a frame without columns")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    c.ctx.use(frame)
    c.need(not how or not widths_in(frame), "quantiles of narrow numbers")
    options = [*options_text(numeric_only=only, how=how), *type_options(c, frame)]
    text = f"{c.ctx.call('quantiles')}({', '.join([frame.text, repr(q or [float(c.lit('q'))]), *options])})"  # fmt: skip
    text = relabelled(c, frame, text, not only, ", axis=1")
    text = text if q is not None else f"{text}.iloc[0]"
    known = not frame.open and all(x.dtype in NUMBERS - {"Int64", "Float64"} or only and x.dtype is not None for x in frame.columns)  # fmt: skip
    labels = tuple(x.label for x in frame.columns if not only or x.dtype in NUMBERS)
    if how not in (None, "midpoint"):
        known = known and all(x.dtype in FLOATS for x in frame.columns if x.label in labels)
    if not known:
        return Local(text, frame.vars)
    if q is None:
        return ByColumn(text, frame.vars, labels, "float64")
    return Table(text, frame.vars, labels, tuple(q), "float64")


__all__ = ["describe", "quantile"]
