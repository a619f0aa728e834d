"""The text of CSV cells as pandas writes them, in Spark expressions."""

import csv
import io

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.float_text import float_text, single_value
from glue_runtime.list_text import list_text
from glue_runtime.quoting import is_ndarray, quoted

# A column of times is written as its values need: the first unit (in microseconds) that they are
# multiples of.
DAY = "yyyy-MM-dd"
DAY_MICROS = 86_400_000_000
TIME_PATTERNS = {
    DAY_MICROS: DAY,
    1_000_000: f"{DAY} HH:mm:ss",
    1_000: f"{DAY} HH:mm:ss.SSS",
    1: f"{DAY} HH:mm:ss.SSSSSS",
}

WHOLE = {"bigint", "int", "smallint", "tinyint"}
DIRECTIVES = {
    "%Y": "yyyy",
    "%y": "yy",
    "%m": "MM",
    "%d": "dd",
    "%H": "HH",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%f": "SSSSSS",
    "%b": "MMM",
    "%B": "MMMM",
    "%a": "EEE",
    "%A": "EEEE",
    "%p": "a",
    "%j": "DDD",
    "%F": "yyyy-MM-dd",
    "%T": "HH:mm:ss",
    "%%": "%",
}


def header_line(names, style):
    """The header as Python's csv module writes it."""
    out = io.StringIO()
    csv.writer(
        out,
        delimiter=style["sep"],
        quotechar=style["quotechar"] if style["quoting"] != csv.QUOTE_NONE else None,
        quoting=style["quoting"],
        escapechar=style["escapechar"],
        doublequote=style["doublequote"],
        lineterminator=style["lineterminator"],  # what holds a piece of it is quoted
    ).writerow(names)
    return out.getvalue().removesuffix(style["lineterminator"])


def column_needs(df, dtypes, style):
    """What each column's text depends on over all its rows, found in one aggregate.

    Returns {name: (Spark type, need)}; the need is the pattern of a timestamp, True for an integer
    written as a float and for an interval that is not whole days.
    """
    needs, facts = {}, []
    for field in df.schema.fields:
        kind, cell = field.dataType.simpleString(), quoted(field.name)
        kind = "numpy array" if is_ndarray(field) else kind
        number = len(needs)
        needs[field.name] = (kind, dtypes.get(field.name) in ("float64", "Float64"))
        if kind in WHOLE and dtypes.get(field.name) == "int64?":
            facts.append(F.max(cell.isNull()).alias(f"missing{number}"))
        elif kind.startswith("interval day"):
            facts.append(F.max(micros_of(cell) % DAY_MICROS != 0).alias(f"hours{number}"))
        elif kind in ("timestamp", "timestamp_ntz") and style["date_format"] is None:
            micros = F.unix_micros(cell.cast("timestamp"))
            facts += [
                F.max(micros % unit != 0).alias(f"finer{number}_{unit}") for unit in TIME_PATTERNS
            ]
    found = df.agg(*facts).first().asDict() if facts else {}
    for number, (name, (kind, as_float)) in enumerate(list(needs.items())):
        if f"finer{number}_1" in found:
            fits = [u for u in TIME_PATTERNS if not found[f"finer{number}_{u}"]]
            needs[name] = (kind, TIME_PATTERNS[fits[0]])
        elif kind.startswith("interval day"):
            needs[name] = (kind, bool(found[f"hours{number}"]))
        elif kind.startswith("timestamp"):
            needs[name] = (kind, java_pattern(style["date_format"]))
        elif kind in WHOLE:
            needs[name] = (kind, as_float or bool(found.get(f"missing{number}")))
    return needs


def java_pattern(date_format):
    """A strftime format as a pattern of date_format()."""
    out, number = "", 0
    while number < len(date_format):
        piece = date_format[number : number + 2]
        if piece.startswith("%"):
            if piece not in DIRECTIVES:
                raise NotImplementedError(f"{piece} in {date_format!r}")
            out += DIRECTIVES[piece]
            number += 2
            continue
        letter = date_format[number]
        out += "''" if letter == "'" else f"'{letter}'" if letter.isalpha() else letter
        number += 1
    return out


def cell_texts(df, needs, style):
    """The text of every column of `df`, in quotes where it needs them; never NULL."""
    texts = []
    for name, (kind, need) in needs.items():
        text = plain_text(quoted(name), kind, need, style, name)
        number = kind in WHOLE or kind in ("double", "float", "boolean")
        texts.append(in_quotes(text, number, style, alone=len(needs) == 1))
    return texts


