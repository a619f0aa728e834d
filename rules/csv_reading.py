"""``read_csv`` and ``read_table``: which of their parameters say what about the columns."""

from __future__ import annotations

import codecs
import os
from dataclasses import replace
from typing import Any

from rules.csv_functions import chosen_columns, converted, converters_of, skipped_lines
from rules.io import dtype_argument, source_frame, zones_of
from rules.opened_files import opened_path
from rules.registry import Call, rule
from transpiler.facts import Const, Encoding, Frame, Func, Index, Module, OpenFile, Plain, Rows
from transpiler.loops import Chunks
from transpiler.symbolic import E

#: parameters that glue_runtime's read_csv takes as they are, and their defaults
_CSV_DEFAULTS = {
    "sep": ",", "quotechar": '"', "escapechar": None, "encoding": "utf-8", "na_values": None,
    "keep_default_na": True, "na_filter": True, "dayfirst": False, "date_format": None,
    "thousands": None, "decimal": ".", "comment": None, "true_values": None, "false_values": None,
    "skipinitialspace": False, "skip_blank_lines": True, "nrows": None, "skiprows": 0,
    "skipfooter": 0, "on_bad_lines": "error", "quoting": 0, "doublequote": True, "lineterminator": None,
    "encoding_errors": "strict",
}  # fmt: skip
#: what of them changes the columns of a file
_LAYOUT = (
    "sep", "encoding", "skiprows", "quotechar", "escapechar", "comment", "skipinitialspace", "quoting",
    "doublequote", "lineterminator", "encoding_errors", "engine", "compression",
)  # fmt: skip
#: of a layout, what pandas' two parsers do not cut alike
_OF_ENGINE = {"quoting", "doublequote", "escapechar", "comment", "skiprows", "skip_blank_lines", "skipinitialspace"}  # fmt: skip
_ENDINGS = {"gzip": ".gz", "bz2": ".bz2", "xz": ".xz", "zip": ".zip", "zstd": ".zst", "tar": ".tar"}

#: endings of packed files that Spark does not unpack
_ONLY_PANDAS_UNPACKS = (".zip", ".xz", ".tar", ".zst", ".tgz")
#: parameters that Spark's readers know only the default of
_ONLY_PANDAS_TAKES = {
    "lineterminator", "skiprows", "comment", "escapechar", "skipinitialspace", "skip_blank_lines",
    "skipfooter", "compression", "encoding_errors", "doublequote", "engine",
}  # fmt: skip

_READ = (
    "filepath_or_buffer, *, sep=None, delimiter=None, header='infer', names=None, "
    "index_col=None, usecols=None, dtype=None, engine=None, converters=None, true_values=None, "
    "false_values=None, skipinitialspace=False, skiprows=None, skipfooter=0, nrows=None, na_values=None, "
    "keep_default_na=True, na_filter=True, verbose=None, skip_blank_lines=True, parse_dates=None, "
    "infer_datetime_format=None, keep_date_col=None, date_parser=None, date_format=None, dayfirst=False, "
    "cache_dates=True, iterator=False, chunksize=None, compression='infer', thousands=None, decimal='.', "
    "lineterminator=None, quotechar='\"', quoting=0, doublequote=True, escapechar=None, comment=None, "
    "encoding=None, encoding_errors='strict', dialect=None, on_bad_lines='error', delim_whitespace=None, "
    "low_memory=True, memory_map=False, float_precision=None, storage_options=None, dtype_backend=None"
)
_NOT_YET = "keep_date_col date_parser dialect"
_IGNORED = "verbose infer_datetime_format cache_dates low_memory memory_map float_precision storage_options"


