"""What plain Python makes of one file: a JSON document, its lines, a list of records of them.

A value that the job has under a name (``data = json.load(open(path))``) is put together again as one
expression over the path of the file, where nothing in between has changed it: one task of the
cluster then makes the table, and the driver never sees the data.
"""

from __future__ import annotations

import ast
import bz2
import csv
import gzip
import io
import json
import lzma
import re
from typing import Any

from transpiler.errors import NoRule

#: modules that an expression may use, and what is looked up in them
MODULES = {
    "json": json,
    "csv": csv,
    "gzip": gzip,
    "bz2": bz2,
    "lzma": lzma,
    "ast": ast,
    "io": io,
    "re": re,
}
_OF_MODULES = {
    "json.load", "json.loads", "csv.reader", "csv.DictReader", "gzip.open", "bz2.open", "lzma.open",
    "ast.literal_eval", "re.match", "re.search", "re.findall", "re.split", "re.sub",
    "pd.DataFrame", "pd.json_normalize", "pd.DataFrame.from_dict", "pd.DataFrame.from_records",
}  # fmt: skip
_FUNCTIONS = {
    "open", "read_local", "len", "str", "int", "float", "bool", "list", "dict", "tuple", "set", "sorted",
    "zip", "enumerate", "range", "min", "max", "sum", "any", "all", "isinstance", "print", "round", "abs",
}  # fmt: skip
_METHODS = {
    "get", "keys", "values", "items", "read", "readlines", "splitlines", "split", "rsplit", "strip",
    "lstrip", "rstrip", "lower", "upper", "title", "replace", "startswith", "endswith", "join", "group",
    "groups", "groupdict", "partition", "rpartition", "isdigit", "format", "zfill", "find", "count",
}  # fmt: skip
#: what gives its items once
_ONCE = (ast.GeneratorExp,)
_ONCE_CALLS = {"csv.reader", "csv.DictReader", "open", "zip", "enumerate", "gzip.open", "bz2.open", "lzma.open"}  # fmt: skip
_NODES = (
    ast.Expression, ast.Name, ast.Constant, ast.Subscript, ast.Slice, ast.ListComp, ast.GeneratorExp,
    ast.DictComp, ast.SetComp, ast.comprehension, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.BinOp,
    ast.BoolOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.JoinedStr, ast.FormattedValue, ast.Starred,
    ast.Attribute, ast.Call, ast.keyword, ast.expr_context, ast.operator, ast.boolop, ast.unaryop,
    ast.cmpop, ast.Lambda, ast.arguments, ast.arg,
)  # fmt: skip


def is_pure(node: ast.AST) -> bool:
    """Whether an expression only looks at what it is given, and changes nothing."""
    for part in ast.walk(node):
        if not isinstance(part, _NODES):
            return False
        if isinstance(part, ast.Call) and not pure_call(part.func):
            return False
    called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    attributes = [p for p in ast.walk(node) if isinstance(p, ast.Attribute) and id(p) not in called]
    return all(ast.unparse(p) in ("pd.DataFrame", "str.strip", "str.upper", "str.lower", "str.title") for p in attributes)  # fmt: skip


def pure_call(function: ast.expr) -> bool:
    name = ast.unparse(function)
    if isinstance(function, ast.Lambda):
        return True
    if isinstance(function, ast.Name):
        return name in _FUNCTIONS
    if not isinstance(function, ast.Attribute):
        return False
    if isinstance(function.value, ast.Name) and function.value.id in (*MODULES, "pd"):
        return name in _OF_MODULES
    return name in _OF_MODULES or function.attr in _METHODS


def names_of(text: str) -> set[str]:
    """The names in a statement of the job."""
    tree = parsed(text)
    if tree is None:
        return set(re.findall(r"\w+", text))
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}


def is_table(node: ast.expr | None) -> bool:
    """Whether an expression is a table of pandas, or a statement that makes no name for its data."""
    while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node is None or isinstance(node, ast.Name) and node.id == "pd"


def gives_once(node: ast.expr) -> bool:
    """Whether a second step finds nothing left of it."""
    return isinstance(node, _ONCE) or isinstance(node, ast.Call) and ast.unparse(node.func) in _ONCE_CALLS  # fmt: skip


