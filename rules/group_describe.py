"""``describe`` of groups' numbers."""

from __future__ import annotations

from typing import Any, Callable

from rules.aggregates import Spec, made, outcome
from rules.groups import Groups, Made
from rules.registry import Call, rule
from rules.summaries import selector
from transpiler.facts import NUMBERS, Col, Value

#: dtypes by what ``include=`` and ``exclude=`` call them
_FAMILIES: dict[str, Callable[[str], bool]] = {
    "number": lambda d: d in NUMBERS, "object": lambda d: d == "object", "bool": lambda d: d == "bool",
}  # fmt: skip
_OBJECTS = "describe of other columns than numbers: pandas gives columns of Python objects, counts beside texts; .agg(['count', 'nunique']) gives numbers"


def statistics(g: Groups, v: Col, percentiles: list[float]) -> list[tuple[str, Made]]:
    """count, mean, std, min, the quantiles and max of one column, as floats."""
    specs = [("count", Spec("count")), ("mean", Spec("mean")), ("std", Spec("std")), ("min", Spec("min"))]  # fmt: skip
    specs += [(percent(q), Spec("quantile", {"q": q})) for q in percentiles]
    specs.append(("max", Spec("max")))
    out = []
    for label, spec in specs:
        one = made(g, spec, v)
        plain = label in ("count", "min", "max")
        out.append((label, Made(one.expr.cast("double") if plain else one.expr, "float64")))
    return out


def percent(q: float) -> str:
    """A quantile as describe labels it."""
    text = f"{q * 100:.10g}"
    return f"{text}%"


def percentiles_of(c: Call) -> list[float]:
    found = c.lit("percentiles")
    if found is None:
        return [0.25, 0.5, 0.75]
    c.need(isinstance(found, (list, tuple)), "percentiles of this form")
    numbers = sorted({float(q) for q in found} | {0.5})
    c.need(all(0 <= q <= 1 and abs(q * 100 - round(q * 100)) < 1e-9 for q in numbers) and len(found) == len(set(found)), "percentiles of this form")  # fmt: skip
    return numbers


def describable(c: Call) -> Groups:
    """The groups, where pandas describes each that has rows."""
    c.need(not c.grouped.hollow, "describe of categories without rows")
    c.need(getattr(c.grouped, "freq", None) is None, "describe of bins without rows")
    # pandas orders them by the first rows of the bins then.
    c.need(len(c.grouped.keys) == 1 or not any(k.col.column is None and k.col.dtype == "datetime64[ns]" for k in c.grouped.keys),
           "describe of bins in groups")  # fmt: skip
    c.need(c.grouped.as_index, "describe with as_index=False")
    return Groups(c, c.grouped)


@rule("SeriesGroupBy.describe(percentiles=None, include=None, exclude=None)", ignored="include exclude",
      example=("df.groupby('k')['i'].describe()", "df.groupby('b')['g'].describe()",
               "df.groupby('k')['i'].describe(percentiles=[0.1, 0.9])", "df.groupby('k')['i'].describe().reset_index()"))  # fmt: skip
def describe(c: Call) -> Value:
    """Count, mean, spread and quartiles of every group."""
    g = describable(c)
    v = g.value(g.grouped.series)
    c.need(v.dtype is not None and not v.is_nullable, "describe of a column that is not a number for sure")  # fmt: skip
    c.need(v.dtype in NUMBERS, _OBJECTS)
    return in_order(c, outcome(c, g, statistics(g, v, percentiles_of(c)), False))


@rule("DataFrameGroupBy.describe(percentiles=None, include=None, exclude=None)",
      example=("df.groupby('k').describe(include='number')", "df[['k', 'i', 'f', 's']].groupby('k').describe(include=[np.number])",
               "df[['k', 'i', 's', 'f', 'b']].groupby('k').describe(exclude=['object', 'bool'], percentiles=[0.9])",
               "df.groupby('k')[['i', 'j']].describe()", "df[['k', 'i', 'f', 's', 'b']].groupby('k').describe()"))  # fmt: skip
def describe_frame(c: Call) -> Value:
    """The same of every column of numbers, under pairs of labels."""
    g = describable(c)
    values, percentiles = chosen_values(c, g.values()), percentiles_of(c)
    outputs = [((v.label, x), m) for v in values for x, m in statistics(g, v, percentiles)]
    return in_order(c, outcome(c, g, outputs, False))


def in_order(c: Call, out: Any) -> Value:
    """The result, in which pandas unstacks the statistics: which sorts the groups by what the levels of
    their keys remember."""
    c.need(not out.index.loose, "describe of groups by several keys, some of which may be missing or are not sorted")  # fmt: skip
    return out


def chosen_values(c: Call, values: list[Col]) -> list[Col]:
    """The columns that ``include=`` and ``exclude=`` leave: without them those of numbers, if any."""
    include, exclude = selector(c, "include"), selector(c, "exclude")
    c.need(not any(v.is_nullable for v in values) and all(v.dtype for v in values), "describe of columns that are not numbers or text for sure")  # fmt: skip
    if include == "all":
        c.need(exclude is None, "exclude= beside all columns")
    elif include is None and exclude is None:
        c.need(not any(v.dtype == "datetime64[ns]" for v in values), "describe of times in groups")
        values = [v for v in values if v.dtype in NUMBERS] or values
    else:
        names = {*(include or ()), *(exclude or ())}
        c.need(names <= {*_FAMILIES} and not {*(include or ())} & {*(exclude or ())}, "include= or exclude= of other kinds")  # fmt: skip
        unsure = {"bool?", "int64?", "date", "list"}
        c.need(
            not any(v.dtype in unsure for v in values), "the values decide what these columns are"
        )
        values = [v for v in values if is_chosen(v.dtype or "", include, exclude)]
    c.need(values, "describe of no columns")
    c.need(all(v.dtype in NUMBERS for v in values), _OBJECTS)
    return values


def is_chosen(dtype: str, include: Any, exclude: Any) -> bool:
    """Whether columns of a dtype are among those of ``include=`` and not of ``exclude=``."""
    wanted = include is None or any(_FAMILIES[f](dtype) for f in include)
    return wanted and not any(_FAMILIES[f](dtype) for f in exclude or ())


__all__ = ["describe", "describe_frame"]
