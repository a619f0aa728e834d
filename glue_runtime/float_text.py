"""The text of floats as Python's repr writes it, in Spark expressions."""

from pyspark.sql import functions as F

INF = float("inf")


def float_text(number):
    """A double column as repr() writes it: 1e+16, 0.0001, 1e-05, 100000000.0, inf; NULL stays.

    From 0.001 to 10 million Java's text is Python's; near by only the layout differs. Where
    Python uses an exponent, Java may also have written one digit too many. Reading it back always
    gives the same number; beyond 2**53 and below 2.3e-308 a last digit may differ from Python's.
    """
    java, size = number.cast("string"), F.abs(number)
    sign = F.when(number < 0, F.lit("-")).otherwise(F.lit(""))
    return (
        F.when((number == 0) | ((size >= 1e-3) & (size < 1e7)), java)
        .when(F.isnan(number), F.lit("nan"))
        .when(size == INF, F.concat(sign, F.lit("inf")))
        .when((size >= 1e-4) & (size < 1e16), without_exponent(java))
        .otherwise(F.concat(sign, with_exponent(shortest_text(size))))
    )


def single_value(number):
    """A float32 column as the doubles that its texts say: 0.1, where a cast gives 0.10000000149. Java
    writes one digit too many of some."""
    wide = number.cast("double")
    texts = [F.format_string(f"%.{digits}e", wide).cast("double") for digits in (5, 6, 7)]
    exact = [F.when(text.cast("float") == number, text) for text in texts]
    return F.coalesce(*exact, F.format_string("%.8e", wide).cast("double"))


def bound(value, use):
    """use(value) with `value` computed once: Spark has no other way to name a part of a column."""
    return F.element_at(F.transform(F.array(value), use), 1)


def shortest_text(size):
    """The text of a positive double with the fewest digits that read back as the same number."""
    return bound(size.cast("string"), lambda java: fewest_digits(java, size))


def fewest_digits(java, size):
    """Java's text of a positive double, or one of its roundings to 15 and 16 digits."""
    mantissa = F.substring_index(java, "E", 1)
    power = F.when(java.contains("E"), F.substring_index(java, "E", -1).cast("int")).otherwise(0)
    parts = F.struct(
        F.translate(mantissa, ".", "").cast("bigint").alias("digits"),
        (power - F.length(F.substring_index(mantissa, ".", -1))).alias("power"),
    )
    return bound(parts, lambda p: tried_roundings(java, size, p["digits"], p["power"]))


def tried_roundings(java, size, digits, power):
    """The number digits * 10**power in 15 digits, in 16, or as Java wrote it: the first that is
    still the same number."""
    long = F.when(digits >= 10**16, 1).otherwise(0)
    fifteen = rounded_digits(digits, power, F.when(long == 1, 100).otherwise(10), long + 1)
    sixteen = rounded_digits(digits, power, F.when(long == 1, 10).otherwise(1), long)
    tried = F.filter(F.array(fifteen, sixteen), lambda text: text.cast("double") == size)
    return F.when(digits < 10**15, java).otherwise(F.coalesce(F.get(tried, F.lit(0)), java))


def rounded_digits(digits, power, unit, dropped):
    """digits (bigint) without its last ones, half up, as d.dddE±x."""
    return bound(
        (digits + F.floor(unit / 2)).cast("string"),
        lambda text: F.concat(
            text.substr(1, 1),
            F.lit("."),
            text.substr(F.lit(2), F.length(text) - 1 - dropped),
            F.lit("E"),
            (power + F.length(text) - 1).cast("string"),
        ),
    )


def without_exponent(text):
    """A number below 1e16 as digits around a point."""
    return F.regexp_replace(text.cast("decimal(38,21)").cast("string"), r"(\.[0-9]+?)0+$", "$1")


def with_exponent(text):
    """A number as 1.5e+20, 1e-05: no empty fraction, a sign and two digits in the exponent."""
    short = F.regexp_replace(text, r"\.?0*E", "e")
    signed = F.regexp_replace(short, r"e([0-9])", "e+$1")
    return F.regexp_replace(signed, r"e([+-])([0-9])$", "e$10$2")
