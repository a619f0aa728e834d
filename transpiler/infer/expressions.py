"""Expressions: what each one is, by rule where pandas is called and by folding where it is not."""

from __future__ import annotations

import builtins
import re
import string
from typing import Any, Callable

import libcst as cst

from rules import registry
from transpiler.errors import NoRule, Raises, Restart, TranspileError
from transpiler.facts import (
    Accessor,
    ByColumn,
    Class,
    Col,
    Const,
    Frame,
    Func,
    Grouped,
    Instance,
    Local,
    Mapping,
    Module,
    OpenLabels,
    Plain,
    Scalar,
    Sequence,
    Slice,
    Super,
    Text,
    Value,
)
from transpiler.infer.calls import Calls
from transpiler.infer.driver import Driver
from transpiler.infer.folding import CONSTANTS
from transpiler.infer.kinds import DATA, has_data, has_local, is_changeable
from transpiler.infer.objects import tuple_items
from transpiler.infer.operators import Operators
from transpiler.infer.moments import attribute_type
from transpiler.infer.parts import small_part, small_places, tested
from transpiler.infer.sharing import with_memory
from transpiler.infer.scope import Ref, Scope
from transpiler.loops import Listing, LoopName

ROWS = re.compile(r"\.(iterrows|itertuples)\([^()]*\)$")
ACCESSORS = {"str", "dt", "cat", "loc", "iloc", "at", "iat", "plot", "index", "values"}
GROUP_ACCESSORS = {"nth"}


