"""Rows of each group that a function chooses and sorts: ``x.nlargest(2, "a")``, ``x[x.a > 1].head()``."""

from __future__ import annotations

from typing import Any

import libcst as cst

from rules.aggregates import Made
from rules.group_bodies import opened
from rules.group_lambdas import each
from rules.group_more import row_levels
from rules.groups import Groups
from rules.lib import series_of, tight
from rules.registry import Call, literal
from rules.select import descending
from transpiler.errors import NoRule
from transpiler.facts import BOOLS, NUMBERS, Col, Frame, Func, SortKey, Value
from transpiler.symbolic import E, F, col


def is_name(node: Any, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def mentions(node: cst.CSTNode, name: str) -> bool:
    """Whether a name is read anywhere in an expression."""
    return is_name(node, name) or any(mentions(child, name) for child in node.children)


_SCALED: dict[type, Any] = {
    cst.Multiply: lambda a, b: a * b,
    cst.Divide: lambda a, b: a / b,
    cst.FloorDivide: lambda a, b: (a / b).cast("bigint"),
}


class Chosen:
    """Rows of the groups while the steps of a body are followed, from the group outwards."""

    def __init__(self, c: Call, func: Func, frame: Frame | None) -> None:
        self.c, self.g, self.func, self.frame = c, Groups(c, c.grouped), func, frame
        self.parameter, tree = opened(func)
        self.natural = self.g.order()
        self.by = list(self.natural)
        self.mask: E | None = None
        self.place: E | None = None
        self.limit: E | None = None
        self.labels = frame.labels if frame is not None else None
        self.follow(tree)

    # -- steps

    def follow(self, node: cst.BaseExpression) -> None:
        if isinstance(node, cst.Name) and node.value == self.parameter:
            return
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            self.follow(node.func.value)
            step = _STEPS.get(node.func.attr.value)
            if step is None:
                raise NoRule(f".{node.func.attr.value}() of a group")
            step(self, *self.arguments(node))
            return
        if isinstance(node, cst.Subscript) and len(node.slice) == 1:
            owner = node.value
            if isinstance(owner, cst.Attribute) and owner.attr.value == "loc":
                owner = owner.value
            self.follow(owner)
            index = node.slice[0].slice
            if isinstance(index, cst.Index):
                return self.subscript(index.value)
        raise NoRule("rows of a group that are chosen in another way")

    def arguments(self, node: cst.Call) -> tuple[list, dict]:
        """The arguments of a step: constants, and numbers that depend on the size of the group."""
        interpreter = self.c.interpreter  # type: ignore[attr-defined]
        args, kwargs = [], {}
        for arg in node.args:
            if mentions(arg.value, self.parameter):
                value: Any = self.share(arg.value)
            else:
                value = literal(interpreter.eval(arg.value, self.func.scope), "an argument")
            if arg.star:
                raise NoRule("* in a call")
            if arg.keyword:
                kwargs[arg.keyword.value] = value
            else:
                args.append(value)
        return args, kwargs

    def share(self, node: cst.BaseExpression) -> E:
        """``int(len(x) * 0.5)``: a whole number, never below zero, that depends on the group's size."""
        expr, whole = self.of_size(node)
        if not whole:
            raise NoRule("a number of rows that is not whole")
        name = self.g.ctx.temp("share")
        self.g.temps[name] = expr
        return col(name)

    def of_size(self, node: cst.BaseExpression) -> tuple[E, bool]:
        """(expression, whether it is whole); constants are numbers above zero."""
        if isinstance(node, cst.BinaryOperation) and type(node.operator) in _SCALED:
            kind = type(node.operator)
            left, right = self.of_size(node.left), self.of_size(node.right)
            if kind is not cst.Multiply and mentions(node.right, self.parameter):
                raise NoRule("a division by the size of a group")
            if kind is cst.FloorDivide and not (left[1] and right[1]):
                raise NoRule("a floor division of floats")
            return _SCALED[kind](left[0], right[0]), left[1] and right[1] and kind is not cst.Divide
        if not mentions(node, self.parameter):
            value = literal(self.c.interpreter.eval(node, self.func.scope), "a number of rows")  # type: ignore[attr-defined]
            if type(value) not in (int, float) or not 0 < value < 2**31:
                raise NoRule("a number of rows of this form")
            return F.lit(value), isinstance(value, int)
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
            scope, name = self.func.scope, node.func.value
            plain = scope.lookup(name) is None and len(node.args) == 1 and not node.args[0].keyword
            if plain and name == "len" and is_name(node.args[0].value, self.parameter):
                return F.count(F.lit(1)).over(self.g.window()), True
            if plain and name == "int":
                return self.of_size(node.args[0].value)[0].cast("bigint"), True
        raise NoRule("a number of rows of this form")

    def subscript(self, key: cst.BaseExpression) -> None:
        """``x[mask]`` of all rows of the group, or ``x[["a", "b"]]``."""
        if isinstance(key, cst.List):
            if self.frame is None or mentions(key, self.parameter):
                raise NoRule("columns of a Series, or that depend on the group")
            wanted = literal(self.c.interpreter.eval(key, self.func.scope), "columns")  # type: ignore[attr-defined]
            self.labels = [self.frame.column(x).label for x in wanted]
            return
        if self.mask is not None or self.limit is not None:
            raise NoRule("rows chosen twice")
        parameters = cst.Parameters([cst.Param(cst.Name(self.parameter))])
        group = self.frame if self.frame is not None else self.g.value(self.g.grouped.series)
        mask = each(self.g, Func(cst.Lambda(parameters, key), self.func.scope), group)
        if mask.dtype not in BOOLS or mask.dtype == "bool?":
            raise NoRule("a mask that is not boolean for sure")
        name = self.g.ctx.temp("chosen")
        self.g.temps = {**self.g.temps, **dict(mask.temps), name: tight(mask)}
        self.mask = col(name)

    def value(self, label: Any) -> Col:
        if self.frame is None:
            return self.g.value(self.g.grouped.series)
        return self.g.value(label)

    def sort(self, args: list, kwargs: dict) -> None:
        if self.limit is not None:
            raise NoRule("rows sorted after they were chosen")
        if any(isinstance(x, E) for x in (*args, *kwargs.values())):
            raise NoRule("a sort by the size of the group")
        by = None
        if self.frame is not None:
            by = args.pop(0) if args else kwargs.pop("by", None)
            if by is None:
                raise NoRule("sort_values without by=")
        up = kwargs.pop("ascending", True)
        last = kwargs.pop("na_position", "last") == "last"
        kwargs.pop("kind", None)
        if args or kwargs:
            raise NoRule("a sort of this form")
        labels = by if isinstance(by, list) else [by]
        ups = up if isinstance(up, (list, tuple)) else [up] * len(labels)
        if len(ups) != len(labels):
            raise NoRule("a sort of this form")
        keys = []
        for label, one in zip(labels, ups):
            v = self.value(label)
            if v.dtype == "category":
                raise NoRule("a sort by category")
            way = ("asc" if one else "desc") + ("_nulls_last" if last else "_nulls_first")
            keys.append(getattr(v.expr, way)())
        self.by = keys + self.by

    def first(self, args: list, kwargs: dict, last: bool = False) -> None:
        n = args[0] if args else kwargs.get("n", 5)
        if len(args) + len(kwargs) > 1 or set(kwargs) - {"n"}:
            raise NoRule("a number of rows of this form")
        self.take(n, last)

    def take(self, n: Any, last: bool = False) -> None:
        fits = isinstance(n, E) or isinstance(n, int) and not isinstance(n, bool) and n >= 0
        if not fits or self.limit is not None:
            raise NoRule("a number of rows of this form")
        self.limit = self.number(descending(self.by) if last else self.by) <= n

    def number(self, by: list[E]) -> E:
        extra = (self.mask,) if self.mask is not None else ()
        return F.row_number().over(self.g.window(by=by, extra=extra))

    def extreme(self, args: list, kwargs: dict, largest: bool) -> None:
        names = ("n", "columns", "keep") if self.frame is not None else ("n", "keep")
        given = dict(zip(names, args)) | kwargs
        if set(given) - set(names) or given.get("keep", "first") != "first":
            raise NoRule("the extreme rows in this form")
        labels = given.get("columns")
        labels = labels if isinstance(labels, list) else [labels]
        keys = []
        for label in labels:
            v = self.value(label)
            if v.dtype is not None and (v.dtype not in NUMBERS or v.is_nullable):
                raise NoRule("the largest of a column that is not a number for sure")
            if len(labels) > 1 and not v.null_free:
                raise NoRule("the largest by several columns with missing values")
            key = v.expr if v.dtype is not None else self.g.typed("group_ordered", v)
            keys.append(key.desc_nulls_last() if largest else key.asc_nulls_last())
        self.by = keys + self.by
        self.take(given.get("n", 5))

    # -- the result

    def rows(self, values: list[tuple[Any, Made]]) -> Frame:
        g = self.g
        place = g.ctx.temp("place")
        # Numbered before rows go: a window after the choice would cost another shuffle.
        g.temps[place] = self.number(self.by)
        condition = self.limit
        if self.mask is not None:
            condition = self.mask if condition is None else self.mask & condition
        moved = None if g.grouped.group_keys else self.moved(condition, col(place))
        at: E = col(place)
        if moved is not None:
            at = F.when(moved, at).otherwise(self.natural[0])
        return row_levels(g, values, condition, [SortKey("__nth", None)], {"__nth": at}, moved)

    def moved(self, condition: E | None, place: E) -> E | None:
        """Whether any row goes or moves: without group keys pandas leaves the rows where they were
        if no group changes its labels."""
        g = self.g
        if len(self.natural) != 1 or g.frame.order.keys:
            raise NoRule("rows of sorted rows without their keys")
        if not g.frame.index.unique:
            raise NoRule("rows under duplicate labels")
        g.temps["__natural"] = F.row_number().over(g.window(by=self.natural))
        kept = g.kept()
        test = place != col("__natural")
        if condition is not None:
            test = ~F.coalesce(condition, F.lit(False)) | test
        name = g.ctx.unique("moved")
        g.ctx.emit(
            f'{name} = {g.ctx.call("any_row")}({kept.text}, {test})', defines=name, reads=kept.vars
        )
        g.vars |= {name}
        self.c.verdict = "runtime"  # type: ignore[attr-defined]
        return F.lit(E(name))


_STEPS = {
    "sort_values": Chosen.sort,
    "head": Chosen.first,
    "tail": lambda s, a, k: s.first(a, k, True),
    "nlargest": lambda s, a, k: s.extreme(a, k, True),
    "nsmallest": lambda s, a, k: s.extreme(a, k, False),
    "copy": lambda s, a, k: None,
}  # fmt: skip


def rows_of_series(c: Call, func: Func) -> Value:
    """A function of a grouped Series that gives some of the group's values."""
    chosen = Chosen(c, func, None)
    v = chosen.value(None)
    if v.dtype == "int64?":
        raise NoRule("whole numbers with gaps")
    frame = chosen.rows([(v.label, Made.of(v, null_free=False))])
    return series_of(c.ctx, frame, v.label)


def rows_of_frame(c: Call, func: Func, way: type[Chosen] = Chosen) -> Frame:
    """A function of a group that gives some of its rows."""
    grouped = c.grouped
    frame = grouped.frame
    kept = grouped.chosen(keys=bool(c.lit("include_groups")))
    if kept is not None:
        frame = frame.but(columns=tuple(frame.column(x) for x in kept), open=False)
    chosen = way(c, func, frame)
    labels = chosen.labels or []
    if kept is None and not c.lit("include_groups"):
        labels = [x for x in labels if x not in chosen.g.in_axis()]
    values = []
    for label in labels:
        v = chosen.g.value(label)
        if v.dtype == "int64?":
            raise NoRule("whole numbers with gaps")
        values.append((label, Made.of(v, null_free=False)))
    return chosen.rows(values)
