"""``apply``, ``map`` and ``pipe`` with the user's own functions."""

from __future__ import annotations

from typing import Any

import libcst as cst

from rules.apply_nullable import (
    as_handed_out, has_none, made_in_pandas, may_be_na, puts_na, row_values, row_type, symbolic, told_apart,
)  # fmt: skip
from rules.apply_records import record_columns
from rules.apply_reductions import bound_join, of_each_column, of_each_row, rows_joined
from rules.apply_results import column_of, gap_of, is_len, of_lists, with_na
from rules.apply_texts import as_texts, gives_collections
from rules.apply_whole_rows import gives_row, whole_rows
from rules.elementwise import mapped
from rules.lib import FrameStep, derive, materialised, series_of, tightened
from rules.registry import Call, rule
from rules.scalar_body import Body
from rules.scalars import SPARK, Record, Row, S, as_s
from transpiler.errors import NoRule
from transpiler.facts import (
    ANY_GAP,
    FUNCTION,
    NA,
    Col,
    Const,
    Frame,
    Func,
    Lists,
    Module,
    Sequence,
    Value,
)
from transpiler.infer.scope import Scope
from transpiler.symbolic import E, F, col, lift, render

_UFUNCS = {"numpy.log", "numpy.log10", "numpy.log2", "numpy.log1p", "numpy.exp", "numpy.expm1", "numpy.sqrt", "numpy.abs",
           "numpy.floor", "numpy.ceil", "numpy.sign", "numpy.sin", "numpy.cos", "numpy.tan", "numpy.square", "numpy.isnan",
           "numpy.absolute", "numpy.round", "numpy.around", "pandas.isna", "pandas.isnull", "pandas.notna", "pandas.notnull"}  # fmt: skip
#: kinds of results that a UDF declares, and the dtype of their column
TYPED = {"float": "float64", "str": "object", "int": "int64", "bool": "bool"}


def extra_arguments(c: Call) -> tuple[list[Value], dict[str, Value]]:
    """``args=`` and further keywords, which go to the function."""
    given = c.args.get("args", Const(()))
    if isinstance(given, Const):
        args: list[Value] = [Const(v) for v in given.value or ()]
    else:
        c.need(isinstance(given, Sequence), "args= of this kind")
        args = list(given.items)
    return args, dict(c.args.get("kwargs", {}))


def scope_of(function: Any) -> Scope:
    return function.scope if isinstance(function, Func) else Scope()


# --- results as columns ---------------------------------------------------------------------


def udf_column(c: Call, step: str, result: S | None, *parents: Any, label: Any, function: Any = None) -> Col:  # fmt: skip
    """A column that a UDF adds: ``step`` is the call with ``@@`` for the frame, ``##`` for the name.
    result: what the function gives, where its type is known."""
    c.verdict = "udf"  # type: ignore[attr-defined]
    name = c.ctx.temp("udf")
    temps: dict[str, E] = {}
    for parent in parents:
        temps.update(parent.temps)
    temps[name] = FrameStep(step.replace("##", render(name)))
    facts = gap_of(result.kind, result.full, result.gap) if result is not None else {"gap": None}
    dtype = with_na(TYPED[result.kind], facts) if result is not None else None
    if puts_na(c, function) and facts["gap"] not in (NA, ANY_GAP):  # by a call, perhaps
        dtype, result = None, None
    if dtype is None and (any(may_be_na(x) for x in parents) or puts_na(c, function)):
        step = (FUNCTION, *c.ctx.step())
        c.need(step not in c.ctx.learned.kept, "what a function gives of columns with pd.NA, where a later step runs in pandas")  # fmt: skip
        facts["nans"] = frozenset({step})
    return derive(col(name), dtype, *parents, **facts, label=label, temps=tuple(temps.items()), local=False,
                  windowed=False, loose=False, null_free=False, nullable=False, column=None, finite=False)  # fmt: skip


