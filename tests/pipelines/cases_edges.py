"""Inputs and outputs: every file format, place and option of their forms."""

from tests.pipelines.catalogue import Case, cols

FOLDERS = {"createFoldersIfNotExist": True}
SERVICE = "service"  # translated, not run
FILES = "files"  # the same, for what looks at files that are there
ORDERS = {"filePath": "data/orders.csv"}


def csv_inputs() -> list[Case]:
    towns = {"filePath": "data/towns_semicolon.csv", "csvOptions.sep": ";"}
    towns |= {"csvOptions.encoding": "latin-1", "csvOptions.decimal": ","}
    names = {"csvOptions.names": ["r", "p", "q", "u", "v"]}
    quirks = {"filePath": "data/quirks.csv", "csvOptions.quotechar": "'"}
    options = {
        "plain": ORDERS,
        "separator encoding decimal": towns,
        "first rows": {**ORDERS, "csvOptions.nrows": 4},
        "own names": {"filePath": "data/sales.csv", **names},
        "many files": {"filePath": "data/*rs.csv"},
        "tab": {"filePath": "data/tabs.tsv", "csvOptions.sep": "\\t"},
        "separator found out": {**ORDERS, "csvOptions.sep": "infer"},
        "wrapper and escape": {**quirks, "csvOptions.escapechar": "\\\\"},
        "bad lines skipped": {"filePath": "data/ragged.csv", "csvOptions.on_bad_lines": "skip"},
        "bad lines warned of": {"filePath": "data/ragged.csv", "csvOptions.on_bad_lines": "warn"},
        "engine c": {**ORDERS, "csvOptions.engine": "c"},
        "engine python": {**ORDERS, "csvOptions.engine": "python"},
        "engine pyarrow": {**ORDERS, "csvOptions.engine": "pyarrow"},
        "encoding utf-16": {"filePath": "data/utf16.csv", "csvOptions.encoding": "utf-16"},
    }
    made = [Case("csvFileInput", option, data, ()) for option, data in options.items()]
    bad = {"filePath": "data/ragged.csv", "csvOptions.on_bad_lines": "error"}
    return made + [Case("csvFileInput", "bad lines refused", bad, (), pandas="Error tokenizing")]


def other_inputs() -> list[Case]:
    excel = {"filePath": "data/towns.xlsx", "excelOptions.engine": "openpyxl"}
    ods = {"filePath": "data/towns.ods", "excelOptions.engine": "odf"}
    excels = {
        "first sheet": excel,
        "engine found out": {"filePath": "data/towns.xlsx", "excelOptions.engine": "None"},
        "a sheet": {**excel, "excelOptions.sheet_name": ["Sheet1"]},
        "no header": {**excel, "excelOptions.header": "None"},
        "second row is the header": {**excel, "excelOptions.header": "1"},
        "first rows": {**excel, "excelOptions.nrows": 1},
        "skipped rows": {**excel, "excelOptions.skiprows": 1},
        "decimal comma": {**excel, "excelOptions.decimal": ","},
        "arrow types": {**excel, "excelOptions.dtype_backend": "pyarrow"},
    }
    made = [
        Case("excelfileInput", option, data, (), needs="openpyxl")
        for option, data in excels.items()
    ]
    numpy = {**excel, "excelOptions.dtype_backend": "numpy"}
    told = "dtype_backend numpy is invalid"
    made.append(Case("excelfileInput", "numpy types", numpy, (), pandas=told, needs="openpyxl"))
    made.append(Case("excelfileInput", "ods", ods, (), needs="odf"))
    jsons = {
        "records": {"filePath": "data/products.json"},
        "lines": {"filePath": "data/scores.jsonl", "jsonOptions.lines": True},
        "types as they are": {"filePath": "data/products.json", "jsonOptions.dtype": False},
    }
    for orient in ("columns", "index", "split", "table"):
        jsons[orient] = {"filePath": f"data/sales_{orient}.json", "jsonOptions.orient": orient}
    made += [Case("jsonFileInput", option, data, ()) for option, data in jsons.items()]
    engines = ("auto", "pyarrow")
    made.append(Case("parquetFileInput", "plain", {"filePath": "data/events.parquet"}, ()))
    for engine in engines:
        data = {"filePath": "data/events.parquet", "parquetOptions.engine": engine}
        made.append(Case("parquetFileInput", f"engine {engine}", data, ()))
    xml = {"filePath": "data/towns.xml", "xmlOptions.xpath": "./*"}
    made.append(Case("xmlFileInput", "etree", {**xml, "xmlOptions.parser": "etree"}, ()))
    for option, path in {"lxml": "./*", "a path": "//row[town]"}.items():
        data = {**xml, "xmlOptions.parser": "lxml", "xmlOptions.xpath": path}
        made.append(Case("xmlFileInput", option, data, (), needs="lxml"))
    code = "output = pd.DataFrame({'A': [1, 2, 3]})"
    return made + [
        Case("inlineInput", "rows", {"inlineData": "a,b,c\n1,x,1.5\n2,,\n3,ü,2.5"}, ()),
        Case("customInput", "frame", {"code": code}, ()),
    ]


