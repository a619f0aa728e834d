"""The rules' examples as steps of other programs: their columns become slots of a kind.

An example is written over the frame ``df`` of tests/nasty.py. As a template it keeps its text;
``fill`` puts other columns of the same kind in the place of its own.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from rules import registry

#: the kind of each column of tests/nasty.py
KINDS = {"i": "int", "j": "int", "f": "float", "g": "float", "n": "float", "s": "text", "u": "digits",
         "k": "key", "b": "bool", "t": "time", "d": "time"}  # fmt: skip
#: what an example may hold that has no place in a program grown here: files, other programs, captures
FOREIGN = ("read_", ".to_csv", ".to_parquet", ".to_json", ".to_excel", ".to_sql", "nasty.", "empty.",
           "base", "print(", "pd.ExcelWriter", "awswrangler", "wr.")  # fmt: skip


#: methods that sort, and take kind=
STABLE = ("sort_values", "sort_index")


@dataclass(frozen=True)
class Template:
    """An example of ``rule``: its lines, ending in one that sets ``out``."""

    rule: str
    text: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the nasty frame that it names, in the order of KINDS."""
        named = {
            n.value
            for n in ast.walk(ast.parse(self.text))
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        } | {n.attr for n in ast.walk(ast.parse(self.text)) if isinstance(n, ast.Attribute)}
        return tuple(c for c in KINDS if c in named)

    def fill(self, columns: dict[str, str]) -> str:
        """The lines with other columns. Every text that equals a column's name is one: where it was
        not, another program comes out, as good as the first."""
        tree = _Fill(columns).visit(ast.parse(self.text))
        return ast.unparse(ast.fix_missing_locations(tree))


class _Fill(ast.NodeTransformer):
    def __init__(self, columns: dict[str, str]) -> None:
        self.columns = columns

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and node.value in self.columns:
            return ast.Constant(self.columns[node.value])
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "df" and node.attr in self.columns:
            name = ast.Constant(self.columns[node.attr])
            return ast.Subscript(node.value, name, node.ctx)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Sorts are made stable: the order of equal keys is not defined by pandas' default."""
        self.generic_visit(node)
        sorts = isinstance(node.func, ast.Attribute) and node.func.attr in STABLE
        if sorts and not any(k.arg in ("kind", None) for k in node.keywords):
            node.keywords.append(ast.keyword("kind", ast.Constant("stable")))
        return node


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    """Every example that can be a step, in the order of the rules."""
    registry.load()
    found: dict[str, Template] = {}
    for name, rules in registry.RULES.items():
        for rule in rules:
            for example in rule.examples:
                if name.startswith(("awswrangler.", "duckdb.", "Relation.")) or any(
                    word in example for word in FOREIGN
                ):
                    continue
                try:
                    text = ast.unparse(ast.Assign([ast.Name("out")], ast.parse(example, mode="eval").body, lineno=1))  # fmt: skip
                except SyntaxError:
                    text = ast.unparse(ast.parse(example))
                found.setdefault(text, Template(name, text))
    return tuple(found.values())
