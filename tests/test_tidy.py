"""Long steps are taken apart into named parts that mean the same."""

import ast

import pytest

from transpiler import Options, transpile
from transpiler.infer.context import Statement
from transpiler.tidy import key, simpler, tidied


def texts(*lines, names=(), series=None):
    statements = [Statement(line, number) for number, line in enumerate(lines)]
    return [s.text for s in tidied(statements, set(names), series or {})]


LAG = 'F.col("when") - F.lag("when").over(Window.partitionBy("user").orderBy("when"))'


def test_a_window_of_several_steps_has_one_name():
    step = 'df = df.withColumn("{0}", F.{0}("x").over(Window.partitionBy("k")))'
    assert texts(step.format("sum"), step.format("max")) == [
        "by_k = Window.partitionBy('k')",
        "df = df.withColumn('sum', F.sum('x').over(by_k))",
        "df = df.withColumn('max', F.max('x').over(by_k))",
    ]


def test_a_short_window_that_occurs_once_stays():
    step = 'df = df.withColumn("n", F.sum("x").over(Window.partitionBy("k")))'
    assert texts(step) == [step]


def test_a_series_keeps_the_name_of_the_program():
    step = f'df = df.withColumn("new", ({LAG}).isNull())'
    made = texts(step, series={key(LAG): "gap"})
    assert made[-1] == "df = df.withColumn('new', gap.isNull())"
    assert made[-2].startswith("gap = F.col('when') - ")


@pytest.mark.parametrize("taken", ["gap", "sum"])
def test_a_name_that_means_something_else_is_not_used(taken):
    step = f'df = df.withColumn("new", ({LAG}).isNull())'
    made = texts(step, names={"gap"}, series={key(LAG): taken})
    assert not any(text.startswith(f"{taken} =") for text in made)


def test_a_part_that_occurs_twice_is_written_once():
    part = 'F.date_format(F.col("day"), "yyyy-MM")'
    assert texts(f'm = df.filter({part}.isNotNull()).groupBy({part}.alias("month")).count()') == [
        "month = F.date_format(F.col('day'), 'yyyy-MM')",
        "m = df.filter(month.isNotNull()).groupBy(month.alias('month')).count()",
    ]


def test_what_reads_the_names_of_a_lambda_stays_inside():
    part = 'F.concat(F.lit("a long enough text"), F.col("x"), item)'
    step = (
        f'df = df.withColumn("y", F.transform("items", lambda item: F.when({part} > "b", {part})))'
    )
    assert texts(step) == [step]


def test_a_part_over_a_frame_is_not_used_again_after_the_frame_changed():
    step = 'df = df.withColumn("{}", typed(df, mul, F.col("first"), F.col("second")) + typed(df, mul, F.col("first"), F.col("second")))'  # noqa: E501
    made = texts(step.format("a"), step.format("b"))
    assert sum("= typed(df, mul" in text for text in made) == 2


def test_a_series_bound_again_is_defined_again():
    one, two = 'F.col("first") * F.col("second") + 1', 'F.col("first") * F.col("second") + 2'
    made = texts(
        f'df = df.filter({one} > 0).withColumn("a", {one})',
        f'df = df.filter({two} > 0).withColumn("b", {two})',
        series={key(one): "v", key(two): "v"},
    )
    assert [t.split(" =")[0] for t in made] == ["v", "df", "v", "df"]


@pytest.mark.parametrize(
    "before, after",
    [
        ('d.groupBy("k").agg(F.sum("x").alias("x")).select("k", "x")', "d.groupBy('k').agg(F.sum('x').alias('x'))"),
        ('d.groupBy("k").agg(F.sum("x").alias("x")).select("x", "k")', None),
        ('d.groupBy("k").agg(F.sum("x").alias("x"), F.max("y")).select("k", "x")', None),
        ('d.orderBy(F.col("a"), F.col("b").desc())', "d.orderBy('a', F.col('b').desc())"),
        ('d.select("a", "b")', None),
    ],
)  # fmt: skip
def test_needless_words_go(before, after):
    tree = ast.parse(before)
    assert simpler(tree) is (after is not None)
    assert ast.unparse(tree) == (after or ast.unparse(ast.parse(before)))


def test_a_program_reads_as_someone_would_write_it():
    script = transpile(
        "import pandas as pd\n"
        "ev = pd.read_csv('ev.csv', dtype={'user': 'int64', 'x': 'float64'})\n"
        "change = ev.groupby('user')['x'].diff()\n"
        "ev['jump'] = (change > 10) | (change < -10)\n"
        "ev.to_csv('out.csv', index=False)\n"
    ).script
    assert (
        'by_user_in_order = Window.partitionBy("user").orderBy("__pos")\nchange = F.when(' in script
    )
    assert script.count("change") == 3  # where it is made, and the two that read it


BYPASSED = [
    "x = df['phone'].str.extract(r'([0-9]+)')\nx.columns = ['digits']\nout = df.join(x)",
    "x = pd.get_dummies(df['name'], prefix='n', dtype=int)\nout = pd.concat([df[['phone']], x], axis=1)",
]


@pytest.mark.parametrize("steps", BYPASSED)
def test_a_frame_that_another_step_was_made_in_place_of_goes_and_its_comment_stays(steps, tmp_path):
    (tmp_path / "people.csv").write_text("name,phone\nAda,a 12\n")
    head = "import pandas as pd\ndf = pd.read_csv('people.csv')\n# of each row\n"
    script = transpile(
        f"{head}{steps}\nout.to_csv('out.csv')\n", Options(input_root=tmp_path)
    ).script
    body = script[script.index("job.init(") :]
    names = [n.id for n in ast.walk(ast.parse(body)) if isinstance(n, ast.Name)]
    assert "x" not in names and "out" in names
    assert "# of each row" in body


def test_a_frame_that_the_program_itself_never_reads_stays():
    script = transpile("import pandas as pd\ndf = pd.read_csv('a.csv')\nx = df.head(3)\n").script
    assert "x = df" in script
