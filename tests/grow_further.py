"""Longer steps for the programs of tests/grow.py: the user's own functions, chains of calls, groups by
several keys, what becomes of Series, and the types that files do not hold.

A shape writes text at random; pandas judges it, as it does the shapes of tests/grow.py.
"""

from __future__ import annotations

from tests.grow import KEYS, SHAPES, Grower, NothingToPick, Program, mask

#: calls that a chain goes through, by the kind that they take and the kind that they give
CALLS = {
    ("text", "text"): [".str.strip()", ".str.lower()", ".str.upper()", ".str.title()", ".str[:3]", ".str[-2:]", ".fillna('?')", ".str.replace('a', 'o', regex=False)",
                       ".str.replace(r'[^a-z]', '', regex=True)", ".str.zfill(4)", ".str.split('a').str[0]", ".str.split(',').str[-1]", ".where({m})", ".shift()",
                       ".str.extract(r'([a-z]+)', expand=False)", ".map({{'k1': 'one', 'k2': 'two'}})", ".replace({{'k1': 'one', '': None}})", ".astype(str)", ".mask({m}, 'm')",
                       ".ffill()", ".str.cat({text}, sep='-', na_rep='_')", ".combine_first({text})", ".str.pad(6, side='both', fillchar='*')", ".str.removeprefix('a')",
                       ".map(lambda v: v, na_action='ignore')", ".add('!')", ".str.slice_replace(0, 1, 'Z')"],
    ("text", "int"): [".fillna('').str.len()", ".fillna('').str.count('a')", ".fillna('').str.find('p')", ".astype(str).str.len()"],
    ("text", "float"): [".str.len()", ".str.count('a')", ".pipe(pd.to_numeric, errors='coerce')", ".map({{'k1': 1.5, 'k2': 2, 'K2': None}})"],
    ("text", "bool"): [".isna()", ".eq('k1')", ".ne('k1')", ".eq({text})", ".ne({text})", ".str.contains('a', na=False)", ".isin(['k1', 'a', None])", ".duplicated()", ".fillna('').str.isdigit()",
                       ".str.startswith(('a', 'k'), na=True)", ".gt('b')", ".duplicated(keep=False)"],
    ("int", "int"): [".abs()", ".clip(0, 4)", " % 3", " // 2", " * 3", " - 1", ".clip(upper={int})", ".cumsum()", ".shift(fill_value=0)", ".where({m}, 0)", ".astype(float).fillna(0).astype(int)",
                     ".rsub(1)", ".floordiv(3)", ".mod(4)", ".rank(method='dense').astype(int)", ".cummax()", ".replace(1, 5)", ".pow(2)", " + {int}", ".mod({int})", ".floordiv({int})", ".mul({int})"],
    ("int", "float"): [" / 2", ".diff()", ".shift()", ".where({m})", ".rank(pct=True)", ".rolling(2).mean()", ".div({int})", ".pct_change()", ".mask({m})", ".astype(float)",
                       ".map({{1: 0.5, 2: 7}})", ".expanding().mean()", ".sub({float})"],
    ("int", "text"): [".astype(str)", ".map('{{:03d}}'.format)", ".apply(lambda v: f'{{v}}%')", ".map({{0: 'zero', 1: 'one'}})", ".astype(str).str.zfill(3)"],
    ("int", "bool"): [" > 1", ".between(0, 3)", ".isin([1, 2])", " != 0", ".ge({int})", ".duplicated()", ".astype(bool)"],
    ("float", "float"): [".fillna(0)", ".round(1)", ".abs()", ".clip(lower=0)", " * 2", ".shift(-1)", ".diff()", ".cumsum()", ".where({m}, -1)", ".mask({m})", ".fillna({float})", ".ffill()",
                         ".interpolate()", ".rank()", ".pipe(np.sqrt)", ".pipe(np.floor)", ".combine_first({float})", ".replace(0, np.nan)", ".fillna(0).rolling(3, min_periods=1).sum()",
                         ".bfill(limit=1)", ".cummin()", ".clip({int}, None)", ".add({float}, fill_value=0)", ".div({int})", ".mod({int})", ".rfloordiv({float})", ".mod(2)", " ** 2", ".pipe(np.exp)", ".pipe(np.log1p)"],
    ("float", "int"): [".fillna(0).astype(int)", ".notna().astype(int)", ".isna().cumsum()", ".fillna(-1).round().astype('int64')", ".gt(1).cumsum()", ".ne(0).astype(int)"],
    ("float", "text"): [".astype(str)", ".map('{{:.1f}}'.format)", ".apply(lambda v: 'none' if pd.isna(v) else str(v))", ".apply(lambda v: f'{{v:.2f}}')"],
    ("float", "bool"): [".notna()", " > 0", ".between(0, 2, inclusive='left')", ".ne(1.5)", ".le({float})", ".eq({float})", ".isin([1.5, None])", ".fillna(0).astype(bool)"],
    ("bool", "int"): [".astype(int)", ".cumsum()", ".map({{True: 1, False: 0}})", " * 2"],
    ("bool", "bool"): [".shift(fill_value=False)", " & ({m})", " | ({m})", ".ne({bool})", ".where({m}, True)", " ^ ({m})", ".cummax()"],
    ("bool", "text"): [".map({{True: 'y', False: 'n'}})", ".astype(str)", ".replace({{True: 'yes', False: 'no'}})"],
    ("time", "time"): [".dt.floor('D')", ".dt.normalize()", " + pd.Timedelta('1h')", " - pd.DateOffset(months=1)", ".dt.round('h')", ".fillna(pd.Timestamp('2020-01-01'))", ".shift()", ".ffill()",
                       ".where({m})", " + pd.to_timedelta({int}, unit='D')", " + pd.offsets.MonthEnd(1)", ".dt.to_period('M').dt.to_timestamp()", ".cummax()",
                       ".clip(lower=pd.Timestamp('2000-01-01'))", " + pd.offsets.BDay(2)"],
    ("time", "float"): [".dt.year", ".dt.month", ".dt.day", ".dt.hour", ".dt.dayofweek", ".dt.quarter", ".sub({time}).dt.days", ".diff().dt.total_seconds()", ".rank()", ".dt.days_in_month"],
    ("time", "text"): [".dt.strftime('%Y-%m')", ".dt.day_name()", ".astype(str)", ".dt.strftime('%d/%m/%y %H')", ".dt.to_period('Q').astype(str)"],
    ("time", "bool"): [".dt.is_month_end", ".isna()", " > pd.Timestamp('2020-01-01')", ".lt({time})", ".dt.year.eq(2024)", ".duplicated()", ".between('2000-01-01', '2024-02-01')"],
}  # fmt: skip


