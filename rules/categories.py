"""The category dtype: made from values, its codes and categories, sorted and compared by them.

In Spark a category is its text. Its categories are known while translating where the program
states them (`Category`); those of ``astype("category")`` are the different texts of the column in
their order (`SeenCategory`), of which every one has a row as long as no row goes.
"""

from __future__ import annotations

from typing import Any

from rules.lib import FrameStep, derive, is_missing, materialised, tightened, typed
from rules.registry import Call, rule
from rules.widths import CODE
from transpiler.errors import NoRule
from transpiler.facts import (
    TEXTS,
    Array,
    Binned,
    Category,
    Col,
    Const,
    MadeCategory,
    Mapping,
    Rows,
    SeenCategory,
    Value,
    Width,
)
from transpiler.symbolic import E, F, col, lift


def place(expr: E, categories: list) -> E:
    """The number of a value among the categories; missing where it is none of them."""
    if not categories:
        return F.lit(None).cast("int")
    out: Any = F
    for number, name in enumerate(categories):
        out = out.when(expr == name, number)
    return out


def stated(dtype: Any) -> list | None:
    """The categories of a dtype where the program states them; None elsewhere."""
    return list(dtype.categories) if isinstance(dtype, Category) else None


def categories_of(c: Call, value: Any) -> list[str]:
    """An argument that lists categories, as texts."""
    found = value.value if isinstance(value, Const) else None
    found = found.tolist() if hasattr(found, "tolist") else found
    c.need(isinstance(found, (list, tuple)), "categories that are not known here")
    c.need(
        all(isinstance(x, str) for x in found) and len(set(found)) == len(found),
        "categories that are not different texts",
    )
    return list(found)


def as_category(c: Call, series: Col, dtype: Category) -> Col:
    """Values with stated categories; others are missing."""
    if series.dtype is None and not series.is_nullable and dtype.categories:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        series = materialised(c.ctx, tightened(series))
        expr = typed(c.ctx, "among_texts", series, categories=dtype.categories)
        return derive(expr, dtype, series, null_free=False, loose=False, gap="nan")
    if series.dtype not in TEXTS | {"category"}:
        raise NoRule("categories of what is not text")
    series = tightened(series)
    before = stated(series.dtype)
    inside = before is not None and set(before) <= set(dtype.categories)
    expr = series.expr
    if not inside:
        expr = F.when(expr.isin(dtype.categories), expr) if dtype.categories else F.lit(None).cast("string")  # fmt: skip
    return derive(expr, dtype, series, null_free=inside and series.null_free, gap="nan")


def as_seen(ctx: Any, series: Col) -> Col:
    """``astype("category")``."""
    if isinstance(series.dtype, (Category, SeenCategory)):
        return series
    if series.dtype not in TEXTS:
        raise NoRule("categories of what is not text for sure")
    series = tightened(series)
    return derive(series.expr, seen_in(series.frame.rows, making(ctx)), series, gap="nan")


def seen_in(rows: Rows, step: tuple) -> SeenCategory:
    """The dtype of categories that ``step`` makes of all texts in these rows."""
    rows.full.add(step)
    return SeenCategory(step)


def making(ctx: Any) -> tuple:
    """The step at hand, which makes categories that only its rows tell. Raises NoRule where a later
    step in pandas would have to know them."""
    step = ctx.step()
    if ctx.wants(step, "categories"):
        raise NoRule(
            "a later step in pandas sees these categories, which only all the rows here tell"
        )
    return step


def sort_place(series: Col) -> E | None:
    """What sorts the values of a category; None where their text does.

    Raises NoRule where the order of the categories is not known.
    """
    found = stated(series.dtype)
    if found is not None:
        return None if found == sorted(found) else place(series.expr, found)
    if isinstance(series.dtype, SeenCategory):
        return None
    raise NoRule("the order of the categories is not known here")


def complete(dtype: Any, rows: Any) -> bool:
    """Whether every category has a row, for sure."""
    return isinstance(dtype, SeenCategory) and rows.has_all(dtype.step)


# --- making categories ----------------------------------------------------------------------

