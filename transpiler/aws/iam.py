"""Least privilege: the role that this very job needs."""

import json

import botocore.exceptions

from transpiler.aws.definition import OWNER_TAG, OWNER_VALUE, joined_key
from transpiler.aws.errors import DeployError, error_code
from transpiler.aws.upload import parse_s3

POLICY_NAME = "pandas-to-glue-job"
READ_TABLE = ("glue:GetDatabase", "glue:GetTable", "glue:GetPartition", "glue:GetPartitions")
WRITE_TABLE = (
    "glue:CreateTable",
    "glue:UpdateTable",
    "glue:CreatePartition",
    "glue:BatchCreatePartition",
    "glue:UpdatePartition",
    "glue:BatchGetPartition",
)
# ENIs of a job whose connection is in a VPC; these calls know no narrower resource.
NETWORK = (
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeNetworkInterfaces",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
)


def trust_policy(account=None):
    """Who may take the role: Glue, and for no other account than ours."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "glue.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    if account:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def statement_of(sid, actions, resources):
    """One statement of a policy."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": sorted(set(resources)),
    }


def s3_places(spec, bucket, prefix, data_root):
    """({read}, {written}) as [(bucket, key prefix)] of everything that the job touches."""
    read = {(bucket, joined_key(prefix, "scripts") + "/")}
    written = {(bucket, joined_key(prefix, "temp") + "/")}
    for paths, places in ((spec.get("inputs"), read), (spec.get("outputs"), written)):
        for path in paths or ():
            address = path if "://" in path else f"{data_root}/{path.lstrip('./')}"
            if address.startswith(("s3://", "s3a://", "s3n://")):
                places.add(literal_prefix(*parse_s3(address)))
    for table in spec.get("tables") or ():
        if table.get("path"):
            place = table["path"] if "://" in table["path"] else f"{data_root}/{table['path']}"
            (written if table.get("access") == "write" else read).add(
                literal_prefix(*parse_s3(place))
            )
    return read, written


def literal_prefix(bucket, key):
    """A place up to its first wildcard."""
    for sign in "*?[{":
        key = key.split(sign, 1)[0]
    return bucket, key


def s3_statements(read, written, partition):
    """Statements for objects and for listing, by prefix."""

    def objects(places):
        return [f"arn:{partition}:s3:::{bucket}/{key}*" for bucket, key in places]

    yield statement_of("ReadObjects", ["s3:GetObject"], objects(read | written))
    # A job writes the new files first and then removes those that were there: it deletes.
    yield statement_of(
        "WriteObjects",
        ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        objects(written),
    )
    for number, bucket in enumerate(sorted({bucket for bucket, _ in read | written}), 1):
        prefixes = {key for owner, key in read | written if owner == bucket}
        yield statement_of(
            f"ListBucket{number}",
            ["s3:ListBucket", "s3:GetBucketLocation"],
            [f"arn:{partition}:s3:::{bucket}"],
        ) | (
            {}
            if "" in prefixes
            else {
                "Condition": {"StringLike": {"s3:prefix": [f"{key}*" for key in sorted(prefixes)]}}
            }
        )


def split_location(statements):
    """GetBucketLocation knows no s3:prefix, so it goes into a statement of its own."""
    for statement in statements:
        if "Condition" not in statement:
            yield statement
            continue
        yield statement | {"Action": ["s3:ListBucket"]}
        sid = statement["Sid"].replace("List", "Locate")
        yield statement_of(sid, ["s3:GetBucketLocation"], statement["Resource"])


def table_statements(spec, glue_arn):
    """Statements for catalog tables."""
    for access, sid, actions in (
        ("read", "ReadTables", READ_TABLE),
        ("write", "WriteTables", READ_TABLE + WRITE_TABLE),
    ):
        tables = [
            table for table in spec.get("tables") or () if table.get("access", "read") == access
        ]
        if tables:
            resources = [f"{glue_arn}:catalog"]
            resources += [f"{glue_arn}:database/{table['database']}" for table in tables]
            resources += [
                f"{glue_arn}:table/{table['database']}/{table['table']}" for table in tables
            ]
            yield statement_of(sid, actions, resources)