def function_text(c: Call, function: Any, args: list, kwargs: dict) -> str:
    """The function as the job has it; further arguments are bound by a lambda."""
    driver = c.interpreter.driver  # type: ignore[attr-defined]
    c.need(
        all(isinstance(a, Const) for a in [*args, *kwargs.values()]),
        "arguments that are computed in the job",
    )
    text = driver.text(function)
    if not args and not kwargs:
        return text
    rest = [driver.text(a) for a in args] + [f"{k}={driver.text(v)}" for k, v in kwargs.items()]
    return f"lambda value: ({text})(value, {', '.join(rest)})"


# --- one Series -----------------------------------------------------------------------------


def apply_values(
    c: Call, series: Col, function: Any, args: list, kwargs: dict, skip_missing: bool = False
) -> Col:
    """The function of each value: as an expression, or as the function itself in a UDF."""
    series = materialised(c.ctx, tightened(series) if series.loose else series)
    c.need(isinstance(series.dtype, Lists) or series.dtype not in ("category", "list", "date", "timedelta64[ns]", "float32"), f"a function of the values of a {series.dtype} column")  # fmt: skip
    made_in_pandas([series])
    series, missing = as_handed_out(series)
    if not skip_missing:
        series = as_texts(c, series, function)
    body = Body(c, scope_of(function), series.frame)
    typed_as: S | None = None
    point = c.ctx.save()
    try:
        value = symbolic(series)
        inner = S(value.expr, value.kind, True, gap=value.gap) if skip_missing else value
        result = as_s(body.result(function, [inner, *args], kwargs))
        if skip_missing and not value.full:
            test = S(value.expr.isNotNull() if value.expr is not None else None, "bool")
            result = body.choose(test, result, S(F.lit(None), "none", False, gap=value.gap))
        typed_as, problem = sure_type(result), body.why
        if result.expr is not None:
            made = column_of(c, result, series, label=series.label)
            return made.but(uses=made.uses | body.reads)
    except NoRule as error:
        c.ctx.restore(point)
        problem = str(error)
    c.need(not gives_collections(function), "a function that gives lists, sets or dicts")
    c.message = problem  # type: ignore[attr-defined]
    text = function_text(c, function, args, kwargs)
    if skip_missing:
        test = "pd.isna" if series.dtype not in (None, "list") else c.ctx.call("is_missing_value")
        text = f"lambda value: value if {test}(value) else ({text})(value)"
    option = (f", {render(SPARK[typed_as.kind])}" if typed_as else "") + missing
    step = f"{c.ctx.call('apply_values')}(@@, ##, {text}, {series.expr}{option})"
    return udf_column(c, step, typed_as, series, label=series.label, function=function)


def sure_type(result: S) -> S | None:
    """The result where a UDF can declare its type."""
    sure = result.full or result.kind not in ("int", "bool")
    return result if sure and result.kind in TYPED else None


_LABELS = "def size(v):\n    if pd.isna(v):\n        return 'none'\n    elif v > 5:\n        return 'big'\n    return 'small'\n"


