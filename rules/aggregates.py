"""Aggregates of groups: ``sum``, ``mean``, …, and ``agg`` in all its spellings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable

from rules.carried import dtypes_in
from rules.group_extremes import where_is
from rules.groups import UNKNOWN, Groups, Made, keeping_facts, named, series_result
from rules.open_groups import each_of, left_to_job
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    BOOLS,
    FLOATS,
    INTEGERS,
    NULL_FREE,
    NUMBERS,
    TEXTS,
    Col,
    Scalar,
    Value,
    with_missing,
)
from transpiler.symbolic import E, F, lift

# --- one aggregate of one Series ------------------------------------------------------------


@dataclass(frozen=True)
class Spec:
    """What to compute: a name of AGGREGATES with its parameters, or a function over the group."""

    name: str
    params: dict = field(default_factory=dict)
    func: Any = None


def number_dtype(series: Col, how: str) -> str | None:
    """The dtype, refused where it is not a number for sure (unknown is left to the job)."""
    if series.dtype is not None and series.dtype not in NUMBERS | {"bool", "boolean"}:
        raise NoRule(f"{how} of a {series.dtype} column")
    return series.dtype


def floats(series: Col) -> str:
    return "Float64" if series.is_nullable else "float64"


def make_sum(g: Groups, v: Col, over: E | None, min_count: int = 0) -> Made:
    v = g.exact(v, over is not None)
    dtype = v.dtype if v.dtype == "timedelta64[ns]" else number_dtype(v, "the sum")
    if dtype in INTEGERS or dtype in BOOLS:
        dtype = "Int64" if v.is_nullable else "int64"
    elif dtype in FLOATS:
        dtype = floats(v)
    if min_count > 1 or (min_count == 1 and not v.null_free):
        dtype = {"int64": "int64?"}.get(dtype or "", dtype)
    full = True if v.null_free and min_count <= 0 and v.dtype is not None else None
    expr = g.typed("group_sum", v, over=over, min_count=min_count or None, full=full)
    # For categories without rows pandas puts 0, but not where they are the only key.
    several = g.grouped.hollow and len(g.grouped.keys) > 1
    none = 0 if min_count <= 0 else UNKNOWN if several else None
    return Made(expr, dtype, v.is_nullable, dtype in NULL_FREE, none)


def make_prod(g: Groups, v: Col, over: E | None, min_count: int = 0) -> Made:
    v = g.exact(v, over is not None)
    dtype = number_dtype(v, "the product")
    if dtype in INTEGERS or dtype in BOOLS:
        dtype = "Int64" if v.is_nullable else "int64"
    elif dtype in FLOATS:
        dtype = floats(v)
    if min_count > 0:
        dtype = {"int64": "int64?"}.get(dtype or "", dtype)
    return Made(
        g.typed("group_prod", v, over=over, min_count=min_count or None),
        dtype,
        v.is_nullable,
        False,
        None if min_count > 0 else 1,
    )


def spread(name: str, builder: str = "") -> Callable[..., Made]:
    """mean, std, …: a float whatever the column."""

    def make(g: Groups, v: Col, over: E | None, **params: Any) -> Made:
        number_dtype(v, name)
        return Made(g.typed(builder or f"group_{name}", v, over=over, **params), floats(v), v.is_nullable)  # fmt: skip

    return make


def make_quantile(
    g: Groups, v: Col, over: E | None, q: float = 0.5, by_group: bool = False, interpolation: str = "linear"
) -> Made:  # fmt: skip
    """``by_group``: as pandas' groups compute it, not as its Series do."""
    if v.dtype in BOOLS:
        raise NoRule("a quantile of booleans")
    number_dtype(v, "a quantile")
    if interpolation != "linear":
        halves = interpolation == "midpoint"
        v = v if halves else g.exact(v, over is not None)
        dtype = floats(v) if halves else v.dtype if v.null_free else with_missing(v.dtype)
        options = {"q": float(q), "how": interpolation, "by_group": by_group or None}
        expr = g.typed("group_quantile_at", v, over=over, **options)
        return Made(expr, dtype, v.is_nullable, v.null_free and not halves)
    options = {"q": None if q == 0.5 and not v.may_be_infinite else q}
    if by_group and v.may_be_infinite:
        options["by_group"] = True
    return Made(g.typed("group_quantile", v, over=over, **options), floats(v), v.is_nullable)


def make_median(g: Groups, v: Col, over: E | None) -> Made:
    number_dtype(v, "the median")
    return Made(g.typed("group_quantile", v, over=over), floats(v), v.is_nullable)


