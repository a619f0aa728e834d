"""read_csv against pandas: text that real files hold, layouts, types, order, failures."""

import gzip
import io
import os

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue_runtime import csv_layout
from glue_runtime.csv_cut import cut_cells
from glue_runtime.csv_input import read_csv
from glue_runtime.driver import to_pandas
from glue_runtime.local import compare_frames, run_job
from glue_runtime.local.awsglue.context import GlueContext
from rules import csv_reading
from transpiler import transpile
from tests.io_tools import glue, job_settings, assert_same_read  # noqa: F401

WORDS = [
    *("1", "-7", " 2 ", "+3", "007", "9223372036854775807", "1.5", "1.", ".5", "1e5", "1E-3", "."),
    *("1e", "1e400", "1e-400", "inf", "-Infinity", " inf", "5d", "0x1F", "1_000", "1 2", "nan"),
    *("NaN", "NA", "N/A", "null", "None", "NAN", "", "-nan", "#N/A", "True", "false", "TRUE"),
    *("tRue", " True", "yes", "text", " pad ", "é", "日本", "١", "a.b", "-", "+", "--1", "-0"),
    *('say "hi"', "line\nbreak", "com,ma", "cr\r\nlf", "o'neil", "\\", "\t", "1\x0b"),
]


def cell(text):
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text


@pytest.mark.parametrize(
    "text, options",
    [
        ("a,b,c\n1,x,1.5\n2,NA,\n", {}),
        ('a,b\n"x\ny",True\n" q""r ",false\n\n  \n', {}),
        ("a,b\r\n1,2\r\n3,4\r\n", {}),
        ("a,b\n 1 , 2 \n\n3,4", {}),
        ("a,a,b,a\n1,2,3,4\n", {}),
        ("a,,b,\n1,2,3,4\n", {}),
        ("a,A\n1,2\n", {}),
        ("a.b,c`d,e f\n1,2,3\n", {}),
        ("a,b\n", {}),
        ("a,b\n,\n", {}),
        ("a\nx\n\n  \ny\n", {}),
        ("a,b\n1,2\n3\n", {}),
        ("a,b\nTrue,1\n,2\n", {}),
        ("a,b\nTrue,1\nx,2\n", {}),
        ("a,b\ninf,1e5\n-Infinity,5d\n", {}),
        ("a,b\n1.5,12345678901234567890123\n2,1.5\n", {"dtype": {"b": float}}),
        ("\ufeffa,b\n1,é\n", {}),
        ("a;b\n1,5;2\n", {"sep": ";", "decimal": ","}),
        ('a;b\n"1.000,5";2\n', {"sep": ";", "decimal": ",", "thousands": "."}),
        ('a,b\n"1,000",2\n5,1\n', {"thousands": ","}),
        ("a\tb\n1\t x\n", {"sep": "\t"}),
        ("x,y\n1,2\n3,4\n", {"header": None}),
        ("1,2\n3,4\n", {"header": None, "names": ["x", "y", "z"]}),
        ("a,b\n1,2\n3,4\n", {"header": 0, "names": ["x", "y"]}),
        ("#c\nx,y\n1,2\n3,4\n", {"skiprows": 1}),
        ("x,y\n1,2#z\n#q\n3,4\n", {"comment": "#"}),
        ("x,y\n1,2\n3,4\n5,6\n", {"nrows": 2}),
        ("a, b\n1, 2\n 3,\tx\n", {"skipinitialspace": True}),
        ("a,b\n1,\n\n2,3\n", {"skip_blank_lines": False}),
        ('a,b\n1,"x\\"y"\n', {"escapechar": "\\"}),
        ("a,b\n'x,1',2\n", {"quotechar": "'"}),
        ('a,b\n1,"NA"\n2,NA\n3,\n4\n', {"keep_default_na": False}),
        ("a,b\n1,NA\n2,\n", {"na_filter": False}),
        ("a,b\n-999,-999.00\n2,1.5\n-999.0,x\n", {"na_values": [-999]}),
        ("a,b\nx,-999.0\n2,1.5\n", {"na_values": ["x"], "keep_default_na": False}),
        ("a,b\nx,x\n2,1.5\n", {"na_values": {"a": ["x"]}}),
        ("a,b\nyes,2\nno,1\n", {"true_values": ["yes"], "false_values": ["no"]}),
        ("a,b\n007,2\n1,1\n", {"dtype": {"a": str}}),
        ("a,b\n007,2\n,1\n", {"dtype": "str"}),
        ("a,b\n1,2\n,x\n", {"dtype": {"a": "float64"}}),
        ("d,x\n2024-01-05,1\n,2\n1960-02-29,3\n", {"parse_dates": ["d"]}),
        ("d\n2024-01-05 10:00:00\n1969-12-31 23:59:59\n", {"parse_dates": ["d"]}),
        ("d\n2024-01-05T10:00:00.123\n2024-01-05T10:00:00.5\n", {"parse_dates": ["d"]}),
        ("d\n01/02/2024\n12/31/2024\n", {"parse_dates": ["d"]}),
        ("d\n13/02/2024\n01/12/2024\n", {"parse_dates": ["d"], "dayfirst": True}),
        ("d\n5-Jan-24\n28-Feb-70\n", {"parse_dates": ["d"], "date_format": "%d-%b-%y"}),
        ('a,b\n1,2\n3,4,5\n6\n"7,7",8\n', {"on_bad_lines": "skip"}),
        ("a,b\n1,2\n3,4,5\n", {"on_bad_lines": "warn"}),
        ("x\na,b\ny\n1,2\n3,4\n", {"skiprows": [0, 2]}),
        ("a,b\n1,2\n3,4\ntotal\n", {"skipfooter": 1}),
        ("a  b\n1   2\n3 4\n", {"sep": r"\s+"}),
        ("a||b\n1||x\n3||y\n", {"sep": r"\|\|"}),
        ("a,b\n1,2\n", {"header": 0, "names": ["x", "y"]}),
        ("a;b\n1.234,5;2\n-7,25;3\n", {"sep": ";", "decimal": ",", "thousands": "."}),
        ("d\n2024-01-05\n2024-13-01\n", {"parse_dates": ["d"]}),  # no date: all stay text
        ("d,e\n2024-01-05,1/2/24\n05/01/2024,3/4/24\n", {"parse_dates": ["d", "e"]}),
        ("d\n2023-02-29\n", {"parse_dates": ["d"], "date_format": "%Y-%m-%d"}),
        ("d\nsoon\n\n2024-01-05\n", {"parse_dates": ["d"]}),
        ("d\n2024-01-05\nNaT\n1677-09-22\n", {"parse_dates": ["d"]}),
        ("d\n2024-01-05\n1500-01-01\n", {"parse_dates": ["d"]}),
        ("d\n2024-01-05\n5 Jan 2024 10am\n", {"parse_dates": ["d"], "date_format": "mixed"}),
        ("d\n2024-01-05T10:00\n2024-01-05\n", {"parse_dates": ["d"], "date_format": "ISO8601"}),
        ('a\tb\n"x\t1\n"y"\t\n', {"sep": "\t", "quoting": 3}),
        ('"a","b",c\n"1","x",2\n"3","",4\n', {"quoting": 2}),
        ('a,b\n1,"x!"y"\n', {"doublequote": False, "escapechar": "!"}),
        ("a,b|1,x\ny|2,z|", {"lineterminator": "|"}),
        ("Report\n\nx,y\n1,2\n", {"header": 1}),
        ("a,b\n1,2\n3,4\n5,6\n", {"skiprows": lambda n: n in (1, 3)}),
        ("d\n2024 05 1\n2023 52 7\n", {"parse_dates": ["d"], "date_format": "%Y %W %w"}),
    ],
)
def test_layouts(glue, tmp_path, text, options):  # noqa: F811
    path = tmp_path / "in.csv"
    path.write_bytes(text.encode())
    assert_same_read(glue, path, **options)