SIGN_ONS = {
    "environment": {"connectionMethod": "env"},
    "keys": {
        "connectionMethod": "storage_options",
        "awsAccessKey": "AKIAIOSFODNN7EXAMPLE",
        "awsSecretKey": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
    },
    "SSO": {"connectionMethod": "sso", "awsProfile": "dev", "awsRegion": "eu-central-1"},
}


def s3() -> list[Case]:
    """Each form with an S3 location; `s3://bucket` is a folder of the test."""
    readers = {
        "csvFileInput": "orders.csv",
        "jsonFileInput": "products.json",
        "parquetFileInput": "events.parquet",
        "excelfileInput": "towns.xlsx",
        "xmlFileInput": "towns.xml",
    }
    own = {"xmlFileInput": {"xmlOptions.parser": "etree", "xmlOptions.xpath": "./*"}}
    own["excelfileInput"] = {"excelOptions.engine": "openpyxl"}
    made = []
    for component, file in readers.items():
        for way, sign_on in SIGN_ONS.items():
            data = {"fileLocation": "s3", "filePath": f"s3://bucket/data/{file}", **sign_on}
            data |= own.get(component, {})
            made.append(Case(component, f"S3 by {way}", data, ()))
    for kind, file in {"csv": "orders.csv", "json": "products.json"}.items():
        data = {"fileType": kind, "filePath": f"s3://bucket/data/{file}"}
        group = f"{kind}Options"
        made.append(Case("s3FileInput", kind, {**data, f"{group}.storage_options": []}, ()))
    events = {"fileType": "parquet", "filePath": "s3://bucket/data/events.parquet"}
    made.append(Case("s3FileInput", "parquet", events, ()))
    made += [
        Case(
            "s3FileInput",
            "csv with options",
            {
                **{"fileType": "csv", "filePath": "s3://bucket/data/towns_semicolon.csv"},
                **{"csvOptions.sep": ";", "csvOptions.encoding": "latin-1"},
                **{"csvOptions.decimal": ",", **SIGN_ONS["keys"]},
            },
            (),
        )
    ]
    return made + s3_outputs()


def s3_outputs() -> list[Case]:
    made = []
    writers = {"csvFileOutput": "csv", "jsonFileOutput": "json", "parquetFileOutput": "parquet"}
    for component, ending in writers.items():
        for way, sign_on in SIGN_ONS.items():
            path = f"s3://bucket/out/result.{ending}"
            data = {"fileLocation": "s3", "filePath": path, **sign_on}
            made.append(Case(component, f"S3 by {way}", data, ("sales",), output=path))
    for ending in writers.values():
        path = f"s3://bucket/out/result.{ending}"
        group = f"{ending}Options"
        data = {"fileType": ending, "filePath": path, f"{group}.storage_options": []}
        if ending == "csv":
            data["csvOptions.index"] = False
        made.append(Case("fileOutput", ending, data, ("sales",), output=path))
    return made


def outputs() -> list[Case]:
    made = []
    csv = {"filePath": "out/result.csv", **FOLDERS}
    for option, more in {
        "plain": {},
        "semicolon": {"csvOptions.sep": ";"},
        "tab": {"csvOptions.sep": "\t"},
        "no header": {"csvOptions.header": False},
        "with index": {"csvOptions.index": True},
        "quote everything": {"csvOptions.quoting": "1"},
        "quote text": {"csvOptions.quoting": "2"},
        "mode w": {"csvOptions.mode": "w"},
        "mode x": {"csvOptions.mode": "x"},
        "mode a": {"csvOptions.mode": "a"},
    }.items():
        if option in ("mode x", "mode a"):
            made.append(Case("csvFileOutput", option, {**csv, **more}, pandas=FILES))
        else:
            made.append(Case("csvFileOutput", option, {**csv, **more}))
    unquoted = {**csv, "csvOptions.quoting": "3"}
    made.append(Case("csvFileOutput", "quote nothing", unquoted, ("sales",)))
    for orient in ("records", "columns", "index", "split", "table"):
        data = {"filePath": "out/result.json", "jsonOptions.orient": orient, **FOLDERS}
        made.append(Case("jsonFileOutput", orient, data, ("sales",), output="out/result.json"))
    for squeeze in ("snappy", "gzip", "brotli", "None"):
        data = {"filePath": "out/result.parquet", "parquetOptions.compression": squeeze, **FOLDERS}
        made.append(Case("parquetFileOutput", squeeze, data, output="out/result.parquet"))
    excel = {"filePath": "out/result.xlsx", "engine": "openpyxl", **FOLDERS}
    for option, more in {
        "plain": {},
        "a sheet": {"excelOptions.sheet_name": "Orders"},
        "no header": {"excelOptions.header": False},
        "with index": {"excelOptions.index": True},
        "mode write": {"mode": "write"},
        "mode append": {"mode": "append"},
    }.items():
        data = {**excel, **more}
        made.append(
            Case("excelFileOutput", option, data, output="out/result.xlsx", needs="openpyxl")
        )
    xml = {"filePath": "out/result.xml", **FOLDERS}
    made.append(
        Case("xmlFileOutput", "plain", xml, ("sales",), output="out/result.xml", needs="lxml")
    )
    code = "input.to_csv('out/result.csv', index=False)"
    return made + [
        Case("customOutput", "code", {"code": code}),
        Case("console", "data", {"type": "Data", "limit": 3}),
        Case("console", "csv", {"type": "Data", "dataFormat": "csv"}),
        Case("console", "info", {"type": "Info", "message": "all done"}),
        Case(
            "console",
            "error",
            {"type": "Error", "message": "look at this"},
            pandas="Error: look at this",
        ),
    ]