@rule(
    f"pandas.read_csv({_READ})",
    not_yet=_NOT_YET,
    ignored=_IGNORED,
    example=(
        "pd.read_csv('nasty.csv')",
        "pd.read_csv('nasty.csv', usecols=['s', 'i', 'k'])",
        "pd.read_csv('nasty.csv', index_col='i')[['s', 'f']]",
        "pd.read_csv('nasty.csv', index_col=['k', 'i'], usecols=['i', 'k', 'f'])",
        "pd.read_csv('nasty.csv', index_col='t', parse_dates=['t'])[['i']]",
        "pd.read_csv('nasty.csv', index_col=False)[['i', 'k']]",
        "pd.read_csv('other.csv', header=0, names=['key', 'weight', 'number', 'who'])",
        "pd.read_csv('other.csv', header=0, names=['key', 'weight', 'number', 'who'], usecols=['who', 'key'])",
        "pd.read_csv('other.csv', skiprows=[1, 3])",
        "pd.read_csv('other.csv', skiprows=range(1, 2), on_bad_lines='skip')",
        "pd.read_csv('other.csv', skipfooter=2, engine='python')",
        "pd.read_csv('other.csv', compression='infer', parse_dates=True)",
        "pd.read_csv('other.csv', header=None, names=['key', 'who'], usecols=[0, 3])",
        "pd.read_csv('nasty.csv', usecols=[0, 2])",
        "pd.read_csv('nasty.csv', parse_dates=[8])[['t', 'd']]",
        "pd.read_csv('other.csv', quoting=3)",
        "pd.read_csv('other.csv', quoting=2, lineterminator='\\n', encoding_errors='replace')",
        "pd.read_csv('other.csv', doublequote=False, escapechar='!', header=1)",
        "pd.read_csv('other.csv', skiprows=lambda n: n % 2 == 1)",
        "pd.read_csv('nasty.csv', usecols=lambda x: x in ('i', 's'))",
        "pd.read_csv('other.csv', converters={'name': lambda x: x.strip().upper(), 'w': lambda x: int(x) + 1, 'k': str})",
        "pd.read_csv('nasty.csv', dtype_backend='numpy_nullable')",
    ),
)
def read_csv(c: Call) -> Frame:
    """A CSV file or folder, typed as pandas types it."""
    return delimited(c, ",") if c.lit("chunksize") is None else pieces(c, ",")


@rule(
    f"pandas.read_table({_READ})",
    not_yet=_NOT_YET,
    ignored=_IGNORED,
    example=("pd.read_table('nasty.csv', sep=',', usecols=['i', 'k'])", "pd.read_table('other.csv', header=None, names=['line'], skiprows=1, sep=';')"),
)  # fmt: skip
def read_table(c: Call) -> Frame:
    """The same, with tabs between the cells."""
    return delimited(c, "\t") if c.lit("chunksize") is None else pieces(c, "\t")


def pieces(c: Call, default: str) -> Any:
    """A file that is read piece after piece: the types of all pieces are those of the whole, or whole
    numbers where others have fractions."""
    place = ("pieces", *c.interpreter.program.position(c.node))  # type: ignore[attr-defined]
    c.need(not isinstance(c["filepath_or_buffer"], OpenFile), "pieces of an open file")
    size, path = c.lit("chunksize"), c["filepath_or_buffer"]
    c.need(place not in c.ctx.learned.kept, "a file that is read piece after piece")
    c.need(isinstance(size, int) and size > 0 and isinstance(path, Const), "chunksize= of this form")  # fmt: skip
    c.need(not c.given("skipfooter"), "skipfooter= beside chunksize=, which pandas refuses")
    c.need(c.lit("index_col") is None, "labels of a file that is read piece after piece")
    c.need(
        not isinstance(c["skiprows"], (Func, Module)), "skiprows= of a function beside chunksize="
    )
    c.need(not (c.given("sep") and c.lit("sep") is None), "a separator that is found in the file")
    whole, known = read_whole(c, default)
    dtype = dtype_argument(c["dtype"])
    given = set(dtype) if isinstance(dtype, dict) else None
    stated = isinstance(dtype, str) or given is not None and given >= set(c.lit("usecols") or ("",))
    named = set(dtype.values()) if isinstance(dtype, dict) else {dtype}
    c.need("category" not in named, "categories of a file that is read piece after piece")
    if not stated or c.lit("parse_dates"):
        c.need(not whole.open, "pandas finds the types of each piece by itself: dtype= says what they are")  # fmt: skip
        known = {k: v for k, v in known.items() if v is not None}
        found = c.ctx.schemas.look_pieces(path.value, known, size)
        types = [x.dtype for x in whole.columns]
        c.need(found is not None and all(map(agree, zip(*found), types)), "the pieces have columns of different types: dtype= says what they are")  # fmt: skip
    return Chunks(whole, place)


def agree(found: tuple, dtype: str | None) -> bool:
    """Whether the dtypes of a column in all pieces may stand for that of the whole."""
    return set(found) <= ({"int64", "float64"} if dtype == "float64" else {dtype})