def enough(v: Col, one: Made, over: E | None, least: int) -> Made:
    """The aggregate where a group has at least so many values (min_count=)."""
    if least <= 0:
        return one
    if v.dtype not in ("float64", "object", "datetime64[ns]"):
        raise NoRule(f"min_count= of a {v.dtype} column")
    count = F.count(v.expr)
    test = (count if over is None else count.over(over)) >= least
    return replace(one, expr=F.when(test, one.expr), null_free=False)


def extreme(largest: bool) -> Callable[..., Made]:
    def make(g: Groups, v: Col, over: E | None, min_count: int = -1) -> Made:
        return enough(v, plainly(g, v, over), over, min_count)

    def plainly(g: Groups, v: Col, over: E | None) -> Made:
        if v.dtype in ("category", "list", "bool?"):
            raise NoRule(f"the least or largest of a {v.dtype} column")
        gaps_fail = v.dtype in (None, "object", "date") and not v.is_nullable and not v.null_free
        v = g.exact(v, over is not None)
        if not gaps_fail:
            expr = F.max(v.expr) if largest else F.min(v.expr)
            dtype = v.dtype if v.null_free else with_missing(v.dtype)
            return Made(
                expr.over(over) if over is not None else expr, dtype, v.is_nullable, v.null_free
            )
        expr = g.typed("group_extreme", v, over=over, largest=largest or None, gaps_fail=True)
        return Made(expr, v.dtype, v.is_nullable)

    return make


def make_count(g: Groups, v: Col, over: E | None) -> Made:
    masked = v.dtype in ("Int64", "Int32", "Float64", "boolean") or (v.dtype is None and v.nullable)
    expr = F.count(v.expr)
    return Made(
        expr.over(over) if over is not None else expr,
        "Int64" if masked else "int64",
        masked,
        True,
        0,
    )


def make_size(g: Groups, v: Col | None, over: E | None) -> Made:
    masked = v is not None and v.dtype in ("Int64", "Int32", "Float64", "boolean")
    expr = F.count(F.lit(1))
    return Made(
        expr.over(over) if over is not None else expr,
        "Int64" if masked else "int64",
        masked,
        True,
        0,
    )


def make_nunique(g: Groups, v: Col, over: E | None, dropna: bool = True) -> Made:
    if v.dtype == "list":
        raise NoRule("nunique of lists")
    from transpiler.builders import builder

    if over is None and dropna:
        return Made(F.count_distinct(v.expr), "int64", False, True, 0)
    expr = builder("group_nunique")(v.expr, None, over, dropna)
    return Made(expr, "int64", False, True, 0)


def nearest(last: bool) -> Callable[..., Made]:
    """first and last: the first value that is there."""

    def make(g: Groups, v: Col, over: E | None, skipna: bool = True, min_count: int = -1) -> Made:
        return enough(v, plainly(g, v, over, skipna), over, min_count)

    def plainly(g: Groups, v: Col, over: E | None, skipna: bool) -> Made:
        v = g.exact(v, over is not None)
        at = g.position()
        if skipna and not v.null_free:
            at = F.when(v.expr.isNotNull(), at)
        expr = (F.max_by if last else F.min_by)(v.expr, at)
        dtype = v.dtype if v.null_free else with_missing(v.dtype)
        return Made(
            expr.over(over) if over is not None else expr, dtype, v.is_nullable, v.null_free
        )

    return make


def truth(name: str) -> Callable[..., Made]:
    def make(g: Groups, v: Col, over: E | None, skipna: bool = True) -> Made:
        if v.dtype not in (None, "bool", "bool?", "boolean") and v.dtype not in NUMBERS | TEXTS:
            raise NoRule(f"{name} of a {v.dtype} column")
        if not skipna and not v.null_free:  # NaN is true
            if v.dtype not in NUMBERS or v.is_nullable:
                raise NoRule("missing values that are not NaN for sure")
            v = v.but(expr=F.coalesce(v.expr, F.lit(1)), column=None)
        masked = v.dtype in ("Int64", "Float64", "boolean") or (v.dtype is None and v.nullable)
        dtype = "boolean" if masked else "bool"
        return Made(g.typed(f"group_{name}", v, over=over), dtype, masked, True, UNKNOWN)

    return make


