"""Column builders of glue_runtime/columns*.py, run here on symbolic expressions.

The builders are written once, against pyspark's functions. A job embeds them and calls them with
the types that Spark sees; with the types known they run while translating, with a symbolic ``F``,
and leave plain text. pyspark itself is not needed here.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable

from transpiler.symbolic import E, F, T, Window

RUNTIME = Path(__file__).resolve().parent.parent / "glue_runtime"


HELPERS: set[str] = set()  # functions of other modules of glue_runtime that builders call


def _defined(body: list[ast.stmt]) -> set[str]:
    """The names that top-level statements define."""
    found = set()
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {t.id for t in node.targets if isinstance(t, ast.Name)}
    return found


@lru_cache(maxsize=None)
def _namespace() -> dict[str, Any]:
    defined: set[str] = set()
    space: dict[str, Any] = {"F": F, "T": T, "Window": Window, "__name__": "symbolic"}
    for path in sorted(RUNTIME.glob("columns*.py")):
        tree = ast.parse(path.read_text())
        body = [
            node
            for node in tree.body
            if not (isinstance(node, (ast.Import, ast.ImportFrom)) and _is_spark(node))
        ]
        for node in tree.body:  # what other modules of glue_runtime give stays a call in the job
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("glue_runtime."):
                if not node.module.split(".")[1].startswith("columns"):
                    HELPERS.update(alias.name for alias in node.names)
        space.update({name: E(name) for name in HELPERS})
        tree.body = body
        twice = _defined(body) & defined
        if twice:  # one namespace holds them all: the later would stand for the earlier
            raise ValueError(f"{path.name} defines {sorted(twice)} a second time")
        defined |= _defined(body)
        exec(compile(tree, str(path), "exec"), space)
    return space


def _is_spark(node: ast.Import | ast.ImportFrom) -> bool:
    names = (
        [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
    )
    return any(n.split(".")[0] in ("pyspark", "glue_runtime") for n in names)


def helpers_in(text: str) -> list[str]:
    """The functions of glue_runtime that the text of a built expression calls."""
    return [name for name in HELPERS if re.search(rf"\b{name}\(", text)]


def builder(name: str) -> Callable[..., Any]:
    """The builder of that name on symbolic expressions. Raises KeyError when there is none."""
    return _namespace()[name]


@lru_cache(maxsize=None)
def takes(name: str, parameter: str) -> bool:
    """Whether the builder of that name has the parameter."""
    code = builder(name).__code__
    return parameter in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


@lru_cache(maxsize=None)
def builder_names() -> frozenset[str]:
    """Functions that give a Spark Column when they are given one."""
    own = {n for n, v in _namespace().items() if callable(v) and hasattr(v, "__code__")}
    return frozenset(own | {"typed"})
