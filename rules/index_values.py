"""The labels of the rows as values: ``df.index`` compared, mapped, taken apart.

They are an array over the rows: what a Series does with its values, row by row, an index does too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules import registry
from rules.groupby import level_column
from rules.index import axis_named
from rules.lib import labels_of
from rules.registry import Call, Rule, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    NULL_FREE,
    Accessor,
    Array,
    Col,
    Column,
    Const,
    Frame,
    Labels,
    Value,
)
from transpiler.symbolic import col

_COMPARE = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"}
_ARITHMETIC = {f"__{r}{x}__" for x in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")
               for r in ("", "r")}  # fmt: skip
_LOGIC = {"__and__", "__or__", "__xor__", "__rand__", "__ror__", "__rxor__", "__invert__"}
_TESTS = {"isin", "isna", "isnull", "notna", "notnull", "duplicated"}
_DATES = {"year", "month", "day", "hour", "minute", "second", "quarter", "dayofweek", "day_of_week",
          "weekday", "dayofyear", "day_of_year", "days_in_month", "is_month_start", "is_month_end",
          "is_quarter_start", "is_quarter_end", "is_year_start", "is_year_end", "date", "time",
          "normalize", "floor", "ceil", "strftime", "day_name", "month_name", "to_period", "tz_localize", "tz_convert"}  # fmt: skip
_SCALARS = {"nunique", "min", "max", "is_unique", "hasnans"}
#: what an index or array does as a Series does: value by value
ALIKE = {
    "Index": _COMPARE | _ARITHMETIC | _TESTS | _DATES | _SCALARS | {"map", "astype", "fillna"},
    "ndarray": _LOGIC | {"sum", "mean", "any", "all", "astype"},
}  # fmt: skip
#: what gives an array of numpy, not an index
_ARRAYS = _COMPARE | _TESTS


def derived(name: str) -> list[Rule]:
    """The rules of a method of an index or an array that a Series' rules stand for."""
    for prefix, kind in (("DataFrame.index.", "Index"), ("Series.index.", "Index"), ("Index.", "Index"), ("ndarray.", "ndarray")):  # fmt: skip
        if not name.startswith(prefix):
            continue
        method = name[len(prefix) :]
        if method.startswith("str."):
            return [alike(r, kind, method) for r in registry.RULES.get(f"Series.{method}", [])]
        if method in ALIKE[kind]:
            owners = ["Series.dt"] if method in _DATES else ["Series"]
            return [alike(r, kind, method) for o in owners for r in registry.RULES.get(f"{o}.{method}", [])]  # fmt: skip
    return []


def alike(rule_: Rule, kind: str, method: str) -> Rule:
    """The rule of a Series' method for an index or array in its place."""

    def apply(c: Call) -> Value:
        values = values_of(c)
        if kind == "ndarray" and values.dtype != "bool":  # numpy does not pass over missing values
            raise NoRule("an array that is not boolean for sure")
        one = Call(rule_, values, c.args, c._given, c.ctx)
        if isinstance(c.self, Accessor) and method.startswith("str."):
            one.self = Accessor(values, "str")
        one.interpreter, one.node = c.interpreter, c.node  # type: ignore[attr-defined]
        out = rule_.apply(one)
        if getattr(one, "verdict", None):
            c.verdict = one.verdict  # type: ignore[attr-defined]
        if not isinstance(out, Col):
            return out
        if out.frame.rows is not values.frame.rows:
            raise NoRule("the labels of other rows")
        if kind == "ndarray" or method in _ARRAYS:
            return Array(**facts(out.but(label=None)))
        return Labels(**facts(out.but(column=None)))

    return replace(rule_, apply=apply)


def facts(series: Col) -> dict[str, Any]:
    return {f: getattr(series, f) for f in Col.__dataclass_fields__}


def values_of(c: Call) -> Col:
    """The receiver as a Series over the rows that it labels."""
    owner = c.self
    if isinstance(owner, Accessor) and owner.name == "str":
        owner = owner.owner
    if isinstance(owner, Accessor):
        owner = index_labels(c.ctx, owner.owner)
    if not isinstance(owner, Col):
        raise NoRule("labels that are not known here")
    return Col(**facts(owner))


def index_labels(ctx: Any, owner: Value) -> Labels:
    """``owner.index`` of one level."""
    frame = owner.frame if isinstance(owner, Col) else owner
    if not isinstance(frame, Frame):
        raise NoRule("labels that are not known here")
    found = labels_of(ctx, frame, owner)
    levels = frame.index.levels
    return Labels(**facts(found.but(label=levels[0].label if levels else None)))


def level_labels(ctx: Any, frame: Frame, level: Column) -> Labels:
    ctx.use(frame, level)
    return Labels(col(level.name), level.dtype, frame, level.label, frozenset({(level.name, level.uid)}),
                  nullable=level.is_nullable,
                  null_free=level.dtype in NULL_FREE or frame.rows.is_full(level.uid))  # fmt: skip


registry.DERIVED.append(derived)

