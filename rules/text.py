"""``Series.str``: text methods."""

from __future__ import annotations

import re
from typing import Any, Callable

from rules.lib import derive, typed
from rules.regexes import Regex, java, java_replacement
from rules.registry import Call, rule
from rules.widths import LENGTH, LONGEST
from transpiler.errors import NoRule
from transpiler.facts import Col, Func, Lists, TextLists, Width, gap_beside_nan
from transpiler.symbolic import E, F, render

LIST = "list"


# --- what the rules are made of -------------------------------------------------------------


def text_of(c: Call) -> E:
    """The receiver as a text expression; a column of unknown type is checked in the job."""
    series = c.col
    if series.dtype in ("object", "string", "category"):
        return series.expr
    c.need(series.dtype is None, f".str of a {series.dtype} column")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return typed(c.ctx, "text", series)


def text_dtype(series: Col) -> str:
    return "string" if series.is_nullable else "object"


def helper(c: Call, name: str, *args: Any, **options: Any) -> E:
    """A call of a function of glue_runtime/columns_text.py."""
    parts = [render(a) for a in args] + [f"{k}={render(v)}" for k, v in options.items()]
    return E(f"{c.ctx.call(name)}({', '.join(parts)})")


def as_text(c: Call, expr: E) -> Col:
    return derive(expr, text_dtype(c.col), c.col, gap=c.col.gap)


def part_of_text(c: Call, expr: E) -> Col:
    """Text that is NaN where the Series has a text without such a part."""
    return derive(expr, text_dtype(c.col), c.col, gap=gap_beside_nan({c.col.gap}))


def list_type(series: Col) -> str:
    """The dtype of lists that are made of texts."""
    return Lists("object") if series.is_nullable else TextLists()


def as_count(c: Call, expr: E, width: Width | None = Width(LENGTH, bound=LONGEST)) -> Col:
    """Numbers that are an int in Spark, unless ``width`` says that they are not."""
    return derive(expr, "Int64" if c.col.is_nullable else "int64?", c.col, width=width)


def as_flag(c: Call, expr: E, na: Any = None) -> Col:
    """A boolean result; ``na`` stands where the text is missing (None: missing)."""
    c.need(na is None or isinstance(na, bool) or na != na, "na= that is not a boolean")
    nullable = c.col.is_nullable
    if not isinstance(na, bool):
        return derive(expr, "boolean" if nullable else "bool?", c.col)
    if nullable or na:
        filled = F.coalesce(expr, F.lit(na))
        return derive(filled, "boolean" if nullable else "bool", c.col, null_free=True)
    return derive(expr, "bool", c.col, loose=True, null_free=False)


def by_pandas(c: Call, kind: str, method: str, *args: Any, **options: Any) -> E:
    """The method run by pandas on batches of the column: exact for whatever Spark has no form for."""
    source = text_of(c)
    c.verdict = "udf"  # type: ignore[attr-defined]
    return helper(c, "by_pandas", source, E(render(kind)), method, *args, **options)


def native_or_pandas(
    c: Call, native: Callable[[], E], kind: str, method: str, *args: Any, **options: Any
) -> E:
    """The native form, or pandas on batches where there is none."""
    try:
        return native()
    except NoRule:
        return by_pandas(c, kind, method, *args, **options)


def pattern(c: Call, name: str = "pat") -> str:
    pat = c.lit(name)
    c.need(isinstance(pat, str), "a pattern that is not a text")
    return pat


def regex_flags(c: Call) -> int:
    flags = int(c.lit("flags"))
    if "case" in c.args and c.lit("case") is False:
        flags |= 2
    return flags


# --- case and blanks ------------------------------------------------------------------------

for _name in ("upper", "lower"):

    def _case(c: Call, name: str = _name) -> Col:
        """Upper or lower case."""
        if name == "lower" and c.ctx.options.glue_version < "6":  # Spark 3.5 errs on a Greek sigma
            return as_text(c, helper(c, "lower_text", text_of(c)))
        return as_text(c, getattr(F, name)(text_of(c)))

    rule(
        f"Series.str.{_name}()",
        example=(f"df['s'].str.{_name}()", f"df.convert_dtypes()['s'].str.{_name}()"),
    )(_case)

