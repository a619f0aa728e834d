"""Connections to databases: made when asked, without a password in them."""

import json

import aws_env
import pytest

aws = aws_env.aws
URL = "jdbc:postgresql://db.example.com:5432/shop"
ASKED = ("--create-connection", "warehouse", "--jdbc-url", URL, "--secret", "shop/db")


def test_made_once_and_used_by_the_job(aws):
    status, out, err = aws.run(*ASKED)
    assert status == 0 and "Connection warehouse: created" in out, err
    made = aws.client("glue").get_connection(Name="warehouse")["Connection"]
    assert made["ConnectionType"] == "JDBC"
    assert made["ConnectionProperties"] == {
        "JDBC_CONNECTION_URL": URL,
        "SECRET_ID": "shop/db",
        "JDBC_ENFORCE_SSL": "true",
    }
    assert aws.job["Connections"] == {"Connections": ["warehouse"]}
    assert "warehouse: there already" in aws.run(*ASKED)[1]
    policy = json.loads(aws.run("policy", *ASKED)[1])["policy"]
    text = json.dumps(policy)
    assert "connection/warehouse" in text and "secret:shop/db-??????" in text


def test_one_that_is_different_is_left_alone(aws):
    assert aws.run(*ASKED)[0] == 0
    other = [word.replace("5432/shop", "5432/other") for word in ASKED]
    status, _, err = aws.run(*other)
    assert status == 1 and "with another JDBC_CONNECTION_URL" in err


@pytest.mark.parametrize(
    "url, secret, told",
    [
        ("jdbc:postgresql://user:hunter2@h/db", "s", "put both into a secret"),
        ("jdbc:sqlserver://h;user=a;password=hunter2", "s", "put both into a secret"),
        ("jdbc:mysql://h/db?password=hunter2", "s", "put both into a secret"),
        ("postgresql://h/db", "s", "not a JDBC address"),
        (URL, None, "pass --secret"),
    ],
)
def test_passwords_and_wrong_addresses_are_refused(aws, url, secret, told):
    arguments = ["--create-connection", "x", "--jdbc-url", url]
    status, _, err = aws.run(*arguments, *(["--secret", secret] if secret else []))
    assert status == 1 and told in err and "hunter2" not in err
    assert aws.calls() == []


def test_in_a_vpc(aws):
    ec2 = aws.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    status, _, err = aws.run(*ASKED, "--subnet", subnet["SubnetId"], "--security-group", "sg-1")
    assert status == 0, err
    made = aws.client("glue").get_connection(Name="warehouse")["Connection"]
    assert made["PhysicalConnectionRequirements"] == {
        "SubnetId": subnet["SubnetId"],
        "SecurityGroupIdList": ["sg-1"],
        "AvailabilityZone": subnet["AvailabilityZone"],
    }


def test_the_program_tells_name_and_address(aws):
    from transpiler import transpile
    from transpiler.emit.spec import spec_of

    source = (
        "import pandas as pd\nfrom sqlalchemy import create_engine\n"
        "engine = create_engine('postgresql://me:hunter2@db.example.com/shop')\n"
        "df = pd.read_sql('SELECT * FROM orders', engine)\n"
        "df.to_sql('copy', engine, if_exists='replace', index=False)\n"
    )
    spec = spec_of(transpile(source))
    assert spec.connections == ["postgresql-shop"]
    assert spec.databases == [{"connection": "postgresql-shop", "url": URL}]
    spec.job_name, spec.bucket, spec.role = "orders", aws_env.BUCKET, aws_env.ROLE
    status, _, err = aws.run(spec=spec)
    assert status == 1 and "--create-connection postgresql-shop" in err
    assert aws.calls() == []
    status, out, err = aws.run("--create-connection", "--secret", "shop/db", spec=spec)
    assert status == 0 and "Connection postgresql-shop: created" in out, err
    made = aws.client("glue").get_connection(Name="postgresql-shop")["Connection"]
    assert made["ConnectionProperties"]["JDBC_CONNECTION_URL"] == URL
    assert aws.job["Connections"] == {"Connections": ["postgresql-shop"]}
    # Later the connection itself tells which secret the role may read.
    assert aws.run(spec=spec)[0] == 0
    assert "secret:shop/db-??????" in aws.run("policy", spec=spec)[1]
    assert "hunter2" not in aws.script(spec).read_text()


def test_a_connection_of_several_databases_is_named(aws):
    aws.spec.databases = [{"connection": "a", "url": URL}, {"connection": "b", "url": URL}]
    status, _, err = aws.run("--create-connection", "--secret", "s")
    assert status == 1 and "wants a name" in err
    status, out, err = aws.run("--create-connection", "b", "--secret", "s")
    assert status == 0 and "Connection b: created" in out, err
