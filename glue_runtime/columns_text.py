"""Text columns as pandas' ``.str`` methods leave them.

Functions that take one text Column and give a Column; missing stays NULL. What Spark has no exact
form for is run by pandas itself, batch by batch (`by_pandas`).
"""

from __future__ import annotations

import pandas as pd
from pyspark.sql import functions as F

# What str.strip() takes off: all that str.isspace() is true for.
BLANKS = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


# Digits that are no decimals (²), and numerals that are letters (三), as Java class parts.
OTHER_DIGITS = (
    r"\x{b2}-\x{b3}\x{b9}\x{1369}-\x{1371}\x{19da}\x{2070}\x{2074}-\x{2079}\x{2080}-\x{2089}"
    r"\x{2460}-\x{2468}\x{2474}-\x{247c}\x{2488}-\x{2490}\x{24ea}\x{24f5}-\x{24fd}\x{24ff}"
    r"\x{2776}-\x{277e}\x{2780}-\x{2788}\x{278a}-\x{2792}\x{10a40}-\x{10a43}\x{10e60}-\x{10e68}"
    r"\x{11052}-\x{1105a}\x{1f100}-\x{1f10a}"
)
NUMERALS = (
    r"\x{3405}\x{3483}\x{382a}\x{3b4d}\x{4e00}\x{4e03}\x{4e07}\x{4e09}\x{4e5d}\x{4e8c}\x{4e94}"
    r"\x{4e96}\x{4ebf}-\x{4ec0}\x{4edf}\x{4ee8}\x{4f0d}\x{4f70}\x{5104}\x{5146}\x{5169}"
    r"\x{516b}\x{516d}\x{5341}\x{5343}-\x{5345}\x{534c}\x{53c1}-\x{53c4}\x{56db}\x{58f1}"
    r"\x{58f9}\x{5e7a}\x{5efe}-\x{5eff}\x{5f0c}-\x{5f0e}\x{5f10}\x{62fe}\x{634c}\x{67d2}"
    r"\x{6f06}\x{7396}\x{767e}\x{8086}\x{842c}\x{8cae}\x{8cb3}\x{8d30}\x{9621}\x{9646}\x{964c}"
    r"\x{9678}\x{96f6}\x{f96b}\x{f973}\x{f978}\x{f9b2}\x{f9d1}\x{f9d3}\x{f9fd}\x{20001}"
    r"\x{20064}\x{200e2}\x{20121}\x{2092a}\x{20983}\x{2098c}\x{2099c}\x{20aea}\x{20afd}"
    r"\x{20b19}\x{22390}\x{22998}\x{23b1b}\x{2626d}\x{2f890}"
)
# Letters with a case, and the characters that do not count when the end of a Greek word is sought.
CASED = r"\p{IsUppercase}\p{IsLowercase}\p{Lt}"
IGNORED = (
    r"\p{Mn}\p{Me}\p{Cf}\p{Lm}\p{Sk}'.:\x{b7}\x{387}\x{55f}\x{5f4}\x{2018}\x{2019}\x{2024}"
    r"\x{2027}\x{fe13}\x{fe52}\x{fe55}\x{ff07}\x{ff0e}\x{ff1a}"
)


def text(a, ta):
    """The column, which must hold text as the .str accessor demands."""
    if ta != "string":
        raise AttributeError(f"Can only use .str accessor with string values, not {ta}")
    return a


def by_pandas(column, kind, method, *args, **options):
    """``column.str.method(…)`` run by pandas on batches; ``kind`` is the result's Spark type."""

    @F.pandas_udf(kind)
    def run(values: pd.Series) -> pd.Series:
        out = getattr(values.astype("object").str, method)(*args, **options)
        return out.astype("object").where(values.notna(), None)

    return run(column)


def recoded(column, encoding, errors, back, strict):
    """The text encoded and decoded again."""

    @F.pandas_udf("string")
    def run(values: pd.Series) -> pd.Series:
        texts = [
            None if v is None else v.encode(encoding, errors).decode(back, strict) for v in values
        ]
        return pd.Series(texts, dtype="object")

    return run(column)