DATES = ["2024-01-05", "2024-01-31 10:15:30", "31/01/2024", "01/02/2024", "5-Jan-24", "20240105", "2024", "1500-01-01",
         "2024-02-30", "NaT", "", "soon", "7", "Jan 5 2024 10am", "2024-01-05T10:00:00.5", "1677-09-22", "12.31.2023"]  # fmt: skip


COLUMNS = st.lists(
    st.lists(st.sampled_from(DATES), min_size=1, max_size=2).flatmap(
        lambda some: st.lists(st.sampled_from(some), min_size=3, max_size=3)
    ),
    min_size=6,
    max_size=6,
)


@settings(max_examples=int(os.environ.get("N_EX", "6")))
@given(columns=COLUMNS, dayfirst=st.booleans())
def test_columns_of_dates_or_of_text(spark, tmp_path_factory, columns, dayfirst):
    names = [f"d{n}" for n in range(len(columns))]
    path = tmp_path_factory.mktemp("dates") / "in.csv"
    pd.DataFrame(dict(zip(names, columns))).to_csv(path)
    with job_settings(spark):
        assert_same_read(
            GlueContext(spark.sparkContext), path, parse_dates=names, dayfirst=dayfirst
        )


@pytest.mark.parametrize(
    "text, options, message",
    [
        ("a,b\n1,2\n3,4,5\n", {}, "Expected 2 fields"),
        ("", {}, "No columns to parse"),
        ("a,b\n1,2,3\n", {}, "more fields than"),
        ("a\n9223372036854775808\n", {}, "beyond 64 bits"),
        ("a\n1.5\n", {"dtype": {"a": "int64"}}, "not bigint: 1.5"),
        ("a,b\n,1\n", {"dtype": {"a": "int64"}}, "not bigint"),
        ("a,b\n,1\n", {"dtype": {"a": "bool"}}, "not boolean"),
        ("d\n2024-01-05T10:00Z\n", {"parse_dates": ["d"]}, "%z"),
        ("d\n2024-01-05\ntoday\n", {"parse_dates": ["d"]}, "today"),
        (b"a\n\xe9\n", {}, "codec"),
    ],
)
def test_failures(glue, tmp_path, text, options, message):  # noqa: F811
    path = tmp_path / "in.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Exception, match=message):
        to_pandas(read_csv(glue, str(path), transformation_ctx="t", cut=cut_cells, **options))


