"""Parts of known helper functions that a rule stands for, found by the digest of the function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from transpiler.errors import NoRule
from transpiler.facts import Const, Frame, Value


@dataclass(frozen=True)
class Known:
    """A function of ``length`` statements, of which those from ``start`` on are not walked."""

    title: str
    length: int
    start: int
    apply: Callable[["Passage"], Value]


@dataclass(frozen=True)
class Passage:
    """What a rule sees: the names of the function where the passage begins."""

    interpreter: Any
    ctx: Any
    scope: Any

    def __getitem__(self, name: str) -> Value:
        ref = self.scope.lookup(name)
        if ref is None:
            raise NoRule(f"{name} is not known here")
        return ref.value

    def frame(self, name: str) -> Frame:
        value = self[name]
        if not isinstance(value, Frame) or value.open:
            raise NoRule(f"the columns of {name} are not known here")
        return value

    def const(self, name: str) -> Any:
        value = self[name]
        if not isinstance(value, Const):
            raise NoRule(f"{name} is not a constant that is known here")
        return value.value

    def need(self, condition: Any, why: str) -> None:
        if not condition:
            raise NoRule(why)


PASSAGES: dict[str, Known] = {}


def passage(title: str, *digests: str, length: int, start: int) -> Callable:
    """Register a function as the rule of the functions with these digests."""

    def register(function: Callable[[Passage], Value]) -> Callable[[Passage], Value]:
        for digest in digests:
            PASSAGES[digest] = Known(title, length, start, function)
        return function

    return register
