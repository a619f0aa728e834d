"""A Glue connection to a database, made when asked; the password stays in Secrets Manager."""

import re
import sys

import botocore.exceptions

from transpiler.aws.auth import client_for
from transpiler.aws.errors import DENIED_CODES, error_code
from transpiler.aws.names import OWNER_TAG, OWNER_VALUE, DeployError

JDBC_URL = re.compile(r"jdbc:(postgresql|mysql|mariadb|sqlserver|oracle:thin|redshift):\S+")
URL_SECRET = re.compile(r"[?;&]?\s*(password|pwd|user)\s*=|//[^/@\s]+:[^/@\s]+@", re.I)


def check_connection(options):
    """Raise DeployError for an address that is none, or that holds a password."""
    url, secret = options.jdbc_url, options.secret
    if not options.create_connection:
        raise DeployError(
            "--create-connection wants a name: the job has not exactly one database whose address"
            " the program tells"
        )
    if not url or not JDBC_URL.fullmatch(url):
        raise DeployError(
            f"{url!r} is not a JDBC address: pass --jdbc-url like jdbc:postgresql://HOST:5432/DB"
        )
    if URL_SECRET.search(url):
        raise DeployError(
            "the JDBC address holds a user or a password: put both into a secret"
            ' {"username": …, "password": …} in Secrets Manager and pass its name with --secret'
        )
    if not secret:
        raise DeployError("no secret: pass --secret with the name of one in Secrets Manager")


def connection_input(session, options):
    """What CreateConnection wants."""
    wanted = {
        "Name": options.create_connection,
        "ConnectionType": "JDBC",
        "ConnectionProperties": {
            "JDBC_CONNECTION_URL": options.jdbc_url,
            "SECRET_ID": options.secret,
            "JDBC_ENFORCE_SSL": "true" if options.enforce_ssl else "false",
        },
    }
    if options.subnet:
        subnets = client_for(session, "ec2").describe_subnets(SubnetIds=[options.subnet])["Subnets"]
        wanted["PhysicalConnectionRequirements"] = {
            "SubnetId": options.subnet,
            "SecurityGroupIdList": options.security_group or [],
            "AvailabilityZone": subnets[0]["AvailabilityZone"],
        }
    return wanted


def plan_connection(glue, wanted):
    """Whether make_connection would create the connection; wanted: see connection_input."""
    try:
        there = glue.get_connection(Name=wanted["Name"], HidePassword=True)["Connection"]
    except botocore.exceptions.ClientError as error:
        if error_code(error) != "EntityNotFoundException":
            raise
        print(f"Connection {wanted['Name']}: to create")
        return True
    check_same_connection(there, wanted)
    return False


def make_connection(glue, wanted):
    """
    Create the connection unless it is there as asked. Returns "created" or "there already".

    wanted: see connection_input. Raises DeployError for one of that name that is different.
    """
    try:
        glue.create_connection(ConnectionInput=wanted, Tags={OWNER_TAG: OWNER_VALUE})
        return "created"
    except botocore.exceptions.ClientError as error:
        if error_code(error) != "AlreadyExistsException":
            raise
    there = glue.get_connection(Name=wanted["Name"], HidePassword=True)["Connection"]
    check_same_connection(there, wanted)
    return "there already"


def check_same_connection(there, wanted):
    """
    Raise DeployError for a connection that is not as asked: we do not change connections, other
    jobs may use them.
    """
    properties = there.get("ConnectionProperties", {})
    different = [
        name
        for name, value in wanted["ConnectionProperties"].items()
        if properties.get(name) != value
    ]
    if different:
        raise DeployError(
            f"there is a connection {wanted['Name']!r} with another {', '.join(different)}, so it"
            " was left alone: choose another name, or change it in the console"
        )


def connection_secrets(glue, names):
    """The secrets that connections keep user and password in; a connection that is not there has none."""
    found = []
    for name in names:
        try:
            there = glue.get_connection(Name=name, HidePassword=True)["Connection"]
        except botocore.exceptions.ClientError as error:
            if error_code(error) == "EntityNotFoundException":
                continue
            print(
                f"Note: the connection {name} cannot be looked up ({error_code(error)}); the policy"
                " does not name its secret",
                file=sys.stderr,
            )
            continue
        secret = there.get("ConnectionProperties", {}).get("SECRET_ID")
        if secret:
            found.append(secret)
    return found


def check_connections(glue, names, made_now):
    """Raise DeployError for a connection of the job that is not there and is not made now."""
    for name in names:
        if name == made_now:
            continue
        try:
            glue.get_connection(Name=name, HidePassword=True)
        except botocore.exceptions.ClientError as error:
            if error_code(error) == "EntityNotFoundException":
                raise DeployError(
                    f"the job uses the Glue connection {name!r}, and there is none in this region:"
                    f" make it by --create-connection {name} --secret NAME (with --jdbc-url where"
                    " the program does not tell the address), or in the console"
                ) from error
            if error_code(error) not in DENIED_CODES:
                raise
            print(f"Note: whether the connection {name} exists cannot be seen", file=sys.stderr)
