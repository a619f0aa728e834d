"""More of all rows so far: ``expanding().skew()``, ``kurt``, ``sem``, and what no part of them tells."""

from __future__ import annotations

from rules.ordered import stepped
from rules.registry import Call, rule
from rules.rolling import every
from rules.window_shapes import SIGNATURES, shape_options
from transpiler.facts import Col, Value, Windowed

_EXAMPLES = {
    "skew": "df['f'].expanding().skew()",
    "kurt": "df['n'].expanding(6).kurt()",
    "sem": "(df['i'] / df['j']).expanding().sem(ddof=0)",
}


def _register(how: str) -> None:
    def apply(c: Call) -> Value:
        """The statistic of all rows so far."""
        window: Windowed = c.self  # type: ignore[assignment]
        options = shape_options(c, how)
        c.need(options.get("ddof", 1) in (0, 1) and options.get("ddof") is not True, "ddof= of this value")  # fmt: skip
        given = {"least": window.params[0], **options}
        more = "".join(f", {k}={v!r}" for k, v in given.items() if v != 1)

        def one(series: Col) -> Col:
            return stepped(c, series, "shape_so_far", lambda x, row: f"{how!r}, {x}, {row}{more}", "float64")  # fmt: skip

        return every(c, window, one)

    rule(f"Series.expanding.{how}({SIGNATURES[how]})", not_yet="numeric_only", example=_EXAMPLES[how])(apply)  # fmt: skip
    rule(f"DataFrame.expanding.{how}({SIGNATURES[how]})", not_yet="numeric_only", example="df[['i', 'n']].expanding(4).sem()")(apply)  # fmt: skip


for _name in _EXAMPLES:
    _register(_name)
