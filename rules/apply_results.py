"""What a function of single values gives, as a column of the dtype that pandas infers."""

from __future__ import annotations

import re
from typing import Any

from rules.lib import derive
from rules.missing import in_frame
from rules.registry import Call
from rules.scalars import SPARK, S, as_s
from transpiler.errors import NoRule
from transpiler.facts import ANY_GAP, NA, Accessor, Col, Module, TextLists
from transpiler.symbolic import E, F

#: an object column of numbers and pd.NA goes by the dtype that holds both
_WITH_NA = {"int64?": "Int64", "float64": "Float64"}


def whole_text(expr: E) -> E:
    """A whole-number expression as bigint, where it is not plainly one already."""
    plain = re.sub(r"F\.col\((\"[^\"]*\"|'[^']*')\)", "", expr.text)
    plain = re.sub(r"python_product|int_from_text", "", plain)
    return expr if re.fullmatch(r"[\s\d+*\-(),]*", plain) else expr.cast("bigint")


def column_of(c: Call, value: Any, *parents: Any, label: Any) -> Col:
    """A symbolic result as a Series of the dtype that pandas infers from such results."""
    result = as_s(value)
    c.need(result.expr is not None, "a step that Spark has no form for")
    if result.kind == "list":
        c.need(result.full, "a list in some rows")
        return derive(result.expr, TextLists(), *parents, label=label, null_free=True, loose=False, nullable=False, column=None, gap=None)  # fmt: skip
    c.need(result.kind in SPARK, "a function that gives only missing values")
    assert result.expr is not None
    facts: dict[str, Any] = {
        "label": label,
        "null_free": result.full,
        "loose": False,
        "nullable": False,
        "column": None,
        "finite": False,
        **gap_of(result.kind, result.full, result.gap),
    }
    if result.kind == "mixed":
        return mixed_column(c, result, parents, facts)
    expr = whole_text(result.expr) if result.kind == "int" else result.expr
    dtypes = {"int": "int64" if result.full else "int64?", "float": "float64", "bool": "bool" if result.full else "bool?", "str": "object", "time": "datetime64[ns]"}  # fmt: skip
    if result.loose:
        facts.update(loose=True, null_free=False)
    return derive(expr, with_na(dtypes[result.kind], facts), *parents, **facts)


def gap_of(kind: str, full: bool, gap: str | None) -> dict[str, str | None]:
    """The fact of what a missing result is, where there may be one."""
    if full or kind == "time":
        return {"gap": None}
    if kind in ("str", "bool"):
        return {"gap": None if gap == ANY_GAP else gap}
    return {"gap": gap if gap in (NA, ANY_GAP) else None}


def with_na(dtype: str, facts: dict[str, Any]) -> str:
    """The dtype of results of which some may be pd.NA."""
    return _WITH_NA.get(dtype, dtype) if facts["gap"] in (NA, ANY_GAP) else dtype


def mixed_column(c: Call, result: S, parents: Any, facts: dict) -> Col:
    """Whole numbers in some rows, fractions in others: fractions as soon as there is one."""
    c.need(result.fraction is not None, "a step that Spark has no form for")
    if facts["gap"] in (NA, ANY_GAP):
        raise NoRule("whole numbers, fractions and pd.NA in one column")
    assert result.expr is not None and result.fraction is not None
    both = derive(
        F.struct(result.expr.alias("value"), result.fraction.alias("fraction")), None, *parents
    )
    expr = in_frame(c.ctx, "whole_or_mixed", both)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return derive(expr, None, *parents, **facts)


__all__ = ["column_of", "gap_of", "whole_text", "with_na"]


def is_len(function: Any) -> bool:
    return isinstance(function, Module) and function.name == "builtins.len"


def of_lists(c: Call) -> Col:
    """``len`` of lists; a missing value has none."""
    found = c.interpreter.by_rule("Series.str.len", Accessor(c.col, "str"), [], {}, c.node)  # type: ignore[attr-defined]
    if found.null_free:
        return found
    problem = F.raise_error(F.lit("TypeError: object of type 'float' has no len()"))
    return derive(F.coalesce(found.expr, problem), "int64", found, null_free=True)
