"""What the inputs at hand say: columns and dtypes, read with pandas itself.

A program's own reader call, with its own constant arguments, is run on the file that
``input_root`` holds; so the facts are pandas' own. Files larger than ``SAMPLE`` bytes are sampled.
"""

from __future__ import annotations

import bz2
import glob
import gzip
import math
import warnings
import zoneinfo
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transpiler.facts.dtypes import BOTH, Lists, NoneGap

SAMPLE = 200_000_000
SAMPLE_ROWS = 500_000
KEPT_CELLS = 20_000_000
_OPENERS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open}


@dataclass(frozen=True)
class Schema:
    """Columns of an input: (label, pandas dtype as facts.py names it, any value missing)."""

    columns: tuple[tuple[Any, str | None, bool], ...]
    sampled: bool = False
    frame: Any = field(default=None, compare=False, repr=False)  # the rows, where they are few
    infinite: tuple = ()  # labels of the columns that have an infinite number
    gaps: dict = field(default_factory=dict, compare=False)  # label → what its missing objects are

    def gap(self, label: Any, step: tuple, default: str | None = None) -> str | None:
        """What is missing in a column that is read at a step, which is asked for None beside NaN."""
        found = self.gaps.get(label, default)
        return NoneGap(BOTH, (reader_at(*step[:2]),)) if found == BOTH else found

    def is_told_apart(self, ctx: Any) -> bool:
        """Whether a later step tells None from NaN in a column of both that is read here."""
        return BOTH in self.gaps.values() and ctx.wants(reader_at(ctx.line, ctx.column), "None")


def reader_at(line: Any, column: Any) -> tuple:
    """The step that reads a file there, as it is asked for None beside NaN."""
    return (line, column, "reader")


class Schemas:
    """Looks inputs up under ``root``; remembers what it read over the passes."""

    def __init__(self, root: Path | str | None) -> None:
        self.root = Path(root) if root is not None else None
        self._seen: dict[str, Schema | None] = {}
        self._pieces: dict[str, list[tuple] | None] = {}
        self.problems: dict[str, str] = {}  # path → why it could not be looked at

    def look(self, reader: str, path: Any, options: dict[str, Any]) -> Schema | None:
        """The schema that ``pd.<reader>(path, **options)`` gives, or None when it is not at hand."""
        if self.root is None or not isinstance(path, str) or "://" in path:
            return None
        key = f"{reader}|{path}|{sorted(options.items(), key=str)!r}"
        if key not in self._seen:
            self._seen[key] = self._read(reader, path, options)
        return self._seen[key]

    def made(self, key: str, make: Any) -> Schema | None:
        """The schema of what a function makes of a file at hand; None where it raises."""
        if key not in self._seen:
            try:
                self._seen[key] = schema_of(make())
            except Exception:  # the program meets it too
                self._seen[key] = None
        return self._seen[key]

    def look_all(
        self, reader: str, paths: tuple[str, ...], options: dict[str, Any]
    ) -> Schema | None:
        """The schema of what ``pd.concat`` makes of several files with the same columns, or None where
        they have others, are not at hand, or are too large to be read here."""
        if self.root is None or not paths:
            return None
        key = f"{reader}|{paths}|{sorted(options.items(), key=str)!r}"
        if key not in self._seen:
            self._seen[key] = self._read_all(reader, paths, options)
        return self._seen[key]

    def look_pieces(self, path: str, options: dict[str, Any], size: int) -> list[tuple] | None:
        """The dtypes of the columns in each piece of a CSV file; None where it is not at hand."""
        if self.root is None or "://" in path or not (file := self.root / path.lstrip("/")).is_file():  # fmt: skip
            return None
        import pandas as pd

        key = f"pieces|{path}|{size}|{sorted(options.items(), key=str)!r}"
        if key not in self._pieces:
            limit = {"nrows": SAMPLE_ROWS} if file.stat().st_size > SAMPLE else {}
            try:
                with pd.read_csv(file, chunksize=size, **{**limit, **options}) as reader:
                    self._pieces[key] = [
                        tuple(dtype_of(piece.iloc[:, n]) for n in range(piece.shape[1]))
                        for piece in reader
                    ]
            except Exception:  # the program meets it too
                self._pieces[key] = None
        return self._pieces[key]

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The files at hand that a pattern of glob matches, sorted; none for folders below folders."""
        if self.root is None or "://" in pattern or "**" in pattern:
            return ()
        found = glob.glob(pattern.lstrip("/"), root_dir=self.root)
        return tuple(sorted(f for f in found if (self.root / f).is_file()))

    def has(self, path: str) -> bool:
        """Whether there is such a file or folder at hand."""
        if self.root is None or "://" in path:
            return False
        return (self.root / path.lstrip("/")).exists()

    def decoding(self, path: Any, names: tuple) -> str:
        """The first of these encodings that a file at hand is text in; the first one where there is
        none, and the last one where it is in no encoding of them."""
        place = str(getattr(path, "value", ""))
        if self.root is None or "://" in place or not (file := self.root / place.lstrip("/")).is_file():  # fmt: skip
            return names[0]
        opened = _OPENERS.get(file.suffix, open)
        for name in names:
            try:
                with opened(file, "rt", encoding=name) as text:
                    while text.read(1 << 20):
                        pass
                return name
            except UnicodeDecodeError:
                continue
        return names[-1]

    def first_character(self, path: str) -> str | None:
        """The first character of a text file at hand that is no space; None when it is not at hand."""
        if (
            self.root is None
            or "://" in path
            or not (file := self.root / path.lstrip("/")).is_file()
        ):
            return None
        opened = _OPENERS.get(file.suffix, open)
        with opened(file, "rt", encoding="utf-8-sig", errors="replace") as text:
            return text.read(4096).lstrip()[:1]

    def _read(self, reader: str, path: str, options: dict[str, Any]) -> Schema | None:
        try:
            import pandas as pd
        except ImportError:
            return None
        assert self.root is not None
        file = self.root / path.lstrip("/")
        if not file.exists():
            return None
        sampled = file.is_file() and file.stat().st_size > SAMPLE
        if sampled and reader == "read_csv":
            options = {**options, "nrows": SAMPLE_ROWS}
        try:
            frame = getattr(pd, reader)(file, **options)
        except Exception as error:  # whatever pandas raises here, the program raises too
            lines = str(error).splitlines() or [""]
            self.problems[path] = f"{type(error).__name__}: {lines[0][:200]}"
            return None
        return schema_of(frame, sampled, reader)

    def _read_all(
        self, reader: str, paths: tuple[str, ...], options: dict[str, Any]
    ) -> Schema | None:
        import pandas as pd

        assert self.root is not None
        if sum((self.root / p).stat().st_size for p in paths) > SAMPLE:
            return None
        found = [self.look(reader, p, options) for p in paths]
        frames = [None if schema is None else schema.frame for schema in found]
        if any(f is None or list(f.columns) != list(frames[0].columns) for f in frames):
            return None
        kinds = {tuple(d for _, d, _ in schema.columns) for schema in found if schema is not None}
        if reader != "read_csv" and len(kinds) > 1:  # these files have types of their own
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # files without rows: the program's, too
            return schema_of(pd.concat(frames, ignore_index=True), reader=reader)


def schema_of(frame: Any, sampled: bool = False, reader: str = "") -> Schema | None:
    """The facts of a pandas frame; None when it has an index that a job could not rebuild."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame) or not numbered(frame.index, reader):
        return None
    columns, infinite, gaps = [], [], {}
    for position, label in enumerate(frame.columns):
        values = frame.iloc[:, position]
        dtype = zoned_dtype(str(values.dtype), reader) or dtype_of(values)
        if dtype is None and reader in LISTS:
            dtype = lists_of(values, LISTS[reader])
        columns.append((label, dtype, bool(values.isna().any())))
        if reader not in ("read_csv", "read_parquet") and values.dtype == object:
            gaps[label] = gap_of(values)
        if values.dtype.kind == "f" and values.isin([math.inf, -math.inf]).any():
            infinite.append(label)
    kept = frame if not sampled and frame.size <= KEPT_CELLS else None
    return Schema(tuple(columns), sampled, kept, tuple(infinite), gaps)


