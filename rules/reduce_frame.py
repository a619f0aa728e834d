"""Reductions of a frame: one value for each column, as a Series on the driver."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.across import across
from rules.elementwise import cells
from rules.labels import labels_text
from rules.lib import series_of, tightened, typed, with_temps
from rules.reduce import NUMERIC, named
from rules.registry import Call, rule
from transpiler.errors import NoRule, Refused
from transpiler.facts import (
    BOOLS,
    INTEGERS,
    NULLABLE,
    NUMBERS,
    TEXTS,
    ByColumn,
    ColumnValues,
    Frame,
    Local,
)
from transpiler.symbolic import E, F, render

_TIMES = {"datetime64[ns]", "timedelta64[ns]"}
_MEASURED = NUMERIC | {"boolean"}

#: name → signature, aggregate of a column, dtypes of columns that have it in pandas
BY_COLUMN = {
    "sum": ("axis=0, skipna=True, numeric_only=False, min_count=0", "total", _MEASURED | {"timedelta64[ns]"}),
    "mean": ("axis=0, skipna=True, numeric_only=False", "average", _MEASURED | _TIMES),
    "median": ("axis=0, skipna=True, numeric_only=False", "middle", _MEASURED | _TIMES),
    "min": ("axis=0, skipna=True, numeric_only=False", "smallest", _MEASURED | _TIMES | TEXTS),
    "max": ("axis=0, skipna=True, numeric_only=False", "largest", _MEASURED | _TIMES | TEXTS),
    "std": ("axis=0, skipna=True, ddof=1, numeric_only=False", "deviation", _MEASURED),
    "var": ("axis=0, skipna=True, ddof=1, numeric_only=False", "variance", _MEASURED),
    "sem": ("axis=0, skipna=True, ddof=1, numeric_only=False", "standard_error", _MEASURED),
    "prod": ("axis=0, skipna=True, numeric_only=False, min_count=0", "product", NUMERIC),
    "product": ("axis=0, skipna=True, numeric_only=False, min_count=0", "product", NUMERIC),
    "skew": ("axis=0, skipna=True, numeric_only=False", "skewness", NUMERIC),
    "kurt": ("axis=0, skipna=True, numeric_only=False", "peakedness", NUMERIC),
    "kurtosis": ("axis=0, skipna=True, numeric_only=False", "peakedness", NUMERIC),
}  # fmt: skip

#: those for which ``axis=None`` still means a number for each column
_AXIS_NONE = {"sum", "prod", "product", "std", "var", "sem"}


def by_column(c: Call, frame: Frame, labels: list, exprs: list[E], dtype: str | None) -> Local:
    """A pandas Series on the driver of one aggregate per column: one pass over the data."""
    ctx = c.ctx
    c.need(labels, "a frame without columns")
    c.need(len(set(labels)) == len(labels), "columns of the same name")
    shapes = {e.text.replace(repr(x), "c") for x, e in zip(labels, exprs)}
    if len(shapes) == 1 and len(labels) > 1:
        build = f"lambda c: {shapes.pop()}"
    else:
        build = "{" + ", ".join(f"{x!r}: {e.text}" for x, e in zip(labels, exprs)) + "}.get"
    kind = f', "{dtype}"' if dtype else ""
    text = titled(frame, f'{ctx.call("by_column")}({frame.text}, {build}, {labels!r}{kind})')
    return ByColumn(text, frame.vars, tuple(labels), dtype)  # type: ignore[arg-type]


# --- by what the job sees -------------------------------------------------------------------


def type_options(c: Call, frame: Frame) -> list[str]:
    """What the job has to know of pandas' dtypes, and which columns are levels of the index."""
    try:
        options = c.interpreter.driver._dtypes(frame)  # type: ignore[attr-defined]
    except Refused as problem:
        raise NoRule(str(problem)) from None
    if frame.index.levels:
        options.append(f"aside={[x.name for x in frame.index.levels]!r}")
    return options


def relabelled(c: Call, frame: Frame, text: str, all_columns: bool = True, axis: str = "") -> str:
    """The text of a Series by column under pandas' labels."""
    c.need(not frame.label_kind, "columns whose labels are not their names")
    if all(x.label == x.name for x in frame.columns):
        return text
    c.need(all_columns and not frame.open, "renamed columns, some of which are left out")
    c.need(not any(isinstance(x, tuple) for x in frame.labels), "labels of several levels")
    return f"{text}.set_axis({frame.labels!r}{axis})"


