"""What is known of every value while a program is walked: the typed middle.

A pandas object is one of these values. Frames and series are lazy: text that builds them in the
job, and facts about them (columns and dtypes, index, order, which rows). All are immutable; a
step makes new ones.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from transpiler.errors import NoRule
from transpiler.symbolic import E, col, render

_uids = itertools.count(1)


def fresh() -> int:
    """A new identity for a column's values or a set of rows."""
    return next(_uids)


# --- dtypes ---------------------------------------------------------------------------------


#: pandas dtype -> Spark type. "int64?" is int64 that pandas turns into float64 when any value is
#: missing (after a left merge, a shift), "bool?" is bool that turns into object.
class _SparkTypes(dict):
    """Zoned times are their instants, periods their first moments: for what only carries them."""

    def __missing__(self, dtype: str) -> str:
        if zone_of(dtype) or period_of(dtype):
            return "timestamp"
        raise KeyError(dtype)


def zone_of(dtype: str | None) -> str | None:
    """The zone of times that have one: "UTC" of "datetime64[ns, UTC]"."""
    return dtype[15:-1] if dtype is not None and dtype.startswith("datetime64[ns, ") else None


def period_of(dtype: str | None) -> str | None:
    """The frequency of periods: "M" of "period[M]"."""
    return dtype[7:-1] if dtype is not None and dtype.startswith("period[") else None


SPARK_TYPES = _SparkTypes({
    "int64": "bigint", "int64?": "bigint", "Int64": "bigint", "int32": "int", "Int32": "int",
    "int16": "smallint", "int8": "tinyint", "uint8": "smallint",
    "float64": "double", "Float64": "double", "float32": "float",
    "bool": "boolean", "bool?": "boolean", "boolean": "boolean",
    "object": "string", "string": "string", "category": "string",
    "datetime64[ns]": "timestamp", "date": "date", "timedelta64[ns]": "interval day to second",
})  # fmt: skip
NULLABLE = {"Int64", "Int32", "Float64", "boolean", "string"}
INTEGERS = {"int64", "int64?", "Int64", "int32", "Int32", "int16", "int8", "uint8"}
NULL_FREE = {"int64", "int32", "int16", "int8", "uint8", "bool"}
FLOATS = {"float64", "Float64", "float32"}
NUMBERS = INTEGERS | FLOATS
BOOLS = {"bool", "bool?", "boolean"}
TEXTS = {"object", "string"}


def to_nullable(dtype: str | None) -> str | None:
    """The dtype after ``convert_dtypes``, as far as it does not depend on the values."""
    table = {"int64": "Int64", "int64?": "Int64", "int32": "Int32", "bool": "boolean",
             "bool?": "boolean", "object": "string"}  # fmt: skip
    return table.get(dtype, dtype)


def with_missing(dtype: str | None) -> str | None:
    """The dtype of a column to which a step may add missing values."""
    return {"int64": "int64?", "int32": "int64?", "bool": "bool?"}.get(dtype, dtype)