@rule(
    "Series.apply(func, convert_dtype=None, args=(), *, by_row='compat', **kwargs)",
    not_yet="convert_dtype by_row",
    example=(
        "df['i'].apply(lambda x: x * 2 + 1)",
        "df['i'].apply(lambda x: x * x * 1_000_000 + x ** 2)",
        "df['f'].apply(lambda x: x > 1)",
        "df['i'].apply(lambda x: 'even' if x % 2 == 0 else 'odd')",
        f"{_LABELS}out = df['f'].apply(size)",
        "df['s'].apply(lambda x: x.upper() if pd.notna(x) else '')",
        "df['s'].apply(lambda x: len(x) if isinstance(x, str) else 0)",
        "df['i'].apply(lambda x: x / 4)",
        "df['f'].apply(lambda x: 0 if x < 0 else x)",
        "df['i'].apply(lambda x, k: x + k, args=(10,))",
        "df['i'].apply(str)",
        "df['f'].apply(lambda x: round(x, 2))",
        "df['f'].apply(lambda x: f'{x:.1f}')",
        "df['f'].apply(lambda x: None if x > 2 else 7)",
        "df['i'].apply(lambda x: max(x, 2))",
        "df['f'].apply(lambda x: max(x, 2.0))",
        "df['f'].apply(lambda x: max(2.0, x))",
        "m, top = df['f'].mean(), df['i'].quantile(0.6)\nout = df['f'].apply(lambda x: 0.5 if x > m else x / top)",
        "m = df[df['i'] > 99]['f'].mean()\nout = df['f'].apply(lambda x: x if x > m else m)",
        "df['f'].apply(np.sqrt)",
        "df['k'].apply(lambda x: {'a': 1, 'b': 2}.get(x, 0))",
        "df['s'].fillna('').str.split(',').apply(len)",
        "df['k'].apply(lambda x: x in ('a', 'b'))",
        "df['t'].apply(lambda x: x.year)",
        "df['i'].apply(lambda x: [x][0])",
        "df['k'].fillna('a,b').apply(lambda x: x.replace('a', 'a,c').split(','))",
        "df['i'].apply(lambda x: f'n{x}')",
        "df['t'].apply(lambda x: 'none' if x is pd.NaT else 'there')",
        "df['s'].convert_dtypes().apply(lambda x: x if x is pd.NA else x[0])",
        "df['k'].convert_dtypes().apply(lambda x: x in {'a', 'b'})",
        "df['n'].convert_dtypes().apply(lambda x: x * 2 if x > 3 else -1)",
        "df['n'].convert_dtypes().apply(lambda x: f'{x}')",
        "df['f'].astype(str).apply(float)",
        "df['s'].apply(lambda x: x.partition('a')[2] + x.rpartition(' ')[0] if pd.notna(x) else x)",
        "df['d'].astype(str).apply(lambda x: int(x.split('-')[1]) if '-' in x else None)",
        "df['u'].apply(lambda x: int(x) / 2 if isinstance(x, str) and x.isdigit() else -1.0)",
    ),
)
def series_apply(c: Call) -> Any:
    """The function of each value."""
    function = c["func"]
    args, kwargs = extra_arguments(c)
    if isinstance(function, Module) and function.name in _UFUNCS and not args and not kwargs:
        return c.interpreter.by_rule(function.name, None, [c.col], {}, c.node)  # type: ignore[attr-defined]
    c.need(isinstance(function, (Func, Module)), "a function by name")
    if c.col.dtype == "list" and is_len(function) and not args and not kwargs:
        return of_lists(c)
    return apply_values(c, c.col, function, args, kwargs)


@rule(
    "Series.map(arg, na_action=None)",
    example=(
        "df['s'].fillna('').str.split().map(len)",
        "df['f'].map('{:.1f} M'.format)",
        "df['i'].map(lambda x: x + 1)",
        "df['s'].map(lambda x: x.strip().lower(), na_action='ignore')",
        "df['s'].map(str.upper, na_action='ignore')",
        "df['f'].map(lambda x: int(x), na_action='ignore')",
        "df['d'].astype(str).str[:2].replace('Na', '-7').map(int)",
    ),
)
def series_map(c: Call) -> Any:
    """The function of each value."""
    function = c["arg"]
    c.need(isinstance(function, (Func, Module)), "mapped by another kind of object")
    c.need(c.lit("na_action") in (None, "ignore"), "na_action= of this value")
    if isinstance(function, Module) and function.name in _UFUNCS and c.lit("na_action") is None:
        return c.interpreter.by_rule(function.name, None, [c.col], {}, c.node)  # type: ignore[attr-defined]
    if c.col.dtype == "list" and is_len(function) and c.lit("na_action") is None:
        return of_lists(c)
    return apply_values(c, c.col, function, [], {}, c.lit("na_action") == "ignore")


# --- rows -----------------------------------------------------------------------------------


def row_dtype(frame: Frame) -> str | None:
    """The dtype of a row of the frame as pandas makes it; None where the job has to look."""
    dtypes = {row_type(x) for x in frame.columns}
    if frame.open or not dtypes:
        return None
    numbers = {"int64", "float64"}
    if dtypes <= numbers:
        return "float64" if "float64" in dtypes else "int64"
    if dtypes == {"bool"}:
        return "bool"
    known = {x for x in dtypes if x is not None}
    kinds = {"number" if x in numbers | {"int64?"} else x for x in known}
    if None not in dtypes and dtypes <= numbers | {"int64?"}:
        return "float64" if "float64" in dtypes else None
    if (
        kinds & {"object", "category", "bool", "bool?", "date", "list", "datetime64[ns]"}
        and len(kinds) > 1
        or "object" in kinds
    ):
        return "object"
    return None


