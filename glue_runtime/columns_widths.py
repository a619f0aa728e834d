"""``astype`` to numbers of fewer than 64 bits: builders (column, its type) → Column."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.casts import float_from_text, int_from_float, int_from_text, present, whole_number
from glue_runtime.columns_convert import WHOLE_TYPES, refuse
from glue_runtime.widths import fitting, never_negative

SIGNED_TYPES = {"int8": "tinyint", "int16": "smallint", "int32": "int"}


def bits_of(width):
    """How many bits a width has: 8 of "uint8"."""
    return int(width.lstrip("uint"))


def limits_of(width):
    """The least and the largest number of a width."""
    bits = bits_of(width)
    if width in SIGNED_TYPES:
        return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return 0, 2 ** min(bits, 63) - 1


def lowest_bits(a, width):
    """A whole number in a width, as numpy keeps it: without its higher bits."""
    if width in SIGNED_TYPES:
        return a.cast(SIGNED_TYPES[width])
    return never_negative(a) if width == "uint64" else a.bitwiseAND(2 ** bits_of(width) - 1)


def as_narrow(a, ta, width, nullable=False, full=False, wraps=True):
    """``astype("int8")`` and the like. ``nullable``: missing stays missing, else it fails; ``wraps``:
    a whole number that does not fit is cut, as numpy does. Any other that does not fit fails: what
    numpy makes of a fraction depends on the machine."""
    cut = ta == "boolean" or wraps and ta in WHOLE_TYPES
    whole = whole_of(a, ta, width, nullable)
    if not cut:
        whole = fitting(whole, *limits_of(width), width)
    kind = SIGNED_TYPES.get(width, "bigint")
    made = lowest_bits(whole, width) if cut or kind != "bigint" else whole
    there = nullable or full or ta in ("double", "float", "string")
    return made if there else present(made, kind)


def whole_of(a, ta, width, nullable):
    """A column as whole numbers. What is missing in fractions and texts fails, unless `nullable`."""
    if ta in WHOLE_TYPES:
        return a
    if ta == "boolean":
        return a.cast("bigint")
    if ta in ("double", "float"):
        number = a if width in SIGNED_TYPES else never_negative(a, "double")
        return whole_number(number) if nullable else int_from_float(number)
    if ta != "string":
        refuse(ta, width)
    return F.when(a.isNotNull(), int_from_text(a)) if nullable else int_from_text(a)


def wide(a, ta):
    """Whole numbers in 64 bits; fractions stay."""
    return a.cast("bigint") if ta in WHOLE_TYPES else a


def as_single(a, ta):
    """``astype("float32")``: the nearest number of 32 bits."""
    if ta == "boolean":
        return a.cast("int").cast("float")
    if ta in WHOLE_TYPES or ta in ("double", "float"):
        return a.cast("float")
    return float_from_text(a).cast("float") if ta == "string" else refuse(ta, "float32")
