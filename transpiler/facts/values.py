"""Values that are not lazy frames: constants, scalars of the job, pandas objects on the driver, …"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from transpiler.facts.dtypes import NUMBERS, MaybeInfinite
from transpiler.symbolic import render

if TYPE_CHECKING:
    from transpiler.facts.frames import Frame


class Value:
    """A value of the program; ``kind`` is its pandas class as rules name it."""

    kind = "object"
    vars: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Const(Value):
    """A value known while translating. ``text``: how the job refers to it (else its literal).
    ``secret``: it must not reach a script, an argument or a report."""

    value: Any
    text: str | None = None
    secret: bool = False
    kind = "const"

    def code(self) -> str:
        return self.text if self.text is not None else render(self.value)


@dataclass(frozen=True)
class Plain(Value):
    """Plain Python that touches no frame; it exists in the job under ``text``."""

    text: str
    kind = "plain"
    vars: frozenset[str] = frozenset()

    def code(self) -> str:
        return self.text


@dataclass(frozen=True)
class Workbook(Plain):
    """A ``pd.ExcelWriter`` over the file at ``path``, in the ``with`` block that it opens."""

    path: Any = None


@dataclass(frozen=True)
class OpenFile(Plain):
    """A file open for reading, at its beginning: ``open(path, mode, **options)``. ``packing``: what
    unpacks it, where that is not ``open`` itself; no ``path``: several steps read from it."""

    path: Any = None
    mode: str = "r"
    options: tuple = ()
    packing: str | None = None


@dataclass(frozen=True)
class OutputFile(Plain):
    """A file open for writing: ``open(path, "w", **options)``; no ``path``: several steps write it."""

    path: Any = None
    options: tuple = ()


@dataclass(frozen=True)
class Text(Plain):
    """A text that the job puts together (an f-string)."""


@dataclass(frozen=True)
class Encoding(Text):
    """The first of ``names`` that a file is text in, which the job finds."""

    names: tuple = ()


@dataclass(frozen=True)
class OpenLabels(Plain):
    """Labels of columns that only the job knows: a pandas Index, or a list of them."""


@dataclass(frozen=True)
class RowNumbers(Plain):
    """``range(start, start + len(frame))``: a number for each of a frame's rows, in their order."""

    rows: Any = None
    start: int = 0
    series: bool = False  # a Series of them, whose labels count
    dtype: str = "int64"


#: reductions that give numbers, never texts
_OF_NUMBERS = set("sum mean median prod product kurt kurtosis skew std var sem quantile number".split())  # fmt: skip


@dataclass(frozen=True)
class Scalar(MaybeInfinite, Value):
    """One number, text or time computed from data. ``text`` gives it in the job as pandas has it."""

    text: str
    dtype: str | None = None
    vars: frozenset[str] = frozenset()
    hint: str = "value"  # a name for it when it has to be kept
    rows: Any = None  # the set of rows that it counts
    finite: bool = False  # as in Column
    full: bool = False  # never missing
    python: bool = False  # a number of Python, not of numpy
    how: str = ""  # the reduction that gave it ("number": arithmetic with such)
    kind = "scalar"

    @property
    def is_numeric(self) -> bool:
        """Whether it is a number, where only the job knows of which type (or a time, which pandas
        reduces alike)."""
        return self.dtype in NUMBERS or self.dtype is None and self.how in _OF_NUMBERS

    def code(self) -> str:
        return self.text


@dataclass(frozen=True)
class Local(Value):
    """A pandas object on the driver; ``text`` is the pandas code that makes it, ``why`` says what kept it there."""

    text: str
    vars: frozenset[str] = frozenset()
    why: str = field(default="", compare=False, kw_only=True)
    memory: frozenset[int] = field(default=frozenset(), compare=False, kw_only=True)  # as in Frame
    kind = "local"

    def code(self) -> str:
        return self.text


@dataclass(frozen=True)
class NoTable(Local):
    """``pd.DataFrame()``, under which a loop puts frames; ``pd.concat`` takes no notice of it."""


@dataclass(frozen=True)
class Collected(Local):
    """A list, set, array or dict on the driver that holds the values of ``source``, a Series (by its
    labels for a dict): a step on the cluster takes these, and the job does not collect what nothing
    else reads."""

    source: Any = field(default=None, compare=False, kw_only=True)
    form: str = field(default="list", kw_only=True)  # list, dict or pairs (source: two Series)

    @property
    def held(self) -> frozenset[str]:
        """The variables that the Series are read from."""
        parts = self.source if isinstance(self.source, tuple) else (self.source,)
        return frozenset().union(*(s.vars for s in parts))


@dataclass(frozen=True)
class ByColumn(Local):
    """A pandas Series on the driver with one computed number per column (``df.mean()``)."""

    labels: tuple = ()
    dtype: str = "float64"
    hint: str = "values"  # a name for it when it has to be kept

    def item(self, label: Any) -> Scalar:
        return Scalar(f"{self.text}[{render(label)}]", self.dtype, self.vars, str(label))


