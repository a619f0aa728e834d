"""``Series.str``: parts of texts, texts made of others, and several columns from one."""

from __future__ import annotations

import re
from typing import Any

from rules import nones
from rules.lib import derive, meet, series_of, tightened, typed
from rules.regexes import java
from rules.registry import Call, rule
from rules.split_parts import Expander
from rules.text import (
    LIST,
    as_text,
    by_pandas,
    helper,
    list_type,
    native_or_pandas,
    part_of_text,
    pattern,
    text_dtype,
    text_of,
)
from transpiler.errors import NoRule
from transpiler.facts import Col, Column, Const, Frame, Sequence, Value, Windowed, gap_beside_nan
from transpiler.symbolic import E, F, in_list

# --- several columns from one ---------------------------------------------------------------


def columns_of(c: Call, series: list[Col], labels: list) -> Frame:
    """A frame over the receiver's rows whose columns are these Series."""
    frame = c.ctx.losing(c.col.frame, keep={x.name for x in c.col.frame.index.levels})
    columns = [
        Column(label, str(label), s.dtype, nullable=s.is_nullable)
        for label, s in zip(labels, series)
    ]
    c.need(len({x.name for x in columns}) == len(columns), "two columns with one name")
    kept = [*(x.name for x in frame.index.levels), *frame.hidden]
    c.need(not {x.name for x in columns} & set(kept), "the names clash")
    c.need(not any(s.temps for s in series), "the parts need columns of their own")
    exprs = [s.expr.alias(x.name).text for s, x in zip(series, columns)]
    text = f"{frame.text}.select({', '.join([*map(in_list, kept), *exprs])})"
    parts = tuple((x.uid, s.but(label=x.label)) for x, s in zip(columns, series))
    for uid, part in parts:
        c.ctx.cells["part", uid] = part
    return frame.but(text=text, columns=tuple(columns), open=False, gone=(), parts=parts)


@rule(
    "Series.str.extract(pat, flags=0, expand=True)",
    example=(
        r"df['s'].str.extract(r'([a-z]+)', expand=False)",
        r"df['s'].str.extract(r'(?P<first>[A-Za-z])(?P<rest>\w*)')",
        r"df['s'].str.extract(r'(a)?(p+)')",
        "parts = df['s'].str.extract('(?P<a>[aA])(?P<b>.*)')\nnone = parts['a'].isna()\nout = parts[~none & (df['i'] > 2)].copy()\nout['n'] = out['b'].str.len()",
        r"df['u'].str.extract(r'(\d+)')",
        "df['a'] = df['s'].str.extract('(an*)', expand=False)\nout = df[['a']]",
        "parts = df['u'].str.extract(r'(\\d)\\.?(\\d*)')\ndf['x'] = parts[0]\ndf['y'] = parts[1]\nout = df[['x', 'y']]",
        "df[['x', 'y']] = df['u'].str.extract(r'(\\d)(\\d)')\nout = df[['x', 'y']]",
        r"df['s'].str.extract(r'(?i)(?P<e>É|b*)n', expand=False)",
        "import re\nout = df['s'].str.extract(r'^([A-Z]+)', flags=re.I | re.MULTILINE | re.DOTALL)",
        "import re\nout = df['s'].str.extract(r' ( \\w+ )  # a word', flags=re.VERBOSE | re.ASCII)",
    ),
)
def extract(c: Call) -> Value:
    """The groups of the first match."""
    pat, flags, expand = pattern(c), c.lit("flags"), c.lit("expand")
    compiled = re.compile(pat, flags)
    c.need(compiled.groups > 0, "a pattern without groups")
    names = {number: name for name, number in compiled.groupindex.items()}
    series = [part_of_text(c, group(c, pat, flags, n)) for n in range(1, compiled.groups + 1)]
    if not expand and len(series) == 1:
        return series[0].but(label=names.get(1, c.col.label))
    if not c.col.is_nullable:  # a row without text has no parts at all
        series = [s.but(gap="nan") for s in series]
    labels = [names.get(n + 1, n) for n in range(compiled.groups)]
    return columns_of(c, series, labels)


