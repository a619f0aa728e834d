"""Every tabular component that Amphi registers, with the options of its form."""

from tests.pipelines.catalogue import Case, col, cols, keep, on, ops, order, pairs

FILTERS = {
    "equal text": (col("status"), "==", "paid"),
    "not equal text": (col("channel"), "!=", "web"),
    "equal number": (col("qty"), "==", "1"),
    "greater": (col("price"), ">", "5.5"),
    "less": (col("qty"), "<", "5"),
    "at least": (col("price"), ">=", "19.99"),
    "at most": (col("qty"), "<=", "2"),
    "not missing": (col("customer_id"), "notnull", ""),
    "missing": (col("note"), "isnull", ""),
    "contains": (col("note"), "contains", "order"),
    "does not contain": (col("note"), "not contains", "say"),
    "starts with": (col("note"), "startswith", "g"),
    "ends with": (col("channel"), "endswith", "op"),
}
# The editor offers these and Amphi makes a query of them that no pandas understands.
BROKEN_FILTERS = {"not empty": "notempty", "empty": "isempty"}


def filters() -> list[Case]:
    made = [
        Case("filter", option, {"column": column, "condition": how, "conditionValue": value})
        for option, (column, how, value) in FILTERS.items()
    ]
    made += [
        Case(
            "filter",
            option,
            {"column": col("note"), "condition": how, "conditionValue": ""},
            pandas="invalid syntax",
        )
        for option, how in BROKEN_FILTERS.items()
    ]
    advanced = {"filterType": "advanced", "pythonExpression": "qty > 2 and status == 'paid'"}
    forced = {"column": col("status"), "condition": "==", "conditionValue": "open"}
    return made + [
        Case("filter", "advanced query", advanced),
        Case("filter", "enforce string", {**forced, "enforceString": True}),
    ]


def renames() -> list[Case]:
    base = {
        "mode": "dynamic",
        "combinationColumns": [],
        "selectGlobalCaseOperation": "none",
        "selectActionSpecialCharacters": "None",
    }
    cases = {"lower": "lower", "upper": "upper", "camel": "camel_lower", "Camel": "camel_upper"}
    made = [
        Case("rename", f"dynamic {name}", {**base, "selectGlobalCaseOperation": op}, ("people",))
        for name, op in {**cases, "snake": "snake"}.items()
    ]
    replaced = {"selectActionSpecialCharacters": "replace", "inputCharReplacement": "_"}
    affixes = {
        "inputPrefixDelete": "order_",
        "inputPrefixAdd": "o_",
        "inputSuffixDelete": "_at",
        "inputSuffixAdd": "_x",
    }
    some = {"combinationColumns": cols("order_id", "ordered_at")}
    return made + [
        Case("rename", "manual", {"mode": "manual", "columns": pairs(qty="quantity", note="text")}),
        Case("rename", "manual nothing", {"mode": "manual", "columns": []}),
        Case("rename", "dynamic special characters", {**base, **replaced}, ("people",)),
        Case("rename", "dynamic prefix and suffix", {**base, **affixes, **some}),
    ]


def sorts() -> list[Case]:
    by = {
        "ascending": [("price", True), ("order_id", True)],
        "descending": [("price", False), ("order_id", True)],
        "two columns": [("status", True), ("qty", False), ("order_id", True)],
        "ties": [("status", True)],
    }
    made = [Case("sort", o, {"columnAndOrder": order(*c)}) for o, c in by.items()]
    ignore = {"columnAndOrder": order(("note", True)), "ignoreIndex": True}
    return made + [Case("sort", "ignore index", ignore)]


def aggregates() -> list[Case]:
    every = "min max sum mean count nunique first last median std var prod".split()
    made = [
        Case(
            "aggregate",
            op,
            {
                "groupByColumns": cols("status"),
                "columnsOperations": ops(("qty", op), ("price", op)),
            },
        )
        for op in every
    ]
    two = {"groupByColumns": cols("status", "channel"), "columnsOperations": ops(("price", "sum"))}
    text = ops(("note", "min"), ("note", "count"), ("channel", "first"), ("channel", "nunique"))
    total = ops(("qty", "sum"), ("price", "mean"), ("order_id", "count"))
    return made + [
        Case("aggregate", "two group columns", two),
        Case("aggregate", "text", {"groupByColumns": cols("status"), "columnsOperations": text}),
        Case("aggregate", "no group", {"groupByColumns": [], "columnsOperations": total}),
    ]


