"""``read_json`` and ``to_json``: records are read and written on the cluster, other documents are not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rules.csv_header import with_index
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
        c.need(not schema.is_told_apart(c.ctx), "values that are null in some records and not there in others, which a later step tells apart")  # fmt: skip
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


def packing(c: Call, path: Any, lines: bool) -> dict:
    """How the files are packed, where their name does not tell."""
    how = c.lit("compression")
    how = how.get("method", "infer") if isinstance(how, dict) and len(how) == 1 else how
    c.need(how in ("infer", None, "gzip", "bz2"), "compression= other than gzip and bz2")
    named = str(getattr(path, "value", "")).lower().endswith((".gz", ".bz2", *_PACKED))
    c.need(lines or how is None or how == "infer" and not named, "a document that is packed")
    c.need(how != "infer" or not str(getattr(path, "value", "")).lower().endswith(_PACKED), "a file that is packed otherwise than by gzip and bz2")  # fmt: skip
    return {} if how == "infer" or how is None and not named else {"compression": how}


def with_labels(c: Call, frame: Frame) -> tuple[Frame, str]:
    """The frame with the labels of its rows as a column, and the name of that."""
    c.need(not frame.open and not any(isinstance(x.label, tuple) for x in frame.columns), "the columns of the frame are not known here")  # fmt: skip
    levels = frame.index.levels if frame.index.kind == "columns" else ()
    c.need(len(levels) < 2, "labels of several levels")
    c.need(all(x.dtype in ("object", "int64", "string") for x in levels), "labels that are no texts or whole numbers")  # fmt: skip
    name = "__labels"
    out = with_index(c, frame, None)
    first, *rest = out.columns
    order = replace(out.order, explicit=True)  # it is one file
    return out.but(columns=(replace(first, label=name), *rest), order=order), name


@rule(
    "DataFrame.to_json(path_or_buf=None, *, orient=None, date_format=None, double_precision=10, "
    "force_ascii=True, date_unit='ms', default_handler=None, lines=False, compression='infer', index=None, "
    "indent=None, storage_options=None, mode='w')",
    not_yet="mode",
    ignored="storage_options force_ascii default_handler",
    example=(
        "df.drop(columns='t').to_json('out.json', orient='records', double_precision=2, indent=2, index=False)",
        "df.to_json('out.json', orient='records', lines=True, date_unit='s', force_ascii=False)",
        "df.to_json('out.json', orient='records', date_format='iso', date_unit='us', default_handler=str)",
        "df[df['i'] > 2].to_json('out.json')",
        "df.drop_duplicates('s').dropna(subset=['s']).set_index('s')[['f', 'b', 'd']].to_json('out.json', orient='index')",
        "df.sort_values('i', kind='stable')[['i', 's', 'n']].to_json('out.json', orient='split')",
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
    orient = c.lit("orient") or "columns"
    documents = ("columns", "index", "split")
    c.need(orient == "records" or orient in documents, _OTHER_WRITTEN.format(orient))
    lines = bool(c.lit("lines"))
    passed: dict[str, Any] = {} if lines else {"lines": False}
    c.need(orient == "records" or not lines, "lines=True of another orient, which pandas refuses")
    c.need(c.lit("index") in (None, False) if orient == "records" else c.lit("index") is None, "index= of this value")  # fmt: skip
    digits, unit = c.lit("double_precision"), c.lit("date_unit") or "ms"
    c.need(isinstance(digits, int) and 0 <= digits <= 15, "double_precision= of this value")
    c.need(unit in ("s", "ms", "us", "ns"), "date_unit= of this value")
    if c.given("indent"):
        c.message = "the same values on fewer lines"  # type: ignore[attr-defined]
    passed |= packing(c, path, lines)
    styled = {"date_format": (c.lit("date_format"), None), "double_precision": (digits, 10), "date_unit": (unit, "ms")}  # fmt: skip
    passed |= {name: value for name, (value, default) in styled.items() if value != default}
    frame = c.frame
    if orient != "records":
        frame, passed["labels"] = with_labels(c, frame)
        passed["orient"] = orient
    return output(c, "write_json", "json", frame, path, passed)