def titled(frame: Frame, text: str) -> str:
    """The text of a Series by column whose index is called as the columns are (after a pivot)."""
    name = frame.label_names[0] if len(frame.label_names) == 1 else None
    return text if name is None else f"{text}.rename_axis({render(name)})"


def options_text(**options: Any) -> list[str]:
    """Keyword arguments, without those that are the default."""
    defaults = {"numeric_only": False, "skipna": True, "min_count": 0, "ddof": 1, "dropna": True,
                "min_periods": 1, "how": None}  # fmt: skip
    return [f"{k}={v!r}" for k, v in options.items() if v != defaults[k]]


def reduced_in_job(c: Call, how: str, build: str) -> Local:
    """The job sees the types of the columns and reduces those that pandas does."""
    frame, ctx = c.frame, c.ctx
    ctx.use(frame)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    names = ("numeric_only", "skipna", "min_count", "ddof", "dropna")
    given = {k: c.lit(k) for k in names if k in c.args}
    if given.get("min_count", 0) < 0:
        given["min_count"] = 0
    method = {"product": "prod", "kurtosis": "kurt"}.get(how, how)
    some = bool(given.get("numeric_only"))
    whole = frame.open and not frame.columns and not some
    if whole and frame.label_kind:
        frame = ctx.hoist(frame, ctx.hint)
    parts = [frame.text, f'"{method}"', ctx.call(build), *options_text(**given), *type_options(c, frame)]  # fmt: skip
    text = f"{ctx.call('reduced')}({', '.join(parts)})"
    if whole and frame.label_kind:
        hidden = [*frame.hidden, *(x.name for x in frame.index.levels)]
        text = f"{text}.set_axis({labels_text(ctx, frame, hidden)})"
    else:
        text = relabelled(c, frame, text, not some)
    text = titled(frame, text)
    if frame.open or some:
        plain = frame.open and not some and (whole or not frame.label_kind)
        known = frozenset(x.uid for x in frame.columns)
        return ColumnValues(text, frame.vars, base=frame.base if plain else 0, known=known)
    return ByColumn(text, frame.vars, tuple(frame.labels), None)  # type: ignore[arg-type]


# --- by what is known -----------------------------------------------------------------------


def reduced_by_column(c: Call, how: str, build: str, allowed: Any) -> Local:
    """``df.sum()`` and the like."""
    frame = c.frame
    if frame.open and build == "total" and isinstance(c.ctx.cells.get(frame.base), Local):
        c.verdict = "runtime"  # type: ignore[attr-defined]
        return c.ctx.cells[frame.base]
    only = c.lit("numeric_only")
    c.need(only in (True, False) and c.lit("skipna") in (True, False), "a flag of this kind")
    usual = c.lit("skipna") and ("ddof" not in c.args or c.lit("ddof") == 1)
    usual = usual and ("min_count" not in c.args or c.lit("min_count") == 0)
    wanted = [x for x in frame.columns if not only or x.dtype in _MEASURED or x.dtype is None]
    known = not frame.open and all(x.dtype is not None for x in frame.columns)
    c.need(
        all(x.dtype in allowed or x.dtype is None or only and x.dtype == "bool?" for x in wanted),
        "columns that have no such value",
    )
    plain = all(x.dtype in ("int64", "float64", "bool", "int32") for x in wanted) and wanted
    if not (usual and known and plain):
        return reduced_in_job(c, how, build)
    return reduced_plainly(c, build, wanted) or reduced_in_job(c, how, build)


def reduced_plainly(c: Call, build: str, wanted: list) -> Local | None:
    """Numbers of known types; None where the dtype of the result depends on the data."""
    ctx, frame = c.ctx, c.frame
    if build == "total" and all(x.dtype == "bool" for x in frame.columns):
        series = cells(ctx, frame)
        base, _ = with_temps(series[0].frame, ())
        if not any(s.temps or s.windowed for s in series):
            exprs = [F.count_if(s.expr) for s in series]
            return by_column(c, base, frame.labels, exprs, "int64")
    whole = all(x.dtype in INTEGERS | BOOLS for x in wanted)
    if build in ("smallest", "largest", "product") and (
        whole or any(x.dtype == "bool" for x in wanted)
    ):
        return None
    exprs = [
        typed(ctx, build, tightened(s)) for s in (series_of(ctx, frame, x.label) for x in wanted)
    ]
    dtype = "int64" if whole and build == "total" else "float64"
    return by_column(c, frame, [x.label for x in wanted], exprs, dtype)


