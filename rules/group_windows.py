"""Values of groups for each row of the frame: ``transform``, ``shift``, ``cumsum``, ``rank``, …"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

from rules.aggregates import AGGREGATES, SPELT, Spec, chosen
from rules.elementwise import projected
from rules.group_agg import spec_of, with_arguments
from rules.groups import Groups, Made, keeping_facts
from rules.lost_keys import extreme, ranked
from rules.lib import (
    drop_hidden,
    literal_column,
    selected,
    tight,
    with_temps,
    chain,
)
from rules.registry import Call, literal, rule
from transpiler.builders import builder
from transpiler.errors import NoRule
from transpiler.facts import (
    NUMBERS,
    TEXTS,
    Col,
    Const,
    Frame,
    Func,
    Value,
    fresh,
    gap_beside_nan,
    with_missing,
)
from transpiler.symbolic import F, Window, col, lift, render

BEFORE, HERE, AFTER = Window.unboundedPreceding, Window.currentRow, Window.unboundedFollowing


# --- one window of one Series ---------------------------------------------------------------


def shift(g: Groups, v: Col, periods: int = 1, fill_value: Any = None) -> Made:
    """The value some rows before (or, negative, after) in the group."""
    if not isinstance(periods, int) or isinstance(periods, bool):
        raise NoRule("shift by several numbers")
    if periods == 0:
        raise NoRule("shift by 0, which leaves the rows in no group as they are, too")
    if v.dtype is None and fill_value is not None:
        raise NoRule("shift with a fill_value into a column of unknown type")
    move = F.lag if periods >= 0 else F.lead
    args: list[Any] = [v.expr, abs(periods)]
    dtype = with_missing(v.dtype)
    if fill_value is not None:
        fill_value = fill_for(v, fill_value)
        expr, kind = literal_column(g.ctx, Const(fill_value))
        if kind != v.dtype:
            raise NoRule("shift with a fill_value of another type")
        args.append(fill_value)
        dtype = v.dtype
    return Made(move(*args).over(g.window(ordered=True)), dtype, v.is_nullable)


def fill_for(v: Col, value: Any) -> Any:
    """A fill value as the column has it: whole numbers are fractions among fractions."""
    return float(value) if v.dtype == "float64" and type(value) is int else value


def diff(g: Groups, v: Col, periods: int = 1) -> Made:
    """The difference to the value some rows before."""
    dtypes = {"datetime64[ns]": "timedelta64[ns]"}
    if v.dtype not in NUMBERS | {*dtypes, None} or not isinstance(periods, int):
        raise NoRule(f"diff of a {v.dtype} column")
    before = shift(g, v, periods).expr
    expr = g.typed("group_difference", v, before)
    return Made(expr, dtypes.get(v.dtype or "", with_missing(v.dtype)), v.is_nullable)


def pct_change(g: Groups, v: Col, periods: int = 1, fill_method: Any = "pad") -> Made:
    """The change relative to the value some rows before; gaps are filled from before first."""
    if v.dtype not in NUMBERS | {None} or not isinstance(periods, int) or v.is_nullable:
        raise NoRule(f"pct_change of a {v.dtype} column")
    if fill_method not in (None, "pad", "ffill"):
        raise NoRule("pct_change that fills gaps from after")
    now = v
    if fill_method is not None and not v.null_free:
        name = g.ctx.temp("filled")
        g.temps[name] = filled(True)(g, v).expr
        now = v.but(expr=col(name))
    return Made(g.typed("group_change", now, shift(g, now, periods).expr), "float64")


def cumulative(name: str) -> Callable[..., Made]:
    """cumsum, cummax, cummin: over the rows so far; a gap stays one."""

    def make(g: Groups, v: Col) -> Made:
        allowed = NUMBERS | ({"bool", None} if name == "sum" else {"datetime64[ns]", None})
        if v.dtype not in allowed:
            raise NoRule(f"cum{name} of a {v.dtype} column")
        window = g.window(ordered=True).rowsBetween(BEFORE, HERE)
        dtype = v.dtype
        if dtype in ("bool", "int32", "int16", "int8", "uint8") and name == "sum":
            dtype = "int64"
        if v.null_free and v.dtype != "bool":
            return Made(getattr(F, name)(v.expr).over(window), dtype, v.is_nullable, True)
        return Made(g.typed("group_cumulative", v, window, name), dtype, v.is_nullable, v.null_free)

    return make


def cumprod(g: Groups, v: Col) -> Made:
    """The running product."""
    if v.dtype not in ("int64", "float64"):
        raise NoRule(f"cumprod of a {v.dtype} column")
    window = g.window(ordered=True).rowsBetween(BEFORE, HERE)
    expr = F.when(
        v.expr.isNotNull(),
        builder("group_prod")(
            v.expr,
            "bigint" if v.dtype == "int64" else "double",
            window,
            finite=not v.may_be_infinite,
        ),
    )
    return Made(expr, v.dtype, False, v.null_free)


def filled(last: bool) -> Callable[..., Made]:
    """ffill and bfill."""

    def make(g: Groups, v: Col, limit: Any = None) -> Made:
        if limit is not None and (
            not isinstance(limit, int) or isinstance(limit, bool) or limit < 1
        ):
            raise NoRule("a fill with such a limit")
        bounds = (BEFORE, HERE) if last else (HERE, AFTER)
        if limit is not None:  # no further than so many rows from the last value
            bounds = (-limit, HERE) if last else (HERE, limit)
        window = g.window(ordered=True).rowsBetween(*bounds)
        v = g.exact(v, True)
        expr = (F.last if last else F.first)(v.expr, ignorenulls=True).over(window)
        return Made(expr, v.dtype, v.is_nullable, v.null_free)

    return make


def rank(g: Groups, v: Col, method: str = "average", ascending: bool = True, na_option: str = "keep", pct: bool = False) -> Made:  # fmt: skip
    """The rank among the group's values; missing values have none."""
    if v.dtype not in NUMBERS | TEXTS | {"datetime64[ns]", "bool", None} or v.is_nullable:
        raise NoRule(f"rank of a {v.dtype} column")
    if na_option not in ("keep", "top", "bottom"):
        raise NoRule("missing values ranked in this way")
    if method not in ("average", "min", "max", "dense", "first") or not isinstance(ascending, bool):
        raise NoRule("rank by this method")
    nulls = "_nulls_first" if na_option == "top" else "_nulls_last"
    by = getattr(v.expr, ("asc" if ascending else "desc") + nulls)()
    window = g.window(by=[by])
    counted = v.expr if na_option == "keep" else F.lit(1)
    ties = F.count(counted).over(g.window(extra=(v.expr,)))
    if method == "dense":
        expr = F.dense_rank().over(window)
    elif method == "first":
        expr = F.row_number().over(g.window(by=[by, *g.order()]))
    else:
        expr = F.rank().over(window)
        if method == "average":
            expr = expr + (ties - 1) / 2
        elif method == "max":
            expr = expr + ties - 1
    if pct:
        total = F.count(counted).over(g.window())
        if method == "dense":
            total = F.size(F.collect_set(v.expr).over(g.window()))
            if na_option != "keep" and not v.null_free:  # all missing ones have one rank
                total = total + F.max(v.expr.isNull().cast("int")).over(g.window())
        expr = expr / total
    elif method != "average":
        expr = expr.cast("double")
    kept = v.null_free or na_option != "keep"
    return Made(expr if kept else F.when(v.expr.isNotNull(), expr), "float64", finite=True)


