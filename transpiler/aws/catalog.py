"""Catalog tables: what the job would change in them, before it runs."""

import re
import sys

import botocore.exceptions

from transpiler.aws.errors import error_code
from transpiler.aws.names import DeployError

TYPE_NAMES = {"int": "int", "integer": "int", "long": "bigint", "short": "smallint"}
# What a schema policy lets the job do to a table.
ALLOWED_CHANGES = {
    "strict": (),
    "add": ("added",),
    "ignore": ("added", "dropped", "changed", "partition keys", "order"),
}


def plain_type(name):
    """A type's name in one spelling: "Decimal(10, 2)" as "decimal(10,2)"."""
    text = re.sub(r"\s+", "", str(name)).lower()
    return TYPE_NAMES.get(text, text)


def read_table(glue, database, table):
    """The description of a table, or None when there is none."""
    try:
        return glue.get_table(DatabaseName=database, Name=table)["Table"]
    except botocore.exceptions.ClientError as error:
        if error_code(error) == "EntityNotFoundException":
            return None
        raise


def located_tables(glue, spec):
    """The spec with the S3 locations of its tables, from the catalog where only it knows them."""
    tables = []
    for table in spec.get("tables") or ():
        if not table.get("path"):
            try:
                there = read_table(glue, table["database"], table["table"]) or {}
            except botocore.exceptions.ClientError as error:
                print(
                    f"Note: {table['database']}.{table['table']} cannot be looked up"
                    f" ({error_code(error)}); the policy does not name its files",
                    file=sys.stderr,
                )
                there = {}
            location = there.get("StorageDescriptor", {}).get("Location", "")
            if location.startswith("s3"):
                table = table | {"path": location}
        tables.append(table)
    return spec | {"tables": tables}


def table_differences(there, columns, partition_keys):
    """
    What differs between a catalog table and the job's output: [(kind, text)].

    there: GetTable's answer; columns: [[name, type, "" where it is not known], …], partition columns
    with them or not; partition_keys: [name, …], None where the table tells nothing of them. Kinds: added, dropped, changed, partition keys. Glue's names are in
    lower case.
    """
    keys = [name.lower() for name in partition_keys or ()]
    wanted = {name.lower(): plain_type(kind) for name, kind in columns}
    found = {
        column["Name"].lower(): plain_type(column.get("Type", ""))
        for column in [
            *there.get("StorageDescriptor", {}).get("Columns", []),
            *there.get("PartitionKeys", []),
        ]
    }
    there_keys = [column["Name"].lower() for column in there.get("PartitionKeys", [])]
    differences = []
    for name, kind in wanted.items():
        if name not in found:
            differences.append(("added", f"+ {name} {kind}".rstrip()))
        elif kind and found[name] != kind:
            differences.append(("changed", f"~ {name}: {found[name]} → {kind}"))
    for name, kind in found.items():
        if name not in wanted and name not in keys:
            differences.append(("dropped", f"- {name} {kind}"))
    if partition_keys is not None and keys != there_keys:
        text = f"~ partition keys: {', '.join(there_keys) or 'none'} → {', '.join(keys) or 'none'}"
        differences.append(("partition keys", text))
    return differences


def compare_tables(glue, spec, policy):
    """
    Print how the job's outputs compare with their tables.

    Returns the texts of the changes that the policy ("add", "strict", "ignore") forbids.
    """
    forbidden = []
    for table in spec.get("tables") or ():
        if table.get("access") != "write" or table.get("update") is False:
            continue
        name = f"{table['database']}.{table['table']}"
        there = read_table(glue, table["database"], table["table"])
        if there is None:
            print(f"Table {name}: does not exist yet, the job creates it")
            continue
        if not table.get("columns"):
            print(f"Table {name}: exists; the job's columns are not known before it runs")
            continue
        # Iceberg keeps its partitions to itself.
        keys = None if table.get("format") == "iceberg" else table.get("partition_keys") or []
        found = table_differences(there, table["columns"], keys)
        print(f"Table {name}: " + ("differs from the job's output" if found else "as the job's"))
        for kind, text in found:
            refused = kind not in ALLOWED_CHANGES[policy]
            print(f"  {text}" + (f"  (not allowed by --schema-policy {policy})" if refused else ""))
            if refused:
                forbidden.append(f"{name}: {kind} {text[2:]}")
    return forbidden


def check_tables(glue, spec, policy):
    """Raise DeployError when the job would change a table in a way that the policy forbids."""
    forbidden = compare_tables(glue, spec, policy)
    if forbidden:
        raise DeployError(
            f"the job would change a catalog table ({'; '.join(forbidden)}) and was not started:"
            " change the job or the table, or pass another --schema-policy"
        )
