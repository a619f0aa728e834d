"""Steps that go by the number of a row, one after the other, number the rows once."""

from rules.numbered import numbered_once
from transpiler import transpile

KEYS = ', F.col("c").desc(), F.col("f")'
STEP = f'cumulative(with_position(@@{KEYS}, name="__row"), "b", F.col("x"), "sum", "__row").drop("__row")'
FRAME = STEP.replace("@@", "df").replace('"b"', '"a"')


def test_a_step_takes_the_numbers_of_the_one_before():
    inner = FRAME.removesuffix('.drop("__row")')
    once = numbered_once(STEP, FRAME)
    assert once == f'cumulative({inner}, "b", F.col("x"), "sum", "__row").drop("__row")'
    assert numbered_once(STEP, once).count("with_position") == 1


def test_other_orders_and_other_frames_are_numbered_anew():
    assert numbered_once(STEP, "df") is None
    assert numbered_once(STEP, FRAME.replace("desc", "asc")) is None
    assert numbered_once(STEP, FRAME.replace('"a"', '"c"')) is None  # the order goes by it
    assert numbered_once(STEP, 'df.withColumn("z", F.lit(1)).drop("__row")') is None


def test_frequencies_and_their_sums_are_one_chain():
    source = (
        "import pandas as pd\n"
        "df = pd.read_csv('x.csv', dtype={'k': str})\n"
        "n = df['k'].value_counts(dropna=False)\n"
        "p = df['k'].value_counts(normalize=True, dropna=False) * 100\n"
        "out = pd.DataFrame({'k': n.index, 'n': n.values, 'sum': n.cumsum().values, 'p': p.cumsum().values})\n"
        "out.to_csv('out.csv', index=False)\n"
    )
    job = transpile(source)
    assert job.report.counts["driver"] == 0
    body = job.script[job.script.index("job.init(") :]
    assert body.count("groupBy(") == 1 and body.count("with_position(") == 1
    assert ".count()" in body


def test_the_number_of_different_rows_needs_no_order():
    source = (
        "import pandas as pd\n"
        "df = pd.read_csv('x.csv', dtype={'a': str, 'b': str})\n"
        "if len(df.drop_duplicates(subset=['a', 'b'])) < len(df):\n"
        "    raise ValueError('rows that are there twice')\n"
        "df.to_parquet('out')\n"
    )
    script = transpile(source).script
    assert 'df.select("a", "b").distinct().count()' in script
    assert "Window" not in script[script.index("job.init(") :]