#: method -> its function and the names of its arguments, where pandas has it for a group's Series
WINDOWS: dict[str, tuple[Callable[..., Made], tuple[str, ...]]] = {
    "shift": (shift, ("periods",)), "diff": (diff, ("periods",)), "cumsum": (cumulative("sum"), ()),
    "cummax": (cumulative("max"), ()), "cummin": (cumulative("min"), ()), "cumprod": (cumprod, ()),
    "ffill": (filled(True), ()), "bfill": (filled(False), ()), "pct_change": (pct_change, ("periods",)),
    "rank": (rank, ("axis", "method", "numeric_only", "na_option", "ascending", "pct")),
}  # fmt: skip
WINDOWS = {
    name: (keeping_facts(name, make, finite=name not in ("cumprod", "pct_change")), names)
    for name, (make, names) in WINDOWS.items()
}


#: those that do something else where a group-by leaves rows out than they do to a group's Series
_OF_GROUPS = {
    "rank": lambda g, v, **params: WINDOWS["rank"][0](g, ranked(g, v), **params),
    **{f"cum{x}": keeping_facts(f"cum{x}", extreme(x, WINDOWS[f"cum{x}"][0])) for x in ("max", "min")},
}  # fmt: skip


def of_groups(name: str) -> Callable[..., Made]:
    """The function of a group-by itself, not of the Series that a function gets for each group."""
    return _OF_GROUPS.get(name, WINDOWS[name][0])


