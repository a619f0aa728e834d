"""Names for the parts of long steps, as someone would write them by hand.

A step's expression is one text when the walk ends. Here windows get a name (``by_user``), a Series
that the program named keeps that name, and a part that occurs twice is written once:

    gap = F.col("when") - F.lag("when").over(by_user_in_order)
    ev = ev.withColumn("new_session", (gap.isNull() | (gap > F.expr("INTERVAL 30 MINUTE"))) …

Only Spark expressions are taken apart: building one twice or once is the same. Nothing inside a
lambda or a comprehension moves, since it may read names that exist only there.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections import Counter
from dataclasses import replace
from typing import Any, Iterator

from transpiler.builders import builder_names

LINE = 100  # a step that fits into one line keeps its window in place
NAMED_FROM = 25  # characters of a Series' expression from which its own name is worth a line
REPEATED_FROM = 30
WINDOW_FROM = 40
_CLOSED = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp,
           ast.BoolOp, ast.NamedExpr)  # fmt: skip
_SPARK = {"F", "Window", "T"}
_OPERATIONS = {
    ast.Sub: "difference",
    ast.Add: "total",
    ast.Mult: "product",
    ast.Div: "ratio",
    ast.Mod: "rest",
    ast.BitAnd: "both",
    ast.BitOr: "either",
}
_QUIET = {"when", "coalesce", "nanvl", "lit", "col", "cast", "otherwise", "over", "isNull", "isNotNull",
          "alias", "typed", "desc", "asc", "expr"}  # fmt: skip


def tidied(statements: list, names: set[str], series: dict[str, str]) -> list:
    """The statements of one block with the parts of their expressions named.

    ``names``: what the job uses already, added to. ``series``: the text of a Series' expression
    (as ``key`` gives it) → the name that the program gave it.
    """
    return _Block(statements, names, series).run()


def key(text: str) -> str | None:
    """The text of an expression in the form that ``series`` is asked in; None for none."""
    try:
        return ast.unparse(ast.parse(text, mode="eval"))
    except SyntaxError:
        return None


class _Block:
    """The statements of one block; ``bound`` are the names made so far that can be used again."""

    def __init__(self, statements: list, names: set[str], series: dict[str, str]) -> None:
        self.statements, self.names, self.series = statements, names, series
        self.trees = [_expression_of(s) for s in statements]
        self.shorter = [tree is not None and simpler(tree) for tree in self.trees]
        self.windows = Counter(
            ast.unparse(w) for t in self.trees if t is not None for w in _windows(t)
        )
        self.bound: dict[str, str] = {}
        self.mine: dict[str, str] = {}  # the program's names of Series that stand in the job

    def run(self) -> list:
        made: list = []
        for statement, tree, changed in zip(self.statements, self.trees, self.shorter):
            if tree is None:
                made.append(statement)
                continue
            before, text_before = len(made), ast.unparse(tree)
            for name, text in self.parts(tree):
                first = replace(
                    statement, text=f"{name} = {text}", defines=name, also=(), kind="part",
                    comments=statement.comments if len(made) == before else (),
                )  # fmt: skip
                made.append(first)
            if changed or ast.unparse(tree) != text_before:
                comments = statement.comments if len(made) == before else ()
                statement = replace(statement, text=ast.unparse(tree), comments=comments)
            made.append(statement)
        return made

    def parts(self, tree: ast.AST) -> list[tuple[str, str]]:
        """Take the tree's parts out of it; gives (name, text) in the order to define them."""
        found: list[tuple[str, str]] = []
        long = len(ast.unparse(tree)) > LINE
        while True:
            part = self.largest(tree)
            if part is None:
                break
            text, wanted, again = part
            name, fresh = self.name(text, wanted, again)
            value = _replaced(tree, text, name)
            if fresh:
                holder = ast.Module([ast.Expr(value)], [])
                inner = self.parts(holder)
                # Behind what was found before: its inner parts may stand in this one too.
                found += [*inner, (name, ast.unparse(holder.body[0]))]
        windows = dict.fromkeys(ast.unparse(w) for w in _windows(tree))
        for text in sorted(windows, key=len, reverse=True):  # one may be the start of another
            if self.windows[text] > 1 or long and len(text) >= WINDOW_FROM:
                name, fresh = self.name(text, _window_name(text), True)
                _replaced(tree, text, name)
                if fresh:  # behind the parts that it uses itself
                    uses = _free_names(ast.parse(text))
                    at = max(
                        (i + 1 for i, (part, _) in enumerate(found) if part in uses), default=0
                    )
                    found.insert(at, (name, text))
        return found

    def largest(self, tree: ast.AST) -> tuple[str, str, bool] | None:
        """The longest part that deserves a name: (text, name wanted, free for other steps)."""
        counts: Counter = Counter()
        nodes: dict[str, ast.AST] = {}
        for node in _columns(tree):
            text = ast.unparse(node)
            counts[text] += 1
            nodes.setdefault(text, node)
        for text in sorted(counts, key=len, reverse=True):
            node = nodes[text]
            if isinstance(tree, ast.Module) and node is tree.body[0].value:  # type: ignore
                continue
            reusable = _free_names(node) <= _SPARK
            own = self.series.get(text)
            if own is not None and len(text) >= NAMED_FROM and self.may_have(own):
                return text, own, reusable
            if counts[text] > 1 and len(text) >= REPEATED_FROM:
                return text, _alias_in(tree, text) or _part_name(node), reusable
        return None

    def may_have(self, name: str) -> bool:
        return name in self.mine or name.isidentifier() and self.free(name)

    def free(self, name: str) -> bool:
        taken = name in self.names or hasattr(builtins, name) or keyword.iskeyword(name)
        return not taken

    def name(self, text: str, wanted: str, reusable: bool) -> tuple[str, bool]:
        """The variable for a text, and whether it has to be defined first."""
        if text in self.bound:
            return self.bound[text], False
        if wanted in self.mine:
            name = wanted
        else:
            name, n = wanted, 2
            while not self.free(name):
                name, n = f"{wanted}_{n}", n + 1
            self.names.add(name)
        if self.series.get(text) == name:
            self.mine[name] = text
        for other in [t for t, bound in self.bound.items() if bound == name]:
            del self.bound[other]
        if reusable:
            self.bound[text] = name
        return name, True


