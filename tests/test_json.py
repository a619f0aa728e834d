"""JSON records read in a job as pandas reads them, with types that it finds and with pinned ones."""

import json

import numpy as np
import pandas as pd
import pytest

from glue_runtime.driver import to_pandas
from glue_runtime.json_io import read_json
from tests.io_tools import glue  # noqa: F401

RECORDS = pd.DataFrame(
    {
        "z": [1, 2, 3],
        "a": [0.5, np.nan, 2.0],
        "s": ["x", None, 'é\n"/'],
        "b": [True, False, True],
        "gap": [True, None, False],
        "number": ["1", "2.5", None],
        "l": [[1, 2], [], [3]],
        "created_at": ["2024-01-05 10:00:00", "1969-12-31 23:59:59", None],
        "whole": [1.0, 2.0, 3.0],
        "Modified": [1_700_000_000_000, None, 1_600_000_000_001],
    }
)


def read(glue, path, *schema, lines=False, **options):  # noqa: F811
    """What the job reads, as pandas has it."""
    return to_pandas(
        read_json(glue, str(path), *schema, transformation_ctx="t", lines=lines, **options)
    )


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("position", [None, "__pos"])
def test_as_pandas_reads_it(glue, tmp_path, lines, position):  # noqa: F811
    path = tmp_path / "in.json"
    path.write_text(RECORDS.to_json(orient="records", lines=lines))
    df = read_json(glue, str(path), transformation_ctx="t", lines=lines, position=position)
    if position:
        df = df.orderBy(position).drop(position)
    expected = pd.read_json(path, lines=lines).fillna({"s": np.nan})
    pd.testing.assert_frame_equal(to_pandas(df), expected)


def test_keys_in_the_order_met(glue, tmp_path):  # noqa: F811
    path = tmp_path / "in.json"
    path.write_text('{"z": 1, "b": "x"}\n{"b": "y", "a": 2, "z": 3}\n')
    pd.testing.assert_frame_equal(read(glue, path, lines=True), pd.read_json(path, lines=True))
    with pytest.raises(ValueError, match="keys that the job was not made for: .'a'"):
        read(glue, path, "z bigint, b string", lines=True)
    schema = "z bigint, b string, a double, q double"
    df = read_json(glue, str(path), schema, transformation_ctx="t", lines=True)
    assert df.dtypes == [("z", "bigint"), ("b", "string"), ("a", "double"), ("q", "double")]
    with pytest.raises(Exception, match="'b' has a value that is not bigint: [xy]"):
        read(glue, path, "b bigint, a bigint, z bigint", lines=True)
    path.write_text('{"z": 1}\nnot json\n')
    with pytest.raises(ValueError, match="a line that is not JSON"):
        read(glue, path, lines=True)


# What is odd about a column; all columns of one document must have as many values.
COLUMNS = {
    "nan": '[NaN, 1, 2.5]',
    "inf": '[Infinity, 1, 2]',
    "numbers": '["nan", " 1 ", "1_0"]',
    "no numbers": '["1d", "2", "3"]',
    "no number": '["", "2", "3"]',
    "mixed numbers": '["1", 2.5, 3]',
    "texts of truth": '["true", "true", "true"]',
    "truth with gaps": '[true, null, false]',
    "texts of JSON": '["[1]", "{}", "null"]',
    "nothing": '[null, null, null]',
    "big": '[9223372036854775807, -9223372036854775808, 0]',
    "big with gaps": '[9007199254740993, null, 0]',
    "large": '[1e300, -0.0, 2.0]',
    "texts": r'["é\n\"/ \u4e2d", "\ud83d\ude00", null]',
    "lists": '[[1, 2], [], null]',
    "words": r'[["x", null, "é\"\\\n/\u4e2d \ud83d\ude00"], ["1"], null]',
    "records": '[{"a": 1, "b": {"c": "x"}}, {"a": 2, "b": {"c": "y"}}, null]',
    "date": '["2024-01-31", "2024-01-30 10:11:12.5", "2024-01-31T10:00"]',
    "empty_at": '["2024-01-31", "", "nan"]',
    "words_at": '["2024-01-31", "n/a", "unknown"]',
    "old_at": '["2024-01-31", "1500-01-01", "2024-02-30"]',
    "none_at": '[null, null, null]',
    "truth_at": '[true, true, false]',
    "s_time": '[1700000000, null, 31536001]',
    "ms_time": '[1700000000000, 1700000000, 1700000000001]',
    "us_time": '[1700000000000000, null, null]',
    "early_time": '[31536000, 1700000000, 1]',
    "timestamp_half": '[1700000000.5, 1700000000.25, 1700000000]',
    "updated": '["2024-01-31", null, null]',
    "a.b": '[1, 2, 3]',
    "c`d": '["x", "y", "z"]',
    "A.B": '[1, 2, null]',
}  # fmt: skip