def slots(g: Grower, text: str) -> str:
    """The text with columns of the kinds that it asks for, and a condition for m."""
    filled = {k: f"df[{g.r.choice(found)!r}]" for k in ("text", "int", "float", "bool", "time") if (found := g.of(k))}  # fmt: skip
    try:
        return text.format(m=mask(g), **filled)
    except KeyError:
        raise NothingToPick from None


def chain_on(g: Grower, value: str, kind: str, calls: int) -> tuple[str, str]:
    """A value of a kind, and what it is after some calls."""
    for _ in range(calls):
        takes, gives = g.pick([k for k in CALLS if k[0] == kind])
        call = slots(g, g.pick(CALLS[takes, gives]))
        value = f"({value}){call}" if value[-1] not in ")]" or " " == value[0] or " " in value else value + call  # fmt: skip
        value, kind = f"({value})" if call[0] == " " else value, gives
    return value, kind


def start_of(g: Grower) -> tuple[str, str]:
    kind = g.pick([k for k in ("text", "int", "float", "bool", "time") if g.of(k)])
    return f"df[{g.pick(g.of(kind))!r}]", kind


def chain(g: Grower) -> str:
    """Several calls on one column, as a new one, a condition or a number."""
    value, kind = chain_on(g, *start_of(g), g.r.randint(2, 5))
    new = g.new()
    uses = [f"df['{new}'] = {value}"] * 4 + [f"df = df.assign(**{{{new!r}: {value}}})"]
    if kind == "bool":
        uses += [f"df = df[{value}]", f"df.loc[{value}, {g.pick(list(g.df.columns))!r}] = None"]
    if kind in ("int", "float"):
        uses += [
            f"df['{new}'] = {value}.{g.pick(['sum', 'max', 'mean', 'count', 'nunique', 'median'])}()"
        ]
        uses += [f"df = df.loc[{value}.sort_values(kind='stable').index]"]
    if kind in ("text", "bool"):
        uses += [
            f"df = df.join({value}.value_counts().rename('{new}'), on={g.pick(g.of('text'))!r})"
        ]
        uses += [f"df = df.groupby({value}).size().reset_index(name='{new}')"]
    return g.pick(uses)


# --- the user's functions ---------------------------------------------------------------------