# --- columns --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One column of a frame: pandas label, Spark name, dtype (None: unknown), identity of values.

    ``nullable`` is the missing-value dialect where the dtype is unknown. ``origin`` names the
    source (step, column) whose reading can be pruned when nothing uses it; ``place``: the one whose
    place among the columns it took, which has to be read so that the place is there. ``gap``: what a
    missing value of an object column is in pandas, "nan" or "None" (None: not known): text made of
    it shows.
    """

    label: Any
    name: str
    dtype: str | None
    uid: int = field(default_factory=fresh)
    nullable: bool = False
    origin: tuple | None = None
    gap: str | None = None
    place: tuple | None = None
    finite: bool = False  # its fractions are never infinite
    #: steps whose NaN is NULL here, and in pandas a value of a nullable column that is not missing
    nans: frozenset = frozenset()

    @property
    def is_nullable(self) -> bool:
        return self.dtype in NULLABLE if self.dtype else self.nullable

    @property
    def may_be_infinite(self) -> bool:
        return not self.finite and (self.dtype is None or self.dtype in FLOATS)

    def instead_of(self, old: "Column") -> "Column":
        """The column in the place of another."""
        return replace(self, place=old.place or old.origin)


@dataclass(frozen=True)
class SortKey:
    """One key of an order: the physical column, its identity when sorted, direction, NULL place."""

    name: str
    uid: int | None
    ascending: bool = True
    nulls_last: bool = True

    def expr(self, rows: "Rows | None" = None) -> E:
        """The sort expression; plain where ``rows`` are known to have a value in the column."""
        if rows is not None and rows.is_full(self.uid):
            return col(self.name) if self.ascending else col(self.name).desc()
        way = ("asc" if self.ascending else "desc") + (
            "_nulls_last" if self.nulls_last else "_nulls_first"
        )
        return getattr(col(self.name), way)()


@dataclass(frozen=True)
class Order:
    """The order of a frame's rows: sort keys, then the position given at step ``anchor``.

    ``explicit``: the program asked for it, so outputs keep it. ``anchor`` None: no order at all
    (rows come in an order that pandas defines but Spark cannot follow).
    """

    keys: tuple[SortKey, ...] = ()
    anchor: tuple | None = None
    explicit: bool = False
    total: bool = False  # the keys alone tell every two rows apart
    lost: tuple | None = None  # the step at which a key column went, where it could be kept


@dataclass(frozen=True)
class Index:
    """The row labels. ``kind``: "range" (0..n-1 in row order), "rows" (the numbers that step
    ``anchor`` gave its rows; a filter leaves holes), "columns" (``levels``: physical columns).
    ``loose``: levels of which pandas may remember values that no row has, which unstacks them in
    another order: their name, and text of a frame of all their values (None: not known)."""

    kind: str = "range"
    anchor: tuple | None = None
    levels: tuple[Column, ...] = ()
    unique: bool = True
    loose: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Rows:
    """Which rows a frame has: a new set, or a subset (filter) or reordering of ``parent``'s."""

    uid: int = field(default_factory=fresh)
    parent: "Rows | None" = None
    subset: bool = False
    mask: str | None = None  # the condition that chose them, as text over the parent's columns
    reads: frozenset = frozenset()  # (name, identity) of the columns that the condition read
    full: set[int] = field(default_factory=set, compare=False, repr=False)

    def is_full(self, uid: int | None) -> bool:
        """Whether the column of that identity has a value in each of these rows.

        ``full`` holds what is known of a set of rows; a part of them, or another order, keeps it.
        """
        rows: Rows | None = self
        while rows is not None:
            if uid in rows.full:
                return True
            rows = rows.parent
        return False

    def all_full(self) -> set[int]:
        """The columns known to be full, for the same rows under other labels."""
        found, rows = set(self.full), self.parent
        while rows is not None:
            found |= rows.full
            rows = rows.parent
        return found

    def descends_from(self, other: "Rows") -> bool:
        rows: Rows | None = self
        while rows is not None:
            if rows.uid == other.uid:
                return True
            rows = rows.parent
        return False

    def same_set(self, other: "Rows") -> bool:
        """Both have the same rows, possibly in another order."""

        def root(rows: Rows) -> int:
            while rows.parent is not None and not rows.subset:
                rows = rows.parent
            return rows.uid

        return root(self) == root(other)


# --- values ---------------------------------------------------------------------------------


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
class Text(Plain):
    """A text that the job puts together (an f-string)."""


@dataclass(frozen=True)
class RowNumbers(Plain):
    """``range(start, start + len(frame))``: a number for each of a frame's rows, in their order."""

    rows: Any = None
    start: int = 0
    series: bool = False  # a Series of them, whose labels count
    dtype: str = "int64"


@dataclass(frozen=True)
class Scalar(Value):
    """One number, text or time computed from data. ``text`` gives it in the job as pandas has it."""

    text: str
    dtype: str | None = None
    vars: frozenset[str] = frozenset()
    hint: str = "value"  # a name for it when it has to be kept
    rows: Any = None  # the set of rows that it counts
    finite: bool = False  # as in Column
    kind = "scalar"

    @property
    def may_be_infinite(self) -> bool:
        return not self.finite and (self.dtype is None or self.dtype in FLOATS)

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
class ByColumn(Local):
    """A pandas Series on the driver with one computed number per column (``df.mean()``)."""

    labels: tuple = ()
    dtype: str = "float64"
    hint: str = "values"  # a name for it when it has to be kept

    def item(self, label: Any) -> Scalar:
        return Scalar(f"{self.text}[{render(label)}]", self.dtype, self.vars, str(label))