class Expressions(Operators, Calls):
    """Evaluates expressions of one program in one pass. Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Driver

    def eval(self, node: cst.CSTNode, scope: Scope) -> Value:
        """The value of an expression. Raises TranspileError or Refused when it can have none."""
        handler = _HANDLERS.get(type(node).__name__)
        if handler is None:
            return self.opaque(node, scope)
        return handler(self, node, scope)

    # -- names, literals, containers

    def named(self, node: cst.NamedExpr, scope: Scope) -> Value:
        """``(n := …)``."""
        self.ctx.hint = node.target.value  # type: ignore[attr-defined]
        value = self.settled(self.eval(node.value, scope), scope)  # type: ignore[attr-defined]
        self.assign_name(node.target.value, value, scope, node)  # type: ignore[attr-defined]
        ref = scope.lookup(node.target.value)  # type: ignore[attr-defined]
        assert ref is not None
        return ref.value

    def name(self, node: cst.Name, scope: Scope) -> Value:
        ref = scope.lookup(node.value)
        if ref is not None:
            if isinstance(ref.value, LoopName):
                raise Restart(ref.value.place)
            return ref.value
        if node.value == "__name__":
            return Const("__main__")
        if hasattr(builtins, node.value):
            value = getattr(builtins, node.value)
            if isinstance(value, (bool, type(None))):
                return Const(value)
            return Module(f"builtins.{node.value}", node.value)
        if node.value == "__file__":
            return Const("program.py")  # in the folder that relative paths start from
        if node.value == "display":
            return Module(f"builtins.{node.value}", node.value)
        line, column = self.program.position(node)
        raise TranspileError(f"name {node.value!r} is used before it is defined", line, column)

    def literal(self, node: cst.CSTNode, scope: Scope) -> Value:
        try:
            value = node.evaluated_value  # type: ignore[attr-defined]
        except Exception as error:
            raise NoRule(f"a literal that cannot be read: {error}") from None
        return Const(value)

    def fstring(self, node: cst.FormattedString, scope: Scope) -> Value:
        parts: list[tuple[str, Value | None, str]] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                parts.append((eval(f"f{node.quote}{part.value}{node.quote}", {}) if "r" not in node.start.lower() else part.value, None, ""))  # fmt: skip
                continue
            if not isinstance(part, cst.FormattedStringExpression) or part.equal is not None:
                return self.opaque(node, scope)
            value = self.eval(part.expression, scope)
            spec = ""
            for piece in part.format_spec or ():
                if not isinstance(piece, cst.FormattedStringText):
                    return self.opaque(node, scope)
                spec += piece.value
            parts.append((f"!{part.conversion}" if part.conversion else "", value, spec))
        if all(v is None or isinstance(v, Const) for _, v, _ in parts):
            text = ""
            for head, value, spec in parts:
                text += head if value is None else ("{" + head + (":" + spec if spec else "") + "}").format(value.value) if not head else ("{0" + head + (":" + spec if spec else "") + "}").format(value.value)  # fmt: skip
            return Const(text, secret=any(isinstance(v, Const) and v.secret for _, v, _ in parts))
        out = ""
        for head, value, spec in parts:
            if value is None:
                out += in_fstring(head)
                continue
            if isinstance(value, Const) and value.text is None and not value.secret:
                shown = self.folded(lambda: ("{0" + head + (":" + spec if spec else "") + "}").format(value.value), node)  # fmt: skip
                out += in_fstring(shown.value)  # type: ignore[attr-defined]
                continue
            code = self.driver.text(value)
            if '"' in code and "'" not in code:
                code = code.replace('"', "'")
            if any(ch in code for ch in '"\\{}\n#'):
                code = self.spare(code, value)
            out += "{" + code + head + (":" + spec if spec else "") + "}"
        made = self.plain_like(f'f"{out}"', [v for _, v, _ in parts if v is not None])
        return Text(made.text, made.vars) if type(made) is Plain else made

    def spare(self, code: str, value: Value) -> str:
        """A variable for code that cannot stand inside an f-string."""
        name = self.ctx.unique("part")
        self.ctx.emit(f"{name} = {code}", defines=name, reads=value.vars, kind="kept")
        return name

    def sequence(self, node: Any, scope: Scope) -> Value:
        kind = {"List": list, "Tuple": tuple, "Set": set}[type(node).__name__]
        items: list[Value] = []
        for element in node.elements:
            value = self.eval(element.value, scope)
            if isinstance(element, cst.StarredElement):
                items += self.iterate(value)
            else:
                items.append(value)
        if all(isinstance(i, Const) for i in items):
            try:
                return Const(kind(i.value for i in items))  # type: ignore[attr-defined]
            except TypeError:
                return self.opaque(node, scope)
        return Sequence(tuple(items), kind)

    def mapping(self, node: cst.Dict, scope: Scope) -> Value:
        items: list[tuple[Any, Value]] = []
        for element in node.elements:
            if isinstance(element, cst.StarredDictElement):
                inner = self.eval(element.value, scope)
                if isinstance(inner, Const) and isinstance(inner.value, dict):
                    items += [(k, Const(v)) for k, v in inner.value.items()]
                elif isinstance(inner, Mapping):
                    items += inner.items
                else:
                    return self.opaque(node, scope)
                continue
            key, value = self.eval(element.key, scope), self.eval(element.value, scope)
            if not isinstance(key, Const):
                return self.opaque(node, scope)
            items.append((key.value, value))
        try:
            merged = dict(items)
        except TypeError:
            return self.opaque(node, scope)
        if all(isinstance(v, Const) for v in merged.values()):
            return Const({k: v.value for k, v in merged.items()})  # type: ignore[attr-defined]
        return Mapping(tuple(merged.items()))

    def iterate(self, value: Value) -> list[Value]:
        """The items of a value whose length is known. Raises NoRule for another."""
        if isinstance(value, Const):
            try:
                items = list(value.value)
            except TypeError:
                raise NoRule("not a sequence that is known here") from None
            if len(items) > 1000:
                raise NoRule("a loop of more than 1000 turns is not unrolled")
            return [Const(v) for v in items]
        if isinstance(value, Sequence):
            return list(value.items)
        if isinstance(value, Frame):
            return [Const(x) for x in value.labels]
        if isinstance(value, Mapping):
            return [Const(k) for k, _ in value.items]
        items = tuple_items(value)
        if items is not None:
            return items
        if isinstance(value, Class) and value.family == "enum":
            return list(self.enum_members(value))  # type: ignore[attr-defined]
        if isinstance(value, ByColumn) and value.labels:
            named = self.ctx.hoist(value, value.hint)
            places_of = range(len(value.labels))
            return [Scalar(f"{named.text}.iloc[{i}]", value.dtype, named.vars) for i in places_of]
        if isinstance(value, Local) and ROWS.search(value.text):
            raise NoRule(
                "a loop over rows is Python on one machine: write it for whole columns, with "
                "merge, groupby or apply, or keep the table small"
            )
        raise NoRule("not a sequence that is known here")

    def comprehension(self, node: Any, scope: Scope) -> Value:
        """A comprehension over known items is unrolled."""
        for items in (self.chunk_items, self.group_items):  # type: ignore[attr-defined]
            found = items(node, scope)
            if found is not None:
                return found
        try:
            pairs = list(self.turns(node.for_in, scope, node))
        except NoRule:
            return self.opaque_turns(node, scope)
        name = type(node).__name__
        if name == "DictComp":
            if not all(isinstance(k, Const) for k, _ in pairs):
                return self.opaque(node, scope)
            if all(isinstance(v, Const) for _, v in pairs):
                return Const({k.value: v.value for k, v in pairs})
            return Mapping(tuple((k.value, v) for k, v in pairs))
        kind = {"ListComp": list, "SetComp": set, "GeneratorExp": list}[name]
        if all(isinstance(v, Const) for v in pairs):
            return Const(kind(v.value for v in pairs))
        return Sequence(tuple(pairs), kind)

    def opaque_turns(self, node: Any, scope: Scope) -> Value:
        """A comprehension kept as it is; what it goes over, such as the labels of a frame that only
        the job sees, is made before."""
        items = self.eval(node.for_in.iter, scope)
        if not isinstance(items, Plain) or isinstance(node.for_in.iter, cst.Name):
            return self.listing(node, items, self.opaque(node, scope))
        name = self.ctx.unique("labels" if ".columns)" in items.text else "items")
        self.ctx.emit(f"{name} = {items.text}", defines=name, reads=items.vars, kind="kept")
        inner = Scope(parent=scope, name=scope.name)
        inner.bind(name, Ref(Plain(name, frozenset({name}))))
        found = self.opaque(
            node.with_changes(for_in=node.for_in.with_changes(iter=cst.Name(name))), inner
        )
        return self.listing(node, items, found)

    def listing(self, node: Any, items: Value, found: Value) -> Value:
        """What a comprehension over names of files makes of them, which are names again; and some of
        the labels that only the job knows."""
        plain = isinstance(node, cst.ListComp) and type(found) is Plain
        if plain and isinstance(items, OpenLabels) and node.elt.deep_equals(node.for_in.target):
            return OpenLabels(found.text, found.vars)
        return Listing(found.text, found.vars) if plain and isinstance(items, Listing) else found

    def turns(self, comp: cst.CompFor, scope: Scope, node: Any, shared: Scope | None = None):
        inner = shared or Scope(
            parent=scope, name=scope.name
        )  # one for all turns: lambdas see the last
        for item in self.iterate(self.eval(comp.iter, scope)):
            self.bind_target(comp.target, item, inner)
            tests = [self.truth(self.eval(i.test, inner)) for i in comp.ifs]
            if not all(tests):
                continue
            if comp.inner_for_in is not None:
                yield from self.turns(comp.inner_for_in, inner, node, inner)
            elif isinstance(node, cst.DictComp):
                yield self.eval(node.key, inner), self.eval(node.value, inner)
            else:
                yield self.eval(node.elt, inner)

    def bind_target(self, target: cst.BaseExpression, value: Value, scope: Scope) -> None:
        """Bind a loop or comprehension target to known parts."""
        if isinstance(target, cst.Name):
            scope.bind(target.value, Ref(value, is_changeable(value)))
            return
        if isinstance(target, (cst.Tuple, cst.List)):
            parts = self.iterate(value)
            if len(parts) == len(target.elements) and not any(
                isinstance(e, cst.StarredElement) for e in target.elements
            ):
                for element, part in zip(target.elements, parts):
                    self.bind_target(element.value, part, scope)
                return
        raise NoRule("a target that is not a plain name")

    def folded(self, compute: Callable[[], Any], node: cst.CSTNode) -> Value:
        """A constant computed now; an error in it is the program's own, so it is kept as code."""
        try:
            value = compute()
        except NoRule:
            raise
        except Exception as error:
            raise Raises(error, *self.program.position(node)) from None
        if isinstance(value, (str, bytes, list, tuple)) and len(value) > 100_000 or isinstance(value, int) and abs(value) > 1 << 512:  # fmt: skip
            raise NoRule("a constant too large to fold")
        return Const(value)

    def plain_like(self, text: str, parts: list[Value], arithmetic: str | None = None, **facts: Any) -> Value:  # fmt: skip
        """Python text over ``parts``: on the driver when one of them is, else a scalar (where its
        dtype, or another of its facts, is given) or plain."""
        reads = frozenset().union(*(p.vars for p in parts))
        if any(has_data(p) or has_local(p) for p in parts):
            if any(has_data(p) for p in parts):
                self.went_to_driver(text)
            return Local(text, reads)
        if any(isinstance(p, Scalar) for p in parts):
            known = arithmetic or facts.get("how")
            return Scalar(text, arithmetic, reads, **facts) if known else Plain(text, reads)
        return Plain(text, reads)

    # -- attributes, subscripts, calls

    def attribute(self, node: cst.Attribute, scope: Scope) -> Value:
        owner = self.eval(node.value, scope)
        attr = node.attr.value
        if isinstance(owner, (Instance, Class, Super)):
            return self.member(owner, attr, node)  # type: ignore[attr-defined]
        if isinstance(owner, Func) and attr in ("__name__", "__qualname__"):
            return Const(owner.name or "<lambda>")
        if isinstance(owner, Module):
            qualified = f"{owner.name}.{attr}"
            if qualified in CONSTANTS:
                return Const(CONSTANTS[qualified])
            return Module(qualified, f"{owner.text}.{attr}")
        if attr in (ACCESSORS if isinstance(owner, (Frame, Col)) else GROUP_ACCESSORS if isinstance(owner, Grouped) else ()):  # fmt: skip
            return Accessor(owner, attr)
        if (
            isinstance(owner, Frame)
            and (owner.has(attr) or owner.below(attr))
            and not registry.find(f"DataFrame.{attr}")
        ):
            return self.call_method(owner, "__getitem__", [Const(attr)], {}, node)
        if isinstance(owner, Grouped) and owner.series is None and owner.frame.has(attr) is not False and attr not in _GROUP_ATTRIBUTES and not registry.find(f"{owner.kind}.{attr}"):  # fmt: skip
            return self.call_method(owner, "__getitem__", [Const(attr)], {}, node)
        if isinstance(owner, DATA):
            if isinstance(owner, Frame) and owner.open and not registry.find(f"DataFrame.{attr}") and attr not in _FRAME_ATTRIBUTES:  # fmt: skip
                return self.call_method(owner, "__getitem__", [Const(attr)], {}, node)
            return self.property(owner, attr, node)
        if isinstance(owner, Const):
            function = None if owner.secret else format_function(owner.value, attr)
            if function is not None:
                return Func(cst.parse_expression(function), scope)
            return self.folded(lambda: getattr(owner.value, attr), node)
        if isinstance(owner, Mapping) and attr in dict(owner.items):
            return dict(owner.items)[attr]
        found = small_places(owner, attr)
        if found is not None:
            return found
        dtype = attribute_type(owner, attr)
        made = self.plain_like(f"{self.driver.text(owner)}.{attr}", [owner], dtype)
        return with_memory(made, f"DataFrame.{attr}", [], {}, owner) if isinstance(made, Local) else made  # fmt: skip

    def property(self, owner: Value, attr: str, node: cst.CSTNode) -> Value:
        """An attribute that is not called: ``df.shape``, ``s.dt.year``."""
        problem = ""
        if registry.find(f"{owner.kind}.{attr}"):
            try:
                return self.by_rule(f"{owner.kind}.{attr}", owner, [], {}, node)
            except NoRule as error:
                problem = str(error)
        text = f"{self.driver.text(owner)}.{attr}"
        self.went_to_driver(text, f"{owner.kind}.{attr}", problem, node)
        return with_memory(
            Local(text, owner.vars, why=problem), f"{owner.kind}.{attr}", [], {}, owner
        )

    def subscript(self, node: cst.Subscript, scope: Scope) -> Value:
        owner = self.eval(node.value, scope)
        key = self.key(node, scope)
        if isinstance(owner, DATA):
            return self.call_method(owner, "__getitem__", [key], {}, node)
        if isinstance(owner, Class) and owner.family == "enum" and isinstance(key, Const):
            return self.member(owner, key.value, node)  # type: ignore[attr-defined]
        items = tuple_items(owner)
        if items is not None:
            owner = Sequence(tuple(items), tuple)
        elif isinstance(owner, Instance):
            return self.call_value(self.member(owner, "__getitem__"), [key], {}, node, scope)  # type: ignore[attr-defined]
        if isinstance(owner, Const) and isinstance(key, Const):
            return self.folded(lambda: owner.value[key.value], node)
        if isinstance(owner, Sequence) and isinstance(key, Const):
            found = self.folded(lambda: owner.items[key.value], node)
            inner = found.value  # type: ignore[attr-defined]
            return Sequence(inner, owner.type) if isinstance(inner, tuple) else inner
        if isinstance(owner, Mapping) and isinstance(key, Const):
            return self.folded(lambda: dict(owner.items)[key.value], node).value  # type: ignore[attr-defined]
        if isinstance(owner, Module) and owner.name != "os.environ":
            return owner  # a type such as list[str]
        piece = small_part(owner, key) or tested(self.ctx, owner, key)
        if piece is not None:
            return piece
        text = f"{self.driver.text(owner)}[{self.driver.key(key)}]"
        if (
            isinstance(owner, OpenLabels)
            and isinstance(key, Const)
            and isinstance(key.value, slice)
        ):
            return OpenLabels(text, owner.vars)
        return self.plain_like(text, [owner, key])

    def key(self, node: cst.Subscript, scope: Scope) -> Value:
        """What stands between the brackets."""
        parts = [self.one_key(e.slice, scope) for e in node.slice]
        if len(parts) == 1 and not (isinstance(node.slice[0].comma, cst.Comma)):
            return parts[0]
        if all(isinstance(p, Const) for p in parts):
            return Const(tuple(p.value for p in parts))  # type: ignore[attr-defined]
        return Sequence(tuple(parts), tuple)

    def one_key(self, node: Any, scope: Scope) -> Value:
        if isinstance(node, cst.Index):
            return self.eval(node.value, scope)
        bounds = [
            self.eval(b, scope) if b is not None else Const(None)
            for b in (node.lower, node.upper, node.step)
        ]
        if all(isinstance(b, Const) for b in bounds):
            return Const(slice(*(b.value for b in bounds)))  # type: ignore[attr-defined]
        return Slice(*bounds)


