"""Values that a program collects only to look something up in them: ``isin(s.tolist())``,
``map(s.to_dict())``, ``map(dict(zip(df["a"], df["b"])))``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rules.index import framed
from rules.index_values import index_labels
from rules.lib import assign, meet, selected, series_of
from rules.lookup import map_series
from rules.membership import isin_series
from rules.registry import Call, rule
from rules.window import first_rows_of
from transpiler.facts import (
    Col,
    Collected,
    Const,
    Frame,
    Index,
    Local,
    Mapping,
    TestedColumns,
    Value,
)

# --- what is collected ------------------------------------------------------------------------


def made_by(c: Call, source: Any, form: str, *args: Any, **kwargs: Any) -> Collected:
    """The call as pandas does it on the driver, which remembers its Series."""
    driver = c.interpreter.driver  # type: ignore[attr-defined]
    name = c.rule.name.removeprefix("builtins.")
    receiver = "" if c.self is None else driver.text(c.self)
    name = name if c.self is None else name.rpartition(".")[2]
    vars_ = frozenset().union(*(v.vars for v in (c.self, *args) if v is not None))
    return Collected(driver.call(receiver, name, list(args), kwargs), vars_, source=source, form=form)  # fmt: skip


@rule(
    "Series.to_dict(*, into=None)",
    not_yet="into",
    example=(
        "d = other.drop_duplicates('k').set_index('k')['w'].to_dict()\nout = df.assign(w=df['k'].map(d))",
        "d = other.set_index('k')['f'].to_dict()\nout = df.assign(w=df['k'].map(d))",
        "df.assign(n=df['k'].map(df['k'].value_counts().to_dict()))",
        "d = df.groupby('k')['f'].mean().to_dict()\nout = df.assign(m=df['k'].map(d))",
    ),
)
def to_dict(c: Call) -> Value:
    """The values by their labels."""
    return made_by(c, c.col, "dict")


def _labels(c: Call) -> Value:
    """The labels in a list."""
    return made_by(c, index_labels(c.ctx, c.self.owner), "list")  # type: ignore[union-attr]


for _name in ("tolist", "to_list"):
    rule(
        f"Series.index.{_name}()",
        example=(
            f"top = df['k'].value_counts().head(2).index.{_name}()\nout = df[df['k'].isin(top)]",
            f"n = df.groupby('k')['i'].sum()\nout = df[~df['k'].isin(n[n > 10].index.{_name}())]",
        ),
    )(_labels)


@rule(
    "builtins.zip(*iterables)",
    example="pairs = dict(zip(other['k'], other['w']))\nout = df.assign(w=df['k'].map(pairs))",
)
def zip_(c: Call) -> Value:
    """Pairs of the values of two Series of the same rows."""
    parts = c["iterables"]
    c.need(len(parts) == 2 and all(isinstance(p, Col) and p.kind == "Series" for p in parts), "not two Series")  # fmt: skip
    c.need(parts[0].frame.rows.uid == parts[1].frame.rows.uid, "Series of other rows")
    return made_by(c, tuple(parts), "pairs", *parts)


@rule(
    "builtins.dict(mapping)",
    example="out = df.assign(w=df['j'].map(dict(zip(df['i'], df['s']))))",
)
def dict_(c: Call) -> Value:
    """Pairs as a dict: the last of equal keys counts."""
    pairs = c["mapping"]
    c.need(isinstance(pairs, Collected) and pairs.form == "pairs", "not pairs of Series")
    base, (keys, values) = meet(*pairs.source)  # type: ignore[union-attr]
    key, value = c.ctx.temp("label"), c.ctx.temp("value")
    table = assign(c.ctx, assign(c.ctx, base, key, keys), value, values)
    table = selected(c.ctx, table, [table.column(key), table.column(value)])
    table = by_label(table, key)
    return made_by(c, series_of(c.ctx, table, value), "dict", pairs)


@rule(
    "builtins.dict(**kwargs)",
    verdict="kept",
    example="out = df.assign(**dict(o=df['j'] + 1)).agg(dict(i='sum', o=['min', 'max']))",
)
def named_items(c: Call) -> Mapping:
    """What is named, under its names."""
    c.need(c["kwargs"], "nothing is named")
    return Mapping(tuple(c["kwargs"].items()))


def by_label(frame: Frame, label: str) -> Frame:
    """A column as the labels of the rows."""
    level = frame.column(label)
    hidden = (*frame.hidden, *(x.name for x in frame.index.levels))
    columns = tuple(x for x in frame.columns if x is not level)
    return frame.but(columns=columns, index=Index("columns", None, (level,), unique=False), hidden=hidden)  # fmt: skip


def _values(c: Call) -> Value:
    """The values of a Series, or of what holds them already."""
    (given,) = (c[p.name] for p in c.rule.parameters)
    if isinstance(given, Frame) and c.rule.name == "builtins.list":
        return Const(list(given.labels))
    if isinstance(given, TestedColumns) and given.index and c.rule.name == "builtins.list":
        unchanged(c, given)
        return replace(given, text=f"list({given.text})")
    if isinstance(given, Collected) and given.form == "list":
        return made_by(c, given.source, "list", given)
    c.need(isinstance(given, Col) and given.kind == "Series", "not the values of a Series")
    return made_by(c, given, "list", given)


for _name in ("set", "list"):
    rule(
        f"builtins.{_name}(iterable)",
        example=(
            f"known = {_name}(other['k'])\nout = df[df['k'].isin(known)]",
            f"known = {_name}(other['k'].dropna().unique())\nout = df[~df['k'].isin(known)]",
        ),
    )(_values)

# --- what takes it ----------------------------------------------------------------------------


def source_of(c: Call, value: Any, form: str) -> Any:
    """The Series whose values these are. Raises NoRule where a statement may have changed them."""
    c.need(isinstance(value, Collected) and value.form == form, "not the values of a Series")
    unchanged(c, value)
    return value.source


def unchanged(c: Call, value: Local) -> None:
    """Raises NoRule where a statement may have changed the object since it was made."""
    if not value.text.isidentifier():
        return
    word = re.compile(rf"(?<![\w.'\"]){value.text}(?![\w'\"])")  # neither a column nor an attribute
    for s in reversed(c.ctx.statements):
        if s.defines == value.text and s.text.startswith(f"{value.text} = "):
            return
        seen = s.text.startswith("print(") or not word.search(s.text)
        c.need(seen, "values that another statement may have changed")


def instead(c: Call, name: str, value: Any) -> Call:
    """The call with another value for an argument."""
    call = Call(c.rule, c.self, {**c.args, name: value}, c._given, c.ctx)
    call.interpreter, call.node = c.interpreter, c.node  # type: ignore[attr-defined]
    return call


def as_if(c: Call, call: Call, do: Any) -> Col:
    out = do(call)
    c.verdict = getattr(call, "verdict", "native")  # type: ignore[attr-defined]
    return out


@rule(
    "Series.isin(values)",
    example=(
        "seen = other['k'].unique()\nout = df[df['k'].isin(seen)]",
        "names = df[df['f'] > 1]['s'].dropna().tolist()\nprint(names)\nout = df.assign(x=df['s'].isin(names))",
    ),
)
def isin_collected(c: Call) -> Col:
    """Membership in the values of a Series that were collected."""
    source = source_of(c, c["values"], "list")
    return as_if(c, instead(c, "values", Col(**{f: getattr(source, f) for f in Col.__dataclass_fields__})), isin_series)  # fmt: skip


@rule("Series.map(arg, na_action=None)", example="d = df.set_index('s')['i'].to_dict()\nout = df['k'].map(d)")  # fmt: skip
def map_collected(c: Call) -> Col:
    """Each value looked up in the dict of a Series: of equal labels the last one counts."""
    source = source_of(c, c["arg"], "dict")
    c.need(not source.is_nullable, "a dict of nullable values")
    if not source.frame.index.unique:
        levels = source.frame.index.levels
        c.need(len(levels) == 1, "looked up by numbers of rows, or labels of several levels")
        table = framed(c.ctx, source, "value")
        kept = first_rows_of(c.ctx, table, list(table.index.levels), "last")
        kept = kept.but(index=Index("columns", None, kept.index.levels, unique=True))
        source = series_of(c.ctx, kept, "value").but(label=source.label)
    return as_if(c, instead(c, "arg", source), map_series)


__all__ = ["source_of", "unchanged"]
