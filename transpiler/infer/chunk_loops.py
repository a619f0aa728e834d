"""Loops over the pieces of a file (``read_csv(chunksize=…)``) as steps of the whole file.

Where every step of a turn looks at one row at a time, and a turn leaves nothing but an item of a
list that is put together, or a number that is counted up, the turns together are one turn with all
rows. Where the list is used in another way the walk starts again with the loop kept as it is written.
"""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.errors import NoRule, Restart
from transpiler.facts import Col, Const, Frame, Local, Scalar, Sequence, Value
from transpiler.infer.row_wise import RowWise
from transpiler.infer.scope import Ref, Scope
from transpiler.loops import Chunks, LoopName, Pieces
from transpiler.source import bound_names, read_names


class ChunkLoops:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any

    def chunk_loop(self, node: cst.For, scope: Scope) -> bool:
        """Follow a loop over the pieces of a file; False for another."""
        place = ("loop", *self.program.position(node))
        if place in self.ctx.learned.kept or node.orelse is not None:
            return False
        node, emptied = without_tests(node, self.program)
        target, source, number = counted(node)
        if not isinstance(target, cst.Name):
            return False
        point, saved = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        chunks = self.chunks_of(source, scope)
        if chunks is None:
            return False
        after, entries = scope.used_later, len(self.ctx.entries)
        try:
            found, body = self.checked(node, target.value, number, scope)
            if not emptied <= found.rows | {target.value}:
                raise NoRule("a test of something else than the piece")
            scope.bind(target.value, Ref(self.ctx.hoist(chunks.taken(), target.value)))
            self.depth += 1  # type: ignore[attr-defined]
            try:
                self.block(body, scope, after)  # type: ignore[attr-defined]
            finally:
                self.depth -= 1  # type: ignore[attr-defined]
            self.on_cluster(entries)
        except NoRule:
            self.ctx.restore(point)
            self.rollback(saved)  # type: ignore[attr-defined]
            return False
        for statement in found.said:
            self.ctx.note("kept", "python", "the job reads the whole file at once and says nothing of its pieces", self.program.source_line(statement))  # fmt: skip
        for name in found.lists:
            ref = scope.lookup(name)
            items = ref.value.items if ref is not None and isinstance(ref.value, Sequence) else ()
            if len(items) != 1 or not isinstance(items[0], Frame if emptied else (Frame, Col)):
                raise Restart(place)
            whole = items[0]
            if emptied and isinstance(whole, Frame):  # pd.concat of nothing raises
                whole = whole.but(text=f"{self.ctx.call('pieces_found')}({whole.text})")
            ref.value = Pieces(whole, place)  # type: ignore[union-attr]
        for name in found.totals:
            ref = scope.lookup(name)
            if ref is None or not isinstance(ref.value, (Scalar, Const, Local)):
                raise Restart(place)
        for name in {target.value, number, *bound_names(node.body)} - found.totals - {""}:
            scope.bind(name, Ref(LoopName(place)))
        return True

    def checked(self, node: cst.For, piece: str, number: str, scope: Scope) -> tuple[RowWise, list]:
        """What the loop's body leaves, and the body without what it says. Raises NoRule."""
        found = RowWise(self, scope, {piece})
        for statement in node.body.body:
            found.statement(statement)
        body = [s for s in node.body.body if s not in found.said]
        reads = [(s, read_names(s)) for s in body]
        if any(number in names for _, names in reads):
            raise NoRule("the number of a piece")
        own: set[str] = {piece}
        bound = {n for s in body for n in bound_names(s)} - found.totals
        for statement, names in reads:
            if names & bound - own - bound_names(statement):
                raise NoRule("what the piece before has left")
            own |= bound_names(statement)
        code = "".join(self.program.code(s) for s in body)
        changing = {*own, *found.totals, *found.lists}
        if found.outside & changing or any(f"@{n}" in code for n in changing):
            raise NoRule("what the piece before has left")
        for name in (*found.lists, *found.totals):
            ref = scope.lookup(name)
            if ref is None or ref.shared or sum(name in names for _, names in reads) > 1:
                raise NoRule("what the piece before has left")
            if name in found.lists and ref.value != Const([]):
                raise NoRule("a list that has items already")
        return found, body

    def on_cluster(self, entries: int) -> None:
        """Raises NoRule where a step ran in pandas: it would see the types of the whole there."""
        if any(e.verdict in ("driver", "udf", "refused") for e in self.ctx.entries[entries:]):
            raise NoRule("a step of a piece that is pandas on the driver")

    def chunk_items(self, node: Any, scope: Scope) -> Value | None:
        """``[f(c) for c in pd.read_csv(…, chunksize=n)]``: the pieces after a step of their rows."""
        place = ("loop", *self.program.position(node))
        loop = node.for_in
        simple = isinstance(node, (cst.ListComp, cst.GeneratorExp)) and isinstance(loop.target, cst.Name)  # fmt: skip
        if not simple or place in self.ctx.learned.kept or loop.inner_for_in is not None or loop.ifs:  # fmt: skip
            return None
        point, saved = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        chunks = self.chunks_of(loop.iter, scope)
        if chunks is None:
            return None
        name, entries = loop.target.value, len(self.ctx.entries)
        try:
            if not RowWise(self, scope, {name}).expr(node.elt):
                raise NoRule("an item that is not of the piece")
            inner = Scope(scope, name="piece")
            inner.refs[name] = Ref(self.ctx.hoist(chunks.taken(), name))
            item = self.eval(node.elt, inner)  # type: ignore[attr-defined]
            if not isinstance(item, (Frame, Col)):
                raise NoRule("an item that is not of the piece")
            self.on_cluster(entries)
        except NoRule:
            self.ctx.restore(point)
            self.rollback(saved)  # type: ignore[attr-defined]
            return None
        return Pieces(item, place)

    def chunks_of(self, node: Any, scope: Scope) -> Chunks | None:
        """The pieces that a loop goes over, where they are those of a file."""
        ref = scope.lookup(node.value) if isinstance(node, cst.Name) else None
        if ref is not None:
            return ref.value if isinstance(ref.value, Chunks) else None
        if not isinstance(node, cst.Call) or not any(a.keyword is not None and a.keyword.value == "chunksize" for a in node.args):  # fmt: skip
            return None
        point, saved = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        try:
            found = self.eval(node, scope)  # type: ignore[attr-defined]
        except NoRule:
            found = None
        if isinstance(found, Chunks):
            return found
        self.ctx.restore(point)
        self.rollback(saved)  # type: ignore[attr-defined]
        return None