def group(c: Call, pat: str, flags: int, number: int) -> E:
    """One group of the first match; missing where there is no match or the group took no part."""

    def native() -> E:
        found = java(pat, flags)
        c.need(number not in found.repeated, "a group in a repetition")
        source = text_of(c)
        value = F.regexp_extract(source, found.pattern, number)
        if found.widths[number] > 0:
            return F.nullif(value, F.lit(""))
        c.need(number in found.sure, "an optional group that may be empty")
        return F.when(source.rlike(found.pattern), value)

    try:
        return native()
    except NoRule:
        return optional_group(c, pat, flags, number)


def optional_group(c: Call, pat: str, flags: int, number: int) -> E:
    c.verdict = "udf"  # type: ignore[attr-defined]
    source = text_of(c)
    return helper(c, "group_by_pandas", source, pat, flags, number - 1)


def list_of_parts(c: Call, n: int) -> E:
    """The list of texts that ``str.split`` gives."""
    pat, regex = c.lit("pat"), c.lit("regex")
    if pat is None or pat == "":
        c.need(pat is None, "an empty separator")
        return helper(c, "split_blanks", text_of(c), *([n] if n > 0 else []))
    c.need(isinstance(pat, str), "a pattern that is not a text")
    as_regex = regex is True or regex is None and len(pat) > 1
    limit = [n + 1] if n > 0 else []
    if not as_regex:
        return F.split(text_of(c), java(re.escape(pat)).pattern, *limit)
    found = java(pat)
    c.need(found.least > 0 and not found.groups, "a pattern that may match nothing, or has groups")
    return F.split(text_of(c), found.pattern, *limit)


def split_result(c: Call, parts: E, n: int) -> Value:
    if not c.lit("expand"):
        return derive(parts, list_type(c.col), c.col)
    place = nones.place_of(c.ctx, c.rule.name)
    found = Expander(c.ctx, c.col, parts, text_dtype(c.col), c.lit("pat") is None, n, place=place)
    return Windowed(c.self, "split", (found,))  # type: ignore[arg-type]


_SPLIT_COLUMNS = (
    "df[['x', 'y']] = df['s'].fillna('a b').str.split(' ', n=1, expand=True)\nout = df[['x', 'y']]"
)


@rule(
    "Series.str.split(pat=None, *, n=-1, expand=False, regex=None)",
    example=(
        "df['s'].str.split().str[0]",
        "df['s'].str.split('a').str[-1]",
        "df['s'].str.split('a', n=1).str.get(1)",
        "df['s'].str.split('[ ,]+', regex=True).str.len()",
        "df['s'].str.split('an').str[1]",
        "df['s'].str.split(None, n=1).str[1]",
        "df['s'].str.split('.', expand=True)[0]",
        "df['s'].str.split('a', expand=True)[1]",
        _SPLIT_COLUMNS,
        "df['s'].str.split('x*', regex=True).str.len()",
    ),
)
def split(c: Call) -> Value:
    """A list of texts, or a column for each."""
    n = c.lit("n")
    n = -1 if n is None else n
    options = {k: c.lit(k) for k in ("n", "regex") if c.given(k)}
    return split_result(
        c,
        native_or_pandas(
            c, lambda: list_of_parts(c, n), "array<string>", "split", c.lit("pat"), **options
        ),
        n,
    )


@rule(
    "Series.str.rsplit(pat=None, *, n=-1, expand=False)",
    example=(
        "df['s'].str.rsplit('a', n=1).str[0]",
        "df['s'].str.rsplit(n=1).str[-1]",
        "df['s'].str.rsplit('a', n=2).str.len()",
        "df['s'].str.rsplit('a', n=1, expand=True)[1]",
    ),
)
def rsplit(c: Call) -> Value:
    """Split from the end."""
    pat, n = c.lit("pat"), c.lit("n")
    n = -1 if n is None else n

    def native() -> E:
        c.need(
            isinstance(pat, str) and len(pat) == 1 and n > 0, "a separator of several characters"
        )
        return helper(c, "rsplit", text_of(c), pat, n)

    return split_result(c, native_or_pandas(c, native, "array<string>", "rsplit", pat, n=n), n)