def services() -> list[Case]:
    """What calls a service cannot run in a test; the verdict and its words are checked."""
    sheet = {"filePath": "key.json", "sheetOptions.spreadsheetId": "abc"}
    ask = {"prompt": "Sum this up", "columns": cols("note"), "newColumnName": "summary"}
    openai = {**ask, "provider": "openai", "openaiApiKey": "sk-x", "model": "gpt-4o"}
    ollama = {**ask, "provider": "ollama", "model": "llama3.2:1b"}
    ollama["ollamaEndpoint"] = "http://localhost:11434"
    rest = {"url": "https://api.example.com/orders"}
    post = {**rest, "method": "POST", "body": '{"day": 1}', "jsonPath": "$.data"}
    post["headers"] = [{"key": "Accept", "value": "application/json"}]
    return [
        Case("restInput", "GET", rest, (), pandas=SERVICE),
        Case("restInput", "POST with a path", post, (), pandas=SERVICE),
        Case("googleSheetsInput", "sheet", sheet, (), pandas=SERVICE),
        Case("googleSheetsOutput", "sheet", sheet, pandas=SERVICE),
        Case("pdfTablesInput", "table", {"filePath": "data/report.pdf"}, (), pandas=SERVICE),
        Case("aiPrompts", "OpenAI", {**openai, "endpoint": "openai"}, pandas=SERVICE),
        Case(
            "aiPrompts",
            "key from the environment",
            {**openai, "endpoint": "openai", "openaiApiKey": "{os.getenv('CUSTOMER_KEY')}"},
            pandas=SERVICE,
        ),
        Case("aiPrompts", "Ollama", ollama, pandas=SERVICE),
        Case(
            "csvFileInput",
            "from the web",
            {"fileLocation": "http", "filePath": "https://example.com/orders.csv"},
            (),
            pandas=SERVICE,
        ),
        Case(
            "csvFileInput",
            "from FTP",
            {
                **{"fileLocation": "ftp", "filePath": "ftp://example.com/orders.csv"},
                **{"ftpUsername": "u", "ftpPassword": "p"},
            },
            (),
            pandas=SERVICE,
        ),
    ]


def databases() -> list[Case]:
    place = {"host": "localhost", "databaseName": "shop", "username": "u", "password": "hunter2"}
    table = {"queryMethod": "table", "tableName": {"value": "orders", "label": "orders"}}
    query = {"queryMethod": "query", "sqlQuery": '{"code": "SELECT * FROM orders"}'}
    snowflake = {**place, "account": "a", "database": "shop", "warehouse": "w", "schema": "s"}
    odbc = {"connectionString": "DSN=shop;PWD=hunter2", "autoCommit": True}
    providers = {
        "postgres": {**place, "port": "5432", "schema": "public"},
        "mysql": {**place, "port": "3306"},
        "sqlserver": {**place, "port": "1433"},
        "snowflake": snowflake,
        "odbc": odbc,
    }
    made = []
    for provider, data in providers.items():
        named = {"queryMethod": "table", "tableName": "orders"} if provider == "odbc" else table
        for option, way in {"table": named, "query": query}.items():
            data = {**data, **way, "provider": provider}
            made.append(Case("databaseInput", f"{provider} {option}", data, (), pandas=SERVICE))
    del providers["odbc"]
    providers["oracle"] = {**place, "port": "1521", "schema": "s", "dbapi": "oracledb"}
    for provider, data in providers.items():
        for action in ("fail", "replace", "append"):
            data = {**data, "provider": provider, "ifTableExists": action, "mode": "insert"}
            data["tableName"] = "orders" if provider == "oracle" else table["tableName"]
            made.append(Case("databaseOutput", f"{provider} {action}", data, pandas=SERVICE))
    return made
