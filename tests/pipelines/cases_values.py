"""Cells: splitting, extracting, formulas, cleansing, types and dates."""

from tests.pipelines.catalogue import Case, col, cols


def texts() -> list[Case]:
    columns = {"splitType": "columns", "column": col("tags"), "delimiter": ";"}
    tag_rows = {"splitType": "rows", "column": col("tags"), "delimiter": ";"}
    who = ("customers",)
    made = [
        Case("splitColumn", "columns", columns, who),
        Case("splitColumn", "first two columns", {**columns, "numberColumns": 2}, who),
        Case("splitColumn", "keep original", {**columns, "keepOriginalColumn": True}, who),
        Case("splitColumn", "a number", {**columns, "column": col("age"), "delimiter": "5"}, who),
        Case("splitColumn", "rows", tag_rows, who),
        Case(
            "splitColumn",
            "rows new name",
            {**tag_rows, "inputNameNewColumn": "tag", "keepOriginalColumn": True},
            who,
        ),
        Case("splitColumn", "rows as text", {**tag_rows, "selectConvertResult": "string"}, who),
        Case(
            "splitColumn",
            "rows of a pattern",
            {**tag_rows, "regex": True, "delimiter": "[;,]"},
            who,
        ),
        Case("splitColumn", "pattern", {**columns, "regex": True, "delimiter": "[;,]"}, who),
        Case("splitColumn", "rows typed", {**tag_rows, "selectConvertResult": "auto"}, who),
    ]
    formulas = {
        "expression": ("total", "row['qty'] * row['price']", "expr"),
        "text expression": ("shout", "row['status'].upper() + '!'", "expr"),
        "conditional": ("size", "'late' if row['order_id'] > 1006 else 'early'", "expr"),
        "lambda": ("double", "lambda row: row['qty'] * 2", "lambda"),
        "function": (
            "kind",
            "def kind(row):\n    if row['status'] == 'paid':\n        return 'done'\n    return row['status']",
            "function",
        ),
    }
    for option, (name, formula, kind) in formulas.items():
        data = {"formulas": [{"columns": cols(name), "formula": formula, "type": kind}]}
        made.append(Case("formulaRow", option, data))
    two = {
        "formulas": [
            {"columns": cols("net"), "formula": "row['qty'] * row['price']", "type": "expr"},
            {"columns": cols("gross"), "formula": "row['net'] * 1.25", "type": "expr"},
        ]
    }
    return made + [Case("formulaRow", "two formulas", two)]


# The editor's own patterns, by the words of its list.
PATTERNS = {
    "Email": ("email", "(^[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+.[a-zA-Z0-9-.]+$)"),
    "IPv4": ("log", r"(\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b)"),
    "Credit card": ("log", r"(\b\d{4}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b)"),
    "SSN": ("log", r"(\b\d{3}-\d{2}-\d{4}\b)"),
    "Percentage": ("log", r"(\b\d{1,3}(\.\d{1,2})?%\b)"),
    "JSON string": ("log", r'("([^"\\]*(\\.[^"\\]*)*))'),
    "ISBN": ("log", r"(\b\d{3}-\d{10}\b)"),
    "URL": (
        "log",
        r"(https?://(?:www\.)?[-a-zA-Z0-9@:%._\+~#=]{2,256}\.[a-z]{2,6}\b(?:[-a-zA-Z0-9@:%_\+.~#?&//=]*))",
    ),
    "date": ("joined", r"(^(?:\d{4})[-](?:0[1-9]|1[1-2])[-](?:0[1-9]|[12][0-9]|3[01])$)"),
    "date with dots": ("log", r"(^(?:0[1-9]|[12][0-9]|3[01])[.](?:0[1-9]|1[1-2])[.](?:\d{4})$)"),
}


def extracts() -> list[Case]:
    who = ("customers",)
    mail = {"column": col("email"), "regex": "custom", "flags": ""}
    note = {"column": col("note"), "regex": "custom"}
    made = [
        Case("extract", "domain", {**mail, "customRegex": "@([a-z.]+)$"}, who),
        Case("extract", "two groups", {**mail, "customRegex": "^([a-z.]+)@([a-z]+)"}, who),
    ]
    flags = {
        "IGNORECASE": "(ORDER|gift)",
        "MULTILINE": "^(two)$",
        "DOTALL": "(line.*)",
        "UNICODE": r"(\w+)",
        "ASCII": r"(\w+)",
        "VERBOSE": "( [a-z]+ )  # a word",
    }
    made += [
        Case("extract", f"flag {flag}", {**note, "customRegex": pattern, "flags": flag})
        for flag, pattern in flags.items()
    ]
    for name, (column, pattern) in PATTERNS.items():
        source = "lines" if column == "log" else "customers"
        data = {"column": col(column), "regex": pattern, "flags": ""}
        made.append(Case("extract", f"built-in {name}", data, (source,)))
    return made