# --- results over the frame -----------------------------------------------------------------


def each_column(
    c: Call, g: Groups, make: Callable[[Col], Made], numeric_only: bool = False
) -> Value:
    """A window of the selected Series, or of every column of the selection."""
    if g.grouped.series is not None:
        v = g.value(g.grouped.series)
        return g.windowed(make(v), v.label)
    values = chosen(g, numeric_only)
    return framed(c, g, [(v.label, g.windowed(make(v), v.label)) for v in values])


def framed(c: Call, g: Groups, columns: list[tuple[Any, Col]]) -> Frame:
    """Series over the grouped frame's rows as a frame of their own, with its index and order."""
    frame = g.frame
    out = frame
    c.need(columns, "there is no column left")
    for label, _ in columns:
        out = c.ctx.losing(out, [label])
    keys = {k.name for k in out.order.keys}
    c.need(not any(x.name in keys for x in (out.column(label) for label, _ in columns)) or out.order.lost is None,
           "the rows are sorted by a column that changes")  # fmt: skip
    out, temps = with_temps(out, g.temps.items())
    exprs = {out.column(label).name: series.expr for label, series in columns}
    if len(exprs) == 1:
        out = chain(out, "".join(f".withColumn({lift(n)}, {e})" for n, e in exprs.items()))
    else:
        out = chain(out, f".withColumns({render(exprs)})")
    for label, series in columns:
        old = out.column(label)
        out = out.set_column(
            replace(
                old,
                dtype=series.dtype,
                uid=fresh(),
                nullable=series.nullable,
                origin=None,
                gap=gap_beside_nan({old.gap}),
                finite=series.finite,
                width=series.width,
            )
        )
    out = drop_hidden(out, temps)
    return selected(c.ctx, out, [out.column(label) for label, _ in columns])


