"""Checks before the first call that changes anything."""

import re
import sys

from transpiler.aws.names import DeployError

BUCKET_NAME = re.compile(r"(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
BUCKET_ENDINGS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
ROLE_ARN = re.compile(
    r"arn:(aws[a-z-]*):iam::(\d{12}):role/((?:[\x21-\x7e]+/)?[\w+=,.@-]{1,64})", re.A
)
ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.A)
FLEX_WORKERS = ("G.1X", "G.2X")
MAX_TIMEOUT = 10_080
ASTRAL = r"\uD800\uDC00-\uDBFF\uDFFF"


def python_pattern(pattern):
    """A pattern of the service model as Python's re understands it."""
    return pattern.replace(ASTRAL, r"\U00010000-\U0010FFFF")


def shape_problems(shape, value, path=""):
    """
    What the service model says against a value: enums, patterns, lengths, ranges.

    botocore itself checks types and minimums only. Yields texts.
    """
    kind = shape.type_name
    if kind == "structure":
        for name, item in value.items():
            if name in shape.members:
                yield from shape_problems(shape.members[name], item, f"{path}.{name}".lstrip("."))
    elif kind == "list":
        for item in value:
            yield from shape_problems(shape.member, item, path)
    elif kind == "map":
        for name, item in value.items():
            yield from shape_problems(shape.key, name, path)
            yield from shape_problems(shape.value, item, f"{path}.{name}")
    elif kind == "string":
        yield from string_problems(shape, value, path)
    elif kind in ("integer", "long", "double", "float"):
        if value < shape.metadata.get("min", 0):
            yield f"{path} is {value}, below {shape.metadata.get('min', 0)}"
        if value > shape.metadata.get("max", value):
            yield f"{path} is {value}, above {shape.metadata['max']}"


def string_problems(shape, value, path):
    """shape_problems for a text."""
    rules = shape.metadata
    if getattr(shape, "enum", None) and value not in shape.enum:
        yield (
            f"{path} is {value!r}, not one of {', '.join(shape.enum)} (a newer boto3 may know more)"
        )
    elif not rules.get("min", 0) <= len(value) <= rules.get("max", len(value)):
        yield f"{path} has {len(value)} characters, allowed are {rules.get('min', 0)} to" + (
            f" {rules['max']}" if "max" in rules else " any number"
        )
    elif "pattern" in rules and not re.fullmatch(python_pattern(rules["pattern"]), value):
        yield f"{path} has characters that AWS does not allow: {value!r}"


def check_bucket_name(bucket):
    """Raise DeployError unless S3 could have a bucket of this name."""
    if not bucket:
        raise DeployError("no bucket: pass --bucket")
    if (
        not BUCKET_NAME.fullmatch(bucket)
        or ".." in bucket
        or re.fullmatch(r"(\d+\.){3}\d+", bucket)
        or bucket.endswith(BUCKET_ENDINGS)
    ):
        raise DeployError(
            f"{bucket!r} cannot be the name of a bucket: 3 to 63 lower-case letters, digits, dots"
            " and hyphens"
        )


def check_role(role, identity):
    """Raise DeployError unless this is a role's name or its ARN in our account."""
    if not role:
        raise DeployError("no role: pass --role with the name of the job's IAM role")
    arn = ROLE_ARN.fullmatch(role)
    if not arn and not ROLE_NAME.fullmatch(role):
        raise DeployError(f"{role!r} is not the name or the ARN of an IAM role: check --role")
    if arn and identity and arn.group(2) != identity["Account"]:
        raise DeployError(
            f"the role belongs to account {arn.group(2)}, the job would be in"
            f" {identity['Account']}: a job needs a role of its own account"
        )


def check_definition(flat, definition, service_model, whole=True):
    """
    Raise DeployError for a definition that AWS would refuse, or accept and not honour.

    flat, definition: the same in both forms; service_model: botocore's for Glue. All problems
    come in one sentence. whole: what is not in it AWS fills in by its defaults; else only what is
    asked for is known, and the job may have the rest.
    """
    problems = list(shape_problems(service_model.shape_for("CreateJobRequest"), definition))
    timeout, workers = flat.get(("Timeout",)), flat.get(("NumberOfWorkers",))
    worker_type, version = flat.get(("WorkerType",)), flat.get(("GlueVersion",))
    if timeout is not None and timeout > MAX_TIMEOUT:
        problems.append(f"Timeout is {timeout} minutes, above {MAX_TIMEOUT} (7 days)")
    if workers is not None and workers < 2:
        problems.append(f"NumberOfWorkers is {workers}, a Spark job needs 2 or more")
    if ("MaxCapacity",) in flat and worker_type:
        problems.append("MaxCapacity and WorkerType exclude each other")
    # Where no worker type is said the job keeps its own, or gets the usual one: checked then.
    if flat.get(("ExecutionClass",)) == "FLEX" and worker_type not in (None, *FLEX_WORKERS):
        problems.append(f"FLEX runs on G.1X and G.2X, not on {worker_type}")
    if version == "auto" and flat.get(("MaxRetries",), 0 if whole else 1) < 1:
        problems.append("GlueVersion auto needs MaxRetries of 1 or more")
    if problems:
        raise DeployError("; ".join(problems))


def tell_consequences(flat):
    """Notes about what a definition brings with it."""
    if flat.get(("JobRunQueuingEnabled",)) and flat.get(("MaxRetries",), 0) > 0:
        print("Note: runs wait in the queue only when MaxRetries is 0", file=sys.stderr)
    if flat.get(("GlueVersion",)) == "auto":
        print(
            "Note: with GlueVersion auto a run that fails on a newer Glue is repeated on the old"
            " one; an output that is appended to may then be written twice",
            file=sys.stderr,
        )


def check_tags(tags):
    """Raise DeployError for tags that AWS would refuse."""
    if len(tags) > 50:
        raise DeployError(f"{len(tags)} tags: AWS allows 50")
    for name, value in tags.items():
        if not 1 <= len(name) <= 128 or len(value) > 256 or name.lower().startswith("aws:"):
            raise DeployError(
                f"the tag {name!r} is not valid: names have 1 to 128 characters and do not start"
                " with aws:, values have up to 256"
            )
