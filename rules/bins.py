"""Bins of numbers: ``pd.cut`` and ``pd.qcut``.

Edges that the program states are compared with in place. Others (a number of bins, quantiles) are
made by the job from a few aggregates, by pandas itself, and the bins are columns nevertheless.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rules.elementwise import compact
from rules.lib import derive, typed
from rules.reduce import ready
from rules.registry import Call, rule
from transpiler.facts import (
    Binned,
    ByColumn,
    Category,
    Col,
    Const,
    Local,
    OpenBins,
    Plain,
    Scalar,
    Sequence,
    Value,
)
from transpiler.symbolic import E, F, render

_NUMBERS = ("int64", "float64", "int64?", "Int64", "Float64", "int32", None)


def binned_series(c: Call) -> Col:
    """The numbers that are put into bins."""
    series = c["x"]
    c.need(isinstance(series, Col) and series.kind == "Series", "not a Series")
    c.need(series.dtype in _NUMBERS, f"bins of a {series.dtype} column")
    if series.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        expr = typed(c.ctx, "some_number", series)
        return series.but(expr=expr, dtype="float64", column=None)
    return series


def labels_given(c: Call) -> Any:
    """``labels=``: None, False, or a list of texts or whole numbers."""
    labels = c.lit("labels")
    if labels is None or labels is False:
        return labels
    labels = labels.tolist() if hasattr(labels, "tolist") else labels
    c.need(isinstance(labels, (list, tuple, range)), "labels of this form")
    labels = list(labels)
    texts = all(isinstance(x, str) for x in labels)
    whole = all(isinstance(x, int) and not isinstance(x, bool) for x in labels)
    c.need(labels and (texts or whole), "labels that are not all texts, or whole numbers")
    c.need(len(set(labels)) == len(labels), "labels that repeat")
    return labels


def dtype_text(labels: list, ordered: bool = True) -> str:
    return f"pd.CategoricalDtype({labels!r}, ordered={ordered})"


def labelled(c: Call, labels: list, ordered: bool) -> Category:
    """The dtype of bins with these labels."""
    if all(isinstance(x, str) for x in labels):
        return Category(labels, ordered)
    from transpiler.infer.driver import import_pandas

    import_pandas(c.ctx)
    return Binned([str(x) for x in labels], ordered, dtype_text(labels, ordered))


def plain(number: Any) -> Any:
    """A number of numpy's as Python has it."""
    return number.item() if hasattr(number, "item") else number


def interval_dtype(c: Call, index: pd.IntervalIndex) -> Binned:
    """The dtype of bins that are named by their intervals."""
    from transpiler.infer.driver import import_pandas

    import_pandas(c.ctx)
    breaks = [plain(x) for x in (index.left[0], *index.right)]
    closed = "" if index.closed == "right" else f', closed="{index.closed}"'
    text = f"pd.CategoricalDtype(pd.IntervalIndex.from_breaks({render(breaks)}{closed}), ordered=True)"  # fmt: skip
    return Binned([str(x) for x in index], True, text)


# --- edges that the program states ----------------------------------------------------------


def known_edges(c: Call, bins: Any) -> list | None:
    """The edges as numbers, where they are constants."""
    if not isinstance(bins, (Const, Sequence)):
        return None
    if isinstance(bins, Sequence) and not all(isinstance(i, Const) for i in bins.items):
        return None
    value = c.lit("bins")
    value = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(value, (list, tuple, range)):
        return None
    c.need(len(value) > 1 and all(isinstance(b, (int, float)) and not isinstance(b, bool) for b in value), "bins of this form")  # fmt: skip
    return list(value)


def plainly_binned(c: Call, series: Col, edges: list, labels: Any) -> tuple[Col, Any]:
    """Bins with stated edges; and the edges as pandas gives them back."""
    right, lowest = bool(c.lit("right")), bool(c.lit("include_lowest"))
    ordered = bool(c.lit("ordered"))
    options = {"right": right, "include_lowest": lowest, "labels": labels, "precision": c.lit("precision"),
               "duplicates": c.lit("duplicates"), "ordered": ordered}  # fmt: skip
    try:
        cut, back = pd.cut(pd.Series([edges[0]]), edges, retbins=True, **options)
    except (ValueError, TypeError) as problem:
        c.need(False, f"pandas raises {problem}")
    edges = [plain(x) for x in back]
    series = compact(c.ctx, series)
    x = series.expr
    if labels is False:
        names: list = list(range(len(edges) - 1))
        dtype: Any = "int64?"
    elif labels is None:
        dtype = interval_dtype(c, cut.cat.categories)
        names = dtype.categories
    else:
        dtype, names = labelled(c, labels, ordered), [str(n) for n in labels]
    outside = x < edges[0] if not right or lowest else x <= edges[0]
    bounded = edges[0] > float("-inf") or (right and not lowest)
    expr: Any = F.when(outside, F.lit(None)) if bounded else F
    for upper, name in zip(edges[1:], names):
        last = upper == float("inf") and right
        inside = x.isNotNull() if last else (x <= upper if right else x < upper)
        expr = expr.when(inside, F.lit(name))
    expr = expr.cast("bigint") if labels is False else expr
    return (
        derive(expr, dtype, series, null_free=False, loose=False, nullable=False, gap="nan"),
        back,
    )


