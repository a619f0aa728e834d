"""Lists as Python prints them."""

from pyspark.sql import functions as F

from glue_runtime.float_text import float_text

# What repr() writes as a code: what str.isprintable() says no to, but signs that have no meaning yet,
# of which each version of Unicode knows fewer.
UNPRINTABLE = r"[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Zs}&&[^ ]]"
ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def list_text(cell, inner):
    """A list of ``inner`` (bigint, double or string) as Python prints it: [1, 2], ['a', 'b']."""
    if inner == "bigint":
        item = F.transform(cell, lambda v: F.coalesce(v.cast("string"), F.lit("nan")))
    elif inner == "double":
        item = F.transform(cell, lambda v: F.coalesce(float_text(v), F.lit("nan")))
    else:
        item = F.transform(cell, lambda v: F.coalesce(string_repr(v), F.lit("None")))
    return F.when(cell.isNotNull(), F.concat(F.lit("["), F.array_join(item, ", "), F.lit("]")))


def string_repr(text):
    """repr() of text: single quotes unless it holds some and no double ones."""
    escaped = text
    for plain, shown in ESCAPES.items():
        escaped = F.replace(escaped, F.lit(plain), F.lit(shown))
    signs = F.transform(F.regexp_extract_all(escaped, F.lit("(?s)."), F.lit(0)), printable)
    escaped = F.when(escaped.rlike(UNPRINTABLE), F.array_join(signs, "")).otherwise(escaped)
    double = text.contains("'") & ~text.contains('"')
    single = F.concat(F.lit("'"), F.replace(escaped, F.lit("'"), F.lit("\\'")), F.lit("'"))
    return F.when(double, F.concat(F.lit('"'), escaped, F.lit('"'))).otherwise(single)


def printable(sign):
    """One sign as repr() writes it: \\xa0, \\u200b, \\U000e0001."""
    code = F.ascii(sign)
    digits = F.lower(F.hex(code))
    coded = (
        F.when(code < 0x100, F.concat(F.lit("\\x"), F.lpad(digits, 2, "0")))
        .when(code < 0x10000, F.concat(F.lit("\\u"), F.lpad(digits, 4, "0")))
        .otherwise(F.concat(F.lit("\\U"), F.lpad(digits, 8, "0")))
    )
    return F.when(sign.rlike(UNPRINTABLE), coded).otherwise(sign)
