"""Calls of the user's own functions: inlined where their control flow is known, else kept."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.errors import NoRule
from transpiler.facts import Const, Func, Local, Mapping, Sequence, Value
from transpiler.infer.kinds import has_data, has_local
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import changed_roots
from transpiler.source import read_names

MAX_DEPTH = 40


class ReturnSignal(Exception):
    """``return`` in a function that is being inlined."""

    def __init__(self, value: Value, node: Any, scope: Scope) -> None:
        self.value, self.node, self.scope = value, node, scope


def sequence_of(values: list[Value]) -> Value:
    """What ``*args`` is bound to."""
    if all(isinstance(v, Const) for v in values):
        return Const(tuple(v.value for v in values))  # type: ignore[attr-defined]
    return Sequence(tuple(values), tuple)


def mapping_of(values: dict[str, Value]) -> Value:
    """What ``**kwargs`` is bound to."""
    if all(isinstance(v, Const) for v in values.values()):
        return Const({k: v.value for k, v in values.items()})  # type: ignore[attr-defined]
    return Mapping(tuple(values.items()))


class Functions:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    active: list[Scope]
    depth: int

    def call_function(
        self, function: Func, args: list[Value], kwargs: dict, node: cst.Call | None
    ) -> Value:
        """A call of a user function or lambda, inlined; a function on the driver where it cannot be."""
        point, saved = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        try:
            return self.inline(function, args, kwargs, node)
        except NoRule as error:
            self.ctx.restore(point)
            self.rollback(saved)  # type: ignore[attr-defined]
            problem = str(error)
        return self.call_kept(function, args, kwargs, node, problem)

    def function(self, node: Any, scope: Scope, name: str | None = None) -> Func:
        """A function or lambda where it is defined: a default that reads names is what they are now."""
        found = []
        for parameter in (*node.params.params, *node.params.kwonly_params):
            if isinstance(parameter.default, cst.Name):
                ref = scope.lookup(parameter.default.value)
                if ref is not None:
                    found.append((parameter.name.value, ref.value))
        return Func(node, scope, name, tuple(found))

    def inline(
        self, function: Func, args: list[Value], kwargs: dict, node: cst.Call | None
    ) -> Value:
        if len(self.active) > MAX_DEPTH:
            raise NoRule("the function calls itself")
        if isinstance(function.node, cst.FunctionDef) and (
            function.node.decorators or function.node.asynchronous
        ):
            raise NoRule("the function is decorated")
        scope = Scope(parent=function.scope, name=function.name or "lambda")
        self.bind_parameters(function, args, kwargs, scope, node)
        if isinstance(function.node, cst.Lambda):
            return self.eval(function.node.body, scope)  # type: ignore[attr-defined]
        line, column, hint = self.ctx.line, self.ctx.column, self.ctx.hint
        body = function.node.body.body
        self.active.append(scope)
        try:
            self.block(list(body), scope, lambda name: False)  # type: ignore[attr-defined]
            value: Value = Const(None)
        except ReturnSignal as signal:
            if signal.scope is not scope:
                raise
            value = signal.value
        finally:
            self.active.remove(scope)
            self.ctx.line, self.ctx.column, self.ctx.hint = line, column, hint
        return value

    def bind_parameters(
        self, function: Func, args: list[Value], kwargs: dict, scope: Scope, node: Any
    ) -> None:
        parameters = function.node.params
        if parameters.posonly_params:
            raise NoRule("a function with positional-only parameters is not inlined")
        refs = self.argument_refs(node, scope)
        names = [p.name.value for p in parameters.params]
        rest = parameters.star_arg if isinstance(parameters.star_arg, cst.Param) else None
        if len(args) > len(names) and rest is None:
            raise NoRule("more arguments than parameters")
        bound: dict[str, Ref] = {}
        if rest is not None:
            bound[rest.name.value] = Ref(sequence_of(args[len(names) :]))
        every = {*names, *(p.name.value for p in parameters.kwonly_params)}
        if parameters.star_kwarg is not None:
            extra = {k: v for k, v in kwargs.items() if k not in every}
            bound[parameters.star_kwarg.name.value] = Ref(mapping_of(extra))
            kwargs = {k: v for k, v in kwargs.items() if k in every}
        for i, (name, value) in enumerate(zip(names, args)):
            bound[name] = (
                refs.get(i) if refs.get(i) is not None and refs[i].value is value else Ref(value)
            )
        for name, value in kwargs.items():
            ref = refs.get(name)
            bound[name] = ref if ref is not None and ref.value is value else Ref(value)
        for parameter in (*parameters.params, *parameters.kwonly_params):
            if parameter.name.value not in bound:
                if parameter.default is None:
                    raise NoRule(f"argument {parameter.name.value!r} is missing")
                value = dict(function.defaults).get(parameter.name.value)
                if value is None:
                    value = self.eval(parameter.default, function.scope)  # type: ignore[attr-defined]
                bound[parameter.name.value] = Ref(value)
        if set(kwargs) - every:
            raise NoRule("an argument that the function does not take")
        scope.refs.update(bound)

    def argument_refs(self, node: Any, scope: Scope) -> dict:
        """The cells of arguments that are plain names: the function may change those objects."""
        refs: dict = {}
        if not isinstance(node, cst.Call):
            return refs
        for i, arg in enumerate(node.args):
            if isinstance(arg.value, cst.Name) and not arg.star:
                for caller in reversed(self.active):
                    ref = caller.lookup(arg.value.value)
                    if ref is not None:
                        refs[arg.keyword.value if arg.keyword else i] = ref
                        break
        return refs

    def call_kept(self, function: Func, args: list, kwargs: dict, node: Any, problem: str) -> Value:
        """The function itself is kept in the job and called with pandas objects."""
        values = [*args, *kwargs.values()]
        changed = self.changed_parameters(function)
        refs = self.argument_refs(node, function.scope)
        for i, name in enumerate(p.name.value for p in function.node.params.params):
            ref = refs.get(i) or refs.get(name)
            if name in changed and ref is not None and has_data(ref.value):
                raise NoRule(f"the function changes its argument {name!r}: {problem}")
        text = self.driver.call("", self.driver.text(function), args, kwargs)  # type: ignore[attr-defined]
        reads = frozenset().union(*(v.vars for v in values)) if values else frozenset()
        if (
            any(has_data(v) for v in values)
            or any(has_local(v) for v in values)
            or self.reads_data(function)
        ):
            self.went_to_driver(text, function.name or "lambda", problem, node)  # type: ignore[attr-defined]
            return Local(text, reads)
        return self.plain_like(text, values)  # type: ignore[attr-defined]

    def changed_parameters(self, function: Func) -> set[str]:
        return changed_roots(function.node.body)

    def reads_data(self, function: Func) -> bool:
        """Whether the body touches pandas or a frame of the module."""
        for name in read_names(function.node.body):
            ref = function.scope.lookup(name)
            if ref is None:
                continue
            if (
                has_data(ref.value)
                or has_local(ref.value)
                or getattr(ref.value, "name", "") == "pandas"
            ):
                return True
        return False
