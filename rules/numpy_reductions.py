"""numpy's and Python's reductions of a Series: what pandas' own methods give, or what arrays give,
where one missing value makes the result missing."""

from __future__ import annotations

from typing import Any

from rules.lib import meet
from rules.reduce import NUMERIC, ready, scalar_of
from rules.registry import Call, rule
from transpiler.facts import FLOATS, ByColumn, Col, Const, Scalar, Value
from transpiler.symbolic import E, F

_NONE = "keepdims=None, initial=None, where=None"
_WHERE = "keepdims=None, *, where=None"
_SPREAD = f"a, axis=None, dtype=None, out=None, ddof=0, {_WHERE}, mean=None, correction=None"
#: name → signature, Series method (called by numpy itself, so missing values are skipped)
_PASSED_ON = {
    "sum": (f"a, axis=None, dtype=None, out=None, {_NONE}", "sum"),
    "prod": (f"a, axis=None, dtype=None, out=None, {_NONE}", "prod"),
    "mean": (f"a, axis=None, dtype=None, out=None, {_WHERE}", "mean"),
    "min": (f"a, axis=None, out=None, {_NONE}", "min"),
    "max": (f"a, axis=None, out=None, {_NONE}", "max"),
    "amin": (f"a, axis=None, out=None, {_NONE}", "min"),
    "amax": (f"a, axis=None, out=None, {_NONE}", "max"),
    "std": (_SPREAD, "std"),
    "var": (_SPREAD, "var"),
}
_NAN = {f"nan{n}": _PASSED_ON[n] for n in ("sum", "mean", "min", "max", "std", "var")}
_NOT_YET = {"axis", "dtype", "out", "keepdims", "initial", "where", "mean", "correction"}


def not_yet(signature: str) -> str:
    names = [p.strip().split("=")[0] for p in signature.split(",")]
    return " ".join(n for n in names if n in _NOT_YET)


def numbers(c: Call, name: str) -> Col:
    """The Series of numbers that is reduced."""
    series = c[name]
    c.need(isinstance(series, Col), "not a Series")
    c.need(series.dtype in NUMERIC | {None} and not series.is_nullable, "not numbers of numpy's")  # fmt: skip
    return series


for _name, (_signature, _method) in {**_PASSED_ON, **_NAN}.items():

    def _passed_on(c: Call, name: str = _name, method: str = _method) -> Value:
        """The method of the Series; an array's spread is that of a population."""
        series = numbers(c, "a")
        c.need(series.kind == "Series" or series.null_free or name.startswith("nan"), "an array with gaps")  # fmt: skip
        options = {"ddof": c["ddof"]} if "ddof" in c.args else {}
        return c.interpreter.by_rule(f"Series.{method}", series, [], options, c.node)  # type: ignore[attr-defined]

    _first = "df['g']" if _method == "prod" else "df['f']"
    rule(f"numpy.{_name}({_signature})", not_yet=not_yet(_signature), example=(f"np.{_name}({_first})", f"np.{_name}(df['i'])"))(_passed_on)  # fmt: skip


def of_array(c: Call, name: str, build: str, skip: bool, **options: Any) -> Scalar:
    """A reduction of the values as an array: one missing value makes it missing."""
    series = numbers(c, name)
    return scalar_of(c, series, build, "float64", NUMERIC - {"bool"}, "quantile", None if skip else -1, **options)  # fmt: skip


_MEDIAN = "a, axis=None, out=None, overwrite_input=False, keepdims={}"
for _name, _keep in (("median", "False"), ("nanmedian", "None")):

    def _median(c: Call, skip: bool = _name == "nanmedian") -> Scalar:
        """The middle value."""
        return of_array(c, "a", "middle", skip)

    rule(f"numpy.{_name}({_MEDIAN.format(_keep)})", not_yet="axis out keepdims", ignored="overwrite_input", example=(f"np.{_name}(df['i'])", f"np.{_name}(df['f'])"))(_median)  # fmt: skip

