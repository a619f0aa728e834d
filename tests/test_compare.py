"""The comparator: what it takes for the same, and what it must not."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glue_runtime.local import compare_frames, compare_outputs, read_output


def series(values, dtype=None):
    return pd.DataFrame({"a": pd.Series(values, dtype=dtype)})


DAY = datetime.date(2024, 1, 31)

SAME = {
    "float within 1e-9": (series([1.0, 2e6]), series([1.0 + 1e-12, 2e6 * (1 + 1e-10)])),
    "rounding noise": (series([0.0]), series([5.5e-17])),
    "infinities": (series([np.inf, -np.inf]), series([np.inf, -np.inf])),
    "negative zero": (series([0.0]), series([-0.0])),
    "missing is one thing": (
        series(["x", None, np.nan, pd.NA], object),
        series(["x", pd.NA, None, None], "string"),
    ),
    "integers with a gap": (series([1, None]), series([1, None], "Int64")),
    "integers of other sizes": (series([1, 2], "int64"), series([1, 2], "int32")),
    "nullable integers": (series([1, 2], "Int64"), series([1, 2], "int64")),
    "objects that are integers": (series([1, 2], object), series([1, 2])),
    "big integers": (series([2**62 + 1, None], "Int64"), series([2**62 + 1, None], "Int64")),
    "category": (series(["x", "y", "x"], "category"), series(["x", "y", "x"])),
    "category of numbers": (series([1, 2], "category"), series([1, 2])),
    "boolean with a gap": (series([True, None], object), series([True, None], "boolean")),
    "no value at all": (series([np.nan, np.nan]), series([None, None], object)),
    "no row": (series([], "float64"), series([], object)),
    "units of time": (
        series(["2024-01-31 10:00"], "datetime64[ns]"),
        series(["2024-01-31 10:00"], "datetime64[us]"),
    ),
    "time zone": (
        pd.DataFrame({"a": pd.to_datetime(["2024-01-31 10:00+02:00"])}),
        series(["2024-01-31 08:00"], "datetime64[ns]"),
    ),
    "a date and its midnight": (series([DAY]), series(["2024-01-31"], "datetime64[ns]")),
    "beyond nanoseconds": (
        series([datetime.date(9999, 12, 31)]),
        series([datetime.date(9999, 12, 31)]),
    ),
    "lists": (series([[1, 2.0], None, []]), series([np.array([1, 2.0]), None, ()])),
    "lists of floats": (series([[0.1 + 0.2]]), series([[0.3]])),
    "dicts": (series([{"x": 1, "y": None}]), series([{"x": 1}])),
    "names that are numbers": (pd.DataFrame({0: [1]}), pd.DataFrame({"0": [1]})),
    "index": (series([1, 2]).set_index(pd.Index([7, 8])), series([1, 2])),
    "bytes": (series([b"x"]), series([b"x"])),
    "decimals": (series([decimal.Decimal("1.10")]), series([decimal.Decimal("1.1")])),
    "a name twice": (
        pd.DataFrame([[1, "x"]], columns=["a", "a"]),
        pd.DataFrame([[1, "x"]], columns=["a", "a"]),
    ),
    "no column": (pd.DataFrame(), pd.DataFrame()),
}

DIFFERENT = {
    "float": (series([1.0]), series([1.0 + 1e-8]), "1 row expected but not found"),
    "small floats": (series([1e-12]), series([2e-12]), "not found"),
    "missing for nothing": (series([0.0]), series([np.nan]), "not found"),
    "infinity": (series([np.inf]), series([1e300]), "not found"),
    "integer for float": (series([1, 2]), series([1.0, 2.0]), "int64 expected, float64 found"),
    "text for integer": (series([1]), series(["1"]), "int64 expected, text (object) found"),
    "boolean for integer": (series([1, 0]), series([True, False]), "int64 expected, bool found"),
    "text for boolean": (series([True]), series(["True"]), "bool expected"),
    "text for date": (series([DAY]), series(["2024-01-31"]), "time (object) expected"),
    "a date and another time": (
        series([DAY]),
        series(["2024-01-31 00:00:01"], "datetime64[ns]"),
        "not found",
    ),
    "nanosecond": (
        series(["2024-01-31 00:00:00.000000001"], "datetime64[ns]"),
        series(["2024-01-31"], "datetime64[ns]"),
        "not found",
    ),
    "empty text for missing": (series(["x", None]), series(["x", ""]), "not found"),
    "blank": (series(["x "]), series(["x"]), "not found"),
    "big integers": (
        series([2**62 + 1], "int64"),
        series([2**62], "int64"),
        "not found",
    ),
    "list order": (series([[1, 2]]), series([[2, 1]]), "not found"),
    "list length": (series([[1, 2]]), series([[1, 2, None]]), "not found"),
    "list of text": (series([["1"]]), series([[1]]), "not found"),
    "dict": (series([{"x": 1}]), series([{"x": 2}]), "not found"),
    "one row twice": (
        series([1, 1, 2]),
        series([1, 2, 2]),
        "1 row expected but not found: {'a': 1}",
    ),
    "a row more": (series([1]), series([1, 3]), "1 rows expected, 2 found"),
    "column not there": (series([1]), series([1]).rename(columns={"a": "b"}), "not found: ['a']"),
    "columns in another order": (
        pd.DataFrame({"a": [1], "b": [1]}),
        pd.DataFrame({"b": [1], "a": [1]}),
        "another order",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_same(name):
    one, two = SAME[name]
    assert compare_frames(one, two) == []
    assert compare_frames(two, one) == []
    assert compare_frames(one, two, order=True) == []
    assert compare_frames(one, two, order=list(map(str, one.columns))) == []


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name):
    one, two, words = DIFFERENT[name]
    found = compare_frames(one, two)
    assert any(words in text for text in found), found
    assert compare_frames(two, one)
    assert compare_frames(one, two, order=True)


def test_rows_of_one_are_not_those_of_another():
    one = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    two = pd.DataFrame({"a": [1, 2], "b": ["y", "x"]})
    assert len(compare_frames(one, two)) == 2


def test_order():
    one = pd.DataFrame({"k": [1, 1, 2], "v": ["x", "y", "z"]})
    ties_swapped = one.iloc[[1, 0, 2]]
    reversed_ = one.iloc[::-1]
    assert compare_frames(one, reversed_, order=None) == []
    assert compare_frames(one, reversed_, order=False) == []
    assert compare_frames(one, ties_swapped, order=["k"]) == []
    assert compare_frames(one, ties_swapped, order=True) == [
        "column 'v', row 0: 'x' expected, 'y' found (and 1 more rows)"
    ]
    assert compare_frames(one, reversed_, order=["k"]) == [
        "column 'k', row 0: 1 expected, 2 found (and 1 more rows)"
    ]


def test_order_by_a_key_still_compares_the_rows():
    one = pd.DataFrame({"k": [1, 2], "v": ["x", "y"]})
    two = pd.DataFrame({"k": [1, 2], "v": ["y", "x"]})
    assert compare_frames(one, two, order=["k"])


def test_close_floats_that_sort_apart_are_matched():
    # By the first column the rows sort differently on the two sides, within its tolerance.
    one = pd.DataFrame({"a": [1.0, 1.0 + 1e-12], "b": [5.0, 6.0]})
    two = pd.DataFrame({"a": [1.0 + 2e-12, 1.0], "b": [5.0, 6.0]})
    assert compare_frames(one, two) == []


def test_large_frames_are_quick():
    rng = np.random.default_rng(1)
    n = 50_000
    frame = pd.DataFrame(
        {
            "i": rng.integers(0, 50, n),
            "f": rng.normal(size=n),
            "s": rng.choice(["a", "b", None], n),
            "t": pd.Timestamp("2024") + pd.to_timedelta(rng.integers(0, 10**6, n), unit="s"),
        }
    )
    shuffled = frame.sample(frac=1, random_state=2)
    shuffled["f"] *= 1 + 1e-13
    assert compare_frames(frame, shuffled) == []
    shuffled.iloc[17, 1] += 1
    assert len(compare_frames(frame, shuffled)) == 2


CELLS = st.one_of(st.none(), st.integers(-3, 3), st.floats(), st.text(max_size=2), st.booleans())


@given(st.lists(st.tuples(CELLS, CELLS), max_size=6), st.randoms())
def test_property_a_shuffled_frame_is_the_same_and_a_changed_one_is_not(rows, random):
    frame = pd.DataFrame(rows, columns=["a", "b"])
    places = list(range(len(rows)))
    random.shuffle(places)
    assert compare_frames(frame, frame.iloc[places]) == []
    assert compare_frames(frame, frame, order=True) == []
    if rows:
        assert compare_frames(frame, frame.iloc[1:])


# outputs on disk


def test_read_csv_parts_as_one_file(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "part-00000.csv").write_text('n,"a\nb"\n1,x\n')
    (folder / "part-00001.csv").write_text("")
    (folder / "part-00002.csv").write_text('n,"a\nb"\n2.5,"y\nz"\n')
    (folder / "_SUCCESS").write_text("")
    (folder / ".part-00000.csv.crc").write_text("crc")
    frame = read_output(folder, "csv")
    expected = pd.DataFrame({"n": [1, 2.5], "a\nb": ["x", "y\nz"]})
    pd.testing.assert_frame_equal(frame, expected)


def test_read_csv_of_other_headers(tmp_path):
    (tmp_path / "part-0.csv").write_text("a,b\n1,2\n")
    (tmp_path / "part-1.csv").write_text("b,a\n1,2\n")
    with pytest.raises(ValueError, match="another header"):
        read_output(tmp_path, "csv")


def test_read_csv_options_and_compression(tmp_path):
    frame = pd.DataFrame({"a": ["é", "x"], "b": [1.5, 2.0]})
    frame.to_csv(tmp_path / "out.csv.gz", sep=";", encoding="latin-1", index=False)
    back = read_output(tmp_path / "out.csv.gz", "csv", sep=";", encoding="latin-1")
    pd.testing.assert_frame_equal(back, frame)


def test_read_parquet_partitions(tmp_path):
    frame = pd.DataFrame({"v": [1, None, 3], "p": ["x", None, "y z"], "q": [1, 1, 2]})
    frame.to_parquet(tmp_path / "out", partition_cols=["p", "q"])
    assert compare_frames(frame, read_output(tmp_path / "out", "parquet")) == []


def test_read_parquet_keeps_integers_exact(tmp_path):
    frame = pd.DataFrame({"a": pd.array([2**62 + 1, None], dtype="Int64")})
    frame.to_parquet(tmp_path / "out.parquet", index=False)
    assert read_output(tmp_path / "out.parquet", "parquet")["a"][0] == 2**62 + 1


def test_read_json_lines_and_records(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "date": ["2024-01-31", None]})
    frame.to_json(tmp_path / "lines.json", orient="records", lines=True)
    frame.to_json(tmp_path / "records.json", orient="records")
    assert compare_outputs(tmp_path / "lines.json", tmp_path / "records.json", "json") == []


def test_compare_outputs(tmp_path):
    pd.DataFrame({"a": [1, 2]}).to_csv(tmp_path / "one.csv", index=False)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "part-0.csv").write_text("a\n2\n1\n")
    assert compare_outputs(tmp_path / "one.csv", tmp_path / "two", "csv") == []
    assert compare_outputs(tmp_path / "one.csv", tmp_path / "two", "csv", order=True)
    absent = compare_outputs(tmp_path / "one.csv", tmp_path / "three", "csv")
    assert len(absent) == 1 and "nothing was written" in absent[0]


def test_read_output_of_nothing(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_output(tmp_path / "nothing", "csv")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "part-0.csv").write_text("")
    assert read_output(tmp_path / "empty", "csv").empty