def collected(name: str) -> Callable[..., Made]:
    def make(g: Groups, v: Col, over: E | None) -> Made:
        if v.dtype in ("category", "list", "timedelta64[ns]") or over is not None:
            raise NoRule(f"a list of a {v.dtype} column")
        function = g.ctx.call(name)
        return Made(E(f"{function}({v.expr}, {g.position()})"), "list", False, True, UNKNOWN)

    return make


def make_text(g: Groups, v: Col, over: E | None, separator: str = "", **options: Any) -> Made:
    """``separator.join(group)``."""
    if v.dtype not in (None, *TEXTS) or over is not None:
        raise NoRule(f"a {v.dtype} column joined like text")
    at = g.position()
    function = g.ctx.call("group_text")
    kind = lift("string") if v.dtype is not None else g.type_text(v)
    more = "".join(f", {k}={on}" for k, on in options.items() if on)
    return Made(
        E(f"{function}({v.expr}, {kind}, {at}, {separator!r}{more})"),
        "object",
        v.is_nullable,
        False,
        UNKNOWN,
    )


def sum_of_texts(g: Groups, v: Col) -> Made:
    """The sum of texts by groups joins them; a Series' own sum fails on a missing one."""
    more = ', none=""' if v.is_nullable else ""
    text = f"{g.ctx.call('group_joined')}({v.expr}, {g.position()}{more})"
    return Made(E(text), v.dtype, v.is_nullable, False, UNKNOWN)


def make_nth(g: Groups, v: Col, over: E | None, last: bool = False) -> Made:
    """``x.iloc[0]``, ``x.iloc[-1]``."""
    return nearest(last)(g, v, over, skipna=False)


AGGREGATES: dict[str, Callable[..., Made]] = {
    "sum": make_sum, "prod": make_prod, "mean": spread("mean"), "std": spread("std"), "var": spread("var"),
    "sem": spread("sem"), "skew": spread("skew"), "median": make_median, "quantile": make_quantile,
    "min": extreme(False), "max": extreme(True), "count": make_count, "size": make_size,
    "nunique": make_nunique, "first": nearest(False), "last": nearest(True), "any": truth("any"),
    "all": truth("all"), "idxmax": where_is(True), "idxmin": where_is(False),
    "list": collected("group_list"), "unique": collected("group_distinct"), "join": make_text,
    "iloc": make_nth, "kurt": spread("kurt", "peakedness"), "series_skew": spread("skew", "skewness"),
}  # fmt: skip
AGGREGATES = {n: keeping_facts(n, make, finite=n != "prod") for n, make in AGGREGATES.items()}
#: those whose result by groups may be spelt as a string in agg() and transform()
SPELT = set(AGGREGATES) - {"list", "join", "iloc", "unique", "kurt", "series_skew"}
#: those of a Series that are no aggregate of groups, or another one
OF_SERIES = {"skew": "series_skew", "kurt": "kurt", "kurtosis": "kurt"}


#: aggregates that take values by their order, or only count them
_OF_ORDER = {"min", "max", "first", "last", "count", "size", "nunique"}


def made(g: Groups, spec: Spec, v: Col | None, over: E | None = None) -> Made:
    """One aggregate of one Series, or NoRule."""
    if spec.func is not None:
        from rules.group_functions import by_function

        return by_function(g, spec.func, v)
    if v is None and spec.name != "size":
        raise NoRule("there is no column to aggregate")
    if v is not None and dtypes_in(v) and spec.name not in _OF_ORDER:
        raise NoRule(f"{spec.name} of a {v.dtype} column")
    if spec.name == "sum" and v.dtype in TEXTS and over is None and not spec.params:  # type: ignore[union-attr]
        return sum_of_texts(g, v)  # type: ignore[arg-type]
    return AGGREGATES[spec.name](g, v, over, **spec.params)


# --- results --------------------------------------------------------------------------------


def outcome(c: Call, g: Groups, outputs: list[tuple[Any, Made]], series: bool, spec: Spec | None = None, v: Col | None = None) -> Value:  # fmt: skip
    """The aggregated frame, or its one column as a Series where pandas gives one."""
    frame = g.aggregated(outputs)
    if series and g.grouped.as_index:
        return series_result(g, frame, *outputs[0], spec, v)
    return frame


def plain(c: Call, spec: Spec, numeric_only: bool = False) -> Value:
    """``grouped.sum()``: one aggregate of the selection, or of every column."""
    g = Groups(c, c.grouped)
    if g.grouped.series is not None:
        v = g.value(g.grouped.series)
        return outcome(c, g, [(v.label, made(g, spec, v))], True, spec, v)
    if left_to_job(g, numeric_only):
        return each_of(c, g, spec.name, spec.params, numeric_only)
    return outcome(c, g, [(v.label, made(g, spec, v)) for v in chosen(g, numeric_only)], False)


