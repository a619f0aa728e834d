"""What can go wrong while a program is translated."""

from __future__ import annotations

from typing import Any, Callable


class TranspileError(Exception):
    """The program cannot become a job.

    ``line`` and ``column`` (1-based and 0-based) point into the pandas source; both are None when
    the failure belongs to no place in it.
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.message, self.line, self.column = message, line, column
        where = f"line {line}: " if line is not None else ""
        super().__init__(where + message)


class Raises(TranspileError):
    """What the program itself raises there, as far as it is known: ``exception``."""

    def __init__(self, exception: BaseException, line: int | None, column: int | None) -> None:
        self.exception = exception
        super().__init__(f"this raises {type(exception).__name__}: {exception}", line, column)


class NoRule(Exception):
    """No exact Spark form for this step; the ladder goes one rung down. The message says why."""


class Refused(Exception):
    """No rung of the ladder holds; the message says what to write instead."""


class Restart(Exception):
    """Something has to stay in the job as it is written: the walk starts again with that decided."""

    def __init__(self, what: tuple) -> None:
        self.what = what
        super().__init__(what)


def attempt(step: Callable[..., Any], *arguments: Any) -> Any:
    """What a step gives; None where it has no rule, and the caller knows another exact way."""
    try:
        return step(*arguments)
    except NoRule:
        return None