_EXTRA = {
    "sum": ("df[['f', 'b', 'i']].sum()", "df[['i', 'j']].sum()", "df.isna().sum()", "df[['f', 'i']].sum(skipna=False)",
            "df[['f', 'n']].head(2).sum(min_count=2)", "df[['f', 'i', 'b']].head(0).sum()"),
    "max": ("df[['i', 'j']].max()", "df[['i', 'j']].head(0).max()", "df[['i', 't', 'f']].max()", "df[['i', 'b']].max()",
            "df[['i', 'n']].convert_dtypes().max()", "df[['i', 'f']].max(skipna=False)"),
    "mean": ("df[['i', 'f', 'd']].mean()", "df[['i', 'f']].convert_dtypes().mean()", "df.groupby('k')[['i', 'j']].sum().mean()",
             "df[['f', 'i']].rename(columns={'f': 'x'}).mean()", "df.mean(numeric_only=True)['f'] + 1"),
    "std": ("df[['f', 'i']].std(ddof=0)", "df[['f', 'i']].head(1).std()"),
    "median": ("df[['i', 'd']].median()",),
    "prod": ("df[['i', 'n']].prod()", "df[['i', 'j']].head(0).prod()", "df[['j', 'j']].head(0).prod()"),
    "kurt": ("df[['i', 'n']].head(3).kurt()", "df[['i']].assign(z=1).kurt()"),
    "skew": ("df[['i']].assign(z=1).skew()",),
}  # fmt: skip
_ALONG = ("df[['f', 'g', 'n']].{}(axis=1)", "df[['i', 'j']].{}(axis=1)", "df[['i', 'f']].{}(axis=1)", "df['a1'] = df['k'].map({{'a': 1, 'b': 2}}); df['n1'] = df['k'].map({{'a': 5, 'c': 1}}); out = df[['a1', 'n1', 'i']].{}(axis=1)",
          "df[['f', 'n']].{}(axis=1, skipna=False)")  # fmt: skip
_ROWS = {name: tuple(e.format(name) for e in _ALONG) for name in ("sum", "mean", "min", "max", "std", "var", "sem", "median")}  # fmt: skip
_ROWS["sum"] += ("df[['f', 'g']].sum(axis=1, min_count=1)", "df[['i', 'b', 'f', 's']].sum(axis=1, numeric_only=True)",
                 "df[['n', 'i']].convert_dtypes().sum(axis=1)", "df[['n', 'f']].convert_dtypes().sum(axis=1)")  # fmt: skip
_ROWS["max"] += ("df[['t', 'd']].max(axis=1)", "df[['n', 'i']].convert_dtypes().max(axis=1)")
_ROWS["std"] += ("df[['f', 'g', 'n']].std(axis=1, ddof=0)",)
_ROWS["prod"] = ("df[['g', 'n']].prod(axis=1)", "df[['i', 'j']].prod(axis=1)")
_ROWS["sum"] += ("df[['i', 'j']].sum(axis=1, min_count=2)",)
_ROWS["sum"] += (
    "df.pivot_table(index='j', columns='k', values='i', aggfunc='count').fillna(0).sum()",
    "w = df.assign(m=df['t'].dt.to_period('M')).groupby(['m', 'k'])['i'].sum().unstack(fill_value=0)\nw['total'] = w.sum(axis=1)\nw.to_csv('w.csv')\nout = w.reset_index().drop(columns='m')",
)
_ROWS["mean"] += ("df[['i', 'f', 's']].mean(axis=1, numeric_only=True)",)
_ROWS["max"] += ("df[['i', 'f', 's', 't']].max(axis=1, numeric_only=True)",)
_ROWS["std"] += ("df[['i', 'f', 's', 't']].std(axis=1, numeric_only=True, ddof=0)",)
_ROWS["skew"] = (
    "df[['i', 'f', 'j', 'g', 'n']].skew(axis=1)",
    "df[['i', 'j', 'f']].assign(z=1).skew(axis=1, skipna=False)",
    "df.skew(axis=1, numeric_only=True)",
)
_ROWS["kurt"] = ("df[['i', 'f', 'j', 'g', 'n']].kurt(axis=1)",)
_ROWS["kurtosis"] = ("df[['i', 'f', 'j', 'g', 'n']].kurtosis(axis=1, skipna=False)",)
_ROWS["median"] += ("df[['i', 'j', 'n', 'g']].median(axis=1)",)


