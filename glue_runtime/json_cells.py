"""The columns of JSON records, typed as pd.read_json types them."""

import io
import json
import re

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.quoting import quoted, schema_fields
from glue_runtime.text_dates import LAST_MICROS, NO_TIME, in_bounds

# Text that pandas takes for numbers in a column where all of it is, and for times in all versions.
JSON_NUMBER = r"(?i)\A\s*[+-]?(DIGITS\.?(DIGITS)?|\.DIGITS)(e[+-]?DIGITS)?\s*\z".replace(
    "DIGITS", "[0-9]+(_[0-9]+)*"
)
JSON_ODD_NUMBER = r"(?i)\A\s*[+-]?(nan|inf|infinity)\s*\z"
JSON_TIME = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?\z"
JSON_TEXT = r'"[^"\\]*+(\\.[^"\\]*+)*+"'
# Numbers under the name of a date are times since 1970 in the first unit that holds the largest,
# if all of them are later than 1971.
JSON_UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}
FIRST_STAMP = 31_536_000
# Read as these types, a value is NULL unless it was written as one.
JSON_TOKENS = {"n": "double", "b": "boolean", "m": "map<string,string>", "a": "array<string>"}
STRICT_JSON = {"allowSingleQuotes": "false"}


def pinned_cells(frame, schema, path, numbers):
    """The columns in their pinned types; a value that does not fit fails the job.

    numbers: whether text of numbers and booleans with gaps are numbers, as dtype=True has it.
    """
    found = {f.name: f.dataType.simpleString() for f in frame.schema.fields}
    wanted = schema_fields(frame.sparkSession, schema)
    more = sorted(set(found) - {name for name, _ in wanted})
    if more:
        raise ValueError(f"{path}: keys that the job was not made for: {more}")
    return [json_cell(frame, name, kind, found, path, numbers).alias(name) for name, kind in wanted]


def json_cell(frame, name, kind, found, path, numbers):
    """One column in its pinned type."""
    if name not in found:
        return F.lit(None).cast(kind)
    cell, given = quoted(name), re.sub(r"^(tinyint|smallint|int)$", "bigint", found[name])
    if found[name] == kind:
        return not_nan(cell) if kind == "double" else cell
    value, empty = F.lit(None).cast(kind), F.lit(False)
    if kind == "timestamp" and given in ("bigint", "double"):
        low, high = frame.agg(F.min(not_nan(cell)), F.max(not_nan(cell))).first()
        unit = None if low is None else epoch_unit(low, high, name, path)
        value = value if unit is None else since_epoch(not_nan(cell), unit)
    elif kind == "timestamp" and given == "string":
        value, empty = time_of(cell), cell.isin(*NO_TIME)
    elif kind in ("bigint", "double") and given == "string" and numbers:
        value, empty = number_of(cell), cell.rlike(JSON_ODD_NUMBER)
        value = value if kind == "double" else whole_of(value)
    elif (given, kind) == ("double", "bigint") and numbers:
        value = whole_of(cell)
    elif (given, kind, numbers) == ("boolean", "double", True):
        value = cell.cast(kind)
    elif given == kind or kind == "double" and given.startswith(("bigint", "decimal")):
        value = cell.cast(kind)
    nested = given.startswith(("struct", "array"))
    text = F.to_json(cell) if nested else cell.cast("string")
    message = f"{path}: column {name!r} has a value that is not {kind}: "
    failed = F.raise_error(F.concat(F.lit(message), text)).cast(kind)
    return F.when(cell.isNull() | empty | value.isNotNull(), value).otherwise(failed)


def unlike(path, words):
    """The error for what Spark would not read as pandas does."""
    advice = "say orient='columns' to have pandas read it on one machine"
    return NotImplementedError(f"{path}: {words}; {advice}")


def not_nan(cell):
    """A column of numbers, NULL where it is NaN."""
    return F.when(~F.isnan(cell), cell)


def number_of(cell):
    """A column of text as numbers: NULL where the text is none, or nan."""
    plain = F.when(cell.rlike(JSON_NUMBER), F.replace(F.trim(cell), F.lit("_"), F.lit("")))
    odd = F.when(cell.rlike(JSON_ODD_NUMBER), F.trim(cell))
    return not_nan(F.coalesce(plain, odd).cast("double"))


def whole_of(number):
    """Whole numbers as bigint, NULL where one has a fraction or needs more than 64 bits."""
    return F.when((F.floor(number) == number) & (F.abs(number) < 2.0**63), number.cast("bigint"))


