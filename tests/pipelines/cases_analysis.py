"""Calendars, JSON, hierarchies, comparisons, statistics, SQL and code of one's own."""

from itertools import product

from tests.pipelines.catalogue import Case, col, cols, ops

FIELDS = [
    *("date", "year", "month_name", "month_number", "weekday_name", "weekday_number"),
    *("week", "weekend_flag"),
]


def calendar_form(**given: object) -> dict:
    """A calendar's form; names without their prefixes (`FromDate`, `ToXAhead`)."""
    form = {
        "tsCFbooleanFromToday": False,
        "tsCFbooleanToToday": False,
        "tsCFSelectoutputEngine": "pandas",
        "tsCFselectMultipleCustomizableFieldsToInclude": FIELDS,
    }
    return form | {f"tsCF{name}": value for name, value in given.items()}


def calendars() -> list[Case]:
    fixed = calendar_form(dateFromDate="2024-02-27", dateToDate="2024-03-04")
    fields = "tsCFselectMultipleCustomizableFieldsToInclude"
    back = {"inputNumberFromXBack": 2, "inputNumberToXAhead": 3}
    made = [
        Case("GenerateCalendar", "fixed dates", fixed, ()),
        Case("GenerateCalendar", "the date alone", {**fixed, fields: ["date"]}, ()),
        Case("GenerateCalendar", "without the date", {**fixed, fields: ["year", "week"]}, ()),
    ]
    for unit in ("days", "weeks", "months", "years"):
        more = {"selectFromWhatBack": unit, "selectToWhatAhead": unit, **back}
        data = calendar_form(dateFromDate="2024-02-29", dateToDate="2024-02-29", **more)
        made.append(Case("GenerateCalendar", f"two {unit} back, three ahead", data, ()))
    today = calendar_form(inputNumberFromXBack=2)
    today |= {"tsCFbooleanFromToday": True, "tsCFbooleanToToday": True}
    made.append(Case("GenerateCalendar", "around today", today, ()))
    column = calendar_form(columnFromColumn=col("ordered_at"), columnToColumn=col("ordered_at"))
    joined = calendar_form(columnFromColumn=col("joined"), dateToDate="2022-12-31")
    return made + [
        Case("DynamicGenerateCalendar", "from and to a column", column),
        Case("DynamicGenerateCalendar", "from a column", joined, ("customers",)),
        Case("DynamicGenerateCalendar", "fixed dates", fixed, ("sales",)),
        Case("DynamicGenerateCalendar", "the date alone", {**column, fields: ["date"]}),
    ]


def json_tools() -> list[Case]:
    flat = {"toolType": "flattenJSON", "column": col("size", "object")}
    levels = {"boolean_alllevels": False, "inputnumber_maxlevel": 0}
    source = ("nested",)
    expand = {"toolType": "expandList", "column": col("parts", "object")}
    return [
        Case("jsonTools", "expand a list", expand, source),
        Case("jsonTools", "flatten", flat, source),
        Case(
            "jsonTools", "flatten without the rest", {**flat, "boolean_keepColumns": False}, source
        ),
        Case(
            "jsonTools",
            "flatten with _",
            {**flat, "selectCustomizable_levelseparator": "_"},
            source,
        ),
        Case("jsonTools", "flatten one level", {**flat, **levels}, source),
    ]


def hierarchies() -> list[Case]:
    path = {
        "hierarchy_parent_column": col("parent"),
        "hierarchy_child_column": col("child"),
        "hierarchy_sep": " > ",
        "hierarchy_path_columnoperations": [],
    }
    made = [
        Case("hierarchy_path", "path", path, ("parts",)),
        Case("hierarchy_path", "slash", {**path, "hierarchy_sep": "/"}, ("parts",)),
    ]
    for op in "min max sum mean count nunique first last median std var prod".split():
        data = {**path, "hierarchy_path_columnoperations": ops(("amount", op))}
        made.append(Case("hierarchy_path", f"{op} along the path", data, ("parts",)))
    return made


def comparisons() -> list[Case]:
    both = ("orders", "returns")
    keys = {"selectcol_key_fields": cols("order_id", "customer_id")}
    made = []
    for mode in ("data", "count_data", "metadata", "metadata+metrics"):
        data = {"select_comparison_mode": mode}
        made.append(Case("CompareDataframes", mode, data, both))
    for mode in ("field_data", "differing_fields"):
        data = {"select_comparison_mode": mode, **keys}
        made.append(Case("CompareDataframes", mode, data, both))
    same = {"select_comparison_mode": "data"}
    return made + [
        Case(
            "CompareDataframes",
            "ignored fields",
            {**same, "selectcol_ignore_fields": cols("note")},
            both,
        ),
        Case(
            "CompareDataframes",
            "in order",
            {**same, "boolean_index_data_for_compare": True},
            both,
        ),
        Case("CompareDataframes", "rounded", {**same, "inputNumberDecimalRound": 1}, both),
        Case(
            "CompareDataframes",
            "strict columns",
            {**same, "select_column_mismatch": "strict"},
            ("orders", "sales"),
            pandas="Column mismatch",
        ),
    ]


