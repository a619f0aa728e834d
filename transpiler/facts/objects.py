"""Objects of the program's own classes, which are followed while the program is walked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from transpiler.facts.values import Func, Value


@dataclass(frozen=True, eq=False)
class Class(Value):
    """A class of the program whose objects are known while it is walked.

    ``members``: the scope of its methods and attributes; ``kinds``: how each method is bound;
    ``fields``: (name, default) of a dataclass or named tuple; ``family``: "dataclass", "tuple",
    "enum" or "".
    """

    name: str
    line: int | None
    scope: Any
    members: Any
    kinds: dict
    bases: tuple = ()
    fields: list = field(default_factory=list)
    family: str = ""
    options: dict = field(default_factory=dict)
    kind = "class"


@dataclass(frozen=True, eq=False)
class Instance(Value):
    """An object of a class that is followed; ``fields`` is the scope of its attributes."""

    cls: Class
    fields: Any
    kind = "instance"


@dataclass(frozen=True, eq=False)
class Method(Value):
    """A method bound to its object (or class); ``owner`` is the class that defines it."""

    function: Func
    receiver: Value
    owner: Class
    kind = "method"


@dataclass(frozen=True, eq=False)
class Super(Value):
    """``super()`` in a method of ``cls``."""

    cls: Class
    receiver: Value
    kind = "super"