@dataclass(frozen=True)
class DtypeOf(Value):
    """The dtype of a Series, which is one of several (times of one unit or another)."""

    source: Any
    dtypes: tuple = ()
    kind = "dtype"

    @property
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return self.source.vars


@dataclass(frozen=True)
class ColumnTest(Local):
    """A pandas Series on the driver with a truth value for each of these columns (``m > 0.2``)."""

    labels: tuple = ()


@dataclass(frozen=True)
class TestedColumns(Local):
    """The values, or (``index``) the labels, of the columns for which a test is true."""

    test: Any = field(default=None, compare=False, kw_only=True)  # a ColumnTest with a name
    index: bool = field(default=False, kw_only=True)

    @property
    def held(self) -> frozenset[str]:
        """The variable of the test."""
        return self.test.vars


@dataclass(frozen=True)
class ColumnValues(Local):
    """A pandas Series on the driver with one value for each of some columns: of these ``labels``
    (None: only the job knows which). ``base``: of all columns of the open frame of that identity, when
    its ``known`` columns were these.
    """

    labels: tuple | None = None
    base: int = 0
    known: frozenset[int] = frozenset()

    def of_all(self, frame: "Frame") -> bool:
        """Whether there is a value for each column of the frame, and no other."""
        same = self.labels is None and self.base != 0 and self.base == frame.base
        return same and self.known == {x.uid for x in frame.columns}

    def item(self, label: Any) -> Scalar:
        return Scalar(f"{self.text}.get({render(label)})", None, self.vars, str(label))


@dataclass(frozen=True)
class LabelList(Local):
    """A pandas Index on the driver that the job lays out (a calendar): the dtype (None: the job
    sees it) and the name of each level, and whether no label is there twice."""

    dtypes: tuple = ()
    names: tuple = ()
    unique: bool = True


@dataclass(frozen=True)
class Pairs(Local):
    """``zip(df["a"], df["b"])``: the two Series, whose types the items have."""

    keys: Any = None
    values: Any = None


@dataclass(frozen=True)
class Lookup(Pairs):
    """A dict on the driver that was made of such pairs, or of a Series and its labels."""


@dataclass(frozen=True)
class Database(Value):
    """An engine or connection: the Glue connection that stands for it, and its JDBC address as far
    as the program tells it (without user and password). ``style``: how its queries are written,
    "sqlalchemy" (% is doubled), "dbapi" (only with parameters) or "qmark" (ODBC)."""

    connection: str
    url: str = ""
    dialect: str = ""
    style: str = "sqlalchemy"
    kind = "Database"


@dataclass(frozen=True)
class Relation(Value):
    """What ``duckdb.sql`` gives: a query that has not run yet, as the frame that it makes."""

    frame: "Frame"
    kind = "Relation"


@dataclass(frozen=True)
class Table(Local):
    """A small pandas frame of numbers on the driver (``df.describe()``), whose labels are known."""

    labels: tuple = ()
    rows: tuple = ()
    dtype: str | None = None


@dataclass(frozen=True)
class Places(Local):
    """``.loc``, ``.iloc``, ``.at`` or ``.iat`` (``how``) of a small result on the driver."""

    owner: Any = None
    how: str = "loc"


@dataclass(frozen=True)
class Module(Value):
    """A module or a name in one: "pandas", "numpy", "pandas.DataFrame"."""

    name: str
    text: str
    kind = "module"

    def code(self) -> str:
        return self.text


@dataclass(frozen=True)
class Func(Value):
    """A user function or lambda; ``scope`` holds what it closes over."""

    node: Any
    scope: Any
    name: str | None = None
    defaults: tuple = ()  # (parameter, value when it was defined), where a default reads names
    cells: Any = None  # the lists and dicts that are defaults, which all calls share
    manager: bool = False  # made a context manager by contextlib
    kind = "function"


@dataclass(frozen=True)
class Sequence(Value):
    """A list or tuple of which at least one item is not a constant."""

    items: tuple[Value, ...]
    type: type = list
    kind = "sequence"

    @cached_property  # containers grow deep, and are asked often
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset().union(*(i.vars for i in self.items))


@dataclass(frozen=True)
class Stream(Sequence):
    """What a generator yields; it can be gone through once."""


@dataclass(frozen=True)
class Mapping(Value):
    """A dict with constant keys of which at least one value is not a constant."""

    items: tuple[tuple[Any, Value], ...]
    kind = "mapping"

    @cached_property  # containers grow deep, and are asked often
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset().union(*(v.vars for _, v in self.items))


@dataclass(frozen=True)
class Slice(Value):
    """``a:b:c`` in a subscript, of which some part is not a constant."""

    start: Value
    stop: Value
    step: Value
    kind = "slice"
