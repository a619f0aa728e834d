"""The role: looked up, or made."""

import json
import sys

import botocore.exceptions

from transpiler.aws.errors import DENIED_CODES, error_code
from transpiler.aws.names import OWNER_TAG, OWNER_VALUE, DeployError

POLICY_NAME = "pandas-to-glue-job"


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


def role_difference(iam, name, policy):
    """
    What create_role would do: "create", "update", or None when all is as it should be.

    Raises DeployError for a role that somebody else made.
    """
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except botocore.exceptions.ClientError as error:
        if error_code(error) == "NoSuchEntity":
            return "create"
        raise
    check_role_owner(name, role)
    try:
        there = iam.get_role_policy(RoleName=name, PolicyName=POLICY_NAME)["PolicyDocument"]
    except botocore.exceptions.ClientError as error:
        if error_code(error) == "NoSuchEntity":
            return "update"
        raise
    return None if there == policy else "update"


def security_keys(glue, name):
    """
    The KMS keys that a security configuration encrypts with.

    Raises DeployError when there is no such configuration.
    """
    try:
        found = glue.get_security_configuration(Name=name)["SecurityConfiguration"]
    except botocore.exceptions.ClientError as error:
        if error_code(error) == "EntityNotFoundException":
            raise DeployError(
                f"there is no security configuration {name!r} in this region: check"
                " --security-configuration"
            ) from error
        if error_code(error) not in DENIED_CODES:
            raise
        print(
            f"Note: the security configuration {name} may not be looked up; the policy does not"
            " name its keys",
            file=sys.stderr,
        )
        return []
    encryption = found.get("EncryptionConfiguration", {})
    parts = [
        *encryption.get("S3Encryption", []),
        encryption.get("CloudWatchEncryption", {}),
        encryption.get("JobBookmarksEncryption", {}),
    ]
    return [part["KmsKeyArn"] for part in parts if part.get("KmsKeyArn")]


def check_role_owner(name, role):
    """Raise DeployError unless we made the role."""
    tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", [])}
    if tags.get(OWNER_TAG) != OWNER_VALUE:
        raise DeployError(
            f"there is a role {name!r} that pandas-to-glue did not make, so it was left alone:"
            " leave out --create-role to use it as it is, or choose another --role"
        )


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
        check_role_owner(name, role)
        arn = role["Arn"]
    iam.put_role_policy(
        RoleName=name, PolicyName=POLICY_NAME, PolicyDocument=json.dumps(policy, indent=1)
    )
    return arn


def wait_for_role(iam, name):
    """Wait until IAM knows a new role everywhere it can tell us about."""
    iam.get_waiter("role_exists").wait(RoleName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
