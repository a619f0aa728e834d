"""Rows of groups by their numbers: ``nth(0)``, ``nth([0, -1])``, ``nth[1:3]``."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

from rules.group_rows import rows_where
from rules.groups import Groups
from rules.lib import derive, series_of
from rules.missing import not_null
from rules.registry import Call, rule
from rules.regrouped import of_rows
from rules.select import descending
from transpiler.errors import NoRule
from transpiler.facts import Grouped, Value
from transpiler.symbolic import E, F


class Places:
    """The place of each row in its group, counted from 1 at either end."""

    def __init__(self, g: Groups) -> None:
        self.g, self.order = g, g.order()

    def number(self, from_end: bool = False) -> E:
        """The number of the row in its group."""
        by = descending(self.order) if from_end else self.order
        return F.row_number().over(self.g.window(by=by))

    def tests(self, wanted: Any) -> list[E]:
        """Conditions of which any makes a row one of those wanted: a number, a slice, or several."""
        if isinstance(wanted, slice):
            return [self.sliced(wanted)]
        if not isinstance(wanted, (list, tuple)):
            return self.at([wanted])
        if all(is_number(n) for n in wanted):
            return self.at(list(wanted))
        return [test for part in wanted for test in self.tests(part)]

    def at(self, numbers: list[int]) -> list[E]:
        """The rows of these numbers, those below zero counted from the end."""
        if not numbers or not all(is_number(n) for n in numbers):
            raise NoRule("rows by numbers of this form")
        out = []
        for from_end in (False, True):
            found = sorted({-n if from_end else n + 1 for n in numbers if (n < 0) == from_end})
            if found:
                number = self.number(from_end)
                out.append(number == found[0] if len(found) == 1 else number.isin(found))
        return out

    def sliced(self, part: slice) -> E:
        """The rows of a slice of each group."""
        start, stop, step = part.start, part.stop, 1 if part.step is None else part.step
        if not all(x is None or is_number(x) for x in (start, stop, step)) or step < 1:
            raise NoRule("rows by a slice of this form")
        tests = []
        if start is not None and start != 0:
            tests.append(self.number() > start if start > 0 else self.number(True) <= -start)
        if stop is not None:
            tests.append(self.number() <= stop if stop >= 0 else self.number(True) > -stop)
        if step > 1:
            tests.append((self.number() - self.first(start)) % step == 0)
        return reduce(and_, tests) if tests else self.number() > 0

    def first(self, start: int | None) -> Any:
        """The number of the row of a group at which its slice starts."""
        if start is None or start >= 0:
            return (start or 0) + 1
        return F.greatest(F.count(F.lit(1)).over(self.g.window()) + start + 1, F.lit(1))


def is_number(value: Any) -> bool:
    """Whether a value is a whole number, as pandas has it: True is none."""
    return isinstance(value, int) and not isinstance(value, bool)


@rule(
    "DataFrameGroupBy.nth(n, dropna=None)",
    example=(
        "df.groupby('k').nth(0, dropna='any')",
        "df.groupby('b')[['f', 'g']].nth(-1, dropna='all')",
        "df.groupby('k').nth([0, 2])",
        "df.groupby('k').nth([0, -1])",
        "df.groupby('k').nth(0)",
        "df.groupby('k').nth(-1)",
        "df.groupby('k').nth(1)",
    ),
)
@rule("SeriesGroupBy.nth(n, dropna=None)", example=("df.groupby('k')['f'].nth(1)", "df.groupby('b')['f'].nth(1, dropna='any')"))  # fmt: skip
def nth(c: Call) -> Value:
    """The rows of these numbers in every group that has them."""
    return rows_at(c, c.lit("n"), c.lit("dropna"))


@rule("DataFrameGroupBy.nth.__getitem__(key)",
      example=("df.groupby('k').nth[1:-1]", "df.groupby('b')[['i', 'f']].nth[0, -4::2]"))  # fmt: skip
@rule("SeriesGroupBy.nth.__getitem__(key)", example="df.sort_values('i', kind='stable').groupby('k', dropna=False)['f'].nth[1::2, -1]")  # fmt: skip
def nth_of(c: Call) -> Value:
    """The rows of a slice, or of these numbers, in every group."""
    return rows_at(c, c.lit("key"))


def rows_at(c: Call, wanted: Any, dropna: str | None = None) -> Value:
    """The rows of each group at these places, of those that ``dropna`` leaves."""
    owner = c.grouped
    g = Groups(c, with_values(c, owner) if dropna else owner)
    return rows_where(c, g, reduce(or_, Places(g).tests(wanted)))


def with_values(c: Call, grouped: Grouped) -> Grouped:
    """The group-by of the rows that ``dropna=`` leaves: those without a gap, or with a value."""
    how, frame = c.lit("dropna"), grouped.frame
    c.need(how in ("any", "all") and isinstance(c.lit("n"), int), "dropna= of this value")
    c.need(frame.index.unique, "labels that may repeat")
    if grouped.series is not None:
        return of_rows(c.ctx, grouped, not_null(grouped.series))
    labels = frame.labels if grouped.selection is None else grouped.selection
    tests = [not_null(series_of(c.ctx, frame, x)) for x in labels]  # type: ignore[union-attr]
    joined = reduce(and_ if how == "any" else or_, [t.expr for t in tests])
    return of_rows(c.ctx, grouped, derive(joined, "bool", *tests, null_free=True, loose=False))


__all__ = ["nth", "nth_of"]