_MADE = "df['c'] = pd.Categorical(df['k'], categories=['d', 'c', 'b', 'a'], ordered=True)\n"


@rule(
    "pandas.Categorical(values, categories=None, ordered=None, dtype=None, fastpath=None, copy=True)",
    not_yet="fastpath",
    ignored="copy",
    example=(
        f"{_MADE}out = df.sort_values(['c', 'i', 'j'])[['c', 'i']]",
        "df['c'] = pd.Categorical(df['k'], ['a', 'b'])\nout = df[['k', 'c']]",
        "df['c'] = pd.Categorical(df['k'])\nout = df.sort_values(['c', 'i', 'j'])[['c', 'i']]",
    ),
)
def categorical(c: Call) -> Col:
    """Values as categories, without labels."""
    values, dtype = c["values"], c["dtype"]
    c.need(isinstance(values, Col), "values that are not a Series known here")
    given = not (isinstance(c["categories"], Const) and c["categories"].value is None)
    if isinstance(dtype, Const) and isinstance(dtype.value, Category):
        out = as_category(c, values, dtype.value)
    elif given:
        names = categories_of(c, c["categories"])
        out = as_category(c, values, Category(names, bool(c.lit("ordered"))))
    else:
        c.need(not c.lit("ordered") and c.lit("dtype") is None, "categories of this form")
        out = as_seen(c.ctx, values)
    facts = {f: getattr(out, f) for f in out.__dataclass_fields__}
    return Array(**{**facts, "column": None})


@rule(
    "pandas.CategoricalDtype(categories=None, ordered=False)",
    example=(
        "df['c'] = df['k'].astype(pd.CategoricalDtype(['d', 'c', 'b', 'a'], ordered=True))\nout = df.sort_values(['c', 'i', 'j'])[['c', 'i']]",
        "kinds = pd.CategoricalDtype(categories=['x', 'a'])\nout = df.astype({'k': kinds})['k']",
    ),
)
def categorical_dtype(c: Call) -> Value:
    """A dtype with stated categories."""
    names = categories_of(c, c["categories"])
    return Const(Category(names, bool(c.lit("ordered"))))


# --- the accessor ---------------------------------------------------------------------------


@rule(
    "Series.cat.codes()",
    example=(
        f"{_MADE}out = df['c'].cat.codes",
        "df['k'].astype('category').cat.codes + df['i']",
        "df['c'] = df['k'].astype('category')\ndf['c'] = df['c'].cat.codes\nout = df[df['i'] > 3].groupby('c')['i'].max()",
        "df['k'].astype('category').cat.codes.astype('int64') * 100",
    ),
)
def codes(c: Call) -> Col:
    """The number of each value's category, -1 for a missing one."""
    series = c.col
    found = stated(series.dtype)
    if found is not None:
        c.need(len(found) < 128, "more categories than a byte counts")
        expr = F.coalesce(place(series.expr, found), F.lit(-1)).cast("tinyint")
        return derive(expr, "int8", series, null_free=True, gap=None, label=None)
    c.need(complete(series.dtype, series.frame.rows), "categories that may have no row")
    made = c.ctx.step()
    c.need(not c.ctx.wants(made, "width"), "a later step computes with the codes in as few bytes as they need; with .astype('int64') after them they are numbered on the cluster")  # fmt: skip
    c.verdict = "runtime"  # type: ignore[attr-defined]
    name = c.ctx.temp("code")
    step = FrameStep(f"{c.ctx.call('group_numbers')}(@@, {name!r}, {series.expr})")
    expr = F.coalesce(col(name), F.lit(-1))
    return derive(expr, "int64", series, temps=(*series.temps, (name, step)), local=False, null_free=True, column=None, gap=None,
                  label=None, width=Width(CODE, {made}))  # fmt: skip


@rule("Series.cat.categories()", example=f"{_MADE}out = list(df['c'].cat.categories)")
def categories(c: Call) -> Value:
    """The categories that the program stated."""
    found = stated(c.col.dtype)
    c.need(found is not None, "the categories depend on the data")
    c.need(not isinstance(c.col.dtype, Binned), "categories that are not texts")
    return Const(found)