def in_fstring(text: str) -> str:
    """Text as it stands in an f-string of double quotes."""
    text = text.replace("\\", "\\\\").replace("{", "{{").replace("}", "}}")
    return text.replace('"', '\\"').replace("\n", "\\n")


def no_yield() -> Value:
    raise NoRule("a value sent to a generator")


_FRAME_ATTRIBUTES = {
    "T", "at", "attrs", "axes", "columns", "dtypes", "empty", "flags", "iat", "index", "ndim", "shape",
    "size", "style", "values", "plot", "hist", "sparse",
}  # fmt: skip
_GROUP_ATTRIBUTES = {
    "groups", "indices", "ngroups", "ndim", "dtypes", "plot", "hist", "boxplot", "corr", "cov", "corrwith",
    "get_group", "sample", "take", "ohlc", "expanding", "ewm", "resample", "fillna", "nlargest", "describe",
}  # fmt: skip
_HANDLERS: dict[str, Callable[[Any, Any, Scope], Value]] = {
    "Name": Expressions.name,
    "Integer": Expressions.literal,
    "Float": Expressions.literal,
    "Imaginary": Expressions.literal,
    "SimpleString": Expressions.literal,
    "ConcatenatedString": lambda self, n, s: (
        self.literal(n, s) if n.evaluated_value is not None
        else self.operator("__add__", self.eval(n.left, s), self.eval(n.right, s), n)
    ),
    "FormattedString": Expressions.fstring,
    "List": Expressions.sequence,
    "Tuple": Expressions.sequence,
    "Set": Expressions.sequence,
    "Dict": Expressions.mapping,
    "ListComp": Expressions.comprehension,
    "SetComp": Expressions.comprehension,
    "DictComp": Expressions.comprehension,
    "GeneratorExp": Expressions.comprehension,
    "UnaryOperation": Expressions.unary,
    "BinaryOperation": Expressions.binary,
    "Comparison": Expressions.compare,
    "BooleanOperation": Expressions.boolean_operation,
    "IfExp": Expressions.conditional,
    "Attribute": Expressions.attribute,
    "Subscript": Expressions.subscript,
    "Call": Expressions.call,
    "Lambda": lambda self, node, scope: self.function(node, scope),
    "NamedExpr": Expressions.named,
    "Yield": lambda self, node, scope: no_yield(),
    "Ellipsis": lambda self, node, scope: Const(...),
}  # fmt: skip


def format_function(text: Any, attr: str) -> str | None:
    """``"{:.1f} M".format``, handed on as a function of one value, as the lambda that it is."""
    if not isinstance(text, str) or attr != "format":
        return None
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return None
    return f"lambda value: {text!r}.format(value)" if fields in ([""], ["0"]) else None
