"""Text, numbers and times as Spark makes them against Python and pandas: many at once, in one Spark
job for each check."""

from __future__ import annotations

import os
import re

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime import casts, columns_text, times
from rules import regexes
from rules.dates import java_format
from transpiler.errors import NoRule

ALPHABET = "aAbkKsSiI1٣ _-.,$^([\n\r\t\x1c\x85\u2028éÉß\U0001f600'\u0130\u0131\u212a\u017f"
TEXTS = st.text(ALPHABET, max_size=7)
CASES = "aAbZΑΣσς'’.:-1 ßǆǅﬁİıŉა²二\u0301\u0345\u02b0_"
EXPLORING = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
BATCH = settings(max_examples=int(os.environ.get("N_EX", "50" if EXPLORING else "2")))


def rows(spark, values, kind=None):
    """A frame with the values in column ``v``, in one partition."""
    schema = T.StructType([T.StructField("v", kind or T.StringType())])
    return spark.createDataFrame([(v,) for v in values], schema).coalesce(1)


def evaluate(frame, columns: dict) -> dict[str, list]:
    found = frame.select(*[c.alias(name) for name, c in columns.items()]).collect()
    return {name: [row[name] for row in found] for name in columns}


# --- regular expressions --------------------------------------------------------------------

ATOMS = [
    "a", "A", "b", "k", "s", "i", "1", "_", "-", r"\.", r"\$", r"\^", r"\[", " ", r"\n", "'", "é", ".", "^", "$", r"\d", r"\w",
    r"\s", r"\D", r"\W", r"\S", r"\b", r"\Z", r"\A", "[ab]", "[^a]", "[a-k]", "[A-K_]", r"[\w-]", r"[^\w\s]", r"[\s\S]", r"[.$]",
    r"[^\d.]", r"[\W_]", "[]a]", "[-a]", "[a&&b]", r"[\\^]", "[é]", r"\t", "[[a]",
]  # fmt: skip
PATTERNS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.tuples(
            inner, st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,1}"])
        ).map(lambda p: f"(?:{p[0]}){p[1]}"),
        st.tuples(inner, inner).map("|".join),
        inner.map(lambda p: f"({p})"),
        inner.map(lambda p: f"(?:{p})"),
        inner.map(lambda p: f"(?={p})"),
        inner.map(lambda p: f"(?!{p})"),
        st.sampled_from(["(?<=a)", "(?<!a)", r"(a)\1"]),
    ),
    max_leaves=5,
)
FLAGS = st.sampled_from([0, 0, re.I, re.M, re.S, re.A])


def understood(pairs):
    """The patterns that Python takes and that have a Java form."""
    out = []
    for pattern, flags in pairs:
        try:
            out.append((re.compile(pattern, flags), regexes.java(pattern, flags), pattern, flags))
        except (re.error, NoRule):
            continue
    return out


@BATCH
@given(
    st.lists(st.tuples(PATTERNS, FLAGS), min_size=150, max_size=150),
    st.lists(TEXTS, min_size=80, max_size=80),
)
def test_property_a_translated_regular_expression_matches_the_same(spark, pairs, texts):
    found = understood(pairs)
    assert len(found) > 75, "most of these patterns should have a Java form"
    columns, expected, names = {}, {}, {}

    def check(kind, number, column, want):
        columns[f"{kind}{number}"] = column
        expected[f"{kind}{number}"] = [want(t) for t in texts]
        names[f"{kind}{number}"] = found[number][2:] + (found[number][1].pattern,)

    v = F.col("v")
    for n, (python, java, pattern, flags) in enumerate(found):
        check("search", n, v.rlike(java.pattern), lambda t: python.search(t) is not None)
        if java.least == 0:
            continue
        check("count", n, F.regexp_count(v, F.lit(java.pattern)), lambda t: len(python.findall(t)))
        check(
            "split",
            n,
            F.split(v, java.pattern),
            lambda t: python.split(t) if not java.groups else None,
        )
        if java.groups:
            columns.pop(f"split{n}")
        if not java.repeated:
            template = r"<\1$\\1>" if java.groups else r"<$\\>"
            replacement = regexes.java_replacement(template, pattern, flags)
            check(
                "sub",
                n,
                F.regexp_replace(v, java.pattern, replacement),
                lambda t: python.sub(template, t),
            )
        for group, least in java.widths.items():
            if least and group not in java.repeated:
                value = F.nullif(F.regexp_extract(v, java.pattern, group), F.lit(""))
                check(
                    f"group{group}_", n, value, lambda t: (m := python.search(t)) and m.group(group)
                )
    actual = evaluate(rows(spark, texts), columns)
    wrong = [
        (k, *names[k], t, e, a)
        for k in actual
        for t, e, a in zip(texts, expected[k], actual[k])
        if e != a
    ]
    assert not wrong, f"{len(wrong)} of {len(actual)} differ: {wrong[:6]}"


