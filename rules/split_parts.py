"""What ``str.split(expand=True)`` stands for: columns whose number the data decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable

from rules.lib import derive
from rules.literal import from_series
from rules.nones import gap_with
from transpiler.errors import NoRule
from transpiler.facts import Col, Frame, NoneGap, Windowed
from transpiler.symbolic import E, F

#: places in which a label is looked for
_MOST = 100


@dataclass(frozen=True)
class Expander:
    """The columns of a split text. ``parts``: the list of texts of a row; ``blanks``: it may be
    empty; ``n``: at most n + 1 of them, where positive. ``changes``: what was done with every
    column since, ``names`` with the labels, after so many changes; ``least``: so many columns are
    used; ``named``: so many have names; ``place``: the step, which puts None where parts are absent.
    """

    ctx: Any
    series: Col
    parts: E
    dtype: str
    blanks: bool = False
    n: int = -1
    changes: tuple[Callable[["Expander", int, Col], Col], ...] = ()
    names: tuple[tuple[int, Callable[[Any], Any]], ...] = ()
    least: int = 0
    named: int = 0
    place: tuple = ()

    def but(self, **changes: Any) -> "Expander":
        return replace(self, **changes)

    def label(self, number: int, changes: int | None = None) -> Any:
        """The label of the column at a place, now or after so many changes."""
        label: Any = number
        for after, name in self.names:
            label = name(label) if changes is None or after <= changes else label
        return label

    def number(self, label: Any) -> int:
        """The place of a label. Raises NoRule where it is none of a split text's."""
        for n in range(_MOST):
            found = self.label(n)
            if type(found) is type(label) and found == label:
                return n
        raise NoRule(f"no column {label!r} of a split text")

    def column(self, number: int) -> Col:
        expr = F.get(self.parts, F.lit(number)) if number else self.parts[0]
        sure = number == 0 and not self.blanks  # there wherever the text is
        gap = self.series.gap if sure or self.series.is_nullable else self.absent()
        full = sure and self.series.null_free
        made = derive(expr, self.dtype, self.series, label=number, gap=gap, null_free=full)
        for change in self.changes:
            made = change(self, number, made)
        return made.but(label=self.label(number))

    def absent(self) -> NoneGap:
        """What is missing where a text has fewer parts: None, beside NaN where the text is missing."""
        pure = self.series.null_free or self.series.gap == "None"
        return gap_with(self.place, pure, self.series.gap)

    def check(self, count: int, exactly: bool) -> None:
        """Make the job fail as pandas does where the number of columns is another."""
        frame = self.series.frame
        if self.series.temps:
            raise NoRule("the parts need columns of their own")
        if exactly and count < self.least:
            raise NoRule("a column that is not there was named")
        count = max(count, self.least)
        self.ctx.emit(
            f"{self.ctx.call('expect_parts')}({frame.text}, {self.parts}, {count}, exactly={exactly})",
            reads=frame.vars,
        )

    def columns(self, numbers: list[int], exactly: bool) -> list[Col]:
        """Columns at these places, which the job checks to be there."""
        if exactly or max([*numbers, self.least - 1]) > 0:
            self.check(max(numbers) + 1, exactly)
        return [self.column(n) for n in numbers]


def split_columns(value: Windowed, count: int) -> list[Col]:
    """The columns of ``str.split(expand=True)`` where exactly ``count`` are asked for."""
    return value.params[0].columns(list(range(count)), True)


def table_of(ctx: Any, series: list[Col], labels: list) -> Frame:
    """A frame of these columns beside the one that was split."""
    if len({type(x) is bool or x for x in labels}) < len(labels):
        raise NoRule("two columns with one name")
    out = from_series(ctx, dict(zip(labels, series)))
    for column, one in zip(out.columns, series):
        ctx.cells[column.uid] = one
    return out


def whole_table(value: Windowed) -> Frame:
    """All columns of a split text as a frame. Raises NoRule where nothing tells their number."""
    found = value.params[0]
    count = found.named or (found.n + 1 if found.n > 0 else 0)
    if not count:
        raise NoRule(
            "the data decide how many columns a split text has: name them, as in"
            " parts.columns = [...], or say how many with n="
        )
    series = found.columns(list(range(count)), True)
    return table_of(found.ctx, series, [s.label for s in series])


def as_table(value: Any) -> Any:
    """A split text as a frame; anything else as it is."""
    split = isinstance(value, Windowed) and value.how == "split"
    return whole_table(value) if split else value


__all__ = ["Expander", "as_table", "split_columns", "table_of", "whole_table"]