_EXAMPLES = (
    "df.loc[df.index > 3]",
    "df.loc[df.index % 2 == 0, 'i']",
    "df[df.index.isin([1, 2, 30])]",
    "df = df.set_index('k')\nout = df[df.index == 'a']",
    "df = df.set_index('k')\nout = df[(df.index == 'a') & (df['i'] > 2)]",
    "df = df.set_index('k')\nout = df[df.index.notna()]",
    "df = df.set_index('k')\nout = df[~df.index.duplicated(keep='last')]",
    "df['n2'] = df.index + 1\nout = df",
    "df = df.dropna(subset=['d']).set_index('d')\ndf['y'] = df.index.year\nout = df",
    "df = df.dropna(subset=['d']).set_index('d')\nout = df.groupby(df.index.month)['i'].sum()",
    "df = df.set_index('s')\ndf.index = df.index.str.upper()\nout = df",
    "df = df.set_index('k')\ndf.index = df.index.map({'a': 'A', 'b': 'B'})\nout = df",
    "g = df.groupby('k').agg(n=('i', 'sum'))\ng['u'] = g.index.map(str.upper)\ng['v'] = g.index.str.len()\nout = g",
    "df.index = df.index + 1\nout = df",
    "df.set_index('k').index.nunique()",
)


@rule("DataFrame.index.str()", example=_EXAMPLES)
def index_str(c: Call) -> Accessor:
    """The labels as texts."""
    return Accessor(index_labels(c.ctx, c.self.owner), "str")  # type: ignore[union-attr]


@rule("Series.index.str()", example="s = df.set_index('s')['i']\nout = s[s.index.str.startswith('a', na=False)]")  # fmt: skip
def series_index_str(c: Call) -> Accessor:
    """The labels as texts."""
    return Accessor(index_labels(c.ctx, c.self.owner), "str")  # type: ignore[union-attr]


def _level(c: Call) -> Labels:
    """The labels of one level."""
    owner = c.self.owner  # type: ignore[union-attr]
    frame = owner.frame if isinstance(owner, Col) else owner
    return level_labels(c.ctx, frame, level_column(frame, c.lit("level")))


rule(
    "DataFrame.index.get_level_values(level)",
    example=(
        "df = df.set_index(['k', 'i'])\nout = df[df.index.get_level_values('k') == 'a']",
        "df = df.set_index(['k', 'i'])\ndf['twice'] = df.index.get_level_values(1) * 2\nout = df",
        "df = df.set_index(['k', 'i'])\nout = df.groupby(df.index.get_level_values('k'))['f'].sum()",
    ),
)(_level)
rule(
    "Series.index.get_level_values(level)",
    example="s = df.groupby(['k', 'b'])['i'].sum()\nout = s[s.index.get_level_values('b')]",
)(_level)


@rule(
    "pandas.to_datetime(arg, errors='raise', dayfirst=False, yearfirst=False, utc=False, format=None, "
    "exact=None, unit=None, infer_datetime_format=None, origin='unix', cache=True)",
    not_yet="yearfirst utc exact",
    ignored="cache infer_datetime_format",
    example="df = df.dropna(subset=['d'])\ndf = df.set_index(df['d'].astype(str))\ndf.index = pd.to_datetime(df.index)\nout = df.sort_index(kind='stable').loc['2023-01-01':'2024-01-15']",
)
def labels_to_times(c: Call) -> Labels:
    """The labels of rows as times."""
    c.need(isinstance(c["arg"], Accessor) and c["arg"].name == "index", "not the labels of rows")
    labels = index_labels(c.ctx, c["arg"].owner)
    options = {k: c[k] for k in c._given if k != "arg"}
    made = c.interpreter.by_rule("pandas.to_datetime", None, [Col(**facts(labels))], options, c.node)  # type: ignore[attr-defined]
    c.need(isinstance(made, Col) and made.frame.rows is labels.frame.rows, "times of other rows")
    return Labels(**facts(made.but(column=None, label=labels.label)))


@rule(
    "DataFrame.index.name.__set__(value)",
    example=(
        "df = df.set_index('k')\ndf.index.name = 'key'\nout = df",
        "df.index.name = 'row'\nout = df.reset_index()",
        "df = df.set_index('k')\ndf.index.name = None\nout = df.reset_index()",
    ),
)
def name_index(c: Call) -> Frame:
    """``df.index.name = …``."""
    frame = c.self.owner if isinstance(c.self, Accessor) else c.self
    c.need(isinstance(frame, Frame) and len(frame.index.levels) < 2, "the names of several levels")
    return axis_named(c.ctx, frame, c.lit("value"))  # type: ignore[arg-type]


@rule(
    "DataFrame.index.names.__set__(value)",
    example="df = df.set_index(['k', 'i'])\ndf.index.names = ['x', 'y']\nout = df.reset_index()",
)
def name_levels(c: Call) -> Frame:
    """``df.index.names = […]``."""
    frame = c.self.owner if isinstance(c.self, Accessor) else c.self
    c.need(isinstance(frame, Frame) and isinstance(c.lit("value"), list), "names of this form")
    return axis_named(c.ctx, frame, c.lit("value"))  # type: ignore[arg-type]


@rule("DataFrame.index.name()", example="df.set_index('k').index.name")
def index_name(c: Call) -> Const:
    """The name of the index."""
    frame = c.self.owner  # type: ignore[union-attr]
    c.need(isinstance(frame, Frame) and len(frame.index.levels) < 2, "the names of several levels")
    return Const(frame.index.levels[0].label if frame.index.levels else None)


@rule("DataFrame.index.names()", example="list(df.set_index(['k', 'i']).index.names)")
@rule("Series.index.names()", example="list(df.groupby(['k', 'i'])['f'].sum().index.names)")
def index_names(c: Call) -> Const:
    """The names of the levels of the index."""
    owner = c.self.owner  # type: ignore[union-attr]
    frame = owner.frame if isinstance(owner, Col) else owner
    c.need(isinstance(frame, Frame), "the names are not known here")
    return Const([x.label for x in frame.index.levels] or [None])


__all__ = ["derived", "index_labels", "level_labels"]
