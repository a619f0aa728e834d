"""Pieces of a file, put together again."""

from __future__ import annotations

from typing import Any

from rules.lib import renumbered
from rules.registry import Call, rule
from transpiler.facts import Col, Const
from transpiler.loops import Chunks, Pieces


@rule(
    "pandas.concat(objs, *, axis=0, join='outer', ignore_index=False, keys=None, levels=None, names=None, "
    "verify_integrity=False, sort=False, copy=None)",
    not_yet="keys levels names verify_integrity",
    ignored="copy join sort",
    example=(
        "out = pd.concat(pd.read_csv('other.csv', chunksize=3), ignore_index=True)",
        "parts = []\nn = 0\nfor i, part in enumerate(pd.read_csv('nasty.csv', usecols=['k', 'i', 'f'], dtype={'k': str, 'i': 'float64', 'f': 'float64'}, chunksize=4), start=1):\n    part = part.dropna(subset=['k'])\n    part['z'] = part['f'] * 2 + part['i']\n    n += len(part)\n    print(i, n)\n    parts.append(part[part['k'].str.upper() != 'B'])\nout = pd.concat(parts).assign(n=n)",
        "def clean(part, least):\n    part = part.copy()\n    part['k'] = part['k'].str.strip().fillna('none')\n    return part[part['f'] > least]\nreader = pd.read_csv('nasty.csv', usecols=['k', 'f'], dtype={'k': str, 'f': float}, chunksize=5)\nout = pd.concat([clean(p, 0) for p in reader], ignore_index=True)",
    ),
)
def concat_pieces(c: Call) -> Any:
    """The pieces of a file one under the other: the file."""
    given = c["objs"]
    c.need(
        isinstance(given, (Chunks, Pieces)), "what is put together is not a list that is known here"
    )
    c.need(c.lit("axis") in (0, "index"), "pieces next to each other")
    whole = given.taken() if isinstance(given, Chunks) else given.whole
    if not c.lit("ignore_index"):
        return whole
    if isinstance(whole, Col):
        return c.interpreter.by_rule("Series.reset_index", whole, [], {"drop": Const(True)}, c.node)  # type: ignore[attr-defined]
    return renumbered(c.ctx, whole)
