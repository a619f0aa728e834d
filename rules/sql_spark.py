"""DuckDB's SQL as Spark SQL: only what is known to mean the same, checked node by node.

`translate` walks the tree that sqlglot makes of a query, resolves names as DuckDB does (letter case
aside), knows the type of every expression, and changes what would differ: the types of sums, the
place of missing values in a sort, the names of unnamed columns. Anything else raises NoRule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from rules.sql_tree import (
    DECIMAL,
    cast,
    checked,
    inner_time,
    is_null,
    is_number,
    is_text,
    not_literal,
    scaled,
    timestamp,
    wrapped,
    rename,
)
from transpiler.errors import NoRule

BIGINT, DOUBLE = "BIGINT", "DOUBLE"
VARCHAR, BOOLEAN, TIMESTAMP, NULL = "VARCHAR", "BOOLEAN", "TIMESTAMP", "NULL"
NUMBERS = (BIGINT, DOUBLE, DECIMAL)


@dataclass
class Table:
    """What FROM can name: columns in order, name → (name in Spark, type)."""

    columns: dict[str, tuple[str, str | None]]
    alias: str = ""
    used: set[str] = field(default_factory=set)

    def find(self, name: str) -> str | None:
        """The column's own name, found as DuckDB finds it. Raises NoRule for two that fit."""
        fits = [own for own in self.columns if own.lower() == name.lower()]
        if len(fits) > 1:
            raise NoRule(f"SQL does not tell columns {' and '.join(fits)} apart")
        return fits[0] if fits else None


@dataclass
class Result:
    """A translated query: its columns (name, type), and what is known of its rows.

    ``order``: (result column, ascending, missing last) of ORDER BY; ``source``: the one table whose
    rows it keeps in their order, if so.
    """

    columns: list[tuple[str, str]]
    tree: Any = None
    order: list[tuple[str, bool, bool]] | None = None
    source: str = ""
    total: bool = False  # the ORDER BY tells every two rows apart


def parsed(text: str) -> Any:
    """The one SELECT of a text. Raises NoRule."""
    try:
        import sqlglot
        from sqlglot.errors import SqlglotError
    except ImportError:
        raise NoRule("sqlglot is not installed: pip install sqlglot") from None
    try:
        found = [tree for tree in sqlglot.parse(text, read="duckdb") if tree is not None]
    except SqlglotError as error:
        raise NoRule(f"SQL that is not understood: {str(error).splitlines()[0]}") from None
    if len(found) != 1 or not isinstance(found[0], sqlglot.exp.Select):
        raise NoRule("SQL that is not one SELECT")
    return found[0]


class Scope:
    """The tables that one SELECT sees, and the names that it gives."""

    def __init__(self, tables: list[Table]) -> None:
        self.tables = tables
        self.aliases: dict[str, str] = {}  # name given in the select list → its type

    def column(self, name: str, qualifier: str) -> tuple[str, str, Table]:
        """(own name, type, table) of a column. Raises NoRule for none or several."""
        seen = [t for t in self.tables if not qualifier or t.alias.lower() == qualifier.lower()]
        found = [(t, own) for t in seen if (own := t.find(name)) is not None]
        if len(found) != 1:
            raise NoRule(f"SQL column {name!r}: {len(found)} tables have it")
        table, own = found[0]
        dtype = table.columns[own][1]
        if dtype is None:
            raise NoRule(
                f"the type of column {own!r} is not known to be the same in DuckDB and Spark"
            )
        table.used.add(own)
        return own, dtype, table