def row_of(c: Call, frame: Frame, wanted: list) -> Row:
    """The row that the function gets."""
    kind = row_dtype(frame)
    c.need(kind is not None, "what a row is made of is not known here")
    assert kind is not None
    return row_values(kind, {label: series_of(c.ctx, frame, label) for label in wanted})


def labels_used(function: Any, frame: Frame) -> list | None:
    """The labels that a row function looks up; None when it uses the row in another way."""
    if not isinstance(function, Func):
        return None
    params = function.node.params.params
    if not params:
        return None
    name = params[0].name.value
    found: list = []
    plain = 0

    class Visitor(cst.CSTVisitor):
        def visit_Subscript(self, node: cst.Subscript) -> None:
            nonlocal plain
            if (
                isinstance(node.value, cst.Name)
                and node.value.value == name
                and len(node.slice) == 1
            ):
                index = node.slice[0].slice
                if isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString):
                    found.append(index.value.evaluated_value)
                    plain += 1

        def visit_Attribute(self, node: cst.Attribute) -> None:
            nonlocal plain
            if (
                isinstance(node.value, cst.Name)
                and node.value.value == name
                and frame.has(node.attr.value)
            ):
                found.append(node.attr.value)
                plain += 1

        def visit_Name(self, node: cst.Name) -> None:
            nonlocal plain
            plain -= node.value == name

    body = function.node.body
    body.visit(Visitor())
    return list(dict.fromkeys(found)) if plain == 0 else None


def apply_rows(c: Call, frame: Frame, function: Any, args: list, kwargs: dict) -> Any:
    """The function of each row: as an expression, or as the function itself in a UDF."""
    if gives_row(function):
        return whole_rows(c, frame, function, args, kwargs)
    used = labels_used(function, frame)
    labels = used or (frame.labels if used is None else frame.labels[:1])
    series = [series_of(c.ctx, frame, x) for x in labels]
    parents = series or [series_of(c.ctx, frame, frame.labels[0])]
    odd = ("category", "list", "timedelta64[ns]", "float32")
    c.need(
        not any(s.dtype in odd and not isinstance(s.dtype, Lists) for s in series),
        "such columns in a Python function",
    )
    made_in_pandas(series)
    told_apart(c, series, function)
    c.need(not any(s.dtype == "date" for s in series), "dates in a Python function")
    body = Body(c, scope_of(function), frame)
    typed_as: S | None = None
    point = c.ctx.save()
    try:
        given = body.result(function, [row_of(c, frame, labels), *args], kwargs)
        if isinstance(given, Record):
            c.need(
                not any(map(may_be_na, series)), "pd.NA in what a function gives several values of"
            )
            c.need(not body.reads, "several values of a function of values that are computed in the job")  # fmt: skip
            return record_columns(c, given, parents, column_of)
        c.need(c.lit("result_type") in (None, "reduce"), "result_type= of one value")
        result = as_s(given)
        typed_as, problem = sure_type(result), body.why
        if result.expr is not None:
            made = column_of(c, result, *parents, label=None)
            return made.but(uses=made.uses | body.reads)
    except NoRule as error:
        c.ctx.restore(point)
        problem = str(error)
    found = of_each_row(c, frame, function, args, kwargs)
    if found is not None:
        return found
    c.message = problem  # type: ignore[attr-defined]
    c.need(c.lit("result_type") in (None, "reduce"), problem or "result_type= of this value")
    c.need(gives_value(function), problem or "a function that gives a whole row")
    text = function_text(c, function, args, kwargs)
    options = f", {render(SPARK[typed_as.kind])}" if typed_as else ""
    options += row_options(c, frame, series)
    names = [s.column.name if s.column is not None else s.label for s in series]
    if names != labels:
        options += f", columns=[{', '.join(s.expr.text for s in series)}]"
    step = f"{c.ctx.call('apply_rows')}(@@, ##, {text}, {render(list(labels))}{options})"
    return udf_column(c, step, typed_as, *parents, label=None, function=function)