def around(source: E, sep: str, last: bool) -> list[E]:
    """What stands before, at and after the first (or last) separator, as ``str.partition`` gives it."""
    found = F.when(source.contains(sep), F.lit(sep)).when(source.isNotNull(), F.lit(""))
    edge = F.substring_index(source, sep, -1 if last else 1)
    if last:
        return [F.left(source, F.length(source) - F.length(edge) - len(sep)), found, edge]
    return [edge, found, F.substr(source, F.length(edge) + (len(sep) + 1))]


for _name in ("partition", "rpartition"):

    def _partition(c: Call, name: str = _name) -> Value:
        """Before, at and after a separator."""
        c.need(c.lit("expand"), "tuples")
        sep = c.lit("sep")
        c.need(isinstance(sep, str) and sep, "a separator that is no text, which raises in pandas")
        parts = around(text_of(c), sep, name == "rpartition")
        return columns_of(c, [as_text(c, x) for x in parts], [0, 1, 2])

    rule(
        f"Series.str.{_name}(sep=' ', expand=True)",
        example=(
            f"df['s'].str.{_name}('a')",
            f"df['s'].str.{_name}()[2]",
            f"df['s'].str.{_name}('pp')[[0, 2]]",
            f"df[['x', 'y']] = df['u'].str.{_name}('.')[[0, 2]]\nout = df[['x', 'y']]",
            f"df['x'] = df['s'].str.{_name}('an')[0].str.upper()\nout = df[['x']]",
        ),
    )(_partition)


# --- parts of texts -------------------------------------------------------------------------


def item_at(c: Call, index: Any) -> Col:
    c.need(
        isinstance(index, int) and not isinstance(index, bool),
        "an item by something other than a number",
    )
    if c.col.dtype == LIST:
        return item_of_list(c, index)
    if c.col.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        expr = typed(c.ctx, "item", c.col, index=index)
        return derive(expr, None, c.col, gap=gap_beside_nan({c.col.gap}), gappy=True)
    source, place = text_of(c), index + 1 if index >= 0 else index
    return part_of_text(c, F.when(F.length(source) >= abs(place), F.substring(source, place, 1)))


#: the dtypes of an item of lists, of which some have none
_ITEMS = {"object": "object", "int64": "int64?", "float64": "float64"}


def item_of_list(c: Call, index: int) -> Col:
    """An item of each list."""
    lists = c.col
    expr = helper(c, "part", lists.expr, index) if index < 0 else F.get(lists.expr, F.lit(index))
    item = getattr(lists.dtype, "item", None)
    if item == "object":
        return part_of_text(c, expr)
    if item is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
    return derive(expr, _ITEMS.get(item), lists, gappy=item is None, column=None)


@rule(
    "Series.str.get(i)",
    example=("df['s'].str.get(1)", "df['s'].str.get(-7)", "df['s'].str.split('a').str.get(1)"),
)
def get(c: Call) -> Col:
    """The character or item at a place."""
    return item_at(c, c.lit("i"))


@rule(
    "Series.str.__getitem__(key)",
    example=(
        "df['s'].str[0]",
        "df['s'].str[-1]",
        "df['s'].str[1:3]",
        "df['s'].str[-3:]",
        "df['s'].str[:-2]",
        "df['s'].str[::-1]",
        "df['s'].str[-4:-1]",
        "df['s'].str[::2]",
        "df['s'].str[2:]",
    ),
)
def getitem(c: Call) -> Col:
    """A character, or a part of each text."""
    key = c.lit("key")
    if isinstance(key, slice):
        return sliced(c, key.start, key.stop, key.step)
    return item_at(c, key)


@rule(
    "Series.str.slice(start=None, stop=None, step=None)",
    example=(
        "df['s'].str.slice(1, 3)",
        "df['s'].str.slice(-2)",
        "df['s'].str.slice(0, 5, 2)",
        "df['s'].str.slice(stop=2)",
    ),
)
def slice_(c: Call) -> Col:
    """A part of each text."""
    return sliced(c, c.lit("start"), c.lit("stop"), c.lit("step"))


