"""Questions about dtypes that are answered while translating: Series.dtype, Series.name, pandas.api.types.is_…_dtype."""

from __future__ import annotations

from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import FLOATS, INTEGERS, Col, Const, DtypeOf, Value
from transpiler.symbolic import is_dtype

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


#: what pandas itself calls them; a time's unit and a category's values are not known here
_CERTAIN = (INTEGERS | FLOATS | {"bool", "boolean", "object", "string"}) - {"int64?"}


#: what they may be in pandas where that depends on the values, or on what the times were read from
_ONE_OF = {
    "datetime64[ns]": tuple(f"datetime64[{unit}]" for unit in ("s", "ms", "us", "ns")),
    "timedelta64[ns]": tuple(f"timedelta64[{unit}]" for unit in ("s", "ms", "us", "ns")),
    "int64?": ("int64", "float64"),
    "bool?": ("bool", "object"),
    "date": ("object",),
    "list": ("object",),
}


@rule(
    "Series.dtype()",
    verdict="kept",
    example=(
        "out = df.drop(columns=[c for c in df.columns if df[c].dtype == object])",
        "out = df[[c for c in df.columns if df[c].dtype != 'object' and df[c].dtype not in ('int64', bool)]]",
        "out = [c for c in ['i', 'f', 'b', 's'] if df[c].dtype == 'float64']",
        "out = [str(df[c].dtype) for c in ['i', 'f', 's']]",
        "out = df[[c for c in ['i', 'f', 'b', 's'] if df[c].dtype == object]]",
        "d = df.convert_dtypes()\nout = d[[c for c in ['i', 'f', 's'] if d[c].dtype != 'string' and d[c].dtype.name in ('Int64', 'string')]]",
        "def family(c):\n    kind = df[c].dtype\n    if pd.api.types.is_bool_dtype(kind):\n        return 0\n"
        "    return 1 if pd.api.types.is_numeric_dtype(kind) else 2\nout = df[sorted(['s', 'f', 'i', 'b'], key=lambda c: family(c))]",
        "print(df['i'].dtype)\nout = df[['i']]",
        "kind = df['f'].dtype\nout = df['i'].astype(kind)",
    ),
)
def dtype(c: Call) -> Value:
    """The dtype, where the types are known."""
    kind = c.col.dtype
    if c.col.kind == "Series" and kind in _ONE_OF:
        return DtypeOf(c.col, _ONE_OF[kind])
    c.need(c.col.kind == "Series" and kind in _CERTAIN, "its dtype depends on the data")
    c.need(c.col.width is None, "the dtype of numbers of fewer than 64 bits")
    try:
        import pandas as pd
    except ImportError:
        raise NoRule("dtypes are those of pandas, which is not installed here") from None
    return Const(pd.api.types.pandas_dtype(kind))


@rule(
    "Series.name()",
    verdict="kept",
    example=(
        "out = df.assign(c=df['i'] if df['i'].name == 'i' else df['j'])",
        "out = df[['i', 'j']].apply(lambda s: s * 2 if s.name == 'j' else s)",
        "s = df['i'] + df['j']\nout = df.assign(c=s if s.name is None else 0)",
        "s = df.groupby('k')['f'].sum()\nt = s\ns.name = 'total'\nout = df.join(s, on='k').assign(t=t.name)",
        "s = df['f'].copy()\ns.name = 'z'\nout = pd.concat([df['f'], s], axis=1)",
    ),
)
def name(c: Call) -> Const:
    """The label that it has."""
    return Const(c.col.label)


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
        if isinstance(column, Const) and is_dtype(column.value):
            import pandas as pd

            return Const(bool(getattr(pd.api.types, name)(column.value)))
        c.need(isinstance(column, Col) and column.kind == "Series", "not a Series")
        c.need(
            column.dtype in _KNOWN and column.dtype not in open_, "its dtype depends on the data"
        )
        return Const(column.dtype in true)


for _name in CHECKS:
    _check(_name)
