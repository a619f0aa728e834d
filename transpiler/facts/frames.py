"""Lazy pandas objects: text that builds them in the job, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from transpiler.errors import NoRule
from transpiler.facts.dtypes import Typed, Width
from transpiler.facts.rows import Column, Index, Order, Rows, fresh
from transpiler.facts.values import Value
from transpiler.symbolic import E


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
    def held(self) -> frozenset[str]:
        """The variables that columns are read from, which are taken for what they were made of."""
        return frozenset().union(*(s.vars for _, s in self.parts))

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

    @property
    def labelled_by_category(self) -> bool:
        """Whether pandas' labels are categories, unless others are among them."""
        return self.label_kind.startswith("category_label(")

    def open_name(self, label: Any) -> str | None:
        """The Spark name that a column of that label has where it is one of those that are not
        known; None where none of them can have such a label."""
        if not self.label_kind:
            return label if isinstance(label, str) else None
        if len(self.label_names) > 1:
            deep = isinstance(label, tuple) and len(label) == len(self.label_names)
            return repr(label) if deep else None
        if self.labelled_by_category:
            return label if isinstance(label, str) else None
        if self.label_kind == "label_or_gap":
            return label if isinstance(label, str) and label else None
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

    def below(self, key: Any) -> list[Column]:
        """The columns whose labels, which have several levels, begin with this one."""
        head, depth = key if isinstance(key, tuple) else (key,), len(self.label_names)
        deep = all(isinstance(x.label, tuple) and len(x.label) == depth for x in self.columns)
        if self.open or not deep or len(head) >= depth:
            return []
        return [x for x in self.columns if all(map(_same, x.label, head))]

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
class Col(Typed, Value):
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
    width: Width | None = field(default=None, kw_only=True)  # as in Column
    kind = "Series"

    @property
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return self.frame.vars | self.uses

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


class Rest(list):
    """All columns but those that the keys are made of, where the program chose none."""


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

    def chosen(self, keys: bool = True) -> Any:
        """The columns that the program chose; None for all of them, ``keys`` included."""
        return None if keys and isinstance(self.selection, Rest) else self.selection

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