def joins() -> list[Case]:
    kinds = "inner left right outer cross anti-left anti-right".split()
    both = ("orders", "customers")
    made = []
    for kind in kinds:
        data = {"selectJoinType": kind, "joinConditions": on("customer_id")}
        made.append(Case("join", f"basic {kind}", {"mode": "basic", **data}, both))
        made.append(Case("join", f"advanced {kind}", {"mode": "advanced", **data}, both))
    for strategy in ("suffix_both", "coalesce"):
        data = {"mode": "advanced", "selectJoinType": "left", "selectSameNameStrategy": strategy}
        data["joinConditions"] = on("order_id")
        made.append(Case("join", f"advanced {strategy}", data, ("orders", "returns")))
    for number, action in (("2", "refused"), ("3", "warned of")):
        data = {"mode": "advanced", "selectActionIfCartesianProduct": number}
        data |= {"selectJoinType": "inner", "joinConditions": on("customer_id")}
        message = "Cartesian product detected" if number == "2" else "runs"
        made.append(Case("join", f"advanced many to many {action}", data, both, pandas=message))
    unequal = [
        {"leftColumn": col("qty"), "operation": ">", "rightColumn": col("qty")},
        {"leftColumn": col("customer_id"), "operation": "=", "rightColumn": col("customer_id")},
    ]
    for kind in ("inner", "left"):
        data = {"selectJoinType": kind, "joinConditions": unequal}
        # Amphi 0.9.7 leaves the helper out in basic mode.
        broken = Case(
            "join",
            f"basic {kind} unequal",
            {**data, "mode": "basic"},
            ("orders", "returns"),
            pandas="join_with_column_operations",
        )
        made.append(broken)
        data = {**data, "mode": "advanced"}
        made.append(Case("join", f"advanced {kind} unequal", data, ("orders", "returns")))
    two = {"mode": "basic", "selectJoinType": "inner"}
    two["joinConditions"] = on("order_id", ("status", "status"))
    return made + [Case("join", "two keys", two, ("orders", "returns"))]


def reshapes() -> list[Case]:
    grid = {
        "indexColumns": cols("region"),
        "columnsToPivot": cols("quarter"),
        "values": cols("units"),
        "dropna": True,
    }
    pivots = [
        Case("pivot", op, {**grid, "aggfunc": op, "fillValue": 0}, ("sales",))
        for op in ("sum", "mean", "min", "max")
    ]
    single = {**grid, "indexColumns": cols("region", "product"), "aggfunc": "none"}
    melt = {"columnsKeyTranspose": cols("region"), "columnsColumnsToTranspose": []}
    melt["columnsColumnsToTranspose"] = cols("units", "revenue")
    both = ("orders", "returns")
    return pivots + [
        Case("pivot", "no aggregation", single, ("sales",)),
        Case("pivot", "fill value", {**grid, "aggfunc": "sum", "fillValue": 7}, ("sales",)),
        Case("transpose", "columns to rows", melt, ("sales",)),
        Case(
            "transpose",
            "values as text",
            {**melt, "selectTypeValueField": "type as string"},
            ("sales",),
        ),
        Case(
            "transpose",
            "values numeric",
            {**melt, "selectTypeValueField": "infer numeric"},
            ("sales",),
        ),
        Case("transpose", "names", {**melt, "inputVariableFieldName": "what"}, ("sales",)),
        Case("concat", "vertical", {"concatDirection": "vertical", "ignoreIndex": True}, both),
        Case(
            "concat",
            "vertical keep index",
            {"concatDirection": "vertical", "ignoreIndex": False},
            both,
        ),
        Case(
            "concat",
            "vertical sorted",
            {"concatDirection": "vertical", "sort": True},
            ("orders", "sales"),
        ),
        Case(
            "concat",
            "horizontal",
            {"concatDirection": "horizontal", "ignoreIndex": False},
            ("sales", "products"),
        ),
    ]