def chosen(g: Groups, numeric_only: bool) -> list[Col]:
    """The columns to aggregate; only numbers and booleans where asked."""
    values = g.values()
    if not numeric_only:
        return values
    if any(v.dtype is None for v in values):
        raise NoRule("which columns are numbers is not known here")
    return [v for v in values if v.dtype in NUMBERS | {"bool", "boolean"}]


ENGINE = "engine=None, engine_kwargs=None"
NOT_ENGINE = "engine engine_kwargs"
_NUMERIC = "numeric_only=False"
_SIGNATURES: dict[str, tuple[str, str, str, tuple[str, ...], tuple[str, ...]]] = {
    # name: parameters, not_yet, handled, examples of a frame, examples of a Series
    "sum": (f"{_NUMERIC}, min_count=0, {ENGINE}", NOT_ENGINE, "min_count",
            ("df.groupby('k').sum(numeric_only=True)", "df.groupby('k', as_index=False)[['f', 'b', 'i']].sum()",
             "df.groupby('k')[['f', 'i']].sum(min_count=3)", "df.drop(columns=['t', 'd']).dropna().groupby('b').sum()",
             "df.groupby(['k', 'b'], as_index=False).sum(numeric_only=True)", "df.dropna(subset=['s'])[['b', 's']].groupby('b').sum(numeric_only=True)",
             "df.groupby(df['k'].str.upper(), sort=False).sum(numeric_only=True)"),
            ("df.groupby('k')['f'].sum()", "df.groupby(['k', 'b'])['i'].sum()", "df.groupby('s', dropna=False)['f'].sum()",
             "df.groupby('k', sort=False)['b'].sum()", "df.groupby('j', as_index=False)['f'].sum()",
             "df['f'].groupby(df['k']).sum()")),
    "mean": (f"{_NUMERIC}, {ENGINE}", NOT_ENGINE, "",
             ("df.groupby('b').mean(numeric_only=True)", "df.groupby('b')[['i', 'n']].mean()", "df.groupby(['s', 'b'], dropna=False).mean(numeric_only=True)"),
             ("df.groupby('k')['n'].mean()", "df.groupby('s')['b'].mean()", "df.groupby('s')['f'].mean()")),
    "min": (f"{_NUMERIC}, min_count=-1, {ENGINE}", NOT_ENGINE, "min_count",
            ("df.groupby('k')[['i', 'f', 'b', 't']].min()", "df.dropna().groupby('k').min()"), ("df.groupby('k')['n'].min()", "df.dropna(subset=['s']).groupby('b')['s'].min()")),
    "max": (f"{_NUMERIC}, min_count=-1, {ENGINE}", NOT_ENGINE, "min_count",
            ("df.groupby('k')[['i', 'f', 'b', 'd']].max()", "df.dropna().groupby(['b', 'k'], as_index=False).max()"), ("df.groupby('s')['f'].max()", "df.groupby('k')['g'].max(min_count=3)", "df.dropna(subset=['u']).groupby('b')['u'].max()")),
    "count": ("", "", "", ("df.groupby('k').count()", "df.set_index(['k', 'b']).groupby(level='k', sort=False).count()"), ("df.groupby('k')['s'].count()",)),
    "nunique": ("dropna=True", "", "dropna", ("df.groupby('k').nunique()",),
                ("df.groupby('k')['s'].nunique()", "df.groupby('b')['s'].nunique(dropna=False)")),
    "first": (f"{_NUMERIC}, min_count=-1, skipna=True", "", "skipna min_count",
              ("df.groupby('k').first()", "df.groupby(['k', 'b'], sort=False).first()", "df.groupby('k').first(numeric_only=True, skipna=False)", "df.sort_values('i', ascending=False, kind='stable').groupby('b')[['f', 's']].first()"),
              ("df.groupby('b')['f'].first()", "df.groupby('k')['s'].first(min_count=3)", "df.groupby('k')['f'].first(skipna=False)")),
    "last": (f"{_NUMERIC}, min_count=-1, skipna=True", "", "skipna min_count",
             ("df.groupby('k')[['s', 'f', 't', 'b']].last()", "df.sort_values(['s', 'i', 'j']).groupby('k', as_index=False).last()"), ("df.groupby('k')['f'].last()", "df.groupby('k')['f'].last(skipna=False)")),
    "median": (_NUMERIC, "", "", ("df.groupby('k')[['i', 'g', 'b']].median()", "df.groupby('k').median(numeric_only=True)"), ("df.groupby('s')['i'].median()",)),
    "std": (f"ddof=1, {ENGINE}, {_NUMERIC}", NOT_ENGINE, "ddof", ("df.groupby('k')[['i', 'g']].std()", "df.groupby('k').std(ddof=0, numeric_only=True)"),
            ("df.groupby('s')['i'].std()", "df.groupby('k')['i'].std(ddof=0)", "df.groupby('k')['i'].std(ddof=2)")),
    "var": (f"ddof=1, {ENGINE}, {_NUMERIC}", NOT_ENGINE, "ddof", ("df.groupby('k')[['i', 'g']].var()", "df.groupby('k').var(numeric_only=True)"),
            ("df.groupby('s')['g'].var()", "df.groupby('k')['i'].var(ddof=0)")),
    "sem": (f"ddof=1, {_NUMERIC}", "", "ddof", ("df.groupby('k')[['i', 'g']].sem()",), ("df.groupby('s')['g'].sem()",)),
    "prod": (f"{_NUMERIC}, min_count=0", "", "min_count", ("df.groupby('k')[['i', 'g']].prod()", "df.groupby('b').prod(numeric_only=True)"), ("df.groupby('s')['f'].prod()",)),
    "any": ("skipna=True", "", "skipna", ("df.groupby('k')[['i', 'b', 'f', 'g']].any(skipna=False)", "df.groupby('k')[['i', 'b', 'u', 'f']].any()", "df.drop(columns=['t', 'd']).groupby('k').any()"), ("df.groupby('s')['f'].any()",)),
    "all": ("skipna=True", "", "skipna", ("df.groupby('k')[['i', 'b', 'f', 'g']].all(skipna=False)", "df.groupby('k')[['i', 'b', 'u', 'f']].all()", "df.drop(columns=['t', 'd']).groupby('k').all()"), ("df.groupby('s')['f'].all()",)),
    "skew": (f"axis=0, skipna=True, {_NUMERIC}, **kwargs", "axis", "skipna", ("df.groupby('b')[['i', 'n']].skew()", "df.groupby('k')[['i', 'n']].skew(skipna=False)"),
             ("df.groupby('k')['i'].skew()", "df.groupby('b')['g'].skew()")),
    "idxmax": ("axis=0, skipna=True, numeric_only=False", "axis", "skipna", ("df.groupby('k')[['i', 'f']].idxmax()", "df.groupby('k')[['i', 'f']].idxmax(skipna=False)",
               "df.dropna(subset=['s']).set_index('s').groupby('k')[['i', 'f']].idxmax()"),
               ("df.groupby('k')['f'].idxmax()", "df[df['i'] > 2].groupby('b')['j'].idxmax()", "df.set_index('s').groupby('k')['i'].idxmax()", "df.groupby('s')['t'].idxmax(skipna=False)")),
    "idxmin": ("axis=0, skipna=True, numeric_only=False", "axis", "skipna", ("df.groupby('k')[['i', 'f']].idxmin()",),
               ("df.groupby('k')['f'].idxmin()", "df.dropna(subset=['t']).set_index('t').groupby('b')['j'].idxmin()", "df.groupby('b')['g'].idxmin(skipna=False)", "df.set_index('i').groupby('k')['f'].transform('idxmin')")),
}  # fmt: skip


