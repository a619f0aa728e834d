"""``agg`` of groups in all its spellings."""

from __future__ import annotations

from typing import Any

from rules.aggregates import ENGINE, NOT_ENGINE, OF_SERIES, SPELT, Spec, made, outcome
from rules.groups import Groups, Made
from rules.open_groups import each_of, left_to_job
from rules.registry import Call, literal, rule
from transpiler.errors import NoRule
from transpiler.facts import Col, Const, Func, Grouped, Mapping, Module, Sequence, Value

_NUMPY = {"sum", "mean", "min", "max", "median", "std", "var", "prod", "any", "all", "size"}
_NUMPY_NAMES = {"amin": "min", "amax": "max", "nansum": "sum", "nanmean": "mean", "nanmin": "min", "nanmax": "max",
                "nanmedian": "median", "nanstd": "std", "nanvar": "var", "nanprod": "prod"}  # fmt: skip
_NUMPY_REDUCERS = {"ptp", "average", "linalg.norm"}
_BUILTINS = {"sum": "sum", "min": "min", "max": "max", "len": "size", "list": "list"}


def spec_of(value: Any) -> tuple[str, Spec]:
    """An aggregation argument as pandas labels it, and what it computes. Raises NoRule."""
    if isinstance(value, Func):
        return (value.name or "<lambda>"), Spec("", func=value)
    if isinstance(value, Module):
        module, _, name = value.name.rpartition(".")
        found = _NUMPY_NAMES.get(name, name)
        if module == "numpy" and found in _NUMPY and found != "size":
            return (name if name.startswith("nan") else found), Spec(found)
        if module == "builtins" and name in _BUILTINS:
            return name, Spec(_BUILTINS[name])
        if (
            module == "pandas.Series"
            and name in SPELT - {"first", "last", "size"} | OF_SERIES.keys()
        ):
            options = {"min_count": 0} if name == "sum" else {}  # of no texts
            return name, Spec(OF_SERIES.get(name, name), options)
        if module == "numpy" and name in _NUMPY_REDUCERS or module.startswith("scipy."):
            return name, Spec("", func=value)
    if isinstance(value, Const):
        found = value.value
        if isinstance(found, str) and found in SPELT | {"unique"}:
            return found, Spec(found, {"by_group": True} if found == "quantile" else {})
        if getattr(found, "__name__", "") == "join" and isinstance(
            getattr(found, "__self__", None), str
        ):
            return "join", Spec("join", {"separator": found.__self__})
        if (
            callable(found)
            and getattr(found, "__module__", "") == "builtins"
            and found.__name__ in _BUILTINS
        ):
            return found.__name__, Spec(_BUILTINS[found.__name__])
    raise NoRule("an aggregation of this form")


def items(value: Any) -> list[Any] | None:
    """The parts of a list argument; None for anything else."""
    if isinstance(value, Sequence):
        return list(value.items)
    if isinstance(value, Const) and isinstance(value.value, (list, tuple)):
        return [Const(v) for v in value.value]
    return None


_ARGUMENTS = {"quantile": ("q",), "std": ("ddof",), "var": ("ddof",), "sem": ("ddof",), "nunique": ("dropna",),
              "sum": ("min_count",), "prod": ("min_count",)}  # fmt: skip


def with_arguments(c: Call, spec: Spec) -> Spec:
    """``agg("quantile", 0.9)``: further arguments go to the aggregate of that name."""
    args, kwargs = [literal(a, "an argument") for a in c["args"]], c["kwargs"]
    if not args and not kwargs:
        return spec
    names = _ARGUMENTS.get(spec.name, ())
    c.need(len(args) <= len(names) and set(kwargs) <= set(names), "arguments for the function")
    given = dict(zip(names, args)) | {k: literal(v, k) for k, v in kwargs.items()}
    numbers = all(isinstance(v, (int, float)) for v in given.values())
    c.need(spec.func is None and numbers, "arguments for the function")
    return Spec(spec.name, {**spec.params, **given})


def several(value: list[Any]) -> list[tuple[str, Spec]]:
    """A list of aggregations, lambdas numbered as pandas does."""
    found = []
    for part in value:
        pair = items(part)
        if pair is not None:  # (name, function)
            if len(pair) != 2 or not isinstance(pair[0], Const):
                raise NoRule("an aggregation of this form")
            found.append((pair[0].value, spec_of(pair[1])[1]))
        else:
            found.append(spec_of(part))
    out, n = [], 0
    for name, spec in found:
        if name == "<lambda>":
            name, n = f"<lambda_{n}>", n + 1
        out.append((name, spec))
    if len({n for n, _ in out}) != len(out):
        raise NoRule("the same aggregation twice")
    return out


