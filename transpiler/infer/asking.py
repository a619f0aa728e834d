"""What a program asks about files: which there are, and paths as pathlib has them."""

from __future__ import annotations

import pathlib
from typing import Any

from transpiler.errors import NoRule, Refused
from transpiler.facts import Const, Local, Plain, Value
from transpiler.loops import Listing

#: asked of a path: whether it is there
_EXISTS = {"os.path.exists", "os.path.isfile", "os.path.isdir"}
#: changes of files that S3 does not have
_CHANGES = {"unlink", "rename", "replace", "touch", "symlink_to", "rmdir", "chmod"}
_UNKNOWN = {"os.path.getsize", "os.path.getmtime", "os.walk", "os.scandir", "os.stat", "os.chdir"}
_SAME = {"resolve", "absolute", "expanduser"}
_SAME_PATH = {"os.path.abspath", "os.path.realpath", "os.path.expanduser", "os.fspath"}
PATHS = {"pathlib.Path", "pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PosixPath"}
#: methods of paths that kept code may call, and what stands for them
ASKED = {"exists": "path_exists", "is_file": "path_exists", "is_dir": "path_exists"}


class Asking:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any

    def ask_files(self, name: str, args: list, kwargs: dict, node: Any) -> Value | None:
        """A library call that asks about files or makes a path; None for another."""
        if name in PATHS and all(isinstance(a, Const) for a in args):
            parts = [a.value for a in args]
            return self.folded(lambda: pathlib.PurePosixPath(*parts), node)  # type: ignore[attr-defined]
        if name in ("pathlib.Path.cwd", "os.getcwd") and not args:
            return Const(pathlib.PurePosixPath(".") if name.startswith("pathlib") else ".")
        if name in _SAME_PATH and len(args) == 1 and isinstance(args[0], Const):
            return Const(args[0].value if name != "os.fspath" else str(args[0].value))
        if name in _UNKNOWN:
            raise Refused(f"{name} looks at local files, which a job does not have")
        if name in _EXISTS and len(args) == 1 and not isinstance(args[0], Local):
            return self.file_exists(args[0], node)
        if name in ("glob.glob", "glob.iglob") and len(args) == 1 and not kwargs:
            return self.listed("list_files", args[0])
        if name in ("glob.glob", "glob.iglob"):
            raise Refused("glob() with options: list the files by a plain pattern")
        if name in ("builtins.sorted", "builtins.list") and len(args) == 1 and isinstance(args[0], Listing) and not kwargs:  # fmt: skip
            listed = args[0].text.startswith(("list_files(", "list_folder("))
            text = args[0].text if listed else f"{node.func.value}({args[0].text})"
            return Listing(text, args[0].vars, args[0].pattern)  # text comes sorted as it is
        if name == "os.listdir":
            path = args[0] if args else Const(".")
            return Listing(f"{self.ctx.call('list_folder')}({self.data_path(path)})", path.vars)  # type: ignore[attr-defined]
        return None

    def listed(self, function: str, pattern: Value) -> Value:
        text = f"{self.ctx.call(function)}(DATA_ROOT, {self.driver.text(pattern)})"
        known = isinstance(pattern, Const) and isinstance(pattern.value, str)
        return Listing(text, pattern.vars, pattern.value if known else "")  # type: ignore[attr-defined]

    def file_exists(self, path: Value, node: Any) -> Value:
        """Whether there is a file: known where it is at hand (the job looks that it still is)."""
        place = self.data_path(path)  # type: ignore[attr-defined]
        if isinstance(path, Const) and self.ctx.schemas.has(str(path.value)):
            if str(path.value) in self.ctx.learned.written:
                return Plain(f"{self.ctx.call('path_exists')}({place})", path.vars)
            self.ctx.emit(f"{self.ctx.call('required')}({place})", kind="kept")
            self.ctx.note("kept", "python", "the file is at hand", self.program.source_line(node))
            return Const(True)
        return Plain(f"{self.ctx.call('path_exists')}({place})", path.vars)

    def path_method(
        self, owner: Const, method: str, args: list, kwargs: dict, node: Any, scope: Any
    ) -> Value | None:
        """A method of a pathlib path that is known; None where it only computes a path."""
        path = owner.value
        if method in ASKED:
            return self.file_exists(owner, node)
        if method in _SAME:
            return owner
        if method in ("glob", "rglob", "iterdir"):
            if not all(isinstance(a, Const) for a in args):
                raise NoRule("a listing that is not followed")
            pattern = ("**", args[0].value) if method == "rglob" else (args[0].value if args else "*",)  # fmt: skip
            return self.listed("found_paths", Const(str(path.joinpath(*pattern))))
        if method == "mkdir":
            self.ctx.note(
                "kept", "mkdir", "S3 has no folders to make", self.program.source_line(node)
            )
            return Const(None)
        if method in _CHANGES or method == "stat":
            raise Refused(f"{method}() changes or asks local files, which a job does not keep")
        if method == "open":
            return self.call_value(open_function(), [owner, *args], kwargs, node, scope)  # type: ignore[attr-defined]
        if method in ("write_text", "write_bytes"):
            self.record_output(owner, "to_text")  # type: ignore[attr-defined]
            parts = [self.driver.text(a) for a in args]
            parts += [f"{k}={self.driver.text(v)}" for k, v in kwargs.items()]
            place = self.data_path(owner)  # type: ignore[attr-defined]
            reads = frozenset().union(*(a.vars for a in args))
            return Plain(f"{self.ctx.call(method)}({', '.join([place, *parts])})", reads)
        if method in ("read_text", "read_bytes"):
            mode = ', "rb"' if method == "read_bytes" else ""
            place = self.data_path(owner)  # type: ignore[attr-defined]
            return Plain(f"open({self.ctx.call('read_local')}({place}){mode}).read()")
        return None


def open_function() -> Value:
    from transpiler.facts import Module

    return Module("builtins.open", "open")


__all__ = ["ASKED", "Asking"]
