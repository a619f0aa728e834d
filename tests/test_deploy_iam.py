"""Least privilege: what the job needs is allowed, nothing beside it."""

import fnmatch
import json

import aws_env
import pytest
from aws_env import ACCOUNT, BUCKET, REGION

from transpiler.aws.policy import job_policy, trust_policy
from transpiler.emit.spec import DeploySpec

aws = aws_env.aws
GLUE = f"arn:aws:glue:{REGION}:{ACCOUNT}"

SPEC = DeploySpec(
    job_name="orders",
    bucket=BUCKET,
    role="glue-role",
    inputs=["data/orders.csv", "s3://lake/raw/2024-*/x.csv", "https://example.com/x.csv"],
    outputs=["out/revenue.csv", "s3a://lake/done/"],
    tables=[
        {"database": "shop", "table": "rows", "access": "read", "path": "s3://lake/rows/"},
        {"database": "shop", "table": "totals", "access": "write", "path": "s3://lake/totals/"},
    ],
    connections=["warehouse"],
    secrets=["shop/key", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:full-abcdef"],
)


def allowed(policy, action, resource, **context):
    """IAM's decision for the subset of its language that we use."""
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        if action not in statement["Action"]:
            continue
        if not any(matches(pattern, resource) for pattern in statement["Resource"]):
            continue
        if all(
            key in context and any(matches(p, context[key]) for p in as_list(patterns))
            for test in statement.get("Condition", {}).values()
            for key, patterns in test.items()
        ):
            return True
    return False


def as_list(value):
    return value if isinstance(value, list) else [value]


def matches(pattern, text):
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


@pytest.fixture
def policy():
    return job_policy(
        SPEC.as_dict(), BUCKET, "orders", f"s3://{BUCKET}/orders/data", REGION, ACCOUNT
    )


def key(name, bucket=BUCKET):
    return f"arn:aws:s3:::{bucket}/{name}"


ALLOWED = [
    ("s3:GetObject", key("orders/scripts/abc/job.py")),
    ("s3:GetObject", key("orders/data/data/orders.csv")),
    ("s3:GetObject", key("orders/data/data/orders.csv/part-0")),
    ("s3:GetObject", key("raw/2024-05/x.csv", "lake")),
    ("s3:PutObject", key("orders/data/out/revenue.csv/part-0.csv")),
    ("s3:GetObject", key("orders/data/out/revenue.csv/part-0.csv")),
    ("s3:DeleteObject", key("orders/data/out/revenue.csv")),
    # The new file is written beside the old one and then takes its place.
    ("s3:PutObject", key("orders/data/out/revenue.csv.0f3a.new")),
    ("s3:DeleteObject", key("orders/data/out/revenue.csv.0f3a.new/part-0")),
    ("s3:GetObject", key("orders/data/out")),
    ("s3:PutObject", key("done/part-0", "lake")),
    ("s3:PutObject", key("totals/day=1/part-0", "lake")),
    ("s3:GetObject", key("rows/part-0", "lake")),
    ("s3:PutObject", key("orders/temp/x")),
    ("s3:GetBucketLocation", "arn:aws:s3:::lake"),
    ("glue:GetTable", f"{GLUE}:table/shop/rows"),
    ("glue:GetTable", f"{GLUE}:database/shop"),
    ("glue:UpdateTable", f"{GLUE}:table/shop/totals"),
    ("glue:CreateTable", f"{GLUE}:catalog"),
    ("glue:GetConnection", f"{GLUE}:connection/warehouse"),
    ("ec2:CreateNetworkInterface", f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/x"),
    ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws-glue/jobs/error:x"),
    (
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/key-a1b2c3",
    ),
    (
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:full-abcdef",
    ),
]
REFUSED = [
    ("s3:PutObject", key("orders/data/data/orders.csv")),
    ("s3:DeleteObject", key("orders/data/data/orders.csv")),
    ("s3:PutObject", key("orders/scripts/abc/job.py")),
    ("s3:GetObject", key("orders/data/data/orders.csv2")),
    ("s3:GetObject", key("orders/data/other.csv")),
    ("s3:PutObject", key("orders/data/out")),
    ("s3:PutObject", key("orders/data/out/other.csv")),
    ("s3:GetObject", key("raw/2025/x.csv", "lake")),
    ("s3:GetObject", key("secret", "other-bucket")),
    ("glue:UpdateTable", f"{GLUE}:table/shop/rows"),
    ("glue:GetTable", f"{GLUE}:table/shop/people"),
    ("glue:DeleteTable", f"{GLUE}:table/shop/totals"),
    ("glue:GetConnection", f"{GLUE}:connection/other"),
    (
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/key2-a1b2c3",
    ),
    ("iam:PassRole", "*"),
    ("s3:ListBucket", "arn:aws:s3:::lake"),
]


@pytest.mark.parametrize("action, resource", ALLOWED)
def test_allowed(policy, action, resource):
    assert allowed(policy, action, resource)


@pytest.mark.parametrize("action, resource", REFUSED)
def test_refused(policy, action, resource):
    assert not allowed(policy, action, resource)


@pytest.mark.parametrize(
    "bucket, prefix, expected",
    [
        (BUCKET, "orders/data/out/revenue.csv/", True),
        (BUCKET, "orders/data/out/", True),
        (BUCKET, "orders/data/data/orders.csv", True),
        (BUCKET, "", False),
        (BUCKET, "other/", False),
        ("lake", "raw/2024-", True),
        ("lake", "raw/2025-", False),
    ],
)
def test_listing_by_prefix(policy, bucket, prefix, expected):
    context = {"s3:prefix": prefix}
    assert allowed(policy, "s3:ListBucket", f"arn:aws:s3:::{bucket}", **context) is expected


def test_metrics_are_glues_only(policy):
    space = "cloudwatch:namespace"
    assert allowed(policy, "cloudwatch:PutMetricData", "*", **{space: "Glue"})
    assert not allowed(policy, "cloudwatch:PutMetricData", "*", **{space: "Mine"})


@pytest.mark.parametrize(
    "given, needed",
    [
        ({}, False),
        ({"bookmarks": False}, False),
        ({"bookmarks": True}, True),
        ({"default_arguments": {"job-bookmark-option": "job-bookmark-pause"}}, True),
        ({"default_arguments": {"--job-bookmark-option": "job-bookmark-disable"}}, False),
    ],
)
def test_bookmarks_are_read_by_jobs_that_have_them(given, needed):
    policy = job_policy(given, BUCKET, "p", "s3://b/d", REGION, ACCOUNT)
    assert allowed(policy, "glue:GetJobBookmark", "*") is needed


def test_a_small_job_has_a_small_policy():
    spec = {"inputs": ["a.csv"], "outputs": ["b.csv"]}
    policy = job_policy(spec, BUCKET, "p", f"s3://{BUCKET}/p/data", REGION, ACCOUNT)
    text = json.dumps(policy)
    for word in ("ec2:", "secretsmanager", "kms:", "glue:"):
        assert word not in text
    assert len(text) < 10_240  # what IAM takes for an inline policy
    assert "*" not in [a for s in policy["Statement"] for a in s["Action"]]


@pytest.mark.parametrize(
    "given, resource, condition",
    [
        ("1234-abcd", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234-abcd", None),
        (f"arn:aws:kms:{REGION}:{ACCOUNT}:key/9", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/9", None),
        ("alias/lake", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*", "alias/lake"),
    ],
)
def test_keys(given, resource, condition):
    policy = job_policy({}, BUCKET, "p", "s3://b/d", REGION, ACCOUNT, kms_key=given)
    statement = next(s for s in policy["Statement"] if s["Sid"] == "UseKey")
    assert statement["Resource"] == [resource]
    found = statement.get("Condition", {}).get("ForAnyValue:StringEquals", {})
    assert found.get("kms:ResourceAliases") == condition


def test_other_partitions():
    policy = job_policy(SPEC.as_dict(), BUCKET, "p", "s3://b/d", "cn-north-1", ACCOUNT, "aws-cn")
    assert "arn:aws:" not in json.dumps(policy).replace("arn:aws:secretsmanager", "")


def test_what_arguments_name():
    arguments = {
        "extra-jars": "s3://libs/a.jar, s3://libs/b.jar",
        "--additional-python-modules": "polars==1.0,s3://libs/own.whl",
        "--spark-event-logs-path": "s3://events/spark/",
    }
    policy = job_policy({"default_arguments": arguments}, BUCKET, "p", "s3://b/d", REGION, ACCOUNT)
    for name in ("a.jar", "b.jar", "own.whl"):
        assert allowed(policy, "s3:GetObject", key(name, "libs"))
        assert not allowed(policy, "s3:PutObject", key(name, "libs"))
    assert not allowed(policy, "s3:GetObject", key("c.jar", "libs"))
    assert allowed(policy, "s3:PutObject", key("spark/x/events", "events"))
    assert not allowed(policy, "s3:PutObject", key("other", "events"))


def test_the_keys_of_a_security_configuration(aws):
    one, two = (f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}" for name in ("one", "two"))
    aws.client("glue").create_security_configuration(
        Name="secure",
        EncryptionConfiguration={
            "S3Encryption": [{"S3EncryptionMode": "SSE-KMS", "KmsKeyArn": one}],
            "CloudWatchEncryption": {"CloudWatchEncryptionMode": "SSE-KMS", "KmsKeyArn": two},
        },
    )
    command = ["policy", "--security-configuration", "secure", "--argument"]
    status, out, err = aws.run(*command, "extra-jars=s3://libs/a.jar", "--kms-key", one)
    assert status == 0, err
    policy = json.loads(out)["policy"]
    for name in (one, two):
        assert allowed(policy, "kms:GenerateDataKey", name)
    assert not allowed(policy, "kms:Decrypt", one.replace("one", "three"))
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws-glue/jobs/secure"
    assert allowed(policy, "logs:AssociateKmsKey", group)
    assert allowed(policy, "s3:GetObject", key("a.jar", "libs"))
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(sids) == len(set(sids))
    status, _, err = aws.run("policy", "--security-configuration", "gone")
    assert status == 1 and "there is no security configuration 'gone'" in err


def test_who_may_take_the_role():
    statement = trust_policy(ACCOUNT)["Statement"][0]
    assert statement["Principal"] == {"Service": "glue.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_policy_is_printed_and_saved(aws):
    status, out, _ = aws.run("policy", spec=SPEC)
    assert status == 0 and set(json.loads(out)) == {"trust_policy", "policy"}
    status, out2, _ = aws.run("policy", "--save", aws.folder / "p.json", spec=SPEC)
    assert status == 0 and json.loads((aws.folder / "p.json").read_text()) == json.loads(out)
    assert aws.calls() == []


def test_the_catalog_tells_where_a_table_is(aws):
    glue = aws.client("glue")
    glue.create_database(DatabaseInput={"Name": "shop"})
    storage = {"Location": "s3://warehouse/rows/", "Columns": []}
    glue.create_table(
        DatabaseName="shop", TableInput={"Name": "rows", "StorageDescriptor": storage}
    )
    tables = [{"database": "shop", "table": name, "access": "read"} for name in ("rows", "gone")]
    spec = DeploySpec(job_name="orders", bucket=BUCKET, role="r", tables=tables)
    status, out, _ = aws.run("policy", spec=spec)
    policy = json.loads(out)["policy"]
    assert allowed(policy, "s3:GetObject", "arn:aws:s3:::warehouse/rows/day=1/part-0")
    assert not allowed(policy, "s3:GetObject", "arn:aws:s3:::warehouse/other/part-0")


def test_create_role(aws):
    spec = DeploySpec(job_name="orders", bucket=BUCKET, role="new-role", inputs=["a.csv"])
    assert aws.run(spec=spec)[0] == 1
    status, out, _ = aws.run("--create-role", "--dry-run", spec=spec)
    assert status == 3 and "Role new-role: to create" in out and aws.calls() == []
    status, out, err = aws.run("--create-role", spec=spec)
    assert status == 0 and "Role new-role: ready" in out, err
    iam = aws.client("iam")
    role = iam.get_role(RoleName="new-role")["Role"]
    assert aws.job["Role"] == role["Arn"]
    assert role["AssumeRolePolicyDocument"] == trust_policy(ACCOUNT)
    document = iam.get_role_policy(RoleName="new-role", PolicyName="pandas-to-glue-job")
    text = json.dumps(document["PolicyDocument"])
    assert "orders/data/a.csv" in text
    # Again: the policy follows the job.
    spec.inputs = ["b.csv"]
    status, out, _ = aws.run("--create-role", "--dry-run", spec=spec)
    assert status == 3 and "Role new-role: to update" in out
    assert aws.run("--create-role", spec=spec)[0] == 0
    document = iam.get_role_policy(RoleName="new-role", PolicyName="pandas-to-glue-job")
    text = json.dumps(document["PolicyDocument"])
    assert "orders/data/b.csv" in text and "a.csv" not in text
    assert aws.run("--create-role", "--dry-run", spec=spec)[0] == 0
    aws.server.calls.clear()
    assert aws.run("--create-role", spec=spec)[1].count("unchanged") == 1
    assert aws.calls() == []


def test_a_role_of_others_is_left_alone(aws):
    status, _, err = aws.run("--create-role")
    assert status == 1 and "leave out --create-role" in err
    assert aws.client("iam").list_role_policies(RoleName="glue-role")["PolicyNames"] == []
    assert "CreateJob" not in " ".join(aws.calls())
