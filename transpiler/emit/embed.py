"""The part of glue_runtime that a job uses: the functions it calls, and what they call.

Modules become one flat script, so two definitions of one name in different modules are told apart
by renaming the later one.
"""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

RUNTIME = Path(__file__).resolve().parents[2] / "glue_runtime"
Key = tuple[str, str]  # module, name


@dataclass(frozen=True)
class Library:
    """Top-level definitions by (module, name), the names that each module imports from another
    module of glue_runtime, and the import statement of every outside name by module."""

    definitions: dict[Key, tuple[str, int]]
    inner: dict[Key, Key]
    outer: dict[Key, str]

    def resolve(self, module: str, name: str) -> Key | None:
        if (module, name) in self.definitions:
            return (module, name)
        return self.inner.get((module, name))

    def home(self, name: str) -> Key:
        """Where a public function is defined. Raises KeyError when nowhere."""
        for key in self.definitions:
            if key[1] == name:
                return key
        raise KeyError(f"glue_runtime has no {name}")


@lru_cache(maxsize=None)
def library() -> Library:
    definitions: dict[Key, tuple[str, int]] = {}
    inner: dict[Key, Key] = {}
    outer: dict[Key, str] = {}
    for path in sorted(RUNTIME.glob("*.py")):
        text, module = path.read_text(), path.stem
        lines = text.splitlines()
        for node in ast.parse(text).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                _note_import(node, module, inner, outer)
                continue
            start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            while start > 1 and lines[start - 2].startswith("#"):
                start -= 1
            source = "\n".join(lines[start - 1 : node.end_lineno])
            for name in defined(node):
                definitions[module, name] = (source, node.lineno)
    return Library(definitions, inner, outer)


@lru_cache(maxsize=None)
def imported_names() -> dict[str, str]:
    """The names that modules of glue_runtime import from elsewhere, with the statement."""
    return {name: line for (_, name), line in library().outer.items()}


def _note_import(node: ast.Import | ast.ImportFrom, module: str, inner: dict, outer: dict) -> None:
    for alias in node.names:
        name = alias.asname or alias.name.split(".")[0]
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("glue_runtime."):
            inner[module, name] = (node.module.split(".")[1], alias.name)
        elif isinstance(node, ast.ImportFrom):
            outer[module, name] = ast.unparse(ast.ImportFrom(node.module, [alias], 0))
        else:
            outer[module, name] = ast.unparse(ast.Import([alias]))


def defined(node: ast.stmt) -> list[str]:
    """The names that a top-level statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target] if isinstance(node, ast.AnnAssign) else []
    )
    return [t.id for target in targets for t in ast.walk(target) if isinstance(t, ast.Name)]


@lru_cache(maxsize=None)
def names_in(text: str) -> frozenset[str]:
    """The names in a definition of glue_runtime."""
    return frozenset(n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name))


@lru_cache(maxsize=None)
def defined_in(text: str) -> tuple[str, ...]:
    """The names that a definition of glue_runtime defines."""
    return tuple(defined(ast.parse(text).body[0]))


@lru_cache(maxsize=64)
def _names_of(wanted: frozenset[str]) -> frozenset[str]:
    texts, _ = embedded(set(wanted))
    return frozenset(n for text in texts for n in defined_in(text))


def embedded_names(wanted: set[str]) -> set[str]:
    """The names that the ``wanted`` functions, and what they need, take in a job."""
    return set(_names_of(frozenset(wanted)))


def embedded(wanted: set[str]) -> tuple[list[str], set[str]]:
    """Source texts of the ``wanted`` functions and all they need, constants first, and the import
    statements that they need. Raises KeyError for a function that glue_runtime does not have."""
    lib = library()
    needed: dict[Key, frozenset[str]] = {}
    lines: set[str] = set()
    queue = [lib.home(name) for name in sorted(wanted)]
    while queue:
        key = queue.pop()
        if key in needed:
            continue
        needed[key] = names_in(lib.definitions[key][0])
        for name in needed[key]:
            target = lib.resolve(key[0], name)
            if target is not None:
                queue.append(target)
            elif (key[0], name) in lib.outer:
                lines.add(lib.outer[key[0], name])
    flat = flat_names(needed, wanted, lib)
    chosen = sorted({(key[0], lib.definitions[key][1], lib.definitions[key][0]) for key in needed})
    texts = [renamed(text, module, lib, flat) for module, _, text in chosen]
    functions = list(dict.fromkeys(t for t in texts if is_function(t)))
    constants = list(dict.fromkeys(t for t in texts if not is_function(t)))
    function_names = {n for t in functions for n in defined_in(t)}
    # A table of functions must come after them; other constants before what defaults to them.
    tables = [t for t in constants if names_in(t) & function_names]
    plain = [t for t in constants if t not in tables]
    return ordered_constants(plain) + functions + ordered_constants(tables), lines


def flat_names(needed: dict[Key, frozenset[str]], wanted: set[str], lib: Library) -> dict[Key, str]:
    """The name of each definition in the flat script; equal definitions share one."""
    taken: dict[str, str] = {}
    flat: dict[Key, str] = {}
    for key in sorted(needed, key=lambda k: (k[1] not in wanted, k)):
        text, name = lib.definitions[key][0], key[1]
        if taken.get(name, text) != text:
            name = f"{key[1]}_{key[0]}"
        taken[name] = text
        flat[key] = name
    return flat


def renamed(text: str, module: str, lib: Library, flat: dict[Key, str]) -> str:
    """The text with the names of definitions as they are in the flat script."""
    changes = {}
    for name in names_in(text) | set(defined_in(text)):
        key = lib.resolve(module, name)
        if key is not None and flat.get(key, name) != name:
            changes[name] = flat[key]
    if not changes:
        return text
    out, previous = [], None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        fresh = (
            token.type == tokenize.NAME
            and token.string in changes
            and (previous is None or previous.string != ".")
        )
        out.append(token._replace(string=changes[token.string]) if fresh else token)
        previous = token
    return tokenize.untokenize((t.type, t.string) for t in out).strip("\n")


@lru_cache(maxsize=None)
def is_function(text: str) -> bool:
    return isinstance(ast.parse(text).body[0], (ast.FunctionDef, ast.ClassDef))


def ordered_constants(constants: list[str]) -> list[str]:
    """Constants such that one that uses another comes after it."""
    names = {text: set(defined_in(text)) for text in constants}
    out: list[str] = []
    left = list(constants)
    while left:
        for text in left:
            others: set[str] = set()
            for other in left:
                if other is not text:
                    others |= names[other]
            if not (names_in(text) - names[text]) & others:
                out.append(text)
                left.remove(text)
                break
        else:
            return out + left
    return out