def _register(name: str) -> None:
    signature, build, allowed = BY_COLUMN[name]

    def columns(c: Call) -> Any:
        """The reduction of each column, or along each row."""
        axis = c.lit("axis")
        if axis in (1, "columns"):
            return across(c, name)
        c.need(axis in (0, "index") or axis is None and name in _AXIS_NONE, "axis= of this value")
        found = reduced_by_column(c, name, build, allowed)
        return replace(found, hint=f"column_{name}") if isinstance(found, ByColumn) else found

    whole = "df[['g', 'n', 'i']]" if name in ("prod", "product") else "df[['f', 'g', 'i']]"
    some = f"df.drop(columns=['b', 'f']).{name}(numeric_only=True)"
    rule(f"DataFrame.{name}({signature})", example=(f"{whole}.{name}()", some, *_EXTRA.get(name, ()), *_ROWS.get(name, ())))(columns)  # fmt: skip


for _name in BY_COLUMN:
    _register(_name)


# --- counts ---------------------------------------------------------------------------------


@rule(
    "DataFrame.count(axis=0, numeric_only=False)",
    example=(
        "df.count()",
        "df[['f', 's']].count(axis=1)",
        "pd.crosstab(df['j'], df['k']).count()",
        "df.count(numeric_only=True)",
    ),
)
def frame_count(c: Call) -> Any:
    """How many values of each column (or row) are not missing."""
    if c.lit("axis") in (1, "columns"):
        c.need(not c.lit("numeric_only"), "numeric_only= along a row")
        return across(c, "count")
    c.need(c.lit("axis") in (0, "index"), "axis= of this value")
    if c.frame.open or c.lit("numeric_only"):
        return reduced_in_job(c, "count", "how_many")
    labels = c.frame.labels
    exprs = [F.count(named(series_of(c.ctx, c.frame, x))) for x in labels]
    return by_column(c, c.frame, labels, exprs, "int64")


@rule(
    "DataFrame.nunique(axis=0, dropna=True)",
    example=("df.nunique()", "df.nunique(dropna=False)", "df[['s', 'k']].nunique(axis=1)", "df[['f', 'g']].nunique(axis=1, dropna=False)"),
)  # fmt: skip
def frame_nunique(c: Call) -> Any:
    """How many different values each column (or row) has."""
    if c.lit("axis") in (1, "columns"):
        return across(c, "nunique")
    c.need(c.lit("axis") in (0, "index"), "axis= of this value")
    c.need(not any(x.dtype == "list" for x in c.frame.columns), "lists, which have no hash")
    if c.frame.open:
        return reduced_in_job(c, "nunique", "how_many_different")
    labels = c.frame.labels
    series = [series_of(c.ctx, c.frame, x) for x in labels]
    exprs = [F.count_distinct(named(s)) for s in series]
    if not c.lit("dropna"):
        gaps = [F.coalesce(F.max(s.expr.isNull().cast("int")), F.lit(0)) for s in series]
        exprs = [e if s.null_free else e + g for s, e, g in zip(series, exprs, gaps)]
    return by_column(c, c.frame, labels, exprs, "int64")


for _name in ("any", "all"):

    def _frame_truth(c: Call, name: str = _name) -> Any:
        c.need(c.lit("skipna") is True and c.lit("bool_only") is False, "skipna= or bool_only=")
        if c.lit("axis") in (1, "columns"):
            return across(c, name)
        c.need(c.lit("axis") in (0, "index"), "axis= of this value")
        frame = c.frame
        if frame.open or not all(x.dtype == "bool" for x in frame.columns):
            allowed = NUMBERS | BOOLS | TEXTS | {"datetime64[ns]", None}
            c.need(all(x.dtype in allowed for x in frame.columns), "the truth of such columns")
            return reduced_in_job_of_truth(c, name)
        exprs = [typed(c.ctx, f"{name}_true", series_of(c.ctx, frame, x)) for x in frame.labels]
        return by_column(c, frame, frame.labels, exprs, "bool")

    _star = "*, " if _name == "any" else ""
    rule(
        f"DataFrame.{_name}({_star}axis=0, bool_only=False, skipna=True)",
        example=(
            f"df.isna().{_name}()",
            f"df.isna().{_name}(axis=1)",
            f"df[df[['f', 'g']].notna().{_name}(axis=1)]",
            f"df[['i', 'f', 's', 'b', 't']].{_name}()",
            f"df[['i', 'f', 's']].head(0).{_name}()",
        ),
    )(_frame_truth)