_AXIS = "axis=0"
_METHODS: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    # name: parameters of the rule, not_yet, handled, examples
    "shift": ("periods=1, freq=None, axis=0, fill_value=None, suffix=None", "freq axis", ("periods", "fill_value", "suffix"),
              ("df.groupby('k')['i'].shift()", "df.groupby('b')['s'].shift(-2)", "df.groupby('k')['i'].shift(1, fill_value=0)",
               "df.assign(p=df.groupby('k')['f'].shift(2))", "df.sort_values(['i', 'j']).groupby('b')['f'].shift()",
               "df.groupby('b')[['i', 't']].shift()", "df.groupby('k')[['i', 'f']].shift(1, fill_value=0)",
               "df.groupby('b')['f'].shift([1, -1, 2])", "df.groupby('k')[['i', 's']].shift(range(1, 3), suffix='_lag')", "df.join(df.groupby('k')['i'].shift([1, 2], fill_value=-1))")),
    "diff": ("periods=1, axis=0", "axis", ("periods",), ("df.groupby('k')['i'].diff()", "df.groupby('b')[['f', 't']].diff(2)",)),
    "cumsum": ("axis=0, *args, **kwargs", "axis", (), ("df.groupby('k')['i'].cumsum()", "df.groupby('b')[['f', 'i']].cumsum()", "df.groupby('k')['b'].cumsum()")),
    "cummax": ("axis=0, numeric_only=False, **kwargs", "axis", (), ("df.groupby('k')['f'].cummax()", "df.groupby('b')['i'].cummax()", "df.drop(columns='b').groupby('k').cummax(numeric_only=True)",
               "df.groupby('k')['t'].cummax()", "df.groupby('k')[['t', 'f']].transform('cummax')", "df.dropna(subset=['k']).groupby('k')['t'].cummax()", "df.groupby('k')['t'].transform(lambda x: x.cummax())")),
    "cummin": ("axis=0, numeric_only=False, **kwargs", "axis", (), ("df.groupby('k')['f'].cummin()", "df.groupby('b')['i'].cummin()", "df.groupby('s')[['u', 'i', 'f']].cummin(numeric_only=True)",
               "df.groupby('k')['t'].cummin()", "df.groupby(['k', 'b'])['d'].cummin()", "df.groupby('k', dropna=False)['t'].cummin()")),
    "cumprod": ("axis=0, *args, **kwargs", "axis", (), ("df.groupby('k')['i'].cumprod()", "df.groupby('b')['g'].cumprod()")),
    "ffill": ("limit=None", "", ("limit",), ("df.groupby('k')['f'].ffill()", "df.groupby('b')[['s', 't', 'g']].ffill()", "df.groupby('b')['g'].ffill(limit=1)")),
    "bfill": ("limit=None", "", ("limit",), ("df.groupby('k')['f'].bfill()", "df.groupby('b')['s'].bfill()", "df.groupby('k')[['f', 'g']].bfill(limit=1)")),
    "pct_change": ("periods=1, fill_method='pad', limit=None, freq=None, axis=0", "limit freq axis", ("periods", "fill_method"),
                   ("df.groupby('k')['i'].pct_change()", "df.groupby('b')['j'].pct_change(fill_method=None)")),
    "rank": ("method='average', ascending=True, na_option='keep', pct=False, axis=0", "axis", ("method", "ascending", "na_option", "pct"),
             ("df.groupby('k')['i'].rank()", "df.groupby('b')['f'].rank(method='min', ascending=False)", "df.groupby('b')['s'].rank('dense')",
              "df.groupby('b')['f'].rank(pct=True)", "df.groupby('b')['f'].rank('dense', pct=True)", "df.groupby('b')['i'].rank('first')", "df.groupby('b')['i'].rank(method='max')", "df.groupby('b')[['i', 'f']].rank()",
              "df.groupby('b')['f'].rank(na_option='bottom')", "df.groupby('b')['f'].rank(na_option='top', ascending=False, pct=True)", "df.groupby('b')['f'].rank('first', na_option='top')",
              "df.groupby('k')['t'].rank(method='first')", "df.groupby('b')['t'].rank('first', ascending=False)", "df.groupby('k')['t'].transform('rank')", "df.groupby('k')['t'].transform(lambda x: x.rank())",
              "df.groupby('k')[['t', 's', 'i']].rank('min', na_option='bottom', ascending=False)", "df.groupby('k')['s'].rank('first', na_option='top')",
              "df.groupby('b')[['t', 'f', 's']].rank('dense', na_option='bottom', pct=True)")),
}  # fmt: skip


def _register(name: str) -> None:
    parameters, not_yet, handled, examples = _METHODS[name]
    function = of_groups(name)

    def apply(c: Call) -> Value:
        """A value for each row from the rows of its group."""
        params = {p: c.lit(p) for p in handled if c.given(p)}
        g = Groups(c, c.grouped)
        more = c.args.get("kwargs", {}) if name in ("cumsum", "cumprod") else c.args
        only = literal(more.pop("numeric_only", Const(False)), "numeric_only=")
        bare(c)
        if name == "shift" and not isinstance(params.get("periods", 1), int):
            return shifted_by_each(c, g, **params)
        c.need(params.pop("suffix", None) is None, "suffix= of one number: pandas raises")
        if name == "shift" and params.get("fill_value") is not None:
            return shifted_with(c, g, params)
        return each_column(c, g, lambda v: function(g, v, **params), bool(only))

    rule(f"DataFrameGroupBy.{name}({parameters})", not_yet=not_yet, example=examples)(apply)
    rule(f"SeriesGroupBy.{name}({parameters})", not_yet=not_yet, example=examples)(apply)


