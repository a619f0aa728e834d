"""Lists with an item for each group, as loops over groups fill them: put together, or made a table."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import libcst as cst

from rules.group_apply import group_of, one_value
from rules.group_bodies import Put
from rules.group_lambdas import each
from rules.group_more import row_levels
from rules.group_shapes import Chosen, rows_of_frame
from rules.groups import Groups, Made
from rules.labels import relabelled
from rules.lib import selected, series_of
from rules import widths
from rules.registry import Call, rule
from transpiler.errors import NoRule, Restart
from transpiler.facts import (
    Col,
    Const,
    Frame,
    Func,
    GroupKey,
    Value,
)
from transpiler.infer.verbatim import same_values
from transpiler.loops import PerGroup, PerKey
from transpiler.source import read_names, root_name

#: methods that do to the rows of all groups what they do to those of one; arguments are constants
_BY_ROW = {"copy", "sort_values", "dropna", "rename", "drop", "astype", "round", "query"}
#: steps that may leave gaps, which make fractions of the whole numbers of a group
_MAY_MISS = re.compile(r"\b(where|mask|map|reindex|get|None|nan|NA|apply|loc|iloc)\b")
#: arguments with which they look at more than a row
_WIDE = {"axis", "inplace", "thresh", "how", "ignore_index"}


class Walk:
    """The steps of a loop's body, done to the rows of all groups at once."""

    def __init__(self, c: Call, loop: PerGroup, checked: bool = True, every_row: bool = False) -> None:  # fmt: skip
        self.c, self.loop, self.grouped = c, loop, loop.grouped
        self.interpreter = c.interpreter  # type: ignore[attr-defined]
        self.known: dict[str, cst.BaseExpression] = {}  # what names of the body stand for
        self.stale: set[str] = set()  # names that stand for something of the group as it was
        self.mixed: set = (
            set()
        )  # columns that are whole numbers in some groups, fractions in others
        self.labels = []
        for function, names in loop.around:
            now = {n: r.value for n in names if (r := function.scope.lookup(n)) is not None}
            if not same_values(names, now):
                raise Restart(loop.place)
        for key in self.grouped.keys:
            c.need(key.col.column is not None and not key.col.temps, "groups by a computed key")
            self.labels.append(key.col.column.label)
        frame = self.grouped.frame
        narrow = widths.widths_in(frame)
        c.need(not narrow, f"a loop over groups of {widths.told(narrow)}" if narrow else "")
        self.regroup(frame)
        if every_row:  # those of no group, too
            c.need(not loop.body, "a mapping of groups that change")
            return
        if self.grouped.dropna and not all(k.col.null_free for k in self.grouped.keys):
            self.regroup(self.step("DataFrame.dropna", frame, subset=Const(self.labels)))
        body = list(loop.body)
        while body and isinstance(body[0], cst.If):
            self.skip(body.pop(0))
        self.grouped_rows = c.ctx.hoist(self.frame, "rows") if checked or body else self.frame
        self.regroup(self.grouped_rows)
        for node in body:
            self.statement(node)

    def step(self, name: str, owner: Any, *args: Value, **kwargs: Value) -> Any:
        return self.interpreter.by_rule(name, owner, list(args), kwargs, self.c.node)  # type: ignore[attr-defined]

    def regroup(self, frame: Frame) -> None:
        keys = tuple(
            GroupKey(k.label, series_of(self.c.ctx, frame, x))
            for k, x in zip(self.grouped.keys, self.labels)
        )
        self.grouped = self.grouped.but(frame=frame, keys=keys, as_index=True, group_keys=True)

    @property
    def frame(self) -> Frame:
        return self.grouped.frame

    # -- statements

    def statement(self, node: Any) -> None:
        if isinstance(node, cst.If):
            self.skip(node)
            self.grouped_rows = self.c.ctx.hoist(self.frame, "rows")
            return self.regroup(self.grouped_rows)
        line = node.body[0]
        if isinstance(line, cst.Expr) and isinstance(line.value, cst.SimpleString):
            return
        if not isinstance(line, cst.Assign) or len(line.targets) != 1:
            raise NoRule("a statement in a loop over groups that is not followed")
        target = line.targets[0].target
        if isinstance(target, cst.Name) and target.value == self.loop.group:
            self.change(line.value)
        elif isinstance(target, cst.Name):
            self.known[target.value] = self.put(line.value)
            self.stale.discard(target.value)
        elif isinstance(target, cst.Subscript) and root_name(target) == self.loop.group == getattr(target.value, "value", ""):  # fmt: skip
            self.set_column(target, line.value)
        else:
            raise NoRule("a statement in a loop over groups that is not followed")

    def put(self, node: Any) -> Any:
        """An expression with what the names of the body stand for."""
        if read_names(node) & self.stale:
            raise NoRule("a value of the group as it was before")
        node = node.visit(Put(self.known))
        if self.mixed:
            finder = Uses(self.loop.group)
            node.visit(finder)
            if finder.labels & self.mixed:
                raise NoRule("values whose type may differ from group to group")
        return node

    def code(self, node: Any) -> str:
        return self.interpreter.program.code(node)  # type: ignore[attr-defined]

    def skip(self, node: cst.If) -> None:
        """``if …: continue``: groups that are left out."""
        body = node.body.body if isinstance(node.body, cst.IndentedBlock) else []
        word = body[0].body[0] if len(body) == 1 and isinstance(body[0], cst.SimpleStatementLine) else None  # fmt: skip
        if node.orelse is not None or not isinstance(word, cst.Continue) or len(body[0].body) > 1:
            raise NoRule("a condition in a loop over groups that is not followed")
        test = self.put(node.test)
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            kept = test.expression
        else:
            inner = test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
            kept = cst.UnaryOperation(cst.Not(), inner)
        self.regroup(self.step("DataFrameGroupBy.filter", self.grouped, self.function(kept)))

    def set_column(self, target: cst.Subscript, value: Any) -> None:
        """``g["x"] = …``."""
        index = target.slice[0].slice
        key = self.interpreter.eval(index.value, self.loop.scope) if isinstance(index, cst.Index) else None  # fmt: skip
        if not isinstance(key, Const) or len(target.slice) != 1 or key.value in self.labels:
            raise NoRule("a column of the group that is not known here")
        made = self.by_row(value)
        self.regroup(self.step("DataFrame.__setitem__", self.frame, key, made))
        if getattr(made, "dtype", "") in ("int64?", "bool?") or _MAY_MISS.search(self.code(value)):
            self.mixed.add(key.value)
        self.stale |= {n for n, x in self.known.items() if not self.spares(x, key.value)}

    def spares(self, node: Any, label: Any) -> bool:
        """Whether a value of the group is the same after the column of that label is set."""
        group, finder = self.loop.group, Uses(self.loop.group)
        if group not in read_names(node):
            return True
        node.visit(finder)
        return not finder.whole and label not in finder.labels

    def by_row(self, node: Any) -> Value:
        """What the rows of every group get."""
        node = self.put(node)
        if isinstance(node, cst.Name) and node.value in self.loop.keys:
            return self.grouped.keys[self.loop.keys.index(node.value)].col
        if self.loop.group not in read_names(node):
            return self.interpreter.eval(node, self.loop.scope)
        g = Groups(self.c, self.grouped)
        series = each(g, self.function(node), group_of(g))
        g.temps = {**g.temps, **dict(series.temps)}
        made = Made.of(series)
        return g.windowed(made, series.label)

    def function(self, node: Any) -> Func:
        """An expression over the group as a function of it."""
        if read_names(node) & set(self.loop.keys):
            raise NoRule("the key of a group in an expression")
        parameters = cst.Parameters([cst.Param(cst.Name(self.loop.group))])
        return Func(cst.Lambda(parameters, node), self.loop.scope)

    # -- the group itself

    def change(self, node: Any) -> None:
        """``g = g.sort_values(…)``, ``g = g[…]``: the group becomes other rows of it."""
        self.regroup(self.rows(self.put(node)))
        self.stale |= {n for n, x in self.known.items() if self.loop.group in read_names(x)}

    def rows(self, node: Any) -> Frame:
        """All groups after a step by row; the group's name alone is what they are."""
        if isinstance(node, cst.Name) and node.value == self.loop.group:
            return self.frame
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            frame, method = self.rows(node.func.value), node.func.attr.value
            named = {a.keyword.value for a in node.args if a.keyword is not None}
            if method not in _BY_ROW or named & _WIDE or any(self.loop.group in read_names(a) for a in node.args):  # fmt: skip
                raise NoRule(f".{method}() of a group")
            args, kwargs = self.interpreter.arguments(node, self.loop.scope)
            found = self.step(f"DataFrame.{method}", frame, *args, **kwargs)
            if isinstance(found, Frame):
                return found
        raise NoRule("rows of a group that are chosen in another way")

    # -- results

    def expect(self, problem: str) -> None:
        """The job raises where there is no group at all."""
        rows, function = self.grouped_rows, self.c.ctx.call("expect_rows")
        self.c.ctx.emit(f'{function}({rows.text}, "{problem}")', reads=rows.vars, kind="kept")

    def together(self) -> Frame:
        """The rows that each group gives, group after group, under their own labels."""
        node = self.put(self.loop.item)
        self.expect("No objects to concatenate")
        try:
            self.regroup(self.rows(node))
        except NoRule:
            return self.chosen(node)
        g = Groups(self.c, self.grouped.but(group_keys=False))
        values = []
        for label in self.frame.labels:
            v = g.exact(g.value(label))
            values.append((label, Made.of(v, null_free=False)))
        return row_levels(g, values)

    def chosen(self, node: Any) -> Frame:
        """What a function gives of each group, as ``apply`` has it, without the keys."""
        function = self.function(node)
        call = Call(self.c.rule, self.grouped.but(group_keys=False), {"include_groups": Const(True)}, set(), self.c.ctx)  # fmt: skip
        call.interpreter, call.node = self.interpreter, self.c.node  # type: ignore[attr-defined]
        point = self.c.ctx.save()
        try:
            return rows_of_frame(call, function, InTurn)
        except NoRule:
            self.c.ctx.restore(point)
        frame = self.step("DataFrameGroupBy.apply", self.grouped, function)
        self.c.need(isinstance(frame, Frame), "something else than rows of the groups")
        return self.step("DataFrame.droplevel", frame, Const(list(range(len(self.labels)))))

    def series(self) -> Col:
        """The values of a dict under its keys."""
        key = cst.Element(cst.Name(self.loop.keys[0]))
        pair = cst.Tuple([key, cst.Element(self.loop.item)])
        frame = self.table(["key", "value"], pair)
        frame = self.step("DataFrame.set_index", frame, Const("key"))
        (level,) = frame.index.levels
        unnamed = replace(frame.index, levels=(replace(level, label=None),))
        return series_of(self.c.ctx, frame.but(index=unnamed), "value").but(label=None)

    def table(self, names: list | None, item: Any = None) -> Frame:
        """A row for each group: the values of its record by name, or by ``names``."""
        parts = record_parts(item or self.loop.item, names)
        if names is None:
            self.expect("pandas gives no columns to a table of no groups")
        g = Groups(self.c, self.grouped)
        outputs, wanted = [], []
        for number, (label, node) in enumerate(parts):
            node = self.put(node)
            if isinstance(node, cst.Name) and node.value in self.loop.keys:
                wanted.append(self.labels[self.loop.keys.index(node.value)])
                continue
            name = label if label not in self.labels else f"__value{number}"
            outputs.append((name, one_value(g, self.function(node), group_of(g))))
            wanted.append(name)
        self.c.need(outputs and len(set(wanted)) == len(wanted), "a table of the keys alone")
        frame = self.step("DataFrame.reset_index", g.aggregated(outputs))
        frame = selected(self.c.ctx, frame, [frame.column(x) for x in wanted])
        labels = [x for x, _ in parts]
        return frame if labels == wanted else relabelled(self.c.ctx, frame, labels)