def time_of(cell):
    """A column of text as times: NULL where it is not written as ISO 8601 has it, without a zone."""
    time = F.try_to_timestamp(cell)
    return F.when(cell.rlike(JSON_TIME) & in_bounds(time), time)


def since_epoch(cell, unit):
    """Numbers of seconds, milliseconds or microseconds since 1970 as times."""
    micros = F.lit(JSON_UNITS[unit])
    return F.timestamp_micros(F.round(cell * micros).cast("bigint"))


def epoch_unit(low, high, name, path):
    """The unit in which pandas takes the numbers of a column for times; None where it does not."""
    if not low > FIRST_STAMP:
        return None
    fits = [unit for unit, micros in JSON_UNITS.items() if high * micros <= LAST_MICROS]
    if not fits:
        raise unlike(path, f"the numbers of {name!r} are times in nanoseconds")
    return fits[0]


def date_like(name):
    """True for the names that pd.read_json takes for dates."""
    lower = name.lower()
    ends = lower.endswith(("_at", "_time")) or lower in ("modified", "date", "datetime")
    return ends or lower.startswith("timestamp")


# --- types that only the job sees -----------------------------------------------------------------


def inferred_cells(frame, texts, path, dates, numbers):
    """The columns as pd.read_json types them: text of numbers is numbers, whole floats are
    integers, booleans with gaps are numbers, text under a date-like name is dates.

    texts: the records as text, column `value`. Raises NotImplementedError for what Spark has no
    type for, such as numbers beside text.
    """
    names = key_order(texts)
    if names != labels_of(names):
        raise unlike(path, f"pandas makes numbers or times of the names {names}")
    found = {f.name: f.dataType.simpleString() for f in frame.schema.fields}
    facts = record_facts(frame.schema, texts, names, found, dates)
    if facts["objects"] < facts["rows"]:
        raise ValueError(f"{path} has a record that is no JSON object, or has NaN or Infinity")
    cells = []
    for number, name in enumerate(names):
        own = {k.split("_")[0]: v for k, v in facts.items() if k.endswith(f"_{number}")}
        own["rows"] = facts["rows"]
        timely = dates and date_like(name)
        kind = json_kind(own, name, found[name], timely, numbers, path)
        cell, gaps = typed_cell(quoted(name), found[name], kind), gaps_in(own)
        cells.append(cell.alias(name, metadata={"gaps": gaps}) if gaps else cell.alias(name))
    return cells


def gaps_in(own):
    """What the missing objects of a column are: null is None, a record without its key has NaN."""
    missing, lacking = own["rows"] - own["count"], own["rows"] - own.get("keyed", own["rows"])
    return None if not lacking else "nan" if lacking == missing else "both"


def key_order(texts):
    """The keys of the records in the order in which pandas meets them."""
    keys = texts.select(
        F.monotonically_increasing_id().alias("row"),
        F.posexplode(F.json_object_keys("value")).alias("place", "key"),
    )
    first = keys.groupBy("key").agg(F.min(F.struct("row", "place")).alias("first"))
    return [row["key"] for row in first.orderBy("first").collect()]


def labels_of(names):
    """The names of columns as pandas has them: it makes numbers or times of names that all are."""
    record = json.dumps([dict.fromkeys(names, True)])
    return pd.read_json(io.StringIO(record)).columns.tolist() if names else []


def record_facts(schema, texts, names, found, dates):
    """What there is in each column, as {fact_number: value}, found in one pass."""
    words = [n for n in names if found[n] == "string"]
    lists = [n for n in names if found[n] in ("array<string>", "array<double>")]
    reads = {"r": F.from_json("value", schema, STRICT_JSON)}
    strict = {**STRICT_JSON, "allowNonNumericNumbers": "false"}
    for letter, kind in {**JSON_TOKENS, "raw": "string"}.items():
        asked = lists if letter == "raw" else words
        fields = ", ".join(f"`{n.replace('`', '``')}` {kind}" for n in asked)
        reads |= {letter: F.from_json("value", fields, strict)} if asked else {}
    records = texts.select("value", *(cell.alias(name) for name, cell in reads.items()))
    facts = {
        "rows": F.count(F.lit(1)),
        "objects": F.count(F.json_object_keys("value")),
    }
    for number, name in enumerate(names):
        cell, kind = F.col("r").getField(name), found[name]
        timely = dates and date_like(name)
        own = {"count": F.count(not_nan(cell) if kind == "double" else cell)}
        if kind.startswith(("string", "array")):
            has = F.array_contains(F.json_object_keys("value"), name)
            own["keyed"] = F.count(F.when(has, 1))
        if kind == "string":
            own |= word_facts(cell, timely)
            own |= {t: F.count(F.col(t).getField(name)) for t in JSON_TOKENS}
        if kind == "double":
            own["whole"] = F.count(whole_of(cell))
        if kind in ("bigint", "double") and timely:
            value = not_nan(cell)
            own |= {"low": F.min(value), "high": F.max(value)}
        if kind.startswith(("array", "struct")):
            own["changed"] = F.count(F.when(changed_value(cell, name, kind), 1))
        facts |= {f"{fact}_{number}": value for fact, value in own.items()}
    return records.agg(*(value.alias(name) for name, value in facts.items())).first().asDict()


