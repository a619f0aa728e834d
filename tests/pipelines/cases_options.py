"""Options that few people set: endpoints, engines, separators, libraries, mappings."""

from tests.pipelines.catalogue import OUT, Case, col, cols, on

FOLDERS = {"createFoldersIfNotExist": True}
KEYS = {
    "fileLocation": "s3",
    "connectionMethod": "storage_options",
    "awsAccessKey": "AKIAIOSFODNN7EXAMPLE",
    "awsSecretKey": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
    "useCustomEndpoint": True,
    "customEndpoint": "http://localhost:9000",
}
PLAIN_S3 = {"fileLocation": "s3", "connectionMethod": "env"}
MORE = [{"key": "use_ssl", "value": "true"}]
SERVICE = "service"
READERS = {
    "csvFileInput": ("csv", "orders.csv", {}),
    "jsonFileInput": ("json", "products.json", {}),
    "parquetFileInput": ("parquet", "events.parquet", {}),
    "excelfileInput": ("excel", "towns.xlsx", {"excelOptions.engine": "openpyxl"}),
    "xmlFileInput": ("xml", "towns.xml", {"xmlOptions.parser": "etree", "xmlOptions.xpath": "./*"}),
}
WRITERS = {
    "csvFileOutput": ("csv", {"csvOptions.index": False}),
    "jsonFileOutput": ("json", {}),
    "parquetFileOutput": ("parquet", {}),
}


# Amphi leaves its form's list as it is here, and pandas wants a dict: the job needs neither.
LIST_SHAPED = ("csvFileOutput", "xmlFileInput")


def storage(component: str, data: dict, inputs: tuple[str, ...], output: str) -> Case:
    option = "S3 with storage options"
    if component in LIST_SHAPED:
        return Case(component, option, data, inputs, pandas=SERVICE)
    return Case(component, option, data, inputs, output=output)


def places() -> list[Case]:
    """An endpoint of one's own, options of the storage, a web address."""
    made = []
    for component, (kind, file, own) in READERS.items():
        path = {"filePath": f"s3://bucket/data/{file}", **own}
        more = {**PLAIN_S3, f"{kind}Options.storage_options": MORE}
        web = {"fileLocation": "http", "filePath": f"https://example.com/{file}", **own}
        made += [
            Case(component, "S3 at an endpoint", {**KEYS, **path}, (), pandas=SERVICE),
            storage(component, {**more, **path}, (), OUT),
        ]
        if component != "csvFileInput":
            made.append(Case(component, "from the web", web, (), pandas=SERVICE))
    for component, (ending, own) in WRITERS.items():
        path = f"s3://bucket/out/result.{ending}"
        data = {"filePath": path, **own}
        more = {**PLAIN_S3, "csvOptions.storage_options": MORE}
        made += [
            Case(component, "S3 at an endpoint", {**KEYS, **data}, ("sales",), pandas=SERVICE),
            storage(component, {**more, **data}, ("sales",), path),
        ]
    sheet = "s3://bucket/out/result.xlsx"
    data = {**PLAIN_S3, "filePath": sheet, "engine": "openpyxl"}
    made.append(
        Case(
            "excelFileOutput", "S3 by environment", data, ("sales",), output=sheet, needs="openpyxl"
        )
    )
    ftp = {"fileLocation": "ftp", "filePath": "ftp://example.com/result.csv"}
    ftp |= {"ftpUsername": "u", "ftpPassword": "p"}
    return made + [Case("csvFileOutput", "to FTP", ftp, pandas=SERVICE)]


def separators() -> list[Case]:
    out = {"filePath": "out/result.csv", **FOLDERS}
    made = [
        Case("csvFileOutput", f"separated by {word}", {**out, "csvOptions.sep": sign}, ("sales",))
        for word, sign in {"a bar": "|", "a blank": " "}.items()
    ]
    quoted = {**out, "csvOptions.quoting": "0"}
    tags = {"splitType": "rows", "column": col("tags")}
    return made + [
        Case("csvFileOutput", "quote what needs it", quoted),
        Case("splitColumn", "rows at a bar", {**tags, "delimiter": "|"}, ("customers",)),
        Case("splitColumn", "rows at a blank", {**tags, "delimiter": " "}, ("customers",)),
    ]