class Body:
    """Expressions over a row ``r`` (or a value ``x``) by kind."""

    def __init__(self, g: Grower, columns: dict[str, list[str]]) -> None:
        self.g, self.columns, self.names = g, columns, {k: list(v) for k, v in columns.items()}

    def of(self, kind: str) -> str:
        return self.g.pick(self.names.get(kind, []))

    def number(self, deep: int = 0) -> str:
        g, n = self.g, lambda: self.number(deep + 1)
        leaves = self.names.get("int", []) + self.names.get("float", [])
        if deep > 1 or g.r.random() < 0.3:
            return g.pick(leaves * 3 + ["1", "2", "0.5", "-3", "10"])
        texts = [f"len(str({self.of('text')}))"] if self.names.get("text") else []
        whole = [f"{self.of('int')} {op} {n}" for op in ("// ", "% ") for n in ("2", "3", "-2") if self.names.get("int")]  # fmt: skip
        times = [f"{self.of('time')}.{part}" for part in ("year", "month", "day", "hour") if self.names.get("time")]  # fmt: skip
        return g.pick(
            [f"{n()} + {n()}", f"({n()} - {n()}) * {n()}", f"abs({n()})", f"max({n()}, {n()})", f"min({n()}, 3)", f"round({n()}, 1)",
             f"({n()} if {self.truth(deep + 1)} else {n()})", f"float({n()})", f"{n()} / 4", f"{n()} * {n()}", f"-({n()})", f"sum([{n()}, {n()}])",
             f"({n()}) ** 2", f"int({g.pick(leaves or ['2'])})", f"np.abs({n()})", f"np.sqrt({n()})"] + texts + whole + times
        )  # fmt: skip

    def text(self, deep: int = 0) -> str:
        g, t = self.g, lambda: self.text(deep + 1)
        leaves = self.names.get("text", [])
        if deep > 1 or not leaves or g.r.random() < 0.3:
            return g.pick(leaves * 3 + ["'a'", "'k1'", "'-'", "''"])
        return g.pick(
            [f"str({t()}).lower()", f"str({t()}).strip()", f"str({t()})[:2]", f"f'{{{self.number(2)}}}|{{{g.pick(leaves)}}}'", f"str({t()}) + '_'",
             f"str({t()}).replace('a', 'b')", f"{t()}.upper()", f"{g.pick(leaves)}.split(' ')[0]", f"({t()} if {self.truth(deep + 1)} else {t()})",
             f"str({self.number(1)})", f"({t()} or 'none')", f"'-'.join([str({t()}), str({t()})])", f"str({t()}).title()", f"str({t()})[-1:]"]
        )  # fmt: skip

    def truth(self, deep: int = 0) -> str:
        g, b = self.g, lambda: self.truth(deep + 1)
        found = [f"{self.number(2)} {op} {self.number(2)}" for op in (">", "<=", "==", "!=")]
        every = sum(self.names.values(), [])
        found += [f"pd.isna({c})" for c in every[:4]] + [f"pd.notna({g.pick(every)})"]
        found += [
            f"{g.pick(self.names.get('float') or every)} is None",
            f"0 < {self.number(2)} <= 5",
        ]
        if self.names.get("text"):
            found += [f"{self.of('text')} == '{g.pick(KEYS)}'", f"{self.of('text')} in ('k1', 'k3', 'a')", f"isinstance({self.of('text')}, str)",
                      f"str({self.of('text')}).startswith('a')", f"'a' in str({self.of('text')})", f"{self.of('text')} != 'k2'", f"not {self.of('text')}",
                      f"str({self.of('text')}).isdigit()", f"{self.of('text')}"]  # fmt: skip
        if self.names.get("bool"):
            found += [self.of("bool"), f"not {self.of('bool')}"]
        if self.names.get("time"):
            found += [
                f"{self.of('time')} > pd.Timestamp('2020-01-01')",
                f"{self.of('time')}.weekday() < 5",
            ]
        if deep < 1 and g.r.random() < 0.4:
            return g.pick([f"{b()} and {b()}", f"({b()} or {b()})", f"not ({b()})"])
        return g.pick(found)

    def value(self, kind: str, deep: int = 0) -> str:
        if kind == "mixed":
            kind = self.g.pick(["number", "number", "text", "truth"])
        return getattr(self, kind)(deep)

    def statements(self, kind: str, deep: int = 0) -> list[str]:
        """A body that returns a value of a kind, on every way or not."""
        g, lines, r = self.g, [], self.g.r
        before = {k: list(v) for k, v in self.names.items()}
        for n in range(r.choice([0, 0, 1, 2])):
            sort = g.pick(["number", "text"])
            name = f"v{deep}{n}"
            lines.append(f"{name} = {self.value(sort)}")
            if r.random() < 0.3:
                lines += [f"if {self.truth()}:", f"    {name} = {self.value(sort)}"]
            elif sort == "number" and r.random() < 0.2:
                lines += [f"for n in (1, 2, {g.pick(['3', '-1'])}):", f"    if {name} > n:", f"        {name} {g.pick(['+=', '-='])} n"]  # fmt: skip
            self.names.setdefault("float" if sort == "number" else "text", []).append(name)
        for n in range(r.choice([1, 1, 2, 3])):
            word = "if" if n == 0 or r.random() < 0.3 else "elif"
            inner = [f"return {self.value(kind)}"] if deep > 0 or r.random() < 0.75 else self.statements(kind, deep + 1)  # fmt: skip
            lines += [f"{word} {self.truth()}:", *("    " + line for line in inner)]
        end = r.random()
        if end < 0.85:
            lines.append(f"return {self.value(kind)}")
        elif end < 0.93:
            lines.append("return None")
        self.names = before
        return lines


def item(name: str) -> str:
    """A column of a row, in quotes that may stand in an f-string."""
    return f"r[{name!r}]" if set(name) & set("'\"\\") else f'r["{name}"]'


def define(g: Grower, name: str, argument: str, lines: list[str]) -> str:
    return f"def {name}({argument}):\n" + "\n".join("    " + line for line in lines)


def by_row(g: Grower) -> str:
    """df.apply(axis=1), a comprehension over columns, iterrows, itertuples."""
    found = {k: g.r.sample(c, min(len(c), 2)) for k in ("int", "float", "text", "bool", "time") if (c := g.of(k))}  # fmt: skip
    found = {k: v for k, v in found.items() if g.r.random() < 0.8} or found
    new, name = g.new(), f"row_{g.columns}"
    kind = g.pick(["number", "number", "text", "text", "truth", "mixed"])
    columns = sum(found.values(), [])
    if g.r.random() < 0.7:
        body = Body(g, {k: [item(c) for c in v] for k, v in found.items()})
        frame = g.pick(["df", "df", f"df[{columns!r}]", f"df[{mask(g)}]"])
        made = define(g, name, "r", body.statements(kind))
        return made + "\n" + g.pick([
            f"df['{new}'] = {frame}.apply({name}, axis=1)", f"df['{new}'] = [{name}(r) for _, r in df.iterrows()]",
            f"df['{new}'] = {frame}.apply({name}, axis=1)", f"df = df[df.apply({name}, axis=1) == {g.pick(['1', repr('a'), 'True'])}]",
            f"df = df.assign(**{{{new!r}: lambda d: d.apply({name}, axis=1)}})",
        ])  # fmt: skip
    short = {c: f"a{n}" for n, c in enumerate(columns)}
    body = Body(g, {k: [short[c] for c in v] for k, v in found.items()})
    made = define(g, name, ", ".join(short.values()), body.statements(kind))
    values = ", ".join(f"df[{c!r}]" for c in columns)
    many = f"[{name}({', '.join(short.values())}) for {', '.join(short.values())} in zip({values})]"
    many = many.replace(f"for {', '.join(short.values())} in zip({values})", f"for {short[columns[0]]} in df[{columns[0]!r}]") if len(columns) == 1 else many  # fmt: skip
    rows = f"df.apply(lambda r: {name}({', '.join(f'r[{c!r}]' for c in columns)}), axis=1)"
    return made + f"\ndf['{new}'] = {g.pick([many, rows])}"