class InTurn(Chosen):
    """Rows of the groups that come group after group, whatever becomes of their labels."""

    def moved(self, condition: Any, place: Any) -> None:
        return None


class Uses(cst.CSTVisitor):
    """The columns that an expression reads of a group; ``whole``: or anything else of it."""

    def __init__(self, group: str) -> None:
        super().__init__()
        self.group, self.labels, self.whole = group, set(), False

    def visit_Subscript(self, node: cst.Subscript) -> bool | None:
        index = node.slice[0].slice
        key = index.value if isinstance(index, cst.Index) else None
        if not isinstance(node.value, cst.Name) or node.value.value != self.group:
            return None
        if not isinstance(key, cst.SimpleString):
            self.whole = True
        else:
            self.labels.add(key.evaluated_value)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        self.whole = self.whole or node.value == self.group

    def visit_Call(self, node: cst.Call) -> bool | None:
        counted = isinstance(node.func, cst.Name) and node.func.value == "len"
        first = node.args[0].value if len(node.args) == 1 else None
        return False if counted and isinstance(first, cst.Name) else None


def record_parts(node: Any, names: list | None) -> list[tuple[Any, Any]]:
    """The names and expressions of the values of a dict, a tuple or a list."""
    if isinstance(node, cst.Dict):
        parts = []
        for element in node.elements:
            if not isinstance(element, cst.DictElement) or not isinstance(element.key, cst.SimpleString):  # fmt: skip
                raise NoRule("a record of this form")
            parts.append((element.key.evaluated_value, element.value))
        found = [x for x, _ in parts]
        if len(set(found)) != len(found) or names is not None and sorted(names) != sorted(found):
            raise NoRule("a record with other names than the columns")
        return parts if names is None else [(x, dict(parts)[x]) for x in names]
    if isinstance(node, (cst.Tuple, cst.List)) and names is not None:
        if len(names) == len(node.elements) and all(isinstance(e, cst.Element) for e in node.elements):  # fmt: skip
            return list(zip(names, (e.value for e in node.elements)))
    raise NoRule("a record of this form")


