"""``read_json`` and ``to_json``: records are read and written on the cluster, other documents are not."""

from __future__ import annotations

import re
from typing import Any

from rules.io import output, source_frame
from rules.opened_files import opened_path, target_path
from rules.registry import Call, rule
from transpiler.facts import Const, Frame, Plain

#: texts that all versions of pandas and Spark take for the same time (glue_runtime/json_cells.py)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?")
_NO_TIME = {"", "NaT", "nat", "NAT", "nan", "NaN", "NAN"}
#: endings of packed files that Spark does not read by itself
_PACKED = (".zip", ".xz", ".zst", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".tgz")
#: what a list may hold to be one type of Spark
_ITEMS = ({str}, {int}, {float}, set())
_OTHER_DOCUMENT = (
    "a JSON document that is no array of records is one piece, which one machine reads whole: write the "
    "data with orient='records', lines=True and read it with lines=True"
)
_OTHER_WRITTEN = (
    "a JSON document of orient={!r} is one piece, which one machine writes whole: orient='records' "
    "(with lines=True for many rows) is written on the cluster"
)


@rule(
    "pandas.read_json(path_or_buf, *, orient=None, typ='frame', dtype=None, convert_axes=None, "
    "convert_dates=True, keep_default_dates=True, precise_float=False, date_unit=None, encoding=None, "
    "encoding_errors='strict', lines=False, chunksize=None, compression='infer', nrows=None, "
    "storage_options=None, dtype_backend=None, engine='ujson')",
    not_yet="typ convert_axes keep_default_dates date_unit encoding_errors chunksize compression nrows "
    "dtype_backend engine",
    ignored="storage_options precise_float",
    example=(
        "pd.read_json('nasty.jsonl', lines=True)",
        "pd.read_json('nasty.json')",
        "pd.read_json('nasty.json', orient='records', dtype=False)",
        "pd.read_json('nasty.json', convert_dates=False).head(7)",
    ),
)
def read_json(c: Call) -> Frame:
    """JSON records: an array of them, or one per line."""
    opened_path(c, "path_or_buf")
    path = c["path_or_buf"]
    several = hasattr(path, "added")  # of a loop over files: rules/file_loops.py
    place = "" if several else getattr(path, "value", None)
    c.need(
        isinstance(place, str) and (several or isinstance(path, Const)),
        "the path is not known here",
    )
    c.need(
        not place.startswith(("http:", "https:", "ftp:")),
        "a web address is read on the driver: copy the file to S3, which the cluster reads",
    )
    orient, lines = c.lit("orient"), bool(c.lit("lines"))
    head = None if lines or several else c.ctx.schemas.first_character(place)
    c.need(head in (None, "["), _OTHER_DOCUMENT)
    # Where it is no array of records after all the job fails; orient="columns" has pandas read it.
    c.need(orient in ("records", None), _OTHER_DOCUMENT)
    c.need(str(c.lit("encoding") or "utf-8").lower() in ("utf-8", "utf8"), "an encoding= other than UTF-8")  # fmt: skip
    c.need(not place.lower().endswith(_PACKED), "Spark does not read files packed like this")
    dtype, dates = c.lit("dtype"), c.lit("convert_dates")
    c.need(
        dtype in (None, True, False),
        "dtype= that names types: say dtype=False, and .astype(…) of what was read",
    )
    c.need(
        isinstance(dates, bool),
        "convert_dates= that names columns: say convert_dates=False, and pd.to_datetime on them",
    )
    passed: dict[str, Any] = {"lines": True} if lines else {}
    passed |= {} if dates else {"convert_dates": False}
    passed |= {"dtype": False} if dtype is False else {}
    options = {"orient": orient, "lines": lines, **passed}
    if several:
        return source_frame(c, "read_json_files", "json", path, None, passed, None)
    schema = c.ctx.schemas.look("read_json", place, options)
    if schema is not None:
        raw = c.ctx.schemas.look("read_json", place, {**options, "convert_dates": False})
        check_columns(c, schema, raw)
    return source_frame(c, "read_json", "json", path, schema, passed, None)


def check_columns(c: Call, schema: Any, raw: Any) -> None:
    """Decline where Spark would not read what pandas read. ``raw``: the schema without dates."""
    c.need(schema.columns, "the JSON has no columns")
    texts = all(isinstance(label, str) and label for label, _, _ in schema.columns)
    c.need(texts, "pandas makes numbers or times of the keys: say convert_axes=False")
    for label, dtype, _ in schema.columns:
        if dtype is None and schema.frame is not None:
            values = schema.frame[label].dropna()
            lists = all(isinstance(v, list) for v in values)
            c.need(
                lists and values.dtype == object and {type(i) for v in values for i in v} in _ITEMS,
                f"{label!r} holds records, or values of several types, which no column of Spark keeps as"
                " they are: write a column for each of their values",
            )
        if dtype == "datetime64[ns]" and raw is not None and raw.frame is not None:
            values = raw.frame[label].dropna()
            odd = next((v for v in values if isinstance(v, str) and not iso_time(v)), None)
            c.need(odd is None, f"{label!r} has times that are not written in ISO 8601: {odd!r}")


def iso_time(text: str) -> bool:
    """Whether a text is a time as Spark reads it, or is read as missing."""
    return text in _NO_TIME or _TIME.fullmatch(text) is not None


@rule(
    "DataFrame.to_json(path_or_buf=None, *, orient=None, date_format=None, double_precision=10, "
    "force_ascii=True, date_unit='ms', default_handler=None, lines=False, compression='infer', index=None, "
    "indent=None, storage_options=None, mode='w')",
    not_yet="double_precision force_ascii date_unit default_handler compression index indent mode",
    ignored="storage_options",
    example=(
        "df.to_json('out.json', orient='records', lines=True)",
        "df.to_json('out.json', orient='records')",
    ),
)
def to_json(c: Call) -> Const:
    """JSON records, one per line or as one array."""
    target_path(c, "path_or_buf")
    path = c["path_or_buf"]
    c.need(
        isinstance(path, (Const, Plain)) and getattr(path, "value", "") is not None,
        "the path is not known here",
    )
    orient = c.lit("orient")
    c.need(orient == "records", _OTHER_WRITTEN.format(orient or "columns"))
    passed = {} if c.lit("lines") else {"lines": False}
    if c.lit("date_format") is not None:
        passed["date_format"] = c.lit("date_format")
    return output(c, "write_json", "json", c.frame, path, passed)