def _register(name: str) -> None:
    parameters, not_yet, handled, frames, series = _SIGNATURES[name]

    def apply(c: Call) -> Value:
        """The aggregate of every group."""
        c.need(not c.args.get("kwargs"), "further arguments of an aggregate")
        params = {p: c.lit(p) for p in handled.split() if c.given(p)}
        only = c.lit("numeric_only") if "numeric_only" in c.args else False
        c.need(only in (True, False), "numeric_only= of this form")
        return plain(c, Spec(name, params), bool(only))

    rule(f"DataFrameGroupBy.{name}({parameters})", not_yet=not_yet, example=frames)(apply)
    short = parameters.replace(", numeric_only=False", "") if name.startswith("idx") else parameters
    rule(f"SeriesGroupBy.{name}({short})", not_yet=not_yet, example=series)(apply)


for _name in _SIGNATURES:
    _register(_name)


@rule(
    "DataFrameGroupBy.size()",
    example=(
        "df.groupby('k').size()",
        "df.groupby(['k', 'b'], as_index=False).size()",
        "df.groupby('s', dropna=False).size()",
    ),
)
def frame_size(c: Call) -> Value:
    """How many rows each group has."""
    g = Groups(c, c.grouped)
    label = None if g.grouped.as_index else "size"
    return outcome(c, g, [(label, made(g, Spec("size"), None))], True, Spec("size"))