_TOP = "parts = []\nfor k, g in df.groupby('k'):\n    g = g.sort_values('i', ascending=False, kind='stable')\n    parts.append(g.head(2))\nout = pd.concat(parts)"
_SHARE = (
    "parts = []\nfor k, g in df.groupby('k'):\n    g = g.copy()\n    total = g['i'].sum()\n    g['share'] = g['i'] / total\n"
    "    g['rank'] = g['share'].rank(ascending=False)\n    g['of'] = k\n    parts.append(g)\nout = pd.concat(parts, ignore_index=True)"
)
_GAPS = (
    "parts = []\nfor (k, b), g in df.groupby(['k', 'b'], sort=False):\n    if len(g) < 2:\n        continue\n"
    "    g = g.sort_values('j', kind='stable')\n    g['prev'] = g['i'].shift(1)\n    g['run'] = g['i'].cumsum()\n    parts.append(g[['k', 'b', 'i', 'prev', 'run']])\nout = pd.concat(parts)"
)


_BY_VALUE = (
    "parts = []\nfor k in sorted(df['k'].dropna().unique()):\n    part = df[df['k'] == k].copy()\n"
    "    part['z'] = (part['i'] - part['i'].mean()) / part['i'].std()\n    parts.append(part)\nout = pd.concat(parts)"
)


