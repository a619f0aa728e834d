"""``capture(name, value)``: what a program's value is, kept for comparison. In a job it gets the
value collected by the driver rung, so index, order and dtypes are compared as well."""

from __future__ import annotations

from typing import Any

import pandas as pd

CAPTURED: dict[str, Any] = {}


def capture(name: str, value: Any) -> None:
    CAPTURED[name] = (
        value.copy() if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)) else value
    )


def taken() -> dict[str, Any]:
    """What was captured since the last call."""
    found = dict(CAPTURED)
    CAPTURED.clear()
    return found


def as_frame(value: Any) -> pd.DataFrame:
    """Any pandas value as a frame that shows its index too, for the comparator."""
    if isinstance(value, pd.Index):
        value = value.to_series(index=range(len(value)))
    if isinstance(value, pd.Series):
        value = value.to_frame("value" if value.name is None else str(value.name))
    if isinstance(value, pd.DataFrame):
        out = value.copy()
        out.columns = [str(c) for c in out.columns]
        names = [f"index {i} {n}" for i, n in enumerate(out.index.names)]
        index = out.index.to_frame(index=False)
        index.columns = names
        return pd.concat([index, out.reset_index(drop=True)], axis=1)
    if isinstance(value, (list, tuple)) or type(value).__name__ == "ndarray":
        return pd.DataFrame(
            {"item": pd.Series(list(value), dtype=object if not len(value) else None)}
        )
    return pd.DataFrame({"scalar": [value]})