def changed_value(cell, name, kind):
    """Whether a list or record is another one in Spark: it has gaps, or values of several types."""
    if kind == "array<string>":
        plain = F.regexp_replace(F.col("raw").getField(name), JSON_TEXT, "")
        return ~plain.rlike(r"\A\[(,|null)*\]\z")
    if kind == "array<double>":  # a whole number among fractions stays one in Python's list
        whole = F.col("raw").getField(name).rlike(r"[\[,]\s*-?[0-9]+\s*[\],]")
        return whole | F.exists(cell, F.isnull)
    if kind.startswith("array<") and "<" not in kind[6:]:
        return F.exists(cell, F.isnull)
    return F.to_json(cell) != F.to_json(cell, {"ignoreNullFields": "false"})


def word_facts(cell, timely):
    """What there is in a column of text."""
    fits = cell.rlike(JSON_NUMBER) | cell.rlike(JSON_ODD_NUMBER)
    facts = {"fits": F.count(F.when(fits, 1)), "whole": F.count(whole_of(number_of(cell)))}
    if timely:
        other = time_of(cell).isNull() & ~cell.isin(*NO_TIME)
        facts["other"] = F.min(F.when(other, cell))
    return facts


def json_kind(own, name, found, timely, numbers, path):
    """The type that pandas gives a column that Spark read as `found`: a type of Spark, or "s", "ms"
    or "us" for numbers that are times."""
    whole = own.get("whole") == own["rows"]
    if found.startswith("decimal"):
        raise unlike(path, f"column {name!r} has numbers of more than 64 bits")
    if own.get("changed"):
        words = "has lists or records with gaps or with values of several types"
        raise unlike(path, f"column {name!r} {words}, which Spark does not keep")
    if found in ("bigint", "double") and timely and own["count"]:
        unit = epoch_unit(own["low"], own["high"], name, path)
        if unit is not None:
            return unit
    if found == "string":
        return word_kind(own, name, timely, numbers, whole, path)
    full = own["count"] == own["rows"]
    plain = {
        "boolean": "double" if numbers and not full else "boolean",
        "bigint": "bigint" if full else "double",
        "double": "bigint" if numbers and whole else "double",
    }
    return plain.get(found, found)


def word_kind(own, name, timely, numbers, whole, path):
    """The same for a column that Spark read as text, which is also what it makes of a mixture."""
    mixed = own["b"] + own["m"] + own["a"]
    if timely and not own["n"] + mixed:
        if own["other"] is None:
            return "timestamp"
        if any(is_time([own["other"], *rest]) for rest in ([], ["2024-01-31"])):
            raise unlike(path, f"pandas reads {own['other']!r} in column {name!r} as a time")
    if numbers and not mixed and own["fits"] == own["count"] and not (timely and own["n"]):
        return "bigint" if whole and own["count"] else "double"
    if mixed or own["n"]:
        raise unlike(path, f"column {name!r} has text beside numbers or other values")
    return "string"


def is_time(values):
    """Whether pandas makes times of these values under the name of a date."""
    record = json.dumps([{"date": v} for v in values])
    return pd.read_json(io.StringIO(record))["date"].dtype.kind == "M"


def typed_cell(cell, found, kind):
    """A column that Spark read as `found`, as the kind that ``json_kind`` gives it."""
    if kind in JSON_UNITS:
        return since_epoch(not_nan(cell), kind)
    if kind == "timestamp" and found == "string":
        return time_of(cell)
    if found == "string" and kind != "string":
        return number_of(cell).cast(kind)
    cell = not_nan(cell) if found == "double" else cell
    return cell if kind == found else cell.cast(kind)