def gap_of(values: Any) -> str:
    """What the missing objects of a column are: null is None, a record without its key has NaN."""
    kinds = {v is None for v in values[values.isna()]}
    return "None" if kinds <= {True} else "nan" if kinds == {False} else BOTH


def numbered(index: Any, reader: str) -> bool:
    """Whether rows have the labels 0, 1, 2, …"""
    import pandas as pd

    whole = reader in ("read_json", "read_pickle", "read_feather") and index.dtype == "int64"
    if not isinstance(index, pd.RangeIndex) and not whole or index.name is not None:
        return False
    return isinstance(index, pd.RangeIndex) or index.equals(pd.RangeIndex(len(index)))


_DTYPES = {"int64": "int64", "float64": "float64", "bool": "bool", "datetime64[ns]": "datetime64[ns]",
           "Int64": "Int64", "Float64": "Float64", "boolean": "boolean", "string": "string",
           "category": "category", "timedelta64[ns]": "timedelta64[ns]", "int32": "int32",
           "float32": "float32", "int16": "int16", "int8": "int8"}  # fmt: skip


def zoned_dtype(name: str, reader: str) -> str | None:
    """The dtype of times of a zone, of readers that give such: a CSV has offsets, UTC where they are 0."""
    if reader == "read_csv":
        return name if name == "datetime64[ns, UTC]" else None
    zone = name[15:-1] if name.startswith(("datetime64[ns, ", "datetime64[us, ")) else ""
    known = reader == "read_parquet" and zone in zoneinfo.available_timezones()
    return f"datetime64[ns, {zone}]" if known else None


#: the dtype of the items of lists, by the name of their one type; those without any are texts for Spark
_ITEMS = {"": "object", "str": "object", "int": "int64", "float": "float64"}


#: what readers make of lists
LISTS = {"read_json": "list", "read_parquet": "ndarray"}


def lists_of(values: Any, made: str) -> str | None:
    """The dtype of a Series of lists of one type, none of whose items is missing; None for any other."""
    found = [v for v in values if type(v).__name__ == made]
    if not found or len(found) < values.notna().sum():
        return None
    items = [item for v in found for item in (v.tolist() if made == "ndarray" else v)]
    kinds = sorted({type(item).__name__ for item in items}) or [""]
    if any(item != item for item in items):
        return None
    return Lists(_ITEMS[kinds[0]]) if len(kinds) == 1 and kinds[0] in _ITEMS else None


def dtype_of(values: Any) -> str | None:
    """The dtype of a Series as facts.py names it; None for one that it has no name for."""
    name = str(values.dtype)
    if name == "category":
        return "category" if values.cat.categories.dtype == object else None
    if name != "object":
        return _DTYPES.get(name)
    kinds = {type(v).__name__ for v in values.dropna()}
    if kinds <= {"str"}:
        return "object"
    if kinds == {"bool"}:
        return "bool?"
    if kinds == {"date"}:
        return "date"
    return None