def rows() -> list[Case]:
    by_status = {"groupBy": cols("status")}
    made = [
        Case(
            "deduplicateData",
            f"keep {how}",
            {"keep": how, "subset": cols("customer_id")},
            ("customers",),
        )
        for how in ("first", "last", "False")
    ]
    made += [
        Case("deduplicateData", "whole rows", {"keep": "first", "subset": []}, ("sales",)),
        Case("sample", "first rows", {"mode": "head", "rows": 3}),
        Case("sample", "last rows", {"mode": "tail", "rows": 3}),
        Case("sample", "first per group", {"mode": "head", "rows": 1, **by_status}),
        Case("sample", "last per group", {"mode": "tail", "rows": 2, **by_status}),
    ]
    share = {"numberType": "percentage", "percentage": 50}
    made += [
        Case("sample", "first half", {**share, "mode": "head"}),
        Case("sample", "last half", {**share, "mode": "tail"}),
    ]
    number = {"rowIdName": "row", "startingValue": 10}
    made += [
        Case("generate_id_column", "first", {**number, "insertPosition": "first"}),
        Case("generate_id_column", "last", {**number, "insertPosition": "last"}),
        Case("generate_id_column", "float", {**number, "columnType": "float64"}),
        Case("filterColumn", "chosen order", {"columns": keep("status", "order_id", "price")}),
    ]
    return made


def texts() -> list[Case]:
    columns = {"splitType": "columns", "column": col("tags"), "delimiter": ";"}
    tag_rows = {"splitType": "rows", "column": col("tags"), "delimiter": ";"}
    who = ("customers",)
    mail = {"column": col("email"), "regex": "custom", "flags": ""}
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
        Case("extract", "domain", {**mail, "customRegex": "@([a-z.]+)$"}, who),
        Case("extract", "two groups", {**mail, "customRegex": "^([a-z.]+)@([a-z]+)"}, who),
        Case(
            "extract",
            "ignore case",
            {
                "column": col("note"),
                "regex": "custom",
                "customRegex": "(ORDER|gift)",
                "flags": "IGNORECASE",
            },
        ),
        Case(
            "extract",
            "a built-in",
            {
                "column": col("joined"),
                "regex": r"(^(?:\d{4})[-](?:0[1-9]|1[1-2])[-](?:0[1-9]|[12][0-9]|3[01])$)",
                "flags": "",
            },
            who,
        ),
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
    for case in ("lower", "upper", "capitalize", "swapcase"):
        data = {"case": case, "columns": cols(" full name", "E-Mail")}
        made.append(Case("cleanDataCLeansing", f"case {case}", data, ("people",)))
    return made


def types() -> list[Case]:
    kinds = {
        "text": (col("qty"), ["text", "string"], "orders"),
        "float": (col("qty"), ["numeric", "float64"], "orders"),
        "integer": (col("units"), ["numeric", "Int64"], "sales"),
        "datetime": (col("ordered_at"), ["datetime", "datetime64[ns]"], "orders"),
        "category": (col("status"), ["text", "category"], "orders"),
    }
    made = [
        Case("typeConverter", option, {"column": column, "dataType": kind}, (source,))
        for option, (column, kind, source) in kinds.items()
    ]
    dates = {"language": "", "conversionType": "stringToDate", "dateTimeField": col("ordered_at")}
    exact = {**dates, "dateTimeFormat": "%Y-%m-%d %H:%M:%S"}
    events = {"language": "", "conversionType": "dateToString", "dateTimeField": col("at")}
    made += [
        Case("datetimeConverter", "from text by format", exact),
        Case("datetimeConverter", "from text auto", {**dates, "dateTimeFormat": "auto"}),
        Case(
            "datetimeConverter", "new column", {**exact, "newColumn": True, "newColumnName": "when"}
        ),
    ]
    formats = ["%d-%m-%Y", "%A, %B %d, %Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%d %b %Y"]
    for number, text in enumerate(formats, 1):
        data = {**events, "dateTimeFormat": text}
        made.append(Case("datetimeConverter", f"to text {number}", data, ("events",)))
    return made


