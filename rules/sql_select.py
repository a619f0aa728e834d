"""One SELECT of DuckDB as Spark SQL: tables, names, groups and the order of its rows."""

from __future__ import annotations

from typing import Any

from rules.sql_spark import (
    BIGINT,
    DECIMAL,
    DOUBLE,
    Expressions,
    Result,
    Scope,
    Table,
    parsed,
)
from rules.sql_tree import is_number, rename
from transpiler.errors import NoRule

_PARTS = {"with_", "with", "expressions", "from_", "from", "joins", "where", "group", "having",
          "order", "limit", "distinct", "kind", "hint", "operation_modifiers"}  # fmt: skip
_JOINS = {"", "INNER", "LEFT", "RIGHT", "FULL"}


def part(tree: Any, name: str) -> Any:
    """A part of a SELECT; newer versions of sqlglot write some names with an underscore."""
    return tree.args.get(f"{name}_") or tree.args.get(name)


def translate(text: str, tables: dict[str, Table]) -> Result:
    """A query over ``tables`` (name → columns) as Spark SQL. Raises NoRule with the reason.

    In the tree a table of the program stands as an identifier of its name; the caller writes it
    as Spark wants it.
    """
    tree = parsed(text)
    known = {name.lower(): table for name, table in tables.items()}
    if len(known) != len(tables):
        raise NoRule("frames whose names differ by letter case only")
    return Select(tree, known, top=True).result()