@dataclass(frozen=True)
class ColumnValues(Local):
    """A pandas Series on the driver with one value for each of some columns: of these ``labels``
    (None: only the job knows which). ``base``: of all columns of the open frame of that identity.
    """

    labels: tuple | None = None
    base: int = 0

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
class Frame(Value):
    """A DataFrame. ``text`` builds the Spark DataFrame; ``hidden`` are the physical columns in it
    that pandas does not see. ``open``: there may be more columns in front of ``columns``."""

    text: str
    columns: tuple[Column, ...] = ()
    open: bool = False
    nullable: bool = False
    index: Index = Index()
    order: Order = Order()
    rows: Rows = field(default_factory=Rows)
    hidden: tuple[str, ...] = ()
    vars: frozenset[str] = frozenset()
    label_names: tuple = ()  # names of the column index's levels
    base: int = 0  # identity of the unknown columns of an open frame
    gone: tuple = ()  # labels dropped from an open frame
    #: tokens of the memory that holds it; a slice has those of its frame, a copy one of its own
    memory: frozenset[int] = field(default_factory=lambda: frozenset({fresh()}), compare=False)
    gap: str | None = None  # the ``gap`` of the unknown columns of an open frame
    label_kind: str = ""  # text of what makes pandas' labels of an open frame's names: "int"
    beside: tuple = ()  # hidden columns of the frame that this one was split off
    unsettled: tuple = ()  # steps whose integers become fractions if any row there lacks one
    parts: tuple = ()  # (identity of a column, the same as a Series over the frame it came from)
    kind = "DataFrame"

    def but(self, **changes: Any) -> "Frame":
        return replace(self, **changes)

    @property
    def labels(self) -> list:
        """The pandas column labels in order. Raises NoRule where they are not known."""
        if self.open:
            raise NoRule("the columns of the frame are not known here")
        return [c.label for c in self.columns]

    def has(self, label: Any) -> bool | None:
        """Whether there is such a column; None when that is not known."""
        if any(_same(c.label, label) for c in self.columns):
            return True
        if label in self.gone or self.open_name(label) is None:
            return False
        return None if self.open else False

    def open_name(self, label: Any) -> str | None:
        """The Spark name that a column of that label has where it is one of those that are not
        known; None where none of them can have such a label."""
        if not self.label_kind:
            return label if isinstance(label, str) else None
        if len(self.label_names) > 1:
            deep = isinstance(label, tuple) and len(label) == len(self.label_names)
            return repr(label) if deep else None
        kinds = {"int": int, "float": float, "label_of_bool": bool}
        return str(label) if type(label) is kinds.get(self.label_kind) else None

    def column(self, label: Any) -> Column:
        """The column of a label. Raises NoRule when there is none, or more than one."""
        found = [c for c in self.columns if _same(c.label, label)]
        if len(found) == 1:
            return found[0]
        if not found and self.has(label) is None:
            name = self.open_name(label)
            return Column(label, name, None, hash((self.base, name)), self.nullable, gap=self.gap)  # type: ignore[arg-type]
        what = f"{len(found)} columns named" if found else "no column"
        raise NoRule(
            f"{what} {label!r} in the frame ({', '.join(str(c.label) for c in self.columns)})"
        )

    @property
    def names(self) -> list[str]:
        """The physical names of the visible columns."""
        if self.open:
            raise NoRule("the columns of the frame are not known here")
        return [c.name for c in self.columns]

    def with_columns(self, columns: list[Column]) -> "Frame":
        return replace(self, columns=tuple(columns))

    def set_column(self, new: Column) -> "Frame":
        """Facts after the column of that label was replaced, or added at the end."""
        columns = list(self.columns)
        for i, c in enumerate(columns):
            if _same(c.label, new.label):
                columns[i] = new.instead_of(c)
                return self.with_columns(columns)
        return self.with_columns(columns + [new])


def _same(a: Any, b: Any) -> bool:
    return (
        type(a) is type(b)
        and a == b
        or (a == b and not isinstance(a, bool) and not isinstance(b, bool))
    )


@dataclass(frozen=True)
class Col(Value):
    """A Series: an expression over the rows of ``frame``.

    ``temps``: hidden columns (name, expression) to be added before it can be evaluated, in order.
    ``local``: each value depends on its own row alone. ``windowed``: contains a window function.
    ``deps``: (physical name, identity) of the columns it reads. ``label``: the Series' name.
    """

    expr: E
    dtype: str | None
    frame: Frame
    label: Any = None
    deps: frozenset = frozenset()
    temps: tuple[tuple[str, E], ...] = ()
    local: bool = True
    windowed: bool = False
    nullable: bool = False
    column: Column | None = None  # set when it is exactly a column of the frame
    null_free: bool = False  # never NULL, whatever the rows hold
    loose: bool = False  # a NULL in it stands for False (a comparison with a missing value)
    gap: str | None = None  # as in Column
    uses: frozenset[str] = frozenset()  # job variables of scalars that the expression reads
    #: of unknown dtype: whole numbers may have got gaps, which makes them fractions in pandas
    gappy: bool = field(default=False, kw_only=True)
    #: of an array: the Series whose memory it is (``s.values``)
    source: Any = field(default=None, compare=False, kw_only=True)
    finite: bool = field(default=False, kw_only=True)  # as in Column
    nans: frozenset = field(default=frozenset(), kw_only=True)  # as in Column
    kind = "Series"

    @property
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return self.frame.vars | self.uses

    @property
    def is_nullable(self) -> bool:
        return self.dtype in NULLABLE if self.dtype else self.nullable

    @property
    def may_be_infinite(self) -> bool:
        return not self.finite and (self.dtype is None or self.dtype in FLOATS)

    def but(self, **changes: Any) -> "Col":
        return replace(self, **changes)


