"""What loops over groups and files leave while a program is walked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from transpiler.errors import Restart
from transpiler.facts import Plain, Value

#: what reads a file of a loop over files
READERS = ("read_csv", "read_json", "read_parquet")


@dataclass(frozen=True)
class PerGroup(Value):
    """A list with an item for each group, as a loop over groups fills it: ``body`` are the loop's
    statements, ``item`` the expression of an item, both over the names ``group`` and ``keys``.
    ``place``: where the loop stays as it is written when nothing follows the list."""

    grouped: Any
    keys: tuple[str, ...]
    group: str
    body: tuple
    item: Any
    scope: Any
    place: tuple
    around: tuple = ()  # (names of a function, what they meant) that the body calls
    kind = "list of groups"

    @property
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return self.grouped.vars.union(*(r.value.vars for r in self.scope.refs.values()))


@dataclass(frozen=True)
class PerKey(PerGroup):
    """A dict with an item for each group, under the group's key."""


@dataclass(frozen=True)
class LoopName(Value):
    """A name that a loop over groups leaves behind: only the loop as it is written knows its value."""

    place: tuple


@dataclass(frozen=True)
class Listing(Plain):
    """A list of the names or paths of files. ``pattern``: all that it matches, where it is known."""

    pattern: str = ""


@dataclass(frozen=True)
class PerFile(PerGroup):
    """The same of a loop over files: ``grouped`` is their `Listing`, ``group`` the name of a file."""


@dataclass(frozen=True)
class Chunks(Value):
    """``pd.read_csv(…, chunksize=n)``: the rows of a file piece after piece. ``whole``: all of them;
    ``place``: where it is read when the pieces are used in a way that is not followed."""

    whole: Any
    place: tuple
    used: list = field(default_factory=list, compare=False)
    kind = "pieces"

    @property
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return self.whole.vars

    def taken(self) -> Any:
        """All rows, for the one loop that goes over the pieces: another one would find none left."""
        if self.used:
            raise Restart(self.place)
        self.used.append(True)
        return self.whole


@dataclass(frozen=True)
class Pieces(Value):
    """The list that such a loop fills: together its items are ``whole``."""

    whole: Any
    place: tuple
    kind = "list of pieces"

    @property
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return self.whole.vars
