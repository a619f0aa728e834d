"""How ``to_csv`` writes text: separators, quotes, numbers, the header, packing."""

from __future__ import annotations

import codecs
from typing import Any

from rules.registry import Call
from transpiler.facts import Const, Func, Module, Plain, Value
from transpiler.symbolic import E

#: parameter of to_csv → what pandas does by default, which the job need not be told
STYLE: dict[str, Any] = {
    "sep": ",", "na_rep": "", "float_format": None, "date_format": None, "header": True, "quoting": None,
    "quotechar": '"', "escapechar": None, "doublequote": True, "lineterminator": None, "decimal": ".",
    "encoding": None, "compression": "infer",
}  # fmt: skip
_PACKED = ("infer", None, "gzip", "bz2")
_UNPACKED = (".zip", ".xz", ".zst", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz")


def style_of(c: Call, path: Value) -> dict[str, Any]:
    """The options of ``write_csv`` that are not the default. Raises NoRule for what it has not."""
    style = {name: c.lit(name) for name in STYLE if name in c.args and name not in ("header", "float_format")}  # fmt: skip
    header = c.lit("header")
    style["header"] = True if isinstance(header, list) else header  # the columns are called so
    c.need(isinstance(style["header"], bool), "header= of this form")
    style["float_format"] = number_format(c)
    packed = style["compression"]
    if isinstance(packed, dict) and len(packed) == 1:
        style["compression"] = packed.get("method", "infer")
    c.need(style["compression"] in _PACKED, "compression= other than gzip and bz2")
    named = isinstance(path, Const) and str(path.value).endswith(_UNPACKED)
    c.need(
        style["compression"] != "infer" or not named,
        "a file that is packed otherwise than by gzip and bz2",
    )
    c.need(is_utf8(style["encoding"]), "an encoding= other than UTF-8")
    style["quoting"], style["encoding"] = style["quoting"] or None, None
    return {
        name: value for name, value in style.items() if isinstance(value, E) or value != STYLE[name]
    }


def number_format(c: Call) -> Any:
    """``float_format=``: a text, or the job's text of a function of a number."""
    value = c["float_format"]
    if isinstance(value, Const) and (value.value is None or isinstance(value.value, str)):
        return value.value
    c.need(isinstance(value, (Func, Module, Plain, Const)), "float_format= of this form")
    c.need(not getattr(value, "vars", None), "float_format= of this form")
    return E(c.interpreter.driver.text(value))  # type: ignore[attr-defined]


def is_utf8(encoding: Any) -> bool:
    """Whether text in this encoding is plain UTF-8."""
    try:
        return encoding is None or codecs.lookup(encoding).name == "utf-8"
    except (LookupError, TypeError):
        return False
