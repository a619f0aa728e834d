"""Known slips of Amphi's generator that make Python which does not run, put right and reported.

Each repair is a function of the source lines that returns the lines and what it did. They change
nothing that runs as it is: a source without slips comes back unchanged but for the date line.
"""

import ast
import builtins
import re
from collections.abc import Callable
from dataclasses import dataclass

# Names that generated code uses as modules without importing them, seen in Amphi's components.
KNOWN_MODULES = {
    "os": "import os",
    "re": "import re",
    "json": "import json",
    "glob": "import glob",
    "math": "import math",
    "datetime": "import datetime",
    "time": "import time",
    "pd": "import pandas as pd",
    "np": "import numpy as np",
    "warnings": "import warnings",
}
# These may not be installed, and helpers name them in branches for engines that nobody chose:
# imported only when a statement outside every function uses them.
OPTIONAL_MODULES = {
    "s3fs": "import s3fs",
    "duckdb": "import duckdb",
    "pl": "import polars as pl",
}
# JavaScript's words, when a form's value went into the text as it is.
LITERALS = {"true": "True", "false": "False", "null": "None", "undefined": "None"}
DATE_LINE = re.compile(r"^# Date: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\s*$")
FUTURE = re.compile(r"^from __future__ import ")
# Calls that draw in the editor's own console; they exist in Amphi's kernel only.
DISPLAY = re.compile(r"^_{1,2}amphi_display\w*\(.*\)\s*$")
REPEATED = re.compile(r"keyword argument repeated: (\w+)")
MAGIC = re.compile(r"^(\s*)([!%]\S.*)$")
# Comments and texts, so that quotes within them are not taken for others; group 1: of several lines.
TEXTS = re.compile(
    r"""#[^\n]*|((\"{3}|'{3})(?:\\.|.)*?\2)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)


@dataclass(frozen=True)
class Repair:
    """One change: the `line` of the repaired text it concerns, and a `message` for people."""

    line: int
    message: str


def _in_texts(lines: list[str]) -> set[int]:
    """Indices of the lines that begin inside a text of several lines: they are data."""
    source = "\n".join(lines)
    inside: set[int] = set()
    for found in TEXTS.finditer(source):
        if found.group(1):
            first = source.count("\n", 0, found.start())
            inside.update(range(first + 1, first + 1 + found.group(1).count("\n")))
    return inside


def _drop_date(lines: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The date would make every export differ; it says nothing about the program."""
    data = _in_texts(lines)
    return [ln for n, ln in enumerate(lines) if n in data or not DATE_LINE.match(ln)], []


def _hoist_future(lines: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """`from __future__` has to be the first statement of a file."""
    data = _in_texts(lines)
    places = {n for n, line in enumerate(lines) if FUTURE.match(line) and n not in data}
    future = [lines[n] for n in sorted(places)]
    if not future:
        return lines, []
    rest = [line for n, line in enumerate(lines) if n not in places]
    head = next((n for n, line in enumerate(rest) if line and not line.startswith("#")), 0)
    unique = list(dict.fromkeys(future))
    if lines[head : head + len(future)] == future:
        return lines, []
    done = [(line, f"moved `{line.strip()}` to the top, where Python wants it") for line in unique]
    return rest[:head] + unique + rest[head:], done


def _drop_display(lines: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Display calls of the editor are defined in Amphi's kernel, not in the program."""
    done = []
    kept = []
    data = _in_texts(lines)
    for number, line in enumerate(lines):
        if DISPLAY.match(line) and number not in data:
            done.append(("", f"left out `{line.strip()}`: it draws in Amphi's editor only"))
        else:
            kept.append(line)
    return kept, done


def is_python(text: str) -> bool:
    """Whether a text parses."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _drop_magic(lines: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Notebook lines (`!pip install …`) are not Python; the installation is not the program's."""
    if is_python("\n".join(lines)):
        return lines, []
    done = []
    kept = []
    data = _in_texts(lines)
    for number, line in enumerate(lines):
        magic = MAGIC.match(line)
        if magic and number not in data:
            done.append((f"# {magic.group(2)}", f"made `{magic.group(2)}` a comment: not Python"))
            kept.append(f"{magic.group(1)}# {magic.group(2)}")
        else:
            kept.append(line)
    return kept, done


def _drop_repeated_keywords(lines: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Leave out a keyword argument that is there twice with the same value, each on a line."""
    done = []
    for _ in range(20):
        try:
            compile("\n".join(lines), "<source>", "exec", dont_inherit=True)
        except SyntaxError as problem:
            repeated = REPEATED.match(problem.msg)
            number = (problem.lineno or 1) - 1
            line = lines[number].strip().rstrip(",")
            before = {text.strip().rstrip(",") for text in lines[max(0, number - 20) : number]}
            if not repeated or not line.startswith(f"{repeated[1]}=") or line not in before:
                break
            lines = lines[:number] + lines[number + 1 :]
            done.append((lines[number - 1], f"left out the second `{line}` of a call"))
        else:
            break
    return lines, done


class _Names(ast.NodeVisitor):
    """Names that a module binds anywhere, and where it reads names (and outside functions)."""

    def __init__(self) -> None:
        self.bound: set[str] = set(dir(builtins))
        self.reads: dict[str, list[ast.Name]] = {}
        self.outside: set[str] = set()
        self._depth = 0

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.reads.setdefault(node.id, []).append(node)
            if not self._depth:
                self.outside.add(node.id)
        else:
            self.bound.add(node.id)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.bound.update((n.asname or n.name).split(".")[0] for n in node.names)

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        self.bound.add(node.name)
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def visit_arg(self, node: ast.arg) -> None:
        self.bound.add(node.arg)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.bound.add(node.name)
        self.generic_visit(node)


def _names(lines: list[str]) -> tuple[ast.Module, _Names] | None:
    """The parsed source with its names; None when it does not parse (the parser reports that)."""
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return None
    names = _Names()
    names.visit(tree)
    return tree, names


def _python_literals(lines: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """`ignore_index=true` → `ignore_index=True`, where nothing binds the word."""
    known = _names(lines)
    if known is None:
        return lines, []
    names = known[1]
    words = [w for w in LITERALS if w in names.reads and w not in names.bound]
    places = sorted(
        ((n.lineno, n.col_offset, word) for word in words for n in names.reads[word]), reverse=True
    )
    changed = list(lines)
    done = []
    for line, column, word in places:
        # ast counts columns in bytes of UTF-8.
        text = changed[line - 1].encode()
        text = text[:column] + LITERALS[word].encode() + text[column + len(word) :]
        changed[line - 1] = text.decode()
    for line, _, word in reversed(places):
        done.append((changed[line - 1], f"wrote `{LITERALS[word]}` for JavaScript's `{word}`"))
    return changed, done


def _add_imports(lines: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Import a module that the code uses and nothing binds."""
    known = _names(lines)
    if known is None:
        return lines, []
    tree, names = known
    wanted = [
        KNOWN_MODULES[n] for n in sorted(set(KNOWN_MODULES) & (set(names.reads) - names.bound))
    ]
    wanted += [
        OPTIONAL_MODULES[n] for n in sorted(set(OPTIONAL_MODULES) & (names.outside - names.bound))
    ]
    if not wanted:
        return lines, []
    at = 0
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            at = statement.end_lineno
        else:
            at = at or statement.lineno - 1
            break
    done = [(line, f"added `{line}`, which the code uses") for line in wanted]
    return lines[:at] + wanted + lines[at:], done


REPAIRS: tuple[Callable, ...] = (
    _drop_date,
    _drop_display,
    _drop_magic,
    _drop_repeated_keywords,
    _hoist_future,
    _python_literals,
    _add_imports,
)


def repair(source: str) -> tuple[str, list[Repair]]:
    """(source that runs, what was changed) for text from Amphi's generator."""
    lines = source.replace("\r\n", "\n").split("\n")
    told: list[tuple[str, str]] = []
    for step in REPAIRS:
        lines, done = step(lines)
        told += done
    numbers = {line: n for n, line in reversed(list(enumerate(lines, 1)))}
    repairs = [Repair(numbers.get(line, 1), message) for line, message in told]
    return "\n".join(lines).rstrip() + "\n", repairs