def without_tests(node: cst.For, program: Any) -> tuple[cst.For, set[str]]:
    """The loop without tests for pieces that have no rows, which add nothing: ``if c.empty: continue``
    and ``if not c.empty: …`` at its end; and the names that are tested."""
    body, names = [], set()
    for number, part in enumerate(node.body.body):
        code = program.code(part.test).strip() if isinstance(part, cst.If) and part.orelse is None else ""  # fmt: skip
        empty = _EMPTY.fullmatch(code)
        full = _FULL.fullmatch(code)
        inner = list(part.body.body) if empty or full else []
        if empty and [program.code(s).strip() for s in inner] == ["continue"]:
            names.add(empty.group(1) or empty.group(2))
        elif full and number == len(node.body.body) - 1:
            names.add(full.group(1) or full.group(2))
            body += inner
        else:
            body.append(part)
    if not names or not body:
        return node, set()
    return node.with_changes(body=node.body.with_changes(body=body)), names


_EMPTY = re.compile(r"(\w+)\.empty|len\((\w+)\) == 0")
_FULL = re.compile(r"not (\w+)\.empty|len\((\w+)\) > 0")


def counted(node: cst.For) -> tuple[Any, Any, str]:
    """What a loop binds to a piece, what it goes over, and the name of a number by ``enumerate``."""
    source, target = node.iter, node.target
    call = source if isinstance(source, cst.Call) and isinstance(source.func, cst.Name) else None
    if call is None or call.func.value != "enumerate" or not call.args:  # type: ignore[union-attr]
        return target, source, ""
    if not isinstance(target, cst.Tuple) or len(target.elements) != 2:
        return None, source, ""
    number, piece = (e.value for e in target.elements)
    return piece, call.args[0].value, number.value if isinstance(number, cst.Name) else "?"