def engines() -> list[Case]:
    """Engines other than pandas are what the user chose: their code runs on the driver."""
    both = ("orders", "returns")
    join = {"mode": "advanced", "selectJoinType": "left", "joinConditions": on("order_id")}
    made = [
        Case(
            "join", f"advanced by {name}", {**join, "selectExecutionEngine": name}, both, needs=name
        )
        for name in ("duckdb", "polars")
    ]
    told = {"camelcase": "runs", "snakecase": "has no attribute 'lower'"}
    made += [
        Case(
            "cleanDataCLeansing",
            f"case {case}",
            {"case": case, "columns": cols("comment")},
            ("people",),
            pandas=pandas,
        )
        for case, pandas in told.items()
    ]
    libraries = {"librariesToInstall": ["scipy"]}
    return made + [
        Case("customTransformations", "a library", {"code": "output = input.head(2)", **libraries}),
        Case(
            "customInput",
            "a library",
            {"code": "output = pd.DataFrame({'a': [1]})", **libraries},
            (),
        ),
        Case(
            "customOutput",
            "a library",
            {"code": "input.to_csv('out/result.csv', index=False)", **libraries},
        ),
    ]


def forms() -> list[Case]:
    """Options of forms whose component is tried with others elsewhere."""
    melt = {"columnsKeyTranspose": cols("region"), "columnsColumnsToTranspose": cols("units")}
    column = {"tsCFcolumnFromColumn": col("ordered_at"), "tsCFcolumnToColumn": col("ordered_at")}
    column |= {"tsCFbooleanFromToday": False, "tsCFbooleanToToday": False}
    column |= {"tsCFselectMultipleCustomizableFieldsToInclude": ["date"]}
    column |= {"tsCFinputNumberFromXBack": 1, "tsCFselectFromWhatBack": "days"}
    column |= {"tsCFinputNumberToXAhead": 1, "tsCFselectToWhatAhead": "days"}
    snow = {"provider": "snowflake", "account": "a", "database": "shop", "warehouse": "w"}
    snow |= {"schema": "s", "username": "u", "password": "hunter2", "role": "reader"}
    snow |= {"queryMethod": "table", "tableName": {"value": "orders", "label": "orders"}}
    sheet = {"filePath": "key.json", "sheetOptions.spreadsheetId": "abc"}
    sheet |= {"sheetOptions.range": "Sheet1!A1:C9"}
    pdf = {"filePath": "data/report.pdf", "pageNumber": 1, "tableNumber": 2}
    both = ("orders", "returns")
    compared = {"select_comparison_mode": "data", "boolean_check_forcount": False}
    compared["selectTimestampDateTimeRound"] = "s"
    described = {"select_comparison_mode": "metadata", "boolean_index_metadata_for_compare": False}
    return [
        Case("transpose", "value name", {**melt, "inputValueFieldName": "number"}, ("sales",)),
        Case("DynamicGenerateCalendar", "a day back, one ahead", column),
        Case("databaseInput", "snowflake role", snow, (), pandas=SERVICE),
        Case("googleSheetsInput", "a range", sheet, (), pandas=SERVICE),
        Case("googleSheetsOutput", "a range", sheet, pandas=SERVICE),
        Case("pdfTablesInput", "a page", pdf, (), pandas=SERVICE),
        Case("CompareDataframes", "times by the second, no count", compared, both),
        Case("CompareDataframes", "order of columns left alone", described, both),
    ]


def prompts() -> list[Case]:
    ask = {"prompt": "Sum this up", "columns": cols("note"), "newColumnName": "summary"}
    ask |= {"provider": "openai", "openaiApiKey": "{os.getenv('CUSTOMER_KEY')}", "model": "gpt-4o"}
    ask |= {"endpoint": "custom", "customEndpoint": "http://localhost:8000/v1", "verbose": True}
    ask |= {"systemPrompt": "Be short", "jsonMode": True, "maxToken": 50, "temperature": 0.5}
    return [Case("aiPrompts", "key from the environment, all options", ask, pandas=SERVICE)]
