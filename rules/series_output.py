"""A Series written: as the frame of one column that pandas makes of it."""

from __future__ import annotations

from rules.index import framed
from rules.registry import Call, rule
from transpiler.facts import Value


def written(c: Call, method: str) -> Value:
    """The frame's own writer over the Series as its one column."""
    frame = framed(c.ctx, c.col, 0 if c.col.label is None else c.col.label)
    options = {name: c[name] for name in c.args if c.given(name)}
    return c.interpreter.by_rule(f"DataFrame.{method}", frame, [], options, c.node)  # type: ignore[attr-defined]


@rule(
    "Series.to_csv(path_or_buf=None, *, sep=',', na_rep='', float_format=None, columns=None, header=True, "
    "index=True, index_label=None, mode='w', encoding=None, compression='infer', quoting=None, quotechar='\"', "
    "lineterminator=None, chunksize=None, date_format=None, doublequote=True, escapechar=None, decimal='.', "
    "errors='strict', storage_options=None)",
    not_yet="columns",
    example=(
        "df['f'].to_csv('out.csv')",
        "df.groupby('k')['i'].sum().to_csv('out.csv')",
        "df['k'].value_counts().to_csv('out.csv')",
        "(df['i'] * 2).rename('twice').to_csv('out.csv', index=False)",
        "(df['i'] > 2).rename(None).to_csv('out.csv', index=False, header=False)",
    ),
)
def to_csv(c: Call) -> Value:
    """A CSV dataset of the labels and the values."""
    return written(c, "to_csv")


__all__ = ["to_csv"]
