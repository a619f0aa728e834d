"""The last rung: pandas on the driver, as the user wrote it.

`as_pandas` gives the pandas text of any value; `Verbatim` rewrites code that is kept as it is so
that names, frames and files mean the same inside a job.
"""

from __future__ import annotations

from pathlib import PurePath
from types import ModuleType
from typing import Any, Callable

import libcst as cst

from rules import lib
from rules.widths import BOUNDED, WIDTHS, in_pandas
from transpiler.errors import NoRule, Refused, Restart
from transpiler.facts import (
    NULL_FREE,
    NULLABLE,
    Accessor,
    Class,
    Col,
    Const,
    Database,
    DtypeOf,
    Frame,
    Func,
    Grouped,
    Instance,
    Local,
    MadeCategory,
    Mapping,
    Method,
    Module,
    NoneGap,
    OpenLabels,
    Plain,
    Scalar,
    SeenCategory,
    Sequence,
    Slice,
    Super,
    Value,
    Windowed,
)
from transpiler.loops import Chunks, LoopName, PerGroup, Pieces
from transpiler.places import check_storage
from transpiler.source import has_url_password
from transpiler.symbolic import col, lift, render

#: dtypes that a collected column has by its Spark type alone
_DEFAULT = {"int64", "int64?", "float64", "bool", "bool?", "object", "datetime64[ns]", "date", None}
_READERS = ("read_csv", "read_excel", "read_json", "read_parquet", "read_table", "read_xml", "read_fwf",
            "read_feather", "read_orc", "read_pickle", "read_stata", "read_html")  # fmt: skip
_WRITERS = {"to_csv": "write_text", "to_json": "write_text", "to_parquet": "write_bytes",
            "to_html": "write_text", "to_xml": "write_text", "to_string": "write_text",
            "to_markdown": "write_text", "to_latex": "write_text"}  # fmt: skip
#: what they say of the file and not of its text
OF_FILES = {
    "to_csv": ("encoding", "mode", "compression", "errors"),
    "to_json": ("mode", "compression"),
}


#: writers that take an open binary file
_BYTE_WRITERS = ("to_excel", "to_pickle", "to_feather", "to_stata", "to_orc")
#: writers of files that no dataset can hold
_NO_WRITERS = ("to_hdf", "to_clipboard", "to_gbq")


def gaps_in_levels(frame: Frame) -> bool:
    """Whether a missing label may be a value of one of several levels, the last one there."""
    levels = frame.index.levels
    full = all(x.dtype in NULL_FREE or frame.rows.is_full(x.uid) for x in levels)
    return frame.index.gaps and len(levels) > 1 and not full and not any(x.dtype == "category" for x in levels)  # fmt: skip