def by_value(g: Grower) -> str:
    """Series.apply and map of a function of one value."""
    value, kind = chain_on(g, *start_of(g), g.r.choice([0, 0, 1]))
    new, name = g.new(), f"value_{g.columns}"
    gives = g.pick(["number", "text", "truth", "mixed"])
    made = define(g, name, "x", Body(g, {kind: ["x"]}).statements(gives))
    return made + f"\ndf['{new}'] = {value}.{g.pick(['apply', 'map'])}({name})"


def by_group(g: Grower) -> str:
    """Functions of groups: several numbers of each, as aggregates, transforms, filters, applies."""
    by = keys(g)
    c, c2 = g.pick(g.of("int") + g.of("float")), g.pick(g.of("int") + g.of("float"))
    new, name = g.new(), f"group_{g.columns}"
    any_of = lambda x: g.pick([f"{x}.sum()", f"{x}.max() - {x}.min()", f"{x}.mean()", f"({x} > 1).sum()", f"{x}.nunique()", f"{x}.iloc[0]", f"{x}.iloc[-1]",
                               f"len({x})", f"{x}.isna().sum()", f"{x}.dropna().sum()", f"{x}[{x} > 0].count()", f"{x}.abs().max()", f"{x}.fillna(0).mean()",
                               f"{x}.sum() / len({x})", f"{x}.quantile(0.5)"])  # fmt: skip
    same = lambda x: g.pick([f"{x} - {x}.mean()", f"{x}.fillna({x}.mean())", f"{x}.cumsum()", f"{x}.shift()", f"{x}.rank()", f"{x} / {x}.sum()", f"{x}.ffill().bfill()",
                             f"({x} - {x}.min()) / ({x}.max() - {x}.min())", f"{x}.diff().fillna(0)", f"{x}.where({x} > 0).ffill()", f"{x}.rolling(2).mean()"])  # fmt: skip
    start = f"df.groupby({by!r}{options(g)})"
    lines = [f"one = {any_of(f'x[{c!r}]')}", f"two = {any_of(f'x[{c2!r}]')}"]
    if g.r.random() < 0.4:
        lines += [
            f"if {g.pick(['one > 2', 'len(x) > 1', 'two != two'])}:",
            f"    one = {g.pick(['0', 'two', '-1.0'])}",
        ]
    record = g.pick(["return pd.Series({'p': one, 'q': two})", "return one", "return one - two", "return pd.Series([one, two], index=['p', 'q'])"])  # fmt: skip
    return g.pick([
        f"df['{new}'] = {start}[{c!r}].transform(lambda x: {any_of('x')})",
        f"df['{new}'] = {start}[{c!r}].transform(lambda x: {same('x')})",
        f"df = {start}[{c!r}].agg(lambda x: {any_of('x')}).reset_index()",
        f"df = {start}.agg({new}=({c!r}, lambda x: {any_of('x')}), {new}b=({c2!r}, 'sum')).reset_index()",
        f"df = {start}.filter(lambda x: {any_of(f'x[{c!r}]')} {g.pick(['>', '<=', '!='])} {g.pick(['1', '0'])})",
        f"{define(g, name, 'x', [*lines, record])}\nout = {start}.apply({name})\ndf = out.reset_index() if isinstance(out, pd.DataFrame) else out.reset_index(name='{new}')",
        f"{define(g, name, 'x', ['x = x.copy()', f'x[{new!r}] = ' + same(f'x[{c!r}]'), 'return x'])}\ndf = df.groupby({by!r}, group_keys=False).apply({name})",
        f"df = df.groupby({by!r}, group_keys=False).apply(lambda x: x.{g.pick(['head(2)', f'nlargest(1, {c!r})', f'sort_values({c!r}, kind={chr(39)}stable{chr(39)}).tail(1)', f'drop_duplicates({c2!r})'])})",
    ])  # fmt: skip


# --- groups ---------------------------------------------------------------------------------------


def keys(g: Grower) -> list[str]:
    """One to three keys, often with missing values."""
    few = [c for c in g.df.columns if g.df[c].nunique() <= 6]
    found = [g.pick(few) for _ in range(g.pick([1, 2, 2, 2, 3]))]
    return list(dict.fromkeys(found))


def options(g: Grower) -> str:
    return g.pick(["", "", "", ", sort=False", ", dropna=False", ", dropna=False, sort=False", ", observed=True"])  # fmt: skip


ANY = ["first", "last", "nunique", "count", "size", "min", "max"]
NUMERIC = ["sum", "mean", "std", "median", "var", "prod", "sem", "skew", *ANY]


def hows(g: Grower, c: str, n: int) -> list[str]:
    numeric = c in g.of("int") + g.of("float")
    pool = NUMERIC if numeric else ["any", "all", "sum", "mean", *ANY] if c in g.of("bool") else ANY
    return g.r.sample(pool, n)


