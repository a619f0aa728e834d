"""Ranks of whole frames."""

from __future__ import annotations

from rules.elementwise import projected
from rules.lib import derive, series_of, tightened
from rules.ordered import measured
from rules.registry import Call, rule
from transpiler.facts import NUMBERS, Frame
from transpiler.symbolic import E


@rule(
    "DataFrame.rank(axis=0, method='average', numeric_only=False, na_option='keep', ascending=True, pct=False)",
    verdict="runtime",
    example=(
        "df[['i', 'f']].rank()",
        "df[['i', 'f', 's']].rank(numeric_only=True, method='dense')",
        "df[['n', 'g']].rank(ascending=False, pct=True, na_option='bottom')",
        "df[['f', 'g', 'n']].rank(axis=1)",
        "df[['f', 'i', 'j', 'n']].rank(axis=1, method='min', ascending=False)",
        "df[['i', 'j', 'f']].rank(axis='columns', method='first')",
        "df[['i', 'j', 'n']].rank(axis=1, method='dense', pct=True)",
        "df[['i', 'j', 'n']].rank(axis=1, method='max', pct=True, ascending=False)",
    ),
)
def frame_rank(c: Call) -> Frame:
    """The place of each value among those of its column."""
    frame = c.frame
    labels = frame.labels
    along = c.lit("axis") in (1, "columns")
    if c.lit("numeric_only"):
        kinds = NUMBERS | {"bool"}
        c.need(all(x.dtype is not None and x.dtype != "bool?" for x in frame.columns), "the types are not known while planning")  # fmt: skip
        labels = [x.label for x in frame.columns if x.dtype in kinds]
        frame = frame.but(columns=tuple(x for x in frame.columns if x.label in labels))
    c.need(labels, "a frame without columns")
    if along:
        return row_ranks(c, frame, labels)
    options = {k: c[k] for k in ("method", "na_option", "ascending", "pct") if c.given(k)}
    by_rule = c.interpreter.by_rule  # type: ignore[attr-defined]
    changed = [by_rule("Series.rank", series_of(c.ctx, frame, x), [], options, c.node) for x in labels]  # type: ignore[attr-defined]  # fmt: skip
    return projected(c.ctx, frame, labels, changed)


def row_ranks(c: Call, frame: Frame, labels: list) -> Frame:
    """The place of each value among those of its row."""
    open_ones = [x.name for x in frame.columns if x.dtype is None]
    frame = measured(c.ctx, frame, open_ones) if open_ones else frame
    series = [tightened(s) for s in (series_of(c.ctx, frame, x) for x in labels)]
    method = c.lit("method")
    c.need(c.lit("na_option") == "keep", "missing values in ranks along a row")
    c.need(method in ("average", "min", "max", "first", "dense"), "method= of this value")
    c.need(all(s.dtype in ("int64", "float64", None) and not s.is_nullable for s in series), "columns that are no numbers")  # fmt: skip
    mixed = len({s.dtype for s in series}) > 1
    cells = [s.expr.cast("double") if mixed and s.dtype == "int64" else s.expr for s in series]
    given = [("method", method, "average"), ("ascending", bool(c.lit("ascending")), True), ("pct", bool(c.lit("pct")), False)]  # fmt: skip
    options = "".join(f", {k}={v!r}" for k, v, default in given if v != default)
    listed = f"[{', '.join(x.text for x in cells)}]"
    function = c.ctx.call("row_rank")
    changed = [
        derive(E(f"{function}({listed}, {n}{options})"), "float64", s, *series, label=x, null_free=False)
        for n, (x, s) in enumerate(zip(labels, series))
    ]  # fmt: skip
    return projected(c.ctx, frame, labels, changed)


__all__ = ["frame_rank"]
