"""Conditions and columns written as text: query and eval."""

from __future__ import annotations

import ast
import io
import tokenize
from typing import Any

import libcst as cst

from rules.lib import assign, filtered, series_of
from rules.registry import Call, literal, rule
from transpiler.errors import NoRule
from transpiler.facts import BOOLS, Accessor, Col, Const, Frame, Sequence, Value

_BACKTICK = "__column_"


def readable(text: str) -> tuple[ast.expr, dict[str, str]]:
    """The tree of a query text; names quoted with backticks get plain ones. ``&``, ``|``, ``~``
    bind as loosely as ``and``, ``or``, ``not`` there."""
    quoted: dict[str, str] = {}
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        raise NoRule("a backtick without its partner")
    for i in range(1, len(pieces), 2):
        name = f"{_BACKTICK}{i}"
        quoted[name], pieces[i] = pieces[i], name
    swaps = {"&": "and", "|": "or", "~": "not"}
    out = []
    try:
        for token in tokenize.generate_tokens(
            io.StringIO("".join(pieces).strip().replace("\n", " ")).readline
        ):
            word = token.string
            if token.type == tokenize.OP and word in swaps:
                word = swaps[word]
            if word == "@":
                word = "__outer_"
                out.append(word)
                continue
            if out and out[-1] == "__outer_":
                out[-1] = "__outer_" + word
                continue
            out.append(word)
        return ast.parse(" ".join(w for w in out if w.strip()), mode="eval").body, quoted
    except (SyntaxError, tokenize.TokenError) as error:
        raise NoRule(f"a query that cannot be read: {error}") from None


class Query:
    """Evaluates the text of ``query`` and ``eval`` over a frame."""

    def __init__(self, c: Call, frame: Frame, quoted: dict[str, str]) -> None:
        self.c, self.frame, self.quoted = c, frame, quoted
        self.interpreter, self.node = c.interpreter, c.node  # type: ignore[attr-defined]

    def value(self, node: ast.expr) -> Value:
        if not isinstance(node, ast.Name) and begins_outside(node):
            return self.outside(node)
        handler = getattr(self, type(node).__name__, None)
        if handler is None:
            raise NoRule(f"a {type(node).__name__} in a query")
        return handler(node)

    def outside(self, node: ast.expr) -> Value:
        """``@limits["low"]``, ``@df.x.mean()``: an expression of the program around the text."""
        text = ast.unparse(node).replace("__outer_", "")
        return self.interpreter.eval(cst.parse_expression(text), self.interpreter.active[-1])

    def operate(self, method: str, left: Value, right: Value) -> Value:
        found = self.interpreter.operator(method, left, right, self.node)
        if isinstance(found, (Col, Const)):
            return found
        raise NoRule("a step of the query has no Spark form")

    def call(self, owner: Value, method: str, args: list) -> Value:
        return self.interpreter.by_rule(f"{owner.kind}.{method}", owner, args, {}, self.node)

    def Constant(self, node: ast.Constant) -> Value:
        return Const(node.value)

    def Name(self, node: ast.Name) -> Value:
        name = self.quoted.get(node.id, node.id)
        if name.startswith("__outer_"):
            ref = self.interpreter.active[-1].lookup(name[8:])
            if ref is None:
                raise NoRule(f"no variable {name[8:]!r}")
            return ref.value
        if name == "index" and self.frame.has(name) is None:
            raise NoRule("whether 'index' is a column is not known here")
        if self.frame.has(name) is not False:
            return series_of(self.c.ctx, self.frame, name)
        for level in self.frame.index.levels:
            if level.label == name:
                shown = self.frame.but(columns=(*self.frame.columns, level))
                return series_of(self.c.ctx, shown, name).but(frame=self.frame)
        if name == "index" and self.frame.index.kind != "columns":
            from rules.groupby import own_labels

            return own_labels(self.c.ctx, self.frame)
        raise NoRule(f"no column {name!r}")

    def List(self, node: Any) -> Value:
        items = [self.value(e) for e in node.elts]
        if not all(isinstance(i, Const) for i in items):
            raise NoRule("a list of columns in a query")
        return Const([i.value for i in items])  # type: ignore[attr-defined]

    Tuple = Set = List

    def BoolOp(self, node: ast.BoolOp) -> Value:
        method = "__and__" if isinstance(node.op, ast.And) else "__or__"
        found = self.value(node.values[0])
        for item in node.values[1:]:
            found = self.operate(method, found, self.value(item))
        return found

    def UnaryOp(self, node: ast.UnaryOp) -> Value:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return self.call(value, "__invert__", [])
        if isinstance(value, Const) and isinstance(node.op, ast.USub):
            return Const(-value.value)
        if isinstance(node.op, ast.USub):
            return self.call(value, "__neg__", [])
        return value

    def BinOp(self, node: ast.BinOp) -> Value:
        names = {"Add": "__add__", "Sub": "__sub__", "Mult": "__mul__", "Div": "__truediv__",
                 "FloorDiv": "__floordiv__", "Mod": "__mod__", "Pow": "__pow__"}  # fmt: skip
        method = names.get(type(node.op).__name__)
        if method is None:
            raise NoRule("an operator in a query")
        return self.operate(method, self.value(node.left), self.value(node.right))

    def Compare(self, node: ast.Compare) -> Value:
        left, found = self.value(node.left), None
        for op, comparator in zip(node.ops, node.comparators):
            right = self.value(comparator)
            one = self.compared(type(op).__name__, left, right)
            found = one if found is None else self.operate("__and__", found, one)
            left = right
        assert found is not None
        return found

    def compared(self, op: str, left: Value, right: Value) -> Value:
        listed = (
            isinstance(right, Const)
            and isinstance(right.value, (list, tuple, set))
            or isinstance(right, Sequence)
        )
        if op in ("In", "NotIn") or listed and op in ("Eq", "NotEq"):
            values = right.value if isinstance(right, Const) else literal(right, "the values")
            if not isinstance(left, Col) or not isinstance(values, (list, tuple, set)):
                raise NoRule("membership in something that is not a list")
            found = self.call(left, "isin", [Const(list(values))])
            return found if op in ("In", "Eq") else self.call(found, "__invert__", [])
        names = {
            "Eq": "__eq__",
            "NotEq": "__ne__",
            "Lt": "__lt__",
            "LtE": "__le__",
            "Gt": "__gt__",
            "GtE": "__ge__",
        }
        if op not in names:
            raise NoRule("an operator in a query")
        return self.operate(names[op], left, right)

    def Attribute(self, node: ast.Attribute) -> Value:
        owner = self.value(node.value)
        if isinstance(owner, Col) and node.attr in ("str", "dt"):
            return Accessor(owner, node.attr)
        if isinstance(owner, (Col, Accessor)):
            return self.interpreter.by_rule(f"{owner.kind}.{node.attr}", owner, [], {}, self.node)
        raise NoRule("an attribute in a query")

    def Call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Name):
            return self.function(node)
        if not isinstance(node.func, ast.Attribute):
            raise NoRule("a function in a query")
        owner = self.value(node.func.value)
        args = [self.value(a) for a in node.args]
        kwargs = {k.arg: self.value(k.value) for k in node.keywords if k.arg}
        return self.interpreter.by_rule(
            f"{owner.kind}.{node.func.attr}", owner, args, kwargs, self.node
        )

    def function(self, node: ast.Call) -> Value:
        """``sqrt(x)``: a function of numpy."""
        if node.func.id not in _FUNCTIONS or len(node.args) != 1 or node.keywords:  # type: ignore[attr-defined]
            raise NoRule("a function in a query")
        name = f"numpy.{node.func.id}"  # type: ignore[attr-defined]
        return self.interpreter.by_rule(name, None, [self.value(node.args[0])], {}, self.node)


