"""``agg`` of windows: aggregates by their names, one, several, or some for each column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

from rules.elementwise import projected
from rules.group_agg import items, pairs, spec_of
from rules.group_more import row_levels
from rules.group_spans import GroupSpans, of_group
from rules.group_window_values import columns_rolled
from rules.group_window_values import rolling as rolled
from rules.groups import Groups, Made
from rules.lib import series_of
from rules.registry import Call, rule
from rules.rolling import every, number
from transpiler.facts import Col, Frame, Func, Grouped, Value, Windowed

_NAMES = {"sum", "mean", "min", "max", "count", "std", "var", "median", "skew", "sem"}


def name_of(c: Call, value: Any) -> str:
    """The aggregate that a name, or a function of numpy, stands for."""
    label, spec = spec_of(value)
    c.need(spec.func is None and label == spec.name in _NAMES and not spec.params, "an aggregate of windows like this")  # fmt: skip
    return label


def listed(c: Call, func: Any) -> list[tuple[Any, list[str], bool]]:
    """(column, its aggregates, whether they are a list) of a dict argument."""
    found = []
    for label, value in pairs(func) or []:
        parts = items(value)
        found.append((label, [name_of(c, x) for x in parts or [value]], parts is not None))
    return found


def outputs(c: Call, func: Any, labels: list) -> list[tuple[Any, Any, str]]:
    """(label of the result, column, aggregate) for each column of the result of a frame's ``agg``."""
    names, by_column = items(func), pairs(func)
    if names is not None:
        plain = [name_of(c, x) for x in names]
        c.need(len(set(plain)) == len(plain) > 0, "aggregates of this form")
        return [((label, how), label, how) for label in labels for how in plain]
    c.need(by_column, "aggregates of this form")
    found = listed(c, func)
    c.need(all(label in labels for label, _, _ in found), "a column that is not there")
    if any(several for _, _, several in found):
        return [((label, how), label, how) for label, hows, _ in found for how in hows]
    return [(label, label, hows[0]) for label, hows, _ in found]


def of_series(c: Call, func: Any) -> list[str]:
    """The aggregates of a Series' ``agg``, which are a list."""
    names = [name_of(c, x) for x in items(func) or []]
    c.need(names and len(set(names)) == len(names), "aggregates of this form")
    return names


_FORMS = ("'mean'", "np.max", "['mean', 'std']", "{'n': 'mean', 'i': 'sum'}", "['min', np.mean]", "{'i': ['sum', 'max'], 'n': 'mean'}")  # fmt: skip


def examples(window: str, spans: tuple[str, ...]) -> tuple[str, ...]:
    """``agg`` of a window in each of the forms that are told by their numbers."""
    return tuple(f"{window}.agg({form})" for form in spans)


