"""Times that are ranked or accumulated in groups by keys of which some row has none: pandas makes
floats of what it casts to leave such a row out, and a missing time is the least of these numbers.
"""

from __future__ import annotations

from typing import Any, Callable

from rules.groups import Groups, Made
from transpiler.facts import Col
from transpiler.symbolic import E, render


def rows_may_be_left_out(g: Groups, v: Col) -> E | None:
    """The condition that a row is in a group, where ``v`` may be missing times and a key may be
    missing, too; None elsewhere."""
    times = v.dtype in ("datetime64[ns]", None) and not (v.null_free or v.is_nullable)
    return g.in_group() if times else None


def ranked(g: Groups, v: Col) -> Col:
    """The values as a group-by ranks them."""
    test = rows_may_be_left_out(g, v)
    if test is None:
        return v
    g.c.verdict = "runtime"  # type: ignore[attr-defined]
    text = f"{g.ctx.call('among_numbers')}({g.probe(v).text}, {v.expr}, {test})"
    return v.but(expr=E(text), column=None)


def extreme(how: str, make: Callable[..., Made]) -> Callable[..., Made]:
    """cummax and cummin of a group-by; ``make`` is what they are of a group's Series."""

    def made(g: Groups, v: Col, **params: Any) -> Made:
        test, found = rows_may_be_left_out(g, v), make(g, v, **params)
        if test is None:
            return found
        g.c.verdict = "runtime"  # type: ignore[attr-defined]
        window = g.window(ordered=True)
        parts = [g.probe(v).text, str(v.expr), str(test), str(window), render(how)]
        text = f"{g.ctx.call('extreme_so_far')}({', '.join(parts)})"
        return Made(E(text), found.dtype)

    return made


__all__ = ["extreme", "ranked"]