@dataclass(frozen=True)
class Array(Col):
    """A one-dimensional numpy array over the rows of a frame (``np.where``): it has no labels."""

    kind = "ndarray"


@dataclass(frozen=True)
class Labels(Array):
    """The labels of a frame's rows as values (``df.index``), or what was computed from them."""

    kind = "Index"


class Category(str):
    """The dtype "category" with its categories, where they are known."""

    categories: list
    ordered: bool

    def __new__(cls, categories: list, ordered: bool) -> "Category":
        self = super().__new__(cls, "category")
        self.categories, self.ordered = list(categories), ordered
        return self

    def __repr__(self) -> str:
        return f"pd.CategoricalDtype({self.categories!r}, ordered={self.ordered})"


class Binned(Category):
    """Categories that are not texts (intervals, numbers): ``text`` makes pandas' dtype in the job,
    ``categories`` are their texts, which stand for them in Spark."""

    text: str

    def __new__(cls, categories: list, ordered: bool, text: str) -> "Binned":
        self = super().__new__(cls, categories, ordered)
        self.text = text  # type: ignore[attr-defined]
        return self  # type: ignore[return-value]

    def __repr__(self) -> str:
        return self.text


class OpenBins(str):
    """The dtype "category" of bins that depend on the data; the job has pandas' dtype as ``text``."""

    text: str

    def __new__(cls, text: str) -> "OpenBins":
        self = super().__new__(cls, "category")
        self.text = text
        return self

    def __repr__(self) -> str:
        return self.text


class SeenCategory(str):
    """The dtype "category" whose categories are the different texts of its rows, in order."""

    rows: Any

    def __new__(cls, rows: Any) -> "SeenCategory":
        self = super().__new__(cls, "category")
        self.rows = rows
        return self


@dataclass(frozen=True)
class Accessor(Value):
    """``.str``, ``.dt``, ``.cat`` of a Series, ``.loc``, ``.iloc``, ``.at`` of either."""

    owner: Value
    name: str

    @property
    def kind(self) -> str:  # type: ignore[override]
        return f"{self.owner.kind}.{self.name}"

    @property
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return self.owner.vars


@dataclass(frozen=True)
class GroupKey:
    """A key of a group-by: its label in the result, and its Series over the grouped frame."""

    label: Any
    col: Col


@dataclass(frozen=True)
class Grouped(Value):
    """``frame.groupby(keys)``; ``selection``: None (all other columns), a label, or a list."""

    frame: Frame
    keys: tuple[GroupKey, ...]
    as_index: bool = True
    sort: bool = True
    dropna: bool = True
    selection: Any = None
    series: Col | None = None  # the grouped Series, when a Series was grouped or one was selected
    made: tuple | None = None  # (receiver, method, args, kwargs): how pandas makes it
    group_keys: bool = True
    hollow: bool = False  # categories without rows are groups, too

    @property
    def kind(self) -> str:  # type: ignore[override]
        return "SeriesGroupBy" if self.series is not None else "DataFrameGroupBy"

    @property
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return self.frame.vars

    def but(self, **changes: Any) -> "Grouped":
        return replace(self, **changes)


@dataclass(frozen=True)
class Windowed(Value):
    """``rolling``, ``expanding``, ``ewm``, ``resample`` of a Series, frame or group."""

    owner: Value
    how: str
    params: tuple = ()
    made: tuple | None = None

    @property
    def kind(self) -> str:  # type: ignore[override]
        return f"{self.owner.kind}.{self.how}"

    @property
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return self.owner.vars


@dataclass(frozen=True)
class Slice(Value):
    """``a:b:c`` in a subscript, of which some part is not a constant."""

    start: Value
    stop: Value
    step: Value
    kind = "slice"


@dataclass(frozen=True, eq=False)
class Class(Value):
    """A class of the program whose objects are known while it is walked.

    ``members``: the scope of its methods and attributes; ``kinds``: how each method is bound;
    ``fields``: (name, default) of a dataclass or named tuple; ``family``: "dataclass", "tuple",
    "enum" or "".
    """

    name: str
    line: int | None
    scope: Any
    members: Any
    kinds: dict
    bases: tuple = ()
    fields: list = field(default_factory=list)
    family: str = ""
    options: dict = field(default_factory=dict)
    kind = "class"


@dataclass(frozen=True, eq=False)
class Instance(Value):
    """An object of a class that is followed; ``fields`` is the scope of its attributes."""

    cls: Class
    fields: Any
    kind = "instance"


@dataclass(frozen=True, eq=False)
class Method(Value):
    """A method bound to its object (or class); ``owner`` is the class that defines it."""

    function: Func
    receiver: Value
    owner: Class
    kind = "method"


@dataclass(frozen=True, eq=False)
class Super(Value):
    """``super()`` in a method of ``cls``."""

    cls: Class
    receiver: Value
    kind = "super"