class Driver:
    """Pandas text of values, for one pass."""

    def __init__(self, ctx: Any, verbatim: Callable[[cst.CSTNode, Any], str]) -> None:
        self.ctx, self.verbatim = ctx, verbatim

    def text(self, value: Value) -> str:
        """The pandas expression that makes ``value`` on the driver. Raises Refused when none can."""
        for kind, render_value in _RENDER.items():
            if isinstance(value, kind):
                return render_value(self, value)
        raise Refused(f"a {value.kind} cannot be made on the driver")

    def frame(self, frame: Frame) -> str:
        """``to_pandas(…)`` with pandas' order, index, labels and dtypes."""
        ctx = self.ctx
        ctx.use(frame)
        ctx.look(*frame.columns, *frame.index.levels)
        for step in (s for c in frame.columns for s in c.functions):
            raise Restart(step)  # of its missing values only pandas itself knows which are pd.NA
        options = []
        order = frame.order
        try:
            keys = ctx.order_of(frame)
        except NoRule as error:
            raise Refused(f"the rows cannot be collected in pandas' order: {error}") from None
        text = frame.text + (lib.sorted_text(keys) if keys and (order.keys or order.anchor) else "")
        keep: list[str] = []
        if frame.index.kind == "rows":
            name = ctx.position(frame, frame.index.anchor, "number")
            keep = [h for h in frame.hidden if col(h).text == name.text] or ["__pos"]
            options += [f"index={keep!r}", "index_names=[None]"]
        elif frame.index.kind == "columns":
            keep = [c.name for c in frame.index.levels]
            options += [f"index={keep!r}", f"index_names={[c.label for c in frame.index.levels]!r}"]
            options += ["index_gaps=True"] if gaps_in_levels(frame) else []
        gone = [h for h in frame.hidden if h not in keep]
        if gone:
            text += f".drop({', '.join(render(g) for g in gone)})"
        options += self._dtypes(frame)
        self.demand_categories(frame)
        nones = [
            c.name for c in frame.columns if c.gap == "None" and c.dtype in ("object", "list", None)
        ]
        only = [c.name for c in frame.columns if isinstance(c.gap, NoneGap) and c.gap == "None" and c.dtype == "float64"]  # fmt: skip
        options += [f"only_none={only!r}"] if only else []
        if nones or frame.open and frame.gap == "None":
            options.append("none=True" if frame.open and frame.gap == "None" else f"none={nones!r}")
        mixed = [c.name for c in frame.columns if c.holds_na]
        if mixed:
            options.append(f"objects={mixed!r}")
        if ctx.options.driver_limit != 5_000_000:
            options.append(f"limit={ctx.options.driver_limit}")
        text = f"{ctx.call('to_pandas')}({', '.join([text, *options])})"
        if frame.label_kind:
            levels = render(list(frame.label_names))
            known = {c.name: c.label for c in frame.columns}
            more = f", known={render(known)}" if known else ""
            text = f"{ctx.call('with_labels')}({text}, {frame.label_kind}, {levels}{more})"
        elif frame.open and len(frame.label_names) == 1 and frame.label_names[0] is not None:
            text += f".rename_axis(columns={render(frame.label_names[0])})"
        relabel = [c.label for c in frame.columns]
        if not frame.open and relabel != [c.name for c in frame.columns]:
            import_pandas(ctx)
            labels = (
                f"pd.MultiIndex.from_tuples({relabel!r}, names={list(frame.label_names) or None!r})"
            )
            text += f".set_axis({labels if all(isinstance(x, tuple) for x in relabel) and relabel else repr(relabel)}, axis=1)"
        return text

    def demand_categories(self, frame: Frame) -> None:
        """Pandas sees all categories, in their order, where those of the rows at hand are others."""
        for dtype in (c.dtype for c in (*frame.columns, *frame.index.levels)):
            if isinstance(dtype, MadeCategory):
                if not isinstance(dtype, SeenCategory) or not frame.rows.has_all(dtype.step):
                    self.ctx.demand(dtype.step, "categories")

    def demand_widths(self, columns: list) -> None:
        """Pandas computes in the width of its columns: where the data decide that, it makes them."""
        for column in columns:
            if column.width is not None and column.width not in WIDTHS | BOUNDED:
                for step in column.width.steps:
                    self.ctx.demand(step, "width")

    def _dtypes(self, frame: Frame) -> list[str]:
        columns = [*frame.columns, *frame.index.levels]
        named = {c.name: in_pandas(c) for c in columns}
        self.demand_widths(columns)
        odd = {name: dtype for name, dtype in named.items() if dtype not in _DEFAULT}
        if frame.open:
            return (["nullable=True"] if frame.nullable else []) + (
                [f"dtypes={odd!r}"] if odd else []
            )
        unknown = [c for c in columns if c.dtype is None]
        if columns and all(c.is_nullable or c.dtype in ("datetime64[ns]", "date") for c in columns):
            if any(c.is_nullable for c in columns):
                odd = {name: dtype for name, dtype in odd.items() if dtype not in NULLABLE}
                return ["nullable=True"] + ([f"dtypes={odd!r}"] if odd else [])
        if unknown and any(c.nullable for c in unknown):
            some = [c.name for c in unknown if c.nullable]
            kinds = "True" if len(some) == len(unknown) else repr(some)
            odd = {n: d for n, d in named.items() if d is not None and d not in NULLABLE}
            return [f"nullable={kinds}"] + ([f"dtypes={odd!r}"] if odd else [])
        return [f"dtypes={odd!r}"] if odd else []

    def series(self, series: Col) -> str:
        if series.kind == "Index":
            import_pandas(self.ctx)
            return f"pd.Index({self.series(Col(**vars(series)))})"
        if series.kind == "ndarray":
            return f"{self.series(Col(**vars(series)))}.to_numpy()"
        frame = series.frame
        self.ctx.look(series)
        label = series.label if isinstance(series.label, str) and series.label else "value"
        if series.column is not None and not series.temps:
            narrow = lib.selected(self.ctx, frame, [series.column])
            text = f"{self.frame(narrow)}[{render(series.column.label)}]"
            return (
                text
                if series.label == series.column.label
                else f"{text}.rename({render(series.label)})"
            )
        bare = frame.but(columns=(), open=False)
        wide = lib.assign(self.ctx, frame, label, series)
        column = wide.column(label)
        narrow = lib.selected(self.ctx, wide, [column]).but(index=bare.index)
        text = f"{self.frame(narrow)}[{render(label)}]"
        return text if series.label == label else f"{text}.rename({render(series.label)})"

    def made(self, value: Any) -> str:
        if value.made is None:
            raise Refused(f"a {value.kind} cannot be made on the driver")
        receiver, method, args, kwargs = value.made
        return self.call(self.text(receiver), method, args, kwargs)

    def call(self, receiver: str, method: str, args: list[Value], kwargs: dict[str, Value]) -> str:
        """``receiver.method(args)``, or the subscript or operator that a dunder name stands for."""
        parts = [self.text(a) for a in args]
        if method == "__getitem__":
            return f"{receiver}[{self.key(args[0])}]"
        if method in UNARY:
            return f"({UNARY[method]}{receiver})"
        if method in BINARY:
            return f"({receiver} {BINARY[method]} {parts[0]})"
        if method.startswith("__r") and "__" + method[3:] in BINARY:
            return f"({parts[0]} {BINARY['__' + method[3:]]} {receiver})"
        check_storage(kwargs.get("storage_options"))
        # Credentials never reach a script: S3 is read and written with the job's own role.
        parts += [f"{k}={self.text(v)}" for k, v in kwargs.items() if k != "storage_options"]
        name = f"{receiver}.{method}" if receiver else method
        return f"{name}({', '.join(parts)})"

    def key(self, key: Value) -> str:
        if isinstance(key, Sequence) and key.type is tuple:
            return ", ".join(self.key(i) for i in key.items)
        if isinstance(key, Const) and isinstance(key.value, slice):
            s = key.value
            bounds = [render(b) if b is not None else "" for b in (s.start, s.stop)]
            return ":".join(bounds) + (f":{render(s.step)}" if s.step is not None else "")
        if (
            isinstance(key, Const)
            and isinstance(key.value, tuple)
            and any(isinstance(v, slice) for v in key.value)
        ):
            return ", ".join(self.key(Const(v)) for v in key.value)
        if isinstance(key, Slice):
            parts = [
                "" if isinstance(p, Const) and p.value is None else self.text(p)
                for p in (key.start, key.stop)
            ]
            step = (
                ""
                if isinstance(key.step, Const) and key.step.value is None
                else ":" + self.text(key.step)
            )
            return ":".join(parts) + step
        return self.text(key)

    def items(self, value: Sequence) -> str:
        inner = ", ".join(self.text(i) for i in value.items)
        if value.type is tuple:
            return f"({inner}{',' if len(value.items) == 1 else ''})"
        return f"[{inner}]" if value.type is list else f"{value.type.__name__}([{inner}])"

    def labels(self, value: OpenLabels) -> str:
        """What Python gets it may change: steps before and after do not go by the same labels."""
        self.ctx.counter[("labels", value.text)] += 1
        return value.text

    def module(self, value: Module) -> str:
        if value.name.split(".")[0] == "pandas":
            import_pandas(self.ctx)
        if value.name.split(".")[0] == "numpy":
            self.ctx.runtime.add("import numpy as np")
        return value.text


