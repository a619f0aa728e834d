"""Least privilege: what this very job needs, from what it reads and writes. Pure text."""

import re

from transpiler.aws.names import joined_key, parse_s3

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


# Arguments of a job that name files it loads, or folders that it writes to.
LOADED = ("--extra-jars", "--extra-files", "--extra-py-files", "--additional-python-modules")
WRITTEN = ("--spark-event-logs-path", "--TempDir")


def argument_places(arguments):
    """([what Glue loads for the job], [where it writes]) of the S3 addresses among its arguments."""
    found = {
        name: [item.strip() for item in str(arguments.get(name, "")).split(",")]
        for name in (*LOADED, *WRITTEN)
    }
    loaded, written = (
        [item for name in names for item in found[name] if re.match("s3[an]?://.", item)]
        for names in (LOADED, WRITTEN)
    )
    return loaded, [path.rstrip("/") + "/*" for path in written]


def s3_places(spec, bucket, prefix, data_root):
    """({read}, {written}) as {(bucket, key, whole)} of everything that the job touches.

    whole: the key is a prefix, everything that starts with it is meant.
    """
    given = {f"--{k.lstrip('-')}": v for k, v in (spec.get("default_arguments") or {}).items()}
    loaded, also_written = argument_places(given)
    read = {(bucket, joined_key(prefix, "scripts") + "/", True)}
    written = {(bucket, joined_key(prefix, "temp") + "/", True)}
    tables = spec.get("tables") or ()
    named = [(path, read) for path in [*(spec.get("inputs") or ()), *loaded]]
    named += [(path, written) for path in also_written]
    named += [(path, written) for path in spec.get("outputs") or ()]
    named += [
        (table["path"], written if table.get("access") == "write" else read)
        for table in tables
        if table.get("path")
    ]
    named += [
        (f"{data_root}/warehouse/{table['database']}.db/{table['table']}", written)
        for table in tables
        if table.get("format") == "iceberg" and not table.get("path")
    ]
    for path, places in named:
        address = path if "://" in path else f"{data_root}/{path.removeprefix('./').lstrip('/')}"
        if address.startswith(("s3://", "s3a://", "s3n://")):
            owner, key = parse_s3(address)
            start = re.split(r"[*?\[{]", key)[0]
            places.add((owner, start, True) if start != key else (owner, key.rstrip("/"), False))
    return read, written


def place_patterns(places, endings):
    """{bucket: patterns of keys} of places; a file may be a folder of parts."""
    patterns = {}
    for bucket, key, whole in places:
        found = [key + "*"] if whole else [key + ending for ending in endings]
        patterns.setdefault(bucket, set()).update(found)
    return patterns


def parent_patterns(places):
    """{bucket: folders above the places}; Hadoop looks at them before it writes or renames."""
    patterns = {}
    for bucket, key, _ in places:
        parts = key.strip("/").split("/")[:-1]
        above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        patterns.setdefault(bucket, set()).update(x for a in above for x in (a, a + "/"))
    return patterns


def s3_statements(read, written, partition):
    """Statements for objects and for listing, by prefix."""
    write_keys = place_patterns(written, ("", "/*", ".*.new", ".*.new/*", "_$folder$"))
    seen = [place_patterns(read, ("", "/*")), write_keys, parent_patterns(written)]
    buckets = sorted(set().union(*seen))
    read_keys = {b: set().union(*(keys.get(b, set()) for keys in seen)) for b in buckets}

    def objects(keys):
        return [f"arn:{partition}:s3:::{b}/{key}" for b in keys for key in keys[b]]

    yield statement_of("ReadObjects", ["s3:GetObject"], objects(read_keys))
    # A job writes the new files first and then removes those that were there: it deletes.
    yield statement_of(
        "WriteObjects",
        ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        objects(write_keys),
    )
    for number, bucket in enumerate(buckets, 1):
        arn = [f"arn:{partition}:s3:::{bucket}"]
        keys = read_keys[bucket]
        listing = statement_of(f"ListBucket{number}", ["s3:ListBucket"], arn)
        if "*" not in keys:
            listing["Condition"] = {"StringLike": {"s3:prefix": sorted(keys)}}
        yield listing
        # GetBucketLocation knows no prefix, so it stands alone.
        yield statement_of(f"LocateBucket{number}", ["s3:GetBucketLocation"], arn)


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


def has_bookmarks(spec):
    """Whether runs of the job remember what they have read."""
    given = (spec.get("default_arguments") or {}).items()
    arguments = {name.lstrip("-"): value for name, value in given}
    named = arguments.get("job-bookmark-option", "job-bookmark-disable")
    chosen = spec.get("bookmarks")
    return named != "job-bookmark-disable" if chosen is None else bool(chosen)


def service_statements(spec, logs):
    """Statements for what Glue itself does in the role's name: logs, metrics, bookmarks."""
    yield statement_of(
        "WriteLogs", ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [logs]
    )
    metrics = statement_of("WriteMetrics", ["cloudwatch:PutMetricData"], ["*"])
    yield metrics | {"Condition": {"StringEquals": {"cloudwatch:namespace": "Glue"}}}
    if has_bookmarks(spec):
        # AWS evaluates this action without a resource: the ARN of the job would never match.
        yield statement_of("ReadBookmark", ["glue:GetJobBookmark"], ["*"])
    if spec.get("security_configuration"):
        # Its log groups are encrypted when they are made.
        yield statement_of("EncryptLogs", ["logs:AssociateKmsKey"], [logs])


def job_policy(spec, bucket, prefix, data_root, region, account, partition="aws", kms_key=None):
    """
    The IAM policy for the job's role, as a dict.

    spec: the DeploySpec as a dict: its inputs, outputs, tables, connections, secrets, arguments
    and the keys of its security configuration ("kms_keys") decide.
    """
    glue_arn = f"arn:{partition}:glue:{region}:{account}"
    logs = f"arn:{partition}:logs:{region}:{account}:log-group:/aws-glue/*"
    read, written = s3_places(spec, bucket, prefix, data_root)
    statements = list(s3_statements(read, written, partition))
    statements += table_statements(spec, glue_arn)
    statements += service_statements(spec, logs)
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
    keys = spec.get("kms_keys") or ()
    for number, key in enumerate(dict.fromkeys([*([kms_key] if kms_key else []), *keys])):
        used = key_statement(key, f"arn:{partition}:kms:{region}:{account}")
        statements.append(used | {"Sid": f"UseKey{number or ''}"})
    return {"Version": "2012-10-17", "Statement": statements}