# --- edges that the job makes ---------------------------------------------------------------


def options_text(c: Call, labels: Any, names: tuple[str, ...]) -> list[str]:
    """Options of pandas' own function, without those that are the default."""
    defaults = {"right": True, "include_lowest": False, "precision": 3, "duplicates": "raise", "ordered": True}  # fmt: skip
    found = [f"{n}={c.lit(n)!r}" for n in names if c.lit(n) != defaults[n]]
    return found + ([f"labels={labels!r}"] if labels is not None else [])


def made_bins(c: Call, series: Col, function: str, how: str, labels: Any, options: list[str]) -> tuple[Col, str]:  # fmt: skip
    """Bins whose edges the job makes first; and the name of the edges."""
    ctx = c.ctx
    c.verdict = "runtime"  # type: ignore[attr-defined]
    series = compact(ctx, series)
    frame, plain = ready(ctx, series)
    hint = series.label if isinstance(series.label, str) else "value"
    edges, bins = ctx.unique(f"{hint}_edges"), ctx.unique(f"{hint}_bins")
    source = [] if function == "stated_bins" else [frame.text, str(plain.expr)]
    text = f"{ctx.call(function)}({', '.join([*source, how, *options])})"
    ctx.emit(f"{edges}, {bins} = {text}", defines=edges, also=(bins,), reads=frame.vars, kind="kept")  # fmt: skip
    right = "right" not in c.args or bool(c.lit("right"))
    lowest = "include_lowest" not in c.args or bool(c.lit("include_lowest"))
    fixed = isinstance(labels, list) and c.lit("duplicates") == "raise"
    names = repr(labels) if fixed else "None" if labels is False else bins
    parts = [str(series.expr), edges, names, *([] if right else ["right=False"])]
    parts += ["lowest=True"] if lowest else []
    expr = E(f"{ctx.call('binned')}({', '.join(parts)})")
    ordered = "ordered" not in c.args or bool(c.lit("ordered"))
    dtype = "int64?" if labels is False else labelled(c, labels, ordered) if fixed else OpenBins(bins)  # type: ignore[arg-type]  # fmt: skip
    uses = series.uses | {edges, bins}
    return derive(expr, dtype, series, null_free=False, loose=False, nullable=False, gap="nan", uses=uses), edges  # fmt: skip


def with_edges(c: Call, count: int, series: Col, edges: str) -> Value:
    """The bins, and the edges beside them with ``retbins=True``."""
    if not c.lit("retbins"):
        return series
    c.ctx.runtime.add("import numpy as np")
    text, reads = f"np.array({edges})", frozenset({edges})
    if c.lit("duplicates") == "drop":
        return Sequence((series, Local(text, reads)), tuple)
    places = tuple(range(count + 1))
    return Sequence((series, ByColumn(text, reads, places, "float64")), tuple)


_CUT = "x, bins, right=True, labels=None, retbins=False, precision=3, include_lowest=False, duplicates='raise', ordered=True"
_OUT = "\nout = df[['i', 'f', 'z']]"


