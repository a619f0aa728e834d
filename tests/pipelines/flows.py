"""Whole flows of 5 to 15 nodes, as an analyst would draw them."""

from tests.pipelines.catalogue import col, cols, keep, on, ops, order, pairs

OUT = {"createFoldersIfNotExist": True}

FLOWS = {
    # The example of shared/EXAMPLE.md: seven nodes, one join, one formula, one sort.
    "revenue_by_country": [
        ("orders", "csvFileInput", {"filePath": "data/orders.csv"}, []),
        ("customers", "csvFileInput", {"filePath": "data/customers.csv"}, []),
        (
            "paid",
            "filter",
            {
                "customTitle": "Paid orders only",
                "column": col("status"),
                "condition": "==",
                "conditionValue": "paid",
            },
            ["orders"],
        ),
        (
            "unique",
            "deduplicateData",
            {"keep": "first", "subset": cols("customer_id")},
            ["customers"],
        ),
        (
            "joined",
            "join",
            {"mode": "basic", "selectJoinType": "left", "joinConditions": on("customer_id")},
            ["paid", "unique"],
        ),
        (
            "revenue",
            "formulaRow",
            {
                "formulas": [
                    {
                        "columns": cols("revenue"),
                        "formula": "row['qty'] * row['price']",
                        "type": "expr",
                    }
                ]
            },
            ["joined"],
        ),
        (
            "total",
            "aggregate",
            {
                "groupByColumns": cols("country"),
                "columnsOperations": ops(("revenue", "sum"), ("order_id", "count")),
            },
            ["revenue"],
        ),
        ("sorted", "sort", {"columnAndOrder": order(("revenue_sum", False))}, ["total"]),
        ("written", "csvFileOutput", {"filePath": "out/revenue.csv", **OUT}, ["sorted"]),
    ],
    # Two order files over one another, cleaned, typed, and written three ways.
    "clean_orders": [
        ("orders", "csvFileInput", {"filePath": "data/orders.csv"}, []),
        ("returns", "csvFileInput", {"filePath": "data/returns.csv"}, []),
        (
            "all",
            "concat",
            {"concatDirection": "vertical", "ignoreIndex": True, "sort": False},
            ["orders", "returns"],
        ),
        ("once", "deduplicateData", {"keep": "last", "subset": cols("order_id")}, ["all"]),
        (
            "cleaned",
            "cleanDataCLeansing",
            {"columns": cols("channel"), "replaceMethod": "custom", "value": "unknown"},
            ["once"],
        ),
        (
            "dated",
            "datetimeConverter",
            {
                "conversionType": "stringToDate",
                "language": "",
                "dateTimeField": col("ordered_at"),
                "dateTimeFormat": "%Y-%m-%d %H:%M:%S",
            },
            ["cleaned"],
        ),
        (
            "renamed",
            "rename",
            {"mode": "manual", "columns": pairs(qty="quantity", ordered_at="ordered")},
            ["dated"],
        ),
        (
            "kept",
            "filterColumn",
            {
                "columns": keep(
                    *("order_id", "customer_id", "quantity", "price", "status", "channel"),
                    "ordered",
                )
            },
            ["renamed"],
        ),
        (
            "sorted",
            "sort",
            {"columnAndOrder": order(("ordered", True), ("order_id", True))},
            ["kept"],
        ),
        ("csv", "csvFileOutput", {"filePath": "out/orders.csv", **OUT}, ["sorted"]),
        ("parquet", "parquetFileOutput", {"filePath": "out/orders.parquet", **OUT}, ["sorted"]),
        ("json", "jsonFileOutput", {"filePath": "out/orders.json", **OUT}, ["sorted"]),
    ],
    # Long to wide, and a total beside it.
    "sales_matrix": [
        ("sales", "csvFileInput", {"filePath": "data/sales.csv"}, []),
        ("full", "cleanDataCLeansing", {"removeNullRows": True, "removeRowsHow": "any"}, ["sales"]),
        (
            "wide",
            "pivot",
            {
                "indexColumns": cols("region"),
                "columnsToPivot": cols("quarter"),
                "values": cols("revenue"),
                "aggfunc": "sum",
                "fillValue": 0,
                "dropna": True,
            },
            ["full"],
        ),
        (
            "long",
            "transpose",
            {"columnsKeyTranspose": cols("region"), "columnsColumnsToTranspose": cols("Q1", "Q2")},
            ["wide"],
        ),
        ("best", "sort", {"columnAndOrder": order(("Value", False), ("region", True))}, ["long"]),
        ("top", "sample", {"numberType": "number", "mode": "head", "rows": 4}, ["best"]),
        ("matrix", "csvFileOutput", {"filePath": "out/matrix.csv", **OUT}, ["wide"]),
        ("top_out", "csvFileOutput", {"filePath": "out/top.csv", **OUT}, ["top"]),
    ],
    # Text work on customers: split, extract, formula, cleansing.
    "customer_contacts": [
        ("customers", "csvFileInput", {"filePath": "data/customers.csv"}, []),
        (
            "with_mail",
            "filter",
            {"column": col("email"), "condition": "notnull", "conditionValue": ""},
            ["customers"],
        ),
        (
            "domain",
            "extract",
            {"column": col("email"), "regex": "custom", "customRegex": "@([a-z.]+)$", "flags": ""},
            ["with_mail"],
        ),
        (
            "named",
            "splitColumn",
            {
                "splitType": "columns",
                "column": col("name"),
                "delimiter": " ",
                "numberColumns": 2,
                "keepOriginalColumn": True,
            },
            ["domain"],
        ),
        (
            "label",
            "formulaRow",
            {
                "formulas": [
                    {
                        "columns": cols("label"),
                        "formula": "row['name'].upper() + ' (' + row['country'] + ')'",
                        "type": "expr",
                    }
                ]
            },
            ["named"],
        ),
        (
            "lower",
            "cleanDataCLeansing",
            {"columns": cols("country"), "case": "lower"},
            ["label"],
        ),
        ("numbered", "generate_id_column", {"rowIdName": "row", "startingValue": 100}, ["lower"]),
        ("written", "csvFileOutput", {"filePath": "out/contacts.csv", **OUT}, ["numbered"]),
    ],
    # Inline rates, a join on them, a typed total, and a message on the console.
    "prices_in_euro": [
        (
            "rates",
            "inlineInput",
            {"inlineData": "country,rate\nGB,1.17\nUS,0.92\nDE,1.0\nIS,0.0067\nFI,1.0"},
            [],
        ),
        ("orders", "csvFileInput", {"filePath": "data/orders.csv"}, []),
        ("customers", "csvFileInput", {"filePath": "data/customers.csv"}, []),
        (
            "unique",
            "deduplicateData",
            {"keep": "first", "subset": cols("customer_id")},
            ["customers"],
        ),
        (
            "bought",
            "join",
            {"mode": "basic", "selectJoinType": "inner", "joinConditions": on("customer_id")},
            ["orders", "unique"],
        ),
        (
            "rated",
            "join",
            {"mode": "basic", "selectJoinType": "left", "joinConditions": on("country")},
            ["bought", "rates"],
        ),
        (
            "euro",
            "formulaRow",
            {
                "formulas": [
                    {
                        "columns": cols("euro"),
                        "formula": "row['qty'] * row['price'] * row['rate']",
                        "type": "expr",
                    }
                ]
            },
            ["rated"],
        ),
        (
            "big",
            "filter",
            {
                "column": col("euro", "Float64"),
                "condition": ">=",
                "conditionValue": "10",
            },
            ["euro"],
        ),
        (
            "per_customer",
            "aggregate",
            {
                "groupByColumns": cols("customer_id", "name"),
                "columnsOperations": ops(
                    ("euro", "sum"), ("euro", "max"), ("order_id", "nunique"), ("qty", "mean")
                ),
            },
            ["big"],
        ),
        ("sorted", "sort", {"columnAndOrder": order(("customer_id", True))}, ["per_customer"]),
        ("shown", "console", {"type": "Data", "limit": 5}, ["sorted"]),
        (
            "written",
            "parquetFileOutput",
            {"filePath": "out/per_customer.parquet", **OUT},
            ["sorted"],
        ),
    ],
}
