"""More of ``resample``: what pandas makes of the rows at the labels."""

from __future__ import annotations

from rules.registry import Call, rule
from rules.resample import _DAYS, Binned
from transpiler.facts import Col, Const, Value

_ARGS = "method='linear', *, axis=0, limit=None, inplace=False, limit_direction='forward', limit_area=None, downcast=None, **kwargs"
_PASSED = ("method", "limit", "limit_direction", "limit_area")


for _kind, _part in (("Series", "['f']"), ("DataFrame", "[['i', 'f']]")):

    @rule(
        f"{_kind}Resampler.interpolate({_ARGS})",
        not_yet="axis inplace downcast",
        verdict="runtime",
        example=(
            f"{_DAYS}{_part}.sort_index().resample('W').interpolate()",
            f"{_DAYS}{_part}.sort_index().resample('5D').interpolate(limit=2, limit_direction='both')",
        ),
    )
    def interpolate(c: Call, kind: str = _kind) -> Value:
        """Values between those at the labels, on a line by the number of rows."""
        c.need(not c.args.get("kwargs"), "further arguments of interpolate")
        call = c.interpreter.by_rule  # type: ignore[attr-defined]
        rows = call(f"{kind}Resampler.asfreq", c.self, [], {}, c.node)  # type: ignore[attr-defined]
        owner = "Series" if isinstance(rows, Col) else "DataFrame"
        given = {k: Const(c.lit(k)) for k in _PASSED}
        return call(f"{owner}.interpolate", rows, [], given, c.node)  # type: ignore[attr-defined]


for _kind, _part in (("Series", "['f']"), ("DataFrame", "[['i', 'f']]")):

    @rule(
        f"{_kind}Resampler.transform(arg, *args, **kwargs)",
        example=(
            f"{_DAYS}{_part}.sort_index().resample('QE').transform('sum')",
            f"{_DAYS}['i'].sort_index().resample('MS').transform(lambda x: x - x.mean())",
        ),
    )
    def transform(c: Call) -> Value:
        """An aggregate of each row's bin, or a function over it."""
        c.need(isinstance(c.self, Binned) and len(c.self.keys) == 1, "bins of time in groups")
        groups = c.self.but(resampled=False)  # type: ignore[union-attr]
        call = c.interpreter.by_rule  # type: ignore[attr-defined]
        return call(f"{groups.kind}.transform", groups, [c["arg"], *c["args"]], c["kwargs"], c.node)  # type: ignore[attr-defined]