def test_missing_file(glue, tmp_path):  # noqa: F811
    with pytest.raises(FileNotFoundError, match="nothing.csv"):
        read_csv(glue, str(tmp_path / "nothing.csv"), transformation_ctx="t")


def test_pinned_schema(glue, tmp_path):  # noqa: F811
    path = tmp_path / "in.csv"
    path.write_text("a,b c,d.e,t\n1,x,1.5,2024-01-05\n2,,,\n")
    schema = "a bigint, `b c` string, `d.e` double, t timestamp"
    assert_same_read(glue, path, schema, parse_dates=["t"])
    kept = read_csv(glue, str(path), schema, transformation_ctx="t", columns=["d.e", "a"])
    assert kept.dtypes == [("a", "bigint"), ("d.e", "double")]
    with pytest.raises(Exception, match="made for"):
        read_csv(glue, str(path), "a bigint, b string", transformation_ctx="t")
    wrong = read_csv(
        glue, str(path), schema.replace("`b c` string", "`b c` bigint"), transformation_ctx="t"
    )
    with pytest.raises(Exception, match="column 'b c' has a value that is not bigint: x"):
        wrong.select("b c").collect()
    with pytest.raises(ValueError, match="no column"):
        read_csv(glue, str(path), schema, transformation_ctx="t", columns=["q"])


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8-sig"])
def test_encodings(glue, tmp_path, encoding):  # noqa: F811
    path = tmp_path / "in.csv"
    path.write_bytes("a,é\n1,ü\n2,\n".encode(encoding))
    assert_same_read(glue, path, encoding=encoding)


def test_bytes_that_are_no_text(glue, tmp_path):  # noqa: F811
    path = tmp_path / "in.csv"
    path.write_bytes(b"a,b\n1,M\xfcller\n2,x\n")
    for errors in ("replace", "ignore"):
        assert_same_read(glue, path, encoding_errors=errors)


@pytest.mark.parametrize("name", ["in.zip", "in.csv.xz", "in.csv.bz2"])
def test_packed(glue, tmp_path, name):  # noqa: F811
    path = tmp_path / name
    pd.DataFrame({"a": [1, 2], "b": ["x", None]}).to_csv(path, index=False)
    assert_same_read(glue, path)


def test_gzip(glue, tmp_path):  # noqa: F811
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,x\n2,y\n"))
    assert_same_read(glue, path)


def test_position_of_a_split_file(glue, spark, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(csv_layout, "ONE_TASK_BYTES", 1000)
    path = tmp_path / "big.csv"
    path.write_text("n,s\n" + "".join(f"{i},{'x' * (i % 40)}y\n" for i in range(20_000)))
    monkeypatched = {"spark.sql.files.maxPartitionBytes": "40000"}
    for name, value in monkeypatched.items():
        spark.conf.set(name, value)
    try:
        frame = read_csv(glue, str(path), transformation_ctx="t", position="__pos")
        assert frame.rdd.getNumPartitions() > 5
        rows = frame.select("__pos", "n").toPandas()
    finally:
        for name in monkeypatched:
            spark.conf.unset(name)
    assert rows["__pos"].is_unique
    assert rows.sort_values("__pos")["n"].tolist() == list(range(20_000))


def test_position_over_files(glue, spark, tmp_path):  # noqa: F811
    """Spark packs files by size; the order is by name, and rows of one file stay together."""
    folder = tmp_path / "many parts+é%"
    folder.mkdir()
    sizes, expected = [5, 900, 1, 300, 0, 40], []
    for number, size in enumerate(sizes):
        lines = [f'{number * 1000 + i},"a\nb"\n' for i in range(size)]
        (folder / f"part-{number:05d}.csv").write_text("n,s\n" + "".join(lines))
        expected += [number * 1000 + i for i in range(size)]
    frame = read_csv(glue, str(folder), transformation_ctx="t", position="__pos")
    assert frame.columns == ["n", "s", "__pos"]
    rows = frame.toPandas()
    assert rows["__pos"].is_unique
    assert rows.sort_values("__pos")["n"].tolist() == expected
    assert set(rows["s"]) == {"a\nb"}


def test_too_long_row_in_a_folder(glue, tmp_path):  # noqa: F811
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "1.csv").write_text("a,b\n1,2\n")
    (tmp_path / "d" / "2.csv").write_text('a,b\n1\n"x,y",2\n3,4,\n')
    with pytest.raises(Exception, match="Expected 2 fields"):
        read_csv(glue, str(tmp_path / "d"), transformation_ctx="t").collect()