def pairs(value: Any) -> list[tuple[Any, Any]] | None:
    """The items of a dict argument; None for anything else."""
    if isinstance(value, Mapping):
        return list(value.items)
    if isinstance(value, Const) and isinstance(value.value, dict):
        return [(k, Const(v)) for k, v in value.value.items()]
    return None


def shown(g: Groups, name: str, spec: Spec, v: Col) -> Made:
    """One aggregate of ``agg``; NoRule for a spelling that pandas treats otherwise."""
    if spec.name == "size" and name == "len":
        return made(g, spec, None)
    return made(g, spec, v)


def column(g: Groups, label: Any) -> Col:
    """A column to aggregate: of the selection where there is one."""
    grouped: Grouped = g.grouped
    if isinstance(grouped.selection, list) and label not in grouped.selection:
        raise NoRule(f"column {label!r} is not selected")
    return g.value(label)


def agg_frame(c: Call) -> Value:
    """``DataFrameGroupBy.agg``."""
    g, func, named = Groups(c, c.grouped), c["func"], c["kwargs"]
    if isinstance(func, Const) and func.value is None:
        c.need(named, "there is nothing to aggregate")
        outputs = []
        for label, value in named.items():
            parts = items(value)
            c.need(
                parts is not None and len(parts) == 2 and isinstance(parts[0], Const),
                "a named aggregation of this form",
            )
            name, spec = spec_of(parts[1])
            outputs.append((label, shown(g, name, spec, column(g, parts[0].value))))
        return outcome(c, g, outputs, False)
    by_column, listed = pairs(func), items(func)
    c.need(not (named or c["args"]) or by_column is None and listed is None, "arguments for the functions")  # fmt: skip
    if by_column is not None:
        return outcome(c, g, from_dict(g, by_column), False)
    if listed is not None:
        specs = several(listed)
        return outcome(
            c, g, [((v.label, n), shown(g, n, s, v)) for v in g.values() for n, s in specs], False
        )
    name, spec = spec_of(func)
    if spec.name == "size":
        c.need(name == "size" and g.grouped.as_index, "agg(len) over a frame")
        return outcome(c, g, [(None, made(g, spec, None))], True)
    spec = with_arguments(c, spec)
    if isinstance(func, Const) and left_to_job(g):
        return each_of(c, g, spec.name, spec.params)
    return outcome(c, g, [(v.label, shown(g, name, spec, v)) for v in g.values()], False)


def from_dict(g: Groups, by_column: list[tuple[Any, Any]]) -> list[tuple[Any, Made]]:
    """``agg({column: function or list})``: pairs as labels where any of them is a list."""
    deep = any(items(value) is not None for _, value in by_column)
    outputs: list[tuple[Any, Made]] = []
    for label, value in by_column:
        v = column(g, label)
        listed = items(value)
        if deep:
            for n, s in several(listed if listed is not None else [value]):
                outputs.append(((label, n), shown(g, n, s, v)))
        else:
            name, spec = spec_of(value)
            outputs.append((label, shown(g, name, spec, v)))
    return outputs


def agg_series(c: Call) -> Value:
    """``SeriesGroupBy.agg``."""
    g, func, named = Groups(c, c.grouped), c["func"], c["kwargs"]
    v = g.value(g.grouped.series)
    if isinstance(func, Const) and func.value is None:
        c.need(named, "there is nothing to aggregate")
        found = [(label, *spec_of(value)) for label, value in named.items()]
        return outcome(c, g, [(label, shown(g, n, s, v)) for label, n, s in found], False)
    listed = items(func)
    c.need(pairs(func) is None, "a dict for one column")
    c.need(listed is None or not (named or c["args"]), "arguments for the functions")
    if listed is not None:
        return outcome(c, g, [(n, shown(g, n, s, v)) for n, s in several(listed)], False)
    name, spec = spec_of(func)
    return outcome(c, g, [(v.label, shown(g, name, with_arguments(c, spec), v))], True)