@rule(
    f"pandas.cut({_CUT})",
    example=(
        f"df['z'] = pd.cut(df['i'], bins=[-10, 0, 5, 10], labels=['low', 'mid', 'high']){_OUT}",
        f"df['z'] = pd.cut(df['f'], [0, 1, 5, np.inf], labels=['a', 'b', 'c'], right=False){_OUT}",
        f"df['z'] = pd.cut(df['i'], [0, 3, 9], labels=False, include_lowest=True){_OUT}",
        "pd.cut(df['f'], [-np.inf, 0, 2.5, np.inf], labels=['neg', 'small', 'big'])",
        "pd.cut(df['i'], [0, 3, 9])",
        "pd.cut(df['i'], [0, 3, 9], right=False)",
        "pd.cut(df['i'], [0, 3, 9], include_lowest=True)",
        "pd.cut(df['f'], [0.12345, 1.5, 3.33333333], precision=2)",
        "pd.cut(df['i'], range(-10, 11, 5)).astype(str)",
        "pd.cut(df['i'], [0, 3, 9], labels=[2, 1])",
        "pd.cut(df['i'], [0, 3, 3, 9], duplicates='drop')",
        "pd.cut(df['i'], 3)",
        "pd.cut(df['g'], 4, labels=['a', 'b', 'c', 'd'])",
        "pd.cut(df['g'], 3, labels=False, right=False)",
        "pd.cut(df['n'], 3, precision=1, include_lowest=True)",
        "pd.cut(df['i'] * 0, 2)",
        "x, edges = pd.cut(df['i'], 4, retbins=True)\nout = df.assign(z=x, top=edges[4])[['i', 'z', 'top']]",
        "pd.cut(df['i'], [0, 3, 9], retbins=True)[1]",
        "pd.cut(df['f'], [0, df['f'].median(), df['f'].max()], labels=['lo', 'hi'])",
        "pd.cut(df['n'].astype('Int64'), 3)",
        "df['z'] = pd.cut(df['i'], [-10, 0, 5, 10, 20])\nout = df.groupby('z', observed=True)['f'].sum()",
        "df['z'] = pd.cut(df['i'], [-10, 0, 10, 20], labels=['x', 'm', 'a'])\nout = df.groupby('z', observed=False)['j'].sum()",
    ),
)  # fmt: skip
def cut(c: Call) -> Value:
    """The bin of each number."""
    series, labels = binned_series(c), labels_given(c)
    c.need(isinstance(c.lit("precision"), int), "precision= of this form")
    c.need(c.lit("duplicates") in ("raise", "drop"), "duplicates= of this form")
    edges = known_edges(c, c["bins"])
    if edges is not None:
        out, back = plainly_binned(c, series, edges, labels)
        return Sequence((out, Const(back)), tuple) if c.lit("retbins") else out
    names = ("right", "include_lowest", "precision", "duplicates", "ordered")
    options = options_text(c, labels, names)
    bins = c["bins"]
    if isinstance(bins, Const):
        count = bins.value
        c.need(isinstance(count, int) and not isinstance(count, bool) and count > 0, "bins of this form")  # fmt: skip
        c.need(not isinstance(labels, list) or len(labels) == count, "labels for other bins")
        return with_edges(
            c, count, *made_bins(c, series, "equal_bins", repr(count), labels, options)
        )
    c.need(isinstance(bins, Sequence) and all(isinstance(i, (Const, Scalar, Plain)) for i in bins.items), "bins that are not known here")  # fmt: skip
    c.need(not isinstance(labels, list) or len(labels) == len(bins.items) - 1, "labels for other bins")  # fmt: skip
    how = "[" + ", ".join(i.code() for i in bins.items) + "]"
    reads = frozenset().union(*(i.vars for i in bins.items))
    out, name = made_bins(c, series, "stated_bins", how, labels, options)
    return with_edges(c, len(bins.items) - 1, out.but(uses=out.uses | reads), name)


@rule(
    "pandas.qcut(x, q, labels=None, retbins=False, precision=3, duplicates='raise')",
    verdict="runtime",
    example=(
        "pd.qcut(df['i'], 4)",
        "pd.qcut(df['i'], 4, labels=False)",
        "pd.qcut(df['i'], 4, labels=['a', 'b', 'c', 'd'])",
        "pd.qcut(df['f'], [0, 0.5, 1], labels=['lo', 'hi'])",
        "pd.qcut(df['g'], [0.1, 0.5, 0.9], precision=1)",
        "pd.qcut(df['j'], 10, duplicates='drop')",
        "pd.qcut(df['j'], 10, labels=False, duplicates='drop')",
        "pd.qcut(df['i'].rank(method='first'), 4, labels=[1, 2, 3, 4])",
        "df['z'] = pd.qcut(df['i'], 3, labels=[3, 2, 1]).astype(int)\nout = df.groupby('z')['f'].sum()",
        "x, edges = pd.qcut(df['n'], 4, retbins=True)\nout = df['n'] - edges[0]",
        "pd.qcut(df['n'], 3).value_counts(sort=False)",
    ),
)
def qcut(c: Call) -> Value:
    """The bin of each number, where every bin has as many."""
    series, labels, q = binned_series(c), labels_given(c), c.lit("q")
    q = q.tolist() if hasattr(q, "tolist") else q
    many = isinstance(q, (list, tuple)) and len(q) > 1 and all(isinstance(x, (int, float)) and 0 <= x <= 1 for x in q)  # fmt: skip
    c.need(many or isinstance(q, int) and not isinstance(q, bool) and q > 0, "q= of this form")
    c.need(c.lit("duplicates") in ("raise", "drop"), "duplicates= of this form")
    count = len(q) - 1 if many else q
    c.need(not isinstance(labels, list) or len(labels) == count, "labels for other bins")
    options = options_text(c, labels, ("precision", "duplicates"))
    how = render(list(q) if many else q)
    return with_edges(c, count, *made_bins(c, series, "quantile_bins", how, labels, options))


__all__ = ["cut", "np", "qcut"]
