"""Code kept as the user wrote it, with the names and files of the job."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.errors import Refused
from transpiler.facts import Module
from transpiler.infer.asking import ASKED
from transpiler.infer.context import Output
from transpiler.infer.driver import _BYTE_WRITERS, _NO_WRITERS, _READERS, _WRITERS, OF_FILES
from transpiler.infer.scope import Scope
from transpiler.source import root_name

#: what pandas' writers call the place that they write to
_TARGETS = ("path_or_buf", "path_or_buffer", "path", "buf")


class _Rewriter(cst.CSTTransformer):
    """Renames what is called otherwise in the job, and sends files through DATA_ROOT."""

    def __init__(self, owner: Any, names: dict[str, str], scope: Scope) -> None:
        self.owner, self.names, self.scope = owner, names, scope

    def visit_Attribute_attr(self, node: cst.Attribute) -> None:
        self._skip = node.attr

    def leave_Name(self, original: cst.Name, updated: cst.Name) -> cst.BaseExpression:
        new = self.names.get(original.value)
        return updated if new is None or new == original.value else cst.parse_expression(new)

    def leave_Attribute(
        self, original: cst.Attribute, updated: cst.Attribute
    ) -> cst.BaseExpression:
        return updated.with_changes(attr=original.attr)

    def leave_Arg(self, original: cst.Arg, updated: cst.Arg) -> Any:
        if original.keyword is not None and original.keyword.value == "storage_options":
            return cst.RemoveFromParent()  # S3 is read and written with the job's own role
        return updated.with_changes(keyword=original.keyword)

    def leave_Param(self, original: cst.Param, updated: cst.Param) -> cst.Param:
        return updated.with_changes(name=original.name)

    def leave_FunctionDef(
        self, original: cst.FunctionDef, updated: cst.FunctionDef
    ) -> cst.FunctionDef:
        return updated.with_changes(name=original.name)

    def leave_ClassDef(self, original: cst.ClassDef, updated: cst.ClassDef) -> cst.ClassDef:
        return updated.with_changes(name=original.name)

    def leave_Call(self, original: cst.Call, updated: cst.Call) -> cst.BaseExpression:
        if not isinstance(original.func, cst.Attribute):
            if isinstance(original.func, cst.Name) and original.func.value in (
                "exec",
                "eval",
                "open",
            ):
                if original.func.value == "open":
                    return self.opening(original, updated)
                raise Refused(
                    f"{original.func.value}() runs code that cannot be seen here: write it out"
                )
            return updated
        asked = self.asking(original, updated)
        if asked is not None:
            return asked
        method = original.func.attr.value
        root = self.scope.lookup(root_name(original.func) or "")
        if (
            method in _READERS
            and root is not None
            and isinstance(root.value, Module)
            and original.args
        ):
            return self.reading(original, updated)
        target = written_to(method, updated)
        if target is not None:
            return self.writing(method, updated, target)
        if method == "parse_args" and not original.args:  # Glue adds arguments of its own
            known = updated.with_changes(
                func=updated.func.with_changes(attr=cst.Name("parse_known_args"))
            )
            return cst.Subscript(known, [cst.SubscriptElement(cst.Index(cst.Integer("0")))])
        if method in (*_BYTE_WRITERS, *_NO_WRITERS, "savefig"):
            raise Refused(f"{method}() in code that is kept as it is has no place to write to")
        return updated

    def opening(self, original: cst.Call, updated: cst.Call) -> cst.BaseExpression:
        """``open(path, …)``: reads a copy of the file, or writes one file of the dataset."""
        given = [a for a in original.args[1:2] if a.keyword is None]
        given += [a for a in original.args if a.keyword is not None and a.keyword.value == "mode"]
        mode = given[0].value.evaluated_value if given and isinstance(given[0].value, cst.SimpleString) else "r"  # fmt: skip
        if len(original.args) == 0 or given and not isinstance(given[0].value, cst.SimpleString) or set(mode) & set("ax+"):  # fmt: skip
            raise Refused("open() that changes a file, which S3 does not: write the whole file")
        code = self.owner.program.module.code_for_node
        path = f"data_path(DATA_ROOT, {code(updated.args[0].value)})"
        self.owner.ctx.call("data_path")
        if "w" not in mode:
            self.owner.ctx.call("read_local")
            first = updated.args[0].with_changes(value=cst.parse_expression(f"read_local({path})"))
            return updated.with_changes(args=[first, *updated.args[1:]])
        self.owner.ctx.outputs.append(Output("?", "text", None, self.owner.ctx.line or 1))
        name = self.owner.ctx.call("open_output")
        first = updated.args[0].with_changes(value=cst.parse_expression(path))
        return updated.with_changes(func=cst.Name(name), args=[first, *updated.args[1:]])

    def asking(self, original: cst.Call, updated: cst.Call) -> cst.BaseExpression | None:
        """What the code asks about files is asked of the data root."""
        code = self.owner.program.module.code_for_node
        name, call = code(original.func), self.owner.ctx.call
        args = [code(a.value) for a in updated.args]
        if name in ("os.path.exists", "os.path.isfile", "os.path.isdir") and len(args) == 1:
            text = f"{call('path_exists')}({call('data_path')}(DATA_ROOT, {args[0]}))"
        elif name in ("glob.glob", "glob") and len(args) == 1 and "glob" in self.owner.imports:
            text = f"{call('list_files')}(DATA_ROOT, {args[0]})"
        elif name == "os.listdir":
            text = f"{call('list_folder')}({call('data_path')}(DATA_ROOT, {args[0] if args else '.'!r}))"
        elif name in (
            "os.remove",
            "os.rename",
            "os.walk",
            "os.scandir",
            "shutil.copy",
            "shutil.move",
        ):
            raise Refused(f"{name} changes or lists local files, which a job does not keep")
        elif name in ("os.makedirs", "os.mkdir"):
            text = "None"
        elif any("pathlib" in line for line in self.owner.imports.values()):
            return self.asking_path(original, updated, args)
        else:
            return None
        return cst.parse_expression(text)

    def asking_path(
        self, original: cst.Call, updated: cst.Call, args: list[str]
    ) -> cst.BaseExpression | None:
        """The same of a pathlib path."""
        call = self.owner.ctx.call
        method = original.func.attr.value  # type: ignore[attr-defined]
        path = self.owner.program.module.code_for_node(updated.func.value)  # type: ignore[attr-defined]
        place = f"{call('data_path')}(DATA_ROOT, {path})"
        if method in ASKED and not args:
            return cst.parse_expression(f"{call('path_exists')}({place})")
        if method == "glob" and len(args) == 1:
            return cst.parse_expression(f"{call('found_paths')}(DATA_ROOT, {path} / {args[0]})")
        if method == "rglob" and len(args) == 1:
            return cst.parse_expression(f"{call('found_paths')}(DATA_ROOT, {path} / '**' / {args[0]})")  # fmt: skip
        if method == "iterdir" and not args:
            return cst.parse_expression(f"{call('found_paths')}(DATA_ROOT, {path} / '*')")
        if method == "mkdir":
            return cst.parse_expression("None")
        if method in ("read_text", "read_bytes"):
            mode = ', "rb"' if method == "read_bytes" else ""
            return cst.parse_expression(f"open({call('read_local')}({place}){mode}).read()")
        if method in ("write_text", "write_bytes") and args:
            self.owner.ctx.outputs.append(Output("?", "text", None, self.owner.ctx.line or 1))
            return cst.parse_expression(f"{call(method)}({place}, {args[0]})")
        if method in ("unlink", "touch", "rmdir"):
            raise Refused(f"{method}() in code that is kept as it is looks at local files")
        return None

    def reading(self, original: cst.Call, updated: cst.Call) -> cst.BaseExpression:
        first = updated.args[0]
        source = self.owner.program.module.code_for_node(first.value)
        if "StringIO" in source or "BytesIO" in source:
            return updated
        self.owner.ctx.call("read_local"), self.owner.ctx.call("data_path")
        value = original.args[0].value
        if isinstance(value, cst.SimpleString):
            self.owner.ctx.inputs.append(
                {"path": value.evaluated_value, "format": original.func.attr.value.split("_")[-1]}
            )
        wrapped = cst.parse_expression(f"read_local(data_path(DATA_ROOT, {source}))")
        return updated.with_changes(args=[first.with_changes(value=wrapped), *updated.args[1:]])

    def writing(self, method: str, updated: cst.Call, target: cst.Arg) -> cst.BaseExpression:
        """``x.to_csv(path, …)``: what pandas would write becomes the one file at the path."""
        writer = _WRITERS[method]
        code = self.owner.program.module.code_for_node
        self.owner.ctx.call(writer), self.owner.ctx.call("data_path")
        ours = OF_FILES.get(method, ())
        moved = [a for a in updated.args if a.keyword is not None and a.keyword.value in ours]
        nowhere = target.with_changes(value=cst.Name("None"))
        inner = updated.with_changes(args=[nowhere if a is target else a for a in updated.args if a not in moved])  # fmt: skip
        given = target.value
        text = given.evaluated_value if isinstance(given, cst.SimpleString) else "?"
        self.owner.ctx.outputs.append(
            Output(str(text), method.removeprefix("to_"), None, self.owner.ctx.line or 1)
        )
        more = "".join(f", {a.keyword.value}={code(a.value)}" for a in moved)  # type: ignore[union-attr]
        return cst.parse_expression(f"{writer}(data_path(DATA_ROOT, {code(given)}), {code(inner)}{more})")  # fmt: skip


def written_to(method: str, call: cst.Call) -> cst.Arg | None:
    """The argument that says where a writer of pandas writes; None: it gives the text itself."""
    if method not in _WRITERS or not call.args:
        return None
    first, named = call.args[0], [a for a in call.args if a.keyword is not None and a.keyword.value in _TARGETS]  # fmt: skip
    target = first if first.keyword is None and not first.star else next(iter(named), None)
    none = target is None or isinstance(target.value, cst.Name) and target.value.value == "None"
    return None if none else target
