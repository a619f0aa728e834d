"""Windows over the rows of each group: ``rolling``, ``expanding``, ``ewm``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.group_more import realigned, row_levels
from rules.group_udf import applied
from rules.group_windows import rolling as rolled
from rules.groups import Groups
from rules.lib import series_of
from rules.registry import Call, literal, rule
from transpiler.facts import FLOATS, INTEGERS, Value, Windowed
from transpiler.symbolic import render

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
        c.need(grouped.dropna and grouped.as_index, "windows over groups of this form")
        c.need(getattr(grouped, "freq", None) is None, "windows over bins of time")
        c.need(how != "rolling" or isinstance(params.get("window"), int), "a window of time")
        if how == "expanding":
            params = {"window": "all", "min_periods": params.get("min_periods", 1)}
        return Windowed(grouped, how, tuple(params.items()))

    return open_window


for _kind, _selected in (("SeriesGroupBy", "['f']"), ("DataFrameGroupBy", "[['f', 'i']]")):
    for _how, _call in (("rolling", "rolling(2).mean()"), ("expanding", "expanding().sum()"), ("ewm", "ewm(span=3).mean()")):  # fmt: skip
        if (_kind, _how) != ("DataFrameGroupBy", "ewm"):
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


for _how in ("rolling", "expanding"):
    _call = "rolling(3, min_periods=1)" if _how == "rolling" else "expanding(2)"
    rule(f"DataFrameGroupBy.{_how}.__getitem__(key)", example=(f"df.groupby('b').{_call}['i'].max()", f"df.groupby('k').{_call}[['i', 'f']].min()"))(select)  # fmt: skip


_ENGINES = "numeric_only=False, engine=None, engine_kwargs=None"
_SPREAD = f"ddof=1, {_ENGINES}"
_PLAIN = "numeric_only=False, *args, engine=None, engine_kwargs=None, **kwargs"
_SIGNATURES = {
    "sum": _PLAIN, "mean": _PLAIN, "min": _PLAIN, "max": _PLAIN, "std": _SPREAD, "var": _SPREAD,
    "count": "numeric_only=False", "median": f"{_ENGINES}, **kwargs",
    "quantile": "q, interpolation='linear', numeric_only=False, **kwargs",
}  # fmt: skip
#: what a rule takes of these: the rest is left to pandas
_TAKEN = {"q", "ddof", "*args", "**kwargs"}


def _register(how: str, name: str) -> None:
    spread, source = name in ("std", "var"), _SIGNATURES[name]

    def apply(c: Call) -> Value:
        """An aggregate of the window at each row, group by group."""
        c.need(
            not c.args.get("args") and not c.args.get("kwargs"), "further arguments of the window"
        )
        g, params = Groups(c, c.self.owner), dict(c.self.params)  # type: ignore[union-attr]
        if spread:
            c.need(c.lit("ddof") in (0, 1) and c.lit("ddof") is not True, "ddof= of this value")
            params["ddof"] = int(c.lit("ddof"))
        if name == "quantile":
            q = c.lit("q")
            c.need(isinstance(q, (int, float)) and 0 <= q <= 1, "q= of this value")
            params["q"] = float(q)
        if g.grouped.series is None:
            c.need(g.grouped.selection is not None, "windows over every column")
            made = [(v.label, rolled(g, v, name, **params)) for v in g.values()]
            return row_levels(g, made)
        v = g.value(g.grouped.series)
        one = rolled(g, v, name, **params)
        rows = series_of(c.ctx, row_levels(g, [(v.label, one)]), v.label)
        return realigned(rows, g.windowed(one, v.label))

    call = "rolling(3, min_periods=1)" if how == "rolling" else "expanding()"
    strict = "rolling(2)" if how == "rolling" else "expanding(2)"
    done = (
        f"{name}(0.25)"
        if name == "quantile"
        else f"{name}(ddof=0)" if name == "var" else f"{name}()"
    )
    examples = [f"df.groupby('b')['i'].{strict}.{done}", f"df.groupby('k')['f'].{call}.{done}"]
    if name == "mean":
        examples += [f"df.assign(m=df.groupby('k')['i'].{strict}.mean().reset_index(level=0, drop=True))",
                     f"df['m'] = df.groupby('b')['i'].{strict}.mean().droplevel(0)\nout = df"]  # fmt: skip
    if how == "rolling" and name in ("mean", "sum"):
        examples += [f"df.groupby('b')['f'].rolling(4, center=True, min_periods=2).{name}()",
                     f"df.groupby('k', sort=False)['n'].rolling(2, min_periods=1, closed='left').{name}()",
                     f"df.groupby('b')['i'].rolling(3, closed='both', min_periods=1).{name}().reset_index(drop=True)"]  # fmt: skip
    given = [x.split("=")[0] for x in source.split(", ")]
    not_yet = " ".join(x for x in given if x not in _TAKEN)
    rule(f"SeriesGroupBy.{how}.{name}({source})", not_yet=not_yet, example=examples)(apply)
    rule(f"DataFrameGroupBy.{how}.{name}({source})", not_yet=not_yet,
         example=(f"df.groupby('b')[['f', 'j']].{strict}.{done}", f"df.groupby('k').{call}['f'].{done}"))(apply)  # fmt: skip


for _how in ("rolling", "expanding"):
    for _name in _SIGNATURES:
        _register(_how, _name)


for _name in ("mean", "sum", "std", "var"):
    _more = "bias=False, " if _name in ("std", "var") else ""
    _tail = ", engine=None, engine_kwargs=None" if not _more else ""

    def _weighted(c: Call, name: str = _name) -> Value:
        """Weights that fade with the distance: run by pandas, group by group."""
        owner, params = c.self.owner, dict(c.self.params)  # type: ignore[union-attr]
        dtype = owner.series.dtype
        c.need(dtype in INTEGERS | FLOATS | {None}, "weights of what is not a number")
        given = ", ".join(f"{k}={render(v)}" for k, v in params.items())
        text = f"lambda x: x.ewm({given}).{name}()"
        return applied(c, text, "series", grouped=owner)

    rule(f"SeriesGroupBy.ewm.{_name}({_more}numeric_only=False{_tail})", not_yet=(f"{_more and 'bias '}numeric_only {_tail and 'engine engine_kwargs'}"),
         verdict="udf", example=(f"df.groupby('k')['i'].ewm(span=3).{_name}()", f"df.groupby('b')['f'].ewm(alpha=0.5, adjust=False).{_name}()" if _name != "sum" else f"df.groupby('b')['i'].ewm(com=1).{_name}()"))(_weighted)  # fmt: skip