def test_folder_of_different_files(glue, tmp_path):  # noqa: F811
    (tmp_path / "1.csv").write_text("")
    (tmp_path / "2.csv").write_text("a,b\n1,2\n")
    assert read_csv(glue, str(tmp_path), transformation_ctx="t").count() == 1
    (tmp_path / "3.csv").write_text("b,a\n1,2\n")
    with pytest.raises(ValueError, match="3.csv has the columns"):
        read_csv(glue, str(tmp_path), transformation_ctx="t")


@settings(max_examples=15)
@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=3, max_size=3), min_size=12, max_size=12))
def test_inference(tmp_path_factory, glue, columns):  # noqa: F811
    """Any 12 columns of 3 cells are typed as pandas types them, or refused as too large."""
    path = tmp_path_factory.mktemp("csv") / "in.csv"
    header = ",".join(f"c{i}" for i in range(len(columns)))
    rows = [",".join(map(cell, row)) for row in zip(*columns)]
    path.write_bytes("\n".join([header, *rows, ""]).encode())
    assert_same_read(glue, path)


def test_each_word_alone(glue, tmp_path):  # noqa: F811
    path = tmp_path / "in.csv"
    header = ",".join(f"c{i}" for i in range(len(WORDS)))
    path.write_bytes(f"{header}\n{','.join(map(cell, WORDS))}\n".encode())
    assert_same_read(glue, path)


@pytest.mark.parametrize("dtype", ["Int64", "int64", "float64", "boolean", "bool"])
def test_each_word_as_what_the_program_asks_for(glue, tmp_path, dtype):  # noqa: F811
    """What pandas takes for the dtype the job takes; each of the other words fails it. (A column of
    truth alone is one of numbers in pandas; the job fails.)"""
    truth = dtype in ("int64", "float64")
    taken = [
        w
        for w in WORDS
        if pandas_takes(w, dtype) and not (truth and w.lower() in ("true", "false"))
    ]
    path = tmp_path / "in.csv"
    header = ",".join(f"c{i}" for i in range(len(taken)))
    path.write_bytes(f"{header}\n{','.join(map(cell, taken))}\n".encode())
    got = to_pandas(read_csv(glue, str(path), transformation_ctx="t", dtype=dtype))
    assert not compare_frames(pd.read_csv(path, dtype=dtype).astype(object), got.astype(object))
    others = [word for word in WORDS if word not in taken]
    path.write_bytes(("a,b\n" + "".join(f"{cell(w)},{i}\n" for i, w in enumerate(others))).encode())
    frame = read_csv(glue, str(path), transformation_ctx="t", dtype={"a": dtype})
    wrong = []
    for number, word in enumerate(others):
        try:
            frame.filter(f"b = {number}").collect()
            wrong.append(word)
        except Exception as error:
            assert "has a value that is not" in str(error)
    assert not wrong


def pandas_takes(word, dtype):
    try:
        pd.read_csv(io.StringIO(f"a,b\n{cell(word)},1\n"), dtype={"a": dtype})
    except (ValueError, TypeError, OverflowError):
        return False
    return True


def test_rule_and_reader_agree_on_what_only_pandas_reads():
    assert csv_reading._ONLY_PANDAS_UNPACKS == csv_layout.PACKED
    named = csv_layout.USUAL.keys() - {"header"} | {"doublequote", "engine"}
    assert csv_reading._ONLY_PANDAS_TAKES == named


def test_a_packed_file_that_a_job_was_not_made_for_fails(spark, tmp_path):
    source = "import pandas as pd\nprint(len(pd.read_csv('in.csv')))\npd.read_csv('in.csv').to_csv('o.csv')"
    (tmp_path / "in.csv").mkdir()
    pd.DataFrame({"a": [1]}).to_csv(tmp_path / "in.csv" / "one.csv.zip")
    with pytest.raises(NotImplementedError, match="packed"):
        run_job(transpile(source).script, {"JOB_NAME": "packed"}, workdir=tmp_path)
