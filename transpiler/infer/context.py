"""The state of one pass over a program: what was emitted, asked for, and reported.

Facts that cost something in the job (row positions, row numbers, columns of an input) are only
made where a later step looks at them. A pass that meets such a demand notes it and the program is
walked again with it, until nothing new is asked for (a fixpoint; each pass takes milliseconds).
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Iterator

from transpiler.errors import NoRule
from transpiler.facts import Collected, Frame, Index, Order, Scalar, SortKey, Value
from transpiler.infer import reserved
from transpiler.infer.remembered import Made
from transpiler.options import Options
from transpiler.symbolic import E, col
from transpiler.tidy import key as text_key

ANCHOR = "__pos"


@dataclass
class Statement:
    """One statement of the job: its text, the source line it comes from, what it defines."""

    text: str
    line: int | None = None
    comments: tuple[str, ...] = ()
    defines: str | None = None
    reads: frozenset[str] = frozenset()
    kind: str = "step"  # step, kept, output, scalar, constant, collected
    also: tuple[str, ...] = ()  # more names that it defines


def statement_kind(value: Value) -> str:
    """The kind of the statement that gives a value its name."""
    if isinstance(value, Frame):
        return "step"
    if isinstance(value, Collected):
        return "collected"
    return "scalar" if type(value) is Scalar else "kept"


@dataclass
class Entry:
    """One line of the report."""

    line: int
    column: int
    source: str
    verdict: str
    rule: str
    message: str = ""


@dataclass
class Output:
    """A dataset that the program writes. ``order``: sort columns that the program asked for.
    ``columns``: [[name, Spark type or "" where it is not known], …], None where the names are not;
    ``table``: (database, table) of the catalog."""

    path: str
    format: str
    order: list[str] | None
    line: int
    frame: str | None = None
    options: dict = field(default_factory=dict)  # what pandas' reader needs to read it back
    columns: list[list[str]] | None = None
    table: tuple[str, str] | None = None


def read_options(fmt: str, written: dict) -> dict:
    """The options of pandas' reader that undo those of a writer."""
    if fmt == "excel":
        return {"sheet_name": written["sheet_name"]} if "sheet_name" in written else {}
    if fmt == "json" and written.get("orient", "records") not in (None, "records"):
        return {"lines": False, "orient": written["orient"]}
    if fmt != "csv":
        return {"lines": False} if fmt == "json" and written.get("lines", True) is False else {}
    options = {
        k: written[k]
        for k in ("sep", "quotechar", "escapechar", "encoding", "decimal")
        if written.get(k) is not None
    }
    if written.get("header") is False:
        options["header"] = None
    return options


@dataclass
class Learned:
    """What earlier passes found out: demands, and the columns of each source that are used."""

    demands: set = field(default_factory=set)
    used: dict[tuple, set | None] | None = None  # None: prune nothing
    written: set = field(default_factory=set)  # paths of the outputs
    taken: set = field(default_factory=set)  # names of the functions that the job embeds
    labels: set = field(default_factory=set)  # what the program writes that hidden columns are like
    kept: set = field(
        default_factory=set
    )  # ("class", line): what stays in the job as it is written