def plain_text(cell, kind, need, style, name):
    """The text of one column as pandas has it, NULL where a value is missing."""
    if kind == "string":
        return cell
    if kind == "boolean" and not style["bool_as_text"]:
        return cell.cast("string")
    if kind == "boolean":
        return F.when(cell, F.lit("True")).when(~cell, F.lit("False"))
    if kind in WHOLE and not need:
        return cell.cast("string")
    if kind == "float":  # the shortest text that gives a float32
        return number_as_text(single_value(cell), style)
    if kind in WHOLE or kind == "double" or kind.startswith("decimal"):
        return number_as_text(cell.cast("double"), style)
    if kind in ("timestamp", "timestamp_ntz"):
        return F.date_format(cell, need)
    if kind == "date":
        return F.date_format(cell, DAY)
    if kind.startswith("interval day"):
        return interval_text(cell, need)
    if kind in ("array<string>", "array<bigint>", "array<double>"):
        return list_text(cell, kind[6:-1])
    raise NotImplementedError(f"to_csv of column {name!r} of type {kind}")


def micros_of(cell):
    """An interval in microseconds."""
    return F.unix_micros(F.timestamp_micros(F.lit(0)) + cell)


def interval_text(cell, hours):
    """A timedelta as pandas writes it: 1 days, or with hours -1 days +02:03:04.500000."""
    micros = micros_of(cell)
    days = F.floor(micros / DAY_MICROS).cast("bigint")
    if not hours:
        return F.concat(days.cast("string"), F.lit(" days"))
    rest = F.timestamp_micros(micros - days * DAY_MICROS)
    clock = F.when(micros % 1_000_000 == 0, F.date_format(rest, "HH:mm:ss")).otherwise(
        F.date_format(rest, "HH:mm:ss.SSSSSS")
    )
    gap = F.when(days < 0, F.lit(" days +")).otherwise(F.lit(" days "))
    return F.concat(days.cast("string"), gap, clock)


def number_as_text(cell, style):
    """A float column as repr writes it, or by float_format."""
    if style["float_format"] is None:
        text = float_text(cell)
    else:
        text = formatted_number(cell, style["float_format"])
    if style["decimal"] != ".":
        text = F.replace(text, F.lit("."), F.lit(style["decimal"]))
    return text


def formatted_number(cell, float_format):
    """A float column by a format like "%.2f" or a function, run in Python: Java rounds another
    way (%.2f of 2.675)."""
    if callable(float_format):
        shown = float_format
    else:
        shown = float_format.__mod__

    @F.pandas_udf("string")
    def texts(numbers: pd.Series) -> pd.Series:
        return numbers.map(shown, na_action="ignore").astype("object")

    return texts(cell)


def in_quotes(text, number, style, alone):
    """The cell as it stands in the line: missing as na_rep, quotes where the style wants them."""
    quote, quoting = style["quotechar"], style["quoting"]
    filled = F.coalesce(text, F.lit(style["na_rep"]))
    if quoting == csv.QUOTE_NONE:
        return unquoted(filled, style)
    doubled = F.replace(filled, F.lit(quote), F.lit(quote + quote))
    if not style["doublequote"]:
        doubled = F.replace(filled, F.lit(quote), F.lit(style["escapechar"] + quote))
    wrapped = F.concat(F.lit(quote), doubled, F.lit(quote))
    if quoting == csv.QUOTE_ALL or (quoting == csv.QUOTE_NONNUMERIC and not number):
        return wrapped
    if quoting == csv.QUOTE_NONNUMERIC:
        return F.when(text.isNull(), wrapped).otherwise(filled)
    if number and style["na_rep"] == "" and not alone and style["sep"] not in number_marks(style):
        return filled
    marks = {style["sep"], quote, "\n", "\r", *style["lineterminator"]}
    if style["escapechar"]:
        marks.add(style["escapechar"])
    special = filled.rlike("[" + "".join(f"\\x{{{ord(m):x}}}" for m in sorted(marks)) + "]")
    if alone:
        special = special | (filled == "")
    return F.when(special, wrapped).otherwise(filled)


def number_marks(style):
    """What may stand in the text of a number or a boolean: another separator needs no quotes."""
    return "0123456789e+-infTrueFalse" + style["decimal"]


def unquoted(text, style):
    """The cell without quotes; what would need them is escaped, or fails as in pandas."""
    marks = [style["sep"], "\n", "\r"]
    if style["escapechar"]:
        marks = [style["escapechar"], *marks]
        for mark in marks:
            text = F.replace(text, F.lit(mark), F.lit(style["escapechar"] + mark))
        return text
    special = text.rlike("[" + "".join(f"\\x{{{ord(m):x}}}" for m in marks) + "]")
    message = f"{style['path']}: need to escape, but no escapechar set: "
    failed = F.raise_error(F.concat(F.lit(message), text)).cast("string")
    return F.when(special, failed).otherwise(text)


def line_of(texts, style):
    """The cells of a row in one line."""
    return F.concat_ws(style["sep"], *texts)