def read_in(node: ast.AST) -> dict[str, int]:
    """How often each name is read in an expression, not counting those that it binds itself."""
    own = {p.id for p in ast.walk(node) if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}
    own |= {p.arg for p in ast.walk(node) if isinstance(p, ast.arg)}
    found: dict[str, int] = {}
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id not in own:
            found[part.id] = found.get(part.id, 0) + 1
    return found


class Recipe:
    """Puts an expression of the job together, out of the statements that lead to it."""

    def __init__(self, ctx: Any) -> None:
        self.ctx = ctx
        self.used: list[Any] = []  # the statements
        self.words = [names_of(s.text) for s in ctx.statements]
        self.made: dict[str, tuple[Any, ast.expr]] = {}
        self.loops: dict[int, str] = {}  # the list that a loop fills
        self.started: dict[str, tuple[Any, list]] = {}  # where it begins, and what else reads it
        for statement in ctx.statements:
            tree = parsed(statement.text)
            single = (
                tree is not None and len(tree.body) == 1 and isinstance(tree.body[0], ast.Assign)
            )
            value = tree.body[0].value if single else None  # type: ignore[union-attr]
            for name in (statement.defines, *statement.also):
                if name:
                    again = name in self.made or value is None or statement.also
                    self.made[name] = (statement, None if again else value)  # type: ignore[assignment]
            if tree is not None and len(tree.body) == 1 and isinstance(tree.body[0], ast.For):
                self.filled_list(statement, tree.body[0])

    def filled_list(self, statement: Any, loop: ast.For) -> None:
        """A loop that does nothing but fill a list, as the list that it is afterwards."""
        name, items = as_items(loop)
        start, value = self.made.get(name, (None, None))
        if start is None or not isinstance(value, ast.List) or value.elts or items is None:
            return
        others = [s for s in self.ctx.statements if name in s.reads and s is not statement]
        if self.ctx.statements.index(start) < self.ctx.statements.index(statement):
            self.made[name] = (statement, items)
            self.loops[id(statement)] = name
            self.started[name] = (start, others)

    def text(self, code: str, names: frozenset[str]) -> str:
        """The expression over the file alone. Raises NoRule where it cannot be put together."""
        tree = ast.parse(code, mode="eval").body
        if not is_pure(tree):
            raise NoRule("a table of data that the program works on by itself")
        out = self.inlined(tree, {})
        names = {self.loops.get(id(s), s.defines) for s in self.used}
        self.check_untouched(names, set(read_in(tree)))
        return out

    def inlined(self, tree: ast.expr, seen: dict[str, Any]) -> str:
        """The expression with the names of the job's variables bound to what made them."""
        params = {}
        for name in read_in(tree):
            if name in MODULES or name in _FUNCTIONS or name in ("pd", "DATA_ROOT", *seen):
                continue
            statement, value = self.made.get(name, (None, None))
            if value is None or not is_pure(value):
                raise NoRule("a table of data that the program works on by itself")
            self.used.append(statement)
            params[name] = self.inlined(value, {**seen, name: True})
        text, often = ast.unparse(tree), read_again(tree)
        for name, made in params.items():
            if name not in often:
                put = Put(name, ast.parse(made, mode="eval").body)
                text = ast.unparse(put.visit(ast.parse(text, mode="eval")).body)
                continue
            new = f"{name}_"
            if new in read_in(tree) or new in params:
                raise NoRule("names that are alike")
            renamed = Rename(name, new).visit(ast.parse(text, mode="eval")).body
            text = f"(lambda {new}: {ast.unparse(renamed)})({made})"
        return text

    def check_untouched(self, names: set[str], direct: set[str]) -> None:
        """Raises NoRule where a statement may have changed what the names hold."""
        related, before = set(names), -1
        while len(related) != before:
            before = len(related)
            related |= {s.defines for s, words in zip(self.ctx.statements, self.words) if s.defines and s.reads & words & related and not is_table(self.made[s.defines][1])}  # fmt: skip
        for statement, words in zip(self.ctx.statements, self.words):
            if not statement.reads & words & related or id(statement) in self.loops:
                continue
            tree = parsed(statement.text)
            for part in tree.body if tree is not None else [None]:
                fine = isinstance(part, (ast.Assign, ast.Expr)) and is_pure(part.value)
                if not fine:
                    raise NoRule("a table of data that the program may have changed")
        for name in related:
            value = self.made[name][1]
            readers = sum(
                name in s.reads & words for s, words in zip(self.ctx.statements, self.words)
            )
            if value is not None and gives_once(value) and readers + (name in direct) > 1:
                raise NoRule("items that may have been gone through before")

    def spare(self) -> None:
        """Leave the statements out of the job where nothing else reads what they define."""
        for statement in self.used:
            statement.kind = "spare"
            statement.defines = self.loops.get(id(statement), statement.defines)
            if id(statement) in self.loops:
                self.started[self.loops[id(statement)]][0].kind = "spare"