def strip(column, chars=BLANKS):
    """Without these characters at both ends."""
    return F.btrim(column, F.lit(chars))


def lstrip(column, chars=BLANKS):
    """Without these characters at the start."""
    return F.regexp_replace(column, f"^{any_of(chars)}+", "")


def rstrip(column, chars=BLANKS):
    """Without these characters at the end."""
    return F.regexp_replace(column, f"{any_of(chars)}+\\z", "")


def any_of(chars):
    """A Java pattern for one of these characters."""
    return "[" + "".join(f"\\x{{{ord(c):x}}}" for c in chars) + "]"


def title_case(first):
    """A character in title case: mostly its upper case, but not for ß, ǆ or ﬁ."""
    odd = {c: c.title() for c in map(chr, range(128, 0x10000)) if c.title() != c.upper()}
    table = F.create_map(*[F.lit(x) for pair in odd.items() for x in pair])
    return F.when(first < "\x80", F.upper(first)).otherwise(
        F.coalesce(F.element_at(table, first), F.upper(first))
    )


def small_sigmas(column):
    """Σ as the small letter it becomes: ς where a word ends, σ elsewhere."""
    before = f"(?<=[{CASED}&&[^{IGNORED}]][{IGNORED}]{{0,30}})"
    ended = F.regexp_replace(column, f"{before}Σ(?![{IGNORED}]*+[{CASED}])", "ς")
    small = F.replace(ended, F.lit("Σ"), F.lit("σ"))
    return F.when(column.contains("Σ"), small).otherwise(column)


def lower_text(column):
    """``str.lower()``."""
    return F.lower(small_sigmas(column))


def capitalize(column):
    """``str.capitalize()``: the first character in title case, the others in lower case."""
    return capitalized(small_sigmas(column))


def capitalized(run):
    """The first character in title case and the rest in lower case; no Σ is in it."""
    first, low = F.substring(run, 1, 1), F.lower(run)
    return F.concat(title_case(first), low.substr(F.length(F.lower(first)) + 1, F.length(low)))


def title(column):
    """``str.title()``: every run of letters begins in title case and goes on in lower case."""
    runs = F.regexp_extract_all(small_sigmas(column), F.lit(f"([{CASED}]+|[^{CASED}]+)"), F.lit(1))
    return F.array_join(F.transform(runs, capitalized), "")


def is_digit(column):
    """``str.isdigit()``."""
    return column.rlike(rf"^[\p{{Nd}}{OTHER_DIGITS}]+\z")


def is_numeric(column):
    """``str.isnumeric()``."""
    return column.rlike(rf"^[\p{{N}}{NUMERALS}]+\z")


def split_blanks(column, n=-1):
    """``str.split()``: the words between runs of blanks, at most n + 1 of them."""
    blanks = any_of(BLANKS) + "+"
    if n <= 0:
        bare = strip(column)
        return F.when(bare == "", F.array().cast("array<string>")).otherwise(F.split(bare, blanks))
    bare = lstrip(column)
    parts = F.split(bare, blanks, n + 1)
    # A last part of blanks alone is no word.
    return F.filter(parts, lambda part: part != "")


def rsplit(column, sep, n):
    """``str.rsplit(sep, n)`` for a separator of one character."""
    parts = F.split(column, f"\\x{{{ord(sep):x}}}", -1)
    rest = F.size(parts) - n
    first = F.array_join(F.slice(parts, 1, F.greatest(rest, F.lit(0))), sep)
    split = F.concat(F.array(first), F.slice(parts, F.greatest(rest, F.lit(0)) + 1, n))
    return F.when(rest > 1, split).otherwise(parts)


def part(parts, index):
    """The item at that place of a list, from the end when negative; missing beyond."""
    if index >= 0:
        return F.get(parts, F.lit(index))
    return F.try_element_at(parts, F.lit(index))


