"""Uploads: nothing twice, nothing half, nothing in a stranger's bucket."""

import json
import os

import aws_env
import pytest
from aws_env import ACCOUNT, BUCKET
from moto_glue import Fault

from transpiler.aws import upload
from transpiler.aws.names import DeployError, parse_s3
from transpiler.emit.spec import DeploySpec

aws = aws_env.aws
MB = 1024 * 1024


@pytest.fixture
def no_pauses(monkeypatch):
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(upload, "PART_BYTES", 5 * MB)


def data_spec(*inputs):
    return DeploySpec(job_name="orders", bucket=BUCKET, role="glue-role", inputs=list(inputs))


def write(aws, name, content):
    path = aws.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def keys(aws, prefix=""):
    answer = aws.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [entry["Key"] for entry in answer.get("Contents", [])]


def body(aws, key):
    return aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()


def test_inputs_are_uploaded_once_and_again_when_they_change(aws):
    write(aws, "data/orders.csv", b"a,b\n1,2\n")
    write(aws, "data/parts/x.parquet", b"xx")
    write(aws, "data/parts/y.parquet", b"yy")
    write(aws, "data/Größe & 'mehr'.csv", "ü".encode())
    spec = data_spec("data/orders.csv", "data/parts", "data/*.csv", "s3://other/x.csv")
    status, out, err = aws.run("--upload-data", spec=spec)
    assert status == 0 and "4 files uploaded" in out, err
    assert keys(aws, "orders/data/") == [
        "orders/data/data/Größe & 'mehr'.csv",
        "orders/data/data/orders.csv",
        "orders/data/data/parts/x.parquet",
        "orders/data/data/parts/y.parquet",
    ]
    aws.server.calls.clear()
    assert "0 files uploaded" in aws.run("--upload-data", spec=spec)[1]
    assert aws.calls("PUT") == []
    # The same size, another content.
    write(aws, "data/orders.csv", b"a,b\n1,3\n")
    assert "1 files uploaded" in aws.run("--upload-data", spec=spec)[1]
    assert body(aws, "orders/data/data/orders.csv") == b"a,b\n1,3\n"
    # Somebody else's object with the same name is not taken for ours.
    aws.client("s3").put_object(Bucket=BUCKET, Key="orders/data/data/parts/x.parquet", Body=b"zz")
    assert "1 files uploaded" in aws.run("--upload-data", spec=spec)[1]
    assert body(aws, "orders/data/data/parts/x.parquet") == b"xx"


@pytest.mark.parametrize(
    "name", ["../secret.csv", "/etc/passwd", "data/../../x.csv", "missing.csv"]
)
def test_inputs_that_are_not_there_or_outside(aws, name):
    status, _, err = aws.run("--upload-data", spec=data_spec(name))
    assert status == 1 and repr(name) in err and err.count("\n") == 1
    assert keys(aws, "orders/data") == []


def test_another_folder_and_data_root(aws):
    write(aws, "elsewhere/in.csv", b"1")
    spec = data_spec("in.csv")
    root = f"s3://{BUCKET}/lake/"
    status, _, err = aws.run("--upload-data", "elsewhere", "--data-root", root, spec=spec)
    assert status == 0, err
    assert keys(aws, "lake/") == ["lake/in.csv"]
    assert aws.job["DefaultArguments"]["--DATA_ROOT"] == f"s3://{BUCKET}/lake"


def test_a_large_file_goes_in_parts_and_goes_on_after_a_cut(aws, small_parts, no_pauses):
    content = os.urandom(MB) * 12 + b"end"
    write(aws, "big.csv", content)
    spec = data_spec("big.csv")
    aws.server.faults.append(Fault("s3:PUT .*partNumber=2", cut="before", times=99))
    status, _, err = aws.run("--upload-data", spec=spec)
    assert status == 1 and "run the same command again" in err and err.count("\n") == 1, err
    assert keys(aws, "orders/data") == []
    aws.server.faults.clear()
    aws.server.calls.clear()
    status, out, err = aws.run("--upload-data", spec=spec)
    assert status == 0 and "1 files uploaded" in out, err
    sent = [call.split("?")[1] for call in aws.calls("partNumber")]
    assert [part.split("partNumber=")[1][0] for part in sent] == ["2", "3"]
    assert body(aws, "orders/data/big.csv") == content
    head = aws.client("s3").head_object(Bucket=BUCKET, Key="orders/data/big.csv")
    assert head["Metadata"]["sha256"] == upload.sha256_of(aws.folder / "big.csv")
    assert not list((aws.folder.parent / "home" / ".cache").rglob("*.json"))
    aws.server.calls.clear()
    assert "0 files uploaded" in aws.run("--upload-data", spec=spec)[1]


def test_an_upload_of_another_content_is_not_gone_on_with(aws, small_parts, no_pauses):
    write(aws, "big.csv", b"a" * (11 * MB))
    spec = data_spec("big.csv")
    aws.server.faults.append(Fault("s3:PUT .*partNumber=2", cut="before", times=99))
    assert aws.run("--upload-data", spec=spec)[0] == 1
    aws.server.faults.clear()
    write(aws, "big.csv", b"b" * (11 * MB))
    assert aws.run("--upload-data", spec=spec)[0] == 0
    assert set(body(aws, "orders/data/big.csv")) == {ord("b")}


