"""``Series.case_when``: the value of the first condition that holds, else the Series' own."""

from __future__ import annotations

from typing import Any

from rules.choose import kept_where
from rules.constants import is_missing
from rules.registry import Call, rule
from transpiler.facts import Col, Const, Func, Sequence, Value

#: dtype of a constant of this type, as far as it may be one of several values
_CONSTANTS = {"bool": "bool", "int": "int64", "float": "float64", "str": "object"}
_NUMBERS = {"int64", "float64"}


@rule(
    "Series.case_when(caselist)",
    example=(
        "df['s'].case_when([(df['s'].isna(), '?'), (df['i'] > 4, df['k']), (lambda s: s.str.startswith('a', na=False), 'A')])",
        "df['i'].case_when([(df['f'] > 2, 0.5), (df['j'] > 0, df['j']), (df['b'], -1)])",
    ),
)
def case_when(c: Call) -> Col:
    """The replacement of the first condition that holds in a row, else the row's own value."""
    pairs = [pair_of(c, pair) for pair in entries(c["caselist"])]
    c.need(pairs, "cases that are not listed here")
    kinds = [kind_of(c, put) for _, put in pairs]
    out = c.col
    known = {out.dtype, *kinds}
    if known == _NUMBERS:  # pandas makes all of them fractions first
        out = as_float(c, out)
        pairs = [(test, as_float(c, put)) for test, put in pairs]
    elif out.dtype is None:
        plain = not any(isinstance(put, Col) or put.value is None for _, put in pairs)
        c.need(plain and known in ({None, "object"}, {None, "int64"}), "values of types that are not known")  # fmt: skip
    else:
        c.need(len(known) == 1, f"{', '.join(sorted(map(str, known)))} values in one column")
    for test, put in reversed(pairs):
        out = kept_where(c, out, test, put, hold=False)
    return out.but(label=c.col.label)


def entries(value: Value) -> tuple:
    """The items of a list that is written out; none of another value."""
    return value.items if isinstance(value, Sequence) else ()


def pair_of(c: Call, pair: Value) -> tuple[Any, Any]:
    """A condition and its replacement; functions of the Series are what they give."""
    c.need(isinstance(pair, Sequence) and len(pair.items) == 2, "cases that are not listed here")
    inline = c.interpreter.inline  # type: ignore[attr-defined]
    test, put = (inline(x, [c.col], {}, None) if isinstance(x, Func) else x for x in pair.items)  # type: ignore[attr-defined]
    c.need(isinstance(test, Col), "a condition that is not a Series")
    return test, put


def kind_of(c: Call, put: Any) -> str | None:
    """The dtype of a replacement, as pandas looks at it before it puts any in."""
    if isinstance(put, Col):
        return put.dtype
    c.need(isinstance(put, Const), "a replacement of this kind")
    if put.value is None:
        return "object"
    c.need(not is_missing(put.value) or isinstance(put.value, float), "a replacement of this kind")
    kind = _CONSTANTS.get(type(put.value).__name__)
    c.need(kind, "a replacement of this kind")
    return kind


def as_float(c: Call, value: Any) -> Any:
    """A Series, or a constant, of fractions."""
    if isinstance(value, Const):
        return Const(float(value.value))
    if value.dtype == "float64":
        return value
    return c.interpreter.by_rule("Series.astype", value, [Const("float64")], {}, c.node)  # type: ignore[attr-defined]


__all__ = ["case_when"]
