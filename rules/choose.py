"""Values chosen by conditions or looked up: np.where, np.select, where, mask, map, replace, cut."""

from __future__ import annotations

from typing import Any

from rules.lib import all_finite, derive, is_missing, materialised, meet, operand, tightened, typed
from rules.missing import in_frame
from rules.operators import arithmetic, dtype_of
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    NULL_FREE,
    NUMBERS,
    Array,
    Col,
    Const,
    Func,
    Module,
    Scalar,
    Sequence,
    with_missing,
)
from transpiler.symbolic import E, F

# --- choices --------------------------------------------------------------------------------


def condition(c: Call, value: Any, full: bool = True) -> Col:
    """A condition as an expression. The job sees whether a column of unknown type is one; a missing
    value in that fails it (``full``) or does not hold."""
    c.need(isinstance(value, Col) and value.dtype in ("bool", None), "a condition that is not boolean")  # fmt: skip
    if value.dtype == "bool":
        return value
    c.need(not value.is_nullable, "a condition that may have missing values")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    test = typed(c.ctx, "flag_of", materialised(c.ctx, value), **({"full": True} if full else {}))
    return derive(test, "bool", value, null_free=full, loose=not full)


def numpy_condition(c: Call, value: Any) -> Col:
    """A condition of ``np.where``: whatever numpy takes for true."""
    others = {None, "bool?", "object"} | NUMBERS
    if not isinstance(value, Col) or value.is_nullable or value.dtype not in others:
        return condition(c, value)
    if value.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
    value = materialised(c.ctx, value)
    c.need(value.gap in ("nan", "None") or value.dtype in NUMBERS, "whether a missing value of a condition is NaN or None is not known here")  # fmt: skip
    options = {"gap": "None"} if value.gap == "None" else {}
    test = typed(c.ctx, "true_for_numpy", value, **options)
    return derive(test, "bool", value, null_free=True, loose=False)


def as_expr(value: Any, dtype: str | None) -> E:
    """A choice as an expression of the chosen dtype."""
    if isinstance(value, Const):
        if is_missing(value.value):
            return F.lit(None)
        if value.text is not None:
            return (
                F.lit(E(value.text)).cast("double")
                if dtype == "float64" and isinstance(value.value, int)
                else F.lit(E(value.text))
            )
        plain = float(value.value) if dtype == "float64" else value.value
        expr = (
            operand(Const(plain))
            if not isinstance(plain, (int, float, str, bool))
            else F.lit(plain)
        )
        return expr.cast("bigint") if dtype in ("int64", "int64?", "Int64") else expr
    expr = operand(value)
    own = dtype_of(value)
    return (
        expr.cast("double") if dtype == "float64" and own in ("int64", "int32", "int64?") else expr
    )


def numpy_pair(values: list[Any]) -> tuple[list[Any], str]:
    """Constants as numpy would put them into one array, and the pandas dtype of that array."""
    import numpy as np

    texts = [isinstance(v, str) for v in values]
    if any(texts) and not all(t or v is None for t, v in zip(texts, values)):
        raise NoRule("text and numbers, which numpy's versions join in different ways")
    if len(values) == 2:
        out = np.where(np.array([True, False]), *values)
    else:
        tests = [np.arange(len(values)) == i for i in range(len(values) - 1)]
        out = np.select(tests, values[:-1], values[-1])
    kinds = {"i": "int64", "f": "float64", "U": "object", "O": "object", "b": "bool"}
    if out.dtype.kind not in kinds:
        raise NoRule("constants that numpy joins to another type")
    items = [v if out.dtype.kind == "O" else v.item() for v in out]
    return items, kinds[out.dtype.kind]


