"""What can go wrong while a program is translated."""

from __future__ import annotations


class TranspileError(Exception):
    """The program cannot become a job.

    ``line`` and ``column`` (1-based and 0-based) point into the pandas source; both are None when
    the failure belongs to no place in it.
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.message, self.line, self.column = message, line, column
        where = f"line {line}: " if line is not None else ""
        super().__init__(where + message)


class NoRule(Exception):
    """No exact Spark form for this step; the ladder goes one rung down. The message says why."""


class Refused(Exception):
    """No rung of the ladder holds; the message says what to write instead."""