def item(a, ta, index):
    """``.str[i]``: a character of a text, or an item of a list."""
    if ta.startswith("array"):
        return part(a, index)
    return character(text(a, ta), index)


def character(column, index):
    """The character at that place, from the end when negative; missing beyond."""
    place, least = (index + 1, index + 1) if index >= 0 else (index, -index)
    return F.when(F.length(column) >= least, F.substring(column, place, 1))


def list_length(a, ta):
    """``.str.len()`` of texts or lists."""
    if ta.startswith("array"):
        return F.when(a.isNotNull(), F.size(a).cast("bigint"))
    return F.length(text(a, ta)).cast("bigint")


def join_items(parts, sep):
    """``.str.join(sep)`` of lists of texts; missing where an item is missing."""
    joined = F.array_join(parts, sep)
    return F.when(~F.exists(parts, lambda value: value.isNull()), joined)


def joined(a, ta, sep):
    """``.str.join(sep)`` of texts, whose characters are joined, or of lists of texts."""
    if ta == "array<string>":
        return join_items(a, sep)
    return by_pandas(text(a, ta), "string", "join", sep)


def slice_text(column, start, stop):
    """``text[start:stop]`` with Python's rules for negative and too large bounds."""
    length = F.length(column)

    def place(bound):
        if bound < 0:
            return F.greatest(length + bound, F.lit(0))
        return F.lit(bound)

    first = place(start or 0)
    last = length if stop is None else place(stop)
    return column.substr(first + 1, F.greatest(last - first, F.lit(0)))


def rfind(column, sub):
    """The last place of a text in another, -1 where it is not in it."""
    behind = F.instr(F.reverse(column), sub[::-1])
    found = F.length(column) - behind - len(sub) + 1
    return F.when(behind == 0, -1).otherwise(found)


def found_at(place):
    """The place of a text; where it is not there the job fails, as pandas does."""
    problem = F.raise_error(F.lit("substring not found")).cast("int")
    return F.when(place < 0, problem).otherwise(place)


def zfill(column, width):
    """Zeros in front, after a sign, up to a width."""
    sign = F.when(F.substring(column, 1, 1).isin("+", "-"), F.substring(column, 1, 1)).otherwise("")
    digits = column.substr(F.length(sign) + 1, F.length(column))
    missing = F.greatest(width - F.length(column), F.lit(0))
    zeros = F.lit("0" * width).substr(F.lit(1), missing)
    return F.concat(sign, zeros, digits)


def rjust(column, width, fill=" "):
    """Filled up at the left to a width; longer texts stay."""
    return F.when(F.length(column) >= width, column).otherwise(F.lpad(column, width, fill))


def ljust(column, width, fill=" "):
    """Filled up at the right to a width; longer texts stay."""
    return F.when(F.length(column) >= width, column).otherwise(F.rpad(column, width, fill))


def most_parts(df, parts):
    """How many columns the lists `parts` make: the length of the longest, 1 for a missing one."""
    size = F.when(parts.isNull(), 1).otherwise(F.size(parts))
    # Not inside the aggregate: Spark 3.5 resolves no lambda there.
    return df.select(size.alias("size")).agg(F.max("size")).first()[0] or 0


def expect_parts(df, parts, count, exactly):
    """Raise as pandas does when splitting gives another number of columns than is asked for."""
    found = most_parts(df, parts)
    if found < count or (exactly and found != count):
        raise ValueError(f"str.split gives {found} columns; {count} are used")


def no_missing(mask):
    """A boolean column that was text before: pandas refuses a mask with missing values."""
    problem = F.raise_error(F.lit("Cannot mask with an array containing missing values"))
    return F.coalesce(mask, problem.cast("boolean"))


def group_by_pandas(column, pattern, flags, number):
    """One group of the first match of a Python pattern; missing where it took no part."""

    @F.pandas_udf("string")
    def run(values: pd.Series) -> pd.Series:
        out = values.astype("object").str.extract(pattern, flags=flags).iloc[:, number]
        return out.astype("object").where(out.notna(), None)

    return run(column)
