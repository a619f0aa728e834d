"""Windows over the rows of each group: ``rolling``, ``expanding``, ``ewm``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.group_more import row_levels, values_of_rows
from rules.group_window_values import columns_rolled
from rules.group_window_values import rolling as rolled
from rules.groups import Groups
from rules.lib import series_of
from rules.registry import Call, literal, rule
from rules.window_shapes import SHAPES, SIGNATURES, shape_options
from transpiler.facts import Const, Frame, Value, Windowed

_LIMITS = {"rolling": ("window", "min_periods", "center", "closed"), "expanding": ("min_periods",),
           "ewm": ("com", "span", "halflife", "alpha", "min_periods", "adjust", "ignore_na")}  # fmt: skip


def opener(how: str) -> Any:
    def open_window(c: Call) -> Windowed:
        """Windows over the rows of each group."""
        names, grouped = _LIMITS[how], c.grouped
        c.need(len(c["args"]) <= min(len(names), 3), "a window of this form")
        params = dict(zip(names, (literal(v) for v in c["args"])))
        params.update({k: literal(v) for k, v in c["kwargs"].items()})
        c.need(set(params) <= set(names), "a window of this form")
        c.need(grouped.dropna and (grouped.as_index or how != "ewm"), "windows over groups of this form")  # fmt: skip
        c.need(getattr(grouped, "freq", None) is None, "windows over bins of time")
        c.need(how != "rolling" or isinstance(params.get("window"), int), "a window of time")
        if how == "expanding":
            params = {"window": "all", "min_periods": params.get("min_periods", 1)}
            grouped = grouped.but(as_index=True)  # pandas does not look at it here
        return Windowed(grouped, how, tuple(params.items()))

    return open_window


for _kind, _selected in (("SeriesGroupBy", "['f']"), ("DataFrameGroupBy", "[['f', 'i']]")):
    for _how, _call in (("rolling", "rolling(2).mean()"), ("expanding", "expanding().sum()"), ("ewm", "ewm(span=3).mean()")):  # fmt: skip
        rule(f"{_kind}.{_how}(*args, **kwargs)", example=f"df.groupby('k'){_selected}.{_call}")(opener(_how))  # fmt: skip


def select(c: Call) -> Windowed:
    """One column, or some, of the windows of a frame's groups."""
    owner, wanted = c.self.owner, c.lit("key")  # type: ignore[union-attr]
    if isinstance(wanted, list):
        chosen = owner.but(selection=wanted, made=None)
    else:
        chosen = owner.but(
            selection=wanted, series=series_of(c.ctx, owner.frame, wanted), made=None
        )
    return replace(c.self, owner=chosen, made=None)  # type: ignore[type-var]


_OPENED = {"rolling": "rolling(3, min_periods=1)", "expanding": "expanding(2)"}
for _how, _call in _OPENED.items():
    rule(f"DataFrameGroupBy.{_how}.__getitem__(key)", example=(f"df.groupby('b').{_call}['i'].max()", f"df.groupby('k').{_call}[['i', 'f']].min()"))(select)  # fmt: skip


_ENGINES = "numeric_only=False, engine=None, engine_kwargs=None"
_SPREAD = f"ddof=1, {_ENGINES}"
_PLAIN = "numeric_only=False, *args, engine=None, engine_kwargs=None, **kwargs"
_SIGNATURES = {
    "sum": _PLAIN, "mean": _PLAIN, "min": _PLAIN, "max": _PLAIN, "std": _SPREAD, "var": _SPREAD,
    "count": "numeric_only=False", "median": f"{_ENGINES}, **kwargs",
    "quantile": "q, interpolation='linear', numeric_only=False, **kwargs", **SIGNATURES,
}  # fmt: skip
#: what a rule takes of these: the rest is left to pandas
_TAKEN = {"q", "ddof", "method", "ascending", "pct", "*args", "**kwargs"}
_DONE = {"quantile": "quantile(0.25)", "var": "var(ddof=0)"}
_SHAPED = {
    "rolling": {
        "skew": "df[['b', 'f', 'j']].groupby('b').rolling(5, min_periods=1).skew()",
        "kurt": "df.groupby('b')['f'].rolling(6, min_periods=1, center=True).kurt()",
        "sem": "df.assign(q=df['i'] / df['j']).groupby('b')[['q', 'b']].rolling(4, min_periods=1).sem(ddof=0)",
        "rank": "df.groupby('b')[['f', 'i']].rolling(5, min_periods=2).rank(pct=True, method='min')",
    },
    "expanding": {
        "skew": "df.groupby('b')['f'].expanding(2).skew()",
        "rank": "df.groupby('b')['i'].expanding().rank(ascending=False)",
    },
}