def _register(kind: str, opened: str, forms: tuple[str, ...] = _FORMS) -> None:
    def agg(c: Call) -> Value:
        """Aggregates by their names: one, several, or some for each column."""
        window: Windowed = c.self  # type: ignore[assignment]
        c.need(not c["args"] and not c["kwargs"], "further arguments of a window")
        c.need(getattr(window.params[0], "step", 1) == 1, "step= of several aggregates")
        func, by_rule = c["func"], c.interpreter.by_rule  # type: ignore[attr-defined]

        def made(series: Col, how: str) -> Col:
            one = replace(window, owner=series, made=None)
            return by_rule(f"Series.{kind}.{how}", one, [], {}, c.node)  # type: ignore[attr-defined]

        if isinstance(func, Func):
            owner = f"{window.owner.kind}.{kind}.apply"
            return by_rule(owner, window, [func], {}, c.node)  # type: ignore[attr-defined]
        if items(func) is None and pairs(func) is None:
            how = name_of(c, func)
            return every(c, window, lambda s: made(s, how))
        if isinstance(window.owner, Col):
            names = of_series(c, func)
            bare = window.owner.frame.but(columns=(), open=False)
            return projected(c.ctx, bare, names, [made(window.owner, how) for how in names])
        frame = window.owner
        assert isinstance(frame, Frame)
        on = getattr(window.params[0], "on", None)
        c.need(on is None, "aggregates of this form")
        c.need(pairs(func) is not None or not frame.open, "the columns of the frame are not known here")  # fmt: skip
        wanted = outputs(c, func, [*frame.labels, *(k for k, _ in (pairs(func) or []) if frame.open)])  # fmt: skip
        series = [made(number(c, series_of(c.ctx, frame, k)), how) for _, k, how in wanted]
        used = {k for _, k, _ in wanted}
        same = all(label == k for label, k, _ in wanted)
        columns = tuple(frame.column(k) for k in dict.fromkeys(used)) if same else ()
        bare = frame.but(columns=columns, open=False)
        return projected(c.ctx, bare, [label for label, _, _ in wanted], series)

    for method in ("agg", "aggregate"):
        forms = forms if method == "agg" else forms[:1]
        rule(f"Series.{kind}.{method}(func=None, *args, **kwargs)", example=examples(f"df['n'].{opened}", forms[:3]))(agg)  # fmt: skip
        rule(f"DataFrame.{kind}.{method}(func=None, *args, **kwargs)", example=examples(f"df[['n', 'i']].{opened}", forms[3:] or forms))(agg)  # fmt: skip


for _kind, _opened in (("rolling", "rolling(3, min_periods=1)"), ("expanding", "expanding(2)")):
    _register(_kind, _opened)
_register("ewm", "ewm(span=3)", ("['mean', 'std']",))


def _register_groups(kind: str, opened: str) -> None:
    def agg(c: Call) -> Value:
        """Aggregates of the window at each row, group by group."""
        window: Windowed = c.self  # type: ignore[assignment]
        c.need(not c["args"] and not c["kwargs"], "further arguments of the window")
        c.need(isinstance(window.owner, Grouped), "windows of this form")
        g, func = Groups(c, window.owner), c["func"]
        if isinstance(window, GroupSpans):
            c.need(len(g.frame.index.levels) == 1, "a window of time over an index that is no column")  # fmt: skip
            make: Callable[[Col, str], Made] = lambda v, how: of_group(c, g, v, window, how)
        else:
            make = lambda v, how: rolled(g, v, how, **dict(window.params))  # noqa: E731
        if items(func) is None and pairs(func) is None:
            how = "apply" if isinstance(func, Func) else name_of(c, func)
            given = [func] if how == "apply" else []
            kinds = "SeriesGroupBy" if g.grouped.series is not None else "DataFrameGroupBy"
            by_rule = c.interpreter.by_rule  # type: ignore[attr-defined]
            return by_rule(f"{kinds}.{kind}.{how}", window, given, {}, c.node)  # type: ignore[attr-defined]
        if g.grouped.series is not None:
            v = g.value(g.grouped.series)
            return row_levels(g, [(how, make(v, how)) for how in of_series(c, func)])
        values = {v.label: v for v in columns_rolled(g)}
        wanted = outputs(c, func, list(values))
        return row_levels(g, [(label, make(values[k], how)) for label, k, how in wanted])

    for one, part in (("SeriesGroupBy", "['n']"), ("DataFrameGroupBy", "[['n', 'i']]")):
        forms = ("['mean', 'max']", "'sum'") if one == "SeriesGroupBy" else _FORMS[3:]
        rule(f"{one}.{kind}.agg(func=None, *args, **kwargs)", example=examples(f"df.groupby('b'){part}.{opened}", forms))(agg)  # fmt: skip
        rule(f"{one}.{kind}.aggregate(func=None, *args, **kwargs)", example=f"df.groupby('k'){part}.{opened}.aggregate('max')")(agg)  # fmt: skip


for _kind, _opened in (("rolling", "rolling(3, min_periods=1)"), ("expanding", "expanding(2)")):
    _register_groups(_kind, _opened)