class Expressions:
    """The type of an expression; what Spark would do otherwise is changed in the tree."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.grouping = False  # inside an aggregate

    def type_of(self, node: Any) -> str:
        handler = _HANDLERS.get(type(node).__name__)
        if handler is None:
            raise NoRule(f"SQL {type(node).__name__} is not known to mean the same in Spark")
        return handler(self, node)

    # -- leaves

    def column(self, node: Any) -> str:
        own, dtype, table = self.scope.column(node.name, node.table)
        rename(node.this, table.columns[own][0])
        if node.args.get("table"):
            rename(node.args["table"], table.alias)
        return dtype

    def literal(self, node: Any) -> str:
        if node.is_string:
            if "\\" in node.name:
                raise NoRule("a backslash in a text of SQL")
            return VARCHAR
        if node.is_int:
            if abs(int(node.name)) >= 2**63:
                raise NoRule("an integer that is beyond 64 bits")
            return BIGINT
        if "e" in node.name.lower():
            raise NoRule("a number with an exponent in SQL")
        return DECIMAL

    # -- arithmetic

    def arithmetic(self, node: Any) -> str:
        left, right = self.numbers(node.left, node.right)
        if {left, right} == {BIGINT}:
            checked(node, {"Add": "try_add", "Sub": "try_subtract", "Mul": "try_multiply"})
            return BIGINT
        if DECIMAL in (left, right) and DOUBLE not in (left, right):
            cast(node.left, "DOUBLE")
            return DECIMAL
        return DECIMAL if DECIMAL in (left, right) and not_literal(node, left, right) else DOUBLE

    def numbers(self, *nodes: Any) -> list[str]:
        found = [self.type_of(n) for n in nodes]
        if any(t not in NUMBERS for t in found):
            raise NoRule(f"SQL arithmetic with {' and '.join(found)}")
        return found

    def divisor(self, node: Any) -> None:
        if not is_number(node) or float(node.name) == 0:
            raise NoRule("SQL division by what may be zero: DuckDB stops there, Spark goes on")

    def division(self, node: Any) -> str:
        self.divisor(node.right)
        (left,) = self.numbers(node.left)
        if left != DOUBLE:
            cast(node.left, "DOUBLE")
        return DECIMAL if left == DECIMAL else DOUBLE

    def whole(self, node: Any) -> str:
        self.divisor(node.right)
        if self.numbers(node.left, node.right) != [BIGINT, BIGINT]:
            raise NoRule("SQL // or % of what is not whole")
        if int(node.right.name) < 0:
            raise NoRule("SQL // or % by a negative number")
        return BIGINT

    def negative(self, node: Any) -> str:
        (kind,) = self.numbers(node.this)
        if kind == BIGINT and not is_number(node.this):
            raise NoRule("the negative of a whole number in SQL may not fit")
        return kind

    # -- conditions

    def comparison(self, node: Any) -> str:
        self.comparable(node.left, node.right)
        return BOOLEAN

    def comparable(self, *nodes: Any) -> None:
        types = [self.type_of(n) for n in nodes]
        texts = [n for n, t in zip(nodes, types) if t == VARCHAR]
        if TIMESTAMP in types and texts:
            for text in texts:
                timestamp(text)
            types = [TIMESTAMP if t == VARCHAR else t for t in types]
        for node, kind in zip(nodes, types):
            if kind == DECIMAL and not is_number(node):
                raise NoRule("SQL compares a decimal that DuckDB computes exactly")
        kinds = {"number" if t in NUMBERS else t for t in types} - {NULL}
        if len(kinds) > 1:
            raise NoRule(f"SQL compares {' with '.join(sorted(kinds))}")

    def conditions(self, node: Any) -> str:
        parts = [node.this] + ([node.expression] if node.args.get("expression") else [])
        if any(self.type_of(part) not in (BOOLEAN, NULL) for part in parts):
            raise NoRule("a condition of SQL that is not true or false")
        return BOOLEAN

    def is_null(self, node: Any) -> str:
        if type(node.expression).__name__ != "Null":
            raise NoRule("SQL IS with something else than NULL")
        self.type_of(node.this)
        return BOOLEAN

    def between(self, node: Any) -> str:
        self.comparable(node.this, node.args["low"], node.args["high"])
        return BOOLEAN

    def membership(self, node: Any) -> str:
        if not node.expressions or node.args.get("query") or node.args.get("unnest"):
            raise NoRule("SQL IN with a query")
        self.comparable(node.this, *node.expressions)
        return BOOLEAN

    def like(self, node: Any) -> str:
        pattern = node.expression
        if self.type_of(node.this) != VARCHAR or self.type_of(pattern) != VARCHAR:
            raise NoRule("SQL LIKE of what is not text")
        if not is_text(pattern):
            raise NoRule("SQL LIKE with a pattern from data")
        return BOOLEAN

    # -- choices

    def unified(self, nodes: list[Any], whole: Any) -> str:
        """The one type of several branches."""
        types = {self.type_of(n) for n in nodes} - {NULL}
        if len(types) <= 1:
            return next(iter(types), NULL)
        if types <= {BIGINT, DOUBLE}:
            return DOUBLE
        if types <= set(NUMBERS):
            for node in nodes:
                if not is_null(node):
                    cast(node, "DOUBLE")
            return DECIMAL
        raise NoRule(f"SQL branches of {' and '.join(sorted(types))}")

    def case(self, node: Any) -> str:
        branches = []
        for branch in node.args["ifs"]:
            if node.args.get("this") is not None:
                self.comparable(node.this, branch.this)
            elif self.type_of(branch.this) != BOOLEAN:
                raise NoRule("a condition of SQL that is not true or false")
            branches.append(branch.args["true"])
        if node.args.get("default") is not None:
            branches.append(node.args["default"])
        return self.unified(branches, node)

    def if_(self, node: Any) -> str:
        if self.type_of(node.this) != BOOLEAN:
            raise NoRule("a condition of SQL that is not true or false")
        branches = [node.args["true"], node.args.get("false")]
        return self.unified([b for b in branches if b is not None], node)

    def coalesce(self, node: Any) -> str:
        return self.unified([node.this, *node.expressions], node)

    def nullif(self, node: Any) -> str:
        self.comparable(node.this, node.expression)
        return self.type_of(node.this)

    # -- texts and times

    def text(self, node: Any) -> str:
        parts = [n for n in node.args.values() if hasattr(n, "sql")]
        if any(self.type_of(part) != VARCHAR for part in parts):
            raise NoRule(f"SQL {type(node).__name__} of what is not text")
        return VARCHAR

    def text_condition(self, node: Any) -> str:
        self.text(node)
        return BOOLEAN

    def length(self, node: Any) -> str:
        if self.type_of(node.this) != VARCHAR:
            raise NoRule("SQL length of what is not text")
        return wrapped(node, "BIGINT")

    def part(self, node: Any) -> str:
        numbers = [node.args.get(k) for k in ("start", "length", "expression")]
        if any(n is not None and not (is_number(n) and n.is_int) for n in numbers):
            raise NoRule("SQL substring from or to a place that is computed")
        if node.args.get("start") is not None and int(node.args["start"].name) < 1:
            raise NoRule("SQL substring from a place before the first")
        if self.type_of(node.this) != VARCHAR:
            raise NoRule("SQL substring of what is not text")
        return VARCHAR

    def replace_text(self, node: Any) -> str:
        if not is_text(node.expression) or not node.expression.name:
            raise NoRule("SQL replace of a text from data")
        return self.text(node)

    def field_of_time(self, node: Any) -> str:
        if self.type_of(inner_time(node)) != TIMESTAMP:
            raise NoRule("a field of what is not a time in SQL")
        return wrapped(node, "BIGINT")

    def start_of_time(self, node: Any) -> str:
        unit = str(node.args.get("unit") or "").strip("'\"").upper()
        if unit not in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE"):
            raise NoRule(f"SQL date_trunc to {unit or 'a unit from data'}")
        if self.type_of(node.this) != TIMESTAMP:
            raise NoRule("SQL date_trunc of what is not a time")
        return TIMESTAMP

    def round_number(self, node: Any) -> str:
        """DuckDB rounds value * 10**n, Spark the decimal digits that it would print."""
        digits = node.args.get("decimals")
        if digits is not None and not (is_number(digits) and 0 <= int(digits.name) <= 9):
            raise NoRule("SQL round to places that are computed")
        if self.type_of(node.this) != DOUBLE:
            raise NoRule("SQL round of what is not a float")
        places = int(digits.name) if digits is not None else 0
        if places:
            scaled(node, places)
        return DOUBLE

    def change_type(self, node: Any) -> str:
        wanted = node.to.this.name.removesuffix("NTZ")
        if wanted == "TIMESTAMP" and is_text(node.this):
            timestamp(node.this)
            node.replace(node.this)
            return TIMESTAMP
        kind = self.type_of(node.this)
        allowed = {
            ("DOUBLE", BIGINT): DOUBLE,
            ("DOUBLE", DOUBLE): DOUBLE,
            ("DOUBLE", DECIMAL): DECIMAL,
            ("BIGINT", BIGINT): BIGINT,
            ("VARCHAR", VARCHAR): VARCHAR,
            ("VARCHAR", BIGINT): VARCHAR,
            ("TEXT", VARCHAR): VARCHAR,
            ("TEXT", BIGINT): VARCHAR,
            ("TIMESTAMP", TIMESTAMP): TIMESTAMP,
        }
        if (wanted, kind) not in allowed:
            raise NoRule(f"SQL CAST of {kind} to {wanted}")
        return allowed[wanted, kind]

    # -- aggregates

    def aggregate(self, node: Any) -> None:
        if self.grouping:
            raise NoRule("an aggregate inside an aggregate in SQL")

    def count(self, node: Any) -> str:
        self.aggregate(node)
        inner = node.this
        name = type(inner).__name__
        if name == "Star":
            return BIGINT
        nodes = inner.expressions if name == "Distinct" else [inner]
        if len(nodes) != 1 or node.expressions:
            raise NoRule("SQL count of several columns")
        if self.type_of(nodes[0]) in (DOUBLE, DECIMAL) and name == "Distinct":
            raise NoRule("SQL counts different floats")
        return BIGINT

    def total(self, node: Any) -> str:
        """A sum of whole numbers is exact in DuckDB, and a float in pandas."""
        self.aggregate(node)
        kind = self.type_of(node.this)
        if kind == BIGINT:
            cast(node.this, "DECIMAL(20, 0)")
            over = type(node.parent).__name__ == "Window"
            return wrapped(node.parent if over else node, "DOUBLE")
        if kind not in (DOUBLE, DECIMAL):
            raise NoRule(f"SQL sum of {kind}")
        return kind

    def mean(self, node: Any) -> str:
        self.aggregate(node)
        (kind,) = self.numbers(node.this)
        return DECIMAL if kind == DECIMAL else DOUBLE

    def extreme(self, node: Any) -> str:
        self.aggregate(node)
        if node.expressions:
            raise NoRule("SQL min or max of several")
        kind = self.type_of(node.this)
        if kind == DECIMAL:
            raise NoRule("SQL min or max of decimals")
        return kind

    def all_or_any(self, node: Any) -> str:
        self.aggregate(node)
        if self.type_of(node.this) != BOOLEAN:
            raise NoRule("SQL bool_or of what is not true or false")
        return BOOLEAN

    def filtered(self, node: Any) -> str:
        if self.type_of(node.expression.this) != BOOLEAN:
            raise NoRule("a condition of SQL that is not true or false")
        if type(node.this).__name__ == "Sum":
            raise NoRule("SQL sum with FILTER")
        return self.type_of(node.this)

    def window(self, node: Any) -> str:
        """Over whole groups, or ranks within them."""
        if not node.args.get("partition_by"):
            raise NoRule("a SQL window over all rows: they would go to one worker")
        if node.args.get("spec") is not None:
            raise NoRule("a SQL window with a frame")
        for part in node.args["partition_by"]:
            if self.type_of(part) in (DOUBLE, DECIMAL):
                raise NoRule("SQL groups by floats")
        name = type(node.this).__name__
        order = node.args.get("order")
        if name in ("RowNumber", "Rank", "DenseRank"):
            if order is None:
                raise NoRule("a SQL rank without an order")
            for key in order.expressions:
                self.type_of(key.this)
            return wrapped(node, "BIGINT")
        if order is not None:
            raise NoRule("a running SQL window")
        return self.type_of(node.this)


_ = Expressions
_HANDLERS: dict[str, Callable[[Expressions, Any], str]] = {
    "Column": _.column,
    "Literal": _.literal,
    "Boolean": lambda self, node: BOOLEAN,
    "Null": lambda self, node: NULL,
    "Paren": lambda self, node: self.type_of(node.this),
    **dict.fromkeys(("Add", "Sub", "Mul"), _.arithmetic),
    "Div": _.division,
    **dict.fromkeys(("IntDiv", "Mod"), _.whole),
    "Neg": _.negative,
    **dict.fromkeys(("EQ", "NEQ", "GT", "GTE", "LT", "LTE"), _.comparison),
    **dict.fromkeys(("And", "Or", "Not"), _.conditions),
    "Is": _.is_null,
    "Between": _.between,
    "In": _.membership,
    "Like": _.like,
    "Case": _.case,
    "If": _.if_,
    "Coalesce": _.coalesce,
    "Nullif": _.nullif,
    **dict.fromkeys(("DPipe",), _.text),
    **dict.fromkeys(("StartsWith", "Contains"), _.text_condition),
    "Length": _.length,
    **dict.fromkeys(("Substring", "Left"), _.part),
    "Replace": _.replace_text,
    **dict.fromkeys(("Year", "Quarter", "Month", "Day", "Extract"), _.field_of_time),
    **dict.fromkeys(("TimestampTrunc", "DateTrunc"), _.start_of_time),
    "Round": _.round_number,
    "Cast": _.change_type,
    "Count": _.count,
    "Sum": _.total,
    **dict.fromkeys(("Avg", "Stddev", "StddevSamp", "Variance", "Median"), _.mean),
    **dict.fromkeys(("Min", "Max"), _.extreme),
    **dict.fromkeys(("LogicalOr", "LogicalAnd"), _.all_or_any),
    "Filter": _.filtered,
    "Window": _.window,
}