def delimited(c: Call, default: str) -> Frame:
    """A file of cells with a separator between them."""
    c.need(not c.lit("iterator"), "a file that is read piece after piece")
    return read_whole(c, default)[0]


def read_whole(c: Call, default: str) -> tuple[Frame, dict]:
    """All of the file, and the parameters by which pandas finds its types."""
    newlines = opened_path(c, "filepath_or_buffer")
    path = place_of(c)
    if isinstance(path, Plain) and "IO(" in path.text:
        from rules.literal import text_table

        return text_table(c), {}
    options = layout_options(c, path, default)
    dtype = dtype_argument(c["dtype"])
    known = {**options, **header_options(c)}
    unseen = isinstance(options.get("skiprows"), E)  # which lines are read only the job sees
    seen = Plain("") if unseen else path
    if isinstance(c["encoding"], Encoding):
        known["encoding"] = c.ctx.schemas.decoding(path, c["encoding"].names)
    own_names(c, seen, known)
    whole = file_schema(c, seen, known)
    index = index_labels(c, whole)
    usecols, dates = columns_used(c, whole), date_labels(c, whole, index)
    functions = converters_of(c, lambda x: label_at(c, x, whole, "converters"))
    if isinstance(usecols, list):
        functions = {x: f for x, f in functions.items() if x in usecols}
    c.need(not functions.keys() & {*dates}, "a converter of a column that is read as dates")
    if newlines:
        options["newlines"] = True
    if functions:
        known["converters"] = dict.fromkeys(functions, str)
        options["as_text"] = list(functions)
        if dtype is None or isinstance(dtype, dict):
            dtype = {**(dtype or {}), **dict.fromkeys(functions, "object")}
    if dtype is not None:
        known["dtype"] = {k: d for k, d in dtype.items() if k not in functions} if isinstance(dtype, dict) else dtype  # fmt: skip
    more: dict[str, Any] = {"dtype_backend": c.lit("dtype_backend")}
    more |= {"usecols": None if isinstance(usecols, E) else usecols, "parse_dates": dates or None}
    known.update({k: v for k, v in more.items() if v is not None})
    schemas, files = c.ctx.schemas, getattr(seen, "at_hand", ())
    schema = schemas.look("read_csv", path.value, known) if isinstance(seen, Const) else None
    if files and not c.given("names"):
        schema = schemas.look_all("read_csv", files, known)
    passed = reader_options(c, options, known)
    if dates:
        passed |= {"parse_dates": dates, **zones_of(schema, "utc")}
    if cut_by_pandas(path, passed):
        passed["cut"] = E(c.ctx.call("cut_cells"))
    function = "read_csv"
    if hasattr(path, "added"):
        c.need(index is None, "an index column of several files")
        function = "read_csv_files"
    frame = source_frame(
        c, function, "csv", path, schema, passed, dtype, usecols, dates, whole=whole
    )
    if "nullable" in passed:
        c.need(not functions, "converters= beside dtype_backend=")
        c.need(not dates, "parse_dates= beside dtype_backend=, where pandas leaves times with gaps as text")  # fmt: skip
        columns = [replace(x, nullable=True, gap=None) for x in frame.columns]
        frame = frame.but(columns=tuple(columns), nullable=True, gap=None)
    frame = converted(c, frame, functions)
    return (frame if index is None else labelled(c, frame, index)), known


def place_of(c: Call) -> Any:
    """Where the file is."""
    path = c["filepath_or_buffer"]
    known = isinstance(path, Const) and isinstance(path.value, str) or isinstance(path, Plain)
    c.need(known, "the path is not known here")
    web = isinstance(path, Const) and path.value.startswith(("http:", "https:", "ftp:"))
    c.need(not web, "a web address is read on the driver: copy the file to S3, which the cluster reads")  # fmt: skip
    return path


def reader_options(c: Call, options: dict, known: dict) -> dict:
    """What the job's reader is told: what is not its default."""
    passed = {k: v for k, v in options.items() if isinstance(v, E) or v != _CSV_DEFAULTS.get(k)}
    if known.get("names") is not None:
        passed["names"] = known["names"]
        if known["header"] is None:
            passed["header"] = False
    elif known.get("header", 0) != 0:
        passed["header"] = known["header"] is not None and known["header"]
    backend = c.lit("dtype_backend")
    c.need(backend in (None, "numpy_nullable"), f"dtype_backend={backend!r}")
    return {**passed, "nullable": True} if backend is not None else passed