def bare(c: Call) -> None:
    """No further arguments than those of the rule."""
    c.need(
        not c.args.get("args") and not c.args.get("kwargs"),
        "further arguments of a group's function",
    )


def shifted_with(c: Call, g: Groups, params: dict) -> Value:
    """shift with a fill_value, which rows in no group get too."""
    if g.grouped.series is None:
        return framed(c, g, [(v.label, filled_shift(g, v, params)) for v in g.values()])
    return filled_shift(g, g.value(g.grouped.series), params)


def shifted_by_each(c: Call, g: Groups, periods: Any, suffix: str | None = None, **params: Any) -> Frame:  # fmt: skip
    """``shift([1, 2])``: the columns once for each number, which their labels end in."""
    series, steps = g.grouped.series, list(periods)
    c.need(steps and all(type(n) is int for n in steps), "numbers of this form")
    values = g.values() if series is None else [g.value(series)]
    c.need(all(v.label is not None for v in values), "a Series without a name")
    one = filled_shift if params.get("fill_value") is not None else moved
    made = {f"{v.label}{suffix or ''}_{n}": one(g, v, {"periods": n, **params}) for n in steps for v in values}  # fmt: skip
    c.need(len(made) == len(steps) * len(values), "labels that repeat")
    return projected(c.ctx, g.frame, list(made), [v.but(label=x) for x, v in made.items()])


def moved(g: Groups, v: Col, params: dict) -> Col:
    return g.windowed(shift(g, v, params["periods"]), v.label)


def filled_shift(g: Groups, v: Col, params: dict) -> Col:
    made = shift(g, v, **params)
    out = g.windowed(made, v.label)
    test = g.in_group()
    if test is None:
        return out
    fill, _ = literal_column(g.ctx, Const(fill_for(v, params["fill_value"])))
    return out.but(
        expr=F.when(test, made.expr).otherwise(fill), dtype=v.dtype, null_free=v.null_free
    )


for _name in _METHODS:
    _register(_name)


@rule(
    "DataFrameGroupBy.cumcount(ascending=True)",
    example=(
        "df.groupby('k').cumcount()",
        "df.assign(n=df.groupby('b').cumcount() + 1)",
        "df.sort_values(['i', 'j']).groupby('b').cumcount(ascending=False)",
    ),
)
@rule("SeriesGroupBy.cumcount(ascending=True)", example="df.groupby('k')['f'].cumcount()")
def cumcount(c: Call) -> Col:
    """The number of each row in its group, from 0."""
    return cumcount_of(c, Groups(c, c.grouped), bool(c.lit("ascending")))


def cumcount_of(c: Call, g: Groups, ascending: bool) -> Col:
    from rules.select import descending

    order = g.order()
    window = g.window(by=order if ascending else descending(order))
    # row_number() is an int, pandas counts in int64
    number = F.row_number().over(window).cast("bigint") - 1
    return g.windowed(Made(number, "int64", False, True), None)


_TRANSFORM = "func, *args, engine=None, engine_kwargs=None, **kwargs"
_TRANSFORMED = (
    "df.groupby('k')['i'].transform('sum')",
    "df.groupby('k')['f'].transform('mean')",
    "df.groupby('b')[['i', 'f']].transform('max')",
    "df.assign(share=df['i'] / df.groupby('b')['i'].transform('sum'))",
    "df[df.groupby('k')['i'].transform('count') > 2]",
    "df.groupby('s')['i'].transform('nunique')",
    "df.groupby('k')['f'].transform('first')",
    "df.groupby('b')['f'].transform('median')",
    "df.groupby('b')['i'].transform('size')",
    "df.groupby('k')['i'].transform('cumsum')",
    "df.groupby('b')['i'].transform('rank')",
    "df.groupby('k')['f'].transform(lambda x: x - x.mean())",
    "df.groupby('b')['f'].transform(lambda x: x.fillna(x.mean()))",
    "df.groupby('k')['i'].transform(lambda x: x.fillna(x.mean()))",
    "df.groupby('b')['i'].transform(lambda x: (x - x.mean()) / x.std())",
    "df.groupby('b')['i'].transform(lambda x: x.rolling(3).mean())",
    "df.groupby('b')['f'].transform(lambda x: x.rolling(3, min_periods=1).sum())",
    "df.groupby('k')['i'].transform(lambda x: x.max() - x.min())",
    "df.groupby('b')['i'].transform(lambda x: x.shift(1).cumsum())",
    "df.groupby('k')['i'].transform(lambda x: len(x))",
    "df.groupby('b')[['i', 'j']].transform(lambda x: x - x.min())",
    "df.groupby('b')['i'].transform(np.mean)",
    "df.groupby('k')['i'].transform('cumcount')",
    "df.groupby('k')['i'].transform('quantile', 0.9)",
    "df.groupby('k')['i'].transform('shift', 2)",
    "df.groupby('k')['i'].transform('std', ddof=0)",
    "df.groupby('k')['i'].transform(lambda x: x.expanding().mean())",
    "df.groupby('k')['f'].transform(lambda x: x.interpolate())",
    "df.groupby('k')['f'].transform(lambda x: x.duplicated())",
)  # fmt: skip


