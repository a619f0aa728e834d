"""Builders of steps that need columns of a kind, where only the job sees which kind they are of.

Each builder takes Columns (or Python values), then one Spark type name per operand. Missing is NULL.
"""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.columns import INTERVAL, as_column, floordiv, number, type_in
from glue_runtime.columns_missing import whole
from glue_runtime.columns_numbers import FRACTIONS, WHOLE_NUMBERS, limited, only_numbers, rounded
from glue_runtime.times import micros


def flag_of(a, ta, full=False):
    """A column as a condition. Raises TypeError for other than booleans, as pandas does; a missing
    one holds nowhere, or (full) fails the job: such columns are no booleans in pandas."""
    if ta != "boolean":
        raise TypeError(f"a {ta} column as a condition")
    if not full:
        return a
    problem = F.raise_error(F.lit("a condition with missing values")).cast("boolean")
    return F.coalesce(a, problem)


def kept_or_put(flag, a, b, tflag, ta, tb, hold=True):
    """``a`` where the condition is `hold`, elsewhere ``b``, which must fit into the column."""
    fits = ta == tb or ta in FRACTIONS and tb in WHOLE_NUMBERS
    if not fits and not (ta in WHOLE_NUMBERS and tb in WHOLE_NUMBERS):
        raise TypeError(f"{tb} values put into a {ta} column change what it is in pandas")
    b = F.lit(b) if not hasattr(b, "cast") else b
    b = b if ta == tb else b.cast(ta)
    return F.when(flag, a).otherwise(b) if hold else F.when(flag, b).otherwise(a)


def completed(a, b, ta, tb):
    """``a``, or ``b`` where it is missing; both of one type, or fractions completed by integers."""
    if ta != tb and not (ta in FRACTIONS and tb in WHOLE_NUMBERS):
        raise TypeError(f"a {ta} column completed by {tb} values changes what it is in pandas")
    return F.coalesce(a, b if ta == tb else b.cast(ta))


def among_texts(a, ta, categories):
    """The texts that are among the categories; what is no text is none of them."""
    if ta not in (*WHOLE_NUMBERS, *FRACTIONS, "boolean", "string"):
        raise TypeError(f"categories that are texts of a {ta} column")
    return F.when(a.isin(categories), a) if ta == "string" else F.lit(None).cast("string")


def raised_to(a, b, ta, tb):
    """``a ** b``, where one of them has fractions: 1 ** nan and nan ** 0 are 1, what is no number
    is missing. Raises TypeError for two whole numbers."""
    only_numbers(ta, "**")
    only_numbers(tb, "**")
    if ta in WHOLE_NUMBERS and tb in WHOLE_NUMBERS:
        raise TypeError("whole numbers to the power of whole numbers: one of both as float, please")
    a, b = as_column(a), as_column(b)
    found = F.pow(a, b)
    found = F.when(~F.isnan(found), found)
    return F.when((a == 1) | (b == 0), 1.0).otherwise(found)


def some_fraction(a, ta, what="fractions"):
    """A column of fractions as it is. Raises TypeError for another."""
    if ta not in FRACTIONS:
        raise TypeError(f"{what} of a {ta} column: .astype(float) makes fractions of whole numbers")
    return a


def rounded_if_number(a, ta, decimals=0):
    """Numbers rounded as numpy does it; anything else as it is."""
    return rounded(a, ta, decimals) if ta in (*WHOLE_NUMBERS, *FRACTIONS) else a


def floor_divided(df, a, b):
    """``a // b``. As in pandas whole numbers become fractions where any divisor is zero, and so does
    the quotient of intervals where any is missing: this looks at the data, once."""
    kinds = type_in(df, a), type_in(df, b)
    if kinds == (INTERVAL, INTERVAL):
        a, b = micros(as_column(a)), micros(as_column(b))
        if not df.where(b == 0).isEmpty():
            raise ValueError("an interval // an interval of nothing")
        return whole(df, floordiv(a, b, "bigint", "bigint"))
    a, b = (whole(df, x) if hasattr(x, "cast") else x for x in (a, b))
    ta, tb = type_in(df, a), type_in(df, b)
    counted = (*WHOLE_NUMBERS, "boolean")
    divisor = as_column(number(b, tb))
    if not {ta, tb} <= set(counted) or df.where(divisor == 0).isEmpty():
        return floordiv(a, b, ta, tb)
    return floordiv(as_column(a).cast("double"), divisor.cast("double"), "double", "double")


def nullable_values(df, column):
    """``convert_dtypes()`` of a column: fractions that are all whole become whole numbers."""
    if type_in(df, column) not in FRACTIONS:
        return column
    odd = (column != F.rint(column)) | (F.abs(column) >= 2.0**63)
    return column.cast("bigint") if df.where(odd).isEmpty() else column


def limited_in(df, column, lower, upper):
    """``clip`` between limits that the job computed. As in pandas whole numbers become fractions
    where a limit that is none holds any of them: this looks at the data."""
    column = whole(df, column)
    kind = type_in(df, column)
    only_numbers(kind, "clip")
    limits = [None if x is None or x != x else x for x in (lower, upper)]
    limits = sorted(limits) if None not in limits else limits
    if kind in WHOLE_NUMBERS:
        tests = [x if x is None else t(x) for x, t in zip(limits, (column.__lt__, column.__gt__))]
        holds = [t is not None and not df.where(t).isEmpty() for t in tests]
        limits = [x if some else None for x, some in zip(limits, holds)]
        if any(x is not None and x % 1 != 0 for x in limits):
            column, kind = column.cast("double"), "double"
        else:
            limits = [None if x is None else int(x) for x in limits]
    limits = [None if x is None else F.lit(x).cast(kind) for x in limits]
    return limited(column, *limits, kind, *["void" if x is None else kind for x in limits])