def group_many(g: Grower) -> str:
    """Groups by several keys: aggregates of columns of every kind, in any shape of result."""
    by, new = keys(g), g.new()
    rest = [c for c in g.df.columns if c not in by]
    c, c2 = g.pick(rest), g.pick(rest)
    start = f"df.groupby({by if len(by) > 1 or g.r.random() < 0.3 else by[0]!r}{options(g)}{g.pick(['', '', '', ', as_index=False'])})"
    named = ", ".join(f"{new}{n}=({x!r}, {h!r})" for n, (x, h) in enumerate([(c, hows(g, c, 1)[0]), (c, hows(g, c, 1)[0]), (c2, hows(g, c2, 1)[0])]))  # fmt: skip
    lists = {x: [h for h in hows(g, x, 2) if h != "size"] or ["count"] for x in {c: 0, c2: 0}}
    flat = g.pick(["df.columns = ['_'.join(map(str, c)) for c in df.columns]", "df.columns = ['_'.join(c).rstrip('_') for c in df.columns]",
                   "df.columns = df.columns.map('_'.join)", "df.columns = [f'{a}_{b}' for a, b in df.columns]"])  # fmt: skip
    back = g.pick(["", ".reset_index()", ".reset_index()"])
    how = hows(g, c, 1)[0]
    return g.pick([
        f"df = {start}.agg({named}){back}", f"df = {start}.agg({named}){back}",
        f"df = {start}.agg({lists!r})\n{flat}" + g.pick(["", "\ndf = df.reset_index()"]),
        f"df = {start}[{c!r}].{how}(){back if how == 'size' else ''}" + ("" if how == "size" else g.pick([f".reset_index(name='{new}')", ".reset_index()", f".rename('{new}').reset_index()"])),
        f"df = {start}[{[c, c2] if c != c2 else [c]!r}].{how}(){back}",
        f"df = {start}[{c!r}].{how}().unstack(){g.pick(['', '.fillna(0)', '.fillna(-1)'])}.reset_index()\ndf.columns = [str(c) for c in df.columns]",
        f"df['{new}'] = {start}[{c!r}].transform('{how}')",
        f"df['{new}'] = df.groupby({by!r}{options(g)}).{g.pick(['ngroup()', 'cumcount()', 'cumcount(ascending=False)'])}",
        f"df = df.groupby({by!r}{options(g)}).{g.pick(['head(1)', 'tail(1)', 'nth(0)', 'head(2)', 'first().reset_index()', 'last().reset_index()', 'nth(-1)', 'sample(1, random_state=1)'])}",
        f"df = df.merge({start}.agg({named}), on={by!r}, how='{g.pick(['left', 'inner', 'outer'])}')",
        f"df = df.set_index({by!r}).join({start}[{c!r}].{how}().rename('{new}')).reset_index()",
        f"df = df.pivot_table(index={by[0]!r}, columns={by[-1]!r}, values={c!r}, aggfunc={g.pick(['sum', 'mean', 'count', 'max'])!r}{g.pick(['', ', fill_value=0', ', dropna=False'])}).reset_index()\ndf.columns = [str(c) for c in df.columns]",
        f"df = df.pivot_table(index={by!r}, values={list(dict.fromkeys([c, c2]))!r}, aggfunc={g.pick(['sum', 'mean', 'min'])!r}).reset_index()",
        f"df = df.groupby({by!r}{options(g)})[{c!r}].value_counts({g.pick(['', 'normalize=True', 'dropna=False'])}).reset_index(name='{new}')\ndf = df.sort_values(list(df.columns), kind='stable')",
    ])  # fmt: skip


def sorted_windows(g: Grower) -> str:
    """Sorted, then filtered, then shifted or summed up in groups, and used."""
    by, new = keys(g), g.new()
    c = g.pick(g.of("int") + g.of("float") + g.of("time"))
    order = list(dict.fromkeys([g.pick(list(g.df.columns)), g.pick(list(g.df.columns))]))
    lines = [f"df = df.sort_values({order!r}, ascending={g.pick(['True', 'False', [g.pick([True, False]) for _ in order]])}, kind='stable'{g.pick(['', '', ', ignore_index=True'])})"]  # fmt: skip
    lines += g.pick([[], [f"df = df[{mask(g)}]"], [f"df = df[{mask(g)}].reset_index(drop=True)"], [f"df = df.drop_duplicates({order[0]!r})"]])  # fmt: skip
    start = g.pick([f"df.groupby({by!r}{g.pick(['', '', ', dropna=False', ', sort=False'])})[{c!r}]"] * 4 + [f"df[{c!r}]"])  # fmt: skip
    call = g.pick(["shift()", "shift(-1)", "shift(2)", "diff()", "cumsum()", "cummax()", "cummin()", "rank(method='first')", "rank(method='dense', ascending=False)", "ffill()", "bfill()", "cumcount()",
                   "transform('first')", "transform('last')", "pct_change()", "rank(pct=True)", "cumprod()", "transform('cumsum')", "shift(1, fill_value=0)", "ffill(limit=1)"])  # fmt: skip
    lines.append(f"df['{new}'] = {start}.{call}")
    lines += g.pick([[], [], [f"df = df[df['{new}'].notna()]"], [f"df['{new}b'] = (df['{new}'] != df[{c!r}]).cumsum()"],
                     [f"df = df[df['{new}'] == df[{c!r}]]"], ["df = df.sort_index()"], [f"df['{new}b'] = df.groupby({by!r})['{new}'].transform('max')"]])  # fmt: skip
    return "\n".join(lines)


