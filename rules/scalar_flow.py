"""Loops over what is known, ``match`` and ``:=`` in a Python function of one value or one row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable

import libcst as cst

from rules.scalars import Record, State
from transpiler.errors import NoRule
from transpiler.facts import Const
from transpiler.infer.scope import Ref, Scope
from transpiler.source import read_names, target_names

MAX_ITEMS = 200


@dataclass(frozen=True)
class Bind:
    """A step of an unrolled loop: its target gets an item."""

    target: Any
    value: Any


@dataclass(frozen=True)
class Mark:
    """Where ``continue`` ("next") and ``break`` ("end") of an unrolled loop go on."""

    word: str


class Flow:
    """Mixed into `Body`."""

    eval: Callable[..., Any]
    truth: Callable[..., Any]
    choose: Callable[..., Any]
    interpreter: Any
    scope: Any

    def unrolled(self, node: cst.For, state: State) -> list:
        """The turns of a loop over known items, one after the other."""
        steps: list = []
        for item in self.known_items(node.iter, state):
            steps += [Bind(node.target, item), *node.body.body, Mark("next")]
        orelse = list(node.orelse.body.body) if node.orelse is not None else []
        return [*steps, *orelse, Mark("end")]

    def known_items(self, node: Any, state: State) -> list:
        value = self.eval(node, state)
        if isinstance(value, Record) and value.form in ("tuple", "list"):
            return list(value.items)
        if not isinstance(value, Const):
            raise NoRule("a loop over something that differs by row")
        try:
            items = [Const(v) for v in value.value]
        except TypeError:
            raise NoRule("a loop over something that is no sequence") from None
        if len(items) > MAX_ITEMS or isinstance(value.value, (set, frozenset)):
            raise NoRule("a loop of many turns, or in no order")
        return items

    def bound(self, target: Any, value: Any, state: State) -> State:
        """The state with a target, or the parts of one, bound."""
        if isinstance(target, cst.Name):
            return replace(state, names={**state.names, target.value: value})
        names = target_names(target)
        parts: Any = None
        if isinstance(value, Record) and value.form in ("tuple", "list"):
            parts = value.items
        elif isinstance(value, Const) and isinstance(value.value, (tuple, list)):
            parts = [Const(v) for v in value.value]
        plain = isinstance(target, (cst.Tuple, cst.List)) and all(isinstance(e.value, cst.Name) for e in target.elements)  # fmt: skip
        if parts is None or not plain or len(names) != len(parts):
            raise NoRule("an assignment of this form in the function")
        return replace(state, names={**state.names, **dict(zip(names, parts))})

    @staticmethod
    def after(steps: list, word: str) -> list:
        """The steps after the next mark of an unrolled loop."""
        for number, step in enumerate(steps):
            if isinstance(step, Mark) and step.word == word:
                return steps[number + 1 :]
        raise NoRule(f"{word} outside a loop")

    def as_if(self, node: cst.Match) -> list:
        """``match`` of a name against constants as a chain of conditions."""
        if not isinstance(node.subject, cst.Name):
            raise NoRule("a match of such a value")
        chain: Any = None
        for case in reversed(node.cases):
            test = self.pattern(case.pattern, node.subject)
            if case.guard is not None:
                test = case.guard if test is None else cst.BooleanOperation(test, cst.And(), case.guard)  # fmt: skip
            body = case.body
            if test is None:
                chain = cst.Else(body)
            else:
                chain = cst.If(test, body, orelse=chain)
        if isinstance(chain, cst.Else):
            return list(chain.body.body)
        return [chain]

    def pattern(self, pattern: Any, subject: cst.Name) -> Any:
        """The condition of a pattern; None where everything matches it."""
        if isinstance(pattern, cst.MatchAs) and pattern.pattern is None and pattern.name is None:
            return None
        if isinstance(pattern, cst.MatchOr):
            tests = [self.pattern(p.pattern, subject) for p in pattern.patterns]
            if None in tests:
                return None
            out = tests[0]
            for test in tests[1:]:
                out = cst.BooleanOperation(out, cst.Or(), test)
            return out
        if isinstance(pattern, cst.MatchValue):
            return cst.Comparison(subject, [cst.ComparisonTarget(cst.Equal(), pattern.value)])
        if isinstance(pattern, cst.MatchSingleton) and pattern.value.value == "None":
            return cst.Comparison(subject, [cst.ComparisonTarget(cst.Is(), pattern.value)])
        raise NoRule("a pattern that is not followed")

    def hoisted(self, node: cst.If) -> tuple[Any, cst.If] | None:
        """``if (n := …) > 3``: the assignment, and the condition without it."""
        named = first_evaluated(node.test)
        if not isinstance(named, cst.NamedExpr):
            return None
        line = cst.Assign([cst.AssignTarget(named.target)], named.value)
        test = node.test.deep_replace(named, named.target) if named is not node.test else named.target  # fmt: skip
        return cst.SimpleStatementLine([line]), node.with_changes(test=test)

    def any_or_all(self, name: str, node: cst.Call, state: State) -> Any:
        """``any(… for x in known)``, ``all(…)``; None for another call."""
        comp = node.args[0].value if len(node.args) == 1 and not node.args[0].star else None
        if name not in ("any", "all") or not isinstance(comp, (cst.GeneratorExp, cst.ListComp)):
            return None
        if comp.for_in.inner_for_in is not None or comp.for_in.ifs:
            raise NoRule(f"{name}() of such a comprehension")
        result: Any = Const(name == "all")
        for item in reversed(self.known_items(comp.for_in.iter, state)):
            test = self.truth(
                self.eval(comp.elt, self.bound(comp.for_in.target, item, state)), state
            )
            if isinstance(test, Const):
                result = Const(name == "any") if bool(test.value) is (name == "any") else result
            elif name == "any":
                result = self.choose(test, Const(True), result)
            else:
                result = self.choose(test, result, Const(False))
        return result

    def folded_names(self, node: Any, state: State) -> Const | None:
        """An expression over names that are known along this path; None for another."""
        names = read_names(node) & set(state.names)
        if not names or not all(isinstance(state.names[n], Const) for n in names):
            return None
        inner = Scope(parent=self.scope, name="function")
        inner.refs = {n: Ref(state.names[n]) for n in names}
        try:
            value = self.interpreter.eval(node, inner)
        except NoRule:
            return None
        return value if isinstance(value, Const) else None

    # -- several values at once

    def several(self, node: Any, state: State) -> Any:
        """A tuple or list display."""
        form = "tuple" if isinstance(node, cst.Tuple) else "list"
        if any(not isinstance(e, cst.Element) for e in node.elements):
            raise NoRule("* in a sequence")
        return Record(tuple(self.eval(e.value, state) for e in node.elements), form)

    def display(self, node: cst.Dict, state: State) -> Any:
        """A dict display with constant keys."""
        labels, items = [], []
        for element in node.elements:
            if not isinstance(element, cst.DictElement):
                raise NoRule("** in a dict")
            key = self.eval(element.key, state)
            if not isinstance(key, Const) or key.value in labels:
                raise NoRule("a key that differs by row")
            labels.append(key.value)
            items.append(self.eval(element.value, state))
        return Record(tuple(items), "dict", tuple(labels))

    def series_of(self, args: list, kwargs: dict) -> Record:
        """``pd.Series({…})``, ``pd.Series([…], index=[…])``."""
        values = dict(zip(("data", "index"), args)) | kwargs
        data, index = values.pop("data", None), values.pop("index", None)
        if isinstance(data, Const):
            data = record_of(data.value)
        if not isinstance(data, Record) or values or data.form == "Series":
            raise NoRule("a Series of this form")
        labels = data.labels if data.form == "dict" else tuple(range(len(data.items)))
        if index is not None:
            if data.form == "dict" or not isinstance(index, Const) or len(index.value) != len(labels):  # fmt: skip
                raise NoRule("a Series of this form")
            labels = tuple(index.value)
        return Record(data.items, "Series", labels)


def record_of(value: Any) -> Record | None:
    """A constant sequence or dict as a record."""
    if isinstance(value, dict):
        return Record(tuple(map(Const, value.values())), "dict", tuple(value))
    if isinstance(value, (tuple, list)):
        return Record(tuple(map(Const, value)), type(value).__name__)
    return None


def as_record(value: Any) -> Record | None:
    if isinstance(value, Record):
        return value
    return record_of(value.value) if isinstance(value, Const) else None


def first_evaluated(node: Any) -> Any:
    """The part of a condition that runs first."""
    while True:
        if isinstance(node, (cst.Comparison, cst.BooleanOperation, cst.BinaryOperation)):
            node = node.left
        elif isinstance(node, cst.UnaryOperation):
            node = node.expression
        else:
            return node


__all__ = ["Bind", "Flow", "Mark", "as_record"]
