"""From the text of CSV cells to the types that pandas' parser gives them."""

from pyspark.sql import functions as F

from glue_runtime.infinities import finite_number
from glue_runtime.text_dates import NO_TIME, guess_format, timestamp_from_text

# pandas' default markers of a missing value (pandas.io.parsers.readers.STR_NA_VALUES).
NA_MARKERS = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND"),
    *("1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
)

# What dtype= may ask for, as the Spark type that holds it.
DTYPE_KINDS = {
    "int64": "bigint",
    "int": "bigint",
    "int32": "bigint",
    "Int64": "bigint",
    "Int32": "bigint",
    "float64": "double",
    "float": "double",
    "float32": "double",
    "Float64": "double",
    "bool": "boolean",
    "boolean": "boolean",
    "str": "string",
    "string": "string",
    "object": "string",
    "category": "string",
    "datetime64[ns]": "timestamp",
}
# These dtypes have no missing value: pandas raises where a cell is empty.
NEVER_MISSING = {"int64", "int", "int32", "bool"}


def missing_markers(names, na_values, keep_default_na, na_filter):
    """{column: set of the texts that pandas reads as missing}."""
    defaults = set(NA_MARKERS) if keep_default_na else set()
    if not na_filter:
        return {name: set() for name in names}
    if isinstance(na_values, dict):
        return {n: defaults | marker_texts(na_values.get(n, [])) for n in names}
    everywhere = defaults | marker_texts([] if na_values is None else na_values)
    return {name: everywhere for name in names}


def marker_texts(values):
    """The texts that one na_values entry stands for: 5 is also "5.0"."""
    listed = [values] if isinstance(values, (str, int, float)) else list(values)
    texts = set()
    for value in listed:
        texts.add(str(value))
        if not isinstance(value, str):
            texts.add(str(float(value)))
            if float(value).is_integer():
                texts.update({str(int(value)), f"{int(value)}.0"})
    return texts


def marker_numbers(markers):
    """The markers that are numbers: a float column compares by value, -999.00 is -999."""
    numbers = []
    for text in sorted(markers):
        try:
            numbers.append(float(text))
        except ValueError:  # a word such as NULL, which no number equals
            continue
    return [n for n in numbers if n == n]


# Each parser gives a column from the text column `t`: NULL where the cell is missing or does not
# fit. The patterns come first: Spark's own casts take other texts too (5d, 1.5 as an integer), and
# try_cast pays for an exception in each cell that does not fit.
INTEGER = r"\A\s*[+-]?[0-9]+\s*\z"
DECIMAL = r"\A\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*\z"
INFINITY = r"(?i)\A[+-]?inf(inity)?\z"
INF = float("inf")


def parse_int(t, cells):
    """int64 cells."""
    text = F.translate(t, cells["thousands"], "") if cells["thousands"] else F.col(t)
    return F.when(text.rlike(INTEGER), text.cast("bigint"))


def parse_float(t, cells):
    """float64 cells: decimal or scientific notation, inf and infinity in any case."""
    text = F.translate(t, cells["thousands"], "") if cells["thousands"] else F.col(t)
    if cells["decimal"] != ".":
        text = F.translate(text, cells["decimal"] + ".", ".x")
    number = text.cast("double")
    return F.when(text.rlike(DECIMAL), F.when(F.abs(number) != INF, number)).when(
        text.rlike(INFINITY), F.when(text.startswith("-"), -INF).otherwise(INF)
    )


def parse_whole(t, cells):
    """Cells that dtype= wants whole: 25.0 and 1e3 are, too."""
    number = parse_float(t, cells)
    whole = (number == F.floor(number)) & (F.abs(number) < 2**53)
    return F.coalesce(parse_int(t, cells), F.when(whole, number.cast("bigint")))


def parse_bool(t, cells):
    """bool cells: true and false in any case, and the words the caller added."""
    text, lower = F.col(t), F.lower(t)
    return F.when((lower == "true") | text.isin(*cells["true"]), True).when(
        (lower == "false") | text.isin(*cells["false"]), False
    )


def parse_nullable_bool(t, cells):
    """Cells of dtype="boolean": these words and no others, and the words the caller added."""
    text = F.col(t)
    return F.when(text.isin("True", "TRUE", "true", "1", "1.0", *cells["true"]), True).when(
        text.isin("False", "FALSE", "false", "0", "0.0", *cells["false"]), False
    )


def parse_bit(t, cells):
    """Cells of dtype=bool: 1 and 0 are, too."""
    number = parse_float(t, cells)
    return F.coalesce(parse_bool(t, cells), F.when(number.isin(0.0, 1.0), number == 1))


def parse_text(t, cells):
    """Text stays."""
    return F.col(t)


def parse_timestamp(t, cells):
    """datetime64[ns] cells by the format of the column (cells["formats"])."""
    date_format, zoned = cells["formats"][t], t in cells["utc"]
    if "%z" in date_format and not zoned:
        raise NotImplementedError(
            f"{cells['path']}: times with an offset from UTC ({date_format}), of which this job was"
            " not told: make it with the input at hand"
        )
    time = timestamp_from_text(F.col(t), date_format, cells["dayfirst"], zoned)
    return F.when(F.col(t).rlike(r"(Z|[+-]00:?00)\z"), time) if zoned else time


#: of what dtype= asks for, where it takes more than pandas finds by itself
ASKED = {
    **dict.fromkeys(("int64", "int", "int32", "Int64", "Int32"), parse_whole),
    "boolean": parse_nullable_bool,
    "bool": parse_bit,
}
PARSERS = {
    "bigint": parse_int,
    "double": parse_float,
    "boolean": parse_bool,
    "string": parse_text,
    "timestamp": parse_timestamp,
}