def statistics() -> list[Case]:
    made = []
    for kind, pivot in product(("all", "numerical", "categorical"), ("rows", "columns")):
        data = {"statisticsType": kind, "pivot": pivot}
        # Amphi looks for text of dtype object, and its readers never leave any.
        told = "Cannot describe a DataFrame" if kind == "categorical" else "runs"
        # Each value is another number of times there: which of equals comes first pandas leaves open.
        made.append(Case("summary", f"{kind} in {pivot}", data, ("levels",), pandas=told))
    chosen = {"statisticsType": "select", "pivot": "rows", "columns": cols("units")}
    pairs = {"combination_nfield": 2}
    picked = {**pairs, "combination_columns": cols("region", "product", "quarter")}
    return made + [
        Case("summary", "a column", chosen, ("levels",)),
        Case("frequencyAnalysis", "one column", {"columns": cols("status")}),
        Case("frequencyAnalysis", "two columns", {"columns": cols("status", "channel")}),
        Case("UniqueKeyDetector", "pairs", pairs, ("sales",)),
        Case("UniqueKeyDetector", "single columns", {"combination_nfield": 1}, ("customers",)),
        Case("UniqueKeyDetector", "chosen columns", picked, ("sales",)),
    ]


QUERIES = {
    "group": "SELECT status, count(*) AS n, sum(qty) AS qty FROM input_df1 GROUP BY status "
    "ORDER BY status",
    "everything": "SELECT * FROM input_df1",
    "filter": "SELECT order_id, qty * price AS total FROM input_df1 "
    "WHERE status = 'paid' AND price > 5 ORDER BY total DESC, order_id",
    "case": "SELECT order_id, CASE WHEN qty > 2 THEN 'many' ELSE 'few' END AS size FROM input_df1",
    "missing last": "SELECT order_id, note FROM input_df1 ORDER BY note, order_id",
    "missing first": "SELECT order_id, note FROM input_df1 ORDER BY note DESC NULLS FIRST, order_id",
    "integer division": "SELECT order_id, order_id // 7 AS q, order_id / 7 AS r, order_id % 7 AS m "
    "FROM input_df1",
    "distinct": "SELECT DISTINCT status, channel FROM input_df1 ORDER BY status, channel",
    "having": "SELECT customer_id, avg(price) AS p FROM input_df1 GROUP BY customer_id "
    "HAVING count(*) > 1 ORDER BY customer_id",
    "text functions": "SELECT upper(status) AS s, length(note) AS n, coalesce(note, '-') AS t "
    "FROM input_df1",
    "running number": "SELECT order_id, row_number() OVER (PARTITION BY status ORDER BY order_id) "
    "AS n FROM input_df1 ORDER BY order_id",
    "common table": "WITH paid AS (SELECT * FROM input_df1 WHERE status = 'paid') "
    "SELECT channel, count(*) AS n FROM paid GROUP BY channel ORDER BY channel",
    "limit": "SELECT order_id, price FROM input_df1 ORDER BY price DESC, order_id LIMIT 3",
    "names in another case": "SELECT ORDER_ID, Qty AS Pieces FROM input_df1",
    "what only DuckDB knows": "SELECT * EXCLUDE (note) FROM input_df1",
}


def sql() -> list[Case]:
    return [
        Case("sqlQuery", option, {"query": query}, needs="duckdb")
        for option, query in QUERIES.items()
    ]


def code() -> list[Case]:
    text = (
        "output = input.assign(total=input['qty'] * input['price'])\n"
        "output = output[output['total'] > 10]"
    )
    apply = "output = input.copy()\noutput['n'] = output['note'].fillna('').map(len)"
    group = "output = input.groupby('status', as_index=False)['price'].mean().round(2)"
    return [
        Case("customTransformations", "code", {"code": text}),
        Case("customTransformations", "a function", {"code": apply}),
        Case("customTransformations", "a group", {"code": group}),
    ]


FILES = ("source_file_path", "destination_path", "file_new_name")


def curiosities() -> list[Case]:
    """Components for developers and for the machine at hand: no data of a table."""
    copy = {"action_on_file_all": "copy", "source_file_path": col("from")}
    copy |= {"destination_path": col("to"), "boolean_raise_error": True}
    machine = "machine"
    return [
        Case("FileAction", "copy", copy, ("files",), pandas=machine),
        Case("system_informations", "all", {}, (), pandas=machine),
        Case("packages_list", "all", {}, (), pandas=machine),
        Case("DataframeList", "all", {}, pandas=machine),
        Case("DataframeDelete", "one", {"valuesList_dataframe": ["csvFileInput1"]}, pandas=machine),
    ]
