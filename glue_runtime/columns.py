"""Column expressions that mean what pandas' operators mean, given the Spark types of the operands.

Each builder takes Columns (or Python values), then one Spark type name per operand, and returns a
Column. Missing values are NULL; no builder returns NaN: what infinite numbers make of each other is
missing. ``finite``: there are no infinite numbers among the operands that could.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.times import micros, time_of_text

INTEGERS = ("tinyint", "smallint", "int", "bigint")
INTERVAL = "interval day to second"


def typed(df: DataFrame, build, *args, **options):
    """``build`` over columns of ``df``, with the types that Spark sees in it."""
    return build(*args, *[type_in(df, a) for a in args], **options)


def type_in(df: DataFrame, value) -> str:
    """The Spark type name of a Column over ``df``, or of a Python value."""
    column = value if hasattr(value, "cast") else F.lit(value)
    found = df.select(column).schema[0].dataType
    # A literal such as INTERVAL 30 MINUTE has a type of its own.
    return INTERVAL if isinstance(found, T.DayTimeIntervalType) else found.simpleString()


def lit(value):
    """A Python value as a Column; a missing one is NULL."""
    import pandas as pd

    return F.lit(None if pd.isna(value) else value)


def value_column(value):
    """A value that the job computed as a column of its own: whole numbers are bigint, and a missing
    value is of the type that pandas gives such a column."""
    import pandas as pd

    if pd.api.types.is_list_like(value):
        raise NotImplementedError("several values as one column: set them row by row")
    if pd.isna(value):
        kinds = {"float": "double", "float64": "double", "NaTType": "timestamp"}
        return F.lit(None).cast(kinds.get(type(value).__name__, "string"))
    return F.lit(value).cast("bigint") if pd.api.types.is_integer(value) else F.lit(value)


def number(a, t):
    """A boolean as 0 and 1; numbers as they are. Spark would read text as a number: pandas raises."""
    if t == "string":
        raise TypeError("arithmetic with text: pandas has none, or repeats the text")
    return a.cast("bigint") if t == "boolean" and hasattr(a, "cast") else a


def no_nan(a, t="double", finite=False):
    """The number, with NaN (infinity less infinity, or times zero) as missing."""
    if finite or t not in ("double", "float"):
        return a
    return F.nanvl(a, F.lit(None))


def never_infinite(*pairs):
    """Whether one of (operand, type) is a whole number, or a constant that is finite."""
    return any(
        t not in ("double", "float") or not hasattr(x, "cast") and abs(x) != float("inf")
        for x, t in pairs
    )


def add(a, b, ta, tb, finite=False):
    """``a + b``: text is joined, booleans among themselves are or-ed, as in numpy."""
    if ta == "string" and tb == "string":
        return F.concat(as_column(a), as_column(b))
    if ta == "boolean" and tb == "boolean":
        return a | b
    return no_nan(number(a, ta) + number(b, tb), ta, finite or never_infinite((a, ta), (b, tb)))


def as_column(a):
    return a if hasattr(a, "cast") else F.lit(a)


def sub(a, b, ta, tb, finite=False):
    """``a - b``: two timestamps give an interval."""
    return no_nan(number(a, ta) - number(b, tb), ta, finite or never_infinite((a, ta), (b, tb)))


def mul(a, b, ta, tb, finite=False):
    """``a * b``; booleans among themselves are and-ed, as in numpy."""
    if ta == "boolean" and tb == "boolean":
        return a & b
    constant = any(not hasattr(x, "cast") and x for x in (a, b))
    kind = tb if ta in (*INTEGERS, "boolean") else ta
    return no_nan(number(a, ta) * number(b, tb), kind, finite or constant)


def member(a, ta, values, gap=False):
    """``isin``: a text is never a number, whatever Spark would make of it, and beside times it is
    read as one. ``gap``: the list has missing values too."""
    texts, numbers = isinstance(values[0], str), (*INTEGERS, "double", "float")
    if texts and ta in numbers or not texts and ta == "string":
        return F.lit(False)
    if texts and ta == "timestamp":
        if gap:
            raise TypeError("texts and missing values beside times")
        values = [time_of_text(text) for text in values]
    return a.isin(values)


def in_32_bits(number):
    """Sums of years, hours, … which pandas has in 32 bits where they fit and no time is missing: what
    is computed of them and needs more fails the job."""
    larger = "a sum of parts of times does not fit into 32 bits: take .astype('int64') of the parts"
    return F.when(F.abs(number) < 1 << 31, number).when(number.isNotNull(), F.raise_error(F.lit(larger)).cast("bigint"))  # fmt: skip


def python_product(a, b):
    """``a * b`` of whole numbers as Python multiplies: what 64 bits do not hold fails the job,
    where pandas would keep Python's larger numbers."""
    product = F.try_multiply(as_column(a).cast("bigint"), as_column(b).cast("bigint"))
    known = as_column(a).isNotNull() & as_column(b).isNotNull()
    larger = "a product of whole numbers in a function does not fit into 64 bits"
    return F.coalesce(product, F.when(known, F.raise_error(F.lit(larger))))


def truediv(a, b, ta, tb, finite=False):
    """``a / b``: division by zero gives an infinity of ``a``'s sign, and missing for 0 / 0."""
    if ta == tb == INTERVAL:
        a, b, ta, tb = micros(a), micros(b), "bigint", "bigint"
    a, b = number(a, ta), number(b, tb)
    finite = finite or never_infinite((a, ta), (b, tb))
    if tb in (*INTEGERS, "double", "float") and not hasattr(b, "cast") and b != 0:
        return no_nan(a / b, ta, finite)
    if not hasattr(b, "cast"):
        b = F.lit(b)
    return F.when(b == 0, by_zero(as_column(a), b, tb)).otherwise(no_nan(a / b, ta, finite))