@rule(
    "pandas.concat(objs, *, axis=0, join='outer', ignore_index=False, keys=None, levels=None, names=None, "
    "verify_integrity=False, sort=False, copy=None)",
    not_yet="keys levels names verify_integrity",
    ignored="copy join sort",
    example=(
        _TOP,
        _SHARE,
        _GAPS,
        _BY_VALUE,
        "out = pd.concat([g.nlargest(1, 'i') for _, g in df.groupby('k')])",
        "out = pd.concat([g.head(1) for _, g in df.groupby('b', sort=False) if g['i'].max() > 3], ignore_index=True)",
        "out = pd.concat(g[g['i'] > g['i'].mean()] for _, g in df.groupby(['k']) if len(g) > 1)".replace(
            "for _,", "for (_,),"
        ),
    ),
)
def concat_groups(c: Call) -> Frame:
    """What a loop over groups has put into a list, one under the other."""
    loop = c["objs"]
    c.need(type(loop) is PerGroup, "what is put together is not a list that is known here")
    c.need(c.lit("axis") in (0, "index"), "groups next to each other")
    walk = Walk(c, loop)
    frame = walk.together()
    return walk.step("DataFrame.reset_index", frame, drop=Const(True)) if c.lit("ignore_index") else frame  # fmt: skip


