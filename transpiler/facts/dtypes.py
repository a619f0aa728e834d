"""pandas dtypes as they are named here, and what Spark holds them in."""

from __future__ import annotations

from typing import Any, Iterable


class _SparkTypes(dict):
    """Zoned times are their instants, periods their first moments, lists those of their items: for
    what only carries them."""

    def __missing__(self, dtype: str) -> str:
        if isinstance(dtype, Lists):
            return f"array<{self[dtype.item]}>"
        if zone_of(dtype) or period_of(dtype):
            return "timestamp"
        raise KeyError(dtype)


def zone_of(dtype: str | None) -> str | None:
    """The zone of times that have one: "UTC" of "datetime64[ns, UTC]"."""
    return dtype[15:-1] if dtype is not None and dtype.startswith("datetime64[ns, ") else None


def period_of(dtype: str | None) -> str | None:
    """The frequency of periods: "M" of "period[M]"."""
    return dtype[7:-1] if dtype is not None and dtype.startswith("period[") else None


#: pandas dtype -> Spark type. "int64?" is int64 that pandas turns into float64 when any value is
#: missing (after a left merge, a shift), "bool?" is bool that turns into object.
SPARK_TYPES = _SparkTypes({
    "int64": "bigint", "int64?": "bigint", "Int64": "bigint", "int32": "int", "Int32": "int",
    "int16": "smallint", "int8": "tinyint", "uint8": "smallint",
    "float64": "double", "Float64": "double", "float32": "float",
    "bool": "boolean", "bool?": "boolean", "boolean": "boolean",
    "object": "string", "string": "string", "category": "string",
    "datetime64[ns]": "timestamp", "date": "date", "timedelta64[ns]": "interval day to second",
})  # fmt: skip
NULLABLE = {"Int64", "Int32", "Float64", "boolean", "string"}
INTEGERS = {"int64", "int64?", "Int64", "int32", "Int32", "int16", "int8", "uint8"}
NULL_FREE = {"int64", "int32", "int16", "int8", "uint8", "bool"}
FLOATS = {"float64", "Float64", "float32"}
NUMBERS = INTEGERS | FLOATS
BOOLS = {"bool", "bool?", "boolean"}
TEXTS = {"object", "string"}
#: what a missing value is in a column of objects, beside "nan" and "None": pd.NA, or that and another
NA, ANY_GAP = "<NA>", "any"
#: what a missing value is in a column into which steps of the program put None beside NaN
BOTH = "None or NaN"
#: in front of a step in ``Column.nans``: a function gave the values, of a type that only the job sees
FUNCTION = "function"


class Width(str):
    """The dtype that pandas computes in where it is narrower than that of its column ("int8",
    "float32"), or "?": it depends on the data. ``steps``: those that made such columns.
    ``bound``: what no value is beyond, above or below zero."""

    steps: frozenset
    bound: int

    def __new__(cls, name: str, steps: Iterable = (), bound: int = 1 << 63) -> "Width":
        self = super().__new__(cls, name)
        self.steps = frozenset(steps)
        self.bound = bound
        return self


class NoneGap(str):
    """``Column.gap`` where steps of the program put None: "None", or "None or NaN" where Spark cannot
    tell them apart. ``steps``: those that did."""

    steps: frozenset

    def __new__(cls, name: str, steps: Iterable) -> "NoneGap":
        self = super().__new__(cls, name)
        self.steps = frozenset(steps)
        return self


def none_gap(gaps: Iterable[str | None]) -> NoneGap | None:
    """The gap of what is made of columns with these, where None was put into one of them."""
    steps = frozenset().union(*(getattr(gap, "steps", ()) for gap in gaps))
    return NoneGap(BOTH, steps) if steps else None


def gap_beside_nan(gaps: set[str | None]) -> str | None:
    """What a missing value is after columns of these gaps and NaN were put together."""
    if (found := none_gap(gaps)) is not None:
        return found
    return "nan" if gaps == {"nan"} else ANY_GAP if gaps & {NA, ANY_GAP} else None


class MaybeInfinite:
    """Of a ``dtype`` (None: not known), and known to be ``finite`` or not."""

    dtype: str | None
    finite: bool

    @property
    def may_be_infinite(self) -> bool:
        """Whether a number in it may be infinite."""
        return not self.finite and (self.dtype is None or self.dtype in FLOATS)


class Typed(MaybeInfinite):
    """A column or a Series: ``nullable`` is the missing-value dialect where the dtype is unknown."""

    nullable: bool
    gap: str | None
    nans: frozenset

    @property
    def functions(self) -> list[tuple]:
        """The steps in ``nans`` whose function gave the values: only the job sees whether pandas has an
        object column of them with pd.NA in it."""
        return [step for step in self.nans if step[0] == FUNCTION]

    @property
    def holds_na(self) -> bool:
        """Whether pandas has an object column of values and pd.NA here, whatever the dtype says."""
        return self.gap in (NA, ANY_GAP)

    @property
    def is_nullable(self) -> bool:
        return self.dtype in NULLABLE if self.dtype else self.nullable


def to_nullable(dtype: str | None) -> str | None:
    """The dtype after ``convert_dtypes``, as far as it does not depend on the values."""
    table = {"int64": "Int64", "int64?": "Int64", "int32": "Int32", "bool": "boolean",
             "bool?": "boolean", "object": "string"}  # fmt: skip
    return table.get(dtype, dtype)


def with_missing(dtype: str | None) -> str | None:
    """The dtype of a column to which a step may add missing values."""
    return {"int64": "int64?", "int32": "int64?", "bool": "bool?"}.get(dtype, dtype)


class Category(str):
    """The dtype "category" with its categories, where they are known."""

    categories: list
    ordered: bool

    def __new__(cls, categories: list, ordered: bool) -> "Category":
        self = super().__new__(cls, "category")
        self.categories, self.ordered = list(categories), ordered
        return self

    def __repr__(self) -> str:
        return f"pd.CategoricalDtype({self.categories!r}, ordered={self.ordered})"


class Binned(Category):
    """Categories that are not texts (intervals, numbers): ``text`` makes pandas' dtype in the job,
    ``categories`` are their texts, which stand for them in Spark."""

    text: str

    def __new__(cls, categories: list, ordered: bool, text: str) -> "Binned":
        self = super().__new__(cls, categories, ordered)
        self.text = text  # type: ignore[attr-defined]
        return self  # type: ignore[return-value]

    def __repr__(self) -> str:
        return self.text


class OpenBins(str):
    """The dtype "category" of bins that depend on the data; the job has pandas' dtype as ``text``."""

    text: str

    def __new__(cls, text: str) -> "OpenBins":
        self = super().__new__(cls, "category")
        self.text = text
        return self

    def __repr__(self) -> str:
        return self.text


class Lists(str):
    """The dtype "list" of lists whose items, of which none is missing, are of the dtype ``item``."""

    item: str

    def __new__(cls, item: str) -> "Lists":
        self = super().__new__(cls, "list")
        self.item = item
        return self


class TextLists(Lists):
    """Lists of texts; a missing list, and what an empty one gives, is NaN."""

    def __new__(cls) -> "TextLists":
        return super().__new__(cls, "object")  # type: ignore[return-value]


class MadeCategory(str):
    """The dtype "category" whose categories, or their order, only the ``step`` that made it knows."""

    step: Any

    def __new__(cls, step: Any = None) -> "MadeCategory":
        self = super().__new__(cls, "category")
        self.step = step
        return self


class SeenCategory(MadeCategory):
    """The dtype "category" whose categories are the different texts, in order, of the rows where the
    ``step`` made it."""