def joined_dtype(values: list[Any]) -> tuple[list[Any], str | None]:
    """The choices, converted as numpy converts them, and the dtype of the result.

    Raises NoRule where numpy would mix types or turn numbers into text.
    """
    constants = [i for i, v in enumerate(values) if isinstance(v, Const)]
    if len(constants) == len(values):
        items, dtype = numpy_pair([v.value for v in values])
        kinds = {type(v).__name__ for v in items if not is_missing(v)}
        if dtype == "object" and kinds - {"str"}:
            raise NoRule("a choice between values of several types")
        same = [
            v if v.text is not None and type(v.value) is type(i) else Const(i)
            for v, i in zip(values, items)
        ]
        return same, dtype
    dtypes = {v.dtype for v in values if not isinstance(v, Const)}
    if None in dtypes:
        return values, None
    if any(isinstance(v, Col) and v.is_nullable for v in values):
        raise NoRule("a choice from nullable columns")
    for i in constants:
        value = values[i].value
        if is_missing(value):
            dtypes.add("missing text" if value is None else "float64")
        else:
            dtypes.add(
                {"str": "object", "int": "int64", "float": "float64", "bool": "bool"}.get(
                    type(value).__name__, "other"
                )
            )
    if dtypes == {"object", "float64"} and all(is_missing(values[i].value) or isinstance(values[i].value, str) for i in constants) and all(v.dtype == "object" for v in values if isinstance(v, Col)):  # fmt: skip
        dtypes = {"object"}  # text, or nan among objects
    dtypes.discard("missing text") if "object" in dtypes else None
    if dtypes <= {"int64", "float64", "bool"} and "float64" in dtypes and "bool" not in dtypes:
        return values, "float64"
    if len(dtypes) == 1 and dtypes <= {"int64", "float64", "object", "bool", "datetime64[ns]"}:
        return values, dtypes.pop()
    raise NoRule(f"a choice between {' and '.join(sorted(map(str, dtypes)))} values")


def chosen(c: Call, conditions: list[Col], values: list[Any], label: Any = None) -> Array:
    """The value of the first condition that holds, else the last value."""
    values, dtype = joined_dtype(values)
    _, sides = meet(*conditions, *values)
    conditions, values = sides[: len(conditions)], sides[len(conditions) :]
    cols = [s for s in (*conditions, *values) if isinstance(s, Col)]
    values = [tightened(v) if isinstance(v, Col) and v.loose else v for v in values]
    facts: dict[str, Any] = {
        "label": label,
        "loose": False,
        "nullable": False,
        "null_free": dtype in NULL_FREE,
        "finite": all_finite(*values),
    }
    if dtype is None:
        return Array(**vars(chosen_unknown(c, conditions, values, cols, facts)))
    expr: Any = F
    for test, value in zip(conditions, values):
        expr = expr.when(test.expr, as_expr(value, dtype))
    last = as_expr(values[-1], dtype)
    if last.text != "F.lit(None)":
        expr = expr.otherwise(last)
    elif all(isinstance(v, Const) and is_missing(v.value) for v in values):
        raise NoRule("a choice between missing values only")
    return Array(**vars(derive(expr, dtype, *cols, **facts)))


def chosen_unknown(
    c: Call, conditions: list[Col], values: list[Any], cols: list[Col], facts: dict
) -> Col:
    """The job sees whether the values are of one kind."""
    if any(v.is_nullable for v in cols):
        raise NoRule("a choice from nullable columns")
    values = [
        v.but(expr=in_frame(c.ctx, "whole", v)) if isinstance(v, Col) and v.dtype is None else v
        for v in values
    ]
    result: Any = values[-1]
    c.verdict = "runtime"  # type: ignore[attr-defined]
    for test, value in zip(reversed(conditions), reversed(values[:-1])):
        result = derive(typed(c.ctx, "either", test, value, result), None, *cols)
    return derive(result.expr, None, *cols, **facts)