def key_statement(kms_key, kms_arn):
    """The statement for the KMS key; an alias is a condition, for a policy cannot name it."""
    actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    name = kms_key.rsplit(":", 1)[-1]
    if name.startswith("alias/"):
        used = statement_of("UseKey", actions, [f"{kms_arn}:key/*"])
        return used | {"Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": name}}}
    arn = kms_key if kms_key.startswith("arn:") else f"{kms_arn}:key/{name}"
    return statement_of("UseKey", actions, [arn])


def job_policy(spec, bucket, prefix, data_root, region, account, partition="aws", kms_key=None):
    """
    The IAM policy for the job's role, as a dict.

    spec: the DeploySpec as a dict: its inputs, outputs, tables, connections and secrets decide.
    """
    glue_arn = f"arn:{partition}:glue:{region}:{account}"
    logs = f"arn:{partition}:logs:{region}:{account}:log-group:/aws-glue/*"
    read, written = s3_places(spec, bucket, prefix, data_root)
    statements = list(split_location(s3_statements(read, written, partition)))
    statements += table_statements(spec, glue_arn)
    statements.append(
        statement_of(
            "WriteLogs",
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            [logs],
        )
    )
    metrics = statement_of("WriteMetrics", ["cloudwatch:PutMetricData"], ["*"])
    statements.append(metrics | {"Condition": {"StringEquals": {"cloudwatch:namespace": "Glue"}}})
    connections = spec.get("connections") or ()
    if connections:
        resources = [f"{glue_arn}:catalog"]
        resources += [f"{glue_arn}:connection/{name}" for name in connections]
        statements.append(statement_of("UseConnections", ["glue:GetConnection"], resources))
        statements.append(statement_of("UseNetwork", NETWORK, ["*"]))
        statements.append(
            statement_of(
                "TagNetwork",
                ["ec2:CreateTags", "ec2:DeleteTags"],
                [f"arn:{partition}:ec2:{region}:{account}:network-interface/*"],
            )
        )
    secrets = [
        (
            name
            if name.startswith("arn:")
            # Secrets Manager adds six characters to the name.
            else f"arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-??????"
        )
        for name in spec.get("secrets") or ()
    ]
    if secrets:
        statements.append(statement_of("ReadSecrets", ["secretsmanager:GetSecretValue"], secrets))
    if kms_key:
        statements.append(key_statement(kms_key, f"arn:{partition}:kms:{region}:{account}"))
    return {"Version": "2012-10-17", "Statement": statements}


def find_role(iam, name):
    """The ARN of a role, None when there is none, or the name when we may not look."""
    try:
        return iam.get_role(RoleName=name)["Role"]["Arn"]
    except botocore.exceptions.ClientError as error:
        if error_code(error) == "NoSuchEntity":
            return None
        if error_code(error) in ("AccessDenied", "AccessDeniedException"):
            return name
        raise


def create_role(iam, name, trust, policy):
    """
    Create the role, or bring the policy of one that we made up to date. Returns its ARN.

    Raises DeployError for a role that somebody else made.
    """
    try:
        arn = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(trust),
            Description="Role of a Glue job made by pandas-to-glue",
            Tags=[{"Key": OWNER_TAG, "Value": OWNER_VALUE}],
        )["Role"]["Arn"]
    except botocore.exceptions.ClientError as error:
        if error_code(error) != "EntityAlreadyExists":
            raise
        role = iam.get_role(RoleName=name)["Role"]
        tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", [])}
        if tags.get(OWNER_TAG) != OWNER_VALUE:
            raise DeployError(
                f"there is a role {name!r} that pandas-to-glue did not make, so it was left alone:"
                " leave out --create-role to use it as it is, or choose another --role"
            ) from error
        arn = role["Arn"]
    iam.put_role_policy(
        RoleName=name, PolicyName=POLICY_NAME, PolicyDocument=json.dumps(policy, indent=1)
    )
    return arn


def wait_for_role(iam, name):
    """Wait until IAM knows a new role everywhere it can tell us about."""
    iam.get_waiter("role_exists").wait(RoleName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