def cell_values(t, name, kind, markers, cells, asked=None):
    """The values of text column `t` as `kind`; a cell that does not fit fails the job, and so
    does a missing one where the program asked for a dtype that has none."""
    required = asked in NEVER_MISSING
    text = F.col(t)
    problem = F.concat(
        F.lit(f"{cells['path']}: column {name!r} has a value that is not {kind}: "),
        F.coalesce(text, F.lit("(missing)")),
    )
    failed = F.raise_error(problem).cast(kind)
    if not required:
        absent = text.isin(*NO_TIME) if kind == "timestamp" else F.lit(False)
        failed = F.when(text.isNotNull() & ~absent, failed)
    elif kind == "string":
        return F.coalesce(text, failed)
    if kind == "string":
        return text
    value = F.coalesce(ASKED.get(asked, PARSERS[kind])(t, cells), failed)
    numbers = marker_numbers(markers) if kind == "double" else []
    value = F.when(~value.isin(*numbers), value) if numbers else value
    finite = kind == "double" and name in cells["finite"]
    return finite_number(value, name, cells["path"]) if finite else value


def infer_kinds(texts, names, pinned, asked, cells):
    """{column: bigint, double, boolean, string or timestamp}, by at most one pass over the data.

    pinned: kinds that are known; asked: dtypes the program asked for. Adds cells["formats"], the
    date format of each timestamp column, found on its first value as pandas does.
    """
    kinds = {name: kind for name, kind in pinned.items() if name in names}
    open_dates = [n for n in names if n not in kinds and asked.get(n) == "datetime64[ns]"]
    for name, dtype in asked.items():
        kinds.setdefault(name, DTYPE_KINDS.get(dtype))
        if kinds[name] is None:
            raise NotImplementedError(f"read_csv(dtype={dtype!r})")
    cells["formats"] = {}
    codes, facts = [], []
    for number, name in enumerate(names):
        t, kind = f"t{number}", kinds.get(name)
        if kind == "timestamp":
            codes.append(F.col(t))
            first = F.min_by(t, F.when(~F.col(t).isin(*NO_TIME), F.col("__row")))
            facts.append(first.alias(f"first_{t}"))
        elif kind is None:
            codes.append(cell_code(t, cells).alias(t))
            facts += [
                F.count(t).alias(f"n_{t}"),
                F.min(t).alias(f"min_{t}"),
                F.max(t).alias(f"max_{t}"),
                F.max(F.col(t) == HUGE).alias(f"huge_{t}"),
            ]
    if not facts:
        return kinds
    row = texts.select(*codes, "__row").agg(F.count(F.lit(1)).alias("rows"), *facts).first()
    for number, name in enumerate(names):
        t, kind = f"t{number}", kinds.get(name)
        if kind == "timestamp":
            cells["formats"][t] = column_format(row[f"first_{t}"], name, cells)
        elif kind is None:
            kinds[name] = inferred_kind(row, t, name, cells)
    return {**kinds, **dict.fromkeys(not_dates(texts, names, open_dates, cells), "string")}


def not_dates(texts, names, asked, cells):
    """Of the columns asked for as dates, those with a text that is none by the column's format:
    pandas leaves all of their text as it is. One pass over the data."""
    found = {}
    for name in asked:
        t = f"t{names.index(name)}"
        text, time = F.col(t), parse_timestamp(t, cells)
        odd = text.isNotNull() & ~text.isin(*NO_TIME) & time.isNull()
        found[name] = F.max(odd | text.isin("now", "today")).alias(name), F.first(
            F.when(text.isin("now", "today"), text), ignorenulls=True
        )
    if not found:
        return []
    row = texts.agg(*[c for pair in found.values() for c in pair]).first()
    for number, name in enumerate(found):
        if row[2 * number + 1] is not None:
            raise NotImplementedError(f"{cells['path']}: {name!r} has {row[2 * number + 1]!r}")
    return [name for number, name in enumerate(found) if row[2 * number]]


# What one cell is, such that the largest code of a column tells its type.
WHOLE, HUGE, FRACTION, TRUTH, WORDS = 1, 2, 3, 4, 5


def cell_code(t, cells):
    """What a text cell is by itself; NULL where it is missing."""
    text = F.col(t)
    return (
        F.when(parse_int(t, cells).isNotNull(), WHOLE)
        .when(text.rlike(INTEGER), HUGE)
        .when(parse_float(t, cells).isNotNull(), FRACTION)
        .when(parse_bool(t, cells).isNotNull(), TRUTH)
        .when(text.isNotNull(), WORDS)
    )


def inferred_kind(row, t, name, cells):
    """The type that pandas infers: the first of int64, float64, bool that fits all cells."""
    if row["rows"] == 0:
        return "string"
    if row[f"n_{t}"] == 0:
        return "bigint" if cells["nullable"] else "double"
    low, high = row[f"min_{t}"], row[f"max_{t}"]
    if high <= FRACTION and not cells["whole"]:
        return "double"
    if high <= FRACTION and row[f"huge_{t}"]:
        raise ValueError(
            f"{cells['path']}: column {name!r} has an integer beyond 64 bits; "
            "pass dtype=str or float for it"
        )
    if high == WHOLE:
        full = row[f"n_{t}"] == row["rows"]
        return "bigint" if full or cells["nullable"] else "double"
    if high <= FRACTION:
        return "double"
    return "boolean" if low == high == TRUTH else "string"


def column_format(first, name, cells):
    """The date format of a column, by date_format= or by its first value."""
    asked = cells["date_format"]
    given = asked.get(name) if isinstance(asked, dict) else asked
    if first is None:
        return "%Y-%m-%d"
    return given or guess_format(first, cells["dayfirst"])