def with_keys(c: Call, rows: Frame, count: int) -> Value:
    """``as_index=False``: the keys of the rows are columns, in front."""
    level = Const(list(range(count)))
    return c.interpreter.by_rule("DataFrame.reset_index", rows, [], {"level": level}, c.node)  # type: ignore[attr-defined]


def _register(how: str, name: str) -> None:
    spread, source = name in ("std", "var"), _SIGNATURES[name]

    def apply(c: Call) -> Value:
        """An aggregate of the window at each row, group by group."""
        c.need(
            not c.args.get("args") and not c.args.get("kwargs"), "further arguments of the window"
        )
        owner, params = c.self.owner, dict(c.self.params)  # type: ignore[union-attr]
        g = Groups(c, owner.but(as_index=True))
        if spread:
            c.need(c.lit("ddof") in (0, 1) and c.lit("ddof") is not True, "ddof= of this value")
            params["ddof"] = int(c.lit("ddof"))
        if name in SHAPES:
            params.update(shape_options(c, name))
        if name == "quantile":
            q = c.lit("q")
            c.need(isinstance(q, (int, float)) and 0 <= q <= 1, "q= of this value")
            params["q"] = float(q)
        if g.grouped.series is None or not owner.as_index:
            series = g.grouped.series
            values = columns_rolled(g) if series is None else [g.value(series)]
            rows = row_levels(g, [(v.label, rolled(g, v, name, **params)) for v in values])
            return rows if owner.as_index else with_keys(c, rows, len(g.keys))
        v = g.value(g.grouped.series)
        return values_of_rows(g, v.label, rolled(g, v, name, **params))

    call = "rolling(3, min_periods=1)" if how == "rolling" else "expanding()"
    strict = "rolling(2)" if how == "rolling" else "expanding(2)"
    done = _DONE.get(name, f"{name}()")
    examples = [f"df.groupby('b')['i'].{strict}.{done}", f"df.groupby('k')['f'].{call}.{done}"]
    if name in SHAPES:
        examples = [_SHAPED[how].get(name, _SHAPED["rolling"][name])]
    if name == "mean":
        examples += [f"df.assign(m=df.groupby('k')['i'].{strict}.mean().reset_index(level=0, drop=True))",
                     f"df['m'] = df.groupby('b')['i'].{strict}.mean().droplevel(0)\nout = df"]  # fmt: skip
    if (how, name) == ("rolling", "mean"):
        examples += [
            "x = df.dropna(subset=['k']).sort_values(['k', 'i'], kind='stable')\nx['m'] = x.groupby('k')['i'].rolling(2).mean().values\nout = x"
        ]
    if how == "rolling" and name in ("mean", "sum"):
        examples += [f"df.groupby('b')['f'].rolling(4, center=True, min_periods=2).{name}()",
                     f"df.groupby('k', sort=False)['n'].rolling(2, min_periods=1, closed='left').{name}()",
                     f"df.groupby('b', as_index={name != 'sum'})['i'].rolling(3, closed='both', min_periods=1).{name}().reset_index(drop=True)"]  # fmt: skip
    given = [x.split("=")[0] for x in source.split(", ")]
    not_yet = " ".join(x for x in given if x not in _TAKEN)
    rule(f"SeriesGroupBy.{how}.{name}({source})", not_yet=not_yet, example=examples)(apply)
    framed = (f"df.groupby('b')[['f', 'j']].{strict}.{done}", f"df.groupby('k').{call}['f'].{done}")
    rule(f"DataFrameGroupBy.{how}.{name}({source})", not_yet=not_yet,
         example=framed if name not in SHAPES else examples)(apply)  # fmt: skip


for _how in ("rolling", "expanding"):
    for _name in _SIGNATURES:
        _register(_how, _name)
