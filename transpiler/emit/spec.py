"""What is known about a deployment when the job is generated."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
from typing import Any


@dataclasses.dataclass
class DeploySpec:
    """
    A job as it should be on AWS. Every field is optional: what is not known when the job is
    generated (None, or empty) is an option of the deploy script, and an option given there wins.

    inputs, outputs: paths as the job has them, relative ones under --DATA_ROOT, or s3://.
    tables: dicts with "database", "table", "access" ("read" or "write"), and, where known, "path",
    "columns" ([[name, type], …]), "partition_keys" ([name, …]), "format".
    secrets: names or ARNs in Secrets Manager that the job reads.
    databases: dicts with "connection" (the Glue connection's name) and "url" (its JDBC address).
    plan: counts for the capacity advice: "joins", "shuffles", "sorts", "udfs", "driver_steps".
    source_lines: {"sha256": of the job's text, "lines": [[line of the job, line of the pandas
    program], …]}, for naming the step that failed.
    """

    job_name: str | None = None
    description: str | None = None
    bucket: str | None = None
    prefix: str | None = None
    role: str | None = None
    region: str | None = None
    profile: str | None = None
    ask_keys: bool | None = None
    account: str | None = None
    bucket_owner: str | None = None
    data_root: str | None = None
    glue_version: str = "6.0"
    worker_type: str | None = None
    number_of_workers: int | None = None
    timeout: int | None = None
    max_retries: int | None = None
    execution_class: str | None = None
    max_concurrent_runs: int | None = None
    queue: bool | None = None
    security_configuration: str | None = None
    notify_after: int | None = None
    bookmarks: bool | None = None
    auto_scaling: bool | None = None
    default_arguments: dict[str, str] = dataclasses.field(default_factory=dict)
    connections: list[str] = dataclasses.field(default_factory=list)
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    inputs: list[str] = dataclasses.field(default_factory=list)
    outputs: list[str] = dataclasses.field(default_factory=list)
    tables: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    secrets: list[str] = dataclasses.field(default_factory=list)
    databases: list[dict[str, str]] = dataclasses.field(default_factory=list)
    plan: dict[str, int] = dataclasses.field(default_factory=dict)
    source_lines: dict[str, Any] = dataclasses.field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The fields that say something, as plain values in the order above."""
        return {
            name: value
            for name, value in dataclasses.asdict(self).items()
            if value is not None and value != {} and value != []
        }


PLAN_CALLS = {
    "joins": ("join", "crossJoin", "merge"),
    "shuffles": ("groupBy", "dropDuplicates", "distinct", "repartition", "pivot", "pivot_table"),
    "sorts": ("orderBy", "sort", "with_position", "cumulative", "ranked"),
    "udfs": ("applyInPandas", "mapInPandas", "pandas_udf", "udf", "apply_rows", "apply_values"),
    "driver_steps": ("to_pandas", "toPandas", "collect"),
}
# helpers of a job that name a table: where the database stands among their arguments
TABLE_CALLS = {"read_catalog": 1, "read_iceberg": 1, "write_iceberg": 2}
PANDAS_WRITERS = ("to_csv", "to_parquet", "to_json", "to_orc", "to_excel", "to_iceberg")
CONSTANTS = {"None", "?", ""}


def called_name(call: ast.Call) -> str:
    """The dotted name of what is called: "glueContext.create_dynamic_frame.from_catalog"."""
    parts: list[str] = []
    node: ast.expr = call.func
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def path_text(node: ast.expr) -> str | None:
    """The path that an expression of a job spells: "s3://…" or one under DATA_ROOT."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "://" in node.value:
        return node.value
    if isinstance(node, ast.JoinedStr) and len(node.values) == 2:
        root, rest = node.values
        if (
            isinstance(root, ast.FormattedValue)
            and isinstance(root.value, ast.Name)
            and root.value.id == "DATA_ROOT"
            and isinstance(rest, ast.Constant)
        ):
            return str(rest.value).lstrip("/")
    return None


def literal(node: ast.expr | None) -> Any:
    """The value of a literal, else None."""
    try:
        return ast.literal_eval(node) if node is not None else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def add_new(items: list[Any], item: Any) -> None:
    """Append what is not there yet."""
    if item and item not in items:
        items.append(item)


def direct_paths(call: ast.Call) -> list[str]:
    """The paths among a call's own arguments, lists and dicts included, not those of calls in it."""
    found: list[str] = []
    todo: list[ast.AST] = [*call.args, *(keyword.value for keyword in call.keywords)]
    while todo:
        node = todo.pop(0)
        path = path_text(node) if isinstance(node, ast.expr) else None
        if path:
            found.append(path)
        elif not isinstance(node, (ast.Call, ast.Lambda)):
            todo += ast.iter_child_nodes(node)
    return found


def note_call(spec: DeploySpec, call: ast.Call) -> None:
    """What a call of the job tells about the deployment."""
    name = called_name(call)
    last = name.rsplit(".", 1)[-1]
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    reads = last.startswith("read_") or "create_dynamic_frame" in name or ".read." in name
    writes = (
        last.startswith("write_")
        or last in PANDAS_WRITERS
        or "write_dynamic_frame" in name
        or ".write." in name
    )
    if reads or writes:
        for path in direct_paths(call):
            add_new(spec.outputs if writes else spec.inputs, path)
    note_table(spec, call, last, given, "write" if writes else "read")
    secret = literal(given.get("SecretId"))
    if isinstance(secret, str):
        add_new(spec.secrets, secret)
    for kind, names in PLAN_CALLS.items():
        if last in names:
            spec.plan[kind] = spec.plan.get(kind, 0) + 1