_QUANTILE = "a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims={}, *, weights=None"
for _name, _size in (("percentile", 100), ("nanpercentile", 100), ("quantile", 1), ("nanquantile", 1)):  # fmt: skip

    def _quantile(c: Call, name: str = _name, size: int = _size) -> Value:
        """Quantiles, linear between neighbours."""
        skip, q = name.startswith("nan"), c.lit("q")
        fine = (
            lambda x: isinstance(x, (int, float)) and not isinstance(x, bool) and 0 <= x <= size
        )  # noqa: E731
        if fine(q):
            return of_array(c, "a", "fraction_at", skip, q=float(q / size))
        c.need(isinstance(q, (list, tuple)) and q and all(map(fine, q)), "q= of this form")
        series = numbers(c, "a")
        c.need(skip or series.null_free, "several quantiles of an array with gaps")
        at = Const([float(x / size) for x in q])
        found = c.interpreter.by_rule("Series.quantile", series, [at], {}, c.node)  # type: ignore[attr-defined]
        return ByColumn(f"{found.text}.to_numpy()", found.vars, tuple(range(len(q))), "float64")

    rule(f"numpy.{_name}({_QUANTILE.format('None' if _name.startswith('nan') else 'False')})", not_yet="axis out method keepdims weights", ignored="overwrite_input",
         example=(f"np.{_name}(df['i'], {0.9 * _size:g})", f"np.{_name}(df['f'], {0.5 * _size:g})", f"np.{_name}(df['i'], [{0.25 * _size:g}, {0.75 * _size:g}])",
                  f"a, b = np.{_name}(df['i'], [{0.25 * _size:g}, {0.75 * _size:g}])\nout = df['g'].clip(a, b)"))(_quantile)  # fmt: skip


@rule(
    "numpy.average(a, axis=None, weights=None, returned=False, *, keepdims=None)",
    not_yet="axis returned keepdims",
    example=(
        "np.average(df['i'])",
        "np.average(df['i'], weights=df['j'])",
        "np.average(df['f'], weights=df['i'])",
        "np.average(df['g'].fillna(0), weights=df['i'].abs())",
    ),
)
def average(c: Call) -> Scalar:
    """The mean, or the mean by weights; one missing value makes it missing."""
    series, weights = numbers(c, "a"), c["weights"]
    if isinstance(weights, Const) and weights.value is None:
        return scalar_of(c, series, "average", "float64", NUMERIC, "average", -1)
    other = numbers(c, "weights")
    _, (series, other) = meet(series, other)
    frame, a = ready(c.ctx, series)
    frame, w = ready(c.ctx, other.but(frame=frame))
    x, y = (s.expr if s.dtype in FLOATS else s.expr.cast("double") for s in (a, w))
    text = f"{c.ctx.call('scalar')}({frame.text}, {F.sum(x * y)}, {F.sum(y)}, {gaps(a, w)})"
    return Scalar(f"{c.ctx.call('weighted')}(*{text})", "float64", a.vars | w.vars, "average")


def gaps(*series: Col) -> E:
    """How many rows lack one of the values."""
    tests = [s.expr.isNull() for s in series if not s.null_free]
    if not tests:
        return F.lit(0)
    return F.count_if(tests[0] if len(tests) == 1 else tests[0] | tests[1])


for _name in ("max", "min"):

    def _extreme(c: Call, name: str = _name) -> Value:
        """Python's own comparison of the values one by one, which none may lack."""
        values = c["args"]
        c.need(len(values) == 1 and not c["kwargs"] and isinstance(values[0], Col), "not one Series")  # fmt: skip
        series = values[0]
        c.need(series.dtype in ("int64", "float64", "datetime64[ns]") and series.null_free, "values that may be missing")  # fmt: skip
        return c.interpreter.by_rule(f"Series.{name}", series, [], {}, c.node)  # type: ignore[attr-defined]

    rule(f"builtins.{_name}(*args, **kwargs)", example=f"{_name}(df['i'])")(_extreme)


__all__ = ["average"]