_AGG = "func=None, *args, engine=None, engine_kwargs=None, **kwargs"
_FRAME_EXAMPLES = (
    "df.groupby('k').agg({'i': 'sum', 'f': 'mean', 's': 'count'})",
    "df.groupby('k').agg({'i': ['sum', 'max'], 'f': 'mean'})",
    "df.groupby('k')[['i', 'f']].agg(['min', 'nunique'])",
    "df.groupby('k').agg(total=('f', 'sum'), rows=('i', 'size'), first=('s', 'first'), w=('n', 'median'))",
    "df.groupby(['k', 'b'], as_index=False).agg(total=pd.NamedAgg(column='i', aggfunc='sum'))",
    "df.groupby('k', as_index=False).agg({'i': ['sum', 'mean']})",
    "df.groupby(['j', 'b'], as_index=False).agg({'j': ['sum', 'first'], 'f': ['max']})",
    "df.groupby('k')[['i', 'f']].agg('sum')",
    "df.groupby('k').agg({'i': np.mean, 'j': max, 'u': list, 'f': len})",
    "df.groupby('b').agg(r=('i', lambda x: x.max() - x.min()), p=('f', lambda x: x.quantile(0.75)), n=('i', lambda x: (x > 3).sum()))",
    "df.dropna(subset=['u']).groupby('b').agg(u=('u', ', '.join), i=('i', list))",
    "df.groupby('k').agg('size')",
    "df.drop(columns=['t', 'd']).dropna().groupby('b').agg('sum')",
    "df.groupby('k', sort=False).agg('nunique')",
    "df.groupby('k').agg(n=('i', 'sum'), p=('i', lambda x: np.percentile(x, 90)), m=('s', lambda x: x.value_counts().max()))",
)
_SERIES_EXAMPLES = (
    "df.groupby('k')['i'].agg('sum')",
    "df.groupby('k')['f'].agg(['sum', 'count', 'std'])",
    "df.groupby('k')['i'].agg(low='min', high='max')",
    "df.groupby('k')['i'].agg([np.sum, np.std, len, max])",
    "df.groupby('k', as_index=False)['i'].agg('max')",
    "df.groupby('k')['s'].agg(list)",
    "df.groupby('b')['i'].agg([('total', 'sum'), ('most', 'max')])",
    "df.groupby('b')['j'].agg(lambda x: list(x))",
    "df.groupby('k')['t'].agg(lambda x: (x.max() - x.min()).days)",
    "now = pd.Timestamp('2024-06-01')\nout = df.groupby('k').agg(r=('d', lambda x: (now - x.max()).days), y=('t', lambda x: x.max().year * 100 + x.min().month), h=('t', lambda x: (x.max() - x.min()).total_seconds() / 3600))",
    "df.groupby('k')['i'].agg(['sum', lambda x: x.max() - x.min()])",
    "df.groupby('k')['i'].max() - df.groupby('k')['i'].min()",
    "df.groupby('k')['f'].sum() / df.groupby('k')['i'].count() * 100",
    "df.groupby('k')['i'].agg('quantile', 0.9)",
    "df.groupby('k')['i'].agg([pd.Series.kurt, pd.Series.skew])",
    "df.assign(e=df['g'] * 1e-9).groupby('k').agg(a=('i', lambda x: x.kurt()), b=('g', lambda x: x.kurtosis()), c=('e', lambda x: x.skew()), d=('e', 'skew'), e=('e', lambda x: x.kurt()))",
    "df.groupby('k').agg(p=('i', lambda x: x.quantile(0.5, interpolation='nearest')), q=('f', lambda x: x.quantile(0.3, 'midpoint')), n=('n', lambda x: x.quantile(0.9, interpolation='lower')))",
    "df.groupby('k')['i'].agg('std', ddof=0)",
    "df.groupby('k')['i'].agg(np.ptp)",
    "df.groupby('b')['k'].agg(lambda x: x.value_counts().idxmax())",
    "df.groupby('b')['i'].agg(lambda x: x.value_counts().index[0])",
    "df.groupby('b').agg({'k': lambda x: x.value_counts().max(), 's': lambda x: x.value_counts().iloc[0]})",
    "df.groupby('k')['i'].agg(lambda x: x.diff().max())",
    "df.groupby('k')['i'].agg(lambda x: np.percentile(x, 90))",
    "df.groupby('b')['s'].agg(lambda x: ','.join(x.dropna().astype(str)))",
)
for _name in ("agg", "aggregate"):
    rule(f"DataFrameGroupBy.{_name}({_AGG})", not_yet=NOT_ENGINE, example=_FRAME_EXAMPLES)(
        agg_frame
    )
    rule(f"SeriesGroupBy.{_name}({_AGG})", not_yet=NOT_ENGINE, example=_SERIES_EXAMPLES)(agg_series)


@rule("pandas.NamedAgg(column, aggfunc)", example="df.groupby('k').agg(m=pd.NamedAgg('f', 'max'))")
def named_agg(c: Call) -> Value:
    """A column and what to do with it, as a pair."""
    return Sequence((c["column"], c["aggfunc"]), tuple)


__all__ = ["ENGINE", "from_dict", "items", "pairs", "several", "spec_of"]