@rule(
    "numpy.where(condition, x, y)",
    example=(
        "df['z'] = np.where(df['f'] > 1, 'high', 'low')\nout = df",
        "df['z'] = np.where(df['i'] > 3, df['i'], 0)\nout = df[['z']]",
        "df['z'] = np.where(df['f'].isna(), df['g'], df['f'])\nout = df[['z']]",
        "df['z'] = np.where(df['b'], 1, np.nan)\nout = df[['z']]",
        "df['z'] = np.where(df['f'], 'x', 'y')\nout = df[['z']]",
        "df['z'] = np.where(df['s'], df['i'], 0)\nout = df[['z']]",
        "df['z'] = np.where(df['i'] > 3, df['s'], 'none')\nout = df[['z']]",
        "df['z'] = np.where(df['b'], 'x', None)\nout = df[['z']]",
        "df['z'] = np.where(df['i'] > 3, 'big', np.where(df['i'] > 0, 'small', 'none'))\nout = df[['z', 'i']]",
        "df['z'] = np.where(df['b'], df['i'], df['f'])\nout = df[['z']]",
        "df['z'] = np.where(df['b'], df['i'], 0.5) * 2\nout = df[['z']]",
        "df['z'] = np.where(df['j'] > 2, df['i'], np.nan)\nout = df[df['z'].notna()][['z', 'k']]",
        "df['z'] = np.where(df['j'] > 2, df['s'], np.nan)\nout = df[df['z'].notna()][['z', 'k']]",
        "np.where(df['f'] > 1, 1, 0)",
    ),
)
def where_(c: Call) -> Array:
    """One of two values by a condition; numpy decides the type of the two together."""
    values = [c["x"], c["y"]]
    c.need(all(isinstance(v, (Const, Scalar, Col)) for v in values), "choices of this kind")
    return chosen(c, [numpy_condition(c, c["condition"])], values)


@rule(
    "numpy.select(condlist, choicelist, default=0)",
    example=(
        "df['z'] = np.select([df['i'] > 5, df['i'] > 2], ['high', 'mid'], default='low')\nout = df[['i', 'z']]",
        "df['z'] = np.select([df['f'] > 5, df['f'] > 0], [1, 2])\nout = df[['f', 'z']]",
        "df['z'] = np.select([df['b'], df['i'] > 3], ['x', 'y'], default='z')\nout = df[['z']]",
        "conditions = [df['k'] == 'a', df['k'].isna()]\nchoices = [df['f'], df['g']]\ndf['z'] = np.select(conditions, choices, default=np.nan)\nout = df[['z']]",
    ),
)
def select_(c: Call) -> Array:
    """The value of the first condition that holds."""
    conditions, choices = (items_of(c, c[x]) for x in ("condlist", "choicelist"))
    c.need(conditions and len(conditions) == len(choices), "lists of different lengths")
    values = [*choices, c["default"]]
    c.need(all(isinstance(v, (Const, Scalar, Col)) for v in values), "choices of this kind")
    kinds = {type(v.value).__name__ for v in values if isinstance(v, Const)}
    c.need("str" not in kinds or kinds == {"str"}, "text and other constants, which numpy refuses")
    return chosen(c, [condition(c, x) for x in conditions], values)


for _name, _symbol in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/")):

    def _array_op(c: Call, op: str = _name, swap: bool = False) -> Any:
        """Arithmetic of an array: with a Series it gives a Series."""
        other = c["other"]
        out = arithmetic(op, other, c.self, c) if swap else arithmetic(op, c.self, other, c)
        return out if isinstance(other, Col) and other.kind == "Series" else Array(**vars(out))

    rule(f"ndarray.__{_name}__(other)", example=f"np.where(df['b'], df['i'], 2) {_symbol} df['j']")(
        _array_op
    )
    rule(f"ndarray.__r{_name}__(other)", example=f"7 {_symbol} np.where(df['b'], df['f'], 2)")(lambda c, do=_array_op: do(c, swap=True))  # fmt: skip


def items_of(c: Call, value: Any) -> list[Any]:
    if isinstance(value, Const) and isinstance(value.value, (list, tuple)):
        return [Const(v) for v in value.value]
    c.need(isinstance(value, Sequence), "a list that is not known here")
    return list(value.items)