@pytest.mark.parametrize("dtype", [True, False])
@pytest.mark.parametrize("dates", [True, False])
def test_odd_columns(glue, tmp_path, dtype, dates):  # noqa: F811
    path = tmp_path / "in.json"
    columns = {name: json.loads(text) for name, text in COLUMNS.items()}
    if not dtype:  # numbers beside text stay a mixture
        del columns["mixed numbers"]
    path.write_text(json.dumps([{k: v[n] for k, v in columns.items()} for n in range(3)]))
    options = {"dtype": dtype, "convert_dates": dates}
    got, expected = read(glue, path, **options), pd.read_json(path, **options)
    texts = {c: np.nan for c in expected.columns if expected[c].dtype == object}
    pd.testing.assert_frame_equal(got.fillna(texts), expected.fillna(texts), check_dtype=dtype)


REFUSED = {
    '[{"a": "x"}, {"a": 1}]': "text beside numbers",
    '[{"a": true}, {"a": 1}]': "text beside numbers",
    '[{"a": "x"}, {"a": {"b": 1}}]': "text beside numbers",
    '[{"a": "x"}, {"a": [1]}]': "text beside numbers",
    '[{"a": 9223372036854775808}]': "more than 64 bits",
    '[{"1": 1, "2": 3}]': "numbers or times of the names",
    '[{"2020-01-01": 1}]': "numbers or times of the names",
    '[{"a": [1, null]}]': "lists or records with gaps",
    '[{"a": [1, 2.5]}]': "lists or records with gaps",
    '[{"a": ["x", 1]}]': "lists or records with gaps",
    '[{"a": ["x", [1]]}]': "lists or records with gaps",
    '[{"a": {"b": 1}}, {"a": {"c": 2}}]': "lists or records with gaps",
    '[{"a": [{"b": 1}, {"c": 2}]}]': "lists or records with gaps",
    '[{"a": 1}, null]': "no JSON object",
    '[1, 2]': "not an array of records",
    '{"a": [1, 2]}': "not an array of records",
    '[{"a": 1}, {"a": 2': "not JSON|_corrupt_record",
    '[{"a": 1}] x': "not JSON",
    '[{"a": 1}][{"a": 2}]': "not JSON",
    '[{"a": "] ["}]\n [{"a": "x"}]': "not JSON",
    '[{"date": "31/01/2024"}]': "pandas reads '31/01/2024' in column 'date' as a time",
    '[{"date": "2024-01-31T10:00:00Z"}]': "as a time",
    '[{"date": "1700000000"}]': "as a time",
    '[{"date": 1700000000000000000}]': "nanoseconds",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refused(glue, tmp_path, text):  # noqa: F811
    (tmp_path / "in.json").write_text(text)
    with pytest.raises(Exception, match=REFUSED[text]):
        read(glue, tmp_path / "in.json")


ODD_TEXTS = ["] [", 'a " ] [ \\" ', "\\", '"', "é ][ " * 20_000, '\\"][' * 20_000]


def test_brackets_in_texts_are_no_end(glue, tmp_path):  # noqa: F811
    path = tmp_path / "in.json"
    path.write_text(json.dumps([{"a": t, "b": [t]} for t in ODD_TEXTS], indent=1) + " \n")
    got = read(glue, path)
    assert got["a"].tolist() == ODD_TEXTS and [list(b) for b in got["b"]] == [
        [t] for t in ODD_TEXTS
    ]


UNFIT = [
    ("a bigint", '[{"a": 1.5}]', "not bigint: 1.5"),
    ("a bigint", '[{"a": true}]', "not bigint: true"),
    ("a double", '[{"a": "1d"}]', "not double: 1d"),
    ("a string", '[{"a": 1}]', "not string: 1"),
    ("a boolean", '[{"a": 1}]', "not boolean: 1"),
    ("a bigint", '[{"a": {"b": 1}}]', "not bigint: ..b"),
    ("date timestamp", '[{"date": "31/01/2024"}]', "not timestamp: 31/01/2024"),
    ("date timestamp", '[{"date": 5}]', "not timestamp: 5"),
    ("a bigint", '[{"a": 1, "b": 2}]', "was not made for: .'b'"),
    ("a double", '[{"a": Infinity}]', "infinite"),
]


@pytest.mark.parametrize("schema, text, message", UNFIT)
def test_pinned_types_that_do_not_fit(glue, tmp_path, schema, text, message):  # noqa: F811
    (tmp_path / "in.json").write_text(text)
    with pytest.raises(Exception, match=message):
        read(glue, tmp_path / "in.json", schema)


FIT = [
    ("a bigint, b double", '[{"a": "1", "b": true}, {"a": 2, "b": null}]', [[1, 1.0], [2, None]]),
    ("a double, b bigint", '[{"a": 1, "b": 1.0}, {"a": NaN, "b": 2}]', [[1.0, 1], [None, 2]]),
    ("a string", '[{"a": null}, {}]', [[None], [None]]),
]


@pytest.mark.parametrize("schema, text, rows", FIT)
def test_pinned_types_that_fit(glue, tmp_path, schema, text, rows):  # noqa: F811
    (tmp_path / "in.json").write_text(text)
    df = read_json(glue, str(tmp_path / "in.json"), schema, transformation_ctx="t")
    assert [list(row) for row in df.collect()] == rows
