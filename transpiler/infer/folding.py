"""Plain Python that can be computed while translating: builtins, string methods, paths."""

from __future__ import annotations

import copy
import datetime
import importlib.util
import itertools
import math
import posixpath
import re
from pathlib import PurePath
from typing import Any, Callable

from transpiler.errors import NoRule
from transpiler.facts import Const, Frame, Func, Mapping, Module, Sequence, Stream, Value

CONSTANTS: dict[str, Any] = {
    "numpy.nan": math.nan, "numpy.NaN": math.nan, "numpy.NAN": math.nan, "numpy.inf": math.inf,
    "numpy.pi": math.pi, "numpy.e": math.e, "math.pi": math.pi, "math.e": math.e,
    "math.nan": math.nan, "math.inf": math.inf, "pandas.NaT": None, "pandas.NA": None,
    "os.sep": "/", "os.curdir": ".", "sys.argv": ["program.py"], "csv.QUOTE_ALL": 1, "csv.QUOTE_MINIMAL": 0, "csv.QUOTE_NONE": 3,
    "csv.QUOTE_NONNUMERIC": 2, "re.IGNORECASE": 2, "re.I": 2, "re.MULTILINE": 8, "re.M": 8,
    "re.DOTALL": 16, "re.S": 16, "re.UNICODE": 32, "re.U": 32, "re.VERBOSE": 64, "re.X": 64,
    "re.ASCII": 256, "re.A": 256,
}  # fmt: skip

_BUILTINS: dict[str, Callable[..., Any]] = {
    n: getattr(__import__("builtins"), n)
    for n in ("abs all any bin bool chr dict divmod enumerate filter float hex int len list max min oct ord range "
              "repr reversed round set sorted str sum tuple zip frozenset").split()
}  # fmt: skip


def _numpy_span(count: int, unit: str) -> Any:
    """``np.timedelta64`` of a fixed length, as pandas takes it in arithmetic."""
    import pandas as pd

    return pd.Timedelta(count, unit={"W": "W", "D": "D", "h": "h", "m": "m", "s": "s"}[unit])


_MODULES: dict[str, Callable[..., Any]] = {
    "numpy.timedelta64": _numpy_span,
    "os.path.join": posixpath.join, "os.path.basename": posixpath.basename,
    "os.path.dirname": posixpath.dirname, "os.path.splitext": posixpath.splitext,
    "os.path.normpath": posixpath.normpath, "math.sqrt": math.sqrt, "math.log": math.log,
    "math.floor": math.floor, "math.ceil": math.ceil,
    "datetime.datetime": datetime.datetime, "datetime.date": datetime.date,
    "datetime.timedelta": datetime.timedelta, "datetime.datetime.strptime": datetime.datetime.strptime,
    "datetime.datetime.fromisoformat": datetime.datetime.fromisoformat,
    "re.match": re.match, "re.search": re.search, "re.fullmatch": re.fullmatch, "re.sub": re.sub, "re.split": re.split, "re.findall": re.findall, "re.escape": re.escape,
    "itertools.combinations": itertools.combinations, "itertools.product": itertools.product,
    "itertools.permutations": itertools.permutations,
    "copy.copy": copy.copy, "copy.deepcopy": copy.deepcopy,
}  # fmt: skip
if importlib.util.find_spec("dateutil"):  # pandas brings it along
    from dateutil.relativedelta import relativedelta

    _MODULES["dateutil.relativedelta.relativedelta"] = relativedelta
#: numpy's functions of numbers that give a number
_OF_NUMBERS = {
    f"numpy.{name}"
    for name in ("sqrt cbrt exp expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan arctan2 hypot degrees "
                 "radians deg2rad rad2deg abs absolute sign floor ceil trunc rint round power square "
                 "mod floor_divide maximum minimum float64 int64 isnan isinf isfinite").split()
}  # fmt: skip
_SAFE = (
    str,
    bytes,
    int,
    float,
    bool,
    list,
    tuple,
    dict,
    set,
    frozenset,
    datetime.date,
    datetime.timedelta,
    PurePath,
    re.Match,
)
_MUTATING = {"append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault", "sort",
             "reverse", "add", "discard", "popitem"}  # fmt: skip