def cut_by_pandas(path: Any, passed: dict) -> bool:
    """Whether the files may be in a layout or packing that Spark's readers do not take."""
    sep, encoding = passed.get("sep", ","), passed.get("encoding", "utf-8")
    if passed.keys() & _ONLY_PANDAS_TAKES or passed.get("header", False) is not False:
        return True
    if sep is None or len(sep) != 1:
        return True
    if isinstance(encoding, E) or codecs.lookup(encoding).name not in ("utf-8", "ascii"):
        return True
    places = getattr(path, "at_hand", None) or [getattr(path, "value", path.text)]
    endings = [os.path.splitext(str(place).strip("'\""))[1].lower() for place in places]
    return any(not ending or ending in _ONLY_PANDAS_UNPACKS for ending in endings)


def layout_options(c: Call, path: Any, default: str) -> dict:
    """The parameters that say how the file is cut into cells and read; those that are given."""
    lines = skipped_lines(c)
    found = {} if lines is None else {"skiprows": lines}
    found |= {"encoding": E(c["encoding"].text)} if isinstance(c["encoding"], Encoding) else {}
    plain = [k for k in _CSV_DEFAULTS if c.given(k) and k not in found]
    options = {k: c.lit(k) for k in plain if c.lit(k) is not None} | found
    options["sep"] = separator(c, default)
    if options["sep"] == _CSV_DEFAULTS["sep"]:
        options.pop("sep")
    c.need(options.get("quoting", 0) in (0, 1, 2, 3), "quoting= of this value")
    python = c.lit("engine") in ("python", "python-fwf") or bool(options.get("skipfooter"))
    python = python or len(options.get("sep", ",") or "??") > 1 and options["sep"] != r"\s+"
    c.need(not (python and options.get("quoting") == 2), "quoting=2 of pandas' slow parser, which makes numbers of its own")  # fmt: skip
    if python and _OF_ENGINE & options.keys():
        options["engine"] = "python"
    if options.get("quoting") == 1:  # which is for writing
        options.pop("quoting")
    if lines is not None:
        return packed_options(c, path, options)
    skipped = options.get("skiprows", 0)
    if isinstance(skipped, (list, tuple, set, range)):
        options["skiprows"] = sorted(skipped)
    c.need(
        isinstance(options.get("skiprows", 0), int)
        or all(isinstance(n, int) for n in options["skiprows"]),
        "skiprows= of this form",
    )
    bad = options.get("on_bad_lines", "error")
    c.need(bad in ("error", "skip", "warn"), "on_bad_lines= is a function")
    return packed_options(c, path, options)


def separator(c: Call, default: str) -> str | None:
    """What stands between cells; None where pandas finds it in the file."""
    given = [k for k in ("sep", "delimiter") if c.given(k) and not (k == "delimiter" and c.lit(k) is None)]  # fmt: skip
    if c.lit("delim_whitespace"):
        c.need(not given, "a separator beside delim_whitespace=")
        return r"\s+"
    found = c.lit(given[-1]) if given else default
    c.need(found is None or isinstance(found, str) and found, "the separator is not a text")
    return found


def packed_options(c: Call, path: Any, options: dict) -> dict:
    """The options with how the file is packed, where its name does not tell."""
    compression = c.lit("compression")
    if compression == "infer":
        return options
    ending = str(getattr(path, "value", "")).lower()
    c.need(isinstance(path, Const) and (compression is None or compression in _ENDINGS), f"compression={compression!r}")  # fmt: skip
    if compression is None:
        c.need(not ending.endswith(tuple(_ENDINGS.values())), "compression=None of a file that is called packed")  # fmt: skip
    elif not ending.endswith(_ENDINGS[compression]):
        options["compression"] = compression
    return options


def columns_used(c: Call, whole: Any) -> Any:
    """``usecols`` as labels, or the text of a function of a label."""
    chosen = chosen_columns(c, whole)
    return chosen if chosen is not None else column_labels(c, "usecols", whole)


def header_options(c: Call) -> dict:
    """``header`` and ``names`` as they are given."""
    names, header = c.lit("names"), c.lit("header")
    line = isinstance(header, int) and not isinstance(header, bool) and header >= 0
    c.need(header in ("infer", None) or line, "a header of several lines")
    c.need(not header or header == "infer" or names is None, "names= beside a header that is not the first line")  # fmt: skip
    out: dict[str, Any] = {}
    if names is not None:
        c.need(isinstance(names, (list, tuple, range)), "names= of this form")
        out = {"names": list(names), "header": 0 if header == 0 else None}
    elif header is None or line and header:
        out = {"header": header}
    return out


