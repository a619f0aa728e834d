"""Calls: of pandas by rule, of Python by folding, else kept as they are written."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from pathlib import PurePath
from dataclasses import replace
from typing import Any, Iterator

import libcst as cst

from rules import carried, na_objects, nones, registry, widths
from transpiler.errors import NoRule, Refused
from transpiler.facts import (
    Accessor,
    ByColumn,
    Class,
    Col,
    ColumnValues,
    Const,
    Frame,
    Func,
    Grouped,
    Instance,
    LabelList,
    TestedColumns,
    Local,
    Mapping,
    Module,
    OpenLabels,
    Plain,
    Scalar,
    Sequence,
    Super,
    Text,
    Value,
    Windowed,
)
from transpiler.loops import PerGroup
from transpiler.source import is_secret_name
from transpiler.infer import remembered, reserved, without_rule
from transpiler.infer.counting import distinct_count
from transpiler.infer.folding import _MUTATING, fold_method, fold_module_call
from transpiler.infer.kinds import DATA, has_data, has_local, is_changeable, is_true
from transpiler.infer.moments import CLOCKS, method_type
from transpiler.infer.operators import number_made
from transpiler.infer.pairs import of_columns, of_labels
from transpiler.infer.objects import tuple_items
from transpiler.infer.signals import EndSignal
from transpiler.infer.scope import Scope
from transpiler.infer.sharing import WRITING, of_series, with_memory

#: builtins that pass on what is in a list or dict, whatever it is
_AROUND = {"builtins.enumerate", "builtins.zip", "builtins.list", "builtins.tuple", "builtins.map",
           "builtins.filter", "functools.reduce"}  # fmt: skip
#: methods that call a function for each value, row or group: on the cluster, in no order
_PER_VALUE = {"apply", "map", "applymap", "transform", "agg", "aggregate", "filter", "combine"}
#: methods that hand NaN on as it is, or write it as they write a missing value
_CARRYING = {
    f"__{r}{op}__" for r in ("", "r") for op in ("add", "sub", "mul", "truediv", "floordiv", "mod")
}
_CARRYING |= {
    r + op for r in ("", "r") for op in ("add", "sub", "mul", "div", "truediv", "floordiv", "mod")
}
_CARRYING |= {"__getitem__", "__neg__", "abs", "round", "copy", "rename", "drop", "assign", "head", "tail",
              "merge", "join", "to_csv", "to_json"}  # fmt: skip
#: methods that choose, order or number rows, and say which columns they look at
_OF_ROWS = {"groupby", "sort_values", "sort_index", "reset_index", "set_index", "query", "nlargest", "nsmallest",
            "sample", "filter", "__getitem__"}  # fmt: skip
#: what makes one number of a number for each column
_OF_NUMBERS = {"sum", "mean", "min", "max"}
#: what makes other labels of labels, or a list of them
_OF_LABELS = {"drop", "difference", "intersection", "union", "append", "tolist", "to_list", "copy"}
_LABEL_LISTS = {"builtins.list", "builtins.sorted"}
#: calls after which nothing runs
_EXITS = {"sys.exit", "builtins.exit", "builtins.quit", "os._exit"}


def hidden(name: str, value: Value) -> Value:
    """The value of an argument of that name; a text under the name of a secret is one."""
    if isinstance(value, Const) and isinstance(value.value, str) and is_secret_name(name):
        return Const(value.value, value.text, secret=bool(value.value))
    return value


def series_in(value: Any, whole: bool) -> Iterator[Any]:
    """The Series and columns that a value is, holds, or groups. ``whole``: all columns of a frame
    whose columns only the job sees are among them; of another a rule says which it reads."""
    yield value
    if isinstance(value, (Accessor, Windowed)):
        yield from series_in(value.owner, whole)
    elif isinstance(value, Frame) and value.open and whole:
        yield from value.columns
    elif isinstance(value, Grouped):
        yield value.series
        yield from (key.col for key in value.keys)
        if value.frame.open and whole and value.selection is None:
            yield from value.frame.columns
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from series_in(item, whole)
    elif isinstance(value, Mapping):
        for _, item in value.items:
            yield from series_in(item, whole)


def carries_nan(name: str, values: tuple) -> bool:
    """Whether a rule hands the NaN of nullable columns on, and does not tell it from missing values."""
    if name == "DataFrame.__setitem__":  # of a column, not of rows by a mask
        return isinstance(values[1], Const)
    return name.rpartition(".")[2] in _CARRYING


class Calls:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any

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
                kwargs[arg.keyword.value] = hidden(arg.keyword.value, value)
            else:
                args.append(value)
        return args, kwargs

    def call(self, node: cst.Call, scope: Scope) -> Value:
        counted = distinct_count(self, node, scope)
        if counted is not None:
            return counted
        mapped = self.mapped_files(node, scope)  # type: ignore[attr-defined]
        if mapped is not None:
            return mapped
        try:
            args, kwargs = self.arguments(node, scope)
        except NoRule:
            return self.opaque(node, scope)
        if isinstance(node.func, cst.Call):
            named = self.named_attribute(node.func, scope)
            if named is not None:  # getattr(df["a"], how)()
                return self.call(cst.Call(func=named, args=node.args), scope)
        if isinstance(node.func, cst.Name) and node.func.value == "getattr":
            named = self.named_attribute(node, scope)
            if named is not None:
                return self.eval(named, scope)  # type: ignore[attr-defined]
        if isinstance(node.func, cst.Attribute):
            owner = self.eval(node.func.value, scope)
            method = node.func.attr.value
            if isinstance(owner, (Instance, Class, Super)):
                return self.call_member(owner, method, args, kwargs, node, scope)
            if isinstance(owner, PerGroup):
                found = self.listed_groups(owner, method, args, kwargs)  # type: ignore[attr-defined]
                if found is not None:
                    return found
            if isinstance(owner, DATA):
                if is_true(kwargs.get("inplace")):
                    return self.in_place(owner, method, args, kwargs, node, scope)
                return self.call_method(owner, method, args, kwargs, node)
            if isinstance(owner, Const) and isinstance(owner.value, PurePath):
                asked = self.path_method(owner, method, args, kwargs, node, scope)  # type: ignore[attr-defined]
                if asked is not None:
                    return asked
            if isinstance(owner, (Const, Sequence, Mapping)):
                return self.container_method(owner, method, args, kwargs, node)
            if isinstance(
                owner, (Local, Plain, Scalar)
            ):  # its code has been emitted: once is enough
                return self.call_local(owner, method, args, kwargs, node)
            function: Value = self.attribute(node.func, scope)
        else:
            function = self.eval(node.func, scope)
        return self.call_value(function, args, kwargs, node, scope)

    def named_attribute(self, node: cst.Call, scope: Scope) -> cst.Attribute | None:
        """``getattr(x, name)`` of pandas objects, with the name known, as ``x.name``."""
        if not (isinstance(node.func, cst.Name) and node.func.value == "getattr"):
            return None
        if len(node.args) != 2 or any(a.star or a.keyword for a in node.args):
            return None
        name = self.eval(node.args[1].value, scope)  # type: ignore[attr-defined]
        owner = self.eval(node.args[0].value, scope)  # type: ignore[attr-defined]
        text = name.value if isinstance(name, Const) else None
        if not isinstance(owner, (*DATA, Local)) or not isinstance(text, str) or not text.isidentifier():  # fmt: skip
            return None
        return cst.Attribute(value=node.args[0].value, attr=cst.Name(text))

    def call_member(
        self, owner: Value, name: str, args: list, kwargs: dict, node: cst.Call, scope: Scope
    ) -> Value:
        """A method of an object of the program, or whatever else is called by that attribute."""
        if isinstance(owner, Instance) and owner.cls.family == "parser":
            return self.parser_method(owner, name, args, kwargs, node)  # type: ignore[attr-defined]
        items = tuple_items(owner)
        if name == "_asdict" and items is not None:
            return self.as_mapping(owner)  # type: ignore[attr-defined]
        if name == "_replace" and items is not None:
            return self.ask_instance("dataclasses.replace", [owner], kwargs)  # type: ignore[attr-defined]
        return self.call_value(self.member(owner, name, node), args, kwargs, node, scope)  # type: ignore[attr-defined]

    def call_value(
        self, function: Value, args: list, kwargs: dict, node: cst.Call, scope: Scope
    ) -> Value:
        if isinstance(function, Module):
            if function.name in _EXITS:
                self.end(function, args, kwargs, node)  # type: ignore[attr-defined]
            if (
                function.name == "builtins.list"
                and len(args) == 1
                and isinstance(args[0], PerGroup)
            ):
                return self.listed_groups(args[0], "list", [], kwargs) or args[0]  # type: ignore[attr-defined]
            if function.name == "functools.partial" and args and isinstance(args[0], Func):
                return self.partial(args[0], args[1:], kwargs)  # type: ignore[attr-defined]
            asked = self.ask_object(function, args, kwargs, scope)  # type: ignore[attr-defined]
            if asked is not None:
                return asked
            return self.call_module(function, args, kwargs, node, scope)
        if isinstance(function, Func):
            return self.call_function(function, args, kwargs, node)
        made = self.call_object(function, args, kwargs, node)  # type: ignore[attr-defined]
        if made is not None:
            return made
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
        if isinstance(value, Frame) and self.has_cell(target, scope):  # type: ignore[attr-defined]
            name, ref = self.target_ref(target, scope)  # type: ignore[attr-defined]
            if method in WRITING:
                self.check_frame_write(ref.value)  # type: ignore[attr-defined]
            self.mutate(ref, name, value, scope)  # type: ignore[attr-defined]
            return Const(None)
        plain_column = (
            isinstance(owner, Col) and owner.column is not None and isinstance(value, Col)
        )
        if plain_column and value.frame.rows is owner.frame.rows:
            self.check_series_write(owner, target, scope)  # type: ignore[attr-defined]
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
        local = self.to_local(
            text, name, problem, [owner, *args, *kwargs.values()], node, owner, kwargs
        )
        return of_labels(self.ctx, name, local, owner, args, kwargs)

    def to_local(self, text: str, name: str, problem: str, parts: list[Value], node: cst.CSTNode, owner: Any = None, kwargs: Any = None) -> Value:  # fmt: skip
        if (
            owner is not None
            and isinstance((kwargs or {}).get("inplace"), Const)
            and kwargs["inplace"].value
        ):
            raise NoRule(problem)  # the statement goes to the driver as a whole
        if isinstance(owner, Frame) and name.rsplit(".", 1)[-1] in ("insert", "pop", "update"):
            raise NoRule(problem)
        if name.endswith(".unstack"):
            remembered.needed(self.ctx, owner)
        self.went_to_driver(text, name, problem, node)
        local = Local(text, frozenset().union(*(p.vars for p in parts)), why=problem)
        return with_memory(local, name, parts[1:], kwargs or {}, parts[0])

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
        """Try the rules of ``name``. Raises NoRule with the reason of the one that got furthest."""
        candidates = registry.find(name)
        operands = (owner, *args, *kwargs.values())
        carried.check(name, *operands)
        found = widths.check(name, *operands)
        nones.check(self, name, owner, args, kwargs)
        na_objects.check(name, owner, kwargs)
        remembered.check(self.ctx, name)
        remembered.texts_taken(self.ctx, name, owner, args)
        if name.rsplit(".", 1)[1] in _PER_VALUE and any(self.has_effects(a) for a in (*args, *kwargs.values())):  # type: ignore[attr-defined]  # fmt: skip
            raise NoRule("the function changes something outside of itself")
        labels = self.ctx.like_hidden
        reasons = [(-2, without_rule.reason(name))]
        for rule in candidates:
            point = self.ctx.save()
            call = None
            try:
                bound, given = registry.bind(rule, [self.once(a, owner) for a in args], {k: self.once(v, owner) for k, v in kwargs.items()})  # fmt: skip
                call = registry.Call(rule, owner, bound, given, self.ctx)
                call.interpreter, call.node = self, node  # type: ignore[attr-defined]
                if labels:
                    reserved.check(labels, reserved.names_of_module(rule.where.partition(":")[0]))
                with self.looking(name, owner, *bound.values()):
                    value = rule.apply(call)
            except (NoRule, EndSignal) as error:
                self.ctx.restore(point)
                reasons.append((call.passed if call else -1, str(error)))
                continue
            except (TypeError, AttributeError, ValueError, LookupError, re.error) as error:
                # A slip in a rule must not take the program down: the ladder below it is exact.
                if os.environ.get("P2G_STRICT"):
                    raise
                self.ctx.restore(point)
                reasons.append((0, f"the rule failed ({type(error).__name__}: {error})"))
                continue
            verdict = getattr(call, "verdict", None) or rule.verdict
            self.ctx.note(
                verdict, rule.name, getattr(call, "message", ""), self.program.source_line(node)
            )
            if verdict == "udf":
                nones.in_python(self, name, owner, args, kwargs)
            value = self.with_reads(value, name, args, kwargs, owner)
            value = widths.marked(name, value, found, *operands)
            value = nones.marked(self.ctx, name, value, owner, args, kwargs)
            value = remembered.marked(self.ctx, name, value)
            if isinstance(value, (Grouped, Windowed)) and value.made is None:
                value = replace(value, made=(owner, name.rsplit(".", 1)[1], args, kwargs))
            return value
        raise NoRule(max(reasons, key=lambda r: r[0])[1])

    @contextmanager
    def looking(self, name: str, *values: Any) -> Iterator[None]:
        """While a rule is applied: whether what it reads may be NaN matters to it."""
        ctx, before = self.ctx, self.ctx.looking
        ctx.looking = before or not carries_nan(name, values)
        if ctx.looking:
            whole = name.rpartition(".")[2] not in _OF_ROWS
            ctx.look(*(x for value in values for x in series_in(value, whole)))
        try:
            yield
        finally:
            ctx.looking = before

    def with_reads(self, value: Value, name: str, args: list, kwargs: dict, owner: Any) -> Value:
        """The value with what its text reads besides its frame, and whose memory it holds."""
        if not isinstance(value, (Col, Frame)):
            return value
        scalars = [a for a in (*args, *kwargs.values()) if not isinstance(a, (*DATA, Func))]
        reads = frozenset().union(*(a.vars for a in scalars)) if scalars else frozenset()
        if isinstance(value, Col):
            value = of_series(value, name, args, owner)
            return value.but(uses=value.uses | reads) if reads else value
        return with_memory(value.but(vars=value.vars | reads), name, args, kwargs, owner)

    def once(self, value: Value, owner: Value | None) -> Value:
        """An operand of a step on the cluster: what an aggregate gives is computed once, by name."""
        if isinstance(value, Const) and isinstance(value.value, PurePath):
            return Const(str(value.value))
        if isinstance(value, Scalar) and isinstance(owner, (Frame, Col)) and "(" in value.text:
            return self.ctx.hoist(value)
        return value

    def call_local(
        self, owner: Any, method: str, args: list, kwargs: dict, node: cst.Call
    ) -> Value:
        """A method of a value on the driver: plain pandas (or Python) text."""
        if method == "to_sql" and isinstance(owner, Local):
            return self.by_rule("Local.to_sql", owner, args, kwargs, node)
        numbers = getattr(owner, "base", 0) or getattr(owner, "dtype", None) in ("int64", "float64")
        if isinstance(owner, (ByColumn, ColumnValues)) and numbers and method in _OF_NUMBERS and not (args or kwargs):  # fmt: skip
            dtype = "float64" if method == "mean" else getattr(owner, "dtype", None)
            return Scalar(f"{self.driver.text(owner)}.{method}()", dtype, owner.vars, method)
        if isinstance(owner, LabelList) and registry.find(f"LabelList.{method}"):
            try:
                return self.by_rule(f"LabelList.{method}", owner, args, kwargs, node)
            except NoRule:  # as pandas on the driver
                pass
        if isinstance(owner, TestedColumns) and owner.index and method in ("tolist", "to_list") and not args:  # fmt: skip
            return replace(owner, text=f"{owner.text}.{method}()")
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
        if method == "parse_args" and not args and not kwargs:  # Glue adds arguments of its own
            return self.plain_like(f"{receiver}.parse_known_args()[0]", [owner])
        made = self.call_text(f"{receiver}.{method}", [owner], args, kwargs, method_type(owner, method, args, kwargs))  # fmt: skip
        if isinstance(owner, OpenLabels) and type(made) is Plain and method in _OF_LABELS:
            return OpenLabels(made.text, made.vars)
        return with_memory(made, f"DataFrame.{method}", args, kwargs, owner) if isinstance(made, Local) else made  # fmt: skip

    def call_text(
        self, function: str, parts: list[Value], args: list, kwargs: dict, dtype: str | None = None
    ) -> Value:
        text = self.driver.call("", function, args, kwargs)
        return self.plain_like(text, [*parts, *args, *kwargs.values()], dtype)

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
        asked = self.ask_files(function.name, args, kwargs, node)  # type: ignore[attr-defined]
        if asked is not None:
            return asked
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
            reads = frozenset().union(*(v.vars for v in values))
            return of_columns(
                self.ctx, function.name, Local(text, reads, why=problem), args, kwargs
            )
        if function.name == "builtins.str" and len(values) == 1 and isinstance(values[0], (Plain, Scalar)):  # fmt: skip
            return Text(text, values[0].vars)
        if function.name in _LABEL_LISTS and len(values) == 1 and isinstance(values[0], OpenLabels):
            return OpenLabels(text, values[0].vars)
        if function.name in CLOCKS and not values:
            return Scalar(text, CLOCKS[function.name], hint="now")
        made = number_made(self, function.name, args, kwargs)
        if made is not None:
            return made
        local = self.plain_like(text, values)
        return (
            of_columns(self.ctx, function.name, local, args, kwargs)
            if isinstance(local, Local)
            else local
        )