def row_options(c: Call, frame: Frame, series: list[Col]) -> str:
    """What a row is made of, as arguments of the job's ``apply_rows``."""
    dtype = row_dtype(frame)
    nullable = any(x.is_nullable or x.holds_na for x in frame.columns) or frame.nullable
    gaps = [s.label for s in series if s.is_nullable or s.holds_na]
    # A row of objects has each value as it is in its column, whatever the others are.
    mixed = [x for x in (series if dtype == "object" else frame.columns) if x.dtype is None and not x.is_nullable]  # fmt: skip
    c.need(dtype or not any(x.holds_na for x in frame.columns), "what a row is made of depends on the data: name the columns before apply, one of text among them")  # fmt: skip
    c.need(
        not (nullable and mixed), "rows of nullable columns and of others whose type is not known"
    )
    options = f", nullable={render(gaps)}" if gaps else ""
    nones = [s.label for s in series if has_none(s)]
    options += f", none={render(nones)}" if nones else ""
    if dtype is None:
        return f", dtype={row_dtype_text(c, frame, nullable)}{options}"
    if nullable:
        dtype = {"int64": "Int64", "float64": "Float64", "bool": "boolean"}.get(dtype, dtype)
    return (f", dtype={render(dtype)}" if dtype != "object" else "") + options


def row_dtype_text(c: Call, frame: Frame, nullable: bool) -> str:
    """The job looks at the columns that make up a row; others may be there by then."""
    function, more = c.ctx.call("row_dtype"), ", nullable=True" if nullable else ""
    if not frame.open:
        return f"{function}(@@, {render([x.name for x in frame.columns])}{more})"
    named = frame if frame.text.isidentifier() else c.ctx.hoist(frame, c.ctx.hint)
    return f"{function}({named.text}{more})"


def gives_value(function: Any) -> bool:
    """Whether the function cannot give a Series, list or tuple, as far as its text tells."""
    if not isinstance(function, Func):
        return True
    returned: list = []
    if isinstance(function.node, cst.Lambda):
        returned.append(function.node.body)
    else:

        class Visitor(cst.CSTVisitor):
            def visit_Return(self, node: cst.Return) -> None:
                returned.append(node.value)

        function.node.body.visit(Visitor())
    for node in returned:
        if isinstance(node, (cst.Tuple, cst.List, cst.Dict, cst.Set, cst.ListComp, cst.DictComp)):
            return False
        if isinstance(node, cst.Call):
            name = (
                node.func.attr.value
                if isinstance(node.func, cst.Attribute)
                else getattr(node.func, "value", "")
            )
            if name in (
                "Series",
                "DataFrame",
                "array",
                "list",
                "tuple",
                "dict",
                "to_dict",
                "tolist",
                "split",
                "copy",
            ):
                return False
        if isinstance(node, cst.Name) and isinstance(function.node, cst.FunctionDef) and node.value in {p.name.value for p in function.node.params.params}:  # fmt: skip
            return False
    return True


def apply_columns(c: Call, function: Any, args: list, kwargs: dict) -> Value:
    """The function of each column."""
    interpreter = c.interpreter  # type: ignore[attr-defined]
    if not isinstance(function, (Func, Module)):
        return interpreter.by_rule("DataFrame.agg", c.frame, [function, *args], kwargs, c.node)
    found = of_each_column(c, function) if not args and not kwargs else None
    if found is not None:
        return found

    def change(series: Col) -> Col:
        if isinstance(function, Module):
            value = interpreter.by_rule(function.name, None, [series, *args], kwargs, c.node)
        else:
            value = interpreter.inline(function, [series, *args], kwargs, None)
        c.need(
            isinstance(value, Col) and value.frame.rows.uid == series.frame.rows.uid,
            "a function that gives one value per column",
        )
        return value

    return mapped(c.ctx, c.frame, change)


_BANDS = "def bands(row):\n    if row['i'] > 4:\n        return pd.Series({'band': 'high', 'points': row['i'] * 10})\n    return pd.Series({'band': 'low', 'points': 1})\n"
_GIVEN = "d = df.convert_dtypes()\nd['m'] = d.apply(lambda r: r['n'] * 2, axis=1)\n"
_ROW = "def price(row):\n    if row['i'] > 5 and row['k'] == 'a':\n        return row['i'] * 2\n    if pd.isna(row['f']):\n        return -1\n    return row['j']\n"


