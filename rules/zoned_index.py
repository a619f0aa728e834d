"""``tz_localize`` and ``tz_convert`` of frames and Series: their labels are times of a zone."""

from __future__ import annotations

from rules.index import over_series
from rules.registry import Call, rule
from transpiler.facts import Accessor, Col, Frame, Value

_LOCALIZE = "tz, axis=0, level=None, copy=None, ambiguous='raise', nonexistent='raise'"
_CONVERT = "tz, axis=0, level=None, copy=None"
_TIMED = "df.dropna(subset=['t']).set_index('t')"
_EXAMPLES = (
    f"d = {_TIMED}[['i']].tz_localize('UTC')\nd.index = d.index.tz_convert('US/Eastern').tz_localize(None)\nout = d.reset_index()",
    f"{_TIMED}['i'].tz_localize('Europe/Berlin', nonexistent='NaT').tz_convert('UTC')",
)


def relabelled(c: Call, frame: Frame, method: str) -> Frame:
    """The frame with the labels that a method of its index gives."""
    by_rule = c.interpreter.by_rule  # type: ignore[attr-defined]
    names = ("ambiguous", "nonexistent") if method == "tz_localize" else ()
    given = {k: c[k] for k in names if c.given(k)}
    c.need(len(frame.index.levels) == 1, "labels that are no times")
    labels = by_rule(f"DataFrame.index.{method}", Accessor(frame, "index"), [c["tz"]], given, c.node)  # type: ignore[attr-defined]
    return by_rule("DataFrame.index.__set__", frame, [labels], {}, c.node)  # type: ignore[attr-defined]


for _method, _source in (("tz_localize", _LOCALIZE), ("tz_convert", _CONVERT)):

    def _frame(c: Call, method: str = _method) -> Value:
        """The rows under the times of a zone."""
        return relabelled(c, c.frame, method)

    def _series(c: Call, method: str = _method) -> Col:
        """The values under the times of a zone."""
        return over_series(c, lambda table: relabelled(c, table, method))

    rule(f"DataFrame.{_method}({_source})", not_yet="axis level", ignored="copy", example=_EXAMPLES[0])(_frame)  # fmt: skip
    rule(f"Series.{_method}({_source})", not_yet="axis level", ignored="copy", example=_EXAMPLES[1])(_series)  # fmt: skip