_RECORDS = (
    "rows = []\nfor k, g in df.groupby('k'):\n    best = g['f'].max()\n    rows.append({'key': k, 'n': len(g), 'total': g.i.sum(), 'best': best, 'kinds': g['s'].nunique(), 'first': g['s'].iloc[0]})\nout = pd.DataFrame(rows)",
    "rows = []\nfor (k, b), g in df.groupby(['k', 'b']):\n    if len(g) > 1:\n        rows.append({'k': k, 'b': b, 'span': g['i'].max() - g['i'].min(), 'mean': g['f'].mean()})\nout = pd.DataFrame(rows)",
    "rows = [(k, len(g), g['f'].mean(), (g['i'] > 3).sum()) for k, g in df.groupby('k', sort=False)]\nout = pd.DataFrame(rows, columns=['k', 'n', 'mean', 'big'])",
    "rows = []\nfor b in df['b'].unique():\n    part = df.loc[df['b'] == b]\n    rows.append({'b': b, 'n': len(part), 'top': part['f'].max()})\nout = pd.DataFrame(rows)",
    "rows = []\nfor j, g in df.groupby('j'):\n    pos = g[g['i'] > 2]\n    rows.append({'j': j, 'last': g['i'].iloc[-1], 'share': (g['i'] > 2).mean()})\nout = pd.DataFrame(rows)",
)


@rule(
    "pandas.DataFrame(data=None, index=None, columns=None, dtype=None, copy=None)",
    not_yet="index dtype",
    ignored="copy",
    example=_RECORDS,
)
def table_of_groups(c: Call) -> Frame:
    """The records that a loop over groups has put into a list."""
    loop = c["data"]
    c.need(type(loop) is PerGroup, "the data are not known here")
    names = c.lit("columns")
    return Walk(c, loop, names is None).table(list(names) if names is not None else None)


_DICT = "means = {}\nfor k, g in df.groupby('k'):\n    means[k] = g['i'].mean()\n"


@rule(
    "pandas.Series(data=None, index=None, dtype=None, name=None, copy=None, fastpath=None)",
    not_yet="index dtype fastpath",
    ignored="copy",
    example=(f"{_DICT}out = pd.Series(means)", f"{_DICT}out = pd.DataFrame(list(means.items()), columns=['k', 'mean'])"),
)  # fmt: skip
def series_of_groups(c: Call) -> Col:
    """The values that a loop over groups has put into a dict."""
    loop = c["data"]
    c.need(type(loop) is PerKey, "the data are not known here")
    return Walk(c, loop, False).series().but(label=c.lit("name"))


@rule("Series.map(arg, na_action=None)", ignored="na_action", example=f"{_DICT}out = df.assign(mean=df['k'].map(means))")  # fmt: skip
def mapped_by_groups(c: Call) -> Col:
    """The value of each row's group, which a loop over groups has put into a dict."""
    loop = c["arg"]
    c.need(type(loop) is PerKey, "mapped by another kind of object")
    walk = Walk(c, loop, every_row=True)
    (key,) = walk.grouped.keys
    c.need(c.col.column is not None and key.col.column.uid == c.col.column.uid and c.col.frame.rows.same_set(walk.frame.rows), "a mapping of other rows")  # fmt: skip
    made = walk.by_row(loop.item)
    c.need(isinstance(made, Col), "a value that does not depend on the group")
    return made.but(label=c.col.label)