def note_table(
    spec: DeploySpec, call: ast.Call, name: str, given: dict[str, ast.expr], access: str
) -> None:
    """The catalog table that a call reads or writes, with what is said about it."""
    database = literal(given.get("database") or given.get("catalogDatabase"))
    table = literal(given.get("table") or given.get("table_name") or given.get("catalogTableName"))
    if "catalogDatabase" in given:
        access = "write"
    first = TABLE_CALLS.get(name)
    if first and len(call.args) > first + 1:
        database, table = literal(call.args[first]), literal(call.args[first + 1])
    if not isinstance(database, str) or not isinstance(table, str):
        return
    found: dict[str, Any] = {"database": database, "table": table, "access": access}
    if name.endswith("_iceberg"):
        found["format"] = "iceberg"
        path = literal(given.get("path"))
        if isinstance(path, str):
            found["path"] = path
    keys = literal(given.get("partition_cols") or given.get("partitionKeys"))
    if access == "write" and isinstance(keys, (list, tuple)):
        found["partition_keys"] = list(keys)
    if literal(given.get("update")) is False:
        found["update"] = False
    add_new(spec.tables, found)


def note_connections(spec: DeploySpec, tree: ast.AST) -> None:
    """The Glue connections and secrets that dictionaries and keywords of the job name."""
    for node in ast.walk(tree):
        pairs: list[tuple[Any, ast.expr | None]] = []
        if isinstance(node, ast.Dict):
            pairs = [(literal(key), value) for key, value in zip(node.keys, node.values)]
        elif isinstance(node, ast.Call):
            pairs = [(keyword.arg, keyword.value) for keyword in node.keywords]
        for key, value in pairs:
            text = literal(value)
            if key in ("connectionName", "connection_name", "connection") and isinstance(text, str):
                add_new(spec.connections, text)
            elif key in ("secretId", "secret_id") and isinstance(text, str):
                add_new(spec.secrets, text)


def main_statements(tree: ast.Module) -> ast.Module:
    """The job without its helper functions."""
    helpers = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    body = [node for node in tree.body if not isinstance(node, helpers)]
    return ast.Module(body=body, type_ignores=[])


def spec_of_job(text: str, job_name: str | None = None) -> DeploySpec:
    """
    What a job's script tells about its deployment: inputs, outputs, tables, connections, secrets,
    and how much of its plan is joins, shuffles and so on.

    Raises SyntaxError when the text is not Python.
    """
    spec = DeploySpec(job_name=job_name)
    tree = main_statements(ast.parse(text))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            note_call(spec, node)
    note_connections(spec, tree)
    return spec


def source_lines_of(transpilation: Any) -> dict[str, Any]:
    """Which line of the pandas program each statement of the job comes from; {} if in doubt."""
    body = ast.parse(transpilation.script).body
    starts = [
        number
        for number, node in enumerate(body)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and called_name(node.value) == "job.init"
    ]
    if not starts:
        return {}
    steps = body[starts[0] + 1 : -1]  # the last one is job.commit()
    lines: list[list[int]] = []
    for _, facts in transpilation.graph.nodes(data=True):
        try:
            count = len(ast.parse(facts["text"]).body)
        except (SyntaxError, KeyError):
            return {}
        if facts.get("line"):
            lines += [[node.lineno, facts["line"]] for node in steps[:count]]
        steps = steps[count:]
    if steps or not lines:
        return {}
    digest = hashlib.sha256(transpilation.script.encode()).hexdigest()
    return {"sha256": digest, "lines": lines}


def note_columns(spec: DeploySpec, outputs: list[Any]) -> None:
    """The columns that the job writes into its tables, as far as they are known.

    A table that several steps write gets those of all of them.
    """
    for table in spec.tables:
        if table["access"] != "write":
            continue
        written = [o for o in outputs if o.table == (table["database"], table["table"])]
        if not written or any(o.columns is None for o in written):
            continue
        columns: dict[str, str] = {}
        for name, kind in (column for o in written for column in o.columns):
            columns[name] = kind if columns.get(name, kind) == kind else ""
        table["columns"] = [[name, kind] for name, kind in columns.items()]


def spec_of(transpilation: Any) -> DeploySpec:
    """What a Transpilation tells about its deployment."""
    options = transpilation.options
    spec = spec_of_job(transpilation.script, getattr(options, "job_name", None))
    spec.glue_version = options.glue_version
    spec.tags = dict(getattr(options, "tags", None) or {})
    spec.source_lines = source_lines_of(transpilation)
    note_columns(spec, transpilation.outputs)
    for facts in (*transpilation.inputs, *(given.options for given in transpilation.outputs)):
        if facts.get("connection") and facts.get("url"):
            add_new(spec.databases, {"connection": facts["connection"], "url": facts["url"]})
    for paths, found in (
        (spec.inputs, [given.get("path") for given in transpilation.inputs]),
        (spec.outputs, [given.path for given in transpilation.outputs]),
    ):
        for path in found:
            if isinstance(path, str) and path not in CONSTANTS:
                add_new(paths, path.removeprefix("./"))
    return spec