for _name in ("title", "capitalize"):

    def _title(c: Call, name: str = _name) -> Col:
        """First letters in title case, the others in lower case."""
        return as_text(c, helper(c, name, text_of(c)))

    rule(
        f"Series.str.{_name}()",
        example=(f"df['s'].str.{_name}()", f"(df['s'] + 'ß ǆx ΑΣ').str.{_name}()"),
    )(_title)

for _name in ("swapcase", "casefold"):

    def _odd_case(c: Call, name: str = _name) -> Col:
        return as_text(c, by_pandas(c, "string", name))

    rule(f"Series.str.{_name}()", verdict="udf", example=f"df['s'].str.{_name}()")(_odd_case)

for _name in ("strip", "lstrip", "rstrip"):

    def _strip(c: Call, name: str = _name) -> Col:
        """Blanks (all of Unicode's), or the given characters, at the ends."""
        chars = c.lit("to_strip")
        source = text_of(c)
        if chars is None:
            return as_text(c, helper(c, name, source))
        c.need(isinstance(chars, str), "to_strip= is not a text")
        if not chars:
            return as_text(c, source)
        if name == "strip":
            return as_text(c, F.btrim(source, F.lit(chars)))
        return as_text(c, helper(c, name, source, chars))

    rule(
        f"Series.str.{_name}(to_strip=None)",
        example=(
            f"df['s'].str.{_name}()",
            f"df['s'].str.{_name}(' aA')",
            f"df['s'].str.{_name}('[]^-')",
        ),
    )(_strip)


@rule(
    "Series.str.len()",
    example=(
        "df['s'].str.len()",
        "df['s'].str.split('a').str.len()",
        "df.convert_dtypes()['s'].str.len()",
    ),
)
def length(c: Call) -> Col:
    """Characters of a text, items of a list."""
    if c.col.dtype == LIST:
        return as_count(c, helper(c, "list_length", c.col.expr, "array"), None)
    if c.col.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        return as_count(c, typed(c.ctx, "list_length", c.col), None)
    return as_count(c, F.length(text_of(c)))


# --- tests ----------------------------------------------------------------------------------


def literal_flag(c: Call, test: Callable[[E, str], E]) -> Col:
    """startswith, endswith: one text or a tuple of them."""
    pat = c.lit("pat")
    c.need(
        isinstance(pat, (str, tuple)) and pat and all(isinstance(p, str) for p in pat),
        "pat= of this form",
    )
    source = text_of(c)
    tests = [test(source, p) for p in ([pat] if isinstance(pat, str) else pat)]
    expr = tests[0]
    for more in tests[1:]:
        expr = expr | more
    return as_flag(c, expr, c.lit("na"))


@rule(
    "Series.str.startswith(pat, na=None)",
    example=(
        "df['s'].str.startswith('a')",
        "df[df['s'].str.startswith(('a', 'B'), na=False)]",
        "~df['s'].str.startswith('a', na=True)",
    ),
)
def startswith(c: Call) -> Col:
    """Whether the text begins so."""
    return literal_flag(c, lambda s, p: s.startswith(p))


@rule(
    "Series.str.endswith(pat, na=None)",
    example=("df['s'].str.endswith('a')", "df[df['s'].str.endswith(('e', 'A'), na=False)]"),
)
def endswith(c: Call) -> Col:
    """Whether the text ends so."""
    return literal_flag(c, lambda s, p: s.endswith(p))


@rule(
    "Series.str.contains(pat, case=True, flags=0, na=None, regex=True)",
    example=(
        "df['s'].str.contains('an')",
        "df[df['s'].str.contains('a.p', na=False)]",
        "df[~df['s'].str.contains('apple', case=False, na=False)]",
        "df['s'].str.contains('.', regex=False, na=False)",
        "df['s'].str.contains('APP', case=False, regex=False, na=False)",
        "df['s'].str.contains(r'\\b[a-z]+$', na=True)",
        "df.convert_dtypes()['s'].str.contains('pp')",
        "df[df['s'].fillna('').str.contains('^app|ana$')]",
        "df['s'].str.contains(r'(?i)É|b(?!a)', na=False)",
    ),
)
def contains(c: Call) -> Col:
    """Whether a pattern, or a text, is found."""
    pat = pattern(c)
    options = {k: c.lit(k) for k in ("case", "flags", "regex") if c.given(k)}

    def native() -> E:
        source = text_of(c)
        if not c.lit("regex"):
            return source.contains(pat) if c.lit("case") else F.upper(source).contains(pat.upper())
        found = java(pat, regex_flags(c))
        return source.contains(found.literal) if found.literal else source.rlike(found.pattern)

    return as_flag(
        c, native_or_pandas(c, native, "boolean", "contains", pat, **options), c.lit("na")
    )