def test_letters_of_any_case_match_the_same_characters(spark):
    letters = "abcdefghijklmnopqrstuvwxyz"
    characters = [chr(n) for n in range(1, 0x250)] + list(
        "\u212a\u017f\u0130\u0131\u1e9e\u2126\ufb01"
    )
    patterns = {
        **{f"l_{a}": a for a in letters},
        "lower": "[a-z]",
        "upper": "[A-Z]",
        "not": "[^k-s]",
        "some": "[ks]",
    }
    columns = {
        k: F.col("v").rlike(regexes.java(f"^{p}$", re.I).pattern) for k, p in patterns.items()
    }
    actual = evaluate(rows(spark, characters), columns)
    for name, pattern in patterns.items():
        python = re.compile(f"^{pattern}$", re.I)
        wrong = [c for c, a in zip(characters, actual[name]) if a != bool(python.search(c))]
        assert not wrong, (pattern, wrong)


# --- text methods ---------------------------------------------------------------------------


@BATCH
@given(
    st.lists(
        st.one_of(TEXTS, st.text(CASES, max_size=7), st.text("aé1\u20ac\U0001f600 ", max_size=5)),
        min_size=150,
        max_size=150,
    )
)
def test_property_text_helpers_are_pythons(spark, texts):
    texts = [t for t in texts if not re.search("[\ud800-\udfff\x00]", t)]
    v, t = F.col("v"), columns_text
    cases = {
        "strip": (t.strip(v), str.strip),
        "lstrip": (t.lstrip(v), str.lstrip),
        "rstrip": (t.rstrip(v), str.rstrip),
        "rstrip_chars": (t.rstrip(v, "a-^[]"), lambda s: s.rstrip("a-^[]")),
        "strip_chars": (t.strip(v, "aé-["), lambda s: s.strip("aé-[")),
        "split": (t.split_blanks(v), str.split),
        "split_2": (t.split_blanks(v, 2), lambda s: s.split(None, 2)),
        "rsplit": (t.rsplit(v, "a", 2), lambda s: s.rsplit("a", 2)),
        "rfind": (t.rfind(v, "aA"), lambda s: s.rfind("aA")),
        "zfill": (t.zfill(v, 5), lambda s: s.zfill(5)),
        "rjust": (t.rjust(v, 4, "é"), lambda s: s.rjust(4, "é")),
        "ljust": (t.ljust(v, 4), lambda s: s.ljust(4)),
        "get_1": (t.character(v, 1), lambda s: s[1] if len(s) > 1 else None),
        "get_m2": (t.character(v, -2), lambda s: s[-2] if len(s) > 1 else None),
        "len": (F.length(v), len),
        "upper": (F.upper(v), str.upper),
        "lower": (t.lower_text(v), str.lower),
        "title": (t.title(v), str.title),
        "capitalize": (t.capitalize(v), str.capitalize),
        "isdigit": (t.is_digit(v), str.isdigit),
        "isnumeric": (t.is_numeric(v), str.isnumeric),
        "reverse": (F.reverse(v), lambda s: s[::-1]),
    }
    for a, b in [(None, -2), (-3, -1), (1, -1), (-2, 5), (2, None), (-9, 2), (3, 1)]:
        cases[f"slice {a} {b}"] = (t.slice_text(v, a, b), lambda s, a=a, b=b: s[a:b])
    actual = evaluate(rows(spark, texts), {k: column for k, (column, _) in cases.items()})
    for name, (_, python) in cases.items():
        wrong = [(s, python(s), a) for s, a in zip(texts, actual[name]) if python(s) != a]
        assert not wrong, (name, wrong[:5])


# --- numbers from text ----------------------------------------------------------------------