def own_names(c: Call, path: Any, known: dict) -> None:
    """``names`` for all columns of the file: pandas takes as many as ``usecols`` has places."""
    names = known.get("names")
    if names is None or not isinstance(path, Const):
        return
    first = {k: v for k, v in known.items() if k in _LAYOUT}
    raw = c.ctx.schemas.look("read_csv", path.value, {**first, "header": None, "nrows": 1})
    if raw is None or len(raw.columns) <= len(names):
        return
    c.need(
        not isinstance(c["usecols"], (Func, Module)),
        "usecols= of a function beside fewer names than columns",
    )
    places = c.lit("usecols")
    c.need(
        isinstance(places, (list, tuple, range))
        and len(places) == len(names)
        and all(isinstance(p, int) and -1 < p < len(raw.columns) for p in places),
        "fewer names than the file has columns",
    )
    named = dict(zip(sorted(places), names))
    known["names"] = [named.get(n, f"_{n}") for n in range(len(raw.columns))]


def file_schema(c: Call, path: Any, known: dict) -> Any:
    """The schema of all columns of the file; None where it is not at hand."""
    at_hand = [path.value] if isinstance(path, Const) else getattr(path, "at_hand", ())[:1]
    if not at_hand:
        return None
    first = {k: v for k, v in known.items() if k in (*_LAYOUT, "header", "names")}
    return c.ctx.schemas.look("read_csv", at_hand[0], {**first, "nrows": 0})


def column_labels(c: Call, parameter: str, schema: Any) -> list | None:
    """Columns that a parameter lists by label or place, as labels."""
    listed = c.lit(parameter)
    if listed is None:
        return None
    c.need(isinstance(listed, (list, tuple, set, range)), f"{parameter}= of this form")
    return [label_at(c, x, schema, parameter) for x in listed]


def label_at(c: Call, column: Any, schema: Any, parameter: str) -> str:
    """The label of a column that is given by label or place."""
    c.need(isinstance(column, (str, int)) and not isinstance(column, bool), f"{parameter}= of this form")  # fmt: skip
    if isinstance(column, str):
        return column
    c.need(schema is not None and -1 < column < len(schema.columns), "the columns of the file are not known here")  # fmt: skip
    label = schema.columns[column][0]
    c.need(isinstance(label, str), "columns that have no names")
    return label


def index_labels(c: Call, schema: Any) -> list | None:
    """The columns that become the labels of the rows; None: the rows are numbered."""
    wanted = c.lit("index_col")
    if wanted is None:
        return None
    if wanted is False:
        c.need(schema is not None, "rows with more cells than the header has names")
        return None
    wanted = list(wanted) if isinstance(wanted, (list, tuple)) else [wanted]
    c.need(wanted, "index_col= of this form")
    places = any(isinstance(w, int) for w in wanted)
    c.need(not places or not c.given("usecols"), "the place of a column among those that are used")
    return [label_at(c, w, schema, "index_col") for w in wanted]


def date_labels(c: Call, schema: Any, index: list | None) -> list:
    """The columns that are read as dates."""
    dates = c.lit("parse_dates")
    if dates is None or dates is False:
        return []
    if dates is True:
        return list(index or ())
    c.need(isinstance(dates, (list, tuple)), "parse_dates= of this form")
    places = any(isinstance(d, int) for d in dates)
    c.need(not places or not c.given("usecols"), "the place of a column among those that are used")
    return [label_at(c, d, schema, "parse_dates") for d in dates]


def labelled(c: Call, frame: Frame, labels: list) -> Frame:
    """The frame with these columns as its index; one without a name in the file has none."""
    levels = [frame.column(label) for label in labels]
    c.ctx.use(frame, *levels)
    names = {level.name for level in levels}
    left = tuple(x for x in frame.columns if x.name not in names)
    shown = [
        replace(x, label=None if str(x.label).startswith("Unnamed: ") else x.label) for x in levels
    ]
    gone = (*frame.gone, *labels) if frame.open else ()
    return frame.but(
        columns=left,
        gone=gone,
        index=Index("columns", None, tuple(shown), unique=False),
        rows=Rows(),
    )
