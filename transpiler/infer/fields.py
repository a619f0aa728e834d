"""Fields of the program's objects in code that is kept: there each is a variable of the job, so that
one statement on the driver does not keep the whole class as it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from transpiler.facts import Class, Func, Instance, Value
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import changed_roots, parameters_in
from transpiler.source import bound_names, read_names, root_name


@dataclass
class FieldScope(Scope):
    """The names around kept code, and names that stand for fields: name -> (object, field)."""

    fields: dict[str, tuple[Any, str]] = field(default_factory=dict)
    members: dict[str, Ref] = field(default_factory=dict)  # what properties gave, and methods
    found: Any = None  # gives the class that has a member, and the member

    def lookup(self, name: str) -> Ref | None:
        if name in self.members:
            return self.members[name]
        if name not in self.fields:
            return super().lookup(name)
        owner, label = self.fields[name]
        if isinstance(owner, Instance):
            if label in owner.fields.refs:
                return owner.fields.refs[label]
            owner = owner.cls
        at = self.found(owner, label)
        return at[0].members.refs[label] if at is not None else None

    def home(self, name: str) -> Scope:
        if name in self.fields:
            owner = self.fields[name][0]
            return owner.fields if isinstance(owner, Instance) else owner.members
        return self.parent.home(name)  # type: ignore[union-attr]

    def bind(self, name: str, ref: Ref) -> None:
        label = self.fields[name][1] if name in self.fields else name
        self.home(name).refs[label] = ref


class Fields:
    """Mixed into the interpreter."""

    def with_fields(self, node: Any, scope: Scope) -> tuple[Any, Scope]:
        """Kept code with names in place of fields, and the scope in which these mean them."""
        own = parameters_in(node) | bound_names(node)
        roots = {n for n in read_names(node) - own if self.instance_of(cst.Name(n), scope)}  # type: ignore[attr-defined]
        if not roots:
            return node, scope
        inner = FieldScope(parent=scope, name=scope.name, found=self.found)  # type: ignore[attr-defined]
        finder = _Fields(self, scope, inner, roots, {*read_names(node), *own})
        changed = node.visit(finder)
        if not (inner.fields or inner.members) or finder.hidden:
            return node, scope
        if inner.members and (bound_names(changed) | changed_roots(changed)) & set(inner.fields):
            return node, scope  # what properties and methods give may change on the way
        return changed, inner

    def member_value(self, owner: Any, label: str) -> Value | None:
        """What a property gives, or a method as a function of its other arguments; None for others."""
        cls = owner.cls if isinstance(owner, Instance) else owner
        at = self.found(cls, label)  # type: ignore[attr-defined]
        if at is None or not isinstance(owner, Instance):
            return None
        home, function = at
        kind = home.kinds.get(label)
        if kind == "property":
            return self.settled(self.member(owner, label), Scope())  # type: ignore[attr-defined]
        if not isinstance(function, Func) or kind is None or kind == "classmethod":
            return None
        if kind == "staticmethod":
            return function
        params = function.node.params
        if not params.params or function.node.decorators or function.cells is not None:
            return None
        rest = function.node.with_changes(params=params.with_changes(params=params.params[1:]))
        me = Scope(parent=function.scope, name=cls.name)
        me.refs[params.params[0].name.value] = Ref(owner)
        return Func(rest, me, function.name, function.defaults)

    def is_set(self, owner: Any, label: str) -> bool:
        """Whether a plain assignment may set the field."""
        cls = owner.cls if isinstance(owner, Instance) else owner
        at = self.found(cls, label)  # type: ignore[attr-defined]
        fixed = cls.options.get("frozen") or cls.family in ("tuple", "enum")
        return not fixed and (at is None or at[0].kinds.get(label) is None)


class _Fields(cst.CSTTransformer):
    """Puts names in place of ``self.x``."""

    def __init__(self, owner: Any, scope: Scope, inner: FieldScope, roots: set, taken: set) -> None:
        super().__init__()
        self.owner, self.scope, self.inner, self.roots, self.taken = owner, scope, inner, roots, taken  # fmt: skip
        self.names: dict[tuple[int, str], str] = {}
        self.functions = 0
        self.hidden = False  # a function sets a field, which a name of its own would not

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.functions += 1

    def leave_FunctionDef(self, node: cst.FunctionDef, updated: cst.FunctionDef) -> Any:
        self.functions -= 1
        return updated

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self.set(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self.set(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self.set(node.target)

    def visit_For(self, node: cst.For) -> None:
        self.set(node.target)

    def set(self, target: Any) -> None:
        """A field that the code sets need not be there before."""
        if isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self.set(element.value)
        if not isinstance(target, cst.Attribute) or root_name(target) not in self.roots:
            return
        owner = self.owner.instance_of(target.value, self.scope)
        if owner is not None and self.owner.is_set(owner, target.attr.value):
            self.name_of(owner, target.attr.value)
            self.hidden = self.hidden or self.functions > 0

    def name_of(self, owner: Instance | Class, label: str) -> str:
        key = (id(owner), label)
        if key not in self.names:
            name = label
            while name in self.taken or self.scope.lookup(name) is not None:
                name = f"{name}_field" if name == label else f"{name}_"
            self.taken.add(name)
            self.names[key] = name
            self.inner.fields[name] = (owner, label)
        return self.names[key]

    def field(self, node: cst.Attribute) -> str | None:
        """The name for a field; None where the attribute is something else."""
        if root_name(node) not in self.roots:
            return None
        owner = self.owner.instance_of(node.value, self.scope)
        if owner is None:
            return None
        known = self.names.get((id(owner), node.attr.value))
        if known is not None:
            return known
        if self.owner.field_ref(node, self.scope) is not None:
            return self.name_of(owner, node.attr.value)
        value = self.owner.member_value(owner, node.attr.value)
        if value is None:
            return None
        name = self.name_of(owner, node.attr.value)
        del self.inner.fields[name]
        self.inner.members[name] = Ref(value)
        return name

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return self.field(node) is None

    def leave_Attribute(self, original: cst.Attribute, updated: cst.Attribute) -> Any:
        name = self.field(original)
        if name is None:
            return updated.with_changes(attr=original.attr)
        return cst.Name(name, lpar=original.lpar, rpar=original.rpar)

    def leave_Arg(self, original: cst.Arg, updated: cst.Arg) -> cst.Arg:
        return updated.with_changes(keyword=original.keyword)