def reduced_in_job_of_truth(c: Call, name: str) -> Local:
    """``any`` and ``all`` of columns of any type: always booleans."""
    c.args = {k: v for k, v in c.args.items() if k not in ("skipna", "bool_only")}
    return reduced_in_job(c, name, f"{name}_true")


# --- labels of extremes ---------------------------------------------------------------------


def labels_in_job(c: Call, how: str, label: E, place: E) -> Local:
    """The job sees which columns have a largest value."""
    frame, ctx = c.frame, c.ctx
    only, skipna = c.lit("numeric_only"), c.lit("skipna")
    c.need(only in (True, False) and skipna in (True, False), "a flag of this kind")
    c.need(not frame.nullable and not any(x.is_nullable for x in frame.columns), "nullable columns")
    c.need(not any(x.dtype in ("timedelta64[ns]", "category", "list") for x in frame.columns), "such columns")  # fmt: skip
    ctx.use(frame)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    options = options_text(numeric_only=only, skipna=skipna)
    aside = [x.name for x in frame.index.levels]
    options += [f"aside={aside!r}"] if aside else []
    parts = [frame.text, f'"{how}"', label.text, place.text, *options]
    text = relabelled(c, frame, f"{ctx.call('extreme_labels')}({', '.join(parts)})", not only)
    text = titled(frame, text)
    if frame.open or only:
        return ColumnValues(text, frame.vars)
    return ByColumn(text, frame.vars, tuple(frame.labels), None)  # type: ignore[arg-type]


for _name in ("idxmax", "idxmin"):

    def _labels(c: Call, name: str = _name) -> Any:
        """The label of each column's first largest (smallest) value; or each row's column."""
        if c.lit("axis") in (1, "columns"):
            c.need(c.lit("skipna") is True and c.lit("numeric_only") is False, "skipna=, numeric_only=")  # fmt: skip
            return across(c, name)
        frame, ctx = c.frame, c.ctx
        c.need(c.lit("axis") in (0, "index") and frame.index.kind != "columns", "such labels")
        c.need(not frame.order.keys, "rows in another order than they came")
        place = ctx.position(frame, frame.order.anchor)
        label = ctx.position(frame, frame.index.anchor, "number")
        kinds = NUMBERS - NULLABLE | {"datetime64[ns]"}
        usual = c.lit("skipna") is True and c.lit("numeric_only") is False
        if not usual or frame.open or any(x.dtype is None for x in frame.columns):
            return labels_in_job(c, name[3:], label, place)
        c.need(frame.labels and all(x.dtype in kinds for x in frame.columns), "columns that are no numbers")  # fmt: skip
        none = F.raise_error(F.lit(f"attempt to get arg{name[3:]} of an empty sequence"))
        exprs = []
        for x in frame.labels:
            series = series_of(ctx, frame, x)
            key = F.struct(series.expr, -place if name == "idxmax" else place)
            key = key if series.null_free else F.when(series.expr.isNotNull(), key)
            best = (F.max_by if name == "idxmax" else F.min_by)(label, key)
            exprs.append(F.when(F.count(F.lit(1)) == 0, none).otherwise(best))
        return by_column(c, frame, frame.labels, exprs, None)

    rule(f"DataFrame.{_name}(axis=0, skipna=True, numeric_only=False)", example=(f"df[['f', 'i']].{_name}()", f"df[df['i'] > 2][['f', 'n', 't']].{_name}()", f"df[['i', 'j']].{_name}(axis=1)", f"df[['f', 'g', 'i']].{_name}(axis=1)", f"df[df['i'] > 2].{_name}(numeric_only=True)", f"df[['i', 'b', 'n']].{_name}(skipna=False)"))(_labels)  # fmt: skip


__all__ = [
    "BY_COLUMN",
    "by_column",
    "options_text",
    "reduced_in_job",
    "relabelled",
    "titled",
    "type_options",
]