@rule(
    "DataFrame.apply(func, axis=0, raw=False, result_type=None, args=(), by_row='compat', engine='python', engine_kwargs=None, **kwargs)",
    not_yet="raw by_row engine engine_kwargs",
    example=(
        "df.apply(lambda row: row['i'] + row['j'], axis=1)",
        "df.apply(lambda r: 'x' if r['f'] > 1 else r['k'], axis=1)",
        f"{_ROW}out = df.apply(price, axis=1)",
        "df.apply(lambda r: f\"{r['i']}-{r['j']}\", axis=1)",
        "df[['f', 'i']].apply(lambda r: r['f'] / r['i'], axis=1)",
        "df[['i', 'j']].apply(lambda r: r.i / r.j, axis=1)",
        "df[['i', 'j']].apply(lambda r: max(r['i'], r['j']), axis=1)",
        "df[['i', 'j', 'b']].apply(lambda r: r['i'] if r['b'] else 0, axis=1)",
        "df.apply(lambda r: sum([r['i'], r['j']]), axis=1)",
        "df[['i', 'j']].apply(lambda r: r.sum(), axis=1)",
        "df['z'] = df.apply(lambda r: r['s'].upper() if isinstance(r['s'], str) else 'none', axis=1)\nout = df[['z', 'i']]",
        "df[['i', 'f']].apply(lambda x: x * 2)",
        "df[['s', 'k']].apply(lambda x: x.str.upper())",
        "df.apply(lambda r: round(r['f'] * r['i'], 1), axis=1)",
        "df.convert_dtypes().apply(lambda r: r['i'] * r['f'] + 1, axis=1)",
        "df.convert_dtypes().apply(lambda r: -r['n'] / 4 - r['f'], axis=1)",
        "df.convert_dtypes().apply(lambda r: r['n'] * 2, axis=1)",
        "df.convert_dtypes().apply(lambda r: 'big' if r['i'] > 4 else 'small', axis=1)",
        "df.convert_dtypes().apply(lambda r: r['s'] + '!', axis=1)",
        "df.convert_dtypes().apply(lambda r: f\"{r['s']}, {r['n']}, {r['b']}\", axis=1)",
        "df.convert_dtypes().apply(lambda r: r['k'] if r['k'] is not pd.NA else r['s'], axis=1)",
        "df.convert_dtypes().apply(lambda r: r['k'] == 'a', axis=1)",
        f"{_GIVEN}d['t'] = d['m'].astype(str)\nout = d[d['m'] != 4][['i', 'm', 't']]",
        f"{_GIVEN}d['t'] = d['m'].apply(lambda x: f'{{x}}')\nout = d[~(d['m'] > 4)][['i', 'm', 't']]",
        "df[['i', 'f']].convert_dtypes().apply(lambda r: r['f'] * r['i'], axis=1)",
        "df[['i', 'j']].convert_dtypes().apply(lambda r: r['i'] / r['j'], axis=1)",
        "df[['f', 'i']].apply(lambda r: round(r['f'] * r['i'], 1), axis=1)",
        "df.apply(lambda r: (r['i'] + r['j'], r['i'] > 3), axis=1, result_type='expand')",
        "df[['p', 'q']] = df.apply(lambda r: (r['i'] * 2, r['i'] / 4), axis=1, result_type='expand')\nout = df[['p', 'q', 'i']]",
        "df[['i', 'j']] = df.apply(lambda r: pd.Series([r['j'], r['i']]), axis=1)\nout = df",
        f"{_BANDS}out = pd.concat([df, df.apply(bands, axis=1)], axis=1)",
        "df.apply(lambda r: pd.Series({'f2': r['f'] * 2, 'name': r['s']}), axis=1)",
        "df[['i', 'f']].apply(lambda r: 100 * r / r.sum(), axis=1)",
        "df[['i', 'j', 'n']].apply(lambda r: r.max() - r.min(), axis=1)",
        "df[['i', 'j', 'n']].apply(np.mean, axis=1)",
        "df[['i', 'j']].apply(max, axis=1)",
        "df[['i', 'j']].apply(lambda r: r.idxmax(), axis=1)",
        "df[['s', 'k']].apply(lambda r: ' '.join(r.dropna()), axis=1)",
        "df[['s', 'i']].fillna('').apply(lambda r: '-'.join(r.astype(str)), axis=1)",
        "df[['i', 'f']].apply(lambda x: x.max() - x.min())",
        "df.apply(lambda x: x.isna().sum() / len(x))",
        "df[['i', 'f']].apply(np.sum)",
        "df[['i', 'f']].apply(['min', 'max'])",
        "df[['i', 'f']].apply('mean')",
        "df[['f', 'g']].apply(lambda r: r.fillna(r.mean()), axis=1)",
        "def scaled(row):\n    low = row.mean()\n    return (row - low) / row.std()\nout = df[['i', 'j']].apply(scaled, axis=1)",
    ),
)
def frame_apply(c: Call) -> Any:
    """The function of each row (axis=1) or column."""
    function = c["func"]
    args, kwargs = extra_arguments(c)
    if c.lit("axis") in (1, "columns"):
        if bound_join(function) is not None:
            return rows_joined(c, c.frame, bound_join(function) or "", [])
        c.need(isinstance(function, (Func, Module)), "a function by name")
        return apply_rows(c, c.frame, function, args, kwargs)
    c.need(c.lit("result_type") is None, "result_type= of columns")
    c.need(c.lit("axis") in (0, "index"), "axis= of this value")
    return apply_columns(c, function, args, kwargs)


