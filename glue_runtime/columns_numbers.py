"""Numbers: rounding, limits, logarithms and choices that mean what numpy's do.

Each builder takes Columns (or Python values), then one Spark type name per operand. Missing is NULL.
"""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.columns import as_column, number

WHOLE_NUMBERS = ("tinyint", "smallint", "int", "bigint")
FRACTIONS = ("double", "float")
INFINITY = float("inf")


def only_numbers(t, what):
    """Raises TypeError for a column that is not of numbers, as pandas does."""
    if t not in WHOLE_NUMBERS + FRACTIONS:
        raise TypeError(f"{what} of a {t} column")


def rounded(a, ta, decimals=0):
    """Rounded half to even, as numpy does it: scale, round, scale back."""
    only_numbers(ta, "round")
    if ta in WHOLE_NUMBERS:
        return a
    if decimals == 0:
        return F.rint(a)
    scale = 10.0 ** abs(decimals) if abs(decimals) > 15 else 10 ** abs(decimals)
    if decimals > 0:
        return F.rint(a * scale) / scale
    return F.rint(a / scale) * scale


def magnitude(a, ta):
    """The absolute value."""
    only_numbers(ta, "abs")
    return F.abs(a)


def limited(a, lower, upper, ta, tlower, tupper):
    """Not below ``lower`` nor above ``upper``; a missing limit is none."""
    result = None
    if tlower != "void":
        result = F.when(a < lower, lower)
    if tupper != "void":
        result = F.when(a > upper, upper) if result is None else result.when(a > upper, upper)
    return a if result is None else result.otherwise(a)


def logarithm(a, ta, base="e"):
    """The logarithm: minus infinity at 0, missing below."""
    only_numbers(ta, "log")
    value = {"e": F.log, "10": F.log10, "2": F.log2}[base](a)
    return F.when(a == 0, F.lit(-INFINITY)).otherwise(value)


def logarithm_plus_one(a, ta):
    """log(1 + a), exact near 0."""
    only_numbers(ta, "log1p")
    return F.when(a == -1, F.lit(-INFINITY)).otherwise(F.log1p(a))


def exponential(a, ta):
    """e to the power of ``a``."""
    only_numbers(ta, "exp")
    return F.exp(a)


def exponential_less_one(a, ta):
    """e to the power of ``a``, less 1, exact near 0."""
    only_numbers(ta, "expm1")
    return F.expm1(a)


def square_root(a, ta):
    """The square root; missing below 0."""
    only_numbers(ta, "sqrt")
    return F.when(a >= 0, F.sqrt(a))


def cube_root(a, ta):
    """The cube root."""
    only_numbers(ta, "cbrt")
    return F.cbrt(a)


def square(a, ta):
    """``a`` times ``a``."""
    only_numbers(ta, "square")
    return a * a


def raised(a, ta, exponent):
    """``a`` to a whole power; whole numbers stay whole."""
    only_numbers(ta, "**")
    if exponent == 2:
        return a * a
    if ta not in WHOLE_NUMBERS:
        return F.pow(a, F.lit(exponent))
    # Products are exact beyond 2**53, where powers of doubles are not, and wrap as numpy's do.
    return {1: a, 3: a * a * a, 4: a * a * (a * a)}[exponent]


def rounded_down(a, ta):
    """The floor; a fraction stays a fraction, whatever its size."""
    only_numbers(ta, "floor")
    if ta in WHOLE_NUMBERS:
        return a
    return F.rint(a) - F.when(F.rint(a) > a, 1.0).otherwise(0.0)


def rounded_up(a, ta):
    """The ceiling; a fraction stays a fraction, whatever its size."""
    only_numbers(ta, "ceil")
    if ta in WHOLE_NUMBERS:
        return a
    return F.rint(a) + F.when(F.rint(a) < a, 1.0).otherwise(0.0)


def truncated(a, ta):
    """Towards zero."""
    only_numbers(ta, "trunc")
    if ta in WHOLE_NUMBERS:
        return a
    return F.when(a < 0, rounded_up(a, ta)).otherwise(rounded_down(a, ta))


def sign(a, ta):
    """-1, 0 or 1."""
    only_numbers(ta, "sign")
    return F.signum(a).cast("bigint") if ta in WHOLE_NUMBERS else F.signum(a)


def wave(a, ta, function="sin", finite=False):
    """A function of an angle; a sine, cosine and tangent is missing at infinity (``finite``: the
    angles are none)."""
    only_numbers(ta, function)
    value = getattr(F, function)(a)
    if function in ("asin", "acos"):
        return F.when(F.abs(a) <= 1, value)
    turning = function in ("sin", "cos", "tan") and not (finite or ta in WHOLE_NUMBERS)
    return F.when(F.abs(a) < INFINITY, value) if turning else value


def angle(y, x, ty, tx):
    """The angle of a point; Spark's does not tell -0.0 from 0.0, as numpy does."""
    y, x = (as_column(side).cast("double") for side in (y, x))
    behind = (x < 0) | (x.cast("string") == "-0.0")
    half_turn = F.when(y.cast("string") == "-0.0", -F.pi()).otherwise(F.pi())
    there = F.when(x.isNotNull(), y)
    return F.when(y != 0, F.atan2(y, x)).when((y == 0) & behind, half_turn).otherwise(there)