def inputs() -> list[Case]:
    towns = {"filePath": "data/towns_semicolon.csv", "csvOptions.sep": ";"}
    towns |= {"csvOptions.encoding": "latin-1", "csvOptions.decimal": ","}
    calendar = {
        "tsCFdateFromDate": "2024-02-27",
        "tsCFbooleanFromToday": False,
        "tsCFdateToDate": "2024-03-04",
        "tsCFbooleanToToday": False,
        "tsCFSelectoutputEngine": "pandas",
        "tsCFselectMultipleCustomizableFieldsToInclude": [
            *("date", "year", "month_name", "month_number", "weekday_name", "weekday_number"),
            *("week", "weekend_flag"),
        ],
    }
    names = {"csvOptions.names": ["r", "p", "q", "u", "v"]}
    orders = {"filePath": "data/orders.csv"}
    return [
        Case("inlineInput", "rows", {"inlineData": "a,b,c\n1,x,1.5\n2,,\n3,ü,2.5"}, ()),
        Case("csvFileInput", "plain", orders, ()),
        Case("csvFileInput", "separator encoding decimal", towns, ()),
        Case("csvFileInput", "first rows", {**orders, "csvOptions.nrows": 4}, ()),
        Case("csvFileInput", "own names", {"filePath": "data/sales.csv", **names}, ()),
        Case("csvFileInput", "many files", {"filePath": "data/*s.csv"}, ()),
        Case("jsonFileInput", "records", {"filePath": "data/products.json"}, ()),
        Case(
            "jsonFileInput",
            "lines",
            {"filePath": "data/scores.jsonl", "jsonOptions.lines": True},
            (),
        ),
        Case("parquetFileInput", "plain", {"filePath": "data/events.parquet"}, ()),
        Case(
            "excelfileInput",
            "first sheet",
            {"filePath": "data/towns.xlsx", "excelOptions.engine": "openpyxl"},
            (),
            needs="openpyxl",
        ),
        Case(
            "xmlFileInput",
            "etree",
            {"filePath": "data/towns.xml", "xmlOptions.xpath": "./*", "xmlOptions.parser": "etree"},
            (),
        ),
        Case("GenerateCalendar", "fixed dates", calendar, ()),
        Case("customInput", "frame", {"code": "output = pd.DataFrame({'A': [1, 2, 3]})"}, ()),
    ]


def outputs() -> list[Case]:
    made = []
    folders = {"createFoldersIfNotExist": True}
    csv = {"filePath": "out/result.csv", **folders}
    for option, more in {
        "plain": {},
        "semicolon": {"csvOptions.sep": ";"},
        "no header": {"csvOptions.header": False},
        "with index": {"csvOptions.index": True},
        "quote everything": {"csvOptions.quoting": "1"},
        "quote text": {"csvOptions.quoting": "2"},
    }.items():
        made.append(Case("csvFileOutput", option, {**csv, **more}))
    for orient in ("records", "columns", "split"):
        data = {"filePath": "out/result.json", "jsonOptions.orient": orient, **folders}
        made.append(Case("jsonFileOutput", orient, data, ("sales",), output="out/result.json"))
    for squeeze in ("snappy", "gzip", "None"):
        data = {"filePath": "out/result.parquet", "parquetOptions.compression": squeeze, **folders}
        made.append(Case("parquetFileOutput", squeeze, data, output="out/result.parquet"))
    return made + [
        Case("console", "data", {"type": "Data", "limit": 3}),
        Case("console", "csv", {"type": "Data", "dataFormat": "csv"}),
        Case("console", "info", {"type": "Info", "message": "all done"}),
    ]


def analyses() -> list[Case]:
    path = {
        "hierarchy_parent_column": col("parent"),
        "hierarchy_child_column": col("child"),
        "hierarchy_sep": " > ",
        "hierarchy_path_columnoperations": [],
    }
    sql = "SELECT status, count(*) AS n, sum(qty) AS qty FROM input_df1 GROUP BY status ORDER BY status"
    code = "output = input.assign(total=input['qty'] * input['price'])\noutput = output[output['total'] > 10]"
    return [
        Case("frequencyAnalysis", "one column", {"columns": cols("status")}),
        Case("summary", "all columns", {"statisticsType": "all", "pivot": "rows"}, ("sales",)),
        Case("UniqueKeyDetector", "pairs", {"combination_nfield": 2}, ("sales",)),
        Case("hierarchy_path", "path", path, ("parts",)),
        Case(
            "CompareDataframes",
            "data",
            {"select_comparison_mode": "count_data"},
            ("orders", "returns"),
        ),
        Case("sqlQuery", "group", {"query": sql}, needs="duckdb"),
        Case("customTransformations", "code", {"code": code}),
    ]


FAMILIES = (
    *(inputs, filters, renames, sorts, aggregates, joins, reshapes, rows, texts, cleansing),
    *(types, outputs, analyses),
)
CASES: list[Case] = [case for family in FAMILIES for case in family()]