def fold_method(
    interpreter: Any, owner: Any, method: str, args: list, kwargs: dict, node: Any
) -> Value:
    """A method of a known constant, list or dict. Raises NoRule when it cannot be folded."""
    if method in _MUTATING and not isinstance(getattr(owner, "value", None), str):
        raise NoRule("the container is changed in place")
    values = [*args, *kwargs.values()]
    if isinstance(owner, Mapping):
        table = dict(owner.items)
        if method == "items" and not values:
            return Sequence(tuple(Sequence((Const(k), v), tuple) for k, v in owner.items))
        if method == "values" and not values:
            return Sequence(tuple(table.values()))
        if method == "keys" and not values:
            return Const(list(table))
        if method == "get" and args and isinstance(args[0], Const):
            return table.get(args[0].value, args[1] if len(args) > 1 else Const(None))
        raise NoRule("a method of a dict that is not folded")
    if method == "map" and len(args) == 1 and isinstance(owner, Const) and is_labels(owner.value):
        return _mapped_labels(interpreter, owner, args[0], node)
    if isinstance(owner, Sequence) or not all(isinstance(v, Const) for v in values):
        raise NoRule("not all parts are constants")
    pandas_value = type(owner.value).__module__.startswith(
        "pandas.core"
    )  # column labels and their .str
    if not (isinstance(owner.value, _SAFE) or pandas_value) or method.startswith("__"):
        raise NoRule("not a plain Python value")

    def compute() -> Any:
        value = getattr(owner.value if pandas_value else copy.deepcopy(owner.value), method)(*(a.value for a in args), **{k: v.value for k, v in kwargs.items()})  # fmt: skip
        return (
            list(value)
            if type(value).__name__ in ("dict_items", "dict_keys", "dict_values")
            else value
        )

    return interpreter.folded(compute, node)


def is_labels(value: Any) -> bool:
    """Whether a constant holds the labels of a frame's columns: an Index, its ``.str``, a mask."""
    kind = type(value)
    return (
        kind.__module__.startswith(("pandas.core.indexes", "pandas.core.strings"))
        or kind.__name__ == "ndarray"
    )


def _mapped_labels(interpreter: Any, owner: Const, function: Any, node: Any) -> Value:
    """``df.columns.map(f)``."""
    from transpiler.facts import Func

    if isinstance(function, Const):
        return interpreter.folded(lambda: owner.value.map(function.value), node)
    if not isinstance(function, Func):
        raise NoRule("a function that is not folded")
    made = [interpreter.inline(function, [Const(x)], {}, None) for x in owner.value]
    if not all(isinstance(m, Const) for m in made):
        raise NoRule("not all parts are constants")
    return interpreter.folded(lambda: type(owner.value)([m.value for m in made]), node)


def fold_module_call(
    interpreter: Any, function: Module, args: list, kwargs: dict, node: Any
) -> Value | None:
    """A builtin or library function over constants, or None when it is not folded."""
    values = [*args, *kwargs.values()]
    name = function.name.removeprefix("builtins.")
    target = _BUILTINS.get(name) or _MODULES.get(function.name)
    if (
        function.name == "builtins.len"
        and len(args) == 1
        and isinstance(args[0], (Sequence, Mapping))
    ):
        return Const(len(args[0].items))
    if name in ("list", "tuple") and len(args) == 1 and isinstance(args[0], (Sequence, Mapping)):
        return Sequence(tuple(interpreter.iterate(args[0])), list if name == "list" else tuple)
    if function.name == "functools.reduce" and args and isinstance(args[0], Func):
        return _reduced(interpreter, args, node)
    if name in ("map", "filter") and len(args) == 2 and isinstance(args[0], Func):
        return _mapped(interpreter, name, args, node)
    if name == "map" and len(args) == 2 and isinstance(args[0], Module) and isinstance(args[1], Sequence):  # fmt: skip
        return _mapped(interpreter, name, args, node)
    if name in ("sorted", "min", "max") and len(args) == 1 and isinstance(kwargs.get("key"), Func):
        return _by_key(interpreter, name, args[0], kwargs, node)
    if name == "zip" and args and not kwargs:
        return _zip(interpreter, args)
    if name == "enumerate" and args and isinstance(args[0], (Sequence, Mapping)):
        start = args[1] if len(args) > 1 else kwargs.get("start", Const(0))
        if not isinstance(start, Const):
            return None
        pairs = enumerate(interpreter.iterate(args[0]), start.value)
        return Sequence(tuple(Sequence((Const(i), v), tuple) for i, v in pairs))
    if function.name in _PANDAS and all(isinstance(v, Const) for v in values):
        return _pandas_constant(interpreter, function.name, args, kwargs, node)
    if function.name in _OF_NUMBERS and all(
        isinstance(v, Const) and isinstance(v.value, (int, float)) for v in values
    ):
        return _numpy_number(interpreter, function.name, args, kwargs, node)
    if target is None or not all(isinstance(v, Const) for v in values):
        return None
    if name == "range" and any(abs(v.value) > 10_000 for v in values if isinstance(v.value, int)):
        return None

    def compute() -> Any:
        result = target(*(a.value for a in args), **{k: v.value for k, v in kwargs.items()})
        return list(result) if type(result).__name__ in ("range", "zip", "enumerate", "filter", "map", "list_reverseiterator", "reversed", "combinations", "product", "permutations") else result  # fmt: skip

    return interpreter.folded(compute, node)


#: constants that pandas itself makes: times, intervals, calendar offsets
_OFFSETS = ("DateOffset MonthEnd MonthBegin QuarterEnd QuarterBegin YearEnd YearBegin Week Day Hour Minute Second "
            "BDay BusinessDay").split()  # fmt: skip