NUMBERS = st.one_of(
    st.text("0123456789+-.eE_ \tinfa", max_size=7),
    st.floats(allow_nan=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(
        [
            "inf",
            "-Infinity",
            "nan",
            "",
            " 8 ",
            "1_0",
            "5d",
            "0x1F",
            "1e400",
            ".",
            "1e5",
            "5.",
            "+.5",
        ]
    ),
)


def attempt(function, value):
    """The result, or the error's name."""
    try:
        out = function(value)
        return None if out != out else out
    except (ValueError, OverflowError, TypeError) as error:
        return type(error).__name__


@BATCH
@given(st.lists(NUMBERS, min_size=300, max_size=300))
def test_property_numbers_in_text_are_read_as_pandas_reads_them(spark, texts):
    v = F.col("v")
    decimal = F.btrim(v, F.lit(casts.SPACES))
    columns = {
        "numeric": casts.numeric_text(v, coerce=True),
        "float": decimal.rlike(casts.DECIMAL)
        | decimal.rlike(casts.INFINITE)
        | decimal.rlike(casts.NAN),
        "int": decimal.rlike(casts.WHOLE),
        "whole": v.rlike(casts.INTEGER),
    }
    actual = evaluate(rows(spark, texts), columns)
    for text, number, as_float, as_int, whole in zip(texts, *actual.values()):
        want = pd.to_numeric(pd.Series([text], dtype=object), errors="coerce")
        same = want[0] == number or pd.isna(want[0]) and number is None
        close = number is not None and abs(want[0] - number) <= 1e-9 * abs(number)
        assert same or close, (text, want[0], number)
        assert as_float == (attempt(float, text) != "ValueError"), text
        assert as_int == (attempt(int, text) != "ValueError"), text
        if whole and number is not None and abs(number) < 2**63:
            assert str(want.dtype) == "int64", text


# --- times ----------------------------------------------------------------------------------

STAMPS = st.datetimes(
    pd.Timestamp("1678-01-01").to_pydatetime(), pd.Timestamp("2261-12-31").to_pydatetime()
)
FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%y", "%Y-%m-%d %H:%M:%S", "%d %b %Y", "%B %d, %Y", "%Y%m%d", "%d.%m.%Y %H:%M",
           "%I:%M %p %d-%m-%Y", "%Y-%m-%dT%H:%M:%S.%f", "%Y", "%H:%M"]  # fmt: skip


@BATCH
@given(st.lists(STAMPS, min_size=150, max_size=150))
def test_property_times_move_and_show_as_in_pandas(spark, stamps):
    series = pd.Series(pd.to_datetime(stamps))
    v = F.timestamp_micros("v")
    cases = {
        f"round {f}": (times.round_time(v, step), series.dt.round(f))
        for f, step in (("2s", 2_000_000), ("15min", 900_000_000), ("D", 86_400_000_000))
    }
    cases |= {
        f"ceil {f}": (times.ceil_time(v, step), series.dt.ceil(f))
        for f, step in (("7s", 7_000_000), ("h", 3_600_000_000))
    }
    cases |= {
        f"floor {f}": (times.floor_time(v, step), series.dt.floor(f))
        for f, step in (("7s", 7_000_000), ("D", 86_400_000_000))
    }
    for n in (-2, -1, 0, 1, 3):
        cases[f"end {n}"] = (times.anchored_day(v, n, end=True), series + pd.offsets.MonthEnd(n))
        cases[f"begin {n}"] = (times.anchored_day(v, n), series + pd.offsets.MonthBegin(n))
    for words in (
        "%Y-%m-%d",
        "%d/%m/%y %H:%M:%S.%f",
        "%A %a %B %b %j %p %I",
        "%-d.%-m. it's 100%% [x]",
    ):
        cases[f"show {words}"] = (F.date_format(v, java_format(words)), series.dt.strftime(words))
    numbers = rows(spark, [pd.Timestamp(s).value // 1000 for s in stamps], T.LongType())
    actual = evaluate(
        numbers, {k: F.unix_micros(c) if k[:4] != "show" else c for k, (c, _) in cases.items()}
    )
    for name, (_, want) in cases.items():
        expected = list(want) if name[:4] == "show" else [w.value // 1000 for w in want]
        wrong = [(s, e, a) for s, e, a in zip(stamps, expected, actual[name]) if e != a]
        assert not wrong, (name, wrong[:5])


@BATCH
@given(st.lists(STAMPS, min_size=40, max_size=40), st.randoms(use_true_random=False))
def test_property_times_in_text_are_read_as_pandas_reads_them(spark, stamps, random):
    texts = []
    for stamp in stamps:
        text = stamp.strftime(random.choice(FORMATS))
        if random.random() < 0.4:  # a digit, a sign or a blank more, less or other
            place = random.randrange(len(text) + 1)
            text = (
                text[:place]
                + random.choice(["", " ", "0", "1", "6", "9", "-", "x"])
                + text[place + random.randrange(2) :]
            )
        texts.append(text)
    texts += [
        "2024-02-30",
        "1500-01-01",
        "9999-12-31",
        "",
        "NaT",
        "2024-01-05 01:02:60",
        "31/04/2023",
    ]
    columns = {f: F.unix_micros(times.time_from_text(F.col("v"), f, coerce=True)) for f in FORMATS}
    actual = evaluate(rows(spark, texts), columns)
    for date_format in FORMATS:
        want = pd.to_datetime(pd.Series(texts, dtype=object), format=date_format, errors="coerce")
        expected = [None if pd.isna(w) else w.value // 1000 for w in want]
        wrong = [(t, e, a) for t, e, a in zip(texts, expected, actual[date_format]) if e != a]
        assert not wrong, (date_format, wrong[:5])