def of_series(g: Grower) -> str:
    """What a Series becomes: counts merged back, labels looked up, the largest kept."""
    c, new = g.pick(list(g.df.columns)), g.new()
    n = g.pick(g.of("int") + g.of("float"))
    k = g.pick(g.of("key") + g.of("bool"))
    how = g.pick(["sum", "mean", "max", "count", "nunique", "first"])
    return g.pick([
        f"counts = df[{c!r}].value_counts({g.pick(['', 'normalize=True', 'dropna=False'])}).reset_index()\ncounts.columns = [{c!r}, '{new}']\ndf = df.merge(counts, on={c!r}, how='left')",
        f"df['{new}'] = df[{c!r}].map(df[{c!r}].value_counts({g.pick(['', 'normalize=True'])}))",
        f"counts = df[{c!r}].value_counts()\ndf = df[df[{c!r}].isin(counts[counts > 1].index)]",
        f"top = df.groupby({k!r})[{n!r}].{how}().{g.pick(['nlargest(2)', 'sort_values(ascending=False, kind=' + repr('stable') + ').head(2)', 'sort_index().tail(2)', 'dropna()'])}\ndf = df[df[{k!r}].isin(top.index)]",
        f"top = df.groupby({k!r})[{n!r}].{how}().reset_index(name='{new}')\ntop['{new}_r'] = top['{new}'].rank(method='min')\ndf = df.merge(top, on={k!r}, how='{g.pick(['left', 'inner', 'right', 'outer'])}')",
        f"df = df.loc[df.groupby({k!r})[{n!r}].{g.pick(['idxmax', 'idxmin'])}()]",
        f"means = df.groupby({k!r})[{n!r}].mean()\ndf['{new}'] = df[{n!r}].fillna(df[{k!r}].map(means))",
        f"s = df.set_index({k!r})[{n!r}]\ndf = s.{g.pick(['reset_index()', 'groupby(level=0).sum().reset_index()', 'sort_index(kind=' + repr('stable') + ').reset_index()', 'dropna().reset_index()', 'to_frame().reset_index()'])}",
        f"tab = pd.crosstab(df[{k!r}], df[{g.pick(g.of('key') + g.of('bool'))!r}]{g.pick(['', ', normalize=' + repr('index'), ', margins=True'])}).reset_index()\ntab.columns = [str(c) for c in tab.columns]\ndf = tab",
        f"desc = df.groupby({k!r})[{n!r}].describe()\ndf = desc.reset_index()",
        f"wide = df.groupby([{k!r}, {c!r}]).size().unstack(fill_value=0)\nwide.columns = [f'{new}_{{c}}' for c in wide.columns]\ndf = df.merge(wide, left_on={k!r}, right_index=True, how='left')",
        f"s = df[{n!r}].{g.pick(['dropna()', 'cumsum()', 'sort_values(kind=' + repr('stable') + ')', 'shift()', 'head(3)', 'iloc[::-1]', 'drop_duplicates()'])}\ndf['{new}'] = s",
        f"s = df.groupby({k!r})[{n!r}].sum()\ndf['{new}'] = df[{n!r}] / df[{k!r}].map(s)",
        f"s = df.groupby({k!r})[{n!r}].agg(['{how}', 'size'])\ns['{new}'] = s['{how}'] / s['size']\ndf = df.join(s[['{new}']], on={k!r})",
        f"s = df[[{n!r}, {g.pick(g.of('int') + g.of('float'))!r}]].{g.pick(['sum', 'mean', 'max', 'count'])}(axis=1)\ndf['{new}'] = s",
        f"modes = df.groupby({k!r})[{c!r}].agg(lambda x: x.mode().iloc[0] if len(x.mode()) else None)\ndf['{new}'] = df[{k!r}].map(modes)",
        f"lookup = dict(zip(df[{k!r}], df[{n!r}]))\ndf['{new}'] = df[{k!r}].map(lookup)",
        f"a, b = df[{n!r}].agg(['min', 'max'])\ndf['{new}'] = (df[{n!r}] - a) / (b - a)",
        f"df = df.groupby({k!r})[{n!r}].apply(list).reset_index(name='{new}')\ndf['{new}'] = df['{new}'].{g.pick(['str.len()', 'apply(len)', 'str[0]', 'apply(max)', 'map(sum)'])}",
    ])  # fmt: skip


# --- types that files do not hold -------------------------------------------------------------


def category(g: Grower) -> str:
    """A category, and what one does with it."""
    c, new = g.pick(g.of("key") + g.of("text")[:1]), g.new()
    n = g.pick(g.of("int") + g.of("float"))
    make = g.pick([
        f"df['{new}'] = df[{c!r}].astype('category')", f"df['{new}'] = pd.Categorical(df[{c!r}], categories={KEYS[::-1]!r}, ordered={g.pick([True, False])})",
        f"df['{new}'] = pd.cut(df[{n!r}], [-10, 0, 2, 20], labels=['low', 'mid', 'high'])", f"df['{new}'] = pd.cut(df[{n!r}], [-10, 0, 2, 20])",
        f"df['{new}'] = df[{c!r}].astype(pd.CategoricalDtype({KEYS!r}, ordered=True))", f"df['{new}'] = pd.cut(df[{n!r}], bins=3, labels=False)",
        f"df['{new}'] = pd.qcut(df[{n!r}].rank(method='first'), 2, labels=['lo', 'hi'])",
    ])  # fmt: skip
    use = g.pick([
        f"df = df.groupby('{new}'{g.pick(['', ', observed=True', ', observed=False', ', dropna=False'])})[{n!r}].{g.pick(['sum', 'mean', 'count', 'size', 'max'])}().reset_index(name='{new}n')",
        f"df['{new}c'] = df['{new}'].cat.codes", f"df = df.sort_values(['{new}', {n!r}], kind='stable')", f"df['{new}s'] = df['{new}'].astype(str)", f"df['{new}o'] = df['{new}'].astype(object).fillna('none')",
        f"df = df[df['{new}'] == 'k1']", f"df = df[df['{new}'] > 'k1']", f"df['{new}'] = df['{new}'].cat.add_categories('none').fillna('none')",
        f"df = df['{new}'].value_counts(sort=False).reset_index()", f"df = df.groupby(['{new}', {c!r}], observed={g.pick([True, False])})[{n!r}].{g.pick(['sum', 'max', 'mean', 'count'])}().reset_index()",
        f"df = pd.crosstab(df['{new}'], df[{c!r}]).reset_index()\ndf.columns = [str(c) for c in df.columns]", f"df = df.merge(other, left_on='{new}', right_on='k', how='left')",
        f"df['{new}n'] = df['{new}'].isna()", f"df['{new}m'] = df['{new}'].map({{'k1': 1, 'low': 2}})", f"df = pd.get_dummies(df, columns=['{new}'])",
        f"df['{new}r'] = df['{new}'].cat.rename_categories(str.upper)", f"df = df.pivot_table(index='{new}', values={n!r}, aggfunc='sum', observed={g.pick([True, False])}).reset_index()",
        f"df['{new}b'] = df['{new}'].min()", f"df['{new}z'] = df['{new}'].apply(lambda v: str(v) + '!')", f"df['{new}w'] = np.where(df['{new}'].isin(['k1', 'low']), 1, 0)",
        f"df['{new}q'] = df.groupby('{new}', observed={g.pick([True, False])})[{n!r}].transform('{g.pick(['mean', 'sum', 'max'])}')",
    ])  # fmt: skip
    return f"{make}\n{use}"


