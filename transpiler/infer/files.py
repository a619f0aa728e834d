"""Files that pandas reads and writes on the driver, and library calls that touch files."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath
from typing import Any


from transpiler.errors import NoRule, Refused, Restart
from transpiler.facts import (
    SPARK_TYPES,
    Column,
    Const,
    Frame,
    Index,
    Local,
    Module,
    OpenFile,
    Order,
    OutputFile,
    Plain,
    Rows,
    Value,
    Workbook,
)
from transpiler.infer.context import Output, read_options
from transpiler.infer.recipes import evaluated
from transpiler.infer.services import service_of
from transpiler.infer.driver import _BYTE_WRITERS, _NO_WRITERS, _READERS, _WRITERS, OF_FILES
from transpiler.places import check_target
from transpiler.symbolic import field, render

#: formats of one piece: why one machine reads them, and what to write instead
_ARCHIVE = "an Excel or ODS file is one archive, which one machine reads whole: what is large is better kept as CSV or Parquet, which the cluster reads"
_PIECE = "an {} file is one document, which one machine reads whole: what is large is better kept as CSV, Parquet or JSON lines, which the cluster reads"
_FOREIGN = "{} files have no reader on the cluster, so pandas reads them on one machine: what is large is better kept as Parquet"
_WHOLE_READS = {
    "read_excel": _ARCHIVE,
    "read_xml": _PIECE.format("XML"),
    "read_html": _PIECE.format("HTML"),
    "read_feather": _FOREIGN.format("Feather"),
    "read_orc": "ORC files are read on one machine: what is large is better kept as Parquet, which the cluster reads",
    "read_pickle": _FOREIGN.format("pickle"),
    "read_stata": _FOREIGN.format("Stata"),
    "read_fwf": "lines of fixed widths are read on one machine: read_csv of a column of text and str[a:b] of it run on the cluster",
}
_FILE_WORDS = {"os.remove", "os.rename", "shutil.copy", "shutil.move", "os.makedirs", "os.mkdir"}


#: what unpacks a file while it is read, and what pandas calls that
OPENERS = {"gzip.open": "gzip", "bz2.open": "bz2", "lzma.open": "xz"}


def open_file(text: str, args: list, kwargs: dict, mode: str, packing: str | None = None) -> Value:
    """A file that is open for reading."""
    options = {k: v for k, v in kwargs.items() if k != "mode"}
    path = args[0] if len(args) < 3 else None  # buffering= and more by place
    return OpenFile(text, args[0].vars, path, mode, tuple(options.items()), packing)


_ONE_TASK = "a file of one piece, which one task of the cluster reads whole"
_IN_A_TASK = {"int64", "float64", "bool", "bool?", "object", "datetime64[ns]", "Int64", "Float64", "boolean", "string"}  # fmt: skip


class Files:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any

    def data_path(self, path: Value) -> str:
        """The job's text of a path in the program; a relative or local one is under DATA_ROOT."""
        if isinstance(path, Const):
            value = str(path.value) if isinstance(path.value, PurePath) else path.value
            if not isinstance(value, str):
                raise NoRule("the path is not a text")
            if "://" in value:
                return repr(value)
            clean = value.replace("\\", "/") if ":" in value[:3] else value
            while clean.startswith("./"):
                clean = clean[2:]
            clean = clean.lstrip("/")
            kept = "".join(c if c in "'\"" else repr(c)[1:-1] for c in clean)
            for plain, escaped in (("{", "{{"), ("}", "}}"), ('"', '\\"')):
                kept = kept.replace(plain, escaped)
            return f'f"{{DATA_ROOT}}/{kept}"'
        return f"{self.ctx.call('data_path')}(DATA_ROOT, {self.driver.text(path)})"

    def write_local(
        self, receiver: str, owner: Value, method: str, args: list, kwargs: dict, node: Any
    ) -> Value | None:
        """``frame.to_csv(path, …)`` of a pandas object: its exact text or bytes go to the dataset."""
        if method in _NO_WRITERS:
            raise Refused(
                f"{method} has no place to write to in a job: write CSV, Parquet, JSON or Excel"
            )
        mode = kwargs.get("mode", Const("w")) if method in ("to_csv", "to_json") else Const("w")
        if not (isinstance(mode, Const) and mode.value in ("w", "wt", "wb")):
            shown = mode.value if isinstance(mode, Const) else "…"
            raise Refused(
                f"mode={shown!r} looks at the file that is there, which a dataset on S3 is not: read it,"
                " put the rows together and write the whole"
            )
        writer = _WRITERS.get(method)
        named = next(
            (
                k
                for k in ("path_or_buf", "path_or_buffer", "excel_writer", "path", "buf", "fname")
                if k in kwargs
            ),
            None,
        )
        check_target(args[0] if args else kwargs.get(named or ""))
        target = args[0] if args else kwargs.get(named) if named else None
        if target is None or isinstance(target, Const) and target.value is None:
            return None
        if isinstance(target, OutputFile) and not target.text.isidentifier():
            target = target.path
            if named is not None:
                kwargs = {**kwargs, named: target}
        if isinstance(target, Workbook):
            return self.write_sheet(receiver, owner, method, args, kwargs, target)
        if method in _BYTE_WRITERS:
            kept = {k: v for k, v in kwargs.items() if k != named}
            rest = self.driver.call("", "", args[1:], kept)[1:-1]
            self.record_output(target, method, kept)
            inner = f"{receiver}.{method}(file{', ' + rest if rest else ''})"
            bytes_of = self.ctx.call("bytes_of")
            return Local(
                f"{self.ctx.call('write_bytes')}({self.data_path(target)}, {bytes_of}(lambda file: {inner}))",
                owner.vars,
            )
        if writer is None:
            return None
        self.record_output(target, method, kwargs)
        kept = {k: v for k, v in kwargs.items() if k != named}
        ours = {k: kept.pop(k) for k in OF_FILES.get(method, ()) if k in kept and k != "mode"}
        text = self.driver.call(receiver, method, [Const(None), *args[1:]], kept)
        more = self.driver.call("", "", [], ours)[1:-1]
        call = f"{self.ctx.call(writer)}({self.data_path(target)}, {text}{', ' + more if more else ''})"
        return Local(call, owner.vars)

    def write_sheet(
        self, receiver: str, owner: Value, method: str, args: list, kwargs: dict, book: Workbook
    ) -> Value:
        """``frame.to_excel(writer, …)``: a sheet of the file that the block writes."""
        sheet = kwargs.get("sheet_name", args[1] if len(args) > 1 else Const("Sheet1"))
        if method != "to_excel" or not isinstance(sheet, Const):
            raise Refused(f"{method} into a pd.ExcelWriter, of a sheet that is not known here")
        self.record_output(book.path, method, {"sheet_name": sheet})
        return Local(self.driver.call(receiver, method, args, kwargs), owner.vars | book.vars)

    def record_output(
        self, path: Value, method: str, written: dict[str, Value] | None = None
    ) -> None:
        text, fmt = path.value if isinstance(path, Const) else "?", method.removeprefix("to_")
        constants = {k: v.value for k, v in (written or {}).items() if isinstance(v, Const)}
        if fmt == "json" and "lines" not in constants:
            constants["lines"] = False
        self.ctx.outputs.append(
            Output(str(text), fmt, None, self.ctx.line or 1, None, read_options(fmt, constants))
        )

    def special_call(
        self, function: Module, args: list, kwargs: dict, node: Any, problem: str
    ) -> Value | None:
        """Library calls that touch files, and displays."""
        name = function.name
        if told := service_of(name):
            self.ctx.note("driver", name, told, self.program.source_line(node))
            return None
        if name.split(".")[0] in ("duckdb", "pandasql"):
            return self.sql_over_frames(function, args, kwargs, node, problem)
        if name.startswith("pandas.read_") and name.split(".")[1] in _READERS and (args or kwargs):
            return self.read_local(function, args, kwargs, node, problem)
        if name in _FILE_WORDS and all(isinstance(a, (Const, Plain)) for a in args):
            if name in ("os.makedirs", "os.mkdir"):
                self.ctx.note(
                    "kept", name, "S3 has no folders to make", self.program.source_line(node)
                )
                return Const(None)
            raise Refused(
                f"{name} changes local files, which a job does not keep: write through pandas instead"
            )
        if name in ("builtins.globals", "builtins.locals"):
            raise Refused(
                f"{name.split('.')[1]}() tells of the program's variables, and a job has others"
            )
        if name in ("builtins.exec", "builtins.eval", "builtins.compile", "builtins.__import__"):
            raise Refused(
                f"{name.split('.')[1]}() runs code that cannot be seen here: write it out"
            )
        if name == "pandas.ExcelWriter":
            return self.workbook(args, kwargs)
        asked = self.ask_files(name, args, kwargs, node)  # type: ignore[attr-defined]
        if asked is not None:
            return asked
        if name in OPENERS:
            return self.read_packed(function, args, kwargs)
        if name == "builtins.open":
            given = args[1] if len(args) > 1 else kwargs.get("mode", Const("r"))
            mode = given.value if isinstance(given, Const) else None
            if isinstance(mode, str) and set(mode) & set("ax+"):
                raise Refused(
                    f"open(…, {mode!r}) changes a file, which S3 does not: write the whole file"
                )
            if not isinstance(mode, str) or isinstance(args[0], Local):
                raise Refused("open() of a mode or path that is not known here")
            if "w" in mode:
                return self.written_file(args, kwargs, mode)
            path = self.data_path(args[0])
            rest = self.driver.call("", "", args[1:], kwargs)[1:-1]
            text = f"open({self.ctx.call('read_local')}({path}){', ' + rest if rest else ''})"
            return open_file(text, args, kwargs, mode)
        if name in ("pandas.set_option", "pandas.reset_option") and self.is_display(args):
            self.ctx.note("kept", name, "it changes displays alone", self.program.source_line(node))
            return Const(None)
        if name == "builtins.display":
            return self.plain_like(self.driver.call("", "print", args, {}), args)  # type: ignore[attr-defined]
        return None

    def read_packed(self, function: Module, args: list, kwargs: dict) -> Value | None:
        """``gzip.open(path, "rt")`` and its like, for reading."""
        given = args[1] if len(args) > 1 else kwargs.get("mode", Const("rb"))
        mode = given.value if isinstance(given, Const) else None
        known = (
            bool(args) and isinstance(args[0], (Const, Plain)) and not isinstance(args[0], OpenFile)
        )
        if not isinstance(mode, str) or not known or set(mode) & set("wax+"):
            return None
        path, place = f"{self.ctx.call('read_local')}({self.data_path(args[0])})", Plain("")
        text = self.driver.call("", self.driver.text(function), [place, *args[1:]], kwargs)
        text = text.replace("(", f"({path}", 1)
        return open_file(text, args, kwargs, mode if "t" in mode else "rb", OPENERS[function.name])

    def is_display(self, args: list) -> bool:
        """Whether an option of pandas is of displays and warnings, which no output shows."""
        option = args[0].value if args and isinstance(args[0], Const) else None
        return isinstance(option, str) and option.startswith(
            ("display.", "mode.chained_assignment")
        )

    def written_file(self, args: list, kwargs: dict, mode: str) -> Value:
        """``open(path, "w")``: what is written becomes one file of the dataset when it is closed."""
        path = args[0]
        self.ctx.outputs.append(
            Output(
                str(path.value) if isinstance(path, Const) else "?",
                "text",
                None,
                self.ctx.line or 1,
            )
        )
        options = [f'"{mode}"'] if mode not in ("w", "wt") else []
        named = {k: v for k, v in kwargs.items() if k in ("encoding", "newline")}
        options += [f"{k}={self.driver.text(v)}" for k, v in named.items()]
        more = ", ".join(["", *options])
        text = f"{self.ctx.call('open_output')}({self.data_path(path)}{more})"
        return OutputFile(text, path.vars, path, tuple(named.items()))

    def workbook(self, args: list, kwargs: dict) -> Value:
        """``pd.ExcelWriter(path)`` as the managers of a ``with`` block: its file goes to the path."""
        mode = kwargs.get("mode", Const("w"))
        if len(args) != 1 or not isinstance(args[0], Const | Plain):
            raise Refused("a pd.ExcelWriter over something else than a path")
        if not isinstance(mode, Const) or mode.value != "w":
            raise Refused("an Excel file is written whole: pd.ExcelWriter(…, mode='a') changes one")
        file = self.ctx.unique("file")
        opened = f'{self.ctx.call("open_output")}({self.data_path(args[0])}, "wb") as {file}'
        writer = self.driver.call("", "pd.ExcelWriter", [Plain(file)], kwargs)
        self.ctx.runtime.add("import pandas as pd")
        return Workbook(f"{opened}, {writer}", args[0].vars, args[0])

    def sql_over_frames(
        self, function: Module, args: list, kwargs: dict, node: Any, problem: str
    ) -> Value | None:
        """SQL that names frames by their variables: they have to be pandas frames of those names."""
        texts = [a.value for a in args if isinstance(a, Const) and isinstance(a.value, str)]
        words = {w for t in texts for w in re.findall(r"\w+", t)}
        scope = self.active[-1]  # type: ignore[attr-defined]
        named = [
            w
            for w in sorted(words)
            if (ref := scope.lookup(w)) is not None and isinstance(ref.value, (Frame, Local))
        ]
        for word in named:
            ref = scope.lookup(word)
            if self.job_name(word, ref, scope, True) != word:
                raise Refused(
                    f"the SQL names {word!r}, which is called otherwise in the job: rename the variable"
                )
        text = self.driver.call("", self.driver.text(function), args, kwargs)
        if named:
            self.went_to_driver(text, function.name, problem or "SQL over pandas frames", node)  # type: ignore[attr-defined]
        return Local(text, frozenset(named))

    def read_local(
        self, function: Module, args: list, kwargs: dict, node: Any, problem: str
    ) -> Value:
        """A reader that has no Spark form: the file's bytes come to the driver, pandas reads them."""
        named = next(
            (
                k
                for k in ("filepath_or_buffer", "io", "path_or_buf", "path", "path_or_buffer")
                if k in kwargs
            ),
            None,
        )
        path = args[0] if args else kwargs[named] if named else None
        if path is None or isinstance(path, (Frame, Local)):
            raise NoRule(problem or "the path is not known here")
        if str(getattr(path, "value", "")).startswith("ftp") and "storage_options" in kwargs:
            raise Refused("a file on FTP behind a password: copy it to S3 first, and read it there")
        self.driver.module(function)
        if isinstance(path, Plain) and "IO(" in path.text or isinstance(path, OpenFile):
            source = path.text
        else:
            source = f"{self.ctx.call('read_local')}({self.data_path(path)})"
            if isinstance(path, Const):
                self.ctx.inputs.append({"path": path.value, "format": function.name.split("_")[-1]})
        rest = self.driver.call("", "", args[1:], {k: v for k, v in kwargs.items() if k != named})[
            1:-1
        ]
        text = f"{function.text}({source}{', ' + rest if rest else ''})"
        known, constants = self.known_options({k: v for k, v in kwargs.items() if k != named})
        constants = constants and len(args) <= 1
        looked = self.ctx.schemas.look(function.name.split(".")[1], getattr(path, "value", None), known) if constants else None  # fmt: skip
        if looked is not None and isinstance(path, Const):
            file = self.ctx.unique("file")
            call = f"lambda {file}: {function.text}({file}{', ' + rest if rest else ''})"
            try:
                frame = self.of_levels(call, path, looked, node) or self.in_one_task(call, path, looked, node)  # fmt: skip
            except NoRule as error:
                problem = problem or str(error)
            else:
                self.ctx.note("runtime", function.name, _ONE_TASK, self.program.source_line(node))
                return frame
        reason = problem or _WHOLE_READS.get(function.name.rpartition(".")[2], "the file is read on the driver")  # fmt: skip
        self.went_to_driver(text, function.name, reason, node)  # type: ignore[attr-defined]
        schema = looked
        return self.sent_back(text, path.vars, schema, problem)

    def known_options(self, kwargs: dict[str, Value]) -> tuple[dict, bool]:
        """The arguments of a reader as Python values, and whether all are known."""
        known = {}
        for name, value in kwargs.items():
            try:
                known[name] = value.value if isinstance(value, Const) else evaluated(self.driver.text(value))  # fmt: skip
            except (NoRule, NameError, SyntaxError, AttributeError, TypeError):
                return known, False
        return known, True

    def of_levels(self, read: str, path: Value, schema: Any, node: Any) -> Frame | None:
        """``in_one_task`` of a table whose columns have labels of several levels (two lines of
        header); None for one of others."""
        labels = [label for label, _, _ in schema.columns]
        deep = all(isinstance(x, tuple) and all(isinstance(y, str) for y in x) for x in labels)
        names = {x: "_".join(x) for x in labels} if deep else {}
        if not names or schema.frame is None or len(set(names.values())) < len(labels):
            return None
        flat = replace(
            schema,
            columns=tuple((names[x], d, gap) for x, d, gap in schema.columns),
            gaps={names[x]: gap for x, gap in schema.gaps.items()},
        )
        read += f".pipe({self.ctx.call('flattened')}, {render(names)})"
        frame = self.in_one_task(read, path, flat, node)
        columns = tuple(replace(c, label=x) for c, x in zip(frame.columns, labels))
        return frame.but(columns=columns, label_names=tuple(schema.frame.columns.names))

    def in_one_task(self, read: str, path: Value, schema: Any, node: Any) -> Frame:
        """The frame that a function of a local file gives, made where the cluster reads the file.
        Raises NoRule where it has columns that Spark has no type for, and a later step uses one."""
        ctx = self.ctx
        labels = [label for label, _, _ in schema.columns]
        named = all(isinstance(x, str) and x for x in labels) and len(set(labels)) == len(labels)
        place = ("whole", *self.program.position(node))
        if not labels or not named or place in ctx.learned.kept or schema.is_told_apart(ctx):
            raise NoRule("columns that Spark has no type for")
        step = ctx.step()
        left = {x for x, d, _ in schema.columns if d not in _IN_A_TASK}
        if left & ((ctx.learned.used or {}).get(step) or set()):
            raise Restart(place)
        columns = tuple(Column(x, x, "float64" if gap and d == "int64" else d, origin=(step, x), gap=schema.gap(x, step)) for x, d, gap in schema.columns)  # fmt: skip
        parts = ["glueContext", self.data_path(path), read]
        kept = [x for x in columns if x.name not in left]
        if not kept:
            raise NoRule("columns that Spark has no type for")
        parts.append(render(", ".join(field(x.name, SPARK_TYPES[x.dtype]) for x in kept)))
        gaps = [x.name for x in kept if x.dtype in ("Int64", "boolean", "bool?")]
        parts += [f"gaps={gaps!r}"] if gaps else []
        parts += [f"whole={labels!r}"] if left else []
        hidden: tuple[str, ...] = ()
        if ctx.wants(step, "order") or ctx.wants(step, "number"):
            hidden = (ctx.position_name(step),)
            parts.append(f'position="{hidden[0]}"')
        parts.append(f'transformation_ctx="{ctx.hint or "whole_file"}"')
        text = f"{ctx.call('read_whole')}({', '.join(parts)})"
        index, order = Index("range", step), Order((), step)
        return Frame(text, columns, index=index, order=order, rows=Rows(), hidden=hidden, vars=path.vars)  # fmt: skip

    def sent_back(self, text: str, reads: frozenset, schema: Any, why: str = "") -> Value:
        """A frame made on the driver, as a Spark frame when its columns and dtypes are known: what
        follows then runs on the cluster."""
        ctx = self.ctx
        labels = [label for label, _, _ in schema.columns] if schema is not None else []
        fit = (
            labels
            and all(isinstance(x, str) and x for x in labels)
            and len(set(labels)) == len(labels)
        )
        told = schema is not None and schema.is_told_apart(ctx)
        if not fit or told or any(d in (None, "category", "list") for _, d, _ in schema.columns):
            return Local(text, reads, why=why)
        step = ctx.step()
        columns = tuple(Column(x, x, d, gap=schema.gap(x, step)) for x, d, _ in schema.columns)
        hidden: tuple[str, ...] = ()
        option = ""
        if ctx.wants(step, "order") or ctx.wants(step, "number"):
            hidden = (ctx.position_name(step),)
            option = f', position="{hidden[0]}"'
        text = f"{ctx.call('from_pandas')}(spark, {text}{option})"
        return Frame(
            text,
            columns,
            index=Index("range", step),
            order=Order((), step),
            rows=Rows(),
            hidden=hidden,
            vars=reads,
        )