def _expression_of(statement: Any) -> ast.stmt | None:
    """The tree of a statement that is one step of ours; None for blocks and the user's own code."""
    if statement.kind not in ("step", "output", "scalar") or "\n" in statement.text:
        return None
    tree = ast.parse(statement.text).body
    if len(tree) != 1 or not isinstance(tree[0], (ast.Assign, ast.Expr)):
        return None
    return tree[0]


def _open_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes from which something may be moved in front of the statement."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if not isinstance(child, _CLOSED):
            yield from _open_nodes(child)


def _root(node: ast.AST) -> ast.AST:
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def _is_window(node: ast.AST) -> bool:
    root = _root(node)
    return isinstance(node, ast.Call) and isinstance(root, ast.Name) and root.id == "Window"


def _windows(tree: ast.AST) -> list[ast.AST]:
    """The window specifications, whole chains only."""
    found, inside = [], set()
    for node in _open_nodes(tree):
        if id(node) in inside:
            continue
        if _is_window(node):
            found.append(node)
            inside |= {id(n) for n in ast.walk(node)}
    return found


def _is_column(node: ast.AST) -> bool:
    """Whether a node is a Spark Column for sure."""
    if isinstance(node, (ast.BinOp, ast.Compare, ast.UnaryOp)):
        return any(_is_column(n) for n in ast.iter_child_nodes(node))
    if not isinstance(node, ast.Call):
        return False
    root = _root(node)
    if not isinstance(root, ast.Name):
        return _is_column(root)
    if isinstance(node.func, ast.Name):
        return node.func.id in builder_names() and any(map(_is_column, node.args))
    return root.id == "F" or _is_method_of_column(node)


def _is_method_of_column(node: ast.Call) -> bool:
    value = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(value, ast.Call) and _is_column(value)


def _columns(tree: ast.AST) -> Iterator[ast.AST]:
    functions = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    for node in _open_nodes(tree):
        if id(node) not in functions and _is_column(node) and not _is_alias(node):
            yield node


def _is_alias(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("alias", "asc", "desc", "asc_nulls_last", "desc_nulls_last")
    )


def _free_names(node: ast.AST) -> set[str]:
    called = {n.func for n in ast.walk(node) if isinstance(n, ast.Call)}
    return {
        n.id
        for n in ast.walk(node)
        if isinstance(n, ast.Name) and not (n in called and n.id in builder_names())
    }


def _replaced(tree: ast.AST, text: str, name: str) -> ast.AST:
    """Put ``name`` where an open part of the tree has that text; gives one of the parts."""
    part: list[ast.AST] = []

    class Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            if isinstance(node, _CLOSED):
                return node
            if isinstance(node, ast.expr) and ast.unparse(node) == text:
                part.append(node)
                return ast.Name(name, ast.Load())
            return self.generic_visit(node)

    Put().visit(tree)
    return part[0]


def _alias_in(tree: ast.AST, text: str) -> str | None:
    """The name under which the step itself keeps that part."""
    for node in ast.walk(tree):
        if _is_alias(node) and node.func.attr == "alias" and ast.unparse(node.func.value) == text:
            label = node.args[0]
            if isinstance(label, ast.Constant) and str(label.value).isidentifier():
                return str(label.value).strip("_") or None
    return None


