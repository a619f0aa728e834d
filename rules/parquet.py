"""Reading Parquet: ``read_parquet``, and which rows of the file it reads."""

from __future__ import annotations

import datetime
from typing import Any

from rules.io import source_frame, zones_of
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import Const, Frame, Scalar, Sequence, Text, Value
from transpiler.infer.driver import import_pandas
from transpiler.symbolic import E, render

_OPERATORS = ("=", "==", "!=", "<", ">", "<=", ">=", "in", "not in")
_PLAIN = (str, bool, int, float)


@rule(
    "pandas.read_parquet(path, engine='auto', columns=None, storage_options=None, use_nullable_dtypes=None, "
    "dtype_backend=None, filesystem=None, filters=None)",
    not_yet="use_nullable_dtypes filesystem",
    ignored="engine storage_options",
    example=(
        "pd.read_parquet('nasty.parquet')",
        "pd.read_parquet('nasty.parquet', columns=['s', 'i'])",
        "pd.read_parquet('nasty.parquet', filters=[('i', '>', 3), ('s', '!=', 'apple')])",
        "pd.read_parquet('nasty.parquet', columns=['s'], filters=[[('k', 'in', ['a', 'b']), ('f', '<=', 2.5)], [('b', '=', False)]]).head(5)",
        "pd.read_parquet('nasty.parquet', filters=[('k', 'not in', ('a', 'b')), ('g', '!=', 1)]).shift(1)",
        "pd.read_parquet('nasty.parquet', filters=[('t', '>', pd.Timestamp('2020-01-01')), ('d', '<=', pd.Timestamp('2024-02-29').date())])",
        "m = df['t'].max()\nout = pd.read_parquet('nasty.parquet', filters=[('t', '>=', m - pd.Timedelta(days=365)), ('i', '<', df['i'].max())])",
        "pd.read_parquet('nasty.parquet', dtype_backend='numpy_nullable')",
        "p = pd.read_parquet('nasty.parquet', dtype_backend='numpy_nullable')\nout = p.assign(x=p['f'] != 1.5, y=p['s'] == 'apple', z=p['i'] + p['n'])",
    ),
)
def read_parquet(c: Call) -> Frame:
    """A Parquet file or folder."""
    path, columns, schemas = c["path"], c.lit("columns"), c.ctx.schemas
    known, passed = parquet_options(c)
    if hasattr(path, "added"):  # of a loop over files: rules/file_loops.py
        schema = schemas.look_all("read_parquet", path.at_hand, known)
        c.need(not passed, "filters= or dtype_backend= of files that a loop reads")
        return source_frame(c, "read_parquet_files", "parquet", path, schema, zones_of(schema), None, columns)  # fmt: skip
    c.need(isinstance(path, Const) and isinstance(path.value, str), "the path is not known here")
    c.need(
        not path.value.startswith(("http:", "https:", "ftp:")),
        "a web address is read on the driver: copy the file to S3, which the cluster reads",
    )
    schema = None if known is None else schemas.look("read_parquet", path.value, known)
    if "filters" in passed and without_values(schema):
        schema = None
    out = source_frame(c, "read_parquet", "parquet", path, schema, {**zones_of(schema), **passed}, None, columns)  # fmt: skip
    return out.but(nullable="nullable" in passed, vars=out.vars | c["filters"].vars)


def without_values(schema: Any) -> bool:
    """Whether the rows that are left tell pandas nothing of a column's type: it has objects there."""
    frame = getattr(schema, "frame", None)
    return frame is not None and any(
        d == "object" and frame[label].isna().all() for label, d, _ in schema.columns
    )


def parquet_options(c: Call) -> tuple[dict | None, dict]:
    """What pandas is asked for to see the types (None: only the job knows it all), and what the
    job's reader is."""
    known = {"columns": c.lit("columns")} if c.lit("columns") is not None else {}
    passed: dict = {}
    if c.lit("dtype_backend") is not None:
        c.need(c.lit("dtype_backend") == "numpy_nullable", "dtypes of pyarrow")
        known["dtype_backend"] = "numpy_nullable"
        passed["nullable"] = True
    if not (isinstance(c["filters"], Const) and c["filters"].value is None):
        passed["filters"] = filters_text(c)
        if not isinstance(c["filters"], Const):
            return None, passed
        known["filters"] = c["filters"].value
    return known, passed


# --- filters -----------------------------------------------------------------------------------


def parts_of(value: Value) -> list[Value] | None:
    """The items of a list or tuple; None for anything else."""
    if isinstance(value, Sequence):
        return list(value.items)
    known = value.value if isinstance(value, Const) else None
    return [Const(x) for x in known] if isinstance(known, (list, tuple, set)) else None


def filters_text(c: Call) -> E:
    """The filters as the job writes them: tests all of which hold, or lists of such."""
    given = parts_of(c["filters"])
    c.need(given, "filters= that are no list known here")
    lists = [parts_of(x) for x in given]  # type: ignore[union-attr]
    c.need(all(lists), "filters= that are no lists of tuples")
    if isinstance(lists[0][0], Const) and isinstance(lists[0][0].value, str):  # type: ignore[index]
        return E(f"[{', '.join(test_text(c, x) for x in lists)}]")
    tests = [[test_text(c, parts_of(x)) for x in one] for one in lists]  # type: ignore[union-attr]
    return E(f"[{', '.join('[' + ', '.join(one) + ']' for one in tests)}]")


def test_text(c: Call, test: list[Value] | None) -> str:
    """One test: (column, operator, value)."""
    c.need(test is not None and len(test) == 3, "filters= that are no tuples of three")
    name, operator = (x.value if isinstance(x, Const) else None for x in test[:2])  # type: ignore[index]
    c.need(isinstance(name, str) and operator in _OPERATORS, "a filter of this form")
    value = test[2]  # type: ignore[index]
    if operator not in ("in", "not in"):
        return f"({render(name)}, {render(operator)}, {value_text(c, value)})"
    items = parts_of(value)
    c.need(items, "a filter by values that are no list known here")
    listed = sorted(value_text(c, x) for x in items) if isinstance(getattr(value, "value", None), set) else [value_text(c, x) for x in items]  # type: ignore[union-attr]  # fmt: skip
    return f"({render(name)}, {render(operator)}, [{', '.join(listed)}])"


def value_text(c: Call, value: Value) -> str:
    """A value to compare with. Raises NoRule for one that is missing or has a zone."""
    if isinstance(value, (Scalar, Text)):
        return value.text
    known = value.value if isinstance(value, Const) else None
    if type(known) in _PLAIN and known == known:
        return value.text if value.text is not None else render(known)  # type: ignore[union-attr]
    if isinstance(known, datetime.date) and getattr(known, "tzinfo", None) is None and known == known:  # fmt: skip
        import_pandas(c.ctx)
        time = f"pd.Timestamp({str(known)!r})"
        return time if isinstance(known, datetime.datetime) else f"{time}.date()"
    raise NoRule("a filter by a value of this type")
