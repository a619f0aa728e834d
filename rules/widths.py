"""Columns that pandas computes in fewer than 64 bits: int8 to int32, uint8 to uint64, float32.

Such a column is one of int64 (or float64) whose ``width`` says what it is in pandas. Its values are
the same in Spark, what is computed of them is not: 100 + 100 is -56 in int8, and the sums of groups
have the width that they fit in. So a rule does not meet such a column unless it is listed here, and
numbers that a rule makes of one are of a width that depends on the data ("?") unless it says more.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any, Callable, Iterable

from transpiler.errors import NoRule
from transpiler.facts import (
    FLOATS,
    INTEGERS,
    Accessor,
    Col,
    Const,
    Frame,
    Grouped,
    Index,
    Mapping,
    Sequence,
    Value,
    Width,
    Windowed,
)
from transpiler.symbolic import E

#: width → the Spark type that holds its values; bigint holds those without a sign, which have bits
SPARK = {"int8": "tinyint", "int16": "smallint", "int32": "int", "float32": "float"}
UNSIGNED = {"uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64}
WIDTHS = {*SPARK, *UNSIGNED}

_COMPARED = " ".join(f"{op} __{op}__" for op in ("eq", "ne", "lt", "le", "gt", "ge"))
_OPERATORS = " ".join(f"__{r}{op}__" for r in ("", "r") for op in ("add", "sub", "mul", "truediv"))
#: steps that only hand values on, compare or count them
_CARRYING = {
    "DataFrame": "isna isnull notna notnull dropna count nunique pipe to_csv to_parquet __getitem__ columns "
    "columns.__set__ add_prefix add_suffix insert pop get reset_index set_index rename_axis merge join head tail "
    "sort_values sort_index drop __delitem__ __setitem__ assign copy rename groupby index.name index.names "
    "index.name.__set__ shape size empty drop_duplicates duplicated loc.__getitem__ iloc.__getitem__ sample filter "
    "nlargest nsmallest astype",
    "Series": "isna isnull notna notnull dropna count nunique to_frame reset_index rename copy groupby head tail "
    "shape size empty drop_duplicates duplicated sort_values sort_index astype __getitem__ pipe value_counts "
    f"__neg__ abs {_COMPARED} {_OPERATORS}",
    "DataFrameGroupBy": "count nunique size __getitem__ cumcount ngroup",
    "SeriesGroupBy": "count nunique size cumcount ngroup",
    "pandas": "merge isna notna isnull notnull to_numeric",
    "builtins": "len",
}  # fmt: skip
#: those of them that do not look at values: all that numbers as Python objects may meet
_BLIND = {
    "DataFrame": "pipe to_csv to_parquet __getitem__ columns columns.__set__ add_prefix add_suffix insert pop get reset_index "
    "rename_axis head tail drop __delitem__ __setitem__ assign copy rename shape size empty sample filter isna isnull "
    "notna notnull dropna count iloc.__getitem__ loc.__getitem__",
    "Series": "isna isnull notna notnull dropna count to_frame reset_index rename copy head tail shape size empty pipe",
    "builtins": "len",
}  # fmt: skip
#: steps that make of narrow whole numbers the values that they make of int64
_OF_WHOLE = {
    "DataFrame": "fillna convert_dtypes to_json",
    "Series": "sum mean median std var sem quantile between fillna convert_dtypes nlargest nsmallest isin rank",
    "DataFrameGroupBy": "sum mean min max first last median std var agg aggregate",
    "SeriesGroupBy": "sum mean min max first last median std var agg aggregate transform rank shift cummax cummin",
    "pandas": "concat",
}  # fmt: skip
#: steps whose numbers are of 64 bits whatever they are made of
_COUNTS = {"count", "nunique", "size", "value_counts", "cumcount", "ngroup", "rank", "len"}
#: steps that say themselves which of their columns are narrow
_OWN = {
    "Series": f"astype __neg__ abs {_COMPARED} {_OPERATORS}",
    "DataFrame": "astype assign __setitem__ insert merge join",
    "pandas": "merge to_numeric",
}


def _names(steps: dict[str, str]) -> set[str]:
    return {f"{kind}.{step}" for kind, listed in steps.items() for step in listed.split()}


_ANY, _WHOLE, _MARKING = _names(_CARRYING), _names(_OF_WHOLE), _names(_OWN)
_OF_OBJECTS = _names(_BLIND)


# --- which steps may meet one ---------------------------------------------------------------


#: codes of categories, of as few bytes as count them, and whole numbers without a sign that are not
#: below 1 or 0 (week numbers): any step may meet them, only arithmetic asks
CODE, FROM_ONE, FROM_ZERO = "code", "uint32 from 1", "uint32 from 0"
#: parts of times, int32 in pandas (float64 where one is missing), and numbers that are int64 there
#: and an int in Spark: alike as long as nothing is beyond 32 bits
PART, LENGTH = "int32 of times", "int64 in an int"
BOUNDED = {PART, LENGTH}
_OPEN = {None, CODE, FROM_ONE, FROM_ZERO, *BOUNDED}
#: no text or list in a cell is as long
LONGEST = 1 << 27


def widths_in(value: Any) -> set[Width]:
    """The widths of the columns that a value is, holds, or groups."""
    if isinstance(value, Col):
        return {value.width} - _OPEN  # type: ignore[return-value]
    if isinstance(value, Frame):
        return {x.width for x in (*value.columns, *value.index.levels)} - _OPEN  # type: ignore[return-value]
    if isinstance(value, Grouped):
        return widths_in(grouped_values(value)).union(*(widths_in(k.col) for k in value.keys))
    if isinstance(value, (Accessor, Windowed)):
        return widths_in(value.owner)
    if isinstance(value, Sequence):
        return set().union(*map(widths_in, value.items))
    if isinstance(value, Mapping):
        return set().union(*(widths_in(x) for _, x in value.items))
    return set()


def grouped_values(grouped: Grouped) -> Value:
    """What a group-by computes of: a Series, the columns that were chosen, or the whole frame."""
    frame, chosen = grouped.frame, grouped.selection
    if grouped.series is not None:
        return grouped.series
    if not isinstance(chosen, list):
        return frame
    return frame.but(columns=tuple(x for x in frame.columns if x.label in chosen), index=Index())


def check(name: str, *values: Any) -> set[Width]:
    """The widths among the operands of a step. Raises NoRule for a step that may not meet them."""
    found = set().union(*map(widths_in, values))
    if not found:
        return found
    whole = not found & {"float32", "uint64", "float?"}
    of_rows = name == "DataFrame.__setitem__" and not isinstance(values[1], Const)
    listed = name in _OF_OBJECTS if "object" in found else name in _ANY or name in _WHOLE and whole
    if of_rows or not listed:
        odd = found & {"object", "float32", "uint64", "float?"} if name in _WHOLE else found
        raise NoRule(f"{name.rpartition('.')[2].strip('_')} of {told(odd)}")
    return found


def told(found: Iterable[str]) -> str:
    """What the numbers are, and what to write instead."""
    width = max(found)
    if width == CODE:
        return "codes of categories, of which pandas keeps one in as few bytes as it can; with .astype('int64') before it runs on the cluster"  # fmt: skip
    if width in BOUNDED:
        return "parts of times, which pandas has in 32 bits where none is missing; with .astype('int64') before it runs on the cluster"  # fmt: skip
    if width in _OPEN:
        return "whole numbers without a sign, which go on from 4294967295 below 0; with .astype('int64') before it runs on the cluster"  # fmt: skip
    if "object" in found:
        return "numbers as Python objects, for which Spark has no type; without .astype(object) before it runs on the cluster"  # fmt: skip
    wide = "float64" if "float" in width else "int64"
    what = "numbers whose width depends on the data" if width.endswith("?") else f"{width} numbers"
    return f"{what}, which pandas does not compute in 64 bits; with .astype({wide!r}) before it runs on the cluster"


def unsure(found: Iterable[Width], dtype: str | None) -> Width:
    """The width of numbers that were made of such ones, and may be as narrow."""
    steps = frozenset().union(*(getattr(w, "steps", ()) for w in found))
    return Width("float?" if dtype in FLOATS else "?", steps)


def marked(name: str, value: Value, found: set[Width], *operands: Any) -> Value:
    """The result of a step over narrow columns: new numbers in it may be narrow, too."""
    if not found or name in _MARKING or name.rpartition(".")[2] in _COUNTS:
        return value
    kinds = {*INTEGERS, None} | (FLOATS if found & {"float32", "float?"} else set())
    if isinstance(value, Col):
        if value.width is not None or value.dtype not in kinds:
            return value
        column = value.column
        return value.but(width=column and column.width or unsure(found, value.dtype))
    if isinstance(value, Frame):
        old = {x.uid for v in operands for x in columns_in(v)}

        def mark(x: Any) -> Any:
            new = x.uid not in old and x.width is None and x.dtype in kinds
            return replace(x, width=unsure(found, x.dtype)) if new else x

        levels = tuple(map(mark, value.index.levels))
        return value.but(
            columns=tuple(map(mark, value.columns)), index=replace(value.index, levels=levels)
        )
    return value


def columns_in(value: Any) -> list:
    """The columns that an operand has already."""
    if isinstance(value, (Grouped, Col)):
        value = value.frame
    if isinstance(value, Frame):
        return [*value.columns, *value.index.levels]
    if isinstance(value, Sequence):
        return [x for item in value.items for x in columns_in(item)]
    return []


def in_pandas(column: Any) -> str | None:
    """The dtype of a column as pandas has it: "Int8" and "int8?" (if none is missing) of such ones."""
    width = "uint32" if column.width in (FROM_ONE, FROM_ZERO) else column.width
    width = "int32" if width == PART and column.dtype in ("int64", "int64?") else width
    if width is None or width not in WIDTHS:
        return column.dtype
    if column.is_nullable:
        return width.replace("uint", "UInt").replace("int", "Int").replace("f", "F")
    return f"{width}?" if column.dtype == "int64?" else width


# --- arithmetic -----------------------------------------------------------------------------


def wrapped(expr: E, width: str) -> E:
    """A number in a width as numpy keeps it: the lowest bits of a whole one, a rounded fraction."""
    if width in SPARK:
        return expr.cast(SPARK[width])
    return expr.bitwiseAND((1 << UNSIGNED[width]) - 1)


def is_narrow(*values: Any) -> bool:
    """Whether one of them is a Series of narrow numbers."""
    return any(isinstance(v, Col) and v.width for v in values)


def kind_of_operand(value: Any) -> str | None:
    """The numpy dtype of an operand: "weak" of a Python number, None where it is not known."""
    if isinstance(value, Const):
        return "weak" if type(value.value) in (int, float) else None
    if not isinstance(value, Col) or value.dtype not in INTEGERS | FLOATS:
        return None
    if value.width is None or value.dtype == "int64?":
        return value.dtype.lower()  # type: ignore[union-attr]
    return "?" if value.width in _OPEN else value.width


def narrow_operands(op: str, a: Any, b: Any) -> tuple[Any, Any, Width | None]:
    """The operands of ``a op b`` of which one is narrow, and the width of the result.

    Raises NoRule where it depends on the data, or pandas raises.
    """
    import numpy as np

    if unsigned_kept(op, a, b):
        return a, b, Width(FROM_ZERO, (a if isinstance(a, Col) else b).width.steps)
    found = {v.width for v in (a, b) if isinstance(v, Col) and v.width}
    steps = frozenset().union(*(w.steps for w in found if w))
    kinds = [kind_of_operand(v) for v in (a, b)]
    known = None not in kinds and op in ("add", "sub", "mul", "truediv")
    whole = not found & {"float32", "float?"}
    if known and whole and (op == "truediv" or "float64" in kinds):
        return a, b, None
    plain = known and not {"int64?", "float?"} & {*kinds}
    if plain and "weak" in kinds:
        a, b, kind = with_number(a, b, kinds)
        return a, b, kind and Width(kind, steps)
    if plain and {*kinds} == {"?", "int64"}:
        return a, b, None
    if plain and not {"?", "uint64"} & {*kinds}:
        kind = str(np.promote_types(*kinds))  # type: ignore[arg-type]
        return a, b, Width(kind, steps) if kind in WIDTHS else None
    raise NoRule(f"{op} of {told(found)}")  # type: ignore[arg-type]


_GROWING: dict[str, Callable[[int, int], int]] = {
    "add": operator.add,
    "sub": operator.add,
    "mul": operator.mul,
}


def is_bounded(*values: Any) -> bool:
    """Whether all Series among them that are narrow are parts of times or lengths."""
    return all(v.width is None or v.width in BOUNDED for v in values if isinstance(v, Col))


def bounded_operands(
    ctx: Any, op: str, a: Any, b: Any, wide: Callable[[Col], Col]
) -> tuple[Any, Any, Width | None]:
    """The operands and the width of the result, of which one is a part of times or a length; ``wide``
    gives one of them in 64 bits.

    Raises NoRule where parts of times go beyond 32 bits: pandas has them from the start then.
    """
    bounds = [bound_of(v) for v in (a, b)]
    if op == "truediv" or None in bounds:  # fractions, or 64 bits on the other side
        return a, b, None
    bound = _GROWING.get(op, max)(*bounds)
    found = [v.width for v in (a, b) if isinstance(v, Col)]
    steps = frozenset().union(*(w.steps for w in found))
    kind = PART if {*found} == {PART} else LENGTH
    if bound < 1 << 31:
        return a, b, Width(kind, steps, bound)
    if kind == PART and max(bounds) < 1 << 63:
        for step in steps:
            ctx.demand(step, "width")
        raise NoRule(f"{op} beyond 32 bits of {told({Width(PART)})}")
    a, b = (wide(v) if isinstance(v, Col) else v for v in (a, b))
    return a, b, Width(PART, steps) if kind == PART else None


def bound_of(value: Any) -> int | None:
    """What an operand is not beyond; None of one that is no whole number of 32 bits."""
    if isinstance(value, Col):
        return None if value.width is None else value.width.bound
    number = value.value if isinstance(value, Const) else None
    return abs(number) if type(number) is int else None


def unsigned_kept(op: str, a: Any, b: Any) -> bool:
    """Whether numbers without a sign stay so with a constant, and their values what they are in Spark."""
    series, other = (b, a) if op in ("add", "mul") and isinstance(a, Const) else (a, b)
    width = getattr(series, "width", None)
    number = other.value if isinstance(other, Const) else None
    if width not in (FROM_ONE, FROM_ZERO) or type(number) is not int or not 0 <= number < 100_000:
        return False
    if op == "sub":
        return number <= (width == FROM_ONE)
    return op in ("add", "mul") or op in ("mod", "floordiv") and number > 0


def with_number(a: Any, b: Any, kinds: list) -> tuple[Any, Any, str | None]:
    """The same for a narrow column and a Python number, which takes on the column's dtype."""
    import numpy as np

    first = kinds[0] == "weak"
    number, kind = (a if first else b).value, kinds[first]
    if isinstance(number, float) and "float" not in kind:
        return a, b, None
    if kind == "float32":
        number = float(np.float32(number))
    elif kind not in WIDTHS - {"uint64"}:
        raise NoRule(f"arithmetic with {told({(b if first else a).width})}")
    elif not np.iinfo(kind).min <= number <= np.iinfo(kind).max:
        raise NoRule(f"{number} is no {kind}: pandas raises an OverflowError")
    constant = Const(number)
    return (constant, b, kind) if first else (a, constant, kind)


