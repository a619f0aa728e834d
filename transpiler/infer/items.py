"""Changes of objects in place: items, attributes, methods of lists and dicts, ``del``."""

from __future__ import annotations

import copy
from typing import Any

import libcst as cst

from transpiler.errors import NoRule, Refused, TranspileError
from transpiler.facts import (
    Accessor,
    Col,
    Const,
    Frame,
    Local,
    Mapping,
    Module,
    Sequence,
    Value,
    Windowed,
)
from transpiler.infer.folding import _MUTATING
from transpiler.infer.kinds import DATA, has_data
from transpiler.infer.scope import Ref, Scope


class Items:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any
    active: list[Scope]

    def target_ref(self, node: Any, scope: Scope) -> tuple[str, Ref]:
        """The name and cell of the object that an item or attribute assignment changes."""
        if isinstance(node, cst.Attribute):
            ref = self.field_ref(node, scope)  # type: ignore[attr-defined]
            if ref is not None:
                return node.attr.value, ref
        if not isinstance(node, cst.Name):
            raise NoRule("an assignment into something that has no name of its own")
        ref = scope.lookup(node.value)
        if ref is None:
            line, column = self.program.position(node)
            raise TranspileError(f"name {node.value!r} is used before it is defined", line, column)
        return node.value, ref

    def has_cell(self, node: Any, scope: Scope) -> bool:
        """Whether it is a name, or the attribute of an object that is known here."""
        if isinstance(node, cst.Attribute):
            return self.field_ref(node, scope) is not None  # type: ignore[attr-defined]
        return isinstance(node, cst.Name)

    def store_item(self, target: cst.Subscript, value: Value, scope: Scope) -> None:
        holder, accessor = target.value, ""
        if isinstance(holder, cst.Attribute) and holder.attr.value in ("loc", "iloc", "at", "iat"):
            holder, accessor = holder.value, "." + holder.attr.value
        if not accessor and isinstance(holder, (cst.Subscript, cst.Call)):
            self.set_in_copy(target, scope)
            return
        name, ref = self.target_ref(holder, scope)
        key = self.key(target, scope)
        if isinstance(ref.value, Frame):
            self.ctx.hint = name
            if accessor or isinstance(key, (Col, Frame)):
                self.check_frame_write(ref.value, written_labels(key, accessor))  # type: ignore[attr-defined]
            frame = self.by_rule(
                f"DataFrame{accessor}.__setitem__", ref.value, [key, value], {}, target
            )
            assert isinstance(frame, Frame)
            self.mutate(ref, name, frame, scope)
            return
        if (
            isinstance(ref.value, (Const, Mapping, Sequence))
            and isinstance(key, Const)
            and not accessor
        ):
            self.check_shared(ref, name)
            self.set_container_item(ref, key.value, value, scope)
            return
        if isinstance(ref.value, Windowed):
            rule = f"{ref.value.kind}{accessor}.__setitem__"
            frame = self.by_rule(rule, ref.value, [key, value], {}, target)
            assert isinstance(frame, Frame)
            self.mutate(ref, name, frame, scope)
            return
        if isinstance(ref.value, Col):
            raise NoRule("a Series is changed in place")
        if isinstance(ref.value, Accessor):  # df["a"].values: the job does not hold it yet
            raise NoRule("values are changed in place")
        column = isinstance(key, Const) and isinstance(key.value, (str, list))
        if isinstance(ref.value, Local) and (accessor or not column):
            self.check_frame_write(ref.value)  # type: ignore[attr-defined]
        text = f"{self.driver.text(ref.value)}{accessor}[{self.driver.key(key)}] = {self.driver.text(value)}"
        if has_data(value):
            self.went_to_driver(text, "DataFrame.__setitem__", "the frame is on the driver", target)
        self.ctx.emit(text, reads=ref.value.vars | value.vars | key.vars, kind="kept")

    def set_in_copy(self, target: cst.Subscript, scope: Scope) -> None:
        """``df[df["a"] > 1]["b"] = 0``: a column of a frame that nothing else holds; it is lost."""
        key, holder = self.key(target, scope), self.eval(target.value, scope)
        if not (
            isinstance(holder, Frame) and isinstance(key, Const) and isinstance(key.value, str)
        ):
            raise NoRule("an assignment into something that has no name of its own")
        message = "this changes a copy that nothing uses, in pandas too: write df.loc[rows, column]"
        self.ctx.note("kept", "DataFrame.__setitem__", message, self.program.source_line(target))

    def check_shared(self, ref: Ref, name: str) -> None:
        """A change of a list or dict that is an item of another is not followed to the other."""
        if ref.shared:
            raise Refused(
                f"this changes {name!r}, which is an item of another container: change it there"
            )

    def set_container_item(self, ref: Ref, key: Any, value: Value, scope: Scope) -> None:
        old = ref.value
        value = self.settled(value, scope)
        if isinstance(old, Const) and isinstance(old.value, dict):
            items = {k: Const(v) for k, v in old.value.items()}
        elif isinstance(old, Mapping):
            items = dict(old.items)
        else:
            raise NoRule("an item of a list is replaced")
        items[key] = value
        if all(isinstance(v, Const) for v in items.values()):
            ref.value = Const({k: v.value for k, v in items.items()})
        else:
            ref.value = Mapping(tuple(items.items()))

    def name_columns(self, target: cst.Attribute, value: Value, scope: Scope) -> bool:
        """``df.columns.name = None``: a name of the labels, which shows only where they are melted;
        ``df.index.name = "key"`` and ``df.index.names = […]``: those of the rows."""
        owner, attr = target.value, target.attr.value
        if not isinstance(owner, cst.Attribute) or owner.attr.value not in ("columns", "index"):
            return False
        name, ref = self.target_ref(owner.value, scope)
        frame = ref.value
        if owner.attr.value == "index" and attr in ("name", "names") and isinstance(frame, Frame):
            named = self.by_rule(f"DataFrame.index.{attr}.__set__", frame, [value], {}, target)
            self.mutate(ref, name, named, scope)
            return True
        if owner.attr.value == "index" and attr in ("name", "names") and isinstance(frame, Col):
            self.check_labels_write(frame)  # type: ignore[attr-defined]
            named = self.by_rule(f"DataFrame.index.{attr}.__set__", frame.frame, [value], {}, target)  # fmt: skip
            ref.value = frame.but(frame=named.but(memory=frame.frame.memory))
            return True
        if attr != "name" or not isinstance(frame, Frame) or not isinstance(value, Const):
            return False
        if owner.attr.value == "index" or len(frame.label_names) > 1:
            return False
        ref.value = frame.but(label_names=() if value.value is None else (value.value,))
        return True

    def store_attribute(self, target: cst.Attribute, value: Value, scope: Scope) -> None:
        if self.name_columns(target, value, scope):
            return
        module, *path = self.program.code(target).split(".")
        root = scope.lookup(module)
        if root is not None and isinstance(root.value, Module) and root.value.name == "pandas":
            if path[:1] == ["options"] and self.is_display([Const(".".join(path[1:]))]):  # type: ignore[attr-defined]
                return
        holder = self.instance_of(target.value, scope)  # type: ignore[attr-defined]
        if holder is not None:
            self.set_field(holder, target.attr.value, value)  # type: ignore[attr-defined]
            return
        name, ref = self.target_ref(target.value, scope)
        attr = target.attr.value
        if isinstance(ref.value, Frame):
            if ref.value.has(attr):
                frame = self.by_rule(
                    "DataFrame.__setitem__", ref.value, [Const(attr), value], {}, target
                )
            else:
                frame = self.by_rule(f"DataFrame.{attr}.__set__", ref.value, [value], {}, target)
            assert isinstance(frame, Frame)
            self.mutate(ref, name, frame, scope)
            return
        if isinstance(ref.value, Windowed):
            frame = self.by_rule(f"{ref.value.kind}.{attr}.__set__", ref.value, [value], {}, target)
            assert isinstance(frame, Frame)
            self.mutate(ref, name, frame, scope)
            return
        if isinstance(ref.value, Col) and attr == "name" and isinstance(value, Const):
            self.check_name_write(ref.value)  # type: ignore[attr-defined]
            self.became(ref.value, ref.value.but(label=value.value))  # type: ignore[attr-defined]
            return
        if isinstance(ref.value, DATA):
            raise NoRule("a Series is changed in place")
        text = f"{self.driver.text(ref.value)}.{attr} = {self.driver.text(value)}"
        self.ctx.emit(text, reads=ref.value.vars | value.vars, kind="kept")

    def delete(self, node: cst.Del, scope: Scope) -> None:
        targets = (
            [e.value for e in node.target.elements]
            if isinstance(node.target, cst.Tuple)
            else [node.target]
        )
        for target in targets:
            if isinstance(target, cst.Name):
                scope.refs.pop(target.value, None)
                continue
            if not isinstance(target, cst.Subscript):
                raise NoRule("a del of something that is not followed")
            name, ref = self.target_ref(target.value, scope)
            key = self.key(target, scope)
            if not isinstance(ref.value, Frame):
                raise NoRule("a del of an item")
            frame = self.by_rule("DataFrame.__delitem__", ref.value, [key], {}, target)
            assert isinstance(frame, Frame)
            self.mutate(ref, name, frame, scope)

    def container_change(self, node: cst.Call, scope: Scope) -> bool:
        """``names.append(x)`` on a list, dict or set that is known here."""
        if not (isinstance(node.func, cst.Attribute) and self.has_cell(node.func.value, scope)):
            return False
        holder, method = node.func.value, node.func.attr.value
        named = isinstance(holder, cst.Name)
        ref = scope.lookup(holder.value) if named else self.field_ref(holder, scope)  # type: ignore[attr-defined]
        if (
            ref is None
            or method not in _MUTATING
            or not isinstance(ref.value, (Const, Sequence, Mapping))
        ):
            return False
        args, kwargs = self.arguments(node, scope)
        self.check_shared(ref, self.program.code(holder))
        if isinstance(ref.value, Const) and all(
            isinstance(a, Const) for a in (*args, *kwargs.values())
        ):
            changed, named = copy.deepcopy(ref.value.value), {k: v.value for k, v in kwargs.items()}
            self.folded(lambda: getattr(changed, method)(*(a.value for a in args), **named), node)
            ref.value = Const(changed)
            return True
        if method in ("append", "extend") and not kwargs and len(args) == 1:
            items = self.iterate(ref.value)
            new = [args[0]] if method == "append" else self.iterate(args[0])
            ref.value = Sequence((*items, *(self.settled(v, scope) for v in new)))
            return True
        if (
            method == "update"
            and isinstance(ref.value, (Const, Mapping))
            and all(isinstance(a, Mapping) for a in args)
        ):
            for key, value in (*(item for a in args for item in a.items), *kwargs.items()):
                self.set_container_item(ref, key, value, scope)
            return True
        raise NoRule("a container is changed in a way that is not followed")


def written_labels(key: Value, accessor: str) -> list | None:
    """The columns that ``df.loc[rows, key] =`` writes into; None when it may be any."""
    parts = list(key.items) if isinstance(key, Sequence) else []
    if isinstance(key, Const) and isinstance(key.value, tuple):
        parts = [Const(v) for v in key.value]
    if accessor not in (".loc", ".at") or len(parts) != 2 or not isinstance(parts[1], Const):
        return None
    labels = parts[1].value
    return [labels] if isinstance(labels, str) else labels if isinstance(labels, list) else None