@rule("Series.cat.ordered()", example=f"{_MADE}out = df['c'].cat.ordered")
def ordered(c: Call) -> Value:
    """Whether the categories have an order."""
    c.need(isinstance(c.col.dtype, (Category, SeenCategory)), "categories that are not known here")
    return Const(bool(getattr(c.col.dtype, "ordered", False)))


def known(c: Call) -> Category:
    dtype = c.col.dtype
    c.need(isinstance(dtype, Category), "the categories depend on the data")
    return dtype  # type: ignore[return-value]


def with_dtype(c: Call, dtype: Any, expr: E | None = None) -> Col:
    series = c.col
    return derive(series.expr if expr is None else expr, dtype, series, null_free=False, gap="nan")


@rule(
    "Series.cat.set_categories(new_categories, ordered=None, rename=False)",
    not_yet="rename",
    example=(
        "df['c'] = df['k'].astype('category').cat.set_categories(['d', 'c', 'b', 'a'], ordered=True)\nout = df.sort_values(['c', 'i', 'j'])[['c', 'i']]",
        f"{_MADE}df['c'] = df['c'].cat.set_categories(['a', 'd'])\nout = df[['k', 'c']]",
    ),
)
def set_categories(c: Call) -> Col:
    """Other categories; values of none of them are missing."""
    way = c.lit("ordered")
    way = bool(getattr(c.col.dtype, "ordered", False)) if way is None else bool(way)
    return as_category(c, c.col, Category(categories_of(c, c["new_categories"]), way))


@rule(
    "Series.cat.reorder_categories(new_categories, ordered=None)",
    example=(
        f"{_MADE}df['c'] = df['c'].cat.reorder_categories(['a', 'b', 'c', 'd'], ordered=True)\nout = df[df['c'] > 'b'][['c', 'i']]",
        "df['k'] = df['k'].astype('category')\ndf['k'] = df['k'].cat.reorder_categories(['d', 'c', 'b', 'a'], ordered=True)\nout = df.sort_values(['k', 'i', 'j'])[['k', 'i']]",
    ),
)
def reorder(c: Call) -> Col:
    """The same categories in another order."""
    names, way = categories_of(c, c["new_categories"]), c.lit("ordered")
    if isinstance(c.col.dtype, SeenCategory):
        c.need(not c.col.temps and complete(c.col.dtype, c.col.frame.rows), "categories that depend on the data")  # fmt: skip
        check, frame = c.ctx.call("expect_categories"), c.col.frame
        c.ctx.emit(f"{check}({frame.text}, {c.col.expr}, {names!r})", reads=frame.vars)
        c.verdict = "runtime"  # type: ignore[attr-defined]
        return with_dtype(c, Category(names, bool(way)))
    dtype = known(c)
    c.need(set(names) == set(dtype.categories), "other categories")
    return with_dtype(c, Category(names, dtype.ordered if way is None else bool(way)))


@rule(
    "Series.cat.add_categories(new_categories)",
    example=f"{_MADE}df['c'] = df['c'].cat.add_categories(['none']).fillna('none')\nout = df[['k', 'c']]",
)
def add(c: Call) -> Col:
    """More categories, after those that are there."""
    dtype, given = known(c), c.lit("new_categories")
    names = categories_of(c, Const([given] if isinstance(given, str) else given))
    c.need(not set(names) & set(dtype.categories), "categories that are there already")
    return with_dtype(c, Category([*dtype.categories, *names], dtype.ordered))


@rule(
    "Series.cat.remove_unused_categories()",
    example=(
        "df['c'] = df['k'].astype('category')\nw = df[df['i'] > 8].copy()\nw['c'] = w['c'].cat.remove_unused_categories()\nout = w.groupby('c', observed=False)['i'].sum()",
        "df['c'] = df['k'].astype('category')\nw = df[df['i'] > 8].copy()\nw['c'] = w['c'].cat.remove_unused_categories()\nw['n'] = w['c'].cat.codes.astype('int64')\nout = w[['c', 'n']]",
    ),
)
def remove_unused(c: Call) -> Col:
    """The categories that have a row here, in their order."""
    series = c.col
    c.need(isinstance(series.dtype, SeenCategory) and not series.temps, "categories in an order of their own")  # fmt: skip
    if complete(series.dtype, series.frame.rows):
        return series
    return with_dtype(c, seen_in(series.frame.rows, making(c.ctx)))


