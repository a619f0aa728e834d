"""Questions about dtypes that are answered while translating: pandas.api.types.is_…_dtype."""

from __future__ import annotations

from rules.registry import Call, rule
from transpiler.facts import FLOATS, INTEGERS, Col, Const

_DATES = {"datetime64[ns]"}
_KNOWN = {*INTEGERS, *FLOATS, *_DATES, "bool", "bool?", "boolean", "object", "string", "category",
          "date", "list", "timedelta64[ns]"}  # fmt: skip
_WHOLE = INTEGERS - {"int64?"}
#: name → (dtypes of which it is true, dtypes for which it depends on the values)
CHECKS = {
    "is_numeric_dtype": (INTEGERS | FLOATS | {"bool", "boolean"}, {"bool?"}),
    "is_integer_dtype": (_WHOLE, {"int64?"}),
    "is_float_dtype": (FLOATS, {"int64?"}),
    "is_bool_dtype": ({"bool", "boolean"}, {"bool?"}),
    "is_datetime64_any_dtype": (_DATES, set()),
    "is_datetime64_dtype": (_DATES, set()),
    "is_datetime64_ns_dtype": (_DATES, set()),
    "is_timedelta64_dtype": ({"timedelta64[ns]"}, set()),
    "is_object_dtype": ({"object", "date", "list"}, {"bool?"}),
    "is_string_dtype": ({"string"}, {"object", "date", "list", "bool?"}),
}


def _check(name: str) -> None:
    true, open_ = CHECKS[name]

    @rule(
        f"pandas.api.types.{name}(arr_or_dtype)",
        verdict="kept",
        example=(
            f"out = [c for c in ['i', 'f', 'b', 't'] if pd.api.types.{name}(df[c])]",
            f"from pandas.api import types\nout = types.{name}(df['f'].convert_dtypes())",
        ),
    )
    def check(c: Call) -> Const:
        """Known from the column's dtype."""
        column = c["arr_or_dtype"]
        c.need(isinstance(column, Col) and column.kind == "Series", "not a Series")
        c.need(
            column.dtype in _KNOWN and column.dtype not in open_, "its dtype depends on the data"
        )
        return Const(column.dtype in true)


for _name in CHECKS:
    _check(_name)
