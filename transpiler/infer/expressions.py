"""Expressions: what each one is, by rule where pandas is called and by folding where it is not."""

from __future__ import annotations

import builtins
import math
import os
from dataclasses import replace
from typing import Any, Callable

import libcst as cst

from rules import registry
from transpiler.errors import NoRule, Refused, TranspileError
from transpiler.facts import (
    Accessor,
    ByColumn,
    Col,
    Const,
    Frame,
    Func,
    Grouped,
    Local,
    Mapping,
    Module,
    Plain,
    Scalar,
    Sequence,
    Slice,
    Value,
    Windowed,
)
from transpiler.infer.driver import BINARY, UNARY, Driver
from transpiler.infer.folding import _MUTATING, CONSTANTS, fold_method, fold_module_call
from transpiler.infer.scope import Ref, Scope

DATA = (Frame, Col, Grouped, Windowed, Accessor)
ACCESSORS = {"str", "dt", "cat", "loc", "iloc", "at", "iat", "plot", "index", "values"}
_BINARY_NODES = {"Add": "__add__", "Subtract": "__sub__", "Multiply": "__mul__", "Divide": "__truediv__",
                 "FloorDivide": "__floordiv__", "Modulo": "__mod__", "Power": "__pow__",
                 "BitAnd": "__and__", "BitOr": "__or__", "BitXor": "__xor__",
                 "MatrixMultiply": "__matmul__", "LeftShift": "__lshift__", "RightShift": "__rshift__"}  # fmt: skip
_COMPARE_NODES = {"Equal": "__eq__", "NotEqual": "__ne__", "LessThan": "__lt__", "LessThanEqual": "__le__",
                  "GreaterThan": "__gt__", "GreaterThanEqual": "__ge__"}  # fmt: skip
_SWAPPED = {"__lt__": "__gt__", "__gt__": "__lt__", "__le__": "__ge__", "__ge__": "__le__",
            "__eq__": "__eq__", "__ne__": "__ne__"}  # fmt: skip
_UNARY_NODES = {"Minus": "__neg__", "BitInvert": "__invert__", "Plus": "__pos__"}
_PYTHON = {**BINARY, "__lshift__": "<<", "__rshift__": ">>"}


def has_data(value: Value) -> bool:
    """Whether the value is, or contains, a frame or a Series that lives on the cluster."""
    if isinstance(value, DATA):
        return True
    if isinstance(value, Sequence):
        return any(has_data(i) for i in value.items)
    if isinstance(value, Mapping):
        return any(has_data(v) for _, v in value.items)
    return False


def is_changeable(value: Value) -> bool:
    """Whether it is a list, dict or set that is known here."""
    known = isinstance(value, Const) and isinstance(value.value, (list, dict, set))
    return (
        known
        or isinstance(value, Mapping)
        or (isinstance(value, Sequence) and value.type is not tuple)
    )


def is_true(value: Value | None) -> bool:
    return isinstance(value, Const) and value.value is True


def has_local(value: Value) -> bool:
    if isinstance(value, Sequence):
        return any(has_local(i) for i in value.items)
    if isinstance(value, Mapping):
        return any(has_local(v) for _, v in value.items)
    return isinstance(value, Local)


