"""Capacity: more work, more workers; always with the reasons; always an estimate."""

import aws_env
import pytest
from aws_env import BUCKET

from transpiler.aws.capacity import GB, MB, advise_capacity, format_of
from transpiler.emit.spec import DeploySpec

aws = aws_env.aws


def advice(size, plan=None, name="x.csv", files=10, **more):
    return advise_capacity([(name, size, files)], plan or {}, **more)


def test_a_small_job_gets_the_least():
    found = advice(5 * MB)
    assert (found["worker_type"], found["number_of_workers"]) == ("G.1X", 2)
    assert found["python_shell"] and found["timeout"] >= 15
    assert any("0.00 GB in 10 file(s)" in reason for reason in found["reasons"])


def test_more_data_and_more_steps_need_more():
    workers = [advice(size * GB)["number_of_workers"] for size in (1, 50, 200, 1000)]
    assert workers == sorted(workers) and workers[0] == 2 and workers[-1] > 20
    plain, joined = advice(100 * GB), advice(100 * GB, {"joins": 2, "sorts": 1})
    assert joined["dpu_hours"] > plain["dpu_hours"]
    assert any("2 joins, 1 sorts" in reason for reason in joined["reasons"])
    assert not joined["python_shell"]
    assert advice(10**6 * GB)["number_of_workers"] == 100


def test_the_driver_must_hold_what_pandas_does():
    assert advice(GB, {"driver_steps": 1})["worker_type"] == "G.1X"
    assert advice(3 * GB, {"driver_steps": 1})["worker_type"] == "G.2X"
    found = advice(500 * GB, {"driver_steps": 2})
    assert found["worker_type"] == "G.8X" and not found["flex"]
    assert any("more than any driver has" in reason for reason in found["reasons"])


def test_what_cannot_be_split():
    found = advice(100 * GB, name="x.csv.gz", files=1)
    assert found["number_of_workers"] == 2
    assert any("cannot be split" in reason for reason in found["reasons"])


def test_unknown_sizes_are_said():
    found = advise_capacity([("x", None, 0)], {})
    assert any("size of x is not known" in reason for reason in found["reasons"])
    assert not found["python_shell"]


def test_the_price_is_a_parameter():
    assert advice(100 * GB, price=1.0)["cost"] == advice(100 * GB)["dpu_hours"]
    assert advice(100 * GB, price=0)["cost"] == 0


@pytest.mark.parametrize(
    "name, expected",
    [
        ("a.csv", "csv"),
        ("a.CSV.gz", "gz"),
        ("s3://b/x/*.parquet", "parquet"),
        ("folder", "csv"),
        ("db.table", "csv"),
        ("x.parquet/", "parquet"),
    ],
)
def test_formats(name, expected):
    assert format_of(name) == expected


def test_sizes_come_from_where_the_data_is(aws):
    (aws.folder / "local.csv").write_bytes(b"x" * 1000)
    s3, glue = aws.client("s3"), aws.client("glue")
    s3.put_object(Bucket=BUCKET, Key="orders/data/remote.csv", Body=b"y" * 3 * MB)
    s3.put_object(Bucket=BUCKET, Key="lake/a.parquet", Body=b"y" * 2 * MB)
    glue.create_database(DatabaseInput={"Name": "shop"})
    for name, parameters in (
        ("known", {"totalSize": str(7 * GB), "numFiles": "3"}),
        ("listed", {}),
    ):
        storage = {"Location": f"s3://{BUCKET}/lake/", "Columns": []}
        glue.create_table(
            DatabaseName="shop",
            TableInput={"Name": name, "Parameters": parameters, "StorageDescriptor": storage},
        )
    spec = DeploySpec(
        job_name="orders",
        bucket=BUCKET,
        role="r",
        inputs=["local.csv", "remote.csv", "nowhere.csv", "s3://no-such-bucket-here/x"],
        tables=[
            {"database": "shop", "table": "known"},
            {"database": "shop", "table": "listed", "access": "read"},
            {"database": "shop", "table": "missing", "access": "read"},
            {"database": "shop", "table": "target", "access": "write"},
        ],
        plan={"joins": 1},
    )
    aws.server.calls.clear()
    status, out, err = aws.run("capacity", spec=spec)
    assert status == 0, err
    assert "7.00 GB in 6 file(s)" in out and "Estimate" in out and "Advice: --worker-type" in out
    for name in ("nowhere.csv", "s3://no-such-bucket-here/x", "shop.missing"):
        assert f"size of {name} is not known" in out
    assert "target" not in out
    assert aws.calls() == []


def test_a_bucket_of_others_is_measured_all_the_same(aws):
    s3 = aws.client("s3")
    s3.create_bucket(
        Bucket="public-data", CreateBucketConfiguration={"LocationConstraint": aws_env.REGION}
    )
    s3.put_object(Bucket="public-data", Key="x.parquet", Body=b"y" * 3 * MB)
    aws.server.owners["public-data"] = "999999999999"
    aws.spec.inputs = ["s3://public-data/x.parquet"]
    status, out, err = aws.run("capacity")
    assert status == 0 and "not known" not in out and err == "", err
    assert "0.00 GB in 1 file(s)" in out
