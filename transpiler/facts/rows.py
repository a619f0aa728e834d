"""What is known of a frame's columns, of which rows it has, of their order and their labels."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Any

from transpiler.facts.dtypes import Typed, Width, gap_beside_nan, with_missing
from transpiler.symbolic import E, col

_uids = itertools.count(1)


def fresh() -> int:
    """A new identity for a column's values or a set of rows."""
    return next(_uids)


@dataclass(frozen=True)
class Column(Typed):
    """One column of a frame: pandas label, Spark name, dtype (None: unknown), identity of values.

    ``nullable`` is the missing-value dialect where the dtype is unknown. ``origin`` names the
    source (step, column) whose reading can be pruned when nothing uses it; ``place``: the one whose
    place among the columns it took, which has to be read so that the place is there. ``gap``: what a
    missing value of an object column is in pandas, "nan", "None" or `NA` (None: not known): text made
    of it shows. An object column of numbers and pd.NA has a nullable dtype here, and ``gap`` tells.
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
    width: Width | None = None  # of a column that pandas computes in fewer bits (rules/widths.py)

    def instead_of(self, old: "Column") -> "Column":
        """The column in the place of another."""
        return replace(self, place=old.place or old.origin)


def with_nan(column: Column, **changes: Any) -> Column:
    """The column after a step that may put NaN into it."""
    dtype, gap = with_missing(column.dtype), gap_beside_nan({column.gap})
    return replace(column, dtype=dtype, gap=gap, **changes)


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
    another order: their name, and text of a frame of all their values (None: not known); ``made``: the
    step that grouped. ``gaps``: a missing label is a value of its level, the last one
    (``groupby(dropna=False)``). ``sorted_categories``: levels of categories that a sorted group-by
    gave, none of which is without a row."""

    kind: str = "range"
    anchor: tuple | None = None
    levels: tuple[Column, ...] = ()
    unique: bool = True
    loose: tuple[tuple[str, str | None], ...] = ()
    made: tuple | None = None
    gaps: bool = False
    sorted_categories: tuple[str, ...] = ()
    sorted: int | None = (
        None  # uid of rows that a sort made: where it moved none they are a range yet
    )


@dataclass(frozen=True)
class Rows:
    """Which rows a frame has: a new set, or a subset (filter) or reordering of ``parent``'s."""

    uid: int = field(default_factory=fresh)
    parent: "Rows | None" = None
    subset: bool = False
    mask: str | None = None  # the condition that chose them, as text over the parent's columns
    reads: frozenset = frozenset()  # (name, identity) of the columns that the condition read
    #: identities of columns without gaps; steps that made categories, each of which has a row here
    full: set = field(default_factory=set, compare=False, repr=False)

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

    def has_all(self, step: tuple) -> bool:
        """Whether every category that ``step`` made has a row here, for sure."""
        rows: Rows | None = self
        while rows is not None and step not in rows.full:
            rows = None if rows.subset else rows.parent
        return rows is not None

    def all_full(self) -> set:
        """What is known to be full, for the same rows under other labels."""
        found, rows = set(self.full), self
        while rows.parent is not None:
            more = rows.parent.all_full()
            return found | ({x for x in more if isinstance(x, int)} if rows.subset else more)
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