def _word(text: str) -> str:
    return re.sub(r"\W+", "_", text).strip("_").lower()


def _part_name(node: ast.AST) -> str:
    """A name from the function that matters and the first column in it, such as ``price_sum``."""
    what, where = next(_meaning(node), ("part", node))
    columns = (w for n in (where, node) for w in map(_word, _column_names(n)) if w)
    column = next(columns, "")
    return f"{column}_{what}" if column and not column[0].isdigit() else what


def _column_names(node: ast.AST) -> Iterator[str]:
    for n in ast.walk(node):
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.args:
            first, root = n.args[0], n.func.value
            spark = isinstance(root, ast.Name) and root.id == "F" and n.func.attr != "expr"
            if spark and isinstance(first, ast.Constant) and isinstance(first.value, str):
                if n.func.attr != "lit":
                    yield first.value


def _meaning(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Words for what an expression does and where, from the outside in."""
    windows = {id(n) for w in _windows(node) for n in ast.walk(w)}
    for n in ast.walk(node):
        if id(n) in windows:
            continue
        if isinstance(n, ast.BinOp) and type(n.op) in _OPERATIONS:
            yield _OPERATIONS[type(n.op)], n
        elif isinstance(n, ast.Call):
            word = n.func.attr if isinstance(n.func, ast.Attribute) else getattr(n.func, "id", "")
            if word == "typed" and len(n.args) > 1 and isinstance(n.args[1], ast.Name):
                yield n.args[1].id, n
            elif word and word not in _QUIET:
                yield _word(word), n


def _window_name(text: str) -> str:
    """``by_user`` for a partition, ``…_in_order`` when sorted, ``…_so_far`` up to each row."""
    keys: list[str] = []
    ordered = frame = ""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "partitionBy":
                keys = [w for w in map(_key_word, node.args) if w and w != "t"]
            elif node.func.attr == "orderBy":
                ordered = "_in_order"
            elif node.func.attr in ("rowsBetween", "rangeBetween"):
                frame = "_so_far" if "unboundedPreceding, Window.currentRow" in text else "_around"
    base = "by_" + "_".join(keys[:3]) if keys else ""
    return (base + (frame or ordered)).strip("_") or "in_order"


def _key_word(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return _word(str(node.value))
    return next((w for w in map(_word, _column_names(node)) if w), "")


class _Simpler(ast.NodeTransformer):
    """What says the same with less: see ``simpler``."""

    changed = False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if method in ("orderBy", "partitionBy", "groupBy"):
            args = [_plain_name(a) or a for a in node.args]
            self.changed |= args != node.args
            node.args = args
        names = [a.value for a in node.args if isinstance(a, ast.Constant)]
        if method == "select" and not node.keywords and len(names) == len(node.args):
            if names == _aggregated_names(node.func.value):  # type: ignore[attr-defined]
                self.changed = True
                return node.func.value  # type: ignore[attr-defined]
        return node


def simpler(tree: ast.AST) -> bool:
    """Takes away a ``select`` of just what the aggregation before it gives, in the same order, and
    writes ``orderBy("x")`` for ``orderBy(F.col("x"))``; tells whether anything changed."""
    visitor = _Simpler()
    visitor.visit(tree)
    return visitor.changed


def _plain_name(node: ast.AST) -> ast.Constant | None:
    """The name in ``F.col("name")``."""
    if not (_is_call(node, "col") and _is_spark_function(node) and len(node.args) == 1):  # type: ignore
        return None
    name = node.args[0]  # type: ignore[attr-defined]
    return name if isinstance(name, ast.Constant) else None


def _is_spark_function(node: ast.AST) -> bool:
    root = node.func.value  # type: ignore[attr-defined]
    return isinstance(root, ast.Name) and root.id == "F"


def _aggregated_names(node: ast.AST) -> list[str] | None:
    """The columns of ``x.groupBy(…).agg(…)``, where each can be told."""
    if not (_is_call(node, "agg") and _is_call(node.func.value, "groupBy")):  # type: ignore
        return None
    found = []
    for arg in [*node.func.value.args, *node.args]:  # type: ignore[attr-defined]
        if isinstance(arg, ast.Constant) and arg in node.func.value.args:  # type: ignore
            found.append(arg.value)
        elif _is_call(arg, "alias") and isinstance(arg.args[0], ast.Constant):  # type: ignore
            found.append(arg.args[0].value)  # type: ignore[attr-defined]
        else:
            return None
    return found


def _is_call(node: ast.AST, method: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
    )
