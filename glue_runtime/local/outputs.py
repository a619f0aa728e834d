"""Reads what a program wrote: one file, or the folder of part files that Spark makes of a path."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pandas as pd

OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
UNNAMED = re.compile(r"Unnamed: \d+_level_\d+$")  # what read_csv calls an empty cell of a header
HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


def read_output(path: str | Path, fmt: str, **options) -> pd.DataFrame:
    """Reads an output dataset as pandas would, as if its parts were one file.

    path: a file, or a folder with parts (in the order of their names) and, below ``key=value``
        folders, partition columns. Files that begin with ``_`` or ``.`` are not data.
    fmt: csv, json, parquet, or any other X of ``pandas.read_X`` for single files.
    options: go to pandas' reader (``sep``, ``encoding``, ``header`` … of a CSV).

    Raises FileNotFoundError when there is nothing at ``path``; ValueError when the parts of a CSV
    have different headers.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such output")
    parts = [path] if path.is_file() else _parts(path)
    read: Callable = _READERS.get(fmt) or _reader_of_pandas(fmt)
    folders: dict[str, list[Path]] = {}
    for part in parts:
        folders.setdefault(str(part.parent.relative_to(path)) if path.is_dir() else ".", []).append(
            part
        )
    if not any("=" in folder for folder in folders):
        return read(parts, options)
    frames = []
    for folder, files in folders.items():
        keys = [part.partition("=") for part in Path(folder).parts if "=" in part]
        values = {k: None if v == HIVE_NULL else unquote(v) for k, _, v in keys}
        frames.append(read(files, options).assign(**values))
    frame = pd.concat(frames, ignore_index=True)
    for key in values:
        # The folder names are text: typed as the values of a CSV column are.
        text = frame[key].to_csv(index=False)
        frame[key] = pd.read_csv(io.StringIO(text), skip_blank_lines=False)[key]
    return frame


def _parts(folder: Path) -> list[Path]:
    def is_data(file: Path) -> bool:
        return file.is_file() and not any(
            part.startswith(("_", ".")) for part in file.relative_to(folder).parts
        )

    return sorted(file for file in folder.rglob("*") if is_data(file))


def _bytes(file: Path) -> bytes:
    with OPENERS.get(file.suffix, open)(file, "rb") as stream:
        return stream.read()


def _read_csv(parts: list[Path], options: dict) -> pd.DataFrame:
    encoding = options.get("encoding") or "utf-8"
    quote = options.get("quotechar", '"')
    whole, header = [], None
    for part in parts:
        text = _bytes(part).decode(encoding)
        if not text:
            continue
        if options.get("header", "infer") is not None:
            own = _header(text, quote, options)
            if header is None:
                header = own
            elif own.rstrip("\r\n") == header.rstrip("\r\n"):
                text = text[len(own) :]
            else:
                raise ValueError(f"{part}: another header than the first part's")
        whole.append(text if text.endswith("\n") or not text else text + "\n")
    if not whole:
        return pd.DataFrame()
    # Once over the whole: pandas infers a column's type from all its values.
    rest = {
        name: value for name, value in options.items() if name not in ("encoding", "compression")
    }
    frame = pd.read_csv(io.StringIO("".join(whole)), **rest)
    if isinstance(frame.columns, pd.MultiIndex):
        frame.columns = pd.Index(
            [" ".join(x for x in label if not UNNAMED.match(x)) for label in frame.columns]
        )
    return frame


def _header(text: str, quote: str, options: dict) -> str:
    """The lines of the header: one, or as many as the option says."""
    rows, header = options.get("header", "infer"), ""
    for _ in rows if isinstance(rows, list) else [0]:
        header += _first_record(text[len(header) :], quote)
    return header


def _first_record(text: str, quote: str) -> str:
    """The first line, and the next ones as long as a quote is open."""
    inside = False
    for found in re.finditer(f"{re.escape(quote)}|\n", text):
        if found.group() == quote:
            inside = not inside
        elif not inside:
            return text[: found.end()]
    return text


def _read_json(parts: list[Path], options: dict) -> pd.DataFrame:
    texts = [_bytes(part).decode(options.get("encoding") or "utf-8") for part in parts]
    rest = {
        name: value for name, value in options.items() if name not in ("encoding", "compression")
    }
    if len(texts) == 1 and texts[0].lstrip().startswith("[") and not rest.get("lines"):
        return pd.read_json(io.StringIO(texts[0]), **{"convert_dates": False, **rest})
    lines = [line for text in texts for line in text.split("\n") if line.strip()]
    if not lines:
        return pd.DataFrame()
    if "orient" in rest and rest["orient"] != "records":
        return pd.read_json(io.StringIO("".join(texts)), **{"convert_dates": False, **rest})
    words = {"convert_dates": False, **rest, "lines": True}
    return pd.read_json(io.StringIO("\n".join(lines)), **words)


def _read_parquet(parts: list[Path], options: dict) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    exact = {getattr(pa, name.lower())(): getattr(pd, f"{name}Dtype")() for name in _INTEGERS}
    tables = [pq.ParquetFile(part).read(**options) for part in parts]
    if not tables:
        return pd.DataFrame()
    table = pa.concat_tables(tables, promote_options="default")
    # What is in the file, not what pandas' own notes in it would make of it (an index, say).
    return table.to_pandas(ignore_metadata=True, types_mapper=exact.get)


_INTEGERS = ["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"]
_READERS = {"csv": _read_csv, "json": _read_json, "parquet": _read_parquet}


def _reader_of_pandas(fmt: str) -> Callable:
    reader = getattr(pd, f"read_{fmt}")

    def read(parts: list[Path], options: dict) -> pd.DataFrame:
        frames = [reader(part, **options) for part in parts]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    return read
