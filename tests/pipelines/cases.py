"""Every tabular component that Amphi registers, with the options of its form."""

from tests.pipelines.cases_analysis import (
    calendars,
    code,
    comparisons,
    curiosities,
    hierarchies,
    json_tools,
    sql,
    statistics,
)
from tests.pipelines.cases_edges import csv_inputs, databases, other_inputs, outputs, s3, services
from tests.pipelines.cases_options import engines, forms, places, prompts, separators
from tests.pipelines.cases_values import cleansing, dates, extracts, texts, types
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
    listed = {
        "filterType": "advanced",
        "pythonExpression": "status in ['paid', 'open'] or price < 1",
    }
    number = {"column": col("order_id"), "condition": "==", "conditionValue": "1002"}
    quoted = {"column": col("note"), "condition": "contains", "conditionValue": 'say "hi"'}
    forced = {"column": col("status"), "condition": "==", "conditionValue": "open"}
    return made + [
        Case("filter", "advanced query", advanced),
        Case("filter", "advanced list", listed),
        Case("filter", "contains quotes", quoted, pandas="invalid syntax"),
        Case("filter", "number as text", {**number, "enforceString": True}),
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
        Case(
            "pivot",
            "two values",
            {**grid, "values": cols("units", "revenue"), "aggfunc": "sum"},
            ("sales",),
        ),
        Case(
            "pivot",
            "two columns",
            {**grid, "columnsToPivot": cols("quarter", "product"), "aggfunc": "sum"},
            ("sales",),
        ),
        Case(
            "pivot",
            "keeping empty columns",
            {**grid, "dropna": False, "aggfunc": "sum"},
            ("sales",),
        ),
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
        Case(
            "transpose",
            "names as they are",
            {**melt, "selectTypeVariableField": "do nothing"},
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
        Case("sample", "first half per group", {**share, "mode": "head", **by_status}),
        Case(
            "sample",
            "random all",
            {"mode": "random", "numberType": "percentage", "percentage": 100},
        ),
    ]
    number = {"rowIdName": "row", "startingValue": 10}
    made += [
        Case("generate_id_column", "first", {**number, "insertPosition": "first"}),
        Case("generate_id_column", "last", {**number, "insertPosition": "last"}),
        Case("generate_id_column", "from minus one", {**number, "startingValue": -1}),
        Case("generate_id_column", "float", {**number, "columnType": "float64"}),
        Case("filterColumn", "chosen order", {"columns": keep("status", "order_id", "price")}),
    ]
    return made


FAMILIES = (
    *(csv_inputs, other_inputs, s3, services, databases, filters, renames, sorts, aggregates),
    *(joins, reshapes, rows, texts, extracts, cleansing, types, dates, outputs, calendars),
    *(json_tools, hierarchies, comparisons, statistics, sql, code, curiosities),
    *(places, separators, engines, forms, prompts),
)
CASES: list[Case] = [case for family in FAMILIES for case in family()]
