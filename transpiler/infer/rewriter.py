"""Code kept as the user wrote it, with the names and files of the job."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.errors import Refused
from transpiler.facts import Module
from transpiler.infer.context import Output
from transpiler.infer.driver import _BYTE_WRITERS, _NO_WRITERS, _READERS, _WRITERS
from transpiler.infer.scope import Scope
from transpiler.source import root_name


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
                    raise Refused(
                        "open() in code that is kept as it is: read and write through pandas instead"
                    )
                raise Refused(
                    f"{original.func.value}() runs code that cannot be seen here: write it out"
                )
            return updated
        method = original.func.attr.value
        root = self.scope.lookup(root_name(original.func) or "")
        if (
            method in _READERS
            and root is not None
            and isinstance(root.value, Module)
            and original.args
        ):
            return self.reading(original, updated)
        if (
            method in _WRITERS
            and original.args
            and not isinstance(
                original.args[0].value,
                cst.Name
                | cst.SimpleString
                | cst.FormattedString
                | cst.BinaryOperation
                | cst.Attribute
                | cst.Call,
            )
        ):
            return updated
        if method in _WRITERS and original.args and original.args[0].keyword is None:
            return self.writing(method, updated)
        if method in (*_BYTE_WRITERS, *_NO_WRITERS, "savefig"):
            raise Refused(f"{method}() in code that is kept as it is has no place to write to")
        return updated

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

    def writing(self, method: str, updated: cst.Call) -> cst.BaseExpression:
        writer = _WRITERS[method]
        code = self.owner.program.module.code_for_node
        self.owner.ctx.call(writer), self.owner.ctx.call("data_path")
        path = code(updated.args[0].value)
        first = updated.args[0].with_changes(value=cst.Name("None"))
        inner = updated.with_changes(args=[first, *updated.args[1:]])
        try:
            text = cst.ensure_type(updated.args[0].value, cst.SimpleString).evaluated_value
        except Exception:
            text = "?"
        self.owner.ctx.outputs.append(
            Output(str(text), method.removeprefix("to_"), None, self.owner.ctx.line or 1)
        )
        return cst.parse_expression(f"{writer}(data_path(DATA_ROOT, {path}), {code(inner)})")
