"""Calls of the user's own functions: inlined where their control flow is known, else kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.errors import NoRule
from transpiler.facts import (
    Const,
    Frame,
    Func,
    Local,
    Mapping,
    Module,
    Plain,
    Sequence,
    Stream,
    Value,
)
from transpiler.infer.kinds import has_data, has_local, is_changeable
from transpiler.infer.signals import ReturnSignal
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import (
    changed_roots,
    changes,
    is_generator,
    outer_names,
    parameters_in,
    read_once,
)
from transpiler.infer.zero_divisions import divides, number_text
from transpiler.source import bound_names, read_names

MAX_DEPTH = 40


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

    yields: list
    pending: list
    entered: list[int]

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
        """A function or lambda where it is defined: a default that reads names is what they are now,
        and a list or dict is one object for all calls."""
        found = []
        cells = Scope(name="defaults")
        for parameter in (*node.params.params, *node.params.kwonly_params):
            if isinstance(parameter.default, cst.Name):
                ref = scope.lookup(parameter.default.value)
                if ref is not None:
                    found.append((parameter.name.value, ref.value))
            elif isinstance(parameter.default, (cst.List, cst.Dict, cst.Set)):
                value = self.eval(parameter.default, scope)  # type: ignore[attr-defined]
                cells.refs[parameter.name.value] = Ref(value)
        if cells.refs:
            self.objects.append(cells)  # type: ignore[attr-defined]
        return Func(node, scope, name, tuple(found), cells=cells if cells.refs else None)

    def decorated(self, node: cst.FunctionDef, scope: Scope) -> Value:
        """A function as its decorators leave it. Raises NoRule where they are not followed."""
        value: Value = self.function(node.with_changes(decorators=[]), scope, node.name.value)
        for decorator in reversed(node.decorators):
            call = decorator.decorator
            named = call.func if isinstance(call, cst.Call) else call
            known = self.eval(named, scope)  # type: ignore[attr-defined]
            if isinstance(known, Module) and known.name == "functools.wraps":
                continue
            if isinstance(known, Module) and known.name == "contextlib.contextmanager":
                value = replace(self.function(node, scope, node.name.value), manager=True)
                continue
            if isinstance(known, Module):
                raise NoRule("a decorator that is not followed")
            made = self.eval(call, scope)  # type: ignore[attr-defined]
            value = self.call_value(made, [value], {}, cst.Call(func=call), scope)  # type: ignore[attr-defined]
            if not isinstance(value, Func):
                raise NoRule("a decorator that gives no function")
        return value

    def partial(self, function: Func, args: list[Value], kwargs: dict[str, Value]) -> Func:
        """``functools.partial(function, …)`` as a lambda of the arguments that are still to come."""
        scope = Scope(parent=function.scope, name="partial")
        scope.refs["function"] = Ref(function)
        if any(is_changeable(v) for v in (*args, *kwargs.values())):
            raise NoRule("a list or dict in a partial call, which may change until it runs")

        def given(name: str, value: Value) -> str:
            if isinstance(value, Const) and isinstance(value.value, (str, int, float)) and not value.secret:  # fmt: skip
                return repr(value.value)
            scope.refs[name] = Ref(value)
            return name

        parameters = function.node.params
        names = [p.name.value for p in parameters.params]
        rest = [p for p in parameters.params[len(args) :] if p.name.value not in kwargs]
        needed = [p.name.value for p in rest if p.default is None]
        more = len(needed) < len(rest) or parameters.kwonly_params or parameters.star_kwarg
        parts = [given(f"given_{n}", v) for n, v in enumerate(args)]
        # What comes after an argument that is given by name is given by name, too.
        last = next((n for n, x in enumerate(names) if x in kwargs), len(names))
        parts += [x if names.index(x) < last else f"{x}={x}" for x in needed]
        parts += ["*others"] if more else []
        parts += [f"{k}={given(f'given_{k}', v)}" for k, v in kwargs.items()]
        parts += ["**named"] if more else []
        head = ", ".join([*needed, *(["*others", "**named"] if more else [])])
        node = cst.parse_expression(f"lambda {head}: function({', '.join(parts)})".replace("lambda :", "lambda:"))  # fmt: skip
        return Func(node, scope)

    def yield_(self, node: cst.Yield, scope: Scope) -> None:
        """``yield x`` in a function whose values are taken one by one here."""
        if not self.yields or self.yields[-1] is None:
            raise NoRule("a generator that is not followed")
        if isinstance(node.value, cst.From):
            values = self.iterate(self.eval(node.value.item, scope))  # type: ignore[attr-defined]
        else:
            value = self.eval(node.value, scope) if node.value is not None else Const(None)  # type: ignore[attr-defined]
            values = [value]
        for value in values:
            self.yields[-1](self.settled(value, scope))  # type: ignore[attr-defined]

    def inline(
        self,
        function: Func,
        args: list[Value],
        kwargs: dict,
        node: Any,
        owner: Any = None,
        taker: Any = None,
    ) -> Value:
        """The value of a call whose body is walked here; ``owner``: the class of a method;
        ``taker``: what is called with each value that it yields."""
        if len(self.active) > MAX_DEPTH:
            raise NoRule("the function calls itself")
        if isinstance(function.node, cst.FunctionDef) and (
            function.node.decorators
            and not (function.manager and taker is not None)
            or function.node.asynchronous
        ):
            raise NoRule("the function is decorated")
        taken = Scope(name="yields")  # held as values in use are: their variables stay
        generates = is_generator(function.node)
        scope = Scope(parent=function.scope, name=function.name or "lambda")
        self.bind_parameters(function, args, kwargs, scope, node, owner is not None)
        if owner is not None:
            scope.refs["__class__"], scope.refs["__self__"] = Ref(owner), Ref(args[0])
        if isinstance(function.node, cst.Lambda):
            return self.eval(function.node.body, scope)  # type: ignore[attr-defined]
        line, column, hint = self.ctx.line, self.ctx.column, self.ctx.hint
        body = function.node.body.body
        unused = node is not None and node is self.unused  # type: ignore[attr-defined]
        self.dropped.append(unused)  # type: ignore[attr-defined]
        self.active.append(scope)
        if generates:
            self.objects.append(taken)  # type: ignore[attr-defined]
        keep = lambda v: taken.refs.update({str(len(taken.refs)): Ref(v)})  # noqa: E731
        self.yields.append((taker or keep) if generates else None)
        self.entered.append(self.depth)
        self.pending.append(None)  # what is still to come ends here: at a return
        try:
            self.walk_body(function, list(body), scope)  # type: ignore[attr-defined]
            value: Value = Const(None)
        except ReturnSignal as signal:
            if signal.scope is not scope:
                raise
            value = signal.value
        finally:
            self.active.remove(scope)
            self.yields.pop()
            self.pending.pop()
            self.entered.pop()
            self.dropped.pop()  # type: ignore[attr-defined]
            self.ctx.line, self.ctx.column, self.ctx.hint = line, column, hint
        if generates:
            self.objects[:] = [s for s in self.objects if s is not taken]  # type: ignore[attr-defined]
            value = Stream(tuple(r.value for r in taken.refs.values()))
        self.held.append(value)  # type: ignore[attr-defined]
        return value

    def bind_parameters(
        self, function: Func, args: list[Value], kwargs: dict, scope: Scope, node: Any, shift: bool
    ) -> None:
        parameters = function.node.params
        if parameters.posonly_params:
            raise NoRule("a function with positional-only parameters is not inlined")
        refs = self.argument_refs(node, scope)
        if shift:  # the object itself comes first
            refs = {k + 1 if isinstance(k, int) else k: r for k, r in refs.items()}
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
                if function.cells is not None and parameter.name.value in function.cells.refs:
                    if isinstance(function.cells.refs[parameter.name.value].value, Plain):
                        raise NoRule("a default that the function changes is in the job")
                    bound[parameter.name.value] = function.cells.refs[parameter.name.value]
                    continue
                value = dict(function.defaults).get(parameter.name.value)
                if value is None:
                    value = self.eval(parameter.default, function.scope)  # type: ignore[attr-defined]
                bound[parameter.name.value] = Ref(value)
        if set(kwargs) - every:
            raise NoRule("an argument that the function does not take")
        for name, ref in bound.items():
            if isinstance(ref.value, Stream) and not read_once(function.node.body, name):
                raise NoRule("a generator that may be gone through twice")
        scope.refs.update(bound)
        self.name_arguments(function, scope)

    def name_arguments(self, function: Func, scope: Scope) -> None:
        """A frame that the body reads more than once gets a variable: its parameter's name."""
        for name, ref in scope.refs.items():
            value = ref.value
            if isinstance(value, (Frame, Local)) and not value.text.isidentifier():
                if not read_once(function.node.body, name):
                    ref.value = self.ctx.hoist(value, name)

    def argument_refs(self, node: Any, scope: Scope) -> dict:
        """The cells of arguments that are plain names: the function may change those objects."""
        refs: dict = {}
        if not isinstance(node, cst.Call):
            return refs
        for i, arg in enumerate(node.args):
            if isinstance(arg.value, (cst.Name, cst.Attribute)) and not arg.star:
                for caller in reversed(self.active):
                    ref = (
                        caller.lookup(arg.value.value)
                        if isinstance(arg.value, cst.Name)
                        else self.field_ref(arg.value, caller)  # type: ignore[attr-defined]
                    )
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
            if name in changed and ref is not None and is_changeable(ref.value):
                raise NoRule(f"the function changes its argument {name!r}: {problem}")
            if name in changed and ref is not None and has_data(ref.value):
                raise NoRule(f"the function changes its argument {name!r}: {problem}")
        if divides(function.node, function.scope):
            args = [self.as_number(v) for v in args]
            kwargs = {k: self.as_number(v) for k, v in kwargs.items()}
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

    def as_number(self, value: Value) -> Value:
        """A number of pandas as a kept function that divides gets it."""
        text = number_text(self.ctx, value)
        return value if text is None else replace(value, text=text)

    def has_effects(self, value: Value, seen: tuple = ()) -> bool:
        """Whether a function changes something that is not its own, by itself or by what it calls."""
        if not isinstance(value, Func) or value.node in seen:
            return False
        node = value.node
        own = bound_names(node.body) | {p.name.value for p in node.params.params} | parameters_in(node.body)  # fmt: skip
        if outer_names(node) or changed_roots(node.body) - own:
            return True
        refs = [value.scope.lookup(n) for n in read_names(node.body)]
        return any(self.has_effects(r.value, (*seen, node)) for r in refs if r is not None)

    def changed_parameters(self, function: Func) -> set[str]:
        if isinstance(function.node, cst.Lambda):
            return changed_roots(function.node.body)
        return {
            p.name.value
            for p in function.node.params.params
            if changes(function.node, p.name.value)
        }

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
