"""What a merge is asked for, and the labels and names of the columns that come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transpiler.errors import NoRule
from transpiler.facts import Column, Frame
from transpiler.symbolic import render


@dataclass
class Merge:
    """What is merged and how. ``pairs``: the key columns of the two sides."""

    left: Frame
    right: Frame
    how: str
    pairs: list[tuple[Column, Column]]
    suffixes: tuple
    sort: bool = False
    indicator: str | None = None
    left_index: bool = False
    right_index: bool = False


@dataclass
class Sides:
    """Labels of both sides in the result: (column, new label); the right side without shared keys."""

    left: list[tuple[Column, Any]]
    right: list[tuple[Column, Any]]


def result_labels(job: Merge) -> Sides:
    """Suffixes for labels that both sides have. Raises NoRule where labels would repeat."""
    shared = {
        id(b) for a, b in job.pairs if same_label(a, b) and not (job.left_index or job.right_index)
    }
    ours = list(job.left.columns)
    theirs = [x for x in job.right.columns if id(x) not in shared and not any(x is b and a.label == b.label for a, b in job.pairs if id(b) in shared)]  # fmt: skip
    both = {x.label for x in ours} & {x.label for x in theirs}
    if both and not any(job.suffixes):
        raise NoRule("columns of both sides have the same name")

    def new(label: Any, suffix: str | None) -> Any:
        return f"{label}{suffix}" if label in both and suffix is not None else label

    sides = Sides([(x, new(x.label, job.suffixes[0])) for x in ours], [(x, new(x.label, job.suffixes[1])) for x in theirs])  # fmt: skip
    labels = [repr(n) for _, n in (*sides.left, *sides.right)]
    if len(set(labels)) != len(labels):
        raise NoRule("two columns would have the same name")
    return sides


def same_label(a: Column, b: Column) -> bool:
    return a.label == b.label and type(a.label) is type(b.label)


def result_names(sides: Sides) -> tuple[dict[str, str], dict[str, str]]:
    """New physical names for the columns of each side, all different."""
    taken: set[str] = set()

    def pick(label: Any, name: str) -> str:
        best = label if isinstance(label, str) and label and not label.startswith("__") else name
        while best in taken:
            best += "_"
        taken.add(best)
        return best

    left = {x.name: pick(label, x.name) for x, label in sides.left}
    right = {x.name: pick(label, x.name) for x, label in sides.right}
    return left, right


def renames(names: dict[str, str]) -> str:
    """Text that renames physical columns, given that no new name is an old one that stays."""
    changed = {a: b for a, b in names.items() if a != b}
    if not changed:
        return ""
    if len(changed) == 1:
        ((a, b),) = changed.items()
        return f".withColumnRenamed({render(a)}, {render(b)})"
    return f".withColumnsRenamed({render(changed)})"