class Expressions:
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

    def name(self, node: cst.Name, scope: Scope) -> Value:
        ref = scope.lookup(node.value)
        if ref is not None:
            return ref.value
        if hasattr(builtins, node.value):
            value = getattr(builtins, node.value)
            if isinstance(value, (bool, type(None))):
                return Const(value)
            return Module(f"builtins.{node.value}", node.value)
        if node.value in ("display", "__name__", "__file__"):
            return (
                Const("__main__")
                if node.value == "__name__"
                else Module(f"builtins.{node.value}", node.value)
            )
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
                out += (
                    head.replace("\\", "\\\\")
                    .replace("{", "{{")
                    .replace("}", "}}")
                    .replace('"', '\\"')
                    .replace("\n", "\\n")
                )
                continue
            code = self.driver.text(value)
            if any(ch in code for ch in "\"'\\{}\n#"):
                code = self.spare(code, value)
            out += "{" + code + head + (":" + spec if spec else "") + "}"
        return self.plain_like(f'f"{out}"', [v for _, v, _ in parts if v is not None])

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
        if isinstance(value, Mapping):
            return [Const(k) for k, _ in value.items]
        raise NoRule("not a sequence that is known here")

    def comprehension(self, node: Any, scope: Scope) -> Value:
        """A comprehension over known items is unrolled."""
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
            return self.opaque(node, scope)
        name = self.ctx.unique("labels" if ".columns)" in items.text else "items")
        self.ctx.emit(f"{name} = {items.text}", defines=name, reads=items.vars, kind="kept")
        inner = Scope(parent=scope, name=scope.name)
        inner.bind(name, Ref(Plain(name, frozenset({name}))))
        return self.opaque(
            node.with_changes(for_in=node.for_in.with_changes(iter=cst.Name(name))), inner
        )

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

    def truth(self, value: Value) -> bool:
        """The truth of a value that is known. Raises NoRule otherwise."""
        if isinstance(value, Const):
            return bool(value.value)
        if isinstance(value, Sequence):
            return bool(value.items)
        if isinstance(value, Mapping):
            return bool(value.items)
        if isinstance(value, (Func, Module)):
            return True
        raise NoRule("the condition is not known while translating")

    # -- operators

    def unary(self, node: cst.UnaryOperation, scope: Scope) -> Value:
        value = self.eval(node.expression, scope)
        operator = type(node.operator).__name__
        if operator == "Not":
            try:
                return Const(not self.truth(value))
            except NoRule:
                return self.plain_like(f"not {self.driver.text(value)}", [value])
        method = _UNARY_NODES[operator]
        if isinstance(value, Const):
            return self.folded(lambda: {"__neg__": lambda v: -v, "__invert__": lambda v: ~v, "__pos__": lambda v: +v}[method](value.value), node)  # fmt: skip
        if isinstance(value, DATA):
            return self.call_method(value, method, [], {}, node)
        return self.plain_like(f"({UNARY[method]}{self.driver.text(value)})", [value])

    def binary(self, node: cst.BinaryOperation, scope: Scope) -> Value:
        left, right = self.eval(node.left, scope), self.eval(node.right, scope)
        return self.operator(_BINARY_NODES[type(node.operator).__name__], left, right, node)

    def operator(self, method: str, left: Value, right: Value, node: cst.CSTNode) -> Value:
        """``left <op> right`` where ``method`` is the left operand's dunder."""
        if isinstance(left, Const) and isinstance(right, Const):
            folded = self.folded(lambda: _fold_operator(method, left.value, right.value), node)
            return replace(folded, secret=left.secret or right.secret)
        if isinstance(left, Sequence) or isinstance(right, Sequence):
            both = all(
                isinstance(v, Sequence)
                or isinstance(v, Const)
                and isinstance(v.value, (list, tuple))
                for v in (left, right)
            )
            if method == "__add__" and both:
                kind = left.type if isinstance(left, Sequence) else type(left.value)  # type: ignore[union-attr]
                return Sequence((*self.iterate(left), *self.iterate(right)), kind)
        if isinstance(left, DATA):
            return self.call_method(left, method, [right], {}, node)
        if isinstance(right, DATA):
            swapped = _SWAPPED.get(method) or f"__r{method[2:]}"
            return self.call_method(right, swapped, [left], {}, node)
        a, b = self.driver.text(left), self.driver.text(right)
        symbol = _PYTHON.get(method, method)
        return self.plain_like(f"({a} {symbol} {b})", [left, right], arithmetic=True)

    def compare(self, node: cst.Comparison, scope: Scope) -> Value:
        left = self.eval(node.left, scope)
        result: Value | None = None
        for target in node.comparisons:
            right = self.eval(target.comparator, scope)
            name = type(target.operator).__name__
            if name in _COMPARE_NODES:
                one = self.operator(_COMPARE_NODES[name], left, right, node)
            else:
                one = self.membership(name, left, right, node)
            result = one if result is None else self.boolean("and", result, one)
            left = right
        assert result is not None
        return result

    def membership(self, name: str, left: Value, right: Value, node: cst.CSTNode) -> Value:
        word = {"In": "in", "NotIn": "not in", "Is": "is", "IsNot": "is not"}[name]
        if isinstance(right, Frame) and word in ("in", "not in") and isinstance(left, Const):
            found = right.has(left.value)
            if found is not None:
                return Const(found is (word == "in"))
        if isinstance(left, Const) and isinstance(right, Const):
            a, b = left.value, right.value
            table = {"in": lambda: a in b, "not in": lambda: a not in b, "is": lambda: a is b, "is not": lambda: a is not b}  # fmt: skip
            return self.folded(table[word], node)
        if word in ("is", "is not") and isinstance(right, Const) and right.value is None and isinstance(left, (*DATA, Func, Sequence, Mapping)):  # fmt: skip
            return Const(word == "is not")
        if isinstance(left, Const) and isinstance(right, Mapping):
            return Const((left.value in [k for k, _ in right.items]) is (word == "in"))
        return self.plain_like(
            f"({self.driver.text(left)} {word} {self.driver.text(right)})", [left, right]
        )

    def boolean_operation(self, node: cst.BooleanOperation, scope: Scope) -> Value:
        word = "and" if isinstance(node.operator, cst.And) else "or"
        left = self.eval(node.left, scope)
        try:
            if self.truth(left) is (word == "or"):
                return left
            return self.eval(node.right, scope)
        except NoRule:
            return self.boolean(word, left, self.eval(node.right, scope))

    def boolean(self, word: str, left: Value, right: Value) -> Value:
        if isinstance(left, Const):
            return left if bool(left.value) is (word == "or") else right
        return self.plain_like(
            f"({self.driver.text(left)} {word} {self.driver.text(right)})", [left, right]
        )

    def conditional(self, node: cst.IfExp, scope: Scope) -> Value:
        test = self.eval(node.test, scope)
        try:
            return self.eval(node.body if self.truth(test) else node.orelse, scope)
        except NoRule:
            pass
        body, orelse = self.eval(node.body, scope), self.eval(node.orelse, scope)
        text = f"({self.driver.text(body)} if {self.driver.text(test)} else {self.driver.text(orelse)})"
        return self.plain_like(text, [test, body, orelse])

    def folded(self, compute: Callable[[], Any], node: cst.CSTNode) -> Value:
        """A constant computed now; an error in it is the program's own, so it is kept as code."""
        try:
            value = compute()
        except Exception as error:
            line, column = self.program.position(node)
            raise TranspileError(
                f"this raises {type(error).__name__}: {error}", line, column
            ) from None
        if isinstance(value, (str, bytes, list, tuple)) and len(value) > 100_000 or isinstance(value, int) and abs(value) > 1 << 512:  # fmt: skip
            raise NoRule("a constant too large to fold")
        return Const(value)

    def plain_like(self, text: str, parts: list[Value], arithmetic: bool = False) -> Value:
        """Python text over ``parts``: on the driver when one of them is, else a scalar or plain."""
        reads = frozenset().union(*(p.vars for p in parts))
        if any(has_data(p) or has_local(p) for p in parts):
            if any(has_data(p) for p in parts):
                self.went_to_driver(text)
            return Local(text, reads)
        if any(isinstance(p, Scalar) for p in parts):
            dtypes = {p.dtype for p in parts if isinstance(p, Scalar)}
            numeric = arithmetic and dtypes <= {"int64", "float64"}
            return (
                Scalar(text, "float64" if numeric else None, reads)
                if numeric
                else Plain(text, reads)
            )
        return Plain(text, reads)

    # -- attributes, subscripts, calls

    def attribute(self, node: cst.Attribute, scope: Scope) -> Value:
        owner = self.eval(node.value, scope)
        attr = node.attr.value
        if isinstance(owner, Module):
            qualified = f"{owner.name}.{attr}"
            if qualified in CONSTANTS:
                return Const(CONSTANTS[qualified])
            return Module(qualified, f"{owner.text}.{attr}")
        if isinstance(owner, (Frame, Col)) and attr in ACCESSORS:
            return Accessor(owner, attr)
        if isinstance(owner, Frame) and owner.has(attr) and not registry.find(f"DataFrame.{attr}"):
            return self.call_method(owner, "__getitem__", [Const(attr)], {}, node)
        if isinstance(owner, Grouped) and owner.series is None and owner.frame.has(attr) is not False and attr not in _GROUP_ATTRIBUTES and not registry.find(f"{owner.kind}.{attr}"):  # fmt: skip
            return self.call_method(owner, "__getitem__", [Const(attr)], {}, node)
        if isinstance(owner, DATA):
            if isinstance(owner, Frame) and owner.open and not registry.find(f"DataFrame.{attr}") and attr not in _FRAME_ATTRIBUTES:  # fmt: skip
                return self.call_method(owner, "__getitem__", [Const(attr)], {}, node)
            return self.property(owner, attr, node)
        if isinstance(owner, Const):
            return self.folded(lambda: getattr(owner.value, attr), node)
        if isinstance(owner, Mapping) and attr in dict(owner.items):
            return dict(owner.items)[attr]
        return self.plain_like(f"{self.driver.text(owner)}.{attr}", [owner])

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
        return Local(text, owner.vars)

    def subscript(self, node: cst.Subscript, scope: Scope) -> Value:
        owner = self.eval(node.value, scope)
        key = self.key(node, scope)
        if isinstance(owner, DATA):
            return self.call_method(owner, "__getitem__", [key], {}, node)
        if isinstance(owner, Const) and isinstance(key, Const):
            return self.folded(lambda: owner.value[key.value], node)
        if isinstance(owner, Sequence) and isinstance(key, Const):
            found = self.folded(lambda: owner.items[key.value], node)
            inner = found.value  # type: ignore[attr-defined]
            return Sequence(inner, owner.type) if isinstance(inner, tuple) else inner
        if isinstance(owner, Mapping) and isinstance(key, Const):
            return self.folded(lambda: dict(owner.items)[key.value], node).value  # type: ignore[attr-defined]
        if isinstance(owner, Module):
            return owner  # a type such as list[str]
        if isinstance(owner, ByColumn) and isinstance(key, Const) and key.value in owner.labels:
            return owner.item(key.value)
        text = f"{self.driver.text(owner)}[{self.driver.key(key)}]"
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

    def arguments(self, node: cst.Call, scope: Scope) -> tuple[list[Value], dict[str, Value]]:
        args: list[Value] = []
        kwargs: dict[str, Value] = {}
        for arg in node.args:
            value = self.eval(arg.value, scope)
            if arg.star == "*":
                args += self.iterate(value)
            elif arg.star == "**":
                if isinstance(value, Const) and isinstance(value.value, dict):
                    kwargs.update({k: Const(v) for k, v in value.value.items()})
                elif isinstance(value, Mapping):
                    kwargs.update(dict(value.items))
                else:
                    raise NoRule("** of a dict that is not known here")
            elif arg.keyword is not None:
                kwargs[arg.keyword.value] = value
            else:
                args.append(value)
        return args, kwargs

    def call(self, node: cst.Call, scope: Scope) -> Value:
        try:
            args, kwargs = self.arguments(node, scope)
        except NoRule:
            return self.opaque(node, scope)
        if isinstance(node.func, cst.Attribute):
            owner = self.eval(node.func.value, scope)
            method = node.func.attr.value
            if isinstance(owner, DATA):
                if is_true(kwargs.get("inplace")):
                    return self.in_place(owner, method, args, kwargs, node, scope)
                return self.call_method(owner, method, args, kwargs, node)
            if isinstance(owner, (Const, Sequence, Mapping)):
                return self.container_method(owner, method, args, kwargs, node)
            function: Value = self.attribute(node.func, scope)
            if isinstance(owner, (Local, Plain, Scalar)):
                return self.call_local(owner, method, args, kwargs, node)
        else:
            function = self.eval(node.func, scope)
        if isinstance(function, Module):
            return self.call_module(function, args, kwargs, node, scope)
        if isinstance(function, Func):
            return self.call_function(function, args, kwargs, node)
        return self.call_text(self.driver.text(function), [function], args, kwargs)

    def container_method(
        self, owner: Any, method: str, args: list, kwargs: dict, node: cst.Call
    ) -> Value:
        """A method of a constant, list or dict: folded, or kept as Python."""
        if method in _MUTATING and is_changeable(owner):
            raise NoRule("a container is changed in a way that is not followed")
        try:
            return fold_method(self, owner, method, args, kwargs, node)
        except NoRule:
            receiver = self.driver.text(owner)
            return self.call_text(f"{receiver}.{method}", [owner], args, kwargs)

    def in_place(
        self, owner: Value, method: str, args: list, kwargs: dict, node: cst.Call, scope: Scope
    ) -> Value:
        """``inplace=True``: the result becomes the object itself, or the column of its frame."""
        rest = {k: v for k, v in kwargs.items() if k != "inplace"}
        value = self.by_rule(f"{owner.kind}.{method}", owner, args, rest, node)
        target = node.func.value  # type: ignore[attr-defined]
        if isinstance(target, cst.Name) and isinstance(value, Frame):
            name, ref = self.target_ref(target, scope)  # type: ignore[attr-defined]
            self.mutate(ref, name, value, scope)  # type: ignore[attr-defined]
            return Const(None)
        plain_column = (
            isinstance(owner, Col) and owner.column is not None and isinstance(value, Col)
        )
        if plain_column and value.frame.rows is owner.frame.rows:
            if isinstance(target, cst.Subscript):
                self.store_item(target, value, scope)  # type: ignore[attr-defined]
                return Const(None)
            if isinstance(target, cst.Attribute):
                self.store_attribute(target, value, scope)  # type: ignore[attr-defined]
                return Const(None)
        raise NoRule("an object is changed in place in a way that is not followed")

    def call_method(
        self, owner: Value, method: str, args: list, kwargs: dict, node: cst.CSTNode
    ) -> Value:
        """A pandas method or operator: by rule, else on the driver."""
        name = f"{owner.kind}.{method}"
        try:
            return self.by_rule(name, owner, args, kwargs, node)
        except NoRule as error:
            problem = str(error)
        receiver = self.driver.text(owner)
        written = self.write_local(receiver, owner, method, args, kwargs, node)  # type: ignore[attr-defined]
        if written is not None:
            self.went_to_driver(written.text, name, problem, node)
            return written
        text = self.driver.call(receiver, method, args, kwargs)
        return self.to_local(
            text, name, problem, [owner, *args, *kwargs.values()], node, owner, kwargs
        )

    def to_local(self, text: str, name: str, problem: str, parts: list[Value], node: cst.CSTNode, owner: Any = None, kwargs: Any = None) -> Value:  # fmt: skip
        if (
            owner is not None
            and isinstance((kwargs or {}).get("inplace"), Const)
            and kwargs["inplace"].value
        ):
            raise NoRule(problem)  # the statement goes to the driver as a whole
        if isinstance(owner, Frame) and name.rsplit(".", 1)[-1] in ("insert", "pop", "update"):
            raise NoRule(problem)
        self.went_to_driver(text, name, problem, node)
        return Local(text, frozenset().union(*(p.vars for p in parts)))

    def went_to_driver(self, text: str, name: str = "pandas", problem: str = "", node: cst.CSTNode | None = None) -> None:  # fmt: skip
        """Report a driver step; refuse it when the options say so."""
        if self.ctx.options.unsupported == "error":
            raise Refused(f"{name} has no Spark form here: {problem or 'it runs on the driver'}")
        source = self.program.source_line(node) if node is not None else text
        message = (
            problem + "; " if problem else ""
        ) + "pandas on the driver, which collects the frames it uses"
        self.ctx.note("driver", name, message, source)

    def by_rule(
        self, name: str, owner: Value | None, args: list, kwargs: dict, node: cst.CSTNode
    ) -> Value:
        """Try the rules of ``name``. Raises NoRule with the last reason."""
        candidates = registry.find(name)
        reason = f"there is no rule for {name}"
        for rule in candidates:
            point = self.ctx.save()
            try:
                bound, given = registry.bind(rule, [self.once(a, owner) for a in args], {k: self.once(v, owner) for k, v in kwargs.items()})  # fmt: skip
                call = registry.Call(rule, owner, bound, given, self.ctx)
                call.interpreter, call.node = self, node  # type: ignore[attr-defined]
                value = rule.apply(call)
            except NoRule as error:
                self.ctx.restore(point)
                reason = str(error)
                continue
            except (TypeError, AttributeError, ValueError, LookupError) as error:
                # A slip in a rule must not take the program down: the ladder below it is exact.
                if os.environ.get("P2G_STRICT"):
                    raise
                self.ctx.restore(point)
                reason = f"the rule failed ({type(error).__name__}: {error})"
                continue
            verdict = getattr(call, "verdict", None) or rule.verdict
            self.ctx.note(
                verdict, rule.name, getattr(call, "message", ""), self.program.source_line(node)
            )
            value = self.with_reads(value, name, args, kwargs)
            if isinstance(value, (Grouped, Windowed)) and value.made is None:
                value = replace(value, made=(owner, name.rsplit(".", 1)[1], args, kwargs))
            return value
        raise NoRule(reason)

    def with_reads(self, value: Value, name: str, args: list, kwargs: dict) -> Value:
        """The value with what its text reads besides its frame, and whether it is a slice."""
        if not isinstance(value, (Col, Frame)):
            return value
        scalars = [a for a in (*args, *kwargs.values()) if not isinstance(a, (*DATA, Func))]
        reads = frozenset().union(*(a.vars for a in scalars)) if scalars else frozenset()
        if isinstance(value, Col):
            return value.but(uses=value.uses | reads) if reads else value
        view = name in _SLICES and not any(isinstance(a, Col) for a in args)
        return value.but(vars=value.vars | reads, view=view)

    def once(self, value: Value, owner: Value | None) -> Value:
        """An operand of a step on the cluster: what an aggregate gives is computed once, by name."""
        if isinstance(value, Scalar) and isinstance(owner, (Frame, Col)) and "(" in value.text:
            return self.ctx.hoist(value)
        return value

    def call_local(
        self, owner: Any, method: str, args: list, kwargs: dict, node: cst.Call
    ) -> Value:
        """A method of a value on the driver: plain pandas (or Python) text."""
        receiver = self.driver.text(owner)
        written = self.write_local(receiver, owner, method, args, kwargs, node) if isinstance(owner, (Local, Plain)) else None  # type: ignore[attr-defined]
        if isinstance(owner, Local):
            self.ctx.note(
                "driver",
                method,
                "what it works on is pandas on the driver",
                self.program.source_line(node),
            )
        if written is not None:
            return written
        return self.call_text(f"{receiver}.{method}", [owner], args, kwargs)

    def call_text(self, function: str, parts: list[Value], args: list, kwargs: dict) -> Value:
        text = self.driver.call("", function, args, kwargs)
        return self.plain_like(text, [*parts, *args, *kwargs.values()])

    def call_module(
        self, function: Module, args: list, kwargs: dict, node: cst.Call, scope: Scope
    ) -> Value:
        """``pd.merge(…)``, ``np.where(…)``, ``len(df)``, ``os.path.join(…)``."""
        problem = ""
        if registry.find(function.name):
            try:
                return self.by_rule(function.name, None, args, kwargs, node)
            except NoRule as error:
                problem = str(error)
        values = [*args, *kwargs.values()]
        around = function.name in _AROUND and not any(isinstance(v, (*DATA, Local)) for v in values)
        if around or not any(has_data(v) or has_local(v) for v in values):
            folded = fold_module_call(self, function, args, kwargs, node)
            if folded is not None:
                return folded
        special = self.special_call(function, args, kwargs, node, problem)
        if special is not None:
            return special
        text = self.driver.call("", self.driver.text(function), args, kwargs)
        if any(has_data(v) for v in values) or function.name.split(".")[0] == "pandas":
            self.went_to_driver(text, function.name, problem, node)
            return Local(
                text, frozenset().union(*(v.vars for v in values)) if values else frozenset()
            )
        return self.plain_like(text, values)


def _fold_operator(method: str, a: Any, b: Any) -> Any:
    import operator

    name = method.strip("_")
    function = {"and": operator.and_, "or": operator.or_}.get(name) or getattr(operator, name)
    if name == "pow" and isinstance(a, int) and isinstance(b, int) and abs(b) > 512:
        raise NoRule("a constant too large to fold")
    if name == "lshift" and b > 512:
        raise NoRule("a constant too large to fold")
    if name == "mul" and (isinstance(a, (str, list, tuple)) and b > 10_000 or isinstance(b, (str, list, tuple)) and a > 10_000):  # fmt: skip
        raise NoRule("a constant too large to fold")
    return function(a, b)


#: calls whose result shares its rows with the frame that it was taken from
_SLICES = {"DataFrame.head", "DataFrame.tail", "DataFrame.iloc.__getitem__"}
#: builtins that pass on what is in a list or dict, whatever it is
_AROUND = {"builtins.enumerate", "builtins.zip", "builtins.list", "builtins.tuple"}
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
    "Ellipsis": lambda self, node, scope: Const(...),
}  # fmt: skip
__all__ = ["DATA", "Expressions", "has_data", "has_local", "math"]