#: aggregates and windows that hand on some of the values
_CHOOSING = {"min", "max", "first", "last", "iloc", "shift", "cummax", "cummin", "ffill", "bfill"}


def of_group(name: str, series: Col | None) -> Width | None:
    """The width of what a group's aggregate or window makes of numbers that any step may meet."""
    width = getattr(series, "width", None)
    if width is None or width not in _OPEN or width == CODE:
        return None
    if name == "sum":
        return {PART: Width(PART, width.steps), LENGTH: None}.get(width, Width(FROM_ZERO))
    return width if name in _CHOOSING else None


def stacked_width(columns: list[Any]) -> Width | None:
    """The width of a column that is made of these, one under the other."""
    found = [x.width for x in columns]
    if not found or not {*found} <= BOUNDED:
        return None
    steps = frozenset().union(*(w.steps for w in found))
    return Width(PART if {*found} == {PART} else LENGTH, steps, max(w.bound for w in found))


def in_an_int(columns: list[Col], dtype: str | None) -> Width | None:
    """The width of what a step makes, row by row, of parts of times or lengths: as wide as they are."""
    return stacked_width([x for x in columns if x.width]) if dtype in INTEGERS else None


def in_width(series: Col, width: Width | None) -> Col:
    """A computed Series as pandas keeps it in that width."""
    if width in _OPEN:
        return series.but(width=width, column=None)
    finite = series.finite and width != "float32"
    return series.but(expr=wrapped(series.expr, width), width=width, finite=finite, column=None)


def alike(before: Col, after: Col) -> Col:
    """What a step makes of one Series in its own width: ``-s``, ``abs(s)``."""
    if before.width is None or before.width in BOUNDED:
        return after.but(width=before.width)
    if before.width not in WIDTHS - {"uint64"}:
        raise NoRule(f"the sign of {told({before.width})}")
    return in_width(after, before.width)


def check_compared(*values: Any) -> None:
    """Raises NoRule for float32 numbers compared with one that is not of them: pandas rounds it."""
    import numpy as np

    if not any(isinstance(v, Col) and v.width in ("float32", "float?") for v in values):
        return
    for v in values:
        exact = isinstance(v, Const) and float(np.float32(v.value)) == v.value
        if not exact and not (isinstance(v, Col) and v.dtype in INTEGERS | FLOATS and v.width != "float?"):  # fmt: skip
            raise NoRule(f"a comparison of {told({'float32'})}")