def anchored(c: Call, method: str, end: str) -> Col:
    """match and fullmatch: a pattern that must start at the beginning."""
    pat = pattern(c)
    options = {k: c.lit(k) for k in ("case", "flags") if c.given(k)}

    def native() -> E:
        found = java(pat, regex_flags(c))
        flags, body = split_flags(found)
        return text_of(c).rlike(f"{flags}\\A(?:{body}){end}")

    return as_flag(c, native_or_pandas(c, native, "boolean", method, pat, **options), c.lit("na"))


def split_flags(found: Regex) -> tuple[str, str]:
    """A Java pattern's leading flags, and the rest."""
    flags = re.match(r"\(\?[a-zA-Z]+\)", found.pattern)
    head = flags.group() if flags else ""
    return head, found.pattern[len(head) :]


@rule(
    "Series.str.match(pat, case=True, flags=0, na=None)",
    example=(
        "df['s'].str.match('app|B', na=False)",
        "df['s'].str.match('APP', case=False)",
        r"df['s'].str.match(r'.*\s', na=False)",
    ),
)
def match(c: Call) -> Col:
    """Whether the text starts with a match."""
    return anchored(c, "match", "")


@rule(
    "Series.str.fullmatch(pat, case=True, flags=0, na=None)",
    example=("df['s'].str.fullmatch('[a-z]+', na=False)", "df['u'].str.fullmatch(r'\\d+|x')"),
)
def fullmatch(c: Call) -> Col:
    """Whether the whole text matches."""
    return anchored(c, "fullmatch", r"\z")


_CLASSES = {
    "isdecimal": r"\p{Nd}",
    "isalpha": r"\p{L}",
    "isalnum": r"[\p{L}\p{N}]",
    "isspace": r"(?U)[\s\x1c-\x1f]",
}
for _name, _class in _CLASSES.items():

    def _is_class(c: Call, java_class: str = _class) -> Col:
        return as_flag(
            c,
            text_of(c).rlike(
                f"^{java_class}+\\z" if "(?U)" not in java_class else f"(?U)^{java_class[4:]}+\\z"
            ),
        )

    rule(f"Series.str.{_name}()", example=(f"df['u'].str.{_name}()", f"df['s'].str.{_name}()"))(
        _is_class
    )

for _name, _helper in (("isdigit", "is_digit"), ("isnumeric", "is_numeric")):

    def _is_odd(c: Call, name: str = _helper) -> Col:
        """Whether all characters are digits, or numerals."""
        return as_flag(c, helper(c, name, text_of(c)))

    rule(
        f"Series.str.{_name}()",
        example=(
            f"df['u'].str.{_name}()",
            f"df['s'].str.{_name}()",
            f"df[df['u'].str.{_name}().fillna(False)]",
        ),
    )(_is_odd)


@rule("Series.str.istitle()", verdict="udf", example="df['s'].str.istitle()")
def istitle(c: Call) -> Col:
    """Whether every word begins with a capital."""
    return as_flag(c, by_pandas(c, "boolean", "istitle"))


for _name, _has, _lacks in (
    ("isupper", r"\p{IsUppercase}", r"[\p{IsLowercase}\p{Lt}]"),
    ("islower", r"\p{IsLowercase}", r"[\p{IsUppercase}\p{Lt}]"),
):

    def _is_case(c: Call, has: str = _has, lacks: str = _lacks) -> Col:
        source = text_of(c)
        return as_flag(c, source.rlike(has) & ~source.rlike(lacks))

    rule(f"Series.str.{_name}()", example=(f"df['s'].str.{_name}()", f"df['k'].str.{_name}()"))(
        _is_case
    )


