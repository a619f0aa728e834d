"""Functions over groups: ``agg(lambda x: x.max() - x.min())``, ``transform(lambda x: x - x.mean())``.

The body is read once. What reduces the group to one value becomes an aggregate (or a window), what
works row by row stays a Series, and the rest is evaluated as any expression of the program.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import libcst as cst

from rules.empty_groups import empty_of
from rules.group_bodies import Items, opened
from rules.group_calls import FUNCTIONS, METHODS
from rules.groups import Groups, Made
from rules.lib import derive, is_missing, literal_column, tight, tightened
from transpiler.errors import NoRule, Refused, TranspileError, attempt as tried
from transpiler.facts import BOOLS, NULL_FREE, Col, Const, Func, Module, Value, with_missing
from transpiler.infer.scope import Ref, Scope
from transpiler.symbolic import E, F, col

_REDUCE = {"sum", "mean", "min", "max", "count", "nunique", "median", "std", "var", "sem", "skew", "prod",
           "quantile", "any", "all", "kurt", "kurtosis"}  # fmt: skip
_PARAMS = {
    "quantile": ("q", "interpolation"),
    "std": ("ddof",),
    "var": ("ddof",),
    "sem": ("ddof",),
    "nunique": ("dropna",),
}
_NUMPY = {
    "sum": "sum",
    "mean": "mean",
    "max": "max",
    "min": "min",
    "amax": "max",
    "amin": "min",
    "prod": "prod",
}
_NUMPY_SPREAD = {"std": "std", "var": "var"}
_TIME, _SPAN = ("datetime64[ns]",), ("timedelta64[ns]",)
#: parts of one time or interval, which are NaN of NaT as those of a Series are → what has them
TIME_PARTS = {"days": _SPAN} | dict.fromkeys(
    ("year", "month", "day", "hour", "minute", "second", "quarter", "dayofweek", "dayofyear"), _TIME
)
TIME_METHODS = {"total_seconds": _SPAN, "normalize": _TIME}


class Body(cst.CSTTransformer):
    """Replaces what reduces or shifts the group by names that stand for its Spark form."""

    def __init__(self, g: Groups, func: Func, group: Value, windows: bool) -> None:
        super().__init__()
        self.g, self.group, self.windows = g, group, windows
        self.interpreter = g.c.interpreter  # type: ignore[attr-defined]
        self.parameter, self.tree = opened(func)
        self.rows = Scope(parent=func.scope, name="lambda")
        own = group.but(local=True) if isinstance(group, Col) else group
        self.rows.bind(self.parameter, Ref(own))
        self.once = Scope(parent=func.scope, name="lambda")
        self.items: dict[str, Items] = {}
        self.empties: dict[str, Any] = {}  # what the aggregates are of no rows
        self.row_names = {self.parameter}
        self.count = 0
        self.start = len(self.g.ctx.statements)
        self.by_row = False  # whether the result differs from row to row

    # -- names

    def fresh(self) -> str:
        self.count += 1
        return f"__{self.count}__"

    def aggregate(self, name: str, v: Col | None, **params: Any) -> cst.Name:
        """A name for one value a group."""
        from rules.aggregates import AGGREGATES

        g, name_ = self.g, self.fresh()
        one = AGGREGATES[name](g, v, None, **params)
        self.empties[name_] = one.empty
        self.once.bind(name_, Ref(as_col(g, one)))
        # Some aggregates have no form over a window: then only rows that ask for it have no rule.
        each = tried(lambda: as_col(g, AGGREGATES[name](g, v, g.window(), **params), windowed=True))
        if each is not None:
            self.rows.bind(name_, Ref(each))
        return cst.Name(name_)

    def window(self, made: Made) -> cst.Name:
        """A name for one value a row that depends on its group."""
        if not self.windows:
            raise NoRule("a window over the rows in a function that reduces groups")
        name = self.fresh()
        self.rows.bind(name, Ref(as_col(self.g, made, windowed=True)))
        self.row_names.add(name)
        return cst.Name(name)

    def special(self, items: Items) -> cst.Name:
        name = self.fresh()
        self.items[name] = items
        return cst.Name(name)

    def names(self, node: cst.CSTNode) -> set[str]:
        from transpiler.source import read_names

        return set(read_names(node))

    def series(self, node: cst.CSTNode) -> Col | None:
        """A part of the body that is a Series of the group; None for another part."""
        names = self.names(node)
        if not names & self.row_names or names & set(self.items):
            return None
        value = self.interpreter.eval(node, self.rows)
        if not isinstance(value, Col):
            return None
        self.within(value)
        return self.g.value(value)

    def within(self, value: Col) -> None:
        """Refuse what was computed over all rows of the frame, or over other rows than the group's."""
        if not value.local or value.frame.rows is not self.g.frame.rows:
            raise NoRule("a step over the rows of a group that is not followed")
        words = set(re.findall(r"\w+", value.expr.text))
        found = self.g.ctx.statements[self.start :]
        computed = {s.defines for s in found if s.kind != "step"} - self.g.vars
        if words & computed or "scalar" in words:
            raise NoRule("a number computed over all groups")

    def listed(self, node: cst.CSTNode, some: bool = False) -> Items | None:
        """A part of the body that is a list of the group's values, or of ``some`` of them."""
        if isinstance(node, cst.Name) and node.value in self.items:
            if self.items[node.value].part is not None and not some:
                raise NoRule("some of the values of a group")
            return self.items[node.value]
        col = self.series(node)
        return Items(col) if col is not None else None

    def module(self, node: cst.CSTNode) -> str:
        """The qualified name of a function of a module or of Python; empty for others."""
        if self.names(node) & (self.row_names | set(self.items)):
            return ""
        value = self.interpreter.eval(node, self.once)
        return value.name if isinstance(value, Module) else ""

    def literals(self, node: cst.Call, names: tuple[str, ...]) -> dict:
        """Constant arguments by name. Raises NoRule for others."""
        out: dict[str, Any] = {}
        for i, arg in enumerate(node.args):
            value = self.interpreter.eval(arg.value, self.once)
            key = arg.keyword.value if arg.keyword else names[i] if i < len(names) else None
            if arg.star or not isinstance(value, Const) or key not in names:
                raise NoRule("an argument of this form in a function over groups")
            out[key] = value.value
        return out

    # -- calls

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        node = updated_node
        if isinstance(node.func, cst.Attribute):
            owner, called = node.func.value, node.func.attr.value
            found = self.method(node, owner, called) or self.of_time(node, owner, called)
            if found is not None:
                return found
        name = self.module(node.func)
        if len(node.args) >= 1 and not node.args[0].star and not node.args[0].keyword:
            handler = FUNCTIONS.get(name)
            if handler is not None:
                return handler(self, node) or node
            kind, _, function = name.partition(".")
            if kind == "numpy" and len(node.args) == 1:
                v = self.series(node.args[0].value)
                if v is not None and function in _NUMPY:
                    return self.aggregate(_NUMPY[function], v)
                if v is not None and function in _NUMPY_SPREAD:
                    return self.aggregate(function, v, ddof=0)
        return node

    def method(
        self, node: cst.Call, owner: cst.BaseExpression, name: str
    ) -> cst.BaseExpression | None:
        if name == "join" and isinstance(owner, cst.SimpleString) and len(node.args) == 1:
            items = self.listed(node.args[0].value, some=True)
            if items is None:
                raise NoRule("join of something that is not the group")
            return self.joined(items, owner.evaluated_value)
        items = self.listed(owner)
        if items is None:
            return None
        if items.kind == "rolling":
            return self.rolled(items, name, node)
        if items.kind == "counts" and not node.args and name in ("idxmax", "max"):
            return (
                self.most_frequent(items.col, True) if name == "idxmax" else self.highest(items.col)
            )
        handler = METHODS.get(name)
        if handler is not None:
            return handler(self, items, node)
        if name in _REDUCE:
            from rules.aggregates import OF_SERIES

            params = self.literals(node, _PARAMS.get(name, ()))
            return self.aggregate(OF_SERIES.get(name, name), self.masked(items), **params)
        from rules.group_windows import WINDOWS

        if name in WINDOWS and self.windows and items == Items(items.col):
            function, names = WINDOWS[name]
            return self.window(function(self.g, items.col, **self.literals(node, names)))
        return None

    def rolled(self, items: Items, name: str, node: cst.Call) -> cst.BaseExpression:
        from rules.group_window_values import PARAMETERS, rolling

        given = self.literals(node, PARAMETERS.get(name, ()))
        return self.window(rolling(self.g, items.col, name, **(items.params or {}), **given))

    def masked(self, items: Items) -> Col:
        """The Series whose gaps may be skipped: what the mask leaves out is missing."""
        if items.kind != "items" or items.distinct:
            raise NoRule("a reduction of distinct values")
        v = items.col
        if items.mask is None:
            return v
        expr = F.when(tight(items.mask), v.expr)
        # The dtype stays: what the mask leaves out is no missing value of the part that is left.
        return self.g.value(derive(expr, v.dtype, v, items.mask, null_free=False))

    def joined(self, items: Items, separator: str) -> cst.Name:
        """``separator.join(…)``."""
        from rules.aggregates import AGGREGATES

        g, v = self.g, items.col
        if items.mask is not None or items.kind != "items":
            raise NoRule("join of these values")
        if items.params == {"set": True} and not items.ordered:
            raise NoRule("the order of a set is not known")
        options = {k: getattr(items, k) for k in ("dropped", "distinct", "ordered", "part")}
        name = self.fresh()
        self.once.bind(name, Ref(as_col(g, AGGREGATES["join"](g, v, None, separator, **options))))
        return cst.Name(name)

    def length(self, items: Items) -> cst.Name:
        if items.kind == "counts":
            return self.aggregate("nunique", items.col)
        if items.kind == "mode":
            raise NoRule("the number of modes")
        if items.distinct:
            if not (items.dropped or items.col.null_free) and items.params == {"set": True}:
                raise NoRule("a set with missing values")
            return self.aggregate(
                "nunique",
                self.masked(replace(items, distinct=False)),
                dropna=items.dropped or items.col.null_free,
            )
        if items.mask is not None:
            one = derive(F.when(tight(items.mask), F.lit(1)), "int64?", items.mask, null_free=False)
            return self.aggregate("count", self.g.value(one))
        return self.aggregate("count", items.col) if items.dropped else self.aggregate("size", None)

    def one_of(self, items: Items, number: Any) -> cst.Name:
        """``x.iloc[0]``, ``x.iloc[-1]``, ``x.mode()[0]``."""
        if items.kind == "mode" and number == 0:
            return self.most_frequent(items.col)
        if items.kind == "counts" and number == 0:
            return self.highest(items.col)
        if items != Items(items.col) or number not in (0, -1) or isinstance(number, bool):
            raise NoRule("a row of the group by its number")
        return self.aggregate("iloc", items.col, last=number == -1)

    def times(self, v: Col) -> E:
        """How often each row's value is in its group."""
        if v.dtype in ("bool?", "int64?", "category", "list"):
            raise NoRule(f"the mode of a {v.dtype} column")
        temp = self.g.ctx.temp("times")
        self.g.temps[temp] = F.count(v.expr).over(self.g.window(extra=(v.expr,)))
        return col(temp)

    def highest(self, v: Col) -> cst.Name:
        """How often the most frequent value is there."""
        number = self.g.value(derive(self.times(v), "int64", v, null_free=True))
        return self.aggregate("max", number)

    def most_frequent(self, v: Col, first: bool = False) -> cst.Name:
        """The least, or first, of the most frequent values; pandas raises where there is none."""
        g, times = self.g, self.times(v)
        order: E = v.expr
        if first:
            seen, at = g.ctx.temp("seen"), g.position()
            g.temps[seen] = F.min(at).over(g.window(extra=(v.expr,)))
            order = col(seen)
        key = F.when(v.expr.isNotNull(), F.struct(-times, order))
        problem = F.raise_error(F.lit("a group has no value, so no mode"))
        expr = F.when(F.count(v.expr) > 0, F.min_by(v.expr, key)).otherwise(problem)
        name = self.fresh()
        self.once.bind(name, Ref(as_col(g, Made(expr, v.dtype, v.is_nullable, v.null_free))))
        return cst.Name(name)

    def leave_Subscript(
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        node = updated_node
        if len(node.slice) != 1 or not isinstance(node.slice[0].slice, cst.Index):
            return node
        inner = node.slice[0].slice.value
        owner = node.value
        if (
            isinstance(owner, cst.Attribute)
            and owner.attr.value == "shape"
            and self.is_group(owner.value)
        ):
            return self.aggregate("size", None)
        if isinstance(owner, cst.Attribute) and owner.attr.value in ("iloc", "values"):
            items = self.listed(owner.value)
            if items is not None:
                return self.one_of(items, constant(self, inner))
        if isinstance(owner, cst.Name) and owner.value in self.items:
            items = self.items[owner.value]
            if items.kind == "mode":
                return self.one_of(items, constant(self, inner))
        if isinstance(owner, cst.Attribute) and owner.attr.value == "index":
            items = self.listed(owner.value)
            if items is not None and items.kind == "counts" and constant(self, inner) == 0:
                return self.most_frequent(items.col, True)
        if (
            isinstance(self.group, Col)
            and isinstance(owner, cst.Name)
            and owner.value == self.parameter
        ):
            mask = self.series(inner)
            if mask is None or mask.dtype not in BOOLS or mask.dtype == "bool?":
                raise NoRule("a part of the group")
            return self.special(Items(self.g.value(self.group), mask=mask))
        return node

    def is_group(self, node: cst.CSTNode) -> bool:
        return isinstance(node, cst.Name) and node.value == self.parameter

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        node = updated_node
        if (
            node.attr.value == "empty"
            and isinstance(node.value, cst.Name)
            and node.value.value in self.items
        ):
            items = self.items[node.value.value]
            if items.kind == "mode" or items.dropped:
                n = self.aggregate("count", items.col)
                return cst.Comparison(
                    n,
                    [cst.ComparisonTarget(cst.Equal(), cst.Integer("0"))],
                    lpar=[cst.LeftParen()],
                    rpar=[cst.RightParen()],
                )
        if node.attr.value == "size" and isinstance(self.group, Col) and self.is_group(node.value):
            return self.aggregate("size", None)
        return self.of_time(node, node.value, node.attr.value) or node

    def of_time(
        self, node: cst.BaseExpression, owner: cst.BaseExpression, part: str
    ) -> cst.Name | None:
        """A part of one time or interval of the group, ``(x.max() - x.min()).days``, as ``.dt`` has it
        of a Series of them; None for other things. ``node``: the attribute, or the call of it."""
        parts = TIME_METHODS if isinstance(node, cst.Call) else TIME_PARTS
        names = self.names(owner)
        if part not in parts or not any(n.startswith("__") for n in names) or names & (self.row_names | set(self.items)):  # fmt: skip
            return None
        value = self.interpreter.eval(owner, self.once)
        if not isinstance(value, Col) or value.dtype not in parts[part]:
            return None
        field = cst.Attribute(cst.Attribute(owner, cst.Name("dt")), cst.Name(part))
        whole = field if isinstance(node, cst.Attribute) else node.with_changes(func=field)
        name = self.fresh()
        for scope in (self.once, self.rows):
            made = tried(lambda: self.interpreter.eval(whole, scope))
            if isinstance(made, Col) and made.dtype == "int32":  # Python's numbers do not overflow
                made = made.but(expr=made.expr.cast("bigint"), dtype="int64")
            if made is not None:
                scope.bind(name, Ref(made))
        return cst.Name(name)

    # -- the end

    def result(self, each_row: bool) -> Value:
        """What the body gives: for each row, or once for a group."""
        tree = self.tree = self.tree.visit(self)
        assert isinstance(tree, cst.BaseExpression)
        names = self.names(tree)
        self.by_row = bool(names & self.row_names)
        if names & set(self.items) or not each_row and names & self.row_names:
            raise NoRule("the function does not reduce the group in a way that is followed")
        return self.final(tree, self.rows if each_row else self.once)

    def final(self, node: cst.BaseExpression, scope: Scope) -> Value:
        if isinstance(node, cst.IfExp):
            test = self.test(node.test, scope)
            return either(
                self.g, test, self.final(node.body, scope), self.final(node.orelse, scope)
            )
        if isinstance(node, cst.BooleanOperation) or isinstance(
            getattr(node, "operator", None), cst.Not
        ):
            return self.test(node, scope)
        value = self.interpreter.eval(node, scope)
        if isinstance(value, Col):
            self.within(value)
        return value

    def test(self, node: cst.BaseExpression, scope: Scope) -> Col:
        if isinstance(node, cst.BooleanOperation):
            a, b = self.test(node.left, scope), self.test(node.right, scope)
            both = (
                tight(a) & tight(b) if isinstance(node.operator, cst.And) else tight(a) | tight(b)
            )
            return derive(both, "bool", a, b, null_free=True, loose=False)
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            a = self.test(node.expression, scope)
            return derive(~tight(a), "bool", a, null_free=True, loose=False)
        value = self.interpreter.eval(node, scope)
        if not isinstance(value, Col) or value.dtype != "bool":
            raise NoRule("a condition that is not known for sure")
        self.within(value)
        return value


def constant(body: Body, node: cst.BaseExpression) -> Any:
    value = body.interpreter.eval(node, body.once)
    if not isinstance(value, Const):
        raise NoRule("a row of the group by a number that is not known here")
    return value.value


def as_col(g: Groups, made: Made, windowed: bool = False) -> Col:
    # "local": it looks at the rows of its group alone.
    return Col(made.expr, made.dtype, g.frame, None, g.deps, (), windowed=windowed,
               nullable=made.nullable, null_free=made.null_free, finite=made.finite)  # fmt: skip


def either(g: Groups, test: Col, yes: Value, no: Value) -> Col:
    """``yes if test else no``."""
    cols = [v for v in (yes, no) if isinstance(v, Col)]
    dtypes = {v.dtype for v in cols}
    if len(dtypes) != 1 or None in dtypes:
        raise NoRule("a condition between values of different types")
    dtype = dtypes.pop()
    exprs = []
    for value in (yes, no):
        if isinstance(value, Col):
            exprs.append(tight(value))
            continue
        if not isinstance(value, Const):
            raise NoRule("a condition with a value that is not known here")
        if is_missing(value.value):
            dtype = with_missing(dtype)
            exprs.append(None)
            continue
        expr, kind = literal_column(g.ctx, value)
        if kind != dtype and (kind, dtype) not in (("int64", "float64"), ("int64", "int64?")):
            raise NoRule("a condition between values of different types")
        exprs.append(expr.cast("double") if kind != dtype and dtype == "float64" else expr)
    expr = F.when(tight(test), exprs[0])
    if exprs[1] is not None:
        expr = expr.otherwise(exprs[1])
    full = dtype in NULL_FREE and not any(e is None for e in exprs)
    return derive(expr, dtype, test, *cols, null_free=full, loose=False, label=None)


# --- uses -----------------------------------------------------------------------------------


def attempt(
    g: Groups, func: Func, group: Value, each_row: bool, windows: bool
) -> tuple[Value, Body]:
    """The value of a function over groups. Raises NoRule where its body is not followed."""
    count = len(g.ctx.entries)
    body = Body(g, func, group, windows)
    try:
        value = body.result(each_row)
    except (Refused, TranspileError) as error:
        raise NoRule(str(error)) from None
    del g.ctx.entries[count:]
    return value, body


def reduced(g: Groups, func: Func, v: Col | None) -> Made:
    """A function that gives one value a group."""
    if v is None or v.is_nullable:
        raise NoRule("a function over groups of a nullable column")
    value, body = attempt(g, func, v, False, False)
    if not isinstance(value, Col):
        raise NoRule("the function does not reduce the group in a way that is followed")
    return Made.of(tightened(value), empty=empty_of(body.tree, body.empties))


def items_of(g: Groups, func: Func, v: Col) -> Items:
    """A function that gives a list of the group's values."""
    body = Body(g, func, v, False)
    tree = body.tree.visit(body)
    if isinstance(tree, cst.Name) and tree.value in body.items:
        return body.items[tree.value]
    raise NoRule("the function does not give a list")


def each(g: Groups, func: Func, group: Value, by_row: bool = False) -> Col:
    """A function that gives a value for each row, or (not with ``by_row``) one for all of a group."""
    if isinstance(group, Col) and group.is_nullable:
        raise NoRule("a function over groups of a nullable column")
    value, body = attempt(g, func, group, True, True)
    if not isinstance(value, Col) or by_row and not body.by_row:
        raise NoRule("the function does not give a Series that is followed")
    return tightened(value)


__all__ = ["attempt", "each", "items_of", "reduced"]
