"""Spark expressions as text: the same builder code gives source here and Columns in a job.

`E` is a Column expression not yet evaluated; `F`, `Window` and `T` stand for pyspark's. Operators
and calls record themselves with the parentheses that Python's precedence needs.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

ATOM, POWER, UNARY, TERM, SUM, BITAND, BITXOR, BITOR, COMPARE = 20, 14, 13, 12, 11, 9, 8, 7, 6


class E:
    """A recorded expression: ``text`` and its binding strength ``prec`` (higher binds tighter)."""

    __slots__ = ("text", "prec")

    def __init__(self, text: str, prec: int = ATOM) -> None:
        self.text, self.prec = text, prec

    def at(self, prec: int) -> str:
        """The text, in parentheses when it binds less tightly than ``prec``."""
        return self.text if self.prec >= prec else f"({self.text})"

    def __repr__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        raise TypeError(f"the truth of a Spark expression is not known while planning: {self.text}")

    def __getattr__(self, name: str) -> "E":
        if name.startswith("__"):
            raise AttributeError(name)
        return E(f"{self.at(ATOM)}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> "E":
        return E(f"{self.at(ATOM)}({render_args(args, kwargs)})")

    def __getitem__(self, key: Any) -> "E":
        return E(f"{self.at(ATOM)}[{render(key)}]")

    def __neg__(self) -> "E":
        return E(f"-{self.at(UNARY)}", UNARY)

    def __invert__(self) -> "E":
        return E(f"~{self.at(UNARY)}", UNARY)

    __hash__ = object.__hash__


def _binary(symbol: str, prec: int, swapped: bool = False):
    # Comparisons do not chain in Spark, so both sides must bind tighter than the operator.
    left_prec = prec + 1 if prec == COMPARE else prec

    def operator(self: E, other: Any) -> E:
        a, b = (lift(other), self) if swapped else (self, lift(other))
        return E(f"{a.at(left_prec)} {symbol} {b.at(prec + 1)}", prec)

    return operator


for _name, _symbol, _prec in [
    ("add", "+", SUM),
    ("sub", "-", SUM),
    ("mul", "*", TERM),
    ("truediv", "/", TERM),
    ("mod", "%", TERM),
    ("and", "&", BITAND),
    ("or", "|", BITOR),
    ("xor", "^", BITXOR),
]:
    setattr(E, f"__{_name}__", _binary(_symbol, _prec))
    setattr(E, f"__r{_name}__", _binary(_symbol, _prec, swapped=True))
for _name, _symbol in [
    ("eq", "=="),
    ("ne", "!="),
    ("lt", "<"),
    ("le", "<="),
    ("gt", ">"),
    ("ge", ">="),
]:
    setattr(E, f"__{_name}__", _binary(_symbol, COMPARE))


def lift(value: Any) -> E:
    """A Python value as an expression; negative numbers bind like a unary minus."""
    if isinstance(value, E):
        return value
    text = render(value)
    return E(text, UNARY if text.startswith("-") else ATOM)


def is_dtype(value: Any) -> bool:
    """Whether a constant is a dtype of numpy or pandas."""
    kind = type(value)
    known = kind.__module__.startswith(("numpy", "pandas"))
    return known and kind.__name__.lower().endswith("dtype")


def render(value: Any) -> str:
    """The source text of an argument: an expression, a literal, or a list or dict of them."""
    if isinstance(value, E):
        return value.text
    if isinstance(value, float) and value != value:
        return 'float("nan")'
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f'float("{value}")'
    if type(value).__module__ == "datetime":
        # Under a name that a program's own `from datetime import datetime` leaves alone.
        return repr(value).replace("datetime.", "_datetime.", 1)
    if type(value).__name__ in ("Timestamp", "Timedelta", "NaTType") and type(
        value
    ).__module__.startswith("pandas"):
        return f"pd.{value!r}"
    if is_dtype(value):
        return f"pd.api.types.pandas_dtype({str(value)!r})"
    if isinstance(value, list):
        return "[" + ", ".join(map(render, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(render, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{render(k)}: {render(v)}" for k, v in value.items()) + "}"
    if isinstance(value, FunctionType):
        names = value.__code__.co_varnames[: value.__code__.co_argcount]
        return f"lambda {', '.join(names)}: {render(value(*map(E, names)))}"
    return repr(value)


def render_args(args: tuple, kwargs: dict) -> str:
    parts = [render(a) for a in args] + [f"{k}={render(v)}" for k, v in kwargs.items()]
    return ", ".join(parts)


class Namespace:
    """Stands for a pyspark module: any attribute is an expression that can be called."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> E:
        return E(f"{self._name}.{name}")


F, Window, T = Namespace("F"), Namespace("Window"), Namespace("T")


def col(name: str) -> E:
    """``F.col`` of a physical column; names that Spark would parse are quoted with backticks."""
    return F.col(name if plain_name(name) else "`" + name.replace("`", "``") + "`")


def plain_name(name: str) -> bool:
    """Whether Spark takes the name as it is in lists of column names."""
    return name.replace("_", "a").isalnum()


def in_list(name: str) -> str:
    """A column in a list of columns: its name, or ``F.col`` of a name that Spark would parse."""
    return render(name) if plain_name(name) else col(name).text


def resolved_name(name: str) -> str:
    """The name for calls that resolve names as ``F.col`` does, where a dot would be a field."""
    return f"`{name.replace('`', '``')}`" if "." in name or "`" in name else name


def field(name: str, spark_type: str) -> str:
    """A field of a schema in Spark's words, where only an ASCII name may go without backticks."""
    plain = name.isascii() and name.isidentifier()
    return f"{name if plain else '`' + name.replace('`', '``') + '`'} {spark_type}"