def sliced(c: Call, start: Any, stop: Any, step: Any) -> Col:
    c.need(c.col.dtype != LIST, "a part of a list")
    source = text_of(c)
    if (start, stop, step) == (None, None, -1):
        return as_text(c, F.reverse(source))
    if step not in (None, 1):
        return as_text(c, by_pandas(c, "string", "slice", start, stop, step))
    start = start or 0
    if start >= 0 and stop is not None and stop >= 0:
        return as_text(c, F.substring(source, start + 1, max(stop - start, 0)))
    if start < 0 and stop is None:
        return as_text(c, F.right(source, F.lit(-start)))
    return as_text(c, helper(c, "slice_text", source, start, stop))


@rule(
    "Series.str.slice_replace(start=None, stop=None, repl=None)",
    example=(
        "df['s'].str.slice_replace(1, 3, 'X')",
        "df['s'].str.slice_replace(3, 1, 'X')",
        "df['s'].str.slice_replace(stop=2, repl='<>')",
        "df['s'].str.slice_replace(4)",
        "df['s'].str.slice_replace(-3, -1, 'É')",
        "df['s'].str.slice_replace(2, -2, '..')",
        "df['s'].str.slice_replace(stop=-4, repl='')",
        "df['s'].str.slice_replace(-2, 1, '!')",
    ),
)
def slice_replace(c: Call) -> Col:
    """A part of each text replaced."""
    start, stop, repl = c.lit("start"), c.lit("stop"), c.lit("repl")
    c.need(all(x is None or type(x) is int for x in (start, stop)), "places that are no numbers")
    c.need(repl is None or isinstance(repl, str), "repl= that is no text")
    c.need((start, stop) != (None, None), "texts that are all replaced")
    parts = [F.lit(repl)] if repl else []
    if start is not None:
        parts.insert(0, sliced(c, None, start, None).expr)
    if stop is not None:
        rest = sliced(c, stop, None, None).expr
        if start is not None:  # where the part is empty, nothing is taken away
            kept = sliced(c, start, None, None).expr
            if start < 0 or stop < 0:
                rest = F.when(sliced(c, start, stop, None).expr == "", kept).otherwise(rest)
            elif start > stop:
                rest = kept
        parts.append(rest)
    return as_text(c, F.concat(*parts))


@rule("Series.str.removeprefix(prefix)", example="df['s'].str.removeprefix('a')")
def removeprefix(c: Call) -> Col:
    """Without a beginning."""
    prefix, source = c.lit("prefix"), text_of(c)
    c.need(isinstance(prefix, str), "prefix= is not a text")
    rest = helper(c, "slice_text", source, len(prefix), None)
    return as_text(c, F.when(source.startswith(prefix), rest).otherwise(source))


@rule(
    "Series.str.removesuffix(suffix)",
    example=("df['s'].str.removesuffix('e')", "df['s'].str.removesuffix('')"),
)
def removesuffix(c: Call) -> Col:
    """Without an ending."""
    suffix, source = c.lit("suffix"), text_of(c)
    c.need(isinstance(suffix, str), "suffix= is not a text")
    if not suffix:
        return as_text(c, source)
    rest = helper(c, "slice_text", source, 0, -len(suffix))
    return as_text(c, F.when(source.endswith(suffix), rest).otherwise(source))


# --- making texts ---------------------------------------------------------------------------


@rule(
    "Series.str.zfill(width)",
    example=("df['u'].str.zfill(4)", "df['u'].str.zfill(2)", "df['s'].str.zfill(6)"),
)
def zfill(c: Call) -> Col:
    """Zeros in front, after a sign."""
    width = c.lit("width")
    c.need(isinstance(width, int) and width >= 0, "width= is not a number")
    return as_text(c, helper(c, "zfill", text_of(c), width))


def padded(c: Call, side: str, method: str) -> Col:
    width, fill = c.lit("width"), c.lit("fillchar")
    c.need(
        isinstance(width, int) and isinstance(fill, str) and len(fill) == 1,
        "fillchar= is not one character",
    )
    name = {"left": "rjust", "right": "ljust"}.get(side)
    if name is None or width <= 0:
        return as_text(c, by_pandas(c, "string", "pad", width, side, fill))
    return as_text(c, helper(c, name, text_of(c), width, *([fill] if fill != " " else [])))