def test_an_upload_that_s3_has_forgotten_starts_over(aws, small_parts, no_pauses):
    write(aws, "big.csv", b"a" * (11 * MB))
    spec = data_spec("big.csv")
    aws.server.faults.append(Fault("s3:PUT .*partNumber=2", cut="before", times=99))
    assert aws.run("--upload-data", spec=spec)[0] == 1
    aws.server.faults.clear()
    s3 = aws.client("s3")
    for open_one in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]:
        s3.abort_multipart_upload(Bucket=BUCKET, Key=open_one["Key"], UploadId=open_one["UploadId"])
    assert aws.run("--upload-data", spec=spec)[0] == 0
    assert len(body(aws, "orders/data/big.csv")) == 11 * MB


def test_a_cut_after_s3_has_it_is_no_second_object(aws, no_pauses):
    aws.server.faults.append(Fault("s3:PUT .*scripts", cut="after"))
    assert aws.run()[0] == 0
    assert len(keys(aws, "orders/scripts/")) == 1


def test_a_script_with_letters_beyond_ascii(aws):
    script = aws.folder / "Umsätze März_glue_job.py"
    script.write_text((aws.folder / "job.py").read_text(encoding="utf-8"), encoding="utf-8")
    assert aws.run("--script", str(script))[0] == 0
    (key,) = keys(aws, "orders/scripts/")
    assert key.endswith("/Ums-tze M-rz_glue_job.py")
    assert aws.job["Command"]["ScriptLocation"] == f"s3://{BUCKET}/{key}"


def test_an_answer_that_got_lost_is_no_failure(aws, small_parts, no_pauses):
    write(aws, "big.csv", b"a" * (11 * MB))
    aws.server.faults.append(Fault("s3:POST .*uploadId", cut="after"))
    status, out, err = aws.run("--upload-data", spec=data_spec("big.csv"))
    assert status == 0 and "1 files uploaded" in out, err
    assert len(body(aws, "orders/data/big.csv")) == 11 * MB


def test_what_is_there_with_another_encryption_is_sent_again(aws, small_parts, no_pauses):
    write(aws, "big.csv", b"a" * (11 * MB))
    spec = data_spec("big.csv")
    assert aws.run("--upload-data", "--sse", "AES256", spec=spec)[0] == 0
    assert "0 files uploaded" in aws.run("--upload-data", "--sse", "AES256", spec=spec)[1]
    # An upload that was cut goes on only when it is to be encrypted in the same way.
    aws.server.faults.append(Fault("s3:PUT .*partNumber=2", cut="before", times=99))
    arn = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/one"
    assert aws.run("--upload-data", "--kms-key", arn, spec=spec)[0] == 1
    aws.server.faults.clear()
    other = arn.replace("one", "two")
    assert "1 files uploaded" in aws.run("--upload-data", "--kms-key", other, spec=spec)[1]
    head = aws.client("s3").head_object(Bucket=BUCKET, Key="orders/data/big.csv")
    assert head["SSEKMSKeyId"] == other
    assert "0 files uploaded" in aws.run("--upload-data", "--kms-key", other, spec=spec)[1]
    assert "0 files uploaded" in aws.run("--upload-data", spec=spec)[1]


def test_encryption(aws):
    assert aws.run("--kms-key", "alias/lake")[0] == 0
    s3 = aws.client("s3")
    for key in keys(aws, "orders/"):
        head = s3.head_object(Bucket=BUCKET, Key=key)
        assert head["ServerSideEncryption"] == "aws:kms" and "lake" in head["SSEKMSKeyId"]


def test_every_call_on_a_bucket_names_its_owner(aws, monkeypatch):
    seen = []

    def look(request, **_):
        if request.headers.get("X-Amz-Expected-Bucket-Owner") is None:
            seen.append(request.url)
        elif request.headers["X-Amz-Expected-Bucket-Owner"] not in (ACCOUNT, ACCOUNT.encode()):
            seen.append(request.url)

    real = upload.check_bucket

    def check_bucket(s3, *rest):
        s3.meta.events.register("before-send.s3", look)
        return real(s3, *rest)

    monkeypatch.setattr("transpiler.aws.main.check_bucket", check_bucket)
    monkeypatch.setattr(upload, "PART_BYTES", 5 * MB)
    write(aws, "big.csv", b"a" * (6 * MB))
    assert aws.run("--upload-data", spec=data_spec("big.csv"))[0] == 0
    assert seen == []


def test_helpers_are_uploaded_with_the_script(aws):
    write(aws, "helpers.zip", b"PK")
    status, out, err = aws.run("--extra-py-file", aws.folder / "helpers.zip")
    assert status == 0, err
    where = aws.job["DefaultArguments"]["--extra-py-files"]
    assert where.startswith(f"s3://{BUCKET}/orders/scripts/") and where.endswith("/helpers.zip")
    assert body(aws, where.split("/", 3)[3]) == b"PK"


def test_the_note_of_the_last_deployment_may_be_broken(aws):
    assert aws.run()[0] == 0
    key = "orders/deployed/orders.json"
    assert json.loads(body(aws, key))["definition"]["Command"]["Name"] == "glueetl"
    for text in (b"", b"not json", b"[]", b"{}"):
        aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=text)
        assert aws.run()[0] == 0


def test_progress_is_a_bar_on_a_terminal_only(capsys, monkeypatch):
    upload.show_progress("data/a.csv", 5, 10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    upload.show_progress("data/a.csv", 5_000_000, 10_000_000)
    upload.show_progress("empty.csv", 0, 0)
    err = capsys.readouterr().err
    assert "[###############...............] 5.0 of 10.0 MB" in err and err.endswith("MB\n")


def test_addresses():
    assert parse_s3("s3://b/k/x y") == ("b", "k/x y")
    assert parse_s3("s3a://b") == ("b", "")
    with pytest.raises(DeployError):
        parse_s3("http://b/k")
    assert upload.state_key("p", "a/b ü") == "p/deployed/a%2Fb%20%C3%BC.json"
