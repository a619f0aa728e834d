"""``str.split(expand=True)`` as a frame: as many columns as the longest text has parts."""

from __future__ import annotations


from typing import Any

from rules.lib import chain, drop_hidden, with_temps
from rules.registry import Call, rule
from rules.split_parts import split_columns, table_of
from transpiler.errors import NoRule
from transpiler.facts import Frame, Plain, Scalar, Sequence, Windowed, fresh
from transpiler.symbolic import render


def expander_of(c: Call) -> Any:
    c.need(isinstance(c.self, Windowed) and c.self.how == "split", "not a split text")
    return c.self.params[0]  # type: ignore[union-attr]


@rule(
    "Series.str.split.shape()",
    verdict="runtime",
    example=(
        "df['s'].str.split(' ', expand=True).shape",
        "df[df['s'].isna()]['s'].str.split(' ', expand=True).shape",
        "df.head(0)['s'].str.split(' ', expand=True).shape",
    ),
)
def split_shape(c: Call) -> Sequence:
    """Rows, and parts of the longest text."""
    found = expander_of(c)
    frame = found.series.frame
    c.need(not found.series.temps, "the parts need columns of their own")
    rows = Scalar(f"{frame.text}.count()", "int64", frame.vars, "rows", frame.rows)
    width = f"{c.ctx.call('most_parts')}({frame.text}, {found.parts})"
    return Sequence((rows, Scalar(width, "int64", frame.vars, "width")), tuple)


_NAMED = (
    "parts = df['s'].str.split(' ', expand=True)\n"
    "parts.columns = [f's_{i}' for i in range(parts.shape[1])]\n"
)


@rule(
    "Series.str.split.columns.__set__(value)",
    verdict="runtime",
    example=(
        f"{_NAMED}out = pd.concat([df[['i', 's']], parts], axis=1)",
        f"{_NAMED}out = parts",
        f"df = df[df['i'] > 10**17]\n{_NAMED}out = pd.concat([df[['i', 's']], parts], axis=1)",
        f"{_NAMED}out = pd.concat([df, parts.iloc[:, :2]], axis=1).drop(columns=['s'])",
        "parts = df['s'].str.split(' ', n=1, expand=True)\nparts.columns = ['a', 'b']\nout = pd.concat([df[['i']], parts], axis=1)",
    ),
)
def name_parts(c: Call) -> Frame:
    """The parts get names: a frame beside the one that was split."""
    value, found = c["value"], expander_of(c)
    if not isinstance(value, Plain):
        labels = c.lit("value")
        c.need(
            isinstance(labels, list) and all(isinstance(x, str) for x in labels),
            "labels that are not text",
        )
        return table_of(c.ctx, split_columns(c.self, len(labels)), labels)  # type: ignore[arg-type]
    c.need(not found.changes and not found.least, "labels that the data give")
    return parts_beside(c, found, value)


def parts_beside(c: Call, found: Any, labels: Plain) -> Frame:
    """The source with the parts at its end; its own columns are hidden until they are joined."""
    ctx, source = c.ctx, found.series.frame
    base, temps = with_temps(source, found.series.temps)
    text = f"{ctx.call('with_parts')}({base.text}, {found.parts}, {labels.text})"
    wide = drop_hidden(base.but(text=text), temps)
    c.need(
        not source.open and all(x.label == x.name for x in source.columns),
        "columns whose names Spark does not take",
    )
    ctx.use(source)
    return wide.but(
        columns=(),
        open=True,
        base=fresh(),
        nullable=found.series.is_nullable,
        hidden=(*wide.hidden, *(x.name for x in source.columns)),
        beside=source.columns,
        vars=source.vars | labels.vars,
        label_names=(),
    )


def joined_parts(first: Frame, second: Frame) -> Frame:
    """``pd.concat([first, second], axis=1)`` where ``second`` came out of a split of ``first``.

    Raises NoRule unless it did, and the columns of ``first`` are all still in it unchanged.
    """
    there = {(x.name, x.uid) for x in second.beside}
    if not second.beside or first.open or first.rows is not second.rows:
        raise NoRule("the columns of the frame are not known here")
    if any((x.name, x.uid) not in there for x in first.columns):
        raise NoRule("a column has changed since the text was split")
    mixed = [
        x
        for x in first.columns
        if x.is_nullable != second.nullable and x.dtype not in ("datetime64[ns]", "date")
    ]
    if mixed:
        raise NoRule("columns of unknown type mix pandas' two kinds of missing values")
    shown = {x.name for x in first.columns}
    gone = [x.name for x in second.beside if x.name not in shown]
    out = second.but(
        columns=first.columns, hidden=tuple(h for h in second.hidden if h not in shown), beside=()
    )
    if gone:
        out = chain(out, f".drop({', '.join(render(g) for g in gone)})")
        out = out.but(hidden=tuple(h for h in out.hidden if h not in gone))
    return out
