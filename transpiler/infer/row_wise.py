"""Whether code does to a piece of a table, row for row, what it would do to the whole.

Pieces of a file are read one after the other, and pandas finds the types of each by itself: whole
numbers may be fractions in the next piece. So what is followed here gives the same for both, and
what shows the difference (texts of numbers, functions of the program's own) is not.
"""

from __future__ import annotations

from typing import Any

import libcst as cst
import pandas as pd

from transpiler.errors import NoRule
from transpiler.facts import Const, Func, Module
from transpiler.infer.scope import Scope
from transpiler.source import read_names

#: methods that look at one row at a time, of frames and Series
_METHODS = set(
    "abs add assign between copy div drop dropna eq fillna ge gt isin isna isnull le lt map mask mul ne notna "
    "notnull pow query rename replace round sub truediv where add_prefix add_suffix".split()
)
#: arguments that make them look at more, or give what depends on the piece
_WIDE = {"axis", "thresh", "how", "method", "limit", "downcast", "level", "index", "labels", "regex", "ignore_index"}  # fmt: skip
#: the same along a row, with ``axis=1``
_ALONG = {"sum", "mean", "min", "max", "any", "all"}
_TEXT = set(
    "capitalize casefold contains count endswith extract find fullmatch len ljust lower lstrip match pad replace "
    "rjust rstrip slice startswith strip title upper zfill isdigit isalpha isnumeric swapcase removeprefix removesuffix".split()
)
_TIME = {"strftime", "floor", "ceil", "round", "normalize", "day_name", "month_name", "total_seconds"}  # fmt: skip
_FUNCTIONS = {"pandas.isna", "pandas.notna", "pandas.isnull", "pandas.notnull", "numpy.sqrt", "numpy.log",
              "numpy.log1p", "numpy.exp", "numpy.abs", "numpy.round", "numpy.floor", "numpy.ceil"}  # fmt: skip
_SUMS = {"sum", "count"}
#: calls that give the same for the same arguments
_STEADY = {"len", "range", "list", "set", "tuple", "dict", "str", "int", "float", "sorted", "pd.Timestamp",
           "pd.Timedelta", "pd.to_datetime", "datetime", "datetime.datetime", "np.log", "np.sqrt"}  # fmt: skip
_STEADY_METHODS = {"get", "keys", "values", "items", "lower", "upper", "strip", "split", "replace", "join", "format"}  # fmt: skip
_DEEP = 5


