"""Names and what they are bound to. Two names of one mutable pandas object share a `Ref`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator

from transpiler.facts import Value


class Ref:
    """A binding's cell: mutating the object through one name is seen through all. ``shared``: the
    object is an item of a container as well, which a change here would have to reach."""

    __slots__ = ("value", "shared")

    def __init__(self, value: Value, shared: bool = False) -> None:
        self.value, self.shared = value, shared


@dataclass
class Scope:
    """The names of a module or of a function call that is being inlined."""

    parent: "Scope | None" = None
    refs: dict[str, Ref] = field(default_factory=dict)
    name: str = ""
    used_later: Any = lambda name: True  # whether a later statement of the scope reads the name
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)

    def lookup(self, name: str) -> Ref | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.refs:
                return scope.refs[name]
            scope = scope.parent
        return None

    def bind(self, name: str, ref: Ref) -> None:
        self.home(name).refs[name] = ref

    def home(self, name: str) -> "Scope":
        """The scope in which an assignment to the name binds it."""
        if name in self.globals:
            return self.root
        if name in self.nonlocals:
            outer = [s for s in self.chain() if s is not self and name in s.refs]
            return outer[0] if outer else self
        return self

    @property
    def root(self) -> "Scope":
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def chain(self) -> Iterator["Scope"]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def copy(self) -> "Scope":
        """A snapshot to come back to; refs are copied, so that mutation is undone too."""
        return Scope(
            self.parent,
            {k: Ref(v.value) for k, v in self.refs.items()},
            self.name,
            self.used_later,
            set(self.globals),
            set(self.nonlocals),
        )