def larger(a, b, ta, tb):
    """The larger of two numbers; missing when one of them is."""
    return extreme(a, b, ta, tb, F.greatest)


def smaller(a, b, ta, tb):
    """The smaller of two numbers; missing when one of them is."""
    return extreme(a, b, ta, tb, F.least)


def extreme(a, b, ta, tb, choose):
    only_numbers(ta, "maximum")
    only_numbers(tb, "maximum")
    a, b = as_column(a), as_column(b)
    if ta != tb and not {ta, tb} <= set(WHOLE_NUMBERS):
        a, b = a.cast("double"), b.cast("double")
    return F.when(a.isNotNull() & b.isNotNull(), choose(a, b))


def either(condition, a, b, tcondition, ta, tb):
    """``a`` where the condition is true, else ``b``; both of one kind."""
    (a, ta), (b, tb) = nan_as_missing(a, ta, tb), nan_as_missing(b, tb, ta)
    a, b = number_if_mixed(a, b, ta, tb), number_if_mixed(b, a, tb, ta)
    return F.when(condition, a).otherwise(b)


def nan_as_missing(a, ta, other):
    """A choice and its type: Python's nan is a missing number, or a missing text beside texts."""
    if not isinstance(a, float) or a == a:
        return a, ta
    kind = "string" if other == "string" else "double"
    return F.lit(None).cast(kind), kind


def number_if_mixed(a, b, ta, tb):
    """One of two choices, as a fraction where the other is one."""
    if ta == tb or "void" in (ta, tb):
        return a
    known = (*WHOLE_NUMBERS, *FRACTIONS)
    if ta not in known or tb not in known:
        raise TypeError(f"a choice between {ta} and {tb} values has no column type")
    return as_column(number(a, ta)).cast("double") if "double" in (ta, tb) else a


def some_number(a, ta, what="a number"):
    """A column of numbers as it is. Raises TypeError for another, as pandas does."""
    only_numbers(ta, what)
    return a


def limited_numbers(a, lower, upper, ta, tlower, tupper):
    """``limited`` for numbers; whole numbers take no fraction as a limit."""
    only_numbers(ta, "clip")
    if ta in WHOLE_NUMBERS and "double" in (tlower, tupper):
        raise TypeError("whole numbers held by a fraction may or may not become fractions")
    return limited(a, lower, upper, ta, tlower, tupper)


def limited_by_row(a, lower, upper, ta, tlower, tupper, fixed=False):
    """``limited`` by limits of the same row. A value that was not above the upper one stays even
    where the lower one lifted it there; a `fixed` upper limit, the same for all, takes it back."""
    for kind in (ta, tlower, tupper):
        if kind != "void":
            only_numbers(kind, "clip")
    if ta in WHOLE_NUMBERS and {tlower, tupper} & {*FRACTIONS}:
        raise TypeError("whole numbers held by a fraction may or may not become fractions")
    low, high = (
        x if t in (ta, "void") else F.lit(x).cast(ta) for x, t in ((lower, tlower), (upper, tupper))
    )
    lifted = a if tlower == "void" else F.when(a < low, low).otherwise(a)
    if tupper == "void":
        return lifted
    return F.when((lifted if fixed else a) > high, high).otherwise(lifted)


def keyed(a, ta, kind):
    """A column to be looked up among keys of a kind ("text", "number"): nothing is found in others."""
    found = {"string": "text", "boolean": "flag"}.get(
        ta, "number" if ta in WHOLE_NUMBERS + FRACTIONS else ta
    )
    if found == "flag" and kind == "number":
        raise TypeError("booleans looked up among numbers")
    return a if found == kind else F.lit(None)


def swapped(a, ta, pairs):
    """Whole values replaced: ``pairs`` of (value, its replacement), None for missing. What cannot be
    in the column does not matter; a replacement of another kind raises."""
    kind = "text" if ta == "string" else "number" if ta in WHOLE_NUMBERS + FRACTIONS else ta
    result = None
    for given, value in pairs:
        if given is not None and kind_of_constant(given) != kind:
            continue
        if value is not None and kind_of_constant(value) != kind:
            raise TypeError(f"a {ta} column cannot hold the value {value!r}")
        if ta in WHOLE_NUMBERS and isinstance(value, float):
            raise TypeError("whole numbers replaced by fractions")
        put = F.lit(value).cast(ta)
        test = a.isNull() if given is None else a == given
        result = F.when(test, put) if result is None else result.when(test, put)
    return a if result is None else result.otherwise(a)


def swap_frame(df, pairs):
    """`df` with these values replaced in every column that can hold them; helpers stay."""
    cells = [(f.name, f.dataType.simpleString()) for f in df.schema.fields]
    changed = {
        name: swapped(F.col("`" + name.replace("`", "``") + "`"), kind, pairs)
        for name, kind in cells
        if not name.startswith("__")
    }
    return df.withColumns(changed) if changed else df


def kind_of_constant(value):
    return "text" if isinstance(value, str) else "number"