@rule(
    "Series.str.pad(width, side='left', fillchar=' ')",
    example=(
        "df['s'].str.pad(6)",
        "df['s'].str.pad(6, side='right', fillchar='*')",
        "df['s'].str.pad(8, 'both', '-')",
    ),
)
def pad(c: Call) -> Col:
    """Filled up to a width."""
    return padded(c, c.lit("side"), "pad")


for _name, _side in (("rjust", "left"), ("ljust", "right"), ("center", "both")):

    def _justify(c: Call, side: str = _side, name: str = _name) -> Col:
        return padded(c, side, name)

    rule(f"Series.str.{_name}(width, fillchar=' ')", example=f"df['s'].str.{_name}(7, '*')")(
        _justify
    )


@rule("Series.str.repeat(repeats)", example=("df['s'].str.repeat(2)", "df['s'].str.repeat(0)"))
def repeat(c: Call) -> Col:
    """Each text several times."""
    n = c.lit("repeats")
    c.need(isinstance(n, int), "a number of times for each row")
    return as_text(c, F.repeat(text_of(c), n))


@rule(
    "Series.str.join(sep)",
    example=("df['s'].str.join('-')", "df['s'].str.split('a').str.join('_')"),
)
def join(c: Call) -> Col:
    """Items of a list, or characters, joined."""
    sep = c.lit("sep")
    c.need(isinstance(sep, str), "sep= is not a text")
    if c.col.dtype == LIST:
        c.need(
            getattr(c.col.dtype, "item", None) == "object",
            "lists of what may not be texts are joined",
        )
        return as_text(c, helper(c, "join_items", c.col.expr, sep))
    if c.col.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        return as_text(c, typed(c.ctx, "joined", c.col, sep=sep))
    return as_text(c, by_pandas(c, "string", "join", sep))


@rule("Series.str.normalize(form)", verdict="udf", example="df['s'].str.normalize('NFKD')")
def normalize(c: Call) -> Col:
    """Characters in one of Unicode's normal forms."""
    return as_text(c, by_pandas(c, "string", "normalize", c.lit("form")))


@rule(
    "Series.str.cat(others=None, sep=None, na_rep=None, join='left')",
    example=(
        "df['s'].str.cat(df['k'])",
        "df['s'].str.cat([df['k'], df['u']], join='outer', sep='+')",
        "df['s'].str.cat(df['k'], sep='-')",
        "df['s'].str.cat(df['k'], sep='-', na_rep='?')",
        "df['s'].str.cat([df['k'], df['u']], sep='/')",
        "df['s'].str.cat(df[['k', 'u']], sep='-', na_rep='?')",
        "df['s'].str.cat(df[['k', 'u']], sep='-')",
        "df['s'].str.cat(sep=',')",
        "df['k'].str.cat(sep='', na_rep='?')",
    ),
)
def cat(c: Call) -> Value:
    """Texts side by side; missing where one is missing, unless na_rep= stands for it."""
    others, sep, fill = c["others"], c.lit("sep") or "", c.lit("na_rep")
    if isinstance(others, Const) and others.value is None:
        from rules.text_bytes import joined

        return joined(c)
    if isinstance(others, Frame):
        others = Sequence(tuple(series_of(c.ctx, others, x) for x in others.labels))
    items = list(others.items) if isinstance(others, Sequence) else [others]
    c.need(
        all(isinstance(i, Col) for i in items),
        "the texts to join are not Series that are known here",
    )
    c.need(
        all(i.dtype in ("object", "string", "category", None) for i in items),
        "a column that is no text",
    )
    frame, series = meet(c.col, *items)
    places = {(s.frame.rows.uid, s.frame.index) for s in (c.col, *items)}
    c.need(c.lit("join") == "left" or len(places) == 1, "join= of rows in another order")
    series = [tightened(s) for s in series]
    if any(s.dtype is None for s in series):
        c.verdict = "runtime"  # type: ignore[attr-defined]
        series = [s if s.dtype else s.but(expr=typed(c.ctx, "text", s)) for s in series]
    exprs = [F.coalesce(s.expr, F.lit(fill)) if fill is not None else s.expr for s in series]
    parts = [exprs[0]]
    for expr in exprs[1:]:
        parts += ([F.lit(sep)] if sep else []) + [expr]
    return derive(F.concat(*parts), text_dtype(c.col), *series, label=c.col.label)


__all__ = ["columns_of"]
