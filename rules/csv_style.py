"""How ``to_csv`` writes text: separators, quotes, numbers, the header, packing."""

from __future__ import annotations

import codecs
from typing import Any

from rules.registry import Call
from transpiler.facts import Const, Value

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
    style = {name: c.lit(name) for name in STYLE if name in c.args}
    c.need(isinstance(style["header"], bool), "header= of this form")
    numbers = style["float_format"]
    c.need(numbers is None or isinstance(numbers, str), "float_format= of this form")
    c.need(style["compression"] in _PACKED, "compression= other than gzip and bz2")
    named = isinstance(path, Const) and str(path.value).endswith(_UNPACKED)
    c.need(
        style["compression"] != "infer" or not named,
        "a file that is packed otherwise than by gzip and bz2",
    )
    c.need(is_utf8(style["encoding"]), "an encoding= other than UTF-8")
    style["quoting"], style["encoding"] = style["quoting"] or None, None
    return {name: value for name, value in style.items() if value != STYLE[name]}


def is_utf8(encoding: Any) -> bool:
    """Whether text in this encoding is plain UTF-8."""
    try:
        return encoding is None or codecs.lookup(encoding).name == "utf-8"
    except (LookupError, TypeError):
        return False
