"""Columns that a job makes on its way have names of two underscores and a word. Where a program has a
column of such a name, what would make another one of it runs as pandas."""

from __future__ import annotations

import inspect
import re
import sys
from functools import lru_cache
from typing import Iterable

from transpiler.errors import NoRule

_WRITTEN = re.compile(r"""["'`](__[a-z]+)(?=\d*["'`{])""")


@lru_cache(maxsize=None)
def names_of_module(module: str) -> frozenset[str]:
    """The hidden columns that the rules of a module make, without their numbers."""
    return frozenset(_WRITTEN.findall(inspect.getsource(sys.modules[module])))


@lru_cache(maxsize=None)
def names_of_function(function: str) -> frozenset[str]:
    """The hidden columns that a function of glue_runtime, or what it calls, makes."""
    from transpiler.emit.embed import embedded

    return frozenset(_WRITTEN.findall("\n".join(embedded({function})[0])))


def check(labels: Iterable[str], names: frozenset[str]) -> None:
    """Raises NoRule where one of a program's ``labels`` is among ``names``."""
    for label in sorted(labels):
        if label.rstrip("0123456789") in names:
            raise NoRule(f"the step needs a column of its own that is called {label!r}")