@rule(
    f"DataFrameGroupBy.transform({_TRANSFORM})",
    not_yet="engine engine_kwargs",
    example=_TRANSFORMED,
)
@rule(
    f"SeriesGroupBy.transform({_TRANSFORM})", not_yet="engine engine_kwargs", example=_TRANSFORMED
)
def transform(c: Call) -> Value:
    """An aggregate of each row's group, or a function over it."""
    g, func = Groups(c, c.grouped), c["func"]
    if isinstance(func, Func):
        bare(c)
        return transform_by(c, g, func)
    if isinstance(func, Const) and func.value == "cumcount":
        bare(c)
        return cumcount_of(c, g, True)
    if isinstance(func, Const) and func.value in WINDOWS:
        function, (_, names) = of_groups(func.value), WINDOWS[func.value]
        args = [literal(a, "an argument") for a in c["args"]]
        c.need(
            len(args) <= len(names) and set(c["kwargs"]) <= set(names), "arguments of the function"
        )
        given = dict(zip(names, args)) | {k: literal(v, k) for k, v in c["kwargs"].items()}
        return each_column(c, g, lambda v: function(g, v, **given))
    name, spec = spec_of(func)
    spec = with_arguments(c, spec)
    if spec.name not in SPELT or name == "len":
        raise NoRule("a transform of this form")
    if spec.name == "size" and g.grouped.series is None:
        raise NoRule("transform('size') of a frame")
    return each_column(c, g, lambda v: over(g, spec, v))


def over(g: Groups, spec: Spec, v: Col) -> Made:
    """The aggregate of each row's group."""
    made = AGGREGATES[spec.name](g, v, g.window(), **spec.params)
    bins = getattr(g.grouped, "freq", None) is not None and made.empty not in (0, 1)
    if bins and made.dtype not in ("float64", "object", "datetime64[ns]", "timedelta64[ns]"):
        raise NoRule("whole numbers, which bins without rows make fractions")
    return made


def transform_by(c: Call, g: Groups, func: Func) -> Value:
    """``transform(lambda x: …)``."""
    from rules.group_lambdas import each
    from rules.group_udf import python_rows

    if g.grouped.series is not None:
        v = g.value(g.grouped.series)
        temps = dict(g.temps)
        try:
            return rowwise(g, each(g, func, v), v.label)
        except NoRule as error:
            g.temps, c.message = temps, str(error)  # type: ignore[attr-defined]
            return python_rows(c, g, func, v)
    if g.grouped.selection is None:
        raise NoRule("transform of a whole frame by a function")
    return framed(c, g, [(v.label, rowwise(g, each(g, func, v), v.label)) for v in g.values()])


def rowwise(g: Groups, value: Col, label: Any) -> Col:
    """The result of a function over groups, for rows that are in a group."""
    temps = {**g.temps, **dict(value.temps)}
    g.temps = temps
    made = Made.of(value, expr=tight(value))
    g.deps |= value.deps
    return g.windowed(made, label)


__all__ = ["WINDOWS", "bare"]