@rule(
    "Series.cat.remove_categories(removals)",
    example=f"{_MADE}out = df['c'].cat.remove_categories(['d', 'a'])",
)
def remove(c: Call) -> Col:
    """Fewer categories; their values become missing."""
    dtype, given = known(c), c.lit("removals")
    gone = categories_of(c, Const([given] if isinstance(given, str) else given))
    c.need(set(gone) <= set(dtype.categories), "categories that are not there")
    left = [x for x in dtype.categories if x not in gone]
    return as_category(c, c.col, Category(left, dtype.ordered))


@rule(
    "Series.cat.rename_categories(new_categories)",
    example=(
        f"{_MADE}out = df['c'].cat.rename_categories({{'a': 'A', 'b': 'B'}})",
        f"{_MADE}df['c'] = df['c'].cat.rename_categories(['w', 'x', 'y', 'z'])\nout = df.sort_values(['c', 'i', 'j'])[['c', 'k']]",
    ),
)
def rename(c: Call) -> Col:
    """Other names for the categories."""
    given = c["new_categories"]
    c.need(not isinstance(given, Mapping), "names that are not known here")
    value = c.lit("new_categories")
    seen = isinstance(c.col.dtype, SeenCategory)
    if seen:  # they keep the places of the old names, which only the data tell
        c.need(isinstance(value, dict), "the categories depend on the data")
        dtype = Category(list(value), False)
    else:
        dtype = known(c)
    if isinstance(value, dict):
        names = [value.get(x, x) for x in dtype.categories]
    else:
        names = list(value) if isinstance(value, (list, tuple)) else []
        c.need(len(names) == len(dtype.categories), "another number of categories")
    c.need(all(isinstance(x, str) for x in names) and len(set(names)) == len(names), "names that are not different texts")  # fmt: skip
    expr: Any = F
    pairs = [(a, b) for a, b in zip(dtype.categories, names) if a != b]
    if not pairs:
        return c.col
    for a, b in pairs:
        expr = expr.when(c.col.expr == a, b)
    expr = expr.otherwise(c.col.expr)
    return with_dtype(c, MadeCategory(making(c.ctx)) if seen else Category(names, dtype.ordered), expr)  # fmt: skip


for _name, _way in (("as_ordered", True), ("as_unordered", False)):

    def _as(c: Call, way: bool = _way) -> Col:
        """The same categories, with or without an order."""
        return with_dtype(c, Category(known(c).categories, way))

    rule(f"Series.cat.{_name}()", example=f"{_MADE}df['c'] = df['c'].cat.{_name}()\nout = df.sort_values(['c', 'i', 'j'])[['c', 'i']]")(_as)  # fmt: skip


# --- comparisons ----------------------------------------------------------------------------


def compared_in_order(op: str, a: Any, b: Any) -> Col | None:
    """``<`` and its kin between an ordered category and one of its values; None for other operands."""
    turned = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
    if op not in turned:
        return None
    if isinstance(a, Const) and isinstance(b, Col):
        a, b, op = b, a, turned[op]
    if not (isinstance(a, Col) and isinstance(b, Const) and isinstance(a.dtype, Category)):
        return None
    if not a.dtype.ordered or is_missing(b.value) or b.value not in a.dtype.categories:
        raise NoRule("categories without an order, or a value that is none of them")
    at = a.dtype.categories.index(b.value)
    tests = {"lt": lambda n: n < at, "le": lambda n: n <= at, "gt": lambda n: n > at, "ge": lambda n: n >= at}  # fmt: skip
    wanted = [x for n, x in enumerate(a.dtype.categories) if tests[op](n)]
    expr = a.expr.isin(wanted) if wanted else F.lit(False) & a.expr.isNotNull()
    return derive(expr, "bool", a, loose=True, null_free=False, label=a.label)


__all__ = [
    "as_category",
    "as_seen",
    "compared_in_order",
    "complete",
    "lift",
    "place",
    "sort_place",
    "stated",
]