_FUNCTIONS = {"sqrt", "log", "log10", "log1p", "exp", "expm1", "abs", "floor", "ceil"}


def begins_outside(node: ast.expr) -> bool:
    """Whether the innermost owner of an attribute, item or call is a name with @."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id.startswith("__outer_")


def plain_engine(c: Call) -> None:
    """The engine does not change the result."""
    for key, value in c["kwargs"].items():
        known = isinstance(value, Const) and (key, value.value) in (
            ("engine", "python"), ("engine", "numexpr"), ("engine", None), ("parser", "pandas"),
        )  # fmt: skip
        c.need(known, "options of the engine")


def evaluated(c: Call, frame: Frame, text: str) -> Value:
    tree, quoted = readable(text)
    return Query(c, frame, quoted).value(tree)


@rule(
    "DataFrame.query(expr, *, inplace=False, **kwargs)",
    not_yet="inplace",
    example=(
        "df.query('i > 3 and f < 100')",
        "df.query('f != 1.5 or s == \"apple\"')",
        "df.query('not (f > 1)')",
        'df.query(\'k in ["a", "b"] & i > 2\')',
        "df.query('k not in [\"a\"] and 0 <= i < 9')",
        "low = 4\nout = df.query('i >= @low')",
        "df.rename(columns={'i': 'a b'}).query('`a b` * 2 > j + 3')",
        'df.query(\'k == ["c", "d"]\')',
        "df.query('i > 3')[['s', 'f']]",
        "df.query('s.str.contains(\"a\", na=False)', engine='python')",
        "df[df['i'] > 2].query('index > 3')",
        "limits = {'low': 3}\nout = df.query('i > @limits[\"low\"]')",
        "df.query('i > @df.i.mean()')",
        "df.query('abs(j) > 3')",
    ),
)
def query(c: Call) -> Frame:
    """Rows for which a text is true."""
    plain_engine(c)
    mask = evaluated(c, c.frame, c.lit("expr"))
    c.need(isinstance(mask, Col) and mask.dtype in BOOLS, "a query that is not a condition")
    return filtered(c.ctx, c.frame, mask)  # type: ignore[arg-type]


@rule(
    "DataFrame.eval(expr, *, inplace=False, **kwargs)",
    not_yet="inplace",
    example=(
        "df.eval('r = sqrt(i * i) + 1')",
        "df.eval('''z = i + j\nw = z * 2''')",
        "df.eval('i + j * 2')",
        "df.eval('z = i + j')",
        "df.eval('i > j')",
    ),
)
def eval_(c: Call) -> Value:
    """A text computed over the columns; ``name = text`` sets a column."""
    plain_engine(c)
    frame = c.frame
    lines = [x for x in c.lit("expr").strip().splitlines() if x.strip()]
    c.need(lines, "an empty text")
    for line in lines:
        head, sign, rest = line.partition("=")
        if sign and head.strip().isidentifier() and not rest.startswith("="):
            frame = assign(c.ctx, frame, head.strip(), evaluated(c, frame, rest))
        else:
            c.need(len(lines) == 1, "several texts without names")
            found = evaluated(c, frame, line)
            c.need(isinstance(found, Col), "a text without columns")
            return found.but(label=None, column=None)
    return frame