def nullable(g: Grower) -> str:
    """Nullable types, and steps that tell pd.NA from NaN."""
    new = g.new()
    n = g.pick(g.of("int") + g.of("float"))
    t, b = g.pick(g.of("text")), g.pick(g.of("bool"))
    makes = {f"df['{new}'] = df[{n!r}].round().astype('Int64')": "n", f"df['{new}'] = df[{n!r}].astype('Float64')": "n", f"df['{new}'] = df[{t!r}].astype('string')": "t",
             f"df['{new}'] = df[{b!r}].astype('boolean')": "b", f"df['{new}'] = df[{b!r}].where({mask(g)}).astype('boolean')": "b", f"df['{new}'] = pd.to_numeric(df[{t!r}], errors='coerce').astype('Float64')": "n",
             f"df['{new}'] = df[{n!r}].convert_dtypes()": "n", f"df['{new}'] = df[{t!r}].where({mask(g)}).convert_dtypes()": "t"}  # fmt: skip
    make = g.pick(list(makes))
    v = f"df['{new}']"
    by = g.pick(g.of("key") + g.of("bool"))
    uses = {
        "n": [f"{v} = {v} + 1", f"{v} = {v}.fillna(0)", f"df['{new}c'] = {v} > 1", f"df = df[{v} != 1]", f"df = df[~({v} == 1)]", f"df['{new}s'] = {v}.astype(str)", f"df['{new}d'] = {v} / df[{n!r}]",
              f"df['{new}w'] = np.where({v} > 0, 'p', 'n')", f"df['{new}k'] = {v}.cumsum()", f"df = df.groupby({by!r})['{new}'].{g.pick(['sum', 'mean', 'max', 'first', 'count', 'nunique'])}().reset_index()",
              f"df['{new}x'] = {v}.shift().sub({v})", f"df = df.sort_values('{new}', kind='stable')", f"df = df.groupby('{new}', dropna=False).size().reset_index(name='z')", f"df['{new}f'] = {v}.astype(float)",
              f"df['{new}y'] = {v}.where({v} > 1, -1)", f"df['{new}m'] = {v}.map({{1: 'one', 2: 'two'}})", f"df['{new}a'] = {v}.apply(lambda x: 0 if pd.isna(x) else x * 2)", f"df['{new}i'] = {v}.isin([1, 2])",
              f"df['{new}r'] = {v}.rank()", f"df['{new}t'] = df.groupby({by!r})['{new}'].transform('{g.pick(['sum', 'max', 'mean'])}')", f"df['{new}q'] = df.groupby({by!r})['{new}'].{g.pick(['shift()', 'cumsum()', 'diff()'])}",
              f"df['{new}j'] = {v}.clip(0, 3) % 2", f"df['{new}u'] = {v}.eq({v}.max())", f"df['{new}o'] = {v}.fillna({v}.mean())", f"df.loc[{v} > 1, '{new}'] = 0"],
        "t": [f"df['{new}l'] = {v}.str.len()", f"df['{new}c'] = {v} == 'k1'", f"df = df[{v} != 'a']", f"{v} = {v}.fillna('none').str.upper()", f"df['{new}p'] = {v} + '_' + df[{t!r}]",
              f"df['{new}b'] = {v}.str.contains('a')", f"df = df[{v}.str.startswith('k').fillna(False)]", f"df = df.groupby('{new}')[{n!r}].sum().reset_index()", f"df['{new}i'] = {v}.isin(['a', 'k1'])",
              f"df['{new}w'] = np.where({v}.isna(), 'gap', {v})", f"df['{new}o'] = {v}.astype(object)", f"df = df.merge(other.astype({{'k': 'string'}}), left_on='{new}', right_on='k', how='left')", f"df['{new}n'] = {v}.str.split('a').str[0]",
              f"df['{new}a'] = {v}.apply(lambda x: 'none' if pd.isna(x) else x[:1])", f"df['{new}s'] = {v}.replace('k1', 'one')", f"df['{new}g'] = {v}.astype(str)"],
        "b": [f"df = df[{v}.fillna(False)]", f"df['{new}n'] = ~{v}", f"df['{new}a'] = {v} & (df[{n!r}] > 0)", f"df['{new}o'] = {v} | df[{b!r}]", f"df['{new}i'] = {v}.astype('Int64')", f"df['{new}s'] = {v}.astype(str)",
              f"df['{new}t'] = {v}.sum()", f"df = df.groupby({by!r})['{new}'].{g.pick(['sum', 'any', 'all', 'mean', 'first'])}().reset_index()", f"df['{new}w'] = {v}.map({{True: 'y', False: 'n'}})",
              f"df['{new}x'] = {v} == df[{b!r}]", f"df = df[{v} == True]", f"df['{new}m'] = df[{n!r}].where({v}.fillna(True), 0)", f"df['{new}c'] = {v}.cumsum()"],
    }  # fmt: skip
    first = make
    kind = makes[make]
    two = g.pick(uses[kind])
    more = (
        []
        if "df = df.groupby" in two or f"'{new}'" in two.split("= ")[0].replace(v, "")
        else [g.pick(uses[kind])]
    )
    return "\n".join([first, two, *more])