def kept_where(c: Call, series: Col, test: Any, other: Any, hold: bool) -> Col:
    """The Series where the condition is ``hold``, elsewhere ``other``."""
    test = condition(c, test, full=not hold)
    c.need(isinstance(other, (Const, Scalar, Col)), "other= of this kind")
    _, (series, test, other) = meet(tightened(series) if series.loose else series, test, other)
    keep = series.expr
    gap = isinstance(other, Const) and is_missing(other.value)
    if not gap and None in (series.dtype, dtype_of(other)):
        return kept_unknown(c, series, test, other, hold)
    if gap:
        dtype = with_missing(series.dtype)
        c.need(dtype not in ("category", "list"), "such values")
        expr = F.when(test.expr, keep) if hold else F.when(test.expr, F.lit(None)).otherwise(keep)
        return derive(
            expr,
            dtype,
            series,
            test,
            label=series.label,
            null_free=False,
            loose=False,
            nullable=series.is_nullable,
            gappy=dtype is None and not series.is_nullable,
            finite=series.finite,
        )
    c.need(not series.is_nullable, "other values in a nullable column")
    dtype = fitting(c, series.dtype, other)
    put = as_expr(other, dtype)
    expr = (
        F.when(test.expr, keep).otherwise(put) if hold else F.when(test.expr, put).otherwise(keep)
    )
    full = series.null_free and (
        isinstance(other, Const) or isinstance(other, Col) and other.null_free
    )
    parents = [x for x in (series, test, other) if isinstance(x, Col)]
    return derive(
        expr, dtype, *parents, label=series.label, null_free=full, loose=False, nullable=False,
        finite=all_finite(series, other),
    )  # fmt: skip


def kept_unknown(c: Call, series: Col, test: Col, other: Any, hold: bool) -> Col:
    """The job sees whether the other values fit into the column."""
    sides = [series, other]
    c.need(not any(isinstance(s, Col) and s.is_nullable for s in sides), "other values in a nullable column")  # fmt: skip
    c.need(not isinstance(other, Scalar) or other.dtype is not None, "values whose type is not known")  # fmt: skip
    c.verdict = "runtime"  # type: ignore[attr-defined]
    for n, side in enumerate(sides):
        if isinstance(side, Col) and side.dtype in (None, "int64?"):
            side = materialised(c.ctx, tightened(side) if side.loose else side)
            sides[n] = side.but(expr=in_frame(c.ctx, "whole", side), dtype=None)
    expr = typed(c.ctx, "kept_or_put", test, *sides, **({} if hold else {"hold": False}))
    return derive(expr, None, *sides, test, label=series.label, null_free=False, loose=False, nullable=False,
                  gappy=False, finite=all_finite(*sides))  # fmt: skip


def fitting(c: Call, dtype: str | None, other: Any) -> str | None:
    """The dtype of a column into which ``other`` is put, where it does not change by it."""
    own = dtype_of(other)
    c.need(own is not None, "values whose type is not known")
    same = own == dtype and dtype in ("int64", "float64", "object", "bool", "datetime64[ns]")
    c.need(same or (dtype == "float64" and own == "int64"), f"a {own} put into a {dtype} column")
    return dtype


_WHERE = "cond, other=None, *, inplace=False, axis=None, level=None"
for _name, _hold in (("where", True), ("mask", False)):

    def _where(c: Call, hold: bool = _hold) -> Col:
        """Values replaced where the condition fails (mask: holds)."""
        other = c["other"] if c.given("other") else Const(float("nan"))
        test = c["cond"]
        if isinstance(test, Func):
            test = c.interpreter.inline(test, [c.col], {}, None)  # type: ignore[attr-defined]
        elif isinstance(test, Module):  # pd.isnull
            test = c.interpreter.by_rule(test.name, None, [c.col], {}, c.node)  # type: ignore[attr-defined]
        return kept_where(c, c.col, test, other, hold)

    rule(
        f"Series.{_name}({_WHERE})",
        not_yet="inplace axis level",
        example=(
            f"df['f'].{_name}(df['f'] > 1)",
            f"df['i'].{_name}(df['i'] > 2)",
            f"df['i'].{_name}(df['f'] > 2, 0)",
            f"df['s'].{_name}(df['b'], 'none')",
            f"df['f'].{_name}(df['b'], df['g'])",
            f"df['f'].{_name}(df['b'], 0)",
            f"df['i'].{_name}(df['f'] > 2, df['j'])",
            f"df['t'].{_name}(df['b'])",
            f"df['i'].{_name}(lambda x: x > 2, -1)",
            f"df['s'].{_name}({'pd.notna' if _hold else 'pd.isnull'}, df['k'])",
        ),
    )(_where)


# --- looking up -----------------------------------------------------------------------------