@rule(
    "DataFrame.transform(func, axis=0, *args, **kwargs)",
    example=(
        "df[['i', 'f']].transform(lambda s: s - s.mean())",
        "df[['f', 'g']] = df[['f', 'g']].transform(lambda s: s.fillna(s.median()))\nout = df",
        "df[['i', 'f']].transform(np.abs)",
    ),
)
def frame_transform(c: Call) -> Frame:
    """``apply`` by columns, of a function that keeps the rows."""
    function, args, kwargs = c["func"], list(c["args"]), dict(c["kwargs"])
    c.need(c.lit("axis") in (0, "index"), "axis= of this value")
    c.need(isinstance(function, (Func, Module)), "functions by name or in lists")
    made = apply_columns(c, function, args, kwargs)
    c.need(isinstance(made, Frame) and made.rows.same_set(c.frame.rows), "a function that does not keep the rows")  # fmt: skip
    return made


for _name in ("map", "applymap"):

    def _each(c: Call) -> Frame:
        """The function of every value of the frame."""
        function = c["func"]
        c.need(isinstance(function, (Func, Module)), "mapped by another kind of object")
        c.need(c.lit("na_action") in (None, "ignore"), "na_action= of this value")
        ignore = c.lit("na_action") == "ignore"
        return mapped(c.ctx, c.frame, lambda s: apply_values(c, s, function, [], {}, ignore))

    rule(f"DataFrame.{_name}(func, na_action=None)", example=(f"df[['i', 'f']].{_name}(lambda x: x * 10)", f"df[['s', 'k']].{_name}(lambda x: x.lower(), na_action='ignore')", f"df[['s', 'i']].{_name}(lambda x: x.strip() if isinstance(x, str) else x)"))(_each)  # fmt: skip

for _kind in ("DataFrame", "Series"):

    def _pipe(c: Call) -> Any:
        """``f(frame, …)``."""
        function, args = c["func"], [c.self, *c["args"]]
        interpreter = c.interpreter  # type: ignore[attr-defined]
        if isinstance(function, Func):
            return interpreter.inline(function, args, c["kwargs"], None)
        c.need(isinstance(function, Module), "a function of this kind")
        return interpreter.by_rule(function.name, None, args, c["kwargs"], c.node)

    _who = "df" if _kind == "DataFrame" else "df['f']"
    _does = "d.head(n)" if _kind == "DataFrame" else "d + n"
    rule(f"{_kind}.pipe(func, *args, **kwargs)", example=f"def take(d, n=3):\n    return {_does}\nout = {_who}.pipe(take, n=2)")(_pipe)  # fmt: skip

__all__ = ["lift"]