_PANDAS = {"pandas.Timestamp", "pandas.Period", "pandas.Timedelta", "pandas.to_datetime", "pandas.to_timedelta", "pandas.DateOffset",
           *(f"pandas.{place}.{name}" for place in ("offsets", "tseries.offsets") for name in _OFFSETS)}  # fmt: skip


def _says_its_day(text: str) -> bool:
    """Whether a text of a time names its day: "10:15" is of today, "1-2" of no year for sure."""
    return bool(re.search(r"(?<!\d)\d{4}(?![\d:])", text)) or (
        len(text) >= 7 and not re.match(r"\s*\d{1,2}:\d", text)
    )


def _pandas_constant(
    interpreter: Any, name: str, args: list, kwargs: dict, node: Any
) -> Value | None:
    """The constant, or None where it depends on the clock or is finer than Spark's."""
    try:
        import pandas as pd
    except ImportError:
        return None
    first = args[0].value if args else None
    if name in ("pandas.Timestamp", "pandas.to_datetime", "pandas.Period"):
        parts = name == "pandas.Timestamp" and not args and {"year", "month", "day"} <= set(kwargs)
        if not (isinstance(first, (int, datetime.date)) or parts) and not (
            isinstance(first, str) and any(ch.isdigit() for ch in first)
        ):
            return None
        if name == "pandas.to_datetime" and (
            isinstance(first, bool) or set(kwargs) - {"format", "dayfirst", "unit", "utc"}
        ):
            return None
        if isinstance(first, str) and "format" not in kwargs and not _says_its_day(first):
            return None
    if "offset" in name.lower():
        target: Any = getattr(pd.offsets, name.rsplit(".", 1)[1])
    else:
        if name == "pandas.to_timedelta" and not isinstance(first, (int, float, str)):
            return None
        target = getattr(pd, name.split(".")[1])
    made = interpreter.folded(
        lambda: target(*(a.value for a in args), **{k: v.value for k, v in kwargs.items()}), node
    )
    value = made.value
    if value is pd.NaT or getattr(value, "nanosecond", 0) or getattr(value, "nanoseconds", 0):
        return None
    return made


def _numpy_number(interpreter: Any, name: str, args: list, kwargs: dict, node: Any) -> Value | None:
    """A plain number; a large integer keeps numpy's kind, which overflows where Python's grows."""
    try:
        import numpy as np
    except ImportError:
        return None

    def compute() -> Any:
        with np.errstate(all="ignore"):
            made = getattr(np, name.removeprefix("numpy."))(
                *(a.value for a in args), **{k: v.value for k, v in kwargs.items()}
            )
        large = isinstance(made, np.integer) and abs(int(made)) >= 1 << 31
        return made if large else made.item()

    return interpreter.folded(compute, node)


def _reduced(interpreter: Any, args: list, node: Any) -> Value | None:
    """``functools.reduce`` of a function of the program over known items."""
    try:
        items = [*args[2:3], *interpreter.iterate(args[1])]
    except NoRule:
        return None
    if not items:
        return None
    value = items[0]
    for item in items[1:]:
        value = interpreter.call_function(args[0], [value, item], {}, node)
    return value


def _mapped(interpreter: Any, name: str, args: list, node: Any) -> Value | None:
    """``map`` or ``filter`` with a function of the program, or ``map(np.radians, …)``, over known items."""
    scope = interpreter.active[-1]
    try:
        items = interpreter.iterate(args[1])
        made = [interpreter.call_value(args[0], [i], {}, node, scope) for i in items]
        if name == "filter":
            made = [i for i, m in zip(items, made) if interpreter.truth(m)]
    except NoRule:
        return None
    return Stream(tuple(made))


def _by_key(interpreter: Any, name: str, items: Value, kwargs: dict, node: Any) -> Value | None:
    """``sorted``, ``min`` or ``max`` of constants by a function of the program."""
    options = {k: v for k, v in kwargs.items() if k != "key"}
    point, saved = interpreter.ctx.save(), interpreter.snapshot()
    try:
        values = interpreter.iterate(items)
        keys = [interpreter.inline(kwargs["key"], [v], {}, node) for v in values]
        known = all(isinstance(v, Const) for v in (*values, *keys, *options.values()))
    except NoRule:
        known = False
    if not known or set(options) - {"reverse"}:
        interpreter.ctx.restore(point)
        interpreter.rollback(saved)
        return None

    def compute() -> Any:
        given = {k: v.value for k, v in options.items()}
        chosen = _BUILTINS[name](range(len(values)), key=lambda n: keys[n].value, **given)
        return [values[n].value for n in chosen] if name == "sorted" else values[chosen].value

    return interpreter.folded(compute, node)


def _zip(interpreter: Any, args: list) -> Value | None:
    try:
        rows = list(zip(*(interpreter.iterate(a) for a in args)))
    except NoRule:
        return None
    if all(isinstance(v, Const) for row in rows for v in row):
        return Const([tuple(v.value for v in row) for row in rows])
    return Sequence(tuple(Sequence(row, tuple) for row in rows))


__all__ = ["CONSTANTS", "Frame", "fold_method", "fold_module_call"]