def zoned(g: Grower) -> str:
    """Times with a zone."""
    t, new = g.pick(g.of("time")), g.new()
    zone = g.pick(["'UTC'", "'Europe/Berlin'", "'America/New_York'", "'Asia/Kolkata'"])
    make = g.pick([f"df['{new}'] = df[{t!r}].dt.tz_localize('UTC').dt.tz_convert({zone})", f"df['{new}'] = df[{t!r}].dt.tz_localize({zone})",
                   f"df['{new}'] = pd.to_datetime(df[{t!r}], utc=True)", f"df['{new}'] = df[{t!r}].dt.tz_localize({zone}, ambiguous='NaT', nonexistent='shift_forward').dt.tz_convert('UTC')"])  # fmt: skip
    v = f"df['{new}']"
    k = g.pick(g.of("key") + g.of("bool"))
    uses = [f"df['{new}h'] = {v}.dt.hour", f"df['{new}d'] = {v}.dt.date.astype(str)", f"{v} = {v}.dt.tz_localize(None)", f"df['{new}s'] = {v}.dt.strftime('%Y-%m-%d %H:%M %z')", f"df['{new}f'] = {v}.dt.floor('D')",
            f"df['{new}n'] = {v}.dt.normalize().dt.tz_convert('UTC')", f"df['{new}g'] = {v} + pd.Timedelta('36h')", f"df['{new}x'] = {v} - {v}.min()", f"df = df[{v} > pd.Timestamp('2020-01-01', tz='UTC')]",
            f"df['{new}m'] = df.groupby({k!r})['{new}'].transform('max')", f"df['{new}a'] = {v}.astype(str)", f"df['{new}o'] = {v} + pd.DateOffset(days=1)", f"df['{new}w'] = {v}.dt.day_name()",
            f"df = df.sort_values('{new}', kind='stable')", f"df['{new}i'] = {v}.diff().dt.total_seconds()", f"{v} = {v}.dt.tz_convert('Asia/Tokyo').dt.tz_localize(None)", f"df['{new}c'] = {v}.shift()",
            f"df['{new}p'] = {v}.dt.month + {v}.dt.year * 100", f"df = df.groupby({v}.dt.year).size().reset_index(name='z')", f"df['{new}e'] = {v}.apply(lambda x: x.hour if pd.notna(x) else -1)"]  # fmt: skip
    return "\n".join([make, g.pick(uses), g.pick(uses)])


def spans(g: Grower) -> str:
    """Timedelta arithmetic."""
    t, t2, new = g.pick(g.of("time")), g.pick(g.of("time")), g.new()
    n = g.pick(g.of("int") + g.of("float"))
    k = g.pick(g.of("key") + g.of("bool"))
    make = g.pick([f"df['{new}'] = df[{t!r}] - df[{t2!r}]", f"df['{new}'] = pd.to_timedelta(df[{n!r}], unit='{g.pick(['h', 'D', 's', 'min'])}')", f"df['{new}'] = df[{t!r}].diff()", f"df['{new}'] = df[{t!r}] - pd.Timestamp('2020-01-01 06:00')",
                   f"df['{new}'] = df.groupby({k!r})[{t!r}].diff()", f"df['{new}'] = df[{t!r}] - df.groupby({k!r})[{t!r}].transform('min')"])  # fmt: skip
    v = f"df['{new}']"
    uses = [f"df['{new}d'] = {v}.dt.days", f"df['{new}s'] = {v}.dt.total_seconds() / 3600", f"df['{new}h'] = {v} / pd.Timedelta('1h')", f"df = df[{v} > pd.Timedelta('1D')]", f"{v} = {v}.fillna(pd.Timedelta(0))", f"df['{new}b'] = {v}.abs() * 2",
            f"df['{new}g'] = {v} + pd.Timedelta(hours=5)", f"df['{new}t'] = df[{t2!r}] + {v}", f"df['{new}f'] = {v} // pd.Timedelta('1D')", f"df['{new}c'] = {v}.dt.seconds", f"df = df.groupby({k!r})['{new}'].{g.pick(['sum', 'max', 'min', 'count', 'first'])}().reset_index()",
            f"df['{new}k'] = {v}.cumsum()", f"df = df.sort_values('{new}', kind='stable')", f"df['{new}m'] = {v}.dt.floor('h')", f"df['{new}w'] = np.where({v} < pd.Timedelta(0), 'neg', 'pos')", f"df['{new}a'] = {v}.astype(str)", f"df['{new}i'] = {v}.isna()",
            f"df['{new}r'] = {v}.rank()", f"df['{new}x'] = {v}.max()", f"df['{new}y'] = -{v}", f"df['{new}z'] = {v}.apply(lambda x: x.days if pd.notna(x) else 0)", f"df['{new}e'] = {v} % pd.Timedelta('1h')", f"df['{new}q'] = {v}.shift().fillna(pd.Timedelta('1s'))",
            f"df['{new}u'] = {v}.between(pd.Timedelta(0), pd.Timedelta('2D'))", f"df['{new}o'] = {v}.clip(lower=pd.Timedelta(0))"]  # fmt: skip
    return "\n".join([make, g.pick(uses), g.pick(uses)])


FURTHER = {chain: 14, by_row: 10, by_value: 8, by_group: 10, group_many: 12, sorted_windows: 8, of_series: 10, category: 5, nullable: 6, zoned: 4, spans: 4}  # fmt: skip


def grow_further(number: int, seed: int, least: int = 3, most: int = 8) -> Program:
    """The program of a seed, of all shapes."""
    grower = Grower(number, seed, {**SHAPES, **FURTHER})
    return grower.grow(grower.r.randint(least, most))
