"""Rows to columns without an aggregate: pivot, unstack."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.join import ordered_number
from rules.lib import settle
from rules.index import framed
from rules.levels import unsorted_levels
from rules.pivot import Wide, as_list, fits, spread, unstacked
from rules.registry import Call, rule
from transpiler.facts import NULL_FREE, Column, Frame, SortKey
from transpiler.symbolic import in_list, render, resolved_name

# --- pivot, unstack ---------------------------------------------------------------------------

_BANDS = "df['band'] = pd.cut(df['i'], [-100, 0, 3, 50, 1000], labels=['z', 'y', 'x', 'w'])\n"
_PIVOT = "*, columns, index=None, values=None"


@rule(
    f"DataFrame.pivot({_PIVOT})",
    example=(
        "df.drop_duplicates(['k', 's']).dropna(subset=['s']).pivot(index='k', columns='s', values='i')",
        "df.drop_duplicates(['k', 'j', 's']).dropna(subset=['s']).pivot(index=['k', 'j'], columns='s', values='f').reset_index()",
        "df.drop_duplicates(['k', 's']).dropna(subset=['s']).pivot(index='k', columns='s', values='u').reset_index().fillna('-')",
        "df.drop_duplicates(['k', 's']).dropna(subset=['s']).pivot(index='k', columns='s', values=['i', 'f'])",
        "df.drop_duplicates(['k', 's']).dropna(subset=['s'])[['k', 's', 'i', 'f']].pivot(index='k', columns='s')",
        "df.drop_duplicates(['k', 'b']).pivot(index='k', columns='b', values='i')",
        "df.drop_duplicates(['k', 's']).dropna(subset=['s']).pivot(index='k', columns='s', values='b')",
        "df.drop_duplicates(['k', 's', 'b']).dropna(subset=['s']).pivot(index='k', columns=['s', 'b'], values='i')",
        "df.drop_duplicates('s').dropna(subset=['s', 'k']).set_index('k').pivot(columns='s', values='f')",
    ),
)
def pivot_method(c: Call) -> Frame:
    """Rows to columns, one value for each place."""
    return pivoted(c, c.frame)


@rule(f"pandas.pivot(data, {_PIVOT})",
      example="pd.pivot(df.drop_duplicates(['i', 'k']).dropna(subset=['k']), index='i', columns='k', values='j')")  # fmt: skip
def pivot_function(c: Call) -> Frame:
    """``data.pivot()``."""
    c.need(isinstance(c["data"], Frame), "the frame is not known here")
    return pivoted(c, c["data"])


def pivoted(c: Call, frame: Frame) -> Frame:
    c.need(not (c.given("index") and c.lit("index") is None), "index=None")
    c.need(not (c.given("values") and c.lit("values") is None), "values=None")
    names = [frame.column(x) for x in as_list(c.lit("columns"))]
    if c.given("index"):
        levels = [frame.column(x) for x in as_list(c.lit("index"))]
    else:
        c.need(frame.index.kind == "columns", "rows by their numbers")
        levels = list(frame.index.levels)
    given, used = c.lit("values"), {x.name for x in (*levels, *names)}
    labels = as_list(given)
    if not c.given("values"):
        labels = [x.label for x in frame.columns if x.name not in used]
        c.need(not frame.open, "the columns of the frame are not known here")
    cells = [frame.column(x) for x in labels]
    single = c.given("values") and not isinstance(given, list)
    c.need(len({x.name for x in (*levels, *names, *cells)}) == len(levels) + len(names) + len(cells), "a column in two roles")  # fmt: skip
    settle(c.ctx, frame)
    c.ctx.use(frame, *levels, *names, *cells)
    c.need(not any(x.dtype == "category" for x in (*levels, *names)), "categories, which come in the order of their first rows where one has none")  # fmt: skip
    heads = [() if single else (x,) for x in labels]
    options = ["check=True"]
    if len(names) > 1:  # in the order of their first rows
        row = c.ctx.temp("row")
        frame = ordered_number(c.ctx, frame, row)
        options.append(f"seen={render([row])}")
    return spread(c, Wide(frame, levels, names, cells, heads, None, tuple(options), False))


def levels_at(c: Call, frame: Frame, level: Any) -> list[Column]:
    """The index levels that ``level=`` names, by name or place."""
    levels = frame.index.levels
    c.need(frame.index.kind == "columns" and len(levels) > 1, "an index of one level")
    labels = [x.label for x in levels]
    found = []
    for one in as_list(level):
        place = labels.index(one) if isinstance(one, str) and one in labels else one
        c.need(type(place) is int and -len(levels) <= place < len(levels), "a level that is not there")  # fmt: skip
        found.append(levels[place])
    c.need(len(found) < len(levels) and len({x.name for x in found}) == len(found), "all levels")
    return found


@rule(
    "Series.unstack(level=-1, fill_value=None, sort=True)",
    not_yet="sort",
    example=(
        "df.groupby(['j', 's'])['i'].sum().unstack()",
        "df.dropna(subset=['k']).groupby(['k', 's']).size().unstack(fill_value=0)",
        "df.groupby(['j', 'k'])['f'].mean().unstack('k').reset_index()",
        "df.groupby(['j', 'b'])['i'].sum().unstack(level=0)",
        "df.groupby(['k', 'j'])['i'].sum().unstack(level=0)",
        "df.groupby(['k', 's'])['i'].sum().unstack('k')",
        "df.groupby(['k', 's', 'j'])['f'].max().unstack('k', fill_value=0)",
        "df.groupby(['k', 'i'])['u'].first().unstack('k', fill_value='-')",
        "df.groupby(['j', 'k', 'b'])['i'].sum().unstack(['k', 'b'])",
        "df.groupby('k')['s'].value_counts(normalize=True).unstack(fill_value=0)",
        "df.groupby(['k', 's'])['i'].sum().unstack(fill_value=0)",
        "df.groupby('b')['s'].value_counts().unstack()",
        "df.groupby(['b', 's'], dropna=False).size().unstack(fill_value=0)",
        "df.groupby(['k', 'b'], dropna=False)['i'].sum().unstack()",
        "df.assign(s=df['s'].fillna('x')).groupby(['k', 's'], dropna=False)['i'].sum().unstack().reset_index()",
        "t = df.groupby(['k', 's'], dropna=False).size().unstack(fill_value=0)\nt.columns = [str(x) for x in t.columns]\nout = t",
        "df.groupby(['k', df['t'].dt.year])['i'].sum().unstack()",
        "df.groupby(['k', 'b'])['s'].first().unstack()",
        "df.groupby(['k', 'j'])['i'].quantile([0.5, 0.75]).unstack().reset_index()",
        "df.dropna(subset=['k']).drop_duplicates(['i', 'k']).set_index(['i', 'k'])['f'].unstack()",
        *(
            f"{_BANDS}out = df.groupby({keys}, observed={seen}){rest}"
            for keys, seen, rest in (
                ("['b', 'band']", False, "['f'].sum().unstack()"),
                ("['k', 'band']", True, "['i'].max().unstack()"),
                ("['b', 'band']", False, ".size().unstack(fill_value=0)"),
                ("['band', 'k']", True, "['i'].sum().unstack('k', fill_value=0)"),
                ("['b', 'band']", True, "['f'].mean().unstack(level=0).reset_index()"),
                ("['band', 'b']", False, "['i'].count().unstack('band')"),
            )
        ),
        "df['c'] = pd.Categorical(df['k'], ['d', 'zz', 'c', 'a'])\nt = df.groupby(['s', 'c'], observed=True)['i'].sum().unstack()\nout = t.reset_index()",
    ),
)
def unstack(c: Call) -> Frame:
    """A level of the index becomes columns."""
    fill = c.lit("fill_value")
    c.need(fits(fill), "fill_value= of this form")
    series = c.col
    table = framed(c.ctx, series, "__value")
    cell = table.column("__value")
    if not cell.is_nullable and cell.dtype is None and series.is_nullable:
        cell = replace(cell, nullable=True)
    across = levels_at(c, table, c.lit("level"))
    return spread_in_order(c, table, unstacked(c, table, across, [cell], [()], fill, True))


@rule(
    "DataFrame.unstack(level=-1, fill_value=None, sort=True)",
    not_yet="sort",
    example=(
        "df.groupby(['j', 'k'])[['i', 'f']].sum().unstack()",
        "df.groupby(['k', 'b'])[['i', 'f']].agg('max').unstack('b').reset_index()",
        "df.groupby(['k', 'b'])[['i']].count().unstack(fill_value=0)",
        "df.groupby(['k', 'b'], dropna=False)[['i', 'f']].sum().unstack()",
    ),
)
def unstack_frame(c: Call) -> Frame:
    """A level of the index becomes a level of the columns."""
    frame, fill = c.frame, c.lit("fill_value")
    c.need(fits(fill) and not frame.open, "the columns of the frame are not known here")
    c.need(all(isinstance(x, str) for x in frame.labels), "columns of several levels")
    across = levels_at(c, frame, c.lit("level"))
    settle(c.ctx, frame)
    c.ctx.use(frame)
    heads = [(x.label,) for x in frame.columns]
    wide = unstacked(c, frame, across, list(frame.columns), heads, fill, True)
    return spread_in_order(c, frame, wide)


def spread_in_order(c: Call, table: Frame, wide: Wide) -> Frame:
    """The table, whose rows are in the order of their levels' values, or of a level's first rows
    where it remembers values that no row has: the job looks which it is."""
    loose = dict(table.index.loose)
    if wide.fill is not None and any(x.dtype not in NULL_FREE for x in wide.cells):
        wide = replace(wide, options=(*wide.options, "holes=True"))
    odd = unsorted_levels(table, wide.levels)
    return spread(c, wide) if not odd else in_order_of_levels(c, table, wide, odd, loose)


def spread_in_rows(c: Call, table: Frame, wide: Wide) -> Frame:
    """The same of a pivot table, whose groups without any value go before."""
    loose, odd = dict(table.index.loose), unsorted_levels(table, wide.levels)
    if "dropna=True" in wide.options and not all(x.dtype in NULL_FREE for x in wide.cells):
        odd = list(wide.levels[1:])
    return spread(c, wide) if not odd else in_order_of_levels(c, table, wide, odd, loose)


def in_order_of_levels(c: Call, table: Frame, wide: Wide, odd: list[Column], loose: dict) -> Frame:
    """The table in the order of its levels, of which the job looks what some remember. ``loose``:
    text of the values that they had at first, where these are not just those of the rows."""
    ctx = c.ctx
    c.need(
        not any(x.dtype == "category" for x in odd), "categories in the order of their first rows"
    )
    c.need(all(loose.get(x.name, "") is not None for x in odd), "the values that the level had at first are not known")  # fmt: skip
    c.need(table.order.total and all(k.ascending for k in table.order.keys), "the order of the rows that are left is not known")  # fmt: skip
    wide = replace(wide, long=ctx.hoist(wide.long, "long"))
    out = spread(c, wide)
    seen, keys, long = (
        render([k.name for k in table.order.keys]),
        list(out.order.keys),
        wide.long.text,
    )
    held = long
    if "dropna=True" in wide.options:
        held += f'.na.drop(how="all", subset={render([resolved_name(x.name) for x in wide.cells])})'
    total = f", total=({render(wide.levels[0].name)}, {render(wide.total)})" if wide.total is not None else ""  # fmt: skip
    for level in odd:
        name, labelled = ctx.temp("place"), next(x for x in out.index.levels if x.label == level.label)  # fmt: skip
        values = loose.get(level.name) or f"{long}.select({in_list(level.name)})"
        args = f"{out.text}, {held}, {render([level.name, labelled.name])}, {values}, {seen}, {render(name)}{total}"
        place = next(n for n, k in enumerate(keys) if k.name == labelled.name)
        keys.insert(place, SortKey(name, None))
        out = out.but(text=f"{ctx.call('with_level_place')}({args})", hidden=(*out.hidden, name))
    return out.but(order=replace(out.order, keys=tuple(keys)), vars=out.vars | wide.long.vars)