class RowWise:
    """Goes through statements that know pieces of a table under the names ``rows``. Raises NoRule
    for one that is not followed."""

    def __init__(self, interpreter: Any, scope: Scope, rows: set[str], depth: int = 0) -> None:
        self.interpreter, self.scope, self.rows, self.depth = interpreter, scope, set(rows), depth
        self.plain: set[str] = set()  # names of the piece's code that hold constants
        self.lists: dict[str, Any] = {}  # names of lists that get an item for each piece
        self.totals: set[str] = set()  # names that are counted up
        self.outside: set[str] = set()  # what functions of a piece read from outside
        self.said: list[Any] = []  # statements that only say something

    def fail(self, what: str = "a step of a piece that is not followed") -> Any:
        raise NoRule(what)

    # -- statements

    def statement(self, node: Any) -> None:
        if isinstance(node, cst.For) and node.orelse is None and isinstance(node.target, cst.Name):
            if self.expr(node.iter) or node.target.value in self.rows:
                self.fail()
            self.plain.add(node.target.value)
            for inner in node.body.body:
                self.statement(inner)
            return
        line = node.body[0] if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1 else None  # fmt: skip
        if isinstance(line, cst.Expr):
            return self.said_or_done(node, line.value)
        if isinstance(line, cst.AugAssign) and isinstance(line.operator, cst.AddAssign) and isinstance(line.target, cst.Name):  # fmt: skip
            return self.total(line.target.value, line.value)
        if not isinstance(line, cst.Assign) or len(line.targets) != 1:
            self.fail()
        target = line.targets[0].target
        if isinstance(target, cst.Name):
            name, value = target.value, line.value
            if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add) and getattr(value.left, "value", "") == name:  # fmt: skip
                return self.total(name, value.right)
            self.rows.discard(name) if not self.expr(value) else self.rows.add(name)
            self.plain.add(name) if name not in self.rows else self.plain.discard(name)
        elif isinstance(target, cst.Subscript) and self.is_rows(target.value):
            self.key(target)
            self.expr(line.value)
        elif isinstance(target, cst.Attribute) and target.attr.value == "columns" and self.is_rows(target.value):  # fmt: skip
            if self.expr(line.value):
                self.fail()
        else:
            self.fail()

    def said_or_done(self, node: Any, value: Any) -> None:
        if isinstance(value, cst.SimpleString):
            return
        if not isinstance(value, cst.Call):
            self.fail()
        code = self.interpreter.program.code(value.func)
        method = value.func.attr.value if isinstance(value.func, cst.Attribute) else ""
        if code == "print" or method in ("info", "debug", "warning") and "log" in code:
            self.said.append(node)
        elif method == "append" and isinstance(value.func.value, cst.Name) and len(value.args) == 1:
            if self.depth or value.args[0].star or not self.expr(value.args[0].value):
                self.fail()
            self.lists[value.func.value.value] = value.args[0].value
        elif self.is_rows(getattr(value.func, "value", None)) and method in ("dropna", "drop", "rename", "fillna"):  # fmt: skip
            plain = [a for a in value.args if not (a.keyword and a.keyword.value == "inplace")]
            if len(plain) == len(value.args):
                self.fail()
            self.method(method, plain)
        else:
            self.fail()

    def total(self, name: str, value: Any) -> None:
        """``n += len(piece)``, ``+= piece["x"].sum()``."""
        while isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value in ("int", "float"):  # fmt: skip
            value = value.args[0].value
        if self.depth or not isinstance(value, cst.Call):
            self.fail()
        func = value.func
        if isinstance(func, cst.Name) and func.value == "len" and len(value.args) == 1:
            fine = self.expr(value.args[0].value)
        else:
            fine = isinstance(func, cst.Attribute) and func.attr.value in _SUMS and not value.args and self.expr(func.value)  # fmt: skip
        if not fine:
            self.fail()
        self.totals.add(name)

    # -- expressions

    def is_rows(self, node: Any) -> bool:
        return isinstance(node, cst.Name) and node.value in self.rows

    def expr(self, node: Any) -> bool:
        """Whether it is of the piece's rows; a value that is the same for all pieces is not."""
        if not read_names(node) & self.rows:
            self.same(node)
            return False
        kind = getattr(self, f"of_{type(node).__name__.lower()}", None)
        return bool(kind(node)) if kind is not None else self.fail()

    def same(self, node: Any) -> None:
        """Raises NoRule for a value that may be another one for the next piece."""
        finder = _Calls(self.interpreter.program.code)
        node.visit(finder)
        if finder.found:
            self.fail("a call that may give something else for each piece")
        if self.depth:
            self.outside |= read_names(node) - self.plain

    def of_name(self, node: cst.Name) -> bool:
        return True

    def of_binaryoperation(self, node: cst.BinaryOperation) -> bool:
        fine = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide, cst.BitAnd, cst.BitOr)
        if not isinstance(node.operator, fine):
            self.fail()
        return self.expr(node.left) | self.expr(node.right)

    def of_comparison(self, node: cst.Comparison) -> bool:
        if len(node.comparisons) != 1 or isinstance(node.comparisons[0].operator, (cst.In, cst.NotIn, cst.Is, cst.IsNot)):  # fmt: skip
            self.fail()
        return self.expr(node.left) | self.expr(node.comparisons[0].comparator)

    def of_unaryoperation(self, node: cst.UnaryOperation) -> bool:
        if not isinstance(node.operator, (cst.BitInvert, cst.Minus)):
            self.fail()
        return self.expr(node.expression)

    def of_attribute(self, node: cst.Attribute) -> bool:
        name, owner = node.attr.value, node.value
        if name == "columns":
            return not self.expr(owner)
        if isinstance(owner, cst.Attribute) and owner.attr.value == "dt":
            return self.expr(owner.value)
        if hasattr(pd.DataFrame, name) or hasattr(pd.Series, name):
            self.fail()
        return self.expr(owner)

    def of_subscript(self, node: cst.Subscript) -> bool:
        owner = node.value
        if isinstance(owner, cst.Attribute) and owner.attr.value == "str":
            return self.expr(owner.value)
        if isinstance(owner, cst.Attribute) and owner.attr.value == "loc":
            owner = owner.value
            if len(node.slice) == 2 and self.is_whole(node.slice[0]):
                node = node.with_changes(slice=node.slice[1:])
            elif len(node.slice) == 2:
                self.mask(node.slice[0])
                node = node.with_changes(slice=node.slice[1:])
            else:
                self.mask(node.slice[0])
                return self.expr(owner)
        index = node.slice[0].slice if len(node.slice) == 1 else None
        if not isinstance(index, cst.Index):
            self.fail()
        if not self.expr(index.value):  # type: ignore[union-attr]
            self.key(node)
        return self.expr(owner)

    def is_whole(self, element: cst.SubscriptElement) -> bool:
        part = element.slice
        return isinstance(part, cst.Slice) and part.lower is None and part.upper is None and part.step is None  # fmt: skip

    def mask(self, element: cst.SubscriptElement) -> None:
        if not isinstance(element.slice, cst.Index) or not self.expr(element.slice.value):
            self.fail()

    def key(self, node: cst.Subscript) -> None:
        """The labels of columns, and nothing else that may stand between brackets."""
        index = node.slice[0].slice if len(node.slice) == 1 else None
        if not isinstance(index, cst.Index) or not self.is_label(index.value):
            self.fail("columns of a piece that are not known here")

    def is_label(self, node: Any) -> bool:
        if isinstance(node, cst.SimpleString):
            return True
        if isinstance(node, cst.List):
            return all(self.is_label(e.value) for e in node.elements)
        if isinstance(node, cst.Name) and node.value in self.plain:
            return self.depth == 0  # of a loop over labels: anything else fails as a column
        names = read_names(node)
        if names & (self.rows | self.plain) or any(self.scope.lookup(n) is None for n in names):
            return False
        value = self.interpreter.eval(node, self.scope)
        labels = value.value if isinstance(value, Const) else None
        return isinstance(labels, str) or isinstance(labels, (list, tuple)) and all(isinstance(x, str) for x in labels)  # fmt: skip

    def of_list(self, node: Any) -> bool:
        return any([self.expr(e.value) for e in node.elements])

    of_tuple = of_list

    # -- calls

    def of_call(self, node: cst.Call) -> bool:
        if any(a.star for a in node.args):
            self.fail()
        if isinstance(node.func, cst.Attribute) and self.reads_rows(node.func.value):
            owner, name = node.func.value, node.func.attr.value
            accessor = owner.attr.value if isinstance(owner, cst.Attribute) else ""
            if accessor in ("str", "dt"):
                if name not in (_TEXT if accessor == "str" else _TIME) or any(map(self.expr, (a.value for a in node.args))):  # fmt: skip
                    self.fail()
                return self.expr(owner.value)  # type: ignore[union-attr]
            self.method(name, list(node.args))
            return self.expr(owner)
        function = self.interpreter.eval(node.func, self.scope)
        if isinstance(function, Func):
            return self.inside(function, node)
        return self.library(function, node)

    def reads_rows(self, node: Any) -> bool:
        return bool(read_names(node) & self.rows)

    def method(self, name: str, args: list) -> None:
        named = {a.keyword.value: a.value for a in args if a.keyword is not None}
        if name in _ALONG:
            if set(named) != {"axis"} or len(args) > 1 or self.interpreter.program.code(named["axis"]) not in ("1", "'columns'", '"columns"'):  # fmt: skip
                self.fail(f".{name}() of a piece")
            return
        if name not in _METHODS or set(named) & _WIDE or name in ("drop", "rename") and set(named) != {"columns"}:  # fmt: skip
            self.fail(f".{name}() of a piece")
        if name in ("dropna", "drop", "rename") and len(args) > len(named):
            self.fail(f".{name}() of a piece")
        for arg in args:
            if name == "query" and "(" in self.interpreter.program.code(arg.value):
                self.fail("a query that calls something")
            if isinstance(arg.value, cst.Lambda) and name == "assign":
                self.of_lambda(arg.value)
            elif isinstance(arg.value, (cst.Lambda, cst.Name)) and name == "map" and not self.is_dict(arg.value):  # fmt: skip
                self.fail("a function of the values of a piece")
            else:
                self.expr(arg.value)

    def is_dict(self, node: Any) -> bool:
        ref = self.scope.lookup(node.value) if isinstance(node, cst.Name) else None
        return ref is not None and isinstance(ref.value, Const) and isinstance(ref.value.value, dict)  # fmt: skip

    def of_lambda(self, node: cst.Lambda) -> None:
        names = {p.name.value for p in node.params.params}
        inner = RowWise(self.interpreter, self.scope, self.rows | names, self.depth)
        inner.plain = set(self.plain)
        inner.expr(node.body)

    def library(self, function: Any, node: cst.Call) -> bool:
        name = function.name if isinstance(function, Module) else ""
        values = [a.value for a in node.args]
        named = {a.keyword.value for a in node.args if a.keyword is not None}
        if name in _FUNCTIONS or name == "pandas.to_numeric" and named <= {"errors"}:
            return any([self.expr(v) for v in values])
        if name == "pandas.to_datetime" and "format" in named:
            return any([self.expr(v) for v in values])
        if name in ("numpy.where", "numpy.select"):
            code = "".join(self.interpreter.program.code(v) for v in values[1:])
            found = any([self.expr(v) for v in values])
            if any(self.reads_rows(v) for v in values[1:]) and ("'" in code or '"' in code) and not self.of_columns(values[1:]):  # fmt: skip
                self.fail("texts beside numbers of a piece")
            return found
        return self.fail("a function that is not followed row by row")

    def of_columns(self, values: list) -> bool:
        """Whether all of them are columns of the piece or numbers, without a text among them."""
        return all(
            isinstance(v, (cst.Integer, cst.Float))
            or isinstance(v, cst.Subscript)
            and self.is_rows(v.value)
            for v in values
        )

    def inside(self, function: Func, node: cst.Call) -> bool:
        """A call of a function of the program: its statements are of rows, too."""
        definition = function.node
        plain = isinstance(definition, cst.FunctionDef) and not definition.decorators and self.depth < _DEEP  # fmt: skip
        if not plain or definition.params.star_kwarg or definition.params.kwonly_params:
            self.fail("a function of a piece that is not followed")
        names = [p.name.value for p in definition.params.params]
        given = {
            (a.keyword.value if a.keyword is not None else names[min(n, len(names) - 1)]): a.value
            for n, a in enumerate(node.args)
        }
        rows = {n for n, value in given.items() if self.expr(value)}
        inner = RowWise(self.interpreter, function.scope, rows, self.depth + 1)
        inner.plain = set(names) - rows
        body = list(definition.body.body)
        last = body.pop().body[0] if isinstance(body[-1], cst.SimpleStatementLine) else None
        if not isinstance(last, cst.Return) or last.value is None:
            self.fail("a function of a piece that is not followed")
        for statement in body:
            inner.statement(statement)
        if inner.said or inner.lists or inner.totals:
            self.fail("a function of a piece that does more than give it back")
        found = inner.expr(last.value)
        self.outside |= inner.outside
        return found


class _Calls(cst.CSTVisitor):
    """Whether an expression calls what may give something else the next time."""

    def __init__(self, code: Any) -> None:
        self.code, self.found = code, False

    def visit_Call(self, node: cst.Call) -> None:
        name = self.code(node.func)
        self.found |= name not in _STEADY and name.rpartition(".")[2] not in _STEADY_METHODS

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self.found = True