class Context:
    """One pass. Rules call it to emit statements, to name things and to ask for facts."""

    def __init__(self, options: Options, learned: Learned, schemas: Any = None) -> None:
        self.options, self.learned, self.schemas = options, learned, schemas
        self.new_demands: set = set()
        self.statements: list[Statement] = []
        self.entries: list[Entry] = []
        self.outputs: list[Output] = []
        self.inputs: list[dict] = []
        self.sources: dict[tuple, tuple] = {}  # step of a reader → its schema, its rows
        self.used: dict[tuple, set | None] = {}
        self.looking = False  # whether the rule at hand tells missing values from NaN
        self.positions: dict[tuple, str] = {}
        self.runtime: set[str] = {
            "lit"
        }  # operands name it; what a job does not mention is left out
        self.defined: Counter = Counter()  # how often each variable of the job was given a value
        self.cells = Made(
            self.defined
        )  # uid of a column made by an element-wise step -> its Series
        self.literals: dict[int, Any] = {}  # uid of a column of one constant -> that
        self.counts: dict[tuple, Any] = {}  # what value_counts counted -> the Series that it gave
        self.names: set[str] = set(learned.taken)
        self.series: dict[str, str] = {}  # text of an expression -> the program's name for it
        self.counter: Counter = Counter()
        self.line: int | None = None
        self.column = 0
        self.comments: list[str] = []
        self.live: Any = lambda exclude: set()  # job variables that values in scope still read
        self.hint: str | None = None

    # -- savepoints: a failed attempt leaves nothing behind

    def save(self) -> tuple:
        return (len(self.statements), len(self.entries), len(self.outputs), len(self.inputs),
                list(self.comments), Counter(self.counter), set(self.names))  # fmt: skip

    def restore(self, point: tuple) -> None:
        statements, entries, outputs, inputs, comments, _, names = point
        self.names = set(names)
        del self.statements[statements:], self.entries[entries:]
        del self.outputs[outputs:], self.inputs[inputs:]
        self.comments = list(comments)

    # -- steps and demands

    def step(self) -> tuple:
        """An identity for the step at hand that is the same in every pass."""
        key = (self.line, self.column)
        self.counter[key] += 1
        return (*key, self.counter[key])

    def demand(self, step: tuple | None, what: str) -> bool:
        """Ask that ``step`` provide its rows' "order" or "number"; True when it does already."""
        if step is None:
            raise NoRule("the order of the rows is not known here")
        if (step, what) in self.learned.demands:
            return True
        self.new_demands.add((step, what))
        return False

    def wants(self, step: tuple, what: str) -> bool:
        """Whether an earlier pass found that this is asked of ``step``."""
        return (step, what) in self.learned.demands

    def anchored(
        self, frame: Frame, step: tuple | None = None, order: list[E] | None = None
    ) -> Frame:
        """``frame`` as a new set of rows numbered from 0 at ``step``: a RangeIndex, in ``order``.

        ``order``: sort expressions that give pandas' order of the rows (None: not known to Spark).
        The row number becomes a column only when a later step asks for it.
        """
        step = step or self.step()
        facts = frame.but(index=Index("range", step), order=replace(frame.order, anchor=step))
        if not (self.wants(step, "order") or self.wants(step, "number")):
            return facts if order is not None else facts.but(order=Order())
        if order is None:
            raise NoRule("the order of the rows is not known here")
        name = self.position_name(step)
        keys = "".join(f", {e}" for e in order)
        option = "" if name == ANCHOR else f', name="{name}"'
        text = f"{self.call('with_position')}({frame.text}{keys}{option})"
        if not frame.order.total:  # the number alone tells the order from now on
            facts = facts.but(order=Order((), step, frame.order.explicit))
        return facts.but(text=text, hidden=(*frame.hidden, name))

    def position_name(self, step: tuple) -> str:
        """The hidden column that holds the row position given at ``step``."""
        if step not in self.positions:
            n = len(self.positions) + 1
            while not self.is_free(name := ANCHOR + (str(n) if n > 1 else "")):
                n += 1000  # the numbers of other steps stay as they are
            self.positions[step] = name
        return self.positions[step]

    def position(self, frame: Frame, step: tuple | None, what: str = "order") -> E:
        """The column of positions given at ``step``, to be used over ``frame``."""
        if not self.demand(step, what):
            return col(ANCHOR)  # a placeholder: this pass is walked again
        name = self.positions.get(step)
        if name is None or name not in frame.hidden:
            raise NoRule("the position of the rows did not survive to this step")
        return col(name)

    def order_of(self, frame: Frame) -> list[E]:
        """Sort expressions that realise the frame's row order, ties included.

        Raises NoRule when pandas' order is not known.
        """
        order = frame.order
        if not self.keys_hold(frame):
            if order.lost is not None and not self.demand(order.lost, "keys"):
                return [col(ANCHOR)]  # a placeholder: this pass is walked again
            raise NoRule("the columns that the rows were sorted by are gone")
        keys = [k.expr(frame.rows) for k in order.keys]
        if order.total:
            return keys
        return keys + [self.position(frame, order.anchor)]

    def losing(self, frame: Frame, labels: Any = (), keep: set | None = None) -> Frame:
        """``frame`` before the columns of these labels (or all but the names in ``keep``) go: the
        keys of its order survive, hidden, where a later step looks at the order."""
        gone = {c.name for c in frame.columns if c.label in labels} | (
            {*labels} if frame.open else set()
        )
        if keep is not None:
            gone = {k.name for k in frame.order.keys} - keep - set(frame.hidden)
        if frame.order.lost is not None or not any(k.name in gone for k in frame.order.keys):
            return frame
        step = self.step()
        if not self.wants(step, "keys"):
            return frame.but(order=replace(frame.order, lost=step))
        keys, text, hidden = [], frame.text, frame.hidden
        for key in frame.order.keys:
            if key.name in gone:
                name = self.temp("by")
                text += f'.withColumn("{name}", {col(key.name)})'
                hidden = (*hidden, name)
                key = SortKey(name, None, key.ascending, key.nulls_last)
            keys.append(key)
        return frame.but(text=text, hidden=hidden, order=replace(frame.order, keys=tuple(keys)))

    def keys_hold(self, frame: Frame) -> bool:
        """Whether the columns that the rows were sorted by are still there, unchanged."""
        present = {(c.name, c.uid) for c in (*frame.columns, *frame.index.levels)}
        return all(
            (k.name, k.uid) in present
            or k.name in frame.hidden
            or (frame.open and k.name not in frame.gone and k.uid == hash((frame.base, k.name)))
            for k in frame.order.keys
        )

    # -- columns of the sources

    def use(self, frame: Frame, *columns: Any) -> None:
        """Note that these columns of the frame are read (all of them when none are given)."""
        for column in columns or (*frame.columns, *frame.index.levels):
            if self.looking:
                self.look(column)
            for source, name in filter(None, (column.origin, getattr(column, "place", None))):
                self.used.setdefault(source, set()).add(name)

    def look(self, *values: Any) -> None:
        """Note that a step tells missing values from the NaN of nullable columns (``Column.nans``)."""
        for value in values:
            for step in getattr(value, "nans", ()):
                self.demand(step, "nan")

    # -- names and text

    def call(self, function: str) -> str:
        """The name of a glue_runtime function, which the job will embed. Raises NoRule where a column
        of the program is called like one that the function makes."""
        if self.like_hidden:
            reserved.check(self.like_hidden, reserved.names_of_function(function))
        self.runtime.add(function)
        return function

    def unique(self, name: str) -> str:
        """A job variable name that nothing else uses."""
        name = re.sub(r"\W+", "_", name).strip("_") or "value"
        if name[0].isdigit() or keyword.iskeyword(name):
            name = f"_{name}"
        candidate, n = name, 2
        while candidate in self.names:
            candidate, n = f"{name}_{n}", n + 1
        self.names.add(candidate)
        return candidate

    def temp(self, stem: str = "t") -> str:
        """A name for a hidden column, unique in the job."""
        while True:
            self.counter[("temp", stem)] += 1
            n = self.counter[("temp", stem)]
            name = f"__{stem}" + ("" if n == 1 else str(n))
            if self.is_free(name):
                return name

    @cached_property
    def like_hidden(self) -> set[str]:
        """Columns of the program, as far as they are known, that are called like hidden ones."""
        asked = {place[1] for place, what in self.learned.demands if what == "name"}
        return asked | {x for x in self.learned.labels if not x.endswith("__")}

    @contextmanager
    def other_names(self) -> Iterator[None]:
        """While a rule stands for code of the program, and so for the names that the code has."""
        before = self.like_hidden
        self.like_hidden = before - self.learned.labels
        try:
            yield
        finally:
            self.like_hidden = before

    def is_free(self, name: str) -> bool:
        """Whether no column of an input, as far as the job knows them, has the name."""
        return name not in self.learned.labels and not self.wants(("column", name), "name")

    def emit(self, text: str, **facts: Any) -> Statement:
        """Add a statement to the job, under the comments that wait for one."""
        statement = Statement(simplified(text), self.line, tuple(self.comments), **facts)
        self.comments = []
        self.statements.append(statement)
        self.defined.update(x for x in (statement.defines, *statement.also) if x)
        return statement

    def name_series(self, name: str, expr: Any) -> None:
        """Remember what the program calls a Series: the job calls it so where it is long."""
        text = text_key(str(expr))
        if text is not None:
            self.series[text] = name

    def is_sorted(self, text: str, order: str) -> bool:
        """Whether a frame comes out in that order already: a sort and a limit made it."""
        last = next((s.text for s in reversed(self.statements) if s.defines == text), text)
        return bool(re.search(re.escape(order) + r"\.limit\(\d+\)$", last))

    def hoist(self, value: Any, name: str | None = None) -> Any:
        """Give a frame, scalar or driver value a variable of its own; returns it under that name."""
        if value.text.isidentifier():
            return value
        variable = self.unique(name or getattr(value, "hint", None) or self.hint or "step")
        kind = statement_kind(value)
        self.emit(f"{variable} = {value.text}", defines=variable, reads=value.vars, kind=kind)
        held = getattr(value, "held", frozenset())
        changes = {"text": variable, "vars": frozenset({variable}) | held}
        return replace(value, **changes)

    # -- the report

    def note(self, verdict: str, rule: str, message: str = "", source: str = "") -> None:
        self.entries.append(Entry(self.line or 1, self.column, source, verdict, rule, message))


_NAMES = r"""((?:["']\w+["'](?:, )?)+)"""
_TWO_SELECTS = re.compile(rf"\.select\({_NAMES}\)\.select\({_NAMES}\)")


def simplified(text: str) -> str:
    """The text without a selection of names that the next one makes needless."""

    def one(found: re.Match) -> str:
        first, second = (set(re.findall(r"\w+", g)) for g in found.groups())
        return f".select({found.group(2)})" if second <= first else found.group(0)

    previous = None
    while previous != text:
        previous, text = text, _TWO_SELECTS.sub(one, text)
    return text


def sorted_order(keys: list[SortKey], before: Order) -> Order:
    """The order after a stable sort by ``keys`` of rows that were in order ``before``."""
    names = {k.name for k in keys}
    rest = tuple(k for k in before.keys if k.name not in names)
    return Order((*keys, *rest), before.anchor, True, before.total, before.lost)


__all__ = [
    "ANCHOR",
    "Context",
    "Entry",
    "Learned",
    "Output",
    "Statement",
    "Value",
    "read_options",
    "sorted_order",
]
