"""``Series.str``: encodings, character tables, and all texts joined to one."""

from __future__ import annotations

from rules.lib import typed
from rules.registry import Call, rule
from rules.text import as_count, as_text, by_pandas, helper, text_of
from transpiler.facts import Const, Scalar, Value, Windowed
from transpiler.symbolic import E, F

_UTF8 = {"utf-8", "utf8", "utf_8", "UTF-8", "UTF8"}
_ASCII = {"ascii", "ASCII", "us-ascii"}


@rule(
    "Series.str.encode(encoding, errors='strict')",
    example=(
        "df['s'].str.normalize('NFKD').str.encode('ascii', errors='ignore').str.decode('utf-8')",
        "df['s'].str.encode('ascii', 'replace').str.decode('ascii')",
        "df['s'].str.encode('utf-8').str.decode('utf-8')",
        "df['s'].str.encode('utf-8').str.decode('latin-1')",
        "df['s'].str.encode('utf-8').str.len()",
    ),
)
def encode(c: Call) -> Windowed:
    """Bytes, which are only decoded again or counted."""
    encoding, errors = c.lit("encoding"), c.lit("errors")
    c.need(isinstance(encoding, str) and isinstance(errors, str), "an encoding of this form")
    return Windowed(c.self, "encode", (c.col, encoding, errors))  # type: ignore[arg-type]


@rule("Series.str.encode.str()", example="df['s'].str.encode('utf-8').str.decode('utf-8')")
def of_bytes(c: Call) -> Windowed:
    """The accessor of bytes."""
    return Windowed(c.self, "str", c.self.params)  # type: ignore[arg-type,union-attr]


@rule(
    "Series.str.encode.str.decode(encoding, errors='strict')",
    example="df['s'].str.encode('cp1252', 'ignore').str.decode('cp1252')",
)
def decode(c: Call) -> Value:
    """Text from bytes again."""
    series, encoding, errors = c.self.params  # type: ignore[union-attr]
    back, strict = c.lit("encoding"), c.lit("errors")
    inner = Call(c.rule, series, c.args, set(), c.ctx)
    inner.verdict = "native"  # type: ignore[attr-defined]
    source = text_of(inner)
    c.verdict = inner.verdict  # type: ignore[attr-defined]
    if encoding in _UTF8 and back in _UTF8:
        return as_text(inner, source)
    if encoding in _ASCII and back in _ASCII | _UTF8 and errors in ("ignore", "replace"):
        instead = "" if errors == "ignore" else "?"
        return as_text(inner, F.regexp_replace(source, r"[^\x00-\x7f]", instead))
    c.verdict = "udf"  # type: ignore[attr-defined]
    return as_text(inner, helper(c, "recoded", source, encoding, errors, back, strict))


@rule("Series.str.encode.str.len()", example="df['s'].str.encode('utf-8').str.len()")
def byte_length(c: Call) -> Value:
    """How many bytes the text takes."""
    series, encoding, _ = c.self.params  # type: ignore[union-attr]
    c.need(encoding in _UTF8, "bytes of another encoding")
    inner = Call(c.rule, series, c.args, set(), c.ctx)
    return as_count(inner, F.octet_length(text_of(inner)))


@rule(
    "builtins.str.maketrans(x, y=None, z=None)",
    example=(
        "df['s'].str.translate(str.maketrans('abc', 'xyz'))",
        "df['s'].str.translate(str.maketrans('', '', 'aeiou'))",
        "df['s'].str.translate(str.maketrans({'a': 'AA', 'p': None}))",
    ),
)
def maketrans(c: Call) -> Const:
    """A table of characters."""
    parts = [c.lit(p) for p in ("x", "y", "z") if c.given(p)]
    c.need(all(isinstance(p, (str, dict)) for p in parts), "a table of this form")
    return Const(str.maketrans(*parts))


@rule(
    "Series.str.translate(table)",
    example=(
        "df['s'].str.translate({97: 'o'})",
        "df['s'].str.translate({ord('p'): None, 97: 111})",
    ),
)
def translate(c: Call) -> Value:
    """Characters replaced by a table."""
    table = c.lit("table")
    c.need(isinstance(table, dict), "a table of this form")
    pairs = [(k, chr(v) if isinstance(v, int) else v) for k, v in table.items()]
    simple = all(
        isinstance(k, int) and 0 < k < 0xD800 and (v is None or len(v) == 1 and 0 < ord(v) < 0xD800)
        for k, v in pairs
    )
    if not simple or not pairs:
        return as_text(c, by_pandas(c, "string", "translate", table))
    pairs.sort(key=lambda pair: pair[1] is None)  # what has no partner goes
    before = "".join(chr(k) for k, _ in pairs)
    return as_text(c, F.translate(text_of(c), before, "".join(v or "" for _, v in pairs)))


@rule(
    "Series.str.wrap(width, *, expand_tabs=True, replace_whitespace=True, drop_whitespace=True, "
    "break_long_words=True, break_on_hyphens=True)",
    verdict="udf",
    example="df['s'].str.wrap(4)",
)
def wrap(c: Call) -> Value:
    """Lines of a width."""
    names = ("expand_tabs", "replace_whitespace", "drop_whitespace", "break_long_words", "break_on_hyphens")  # fmt: skip
    options = {n: c.lit(n) for n in names if c.given(n)}
    return as_text(c, by_pandas(c, "string", "wrap", c.lit("width"), **options))


def joined(c: Call) -> Scalar:
    """``str.cat(sep=…)`` without others: all texts in row order, joined."""
    series, sep, fill = c.col, c.lit("sep") or "", c.lit("na_rep")
    c.need(series.dtype in ("object", "string", None), "a column that is no text")
    c.need(not series.windowed and not series.temps, "texts that are not columns yet")
    order = c.ctx.order_of(series.frame)
    c.need(len(order) == 1 and not series.frame.order.keys, "the order of sorted rows")
    if series.dtype is None:
        series = series.but(frame=c.ctx.hoist(series.frame, c.ctx.hint))
        series = series.but(expr=typed(c.ctx, "text", series))
    expr = series.expr if fill is None else F.coalesce(series.expr, F.lit(fill))
    c.verdict = "runtime"  # type: ignore[attr-defined]
    texts = E(f"{c.ctx.call('group_list')}({expr}, {order[0]})")
    agg = F.array_join(texts, sep)  # missing ones are left out
    return Scalar(f"{c.ctx.call('scalar')}({series.frame.text}, {agg})", "object", series.vars, "joined")  # fmt: skip


__all__ = ["joined"]