def by_zero(a, b, tb):
    """``a / b`` where ``b`` is zero: an infinity, of the other sign for a float's -0.0."""
    if tb in ("double", "float"):
        return F.when(a != 0, a * F.pow(b, F.lit(-1)))
    return F.when(a > 0, F.lit(float("inf"))).when(a < 0, F.lit(float("-inf")))


def floordiv(a, b, ta, tb, finite=False):
    """``a // b`` rounded towards minus infinity. Integers need a divisor that is not zero."""
    whole = ta in (*INTEGERS, "boolean") and tb in (*INTEGERS, "boolean")
    a, b = as_column(number(a, ta)), number(b, tb)
    if whole:
        return F.call_function("div", a - python_mod(a, b), as_column(b))
    b = as_column(b)
    rest = a % b
    quotient = (a - rest) / b - F.when((rest != 0) & ((b < 0) != (rest < 0)), 1.0).otherwise(0.0)
    finite = finite or never_infinite((a, ta))
    return F.when(b == 0, by_zero(a, b, tb)).otherwise(no_nan(F.rint(quotient), ta, finite))


def python_mod(a, b):
    """The remainder with the sign of the divisor."""
    return ((a % b) + b) % b


def mod(a, b, ta, tb, finite=False, masked=False):
    """``a % b`` with the sign of the divisor; a zero divisor gives a missing value, among whole
    numbers of nullable columns (``masked``) 0. Of intervals it is one."""
    if ta == tb == INTERVAL:
        rest = F.when(micros(b) != 0, python_mod(micros(a), micros(b)))
        return F.timestamp_micros(rest) - F.timestamp_micros(F.lit(0))
    whole = ta in (*INTEGERS, "boolean") and tb in (*INTEGERS, "boolean")
    constant = not hasattr(b, "cast") and b
    a, b = as_column(number(a, ta)), number(b, tb)
    if whole and constant:
        return python_mod(a, b)
    b = as_column(b)
    if whole:
        found = F.when(b != 0, python_mod(a, b))
        return found.when(a.isNotNull() & (b == 0), 0) if masked else found
    rest = F.when((a % b) * b < 0, a % b + b).otherwise(a % b)
    return F.when(b != 0, no_nan(rest, ta, finite or never_infinite((a, ta))))


def of_whole_texts(result, a, b, t, ta, tb, both=False):
    """What came of two columns, unless they are texts: numpy raises where one is missing, and (``both``)
    where both are it depends on what they are."""
    if not ta == tb == "string":
        return result
    gap = a.isNull() & b.isNull() if both else a.isNull() | b.isNull()
    words = "texts that are missing (None or NaN) in both" if both else "TypeError: a missing text"
    return F.when(gap, F.raise_error(F.lit(words))).otherwise(result)


NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "boolean")


def compare(a, b, ta, tb, op, nullable=False):
    """``a op b``; things of different kinds are never equal, and have no order. ``nullable``: what is
    compared with a missing value is missing."""
    if tb == "string" and ta == "timestamp" and isinstance(b, str):
        b = time_of_text(b)
    elif "void" in (ta, tb):  # a computed value that is missing
        return F.lit(None).cast("boolean")
    elif ta != tb and not (ta in NUMBERS and tb in NUMBERS):
        if op not in ("eq", "ne"):
            raise TypeError(f"'{op}' is not supported between {ta} and {tb}")
        different = F.lit(op == "ne")
        known = as_column(a).isNotNull() & as_column(b).isNotNull()
        return F.when(known, different) if nullable else different
    a = as_column(a)
    return {"eq": a == b, "ne": a != b, "lt": a < b, "le": a <= b, "gt": a > b, "ge": a >= b}[op]


def negative(a, ta):
    """``-a``. Raises TypeError for booleans, as pandas does."""
    if ta == "boolean":
        raise TypeError("the negative of a boolean column")
    return -number(a, ta)


def true_for_numpy(a, ta, gap="nan"):
    """What numpy takes for true in a condition: all but False, 0, the empty text and None; NaN is
    true. ``gap``: what a missing text or boolean is, "nan" or "None"."""
    if ta not in (*NUMBERS, "string"):
        raise TypeError(f"a {ta} column as a condition")
    if ta not in ("string", "boolean"):
        return F.coalesce(a != 0, F.lit(True))
    return F.coalesce(a if ta == "boolean" else a != "", F.lit(gap == "nan"))


def inverted(a, ta, nullable=False):
    """``~a`` of booleans. Raises TypeError for another column; a missing value fails the job, as
    Python's NaN has no ``~``, or (``nullable``) stays missing."""
    if ta != "boolean":
        raise TypeError(f"~ of a {ta} column")
    problem = F.raise_error(F.lit("~ of a missing value")).cast("boolean")
    return ~a if nullable else F.coalesce(~a, problem)


def mask_of_rows(a, ta, nullable=False):
    """A column that chooses rows; where it is missing pandas raises, or (``nullable``) takes none."""
    if ta != "boolean":
        raise TypeError(f"rows are chosen by a {ta} column")
    problem = F.raise_error(F.lit("rows are chosen by a column with missing values"))
    return F.coalesce(a, F.lit(False) if nullable else problem.cast("boolean"))


def sum_of(a, ta):
    """The sum of a column; booleans count, nothing sums to 0."""
    if ta == "boolean":
        return F.coalesce(F.sum(a.cast("bigint")), F.lit(0))
    zero = F.lit(0.0) if ta in ("double", "float") else F.lit(0)
    return F.coalesce(F.sum(a), zero)