def kept_class(cls: Class) -> str:
    raise Restart(("class", cls.line))


def kept_loop(place: tuple) -> str:
    raise Restart(place)


def no_database() -> str:
    raise Refused(
        "this uses a database in a way that has no Spark form: pandas' read_sql, read_sql_query,"
        " read_sql_table and to_sql have, with the query as a text"
    )


def import_pandas(ctx: Any) -> None:
    """The job needs ``import pandas as pd``."""
    ctx.runtime.add("import pandas as pd")


def offset_text(offset: Any) -> str:
    """The pandas text of a calendar offset."""
    parts = [] if offset.n == 1 else [repr(offset.n)]
    if offset.normalize:
        parts.append("normalize=True")
    parts += [f"{k}={v!r}" for k, v in getattr(offset, "kwds", {}).items()]
    return f"pd.offsets.{type(offset).__name__}({', '.join(parts)})"


def constant_text(driver: Driver, value: Const) -> str:
    if value.secret or isinstance(value.value, str) and has_url_password(value.value):
        raise Refused(
            "a secret would be written into the job: use the job's IAM role, a Glue connection, or AWS Secrets Manager"
        )
    if value.text is not None:
        return value.text
    if isinstance(value.value, PurePath):
        driver.ctx.runtime.add("import pathlib")
        return f"pathlib.Path({str(value.value)!r})"
    if type(value.value).__name__ == "ndarray":
        driver.ctx.runtime.add("import numpy as np")
        return f"np.array({render(value.value.tolist())})"
    owner = getattr(value.value, "__self__", None)
    if owner is not None and not isinstance(owner, ModuleType | type):
        name = value.value.__name__  # a bound method such as ", ".join
        return f"{constant_text(driver, Const(owner))}.{name}"
    if type(value.value).__name__ == "builtin_function_or_method":
        return value.value.__name__
    if hasattr(value.value, "rollforward"):
        import_pandas(driver.ctx)
        return offset_text(value.value)
    if type(value.value).__module__.startswith("pandas"):
        import_pandas(driver.ctx)
        if type(value.value).__name__.endswith("Index"):
            return index_text(value.value)
        return f"pd.{value.value!r}" if not str(value.value).startswith("Na") else "pd.NaT"
    return lift(value.value).text


