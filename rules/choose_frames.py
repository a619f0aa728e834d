"""Values of whole frames kept or replaced where a condition holds, and membership of every cell."""

from __future__ import annotations

from typing import Any

from rules.choose import kept_where
from rules.elementwise import cells, projected
from rules.lib import derive, series_of
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import Col, Const, Frame, Scalar
from transpiler.symbolic import F

_WHERE = "cond, other=None, *, inplace=False, axis=None, level=None"


def by_label(c: Call, frame: Frame, value: Any, what: str) -> list[Any]:
    """One Series, constant or scalar for each column of the frame."""
    if isinstance(value, Frame):
        c.need(value.labels == frame.labels, f"{what} of other columns")
        c.need(value.rows.uid == frame.rows.uid and value.index == frame.index, f"{what} of other rows")  # fmt: skip
        found = cells(c.ctx, value)
        return [s.but(label=x) for s, x in zip(found, frame.labels)]
    return [value for _ in frame.labels]


def frame_where(c: Call, cond: Any, other: Any, hold: bool) -> Frame:
    """Every column where the condition is ``hold``, elsewhere ``other``."""
    frame = c.frame
    c.need(isinstance(cond, (Frame, Col)), "a condition that is not known here")
    c.need(frame.labels, "a frame without columns")
    by_row = isinstance(other, Col) and "axis" in c.args and c.lit("axis") in (0, "index")
    c.need(by_row or isinstance(other, (Const, Scalar, Frame)), "other= of this kind")
    c.need(not isinstance(other, Const) or not isinstance(other.value, (list, dict, tuple)), "other= of this kind")  # fmt: skip
    tests = by_label(c, frame, cond, "a condition")
    others = by_label(c, frame, other, "values")
    own = cells(c.ctx, frame) if isinstance(cond, Frame) or isinstance(other, Frame) else [series_of(c.ctx, frame, x) for x in frame.labels]  # fmt: skip
    changed = []
    for label, series, test, value in zip(frame.labels, own, tests, others):
        changed.append(kept_where(c, series, test, value, hold).but(label=label))
    return projected(c.ctx, frame, frame.labels, changed)


for _name, _hold in (("where", True), ("mask", False)):

    def _where(c: Call, hold: bool = _hold) -> Frame:
        """Values replaced where the condition fails (mask: holds)."""
        other = c["other"] if c.given("other") else Const(float("nan"))
        return frame_where(c, c["cond"], other, hold)

    rule(
        f"DataFrame.{_name}({_WHERE})",
        not_yet="inplace level",
        example=(
            f"df[['f', 'g']].{_name}(df['i'] > 3, df['n'], axis=0)",
            f"m = df[['f', 'g', 'i']]\nout = m.{_name}(m > 1)",
            f"m = df[['f', 'g', 'i']]\nout = m.{_name}(m > 1, 0)",
            f"m = df[['f', 'g']]\nout = m.{_name}(m < 0, m * 10)",
            f"df[['f', 'i', 's', 't', 'b']].{_name}(df['b'])",
            f"df[['f', 's']].{_name}(df[['f', 's']].notna(), None)",
            f"m = df[['f', 'g']]\nout = m.{_name}(m > m.mean()).sum()",
        ),
    )(_where)


@rule(
    "DataFrame.__getitem__(key)",
    example=(
        "m = df[['f', 'i']]\nout = m[m > 1]",
        "m = df[['f', 'i']]\nout = m[m.isna()]",
    ),
)
def frame_mask(c: Call) -> Frame:
    """``frame[mask]`` with a boolean frame: other cells are missing."""
    c.need(isinstance(c["key"], Frame), "the key is not known here")
    return frame_where(c, c["key"], Const(float("nan")), True)


@rule(
    "DataFrame.isin(values)",
    example=(
        "df[['i', 'f', 'k']].isin([1, 1.5, 'a'])",
        "df.isin({'i': [1, 2], 'k': ['a']})",
        "df[['f', 'i']].isin([np.nan, 3])",
        "df[df[['i', 'j']].isin([2, 3]).any(axis=1)]",
    ),
)
def frame_isin(c: Call) -> Frame:
    """Membership of every cell in a list, or in the list of its column."""
    values = c.lit("values")
    c.need(isinstance(values, (list, tuple, set, dict)), "the values are not known here")

    def one(label: Any) -> Col:
        series = series_of(c.ctx, c.frame, label)
        wanted = values.get(label, []) if isinstance(values, dict) else list(values)
        return among(c, series, list(wanted))

    return projected(c.ctx, c.frame, c.frame.labels, [one(x) for x in c.frame.labels])


_KINDS = {
    "int64": (int, float),
    "float64": (int, float),
    "object": (str,),
    "bool": (bool,),
    "datetime64[ns]": (),
}


def among(c: Call, series: Col, values: list) -> Col:
    """``series.isin(values)``, where values of other types are in no column of this one."""
    c.need(series.dtype in _KINDS and not series.is_nullable, f"membership of a {series.dtype} column")  # fmt: skip
    kinds = _KINDS[series.dtype or ""]
    plain = (bool, int, float, str, type(None))
    c.need(all(isinstance(v, plain) for v in values), "values of such types")
    # 1 is True for Python, and a missing value is one of several.
    c.need(not any(isinstance(v, bool) for v in values) or all(isinstance(v, bool) for v in values), "booleans among other values")  # fmt: skip
    c.need(series.dtype != "bool" or all(isinstance(v, bool) for v in values), "numbers among booleans")  # fmt: skip
    c.need(series.dtype not in ("int64", "float64") or not any(isinstance(v, bool) for v in values), "booleans among numbers")  # fmt: skip
    c.need(series.dtype not in ("object", "datetime64[ns]") or not any(v is None or v != v for v in values), "missing values among texts")  # fmt: skip
    present = [v for v in values if v == v and v is not None and isinstance(v, kinds)]
    gaps = any(v is not None and v != v for v in values)
    c.need(not any(v is None for v in values), "None among the values")
    if series.dtype == "float64":
        present = [float(v) for v in present]
    elif series.dtype == "int64":
        present = [int(v) for v in present if float(v).is_integer()]
    expr = series.expr.isin(present) if present else F.lit(False)
    if gaps and not series.null_free:
        return derive(series.expr.isNull() | F.coalesce(expr, F.lit(False)), "bool", series, null_free=True, loose=False)  # fmt: skip
    loose = not series.null_free and bool(present)
    return derive(expr, "bool", series, loose=loose, null_free=not loose)


__all__ = ["NoRule", "frame_isin"]
