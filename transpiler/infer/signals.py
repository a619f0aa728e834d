"""How a walk leaves a block before its end."""

from __future__ import annotations

from typing import Any

from transpiler.facts import Value


class ReturnSignal(Exception):
    """``return`` in a function that is being inlined."""

    def __init__(self, value: Value, node: Any, scope: Any) -> None:
        self.value, self.node, self.scope = value, node, scope


class LoopSignal(Exception):
    """``break`` or ``continue`` in a loop that is being unrolled."""

    def __init__(self, word: str) -> None:
        self.word = word


class EndSignal(Exception):
    """The program stops here, always: what comes after is never reached."""