def index_text(index: Any) -> str:
    """pandas code for an Index. Its repr would leave out the middle of a long one."""
    kind = type(index).__name__
    name = "" if index.name is None else f", name={index.name!r}"
    if kind in ("Index", "RangeIndex"):
        return f"pd.Index({render(index.tolist())}{name})"
    if kind == "DatetimeIndex" and index.tz is None:
        if index.freq is not None and len(index) > 2:
            first, freq = str(index[0]), index.freqstr
            return f"pd.date_range({first!r}, periods={len(index)}, freq={freq!r}{name})"
        return f"pd.DatetimeIndex({[str(t) for t in index]!r}{name})"
    raise NoRule(f"a constant {kind} has no text in the job")


BINARY = {"__add__": "+", "__sub__": "-", "__mul__": "*", "__truediv__": "/", "__floordiv__": "//",
          "__mod__": "%", "__pow__": "**", "__and__": "&", "__or__": "|", "__xor__": "^",
          "__eq__": "==", "__ne__": "!=", "__lt__": "<", "__le__": "<=", "__gt__": ">",
          "__ge__": ">=", "__matmul__": "@"}  # fmt: skip
UNARY = {"__neg__": "-", "__invert__": "~", "__pos__": "+"}

_RENDER: dict[type, Callable[[Driver, Any], str]] = {
    Const: constant_text,
    OpenLabels: lambda d, v: d.labels(v),
    Plain: lambda d, v: v.text,
    Scalar: lambda d, v: v.text,
    Local: lambda d, v: v.text,
    Frame: Driver.frame,
    Col: Driver.series,
    Grouped: Driver.made,
    Windowed: Driver.made,
    DtypeOf: lambda d, v: f"{d.text(v.source)}.dtype",
    Accessor: lambda d, v: f"{d.text(v.owner)}.{v.name}",
    Sequence: Driver.items,
    Mapping: lambda d, v: "{" + ", ".join(f"{render(k)}: {d.text(i)}" for k, i in v.items) + "}",
    Module: Driver.module,
    Func: lambda d, v: d.verbatim(v, None),
    Class: lambda d, v: kept_class(v),
    Instance: lambda d, v: kept_class(v.cls),
    Method: lambda d, v: kept_class(v.owner),
    Super: lambda d, v: kept_class(v.cls),
    PerGroup: lambda d, v: kept_loop(v.place),
    Chunks: lambda d, v: kept_loop(v.place),
    Pieces: lambda d, v: kept_loop(v.place),
    LoopName: lambda d, v: kept_loop(v.place),
    Database: lambda d, v: no_database(),
    Slice: lambda d, v: f"slice({d.text(v.start)}, {d.text(v.stop)}, {d.text(v.step)})",
}