# --- search and replace ---------------------------------------------------------------------


@rule(
    "Series.str.count(pat, flags=0)",
    example=("df['s'].str.count('a')", "df['s'].str.count('[aeiou]')", "df['s'].str.count('a*')"),
)
def count(c: Call) -> Col:
    """How often a pattern is found."""
    pat, flags = pattern(c), c.lit("flags")

    def native() -> E:
        found = java(pat, flags)
        c.need(found.least > 0, "a pattern that may match nothing")
        return F.regexp_count(text_of(c), F.lit(found.pattern))

    return as_count(c, native_or_pandas(c, native, "bigint", "count", pat, flags))


@rule(
    "Series.str.replace(pat, repl, n=-1, case=None, flags=0, regex=False)",
    example=(
        "df['s'].str.replace('a', 'X')",
        "df['s'].str.replace('.', '')",
        r"df['s'].str.replace(r'[^a-z]+', '-', regex=True)",
        r"df['s'].str.replace(r'(\w)(\w)', r'\2$\1', regex=True)",
        "df['s'].str.replace('APP', 'x', case=False)",
        "df['s'].str.replace('', '-')",
        "df['s'].str.replace('a', 'o', n=1)",
        r"df['s'].str.replace(r'\s+', ' ', regex=True)",
        "df['s'].str.replace('x*', '-', regex=True)",
        "df['s'].str.replace(r'[aeiou]', lambda m: m.group(0).upper(), regex=True)",
    ),
)
def replace(c: Call) -> Col:
    """Matches of a pattern, or a text, replaced."""
    pat = pattern(c)
    if isinstance(c["repl"], Func):
        return replaced_by_function(c, pat)
    repl = c.lit("repl")
    c.need(isinstance(repl, str), "a replacement that is not a text")
    options = {k: c.lit(k) for k in ("n", "case", "flags", "regex") if c.given(k)}

    def native() -> E:
        c.need(c.lit("n") < 0, "only the first matches are replaced")
        source, flags = text_of(c), regex_flags(c)
        if not c.lit("regex") and not flags:
            c.need(pat, "an empty text is replaced")
            return F.replace(source, F.lit(pat), F.lit(repl))
        wanted = pat if c.lit("regex") else re.escape(pat)
        found = java(wanted, flags)
        c.need(found.least > 0, "a pattern that may match nothing")
        c.need(not found.repeated, "a group in a repetition")
        if found.literal and "\\" not in repl:
            return F.replace(source, F.lit(found.literal), F.lit(repl))
        return F.regexp_replace(source, found.pattern, java_replacement(repl, wanted, flags))

    return as_text(c, native_or_pandas(c, native, "string", "replace", pat, repl, **options))


def replaced_by_function(c: Call, pat: str) -> Col:
    """``replace(pattern, function)``: the function gets every match."""
    from rules.apply import function_text

    c.need(c.lit("regex") is True, "a function without regex=True")
    options = {k: c.lit(k) for k in ("n", "case", "flags") if c.given(k)}
    function = E(function_text(c, c["repl"], [], {}))
    return as_text(c, by_pandas(c, "string", "replace", pat, function, regex=True, **options))


@rule(
    "Series.str.findall(pat, flags=0)",
    example=(
        "df['s'].str.findall('a.').str.len()",
        r"df['s'].str.findall(r'(\w)p').str[0]",
        "df['s'].str.findall('[aeiou]').str.join('-')",
    ),
)
def findall(c: Call) -> Col:
    """All matches of a pattern, as a list."""
    pat, flags = pattern(c), c.lit("flags")

    def native() -> E:
        found = java(pat, flags)
        c.need(found.least > 0, "a pattern that may match nothing")
        c.need(len(found.groups) < 2 and not found.repeated, "several groups are found together")
        return F.regexp_extract_all(text_of(c), F.lit(found.pattern), F.lit(len(found.groups)))

    c.need(re.compile(pat, flags).groups < 2, "several groups are found together")
    return derive(
        native_or_pandas(c, native, "array<string>", "findall", pat, flags), list_type(c.col), c.col
    )


__all__ = ["Regex", "as_count", "as_flag", "by_pandas", "helper", "native_or_pandas", "pattern"]