def constants_dtype(values: list[Any], gaps: bool) -> str:
    """The dtype of a column of these constants, some of which may be missing."""
    kinds = {type(v).__name__ for v in values if not is_missing(v)}
    missing = gaps or any(is_missing(v) for v in values)
    if kinds <= {"str"} and kinds:
        return "object"
    if kinds == {"int"}:
        never = any(is_missing(v) for v in values)
        return "float64" if never else "int64?" if missing else "int64"
    if kinds and kinds <= {"int", "float"}:
        return "float64"
    if kinds == {"bool"} and not any(is_missing(v) for v in values):
        return "bool?" if missing else "bool"
    raise NoRule("values of several types")


_KEYS = {
    "object": {"str"},
    "int64": {"int"},
    "float64": {"int", "float"},
    "bool": {"bool"},
    "int64?": {"int", "float"},
}


def literal_of(value: Any, dtype: str) -> E:
    if is_missing(value):
        return F.lit(None)
    plain = float(value) if dtype == "float64" else value
    return F.lit(plain)


def looked_up(c: Call, series: Col, table: dict) -> Col:
    """``series.map(dict)``: what is not in the dict is missing."""
    series = tightened(series) if series.loose else series
    if series.dtype is None and not series.is_nullable and table:
        kinds = {
            {"str": "text", "int": "number", "float": "number"}.get(type(k).__name__) for k in table
        }
        c.need(len(kinds) == 1 and None not in kinds, "keys of such types")
        c.verdict = "runtime"  # type: ignore[attr-defined]
        kind = kinds.pop()
        expr = typed(c.ctx, "keyed", series, kind=kind)
        series = series.but(expr=expr, dtype="object" if kind == "text" else "float64")
    c.need(
        series.dtype in _KEYS and not series.is_nullable,
        f"a {series.dtype} column mapped by a dict",
    )
    c.need(
        table and all(type(k).__name__ in _KEYS[series.dtype or ""] for k in table),
        "keys of another type than the column",
    )
    c.need(not any(is_missing(k) for k in table), "a missing key")
    dtype = constants_dtype(list(table.values()), True)
    cast = {"int64?": "bigint"}.get(dtype)
    if len(table) <= 12:
        expr: Any = F
        for key, value in table.items():
            expr = expr.when(series.expr == key, literal_of(value, dtype))
    else:
        pairs = [
            literal_of(x, dtype) if i % 2 else F.lit(float(x) if series.dtype == "float64" else x)
            for kv in table.items()
            for i, x in enumerate(kv)
        ]
        kinds = {
            "object": "string",
            "int64": "bigint",
            "float64": "double",
            "bool": "boolean",
            "int64?": "bigint",
        }
        values = {"object": "string", "int64?": "bigint", "float64": "double", "bool?": "boolean"}[
            dtype
        ]
        whole = F.create_map(*pairs).cast(f"map<{kinds[series.dtype or '']},{values}>")
        expr, cast = whole[series.expr], None
    if all(is_missing(v) for v in table.values()):
        raise NoRule("a dict of missing values")
    finite = all_finite(*map(Const, table.values()))
    return derive(expr.cast(cast) if cast else expr, dtype, series, null_free=False, nullable=False, finite=finite)  # fmt: skip


@rule(
    "Series.map(arg, na_action=None)",
    not_yet="na_action",
    example=(
        "df['k'].map({'a': 'Alpha', 'b': 'Beta'})",
        "df['k'].map({'a': 1, 'b': 2, 'c': 3, 'd': 4})",
        "df['i'].map({3: 'three', 9: 'nine'})",
        "df['b'].map({True: 'yes', False: 'no'})",
        "df['f'].map({1.5: 10, 0: 20})",
        "df['k'].map({'a': 1.5, 'b': None})",
        "names = dict(zip('abcdefghijklmn', range(14)))\nout = df['k'].map(names)",
        "df['j'].map({n: n / 2 for n in range(15)})",
    ),
)
def map_dict(c: Call) -> Col:
    """Each value looked up in a dict."""
    c.need(not isinstance(c["arg"], Func), "a function")
    table = c.lit("arg")
    c.need(isinstance(table, dict), "mapped by another kind of object")
    return looked_up(c, c.col, table)
