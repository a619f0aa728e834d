"""Loops over values that only the data tell: ``for city in sorted(df["city"].unique()): …``.

Where the turns are independent the loop stays a loop of the job, over the values, and its body
becomes steps of each turn; ``for key, group in df.groupby("city")`` is such a loop over the keys.
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.errors import NoRule
from transpiler.facts import Col, Local, Scalar
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import changed_roots, leaves
from transpiler.loops import LoopName
from transpiler.source import bound_names, read_names

#: dtypes whose values compare with a column as Python's do, as long as none is missing
_KINDS = ("object", "int64")


class DataLoops:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any

    def data_loop(self, node: cst.For, scope: Scope, problem: str) -> None:
        """Emit a loop whose body is steps. Raises NoRule(problem) where it has to stay as written."""
        place = ("loop", *self.program.position(node))
        if place in self.ctx.learned.kept or node.orelse is not None or leaves(node):
            raise NoRule(problem)
        target, iterated, body = by_key(node) or (node.target, node.iter, list(node.body.body))
        if not isinstance(target, cst.Name):
            raise NoRule(problem)
        bound = {target.value, *(n for s in body for n in bound_names(s))}
        if carries(body, bound, target.value) or set().union(*map(changed_roots, body)) - bound:
            raise NoRule(problem)
        dtype, values = self.values_of_turns(iterated, scope)
        if dtype is None or not isinstance(values, Local):
            raise NoRule(problem)

        before = self.snapshot()  # type: ignore[attr-defined]
        entries, inputs = len(self.ctx.entries), len(self.ctx.inputs)
        comments, self.ctx.comments = self.ctx.comments, []
        job = self.claim(target.value, scope)  # type: ignore[attr-defined]
        scope.bind(target.value, Ref(Scalar(job, dtype, frozenset({job}), target.value)))
        made, ended = self.one_branch(body, scope)  # type: ignore[attr-defined]
        collected = any(e.verdict == "driver" for e in self.ctx.entries[entries:])
        if ended or collected or len(self.ctx.inputs) > inputs or not made:
            raise NoRule(problem)
        if any(r.value is not old[n] for s, refs, old in before for n, r in refs.items() if n not in bound):  # fmt: skip
            raise NoRule(problem)  # what is around the loop changes in it
        self.rollback(before)  # type: ignore[attr-defined]
        self.ctx.comments = comments
        also = tuple(s.defines for s in made if s.defines) + tuple(n for s in made for n in s.also)
        self.ctx.emit(
            f"for {job} in {values.text}:\n" + self.block_text(made, []),  # type: ignore[attr-defined]
            reads=values.vars.union(*(s.reads for s in made)), also=(job, *also),
            kind="output" if any(s.kind == "output" for s in made) else "kept",
        )  # fmt: skip
        for name in bound:
            scope.bind(name, Ref(LoopName(place)))

    def values_of_turns(self, node: Any, scope: Scope) -> tuple[str | None, Any]:
        """What ``sorted(s.unique())`` and the like give, and its dtype; None when a value may be
        missing, or when they are something else."""
        iterated, ordered = node, False
        while isinstance(node, cst.Call):
            name = self.program.code(node.func)
            if name in ("sorted", "list") and len(node.args) == 1 and scope.lookup(name) is None:
                ordered |= name == "sorted"
                node = node.args[0].value
            elif isinstance(node.func, cst.Attribute) and node.func.attr.value == "tolist":
                node = node.func.value
            else:
                break
        call = node.func if isinstance(node, cst.Call) else None
        if not isinstance(call, cst.Attribute) or call.attr.value != "unique" or node.args:
            return None, None
        series = self.eval(call.value, scope)  # type: ignore[attr-defined]
        if not isinstance(series, Col) or series.dtype not in _KINDS or series.kind != "Series":
            return None, None
        # Python cannot sort texts beside a missing one: pandas' program fails there too.
        full = series.null_free or series.dtype == "int64" or ordered or is_dropna(call.value)
        if not full:
            return None, None
        if ordered and self.program.code(iterated).startswith("sorted("):
            from rules.distinct import values_in_no_order  # the rules import this package

            found = values_in_no_order(self.ctx, series)
            return series.dtype, Local(f"sorted({found.text})", found.vars)
        return series.dtype, self.eval(iterated, scope)  # type: ignore[attr-defined]


def is_dropna(node: Any) -> bool:
    called = isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute)
    return called and node.func.attr.value == "dropna" and not node.args


def carries(body: list, bound: set[str], target: str) -> bool:
    """Whether a turn reads a name before it binds it: what the turn before left there."""
    known = {target}
    for statement in body:
        if (read_names(statement) & bound) - known - bound_names(statement):
            return True
        fresh = bound_names(statement) - known
        if fresh and not is_assignment(statement, fresh):
            return True
        known |= fresh
    return False


def is_assignment(statement: Any, names: set[str]) -> bool:
    """Whether a statement binds the names for sure, and does not read them."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    line = statement.body[0]
    return isinstance(line, cst.Assign) and not read_names(line.value) & names


def by_key(node: cst.For) -> tuple[Any, Any, list] | None:
    """``for key, group in df.groupby("k"): …`` as a loop over the keys that takes the rows of each."""
    pair, call = node.target, node.iter
    names = [e.value for e in pair.elements] if isinstance(pair, cst.Tuple) else []
    if len(names) != 2 or not all(isinstance(n, cst.Name) for n in names):
        return None
    grouped = isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute)
    if (
        not grouped
        or call.func.attr.value != "groupby"
        or not isinstance(call.func.value, cst.Name)
    ):
        return None
    options = {a.keyword.value: a.value for a in call.args if a.keyword is not None}
    plain = [a.value for a in call.args if a.keyword is None and not a.star]
    by = plain[0] if len(plain) == 1 else options.pop("by", None) if not plain else None
    unsorted_ = options.pop("sort", None)
    if options or not isinstance(by, cst.SimpleString):
        return None
    if unsorted_ is not None and getattr(unsorted_, "value", "") not in ("True", "False"):
        return None
    frame, (key, group) = call.func.value, names
    column = cst.Subscript(frame, [cst.SubscriptElement(cst.Index(by))])
    found: Any = cst.parse_expression("x.dropna().unique()")
    found = found.with_deep_changes(found.func.value.func, value=column)
    if unsorted_ is None or unsorted_.value == "True":  # type: ignore[union-attr]
        found = cst.Call(cst.Name("sorted"), [cst.Arg(found)])
    mask = cst.Comparison(column, [cst.ComparisonTarget(cst.Equal(), key)])
    rows = cst.Subscript(frame, [cst.SubscriptElement(cst.Index(mask))])
    taken = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(group)], rows)])
    return key, found, [taken, *node.body.body]
