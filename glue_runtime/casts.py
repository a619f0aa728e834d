"""Values from one type to another as pandas converts them: what does not fit fails the job."""

from pyspark.sql import functions as F

from glue_runtime.float_text import float_text, single_value
from glue_runtime.list_text import list_text
from glue_runtime.quoting import is_ndarray

# What int() and float() take off at both ends: less than str.strip().
SPACES = (
    " \t\n\r\x0b\x0c\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
WHOLE = r"^[+-]?[0-9]+(_[0-9]+)*\z"
DIGITS = r"[0-9]+(_[0-9]+)*"
DECIMAL = rf"^[+-]?({DIGITS}\.?({DIGITS})?|\.{DIGITS})([eE][+-]?{DIGITS})?\z"
INFINITE = r"(?i)^[+-]?inf(inity)?\z"
NAN = r"(?i)^[+-]?nan\z"
# The parser of pandas.to_numeric: ASCII blanks, no underscores.
NUMBER = r"^[ \t\n\x0b\f\r]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\x0b\f\r]*\z"
INTEGER = r"^[ \t\n\x0b\f\r]*[+-]?[0-9]+[ \t\n\x0b\f\r]*\z"
ENDLESS = r"(?i)^[ \t\n\x0b\f\r]*[+-]?inf(inity)?[ \t\n\x0b\f\r]*\z"
INF = float("inf")


def failure(words, value, kind):
    """A column of that type whose evaluation fails the job, naming the value."""
    shown = F.coalesce(value.cast("string"), F.lit("a missing value"))
    return F.raise_error(F.concat(F.lit(words + ": "), shown)).cast(kind)


def present(value, kind="bigint"):
    """The value; a missing one fails, as pandas cannot make an integer of it."""
    return F.coalesce(value, failure(f"cannot convert to {kind}", value, kind))


def int_from_text(text):
    """int(text): blanks around and underscores between digits are fine, a fraction is not."""
    bare = F.btrim(text, F.lit(SPACES))
    number = F.when(bare.rlike(WHOLE), F.replace(bare, F.lit("_"), F.lit("")).cast("bigint"))
    return F.coalesce(number, failure("invalid literal for int()", text, "bigint"))


def float_from_text(text):
    """float(text): also inf, nan (missing) and underscores; missing stays missing."""
    bare = F.btrim(text, F.lit(SPACES))
    return (
        F.when(text.isNull() | bare.rlike(NAN), F.lit(None).cast("double"))
        .when(bare.rlike(DECIMAL), F.replace(bare, F.lit("_"), F.lit("")).cast("double"))
        .when(bare.rlike(INFINITE), F.when(bare.startswith("-"), -INF).otherwise(INF))
        .otherwise(failure("could not convert string to float", text, "double"))
    )


def int_from_float(number):
    """Towards zero; a missing or infinite value fails."""
    fits = F.abs(number) < 2.0**63
    problem = failure("cannot convert a non-finite value to integer", number, "bigint")
    return F.when(fits, number.cast("bigint")).otherwise(problem)


def whole_number(number):
    """A double that must be whole, as a bigint; missing stays missing."""
    whole = (number == F.rint(number)) & (F.abs(number) < 2.0**63)
    problem = failure("cannot safely cast to Int64", number, "bigint")
    return F.when(number.isNull() | whole, number.cast("bigint")).otherwise(problem)


def zero_or_one(number):
    """0 and 1 as booleans; another number fails, a missing one stays missing."""
    known = number.isNull() | number.isin(0, 1)
    problem = failure("need to pass bool-like values", number, "boolean")
    return F.when(known, number == 1).otherwise(problem)


def numeric_text(text, coerce=False):
    """A double from text as pandas.to_numeric reads it; what is no number fails, or is missing."""
    number = F.when(text.rlike(NUMBER), text.cast("double"))
    number = F.when(F.abs(number) < INF, number)
    endless = F.when(text.contains("-"), -INF).otherwise(INF)
    known = F.when(text.rlike(ENDLESS), endless).otherwise(number)
    if coerce:
        return known
    missing = text.isNull() | (text == "")
    problem = failure("unable to parse string as a number", text, "double")
    return F.when(missing | known.isNotNull(), known).otherwise(problem)


def whole_text(text):
    """A bigint from text that was seen to hold integers alone; another value fails."""
    number = F.when(text.rlike(INTEGER), whole_value(text))
    return F.coalesce(number, failure("not an integer", text, "bigint"))


def nullable_whole_text(text, coerce=False):
    """The same where missing stays missing; ``coerce``: what is no number is missing too."""
    if coerce:
        return F.when(text.rlike(INTEGER), whole_value(text))
    return F.when(text.isNotNull(), whole_text(text))


def to_numeric(df, column, coerce=False, nullable=False):
    """``pandas.to_numeric`` of a column of ``df``: int64 where every value is a whole number, else
    float64. One pass over the text decides; numbers and booleans stay. ``nullable``: the column is
    of pandas' string dtype, and gives Int64 or Float64."""
    kind = df.select(column).schema[0].dataType.simpleString()
    if kind != "string":
        return column
    whole = F.when(column.rlike(INTEGER), whole_value(column))
    odd = (column == "") | (numeric_text(column, True).isNotNull() & whole.isNull())
    seen = df.agg(
        F.count(F.lit(1)).alias("rows"), F.count(whole).alias("whole"), F.count_if(odd).alias("odd")
    ).first()
    if nullable and seen["whole"] and not seen["odd"]:
        return nullable_whole_text(column, coerce)
    if not nullable and seen["rows"] and seen["rows"] == seen["whole"]:
        return whole_text(column)
    return numeric_text(column, coerce)


def whole_value(text):
    """The integer in a text that is one; NULL beyond 64 bits."""
    return F.regexp_replace(text, r"[ \t\n\x0b\f\r]", "").cast("bigint")


def bool_text(value):
    """True and False as Python writes them."""
    return F.when(value, "True").when(~value, "False")


def text_of(df, column, missing=None):
    """``column.astype(str)``: the text depends on all values (integers with gaps are floats in
    pandas, times show what the finest one needs). ``missing``: the text of a missing value."""
    field = df.select(column).schema[0]
    kind = field.dataType.simpleString()
    if kind in ("tinyint", "smallint", "int", "bigint"):
        gaps = missing != "<NA>" and len(df.where(column.isNull()).take(1)) > 0
        shown = float_text(column.cast("double")) if gaps else column.cast("string")
    elif kind in ("double", "float"):
        shown = float_text(column if kind == "double" else single_value(column))
    elif kind == "boolean":
        shown = bool_text(column)
    elif kind.startswith("timestamp"):
        shown = F.date_format(column, time_pattern(df, column))
        missing = missing and "NaT"
    elif kind == "string":
        shown = column
    elif kind in ("array<string>", "array<bigint>", "array<double>") and not is_ndarray(field):
        shown = list_text(column, kind[6:-1])
    else:
        raise NotImplementedError(f"astype(str) of a column of type {kind}")
    return shown if missing is None else F.coalesce(shown, F.lit(missing))


def time_pattern(df, column):
    """The pattern in which pandas writes all times of a column: as fine as the finest needs."""
    micros = F.unix_micros(column.cast("timestamp"))
    steps = ((86_400_000_000, "day"), (1_000_000, "second"), (1000, "milli"))
    finer = [F.max((micros % step) != 0).alias(name) for step, name in steps]
    found = df.agg(*finer).first()
    if not found["day"]:
        return "yyyy-MM-dd"
    fraction = "" if not found["second"] else ".SSS" if not found["milli"] else ".SSSSSS"
    return "yyyy-MM-dd HH:mm:ss" + fraction


def convert_dtypes(df, columns=None):
    """Columns of whole floats become bigint, as pandas' convert_dtypes makes them Int64.

    One pass decides. ``columns``: those to look at (None: all of type double).
    """
    doubles = [f.name for f in df.schema.fields if f.dataType.simpleString() in ("double", "float")]
    asked = [n for n in doubles if (columns is None or n in columns) and not n.startswith("__")]
    if not asked:
        return df
    cells = {name: df["`" + name.replace("`", "``") + "`"] for name in asked}
    odd = [
        F.max((c != F.rint(c)) | (F.abs(c) >= 2.0**63)).alias(f"c{n}")
        for n, c in enumerate(cells.values())
    ]
    found = df.agg(*odd).first()
    whole = {name: cells[name].cast("bigint") for name, odd in zip(asked, found) if not odd}
    return df.withColumns(whole) if whole else df
