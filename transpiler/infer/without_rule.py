"""Why pandas calls that have no rule have none, where there is more to say."""

from __future__ import annotations

_ORDER = "{0} of all rows so far needs all of them in their order at every row; within groups, or in a window of so many rows, it runs on the cluster"
_PAIRS = "pandas pairs the groups with all rows of the other Series here; {0} inside groupby().apply(lambda g: …) is of each group"
_WHY = {
    "to_excel": "an Excel file is one archive, which one machine writes whole; CSV or Parquet are written on the cluster",
    "to_xml": "an XML file is one document, which one machine writes whole; CSV or Parquet are written on the cluster",
    "to_string": "the text of the whole table is asked for",
    "expanding.median": _ORDER.format("the median"),
    "expanding.quantile": _ORDER.format("a quantile"),
    "expanding.rank": _ORDER.format("the rank"),
    "GroupBy.rolling.corr": _PAIRS.format("rolling().corr()"),
    "GroupBy.rolling.cov": _PAIRS.format("rolling().cov()"),
    "GroupBy.expanding.corr": _PAIRS.format("expanding().corr()"),
    "GroupBy.expanding.cov": _PAIRS.format("expanding().cov()"),
}


def reason(name: str) -> str:
    """Why there is no rule of that name."""
    kind, _, method = name.partition(".")
    keys = [f"GroupBy.{method}" if kind.endswith("GroupBy") else method, name.rpartition(".")[2]]
    return next((_WHY[k] for k in keys if k in _WHY), f"there is no rule for {name}")