class Select:
    def __init__(self, tree: Any, tables: dict[str, Table], top: bool = False) -> None:
        self.tree, self.tables, self.top = tree, dict(tables), top
        self.sources: list[str] = []

    def result(self) -> Result:
        tree = self.tree
        unknown = {k for k, v in tree.args.items() if v} - _PARTS
        if unknown:
            raise NoRule(f"SQL {', '.join(sorted(unknown))}")
        self.common_tables()
        scope = Scope(self.from_tables())
        self.star(scope)
        expressions = Expressions(scope)
        where = part(tree, "where")
        if where is not None and expressions.type_of(where.this) != "BOOLEAN":
            raise NoRule("a condition of SQL that is not true or false")
        columns = self.selected(expressions)
        grouped = self.grouped(expressions, columns)
        having = part(tree, "having")
        if having is not None:
            self.unambiguous(having, columns)
        if having is not None and expressions.type_of(having.this) != "BOOLEAN":
            raise NoRule("a condition of SQL that is not true or false")
        made = Result(columns, tree)
        self.distinct(columns)
        self.ordered(made, expressions)
        one_row = grouped and part(tree, "group") is None
        made.total = one_row or self.tells_apart(made)
        plain = not (grouped or part(tree, "distinct") or part(tree, "joins") or made.order)
        if plain and len(self.sources) == 1 and not part(tree, "with"):
            made.source = self.sources[0]
        return made

    # -- tables

    def common_tables(self) -> None:
        given = part(self.tree, "with")
        if given is None:
            return
        if given.args.get("recursive"):
            raise NoRule("recursive SQL")
        for entry in given.expressions:
            if entry.alias.lower() in self.tables:
                raise NoRule(f"SQL names a query {entry.alias}, as a frame is called")
            self.tables[entry.alias.lower()] = self.inner(entry.this)

    def inner(self, tree: Any) -> Table:
        """What a query in the query gives, as a table."""
        if type(tree).__name__ != "Select":
            raise NoRule(f"SQL {type(tree).__name__} as a table")
        made = Select(tree, self.tables).result()
        types = {name: (name, None if t in (DECIMAL, "NULL") else t) for name, t in made.columns}
        if len({n.lower() for n in types}) != len(made.columns):
            raise NoRule("a query in the SQL gives a column twice")
        return Table(types)

    def from_tables(self) -> list[Table]:
        start = part(self.tree, "from")
        if start is None:
            raise NoRule("SQL without FROM")
        tables = [self.table(start.this)]
        for join in part(self.tree, "joins") or []:
            tables.append(self.joined(join, tables))
        aliases = [t.alias.lower() for t in tables]
        if len(set(aliases)) != len(aliases):
            raise NoRule("SQL names two tables alike")
        return tables

    def table(self, node: Any) -> Table:
        kind = type(node).__name__
        if kind == "Subquery":
            made = self.inner(node.this)
            self.sources.append("")
            return Table(made.columns, node.alias)
        if kind != "Table" or node.args.get("db") or node.args.get("joins"):
            raise NoRule("SQL FROM of this form")
        found = self.tables.get(node.name.lower())
        if found is None:
            raise NoRule(f"SQL reads {node.name!r}, which is no frame that is known here")
        self.sources.append(node.name)
        return Table(found.columns, node.alias or node.name, found.used)

    def joined(self, join: Any, before: list[Table]) -> Table:
        side = (join.side or join.kind or "").upper()
        if (
            join.method
            or side not in _JOINS
            or join.args.get("using")
            or join.args.get("on") is None
        ):
            raise NoRule("a SQL join that is not on a condition")
        table = self.table(join.this)
        Expressions(Scope([*before, table])).type_of(join.args["on"])
        if "DOUBLE" in {
            t
            for c in join.args["on"].find_all(_column())
            for t in [self._type(c, [*before, table])]
        }:
            raise NoRule("a SQL join on floats")
        return table

    def _type(self, node: Any, tables: list[Table]) -> str:
        return Scope(tables).column(node.name, node.table)[1]

    # -- the select list

    def star(self, scope: Scope) -> None:
        """Write out ``*``: the job's frames may have hidden columns."""
        from sqlglot import exp

        listed: list[Any] = []
        for node in self.tree.expressions:
            if type(node).__name__ != "Star":
                listed.append(node)
                continue
            if node.args.get("replace") or len(scope.tables) > 1:
                raise NoRule("SQL * over several tables or with other columns")
            left_out = {n.name.lower() for n in star_without(node)}
            for name in scope.tables[0].columns:
                if name.lower() not in left_out:
                    listed.append(exp.column(exp.to_identifier(name, quoted=True)))
        self.tree.set("expressions", listed)

    def selected(self, expressions: Expressions) -> list[tuple[str, str]]:
        columns: list[tuple[str, str]] = []
        for node in list(self.tree.expressions):
            name = given_name(node)
            inner = node.this if type(node).__name__ == "Alias" else node
            kind = expressions.type_of(inner)
            own = own_name(inner, expressions.scope) if type(node).__name__ == "Column" else None
            columns.append((own or name, kind))
        self.give_names(columns)
        names = [name for name, _ in columns]
        if len(set(names)) != len(names):
            raise NoRule("SQL gives two columns one name")
        return columns

    def give_names(self, columns: list[tuple[str, str]]) -> None:
        """Every result column under the name that DuckDB gives it."""
        from sqlglot import exp

        listed = []
        for node, (name, _) in zip(self.tree.expressions, columns):
            inner = node.this if type(node).__name__ == "Alias" else node
            plain = type(inner).__name__ == "Column" and inner.name == name
            made = inner if plain else exp.alias_(inner.copy(), name)
            if not plain:
                rename(made.args["alias"], name)
            listed.append(made)
        self.tree.set("expressions", listed)

    # -- groups and order

    def grouped(self, expressions: Expressions, columns: list[tuple[str, str]]) -> bool:
        from sqlglot import exp

        group = part(self.tree, "group")
        windows = {id(a) for w in self.tree.find_all(exp.Window) for a in w.find_all(exp.AggFunc)}
        found = [a for e in self.tree.expressions for a in e.find_all(exp.AggFunc)]
        totals = any(id(a) not in windows for a in found)
        if group is None:
            return totals
        if {k for k, v in group.args.items() if v} - {"expressions"}:
            raise NoRule("SQL GROUP BY of this form")
        for key in group.expressions:
            kind = self.key(key, expressions, columns)
            if kind in (DOUBLE, DECIMAL):
                raise NoRule("SQL groups by floats")
        return True

    def key(self, node: Any, expressions: Expressions, columns: list[tuple[str, str]]) -> str:
        """The type of a GROUP BY or ORDER BY key: a place, a name given above, or an expression."""
        if is_number(node):
            place = int(node.name)
            if not 1 <= place <= len(columns):
                raise NoRule("a place in SQL that is not there")
            return columns[place - 1][1]
        if type(node).__name__ == "Column" and not node.table:
            named = [(n, t) for n, t in columns if n.lower() == node.name.lower()]
            source = any(t.find(node.name) for t in expressions.scope.tables)
            if named and not source:
                rename(node.this, named[0][0])
                return named[0][1]
            if named and not self.passes_through(named[0][0], node.name):
                raise NoRule(f"SQL calls two things {node.name!r}")
        return expressions.type_of(node)

    def unambiguous(self, having: Any, columns: list[tuple[str, str]]) -> None:
        """HAVING may name a column of the table or of the result: DuckDB and Spark choose otherwise."""
        from sqlglot import exp

        for node in having.find_all(exp.Column):
            inside = node.find_ancestor(exp.AggFunc)
            for name, _ in columns:
                if inside is None and name.lower() == node.name.lower():
                    if not self.passes_through(name, node.name):
                        raise NoRule(f"SQL calls two things {node.name!r}")

    def passes_through(self, name: str, column: str) -> bool:
        """Whether the result column of that name is the source's column of that name."""
        for node in self.tree.expressions:
            inner = node.this if type(node).__name__ == "Alias" else node
            if given_name(node) == name:
                return type(inner).__name__ == "Column" and inner.name.lower() == column.lower()
        return False

    def distinct(self, columns: list[tuple[str, str]]) -> None:
        given = part(self.tree, "distinct")
        if given is None:
            return
        if given.args.get("on") is not None:
            raise NoRule("SQL DISTINCT ON")
        if any(kind in (DOUBLE, DECIMAL) for _, kind in columns):
            raise NoRule("SQL DISTINCT of floats")

    def ordered(self, made: Result, expressions: Expressions) -> None:
        """ORDER BY becomes a fact of the result; it stays in the text where LIMIT needs it."""
        order, limit = part(self.tree, "order"), part(self.tree, "limit")
        if limit is not None and (order is None or not is_number(limit.expression)):
            raise NoRule("SQL LIMIT without ORDER BY, or of a number from data")
        if order is None:
            return
        keys = []
        for key in order.expressions:
            keys.append(self.sort_key(key, made, expressions))
        made.order = keys
        if not limit:
            if not self.top:
                made.order = None
            self.tree.set("order", None)

    def shown(self, node: Any, made: Result) -> list[str]:
        """The result columns that an ORDER BY key means: by their name, or by what they show."""
        if type(node).__name__ != "Column":
            return []
        if not node.table:
            return [n for n, _ in made.columns if n.lower() == node.name.lower()]
        found = []
        for (name, _), entry in zip(made.columns, self.tree.expressions):
            inner = entry.this if type(entry).__name__ == "Alias" else entry
            if inner.sql().lower() == node.sql().lower():
                found.append(name)
        return found

    def tells_apart(self, made: Result) -> bool:
        """Whether ORDER BY has every key of the groups (or of DISTINCT), so that no two rows tie."""
        by = {name.lower() for name, _, _ in made.order or ()}
        group = part(self.tree, "group")
        if part(self.tree, "distinct") is not None:
            return {name.lower() for name, _ in made.columns} <= by
        if group is None or not by:
            return False
        keys = [k.name.lower() for k in group.expressions if type(k).__name__ == "Column"]
        passed = all(
            self.passes_through(name, name) for name, _ in made.columns if name.lower() in keys
        )
        return passed and len(keys) == len(group.expressions) and set(keys) <= by

    def sort_key(self, key: Any, made: Result, expressions: Expressions) -> tuple[str, bool, bool]:
        from sqlglot import exp

        node = key.this
        if is_number(node):
            self.key(node, expressions, made.columns)
            name = made.columns[int(node.name) - 1][0]
        else:
            fits = self.shown(node, made)
            if len(fits) != 1:
                raise NoRule("SQL ORDER BY of what is not a column of the result")
            name = fits[0]
            key.set("this", exp.column(exp.to_identifier(name)))
            rename(key.this.this, name)
        kind = dict(made.columns)[name]
        if kind == DECIMAL:
            raise NoRule("SQL ORDER BY of decimals that DuckDB computes exactly")
        return name, not key.args.get("desc"), not key.args.get("nulls_first")


def star_without(node: Any) -> list[Any]:
    return node.args.get("except_") or node.args.get("except") or []


def given_name(node: Any) -> str:
    """The name of a result column. Raises NoRule for one that DuckDB makes of its text."""
    kind = type(node).__name__
    if kind in ("Alias", "Column"):
        return node.alias_or_name
    if kind == "Count" and type(node.this).__name__ == "Star":
        return "count_star()"
    simple = {"Count": "count", "Sum": "sum", "Avg": "avg", "Min": "min", "Max": "max"}
    if kind in simple and type(node.this).__name__ == "Column":
        inner = ".".join(p.name for p in node.this.parts)
        return f"{simple[kind]}({inner})"
    raise NoRule("a result column of the SQL has no name: write AS and one")


def own_name(node: Any, scope: Scope) -> str:
    """DuckDB gives a column its own name, however the query writes it."""
    name = node.name
    for table in scope.tables:
        for own, (spark, _) in table.columns.items():
            if spark == name:
                return own
    return name


def _column() -> type:
    from sqlglot import exp

    return exp.Column


__all__ = ["BIGINT", "translate"]
