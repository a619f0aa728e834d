"""SQL over frames: duckdb.query and duckdb.sql become Spark SQL.

What is not known to mean the same in Spark runs in DuckDB, over pandas on the driver."""

from __future__ import annotations

import re
from typing import Any

from rules.registry import Call, rule
from rules.sql_select import translate
from rules.sql_spark import Result, Table
from transpiler.errors import NoRule
from transpiler.facts import Column, Frame, Index, Local, Order, Relation, Rows, SortKey, Value
from transpiler.symbolic import col, render

#: pandas dtype → type in DuckDB, where both systems hold the same values under it
_TYPES = {"int64": "BIGINT", "Int64": "BIGINT", "float64": "DOUBLE", "Float64": "DOUBLE",
          "object": "VARCHAR", "string": "VARCHAR", "bool": "BOOLEAN", "boolean": "BOOLEAN",
          "datetime64[ns]": "TIMESTAMP"}  # fmt: skip
#: DuckDB makes masked columns of whole numbers with gaps, plain ones of those without
_DTYPES = {"BIGINT": "Int64", "DOUBLE": "float64", "DECIMAL": "float64", "VARCHAR": "object",
           "BOOLEAN": "boolean", "TIMESTAMP": "datetime64[ns]"}  # fmt: skip
_WORD = re.compile(r"[^\W\d]\w*")


def relation(c: Call) -> Relation:
    """The query as Spark SQL over the frames of the program that it mentions."""
    text = c.lit("query")
    c.need(isinstance(text, str), "the SQL is not a text")
    scope = c.interpreter.active[-1]  # type: ignore[attr-defined]
    frames: dict[str, Frame] = {}
    for word in dict.fromkeys(_WORD.findall(text)):
        ref = scope.lookup(word)
        if ref is None:
            continue
        c.need(not isinstance(ref.value, Local), f"the SQL reads {word}, pandas on the driver")
        if isinstance(ref.value, Frame):
            frames[word] = ref.value
    tables = {name: table_of(frame) for name, frame in frames.items()}
    return Relation(spark_sql(c, translate(text, tables), frames))


@rule(
    "duckdb.query(query, *, alias='', connection=None, params=None)",
    not_yet="alias connection params",
    example="duckdb.query('SELECT k, count(*) AS n FROM df GROUP BY k').to_df()",
)
def query(c: Call) -> Relation:
    """SQL text over frames, by the names of their variables."""
    return relation(c)


@rule(
    "duckdb.sql(query, *, alias='', connection=None, params=None)",
    not_yet="alias connection params",
    example="duckdb.sql('SELECT k, i FROM df WHERE i > 3 ORDER BY i').df()",
)
def sql(c: Call) -> Relation:
    """SQL text over frames, by the names of their variables."""
    return relation(c)


def table_of(frame: Frame) -> Table:
    """The columns that DuckDB sees of a frame. Raises NoRule where they are not known."""
    if frame.open:
        raise NoRule("the columns of the frame are not known here")
    if not all(isinstance(c.label, str) for c in frame.columns):
        raise NoRule("columns whose labels are not texts")
    return Table({c.label: (c.name, _TYPES.get(c.dtype or "")) for c in frame.columns})


def spark_sql(c: Call, made: Result, frames: dict[str, Frame]) -> Frame:
    """``spark.sql`` of a translated query, as a frame with its facts."""
    unknown = [n for n, kind in made.columns if kind not in _DTYPES]
    c.need(not unknown, f"SQL column {unknown} that is always missing")
    columns = tuple(
        Column(name, name, _DTYPES[kind], gap="None" if kind == "VARCHAR" else None)
        for name, kind in made.columns
    )
    uids = {x.name: x.uid for x in columns}
    keys = tuple(SortKey(n, uids[n], up, last) for n, up, last in made.order or ())
    step = c.ctx.step()
    used = named_frames(c, made.tree, frames)
    source = next((f for n, f in frames.items() if n.lower() == made.source.lower()), None)
    result = Frame(
        "",
        columns,
        rows=Rows(),
        order=Order(keys, None, bool(keys), made.total),
        index=Index("range", step),
        vars=frozenset().union(*(f.vars for f in used.values())),
    )
    if source is not None:
        return in_source_order(c, result, made, used, source, step)
    order = [key.expr() for key in keys] if keys or made.total else None
    return c.ctx.anchored(result.but(text=call_text(made.tree, used)), step, order)


def in_source_order(
    c: Call, result: Frame, made: Result, used: dict[str, Frame], source: Frame, step: tuple
) -> Frame:
    """A query that keeps its source's rows in their order: its position goes along."""
    from sqlglot import exp

    ctx, order = c.ctx, source.order
    c.need(not order.keys, "SQL over rows that were sorted")
    place = ctx.positions.get(order.anchor)
    if place in source.hidden:
        made.tree.append("expressions", exp.column(place))
        result = result.but(hidden=(place,))
    text = call_text(made.tree, used)
    if ctx.wants(step, "number") and ctx.demand(order.anchor, "order") and place:
        name = ctx.position_name(step)
        text = f'{ctx.call("with_position")}({text}, {col(place)}, name="{name}")'
        result = result.but(hidden=(*result.hidden, name))
    return result.but(text=text, order=Order((), order.anchor))


def named_frames(c: Call, tree: Any, frames: dict[str, Frame]) -> dict[str, Frame]:
    """The frames that a query reads; their names in its tree become marks for ``call_text``."""
    from sqlglot import exp

    lower = {name.lower(): name for name in frames}
    inner = {entry.alias.lower() for entry in tree.find_all(exp.CTE)}
    qualified = {column.table.lower() for column in tree.find_all(exp.Column)}
    used: dict[str, Frame] = {}
    for node in tree.find_all(exp.Table):
        name = lower.get(node.name.lower())
        if name is None or node.name.lower() in inner:
            continue
        used[name] = frames[name]
        c.ctx.use(frames[name])
        if not node.alias and node.name.lower() in qualified:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name)))
        node.set("this", exp.to_identifier(f"__frame_{name}__"))
    return used


def call_text(tree: Any, used: dict[str, Frame]) -> str:
    """``spark.sql("… FROM {name}", name=frame)``; a short query is on one line."""
    line = tree.sql(dialect="spark")
    text = line if len(line) <= 70 else tree.sql(dialect="spark", pretty=True)
    text = text.replace("{", "{{").replace("}", "}}")
    text = re.sub(r"`?__frame_(\w+?)__`?", r"{\1}", text)
    passed = "".join(f", {name}={frame.text}" for name, frame in used.items())
    if "\n" not in text:
        return f"spark.sql({render(text)}{passed})"
    literal = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if "\n" not in "".join(n.name for n in tree.find_all(_literal())):
        literal = literal.replace("\n", "\n    ")
    return f'spark.sql("""\n    {literal}\n    """{passed})'


def _literal() -> type:
    from sqlglot import exp

    return exp.Literal


def _to_pandas(name: str) -> None:
    @rule(
        f"Relation.{name}(*, date_as_object=False)",
        not_yet="date_as_object",
        example=f"duckdb.sql('SELECT i, f FROM df').{name}()",
    )
    def to_pandas(c: Call) -> Value:
        """The result of the query as a frame."""
        assert isinstance(c.self, Relation)
        return c.self.frame


for _name in ("df", "to_df", "fetchdf", "fetch_df"):
    _to_pandas(_name)