@rule("SeriesGroupBy.size()", example="df.groupby('k')['f'].size()")
def series_size(c: Call) -> Value:
    """How many rows each group has, missing values too."""
    g = Groups(c, c.grouped)
    v = g.value(g.grouped.series)
    label = v.label if g.grouped.as_index else "size"
    return outcome(c, g, [(label, made(g, Spec("size"), v))], True)


@rule("SeriesGroupBy.quantile(q=0.5, interpolation='linear', numeric_only=False)", not_yet="numeric_only",
      example=(*(f"df.groupby('k')['g'].quantile({q}, interpolation='{how}')" for q in (0.3, 0.5) for how in ("lower", "higher", "nearest", "midpoint")),
               "df.groupby('b')['i'].quantile(0.9, interpolation='nearest')", "df.groupby('k')['i'].quantile(0.35, interpolation='midpoint')",
               "df.groupby('k')['n'].quantile([0.5, 0.25, 1], interpolation='nearest')", "df.convert_dtypes().groupby('k')['n'].quantile(0.5, interpolation='lower')",
               "df.assign(x=df['i'] / df['j']).groupby('b')['x'].quantile([0.1, 0.9, 0.95], interpolation='midpoint')",
               "df.groupby('k')['i'].quantile(0.9)", "df.groupby('b')['g'].quantile()", "df.groupby('k')['i'].quantile([0.5, 0.25])",
               "df.groupby(['k', 'b'])['g'].quantile([0.1, 0.9]).reset_index()"))  # fmt: skip
@rule("DataFrameGroupBy.quantile(q=0.5, interpolation='linear', numeric_only=False)", 
      example=("df.groupby('k')[['i', 'g']].quantile(0.25, interpolation='higher')", "df.groupby('k')[['i', 'g']].quantile([0.25, 0.5], interpolation='lower')",
               "df.groupby('k')[['i', 'g']].quantile(0.25)", "df.drop(columns='b').groupby('k').quantile(0.25, numeric_only=True)",
               "df.groupby('k', sort=False)[['i', 'f']].quantile([0.25, 0.75])"))  # fmt: skip
def quantile(c: Call) -> Value:
    """A quantile of every group, or several of them: linear between neighbours, or one of these."""
    from rules.summaries import between

    q, how = c.lit("q"), between(c)
    params = {"by_group": True} | ({"interpolation": how} if how else {})
    if isinstance(q, (list, tuple)):
        from rules.group_numbers import quantiles

        return quantiles(c, list(q), params)
    c.need(
        isinstance(q, (int, float)) and not isinstance(q, bool) and 0 <= q <= 1, "q= of this form"
    )
    return plain(c, Spec("quantile", {"q": float(q)} | params), bool(c.lit("numeric_only")))


@rule("SeriesGroupBy.unique()", example="df.groupby('k')['i'].unique()")
def unique(c: Call) -> Value:
    """The different values of every group, in order of appearance."""
    return plain(c, Spec("unique"))


@rule(
    "DataFrameGroupBy.ngroups()",
    verdict="runtime",
    example=("df.groupby('k').ngroups", "df.groupby(['s', 'b'], dropna=False).ngroups"),
)
@rule("SeriesGroupBy.ngroups()", verdict="runtime", example="df.groupby('k')['f'].ngroups")
def ngroups(c: Call) -> Value:
    """How many groups there are."""
    hollow = (
        c.grouped.hollow and len(c.grouped.keys) == 1
    )  # of several keys pandas counts those with rows
    c.need(not hollow, "categories without rows are groups too")
    g = Groups(c, c.grouped)
    frame = g.kept()
    keys = ", ".join(named(k.expr).text for k in g.keys)
    return Scalar(
        f"{c.ctx.call('number_of_groups')}({frame.text}, {keys})",
        "int64",
        frame.vars,
        full=True,
        python=True,
    )


__all__ = [
    "AGGREGATES",
    "ENGINE",
    "NOT_ENGINE",
    "SPELT",
    "Spec",
    "chosen",
    "made",
    "outcome",
]
