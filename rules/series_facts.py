"""What a Series is as a whole: whether it has gaps, repeats values, or rises."""

from __future__ import annotations

from rules.lib import derive, tight
from rules.missing import is_null
from rules.ordered import lagged, window_step
from rules.reduce import ready
from rules.registry import Call, rule
from transpiler.facts import INTEGERS, Col, Const, Scalar
from transpiler.symbolic import E, F

_ORDERED = INTEGERS | {"float64", "object", "datetime64[ns]", "bool"}


def any_true(c: Call, flags: Col) -> Scalar:
    """Whether a flag is true in any row."""
    return c.interpreter.by_rule("Series.any", flags, [], {}, c.node)  # type: ignore[attr-defined]


@rule(
    "Series.hasnans()",
    example=(
        "out = df.assign(x=df['f'].hasnans, y=df['i'].hasnans)[['x', 'y']]",
        "df['k'].hasnans",
    ),
)
def hasnans(c: Call) -> Scalar | Const:
    """Whether a value is missing."""
    return any_true(c, is_null(c.col))


@rule("Series.is_unique()", example=("df['i'].is_unique", "df['f'].drop_duplicates().is_unique"))
def is_unique(c: Call) -> Scalar:
    """Whether no value, a missing one included, is there twice."""
    c.need(c.col.dtype not in ("list", "category"), "such values")
    frame, series = ready(c.ctx, c.col)
    counts = f"{frame.text}.groupBy({tight(series).alias('value')}).count()"
    text = f'{counts}.where("count > 1").isEmpty()'
    return Scalar(text, "bool", frame.vars | series.uses, "unique", full=True, python=True)


for _name, _op in (("increasing", "__lt__"), ("decreasing", "__gt__")):

    def _monotonic(c: Call, op: str = _op) -> Scalar:
        """Whether no value is missing, and none is before the one above it in sorted order."""
        series = c.col
        c.need(series.dtype in _ORDERED and not series.is_nullable, "the order of such values")

        def build(x: E, w: E) -> E:
            wrong = x < lagged(x, 1, w) if op == "__lt__" else x > lagged(x, 1, w)
            return x.isNull() | F.coalesce(wrong, F.lit(False))

        found = any_true(c, derive_flag(window_step(c, series, build, "bool", 1)))
        return Scalar(f"(not {found.text})", "bool", found.vars, "sorted", full=True, python=True)

    rule(
        f"Series.is_monotonic_{_name}()",
        example=(
            f"df['i'].is_monotonic_{_name}",
            f"df.sort_values('i', ascending={_name == 'increasing'})['i'].is_monotonic_{_name}",
        ),
    )(_monotonic)


def derive_flag(flags: Col) -> Col:
    """Flags of which none is missing."""
    return derive(flags.expr, "bool", flags, null_free=True, loose=False)


__all__ = ["any_true"]