def as_items(loop: ast.For) -> tuple[str, ast.ListComp | None]:
    """``for x in data: r = f(x); rows.append(g(r))`` as the name of the list and a comprehension."""
    tail: list[ast.comprehension] = [ast.comprehension(loop.target, loop.iter, [], 0)]
    body = list(loop.body)
    while len(body) == 1 and isinstance(body[0], ast.If) and not body[0].orelse:
        tail[-1].ifs.append(body[0].test)
        body = list(body[0].body)
    for number, part in enumerate(body):
        skip = isinstance(part, ast.If) and not part.orelse and len(part.body) == 1 and isinstance(part.body[0], ast.Continue)  # fmt: skip
        if skip:
            tail[-1].ifs.append(ast.UnaryOp(ast.Not(), part.test))  # type: ignore[union-attr]
        elif isinstance(part, ast.Assign) and len(part.targets) == 1 and number < len(body) - 1:
            one = ast.List([part.value], ast.Load())
            tail.append(ast.comprehension(part.targets[0], one, [], 0))
        elif isinstance(part, ast.If) and number == len(body) - 1 and not part.orelse:
            tail[-1].ifs.append(part.test)
            return appended(list(part.body), tail)
        else:
            return appended(body[number:], tail)
    return "", None


def appended(body: list, tail: list) -> tuple[str, ast.ListComp | None]:
    """The list that one last ``rows.append(…)`` fills."""
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not isinstance(call, ast.Call) or len(call.args) != 1 or call.keywords or not isinstance(call.func, ast.Attribute):  # fmt: skip
        return "", None
    if call.func.attr != "append" or not isinstance(call.func.value, ast.Name):
        return "", None
    items = ast.ListComp(call.args[0], tail)
    name = call.func.value.id
    if name in read_in(items):
        return "", None
    return name, ast.parse(ast.unparse(ast.fix_missing_locations(items)), mode="eval").body  # type: ignore[return-value]


def read_again(tree: ast.AST) -> set[str]:
    """The names that an expression may read more than once."""
    found = {name for name, count in read_in(tree).items() if count > 1}
    for part in ast.walk(tree):
        inner: list[ast.AST] = [part.body] if isinstance(part, ast.Lambda) else []
        if isinstance(part, (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)):
            first, *rest = part.generators
            made = [part.key, part.value] if isinstance(part, ast.DictComp) else [part.elt]
            inner = [*made, *first.ifs, *rest]
        found.update(name for node in inner for name in read_in(node))
    return found


class Put(ast.NodeTransformer):
    """An expression in place of a name."""

    def __init__(self, name: str, value: ast.expr) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.value if node.id == self.name else node


class Rename(ast.NodeTransformer):
    """A name in place of another."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.new, node.ctx) if node.id == self.old else node


def parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except SyntaxError:
        return None


_PLACE = re.compile(r"""read_local\((f["']\{DATA_ROOT\}/([^"'{}\\]+)["'])\)""")


def over_path(text: str, file: str) -> tuple[str, str, str]:
    """An expression with the one file that it reads in place of ``file``: that, the job's text of the
    path, and the path. Raises NoRule for none or several."""
    found = set(re.findall(r"read_local\(", text))
    places = _PLACE.findall(text)
    if not found or len(places) != text.count("read_local(") or len(set(places)) != 1:
        raise NoRule("data that are not of one file")
    return _PLACE.sub(file, text), *places[0]


def evaluated(text: str, **names: Any) -> Any:
    """The value of a pure expression of the program, with these names."""
    tree = ast.parse(text, mode="eval")
    if not is_pure(tree):
        raise NoRule("an expression that is not known here")
    allowed = {n: __builtins__[n] if isinstance(__builtins__, dict) else getattr(__builtins__, n) for n in _FUNCTIONS - {"read_local", "print"}}  # fmt: skip
    return eval(compile(tree, "program", "eval"), {"__builtins__": allowed, **MODULES, **names})