def cleansing() -> list[Case]:
    made = []
    for how in ("all", "any"):
        made.append(
            Case(
                "cleanDataCLeansing",
                f"drop rows {how}",
                {"removeNullRows": True, "removeRowsHow": how},
            )
        )
        made.append(
            Case(
                "cleanDataCLeansing",
                f"drop columns {how}",
                {"removeNullColumns": True, "removeColumnsHow": how},
            )
        )
    fills = {
        "blanks": ({"replaceMethod": "blanks"}, cols("note")),
        "zero": ({"replaceMethod": "0"}, cols("qty", "price")),
        "custom text": ({"replaceMethod": "custom", "value": "none"}, cols("channel")),
        "custom number": ({"replaceMethod": "custom", "value": "1.5"}, cols("price")),
        "median": ({"replaceMethod": "median"}, cols("price")),
        "forward": ({"replaceMethod": "ffill"}, cols("price", "channel")),
        "backward": ({"replaceMethod": "bfill"}, cols("price", "channel")),
    }
    for option, (data, columns) in fills.items():
        made.append(Case("cleanDataCLeansing", f"fill {option}", {**data, "columns": columns}))
    signs = [
        "whitespace",
        "tabs",
        "Line breaks",
        "allwhitespace",
        "letters",
        "numbers",
        "punctuation",
    ]
    for sign in signs:
        data = {"removeUnwantedCharacters": [sign], "columns": cols(" full name", "comment")}
        made.append(Case("cleanDataCLeansing", f"remove {sign}", data, ("people",)))
    several = {"removeUnwantedCharacters": ["whitespace", "punctuation"], "case": "upper"}
    several |= {
        "replaceMethod": "custom",
        "value": "none",
        "columns": cols(" full name", "comment"),
    }
    made.append(Case("cleanDataCLeansing", "several at once", several, ("people",)))
    for case in ("lower", "upper", "capitalize", "swapcase"):
        data = {"case": case, "columns": cols(" full name", "E-Mail")}
        made.append(Case("cleanDataCLeansing", f"case {case}", data, ("people",)))
    return made


NUMBERS = "int64 int32 int16 int8 uint64 uint32 uint16 uint8 float64 float32 float16".split()


def types() -> list[Case]:
    made = []
    for kind in NUMBERS:
        data = {"column": col("amount"), "dataType": ["numeric", "int", kind]}
        made.append(Case("typeConverter", kind, data, ("parts",)))
    kinds = {
        "text": ("qty", ["text", "string"], "runs"),
        "object": ("qty", ["text", "object"], "runs"),
        "category": ("status", ["text", "category"], "runs"),
        "float with gaps": ("qty", ["numeric", "float", "float64"], "runs"),
        "boolean": ("order_id", ["boolean", "bool"], "runs"),
        "boolean with gaps": ("qty", ["boolean", "bool"], "cannot convert float NaN to bool"),
        "integer with gaps": ("price", ["numeric", "int", "int64"], "cannot convert NA to integer"),
        "integer of text": ("status", ["numeric", "int", "int64"], "Unable to parse string"),
    }
    for option, (name, kind, pandas) in kinds.items():
        data = {"column": col(name), "dataType": kind}
        made.append(Case("typeConverter", option, data, pandas=pandas))
    # Amphi asks astype for errors="coerce", which it does not know.
    warned = {"column": col("status"), "dataType": ["numeric", "int", "int64"]}
    warned["errorManagement"] = "warning"
    known = "Expected value of kwarg 'errors'"
    made.append(Case("typeConverter", "integer of text, warned of", warned, pandas=known))
    datetimes = {"ns": "runs", "ms": "non convertible value", "s": "non convertible value"}
    for unit, pandas in datetimes.items():
        kind = ["datetime", f"datetime64[{unit}]"]
        data = {"column": col("ordered_at"), "dataType": kind}
        made.append(Case("typeConverter", f"datetime {unit}", data, pandas=pandas))
        data = {"column": col("order_id"), "dataType": kind}
        made.append(Case("typeConverter", f"datetime {unit} of a number", data))
    return made


OUT_FORMATS = [
    *("%A, %B %d, %Y", "%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d", "%Y/%m/%d", "%B %d, %Y", "%m/%d/%Y"),
    *("%m-%d-%Y", "%d %b %Y", "%d %B %Y", "%d.%m.%Y", "%Y.%m.%d", "%b %d, %Y", "%a, %d %b %Y"),
    *("%A, %d %B %Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%B %d, %Y %H:%M"),
]


def dates() -> list[Case]:
    dates = {"language": "", "conversionType": "stringToDate", "dateTimeField": col("ordered_at")}
    exact = {**dates, "dateTimeFormat": "%Y-%m-%d %H:%M:%S"}
    events = {"language": "", "conversionType": "dateToString", "dateTimeField": col("at")}
    joined = {**dates, "dateTimeField": col("joined"), "dateTimeFormat": "%Y-%m-%d"}
    made = [
        Case("datetimeConverter", "from text by format", exact),
        Case("datetimeConverter", "from text auto", {**dates, "dateTimeFormat": "auto"}),
        Case("datetimeConverter", "a date by format", joined, ("customers",)),
        Case(
            "datetimeConverter",
            "new column",
            {**exact, "newColumn": True, "newColumnName": "when"},
        ),
        Case(
            "datetimeConverter",
            "English",
            {**events, "dateTimeFormat": "%d %B %Y", "language": "en_US.UTF-8"},
            ("events",),
            needs="locale:en_US.UTF-8",
        ),
        Case(
            "datetimeConverter",
            "French",
            {**events, "dateTimeFormat": "%d %B %Y", "language": "fr_FR.UTF-8"},
            ("events",),
            needs="locale:fr_FR.UTF-8",
        ),
    ]
    for text in OUT_FORMATS:
        data = {**events, "dateTimeFormat": text}
        made.append(Case("datetimeConverter", f"to text {text}", data, ("events",)))
    return made
