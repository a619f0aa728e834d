"""Which steps may meet columns whose pandas values Spark only stands in for.

Times of a zone are their instants in Spark, and periods their first moments. A step that carries,
compares or counts such values is right whatever they stand for; any other one must know the dtype.
So these columns pass the steps that are listed here, and keep all others from being translated.
"""

from __future__ import annotations

from typing import Any

from transpiler.errors import NoRule
from transpiler.facts import (
    Accessor,
    Col,
    Const,
    Frame,
    Grouped,
    Index,
    Mapping,
    Scalar,
    Sequence,
    Windowed,
    period_of,
    zone_of,
)

_COMPARED = " ".join(f"{op} __{op}__" for op in ("eq", "ne", "lt", "le", "gt", "ge"))
_STEPS = {
    "DataFrame": "isna isnull notna notnull dropna count nunique pipe to_csv to_parquet __getitem__ columns columns.__set__ "
    "add_prefix add_suffix insert pop get reset_index set_index rename_axis merge join head tail sort_values drop "
    "__delitem__ __setitem__ assign copy rename groupby sort_index index.name index.names index.name.__set__ shape size "
    "empty drop_duplicates duplicated loc.__getitem__ iloc.__getitem__ sample filter nlargest nsmallest query pivot_table "
    "unstack index.__set__ tz_localize tz_convert",
    "Series": "unique tolist isna isnull notna notnull dropna count nunique value_counts to_frame reset_index rename copy groupby head "
    "tail shape size empty drop_duplicates duplicated sort_values sort_index astype min max between __getitem__ __add__ __radd__ "
    f"__sub__ __rsub__ pipe unstack tz_localize tz_convert {_COMPARED}",
    "SeriesGroupBy": "sum mean min max count nunique first last median std var size agg aggregate cumcount",
    "DataFrameGroupBy": "sum mean min max count nunique first last median std var size agg aggregate __getitem__ cumcount",
    "pandas": "to_datetime Timestamp date_range merge isna notna isnull notnull",
    "Series.apart": "apply map",
    "builtins": "len",
}  # fmt: skip
_ROW_BY_ROW = {
    f"SeriesGroupBy.{step}"
    for step in "transform cumsum cummax cummin shift diff rank ffill bfill pct_change".split()
}
#: steps that keep the labels of the rows and look at the columns alone
_OF_COLUMNS = {
    f"DataFrame.{step}"
    for step in "fillna round abs clip add sub mul div truediv sum mean max min".split()
}
#: steps that look at the columns they are given, and carry or leave the others
_OF_NAMED = {"DataFrame.pivot", "DataFrame.explode", "DataFrame.astype"}
#: what labels do as the times of a Series do, of which the rules know the zone
_OF_LABELS = (
    "year month day hour minute second dayofweek weekday date strftime tz_localize tz_convert"
)
_STEPS |= dict.fromkeys(("DataFrame.index", "Series.index", "Index"), _OF_LABELS)
_KNOWN = {f"{kind}.{step}" for kind, steps in _STEPS.items() for step in steps.split()}


def dtypes_in(value: Any) -> list[str]:
    """The dtypes in a value that Spark only stands in for."""
    found: list[str | None] = []
    if isinstance(value, (Col, Scalar)):
        found = [value.dtype]
    elif isinstance(value, Frame):
        found = [x.dtype for x in (*value.columns, *value.index.levels)]
    elif isinstance(value, Grouped):
        keys = [d for k in value.keys for d in dtypes_in(k.col)]
        if value.series is None:
            return dtypes_in(value.frame) + keys
        # The other columns of the frame are no part of a Series' groups, its labels are.
        found = [value.series.dtype, *(x.dtype for x in value.frame.index.levels)]
        return [d for d in found if is_carried(d)] + keys
    elif isinstance(value, (Accessor, Windowed)):
        return dtypes_in(value.owner)
    elif isinstance(value, Sequence):
        return [d for item in value.items for d in dtypes_in(item)]
    elif isinstance(value, Mapping):
        return [d for _, item in value.items for d in dtypes_in(item)]
    return [d for d in found if is_carried(d)]


def is_carried(dtype: str | None) -> bool:
    """Whether Spark's values only stand in for pandas' values of that dtype."""
    return dtype is not None and bool(zone_of(dtype) or period_of(dtype))


def named_columns(frame: Any, *given: Any) -> tuple:
    """The columns that the arguments name; texts can be made of those that they give the type of."""
    labels: list = []
    for value in given:
        if isinstance(value, Mapping):
            labels += [k for k, v in value.items if not is_text(getattr(v, "name", None))]
        elif not isinstance(value, Const):
            return (frame, *given)
        elif isinstance(value.value, dict):
            labels += [k for k, v in value.value.items() if not is_text(v)]
        else:
            labels += value.value if isinstance(value.value, list) else [value.value]
    kept = tuple(x for x in frame.columns if x.label in labels)
    return (frame.but(columns=kept, index=Index()),)


def is_text(dtype: Any) -> bool:
    return dtype in ("str", "object", "builtins.str", str)


def check(name: str, *values: Any) -> None:
    """Raises NoRule for a step that may not meet what is among its operands."""
    if name in _KNOWN or name.startswith("Series.dt."):
        return
    if name in _ROW_BY_ROW:  # of the chosen Series alone; its groups may be of anything
        values = tuple(v.series if isinstance(v, Grouped) else v for v in values)
    if name in _OF_COLUMNS:
        values = tuple(v.but(index=Index()) if isinstance(v, Frame) else v for v in values)
    if name in _OF_NAMED:
        values = named_columns(*values)
    met = [d for value in values for d in dtypes_in(value)]
    if met:
        raise NoRule(f"{name} of {met[0]} values")
