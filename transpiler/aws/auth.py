"""Sign-on: who we are, before anything is changed."""

import datetime
import getpass
import hashlib
import json
import os
import pathlib
import re
import time
import webbrowser

import boto3
import botocore.config
import botocore.credentials
import botocore.exceptions
import botocore.session

from transpiler.aws.errors import error_code, login_command
from transpiler.aws.names import DeployError, one_line

# Throttling and broken connections are retried by botocore itself, with growing pauses.
CLIENT_CONFIG = botocore.config.Config(
    retries={"mode": "standard", "total_max_attempts": 8},
    connect_timeout=10,
    read_timeout=60,
)
# For calls that must not happen twice.
ONCE_CONFIG = CLIENT_CONFIG.merge(
    botocore.config.Config(retries={"mode": "standard", "total_max_attempts": 1})
)


def profile_in_use(profile):
    """The profile that boto3 takes: the one given, or the environment's."""
    return profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")


def sign_on_profile(profile):
    """
    The profile to sign in to for this one: itself, or the one that it takes its credentials from.

    None when no profile is in use.
    """
    name = profile_in_use(profile)
    try:
        profiles = botocore.session.Session().full_config.get("profiles", {})
    except botocore.exceptions.BotoCoreError:  # it cannot be read: then that is the error to tell
        return name
    for _ in range(10):
        source = profiles.get(name or "default", {}).get("source_profile")
        if not source or source == name:
            break
        name = source
    return name


def sso_settings(core, profile):
    """
    The SSO settings of a profile, or None when it does not use SSO.

    core: botocore session. Returns {"start_url", "region", "session" (None in the legacy style),
    "scopes"}.
    """
    config = core.full_config
    chosen = config.get("profiles", {}).get(sign_on_profile(profile) or "default", {})
    name = chosen.get("sso_session")
    section = config.get("sso_sessions", {}).get(name, {}) if name else chosen
    if "sso_start_url" not in section:
        return None
    scopes = section.get("sso_registration_scopes", "sso:account:access")
    return {
        "start_url": section["sso_start_url"],
        "region": section.get("sso_region") or chosen.get("region"),
        "session": name,
        "scopes": [scope.strip() for scope in scopes.split(",")],
    }


def sso_cache_file(settings):
    """Where the AWS CLI and boto3 keep the token of this sign-on."""
    key = hashlib.sha1((settings["session"] or settings["start_url"]).encode()).hexdigest()
    return pathlib.Path("~/.aws/sso/cache").expanduser() / f"{key}.json"


def write_private(path, text):
    """Write a file that only its owner may read, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    temporary.replace(path)


def sso_login(core, profile, open_browser=True):
    """
    Sign in by the device flow and keep the token where boto3 and the AWS CLI look for it.

    Prints the address and the code to confirm, and waits until the user has done so.
    Raises DeployError when the profile does not use SSO, or the user refuses or is too late.
    """
    settings = sso_settings(core, profile)
    if settings is None:
        raise DeployError(
            f"the profile {profile or 'default'!r} does not use SSO: run"
            f" `aws configure sso --profile {profile or 'default'}` first"
        )
    oidc = boto3.Session(
        aws_access_key_id="none", aws_secret_access_key="none", region_name=settings["region"]
    ).client("sso-oidc", config=botocore.config.Config(signature_version=botocore.UNSIGNED))
    wanted = {"clientName": "pandas-to-glue", "clientType": "public"}
    if settings["session"]:
        wanted |= {
            "scopes": settings["scopes"],
            "grantTypes": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        }
    client = oidc.register_client(**wanted)
    device = oidc.start_device_authorization(
        clientId=client["clientId"],
        clientSecret=client["clientSecret"],
        startUrl=settings["start_url"],
    )
    address = device.get("verificationUriComplete") or device["verificationUri"]
    print(f"Confirm the code {device['userCode']} at {address}", flush=True)
    if open_browser:
        webbrowser.open(address)
    token = wait_for_device(oidc, client, device, profile)
    remember_token(settings, client, token)


def wait_for_device(oidc, client, device, profile):
    """Ask for the token until the user has confirmed; returns the answer of CreateToken."""
    pause = device.get("interval", 5)
    end = time.monotonic() + device["expiresIn"]
    while time.monotonic() < end:
        try:
            return oidc.create_token(
                clientId=client["clientId"],
                clientSecret=client["clientSecret"],
                grantType="urn:ietf:params:oauth:grant-type:device_code",
                deviceCode=device["deviceCode"],
            )
        except botocore.exceptions.ClientError as error:
            code = error_code(error)
            if code == "SlowDownException":
                pause += 5
            elif code == "AccessDeniedException":
                raise DeployError("the sign-on was refused in the browser") from error
            elif code == "ExpiredTokenException":
                break
            elif code != "AuthorizationPendingException":
                raise
        time.sleep(pause)
    raise DeployError(
        "the sign-on was not confirmed in time: run the same command again, or"
        f" `{login_command(profile)}`"
    )


def remember_token(settings, client, token):
    """Write the token as the AWS CLI does."""
    now = datetime.datetime.now(datetime.timezone.utc)
    expires = now + datetime.timedelta(seconds=token["expiresIn"])
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    entry = {
        "startUrl": settings["start_url"],
        "region": settings["region"],
        "accessToken": token["accessToken"],
        "expiresAt": expires.strftime(stamp),
    }
    if settings["session"]:
        until = datetime.datetime.fromtimestamp(
            client["clientSecretExpiresAt"], datetime.timezone.utc
        )
        entry |= {
            "clientId": client["clientId"],
            "clientSecret": client["clientSecret"],
            "registrationExpiresAt": until.strftime(stamp),
        }
        if token.get("refreshToken"):
            entry["refreshToken"] = token["refreshToken"]
    write_private(sso_cache_file(settings), json.dumps(entry))


def signed_in_core(options):
    """
    A botocore session with credentials, signed in by --login if need be.

    Raises botocore's errors about missing, broken or expired sign-ons.
    """
    login = getattr(options, "login", False)
    for attempt in (1, 2):
        core = botocore.session.Session(profile=options.profile)
        try:
            credentials = core.get_credentials()
            if credentials is None:
                raise botocore.exceptions.NoCredentialsError()
            credentials.get_frozen_credentials()
            return core
        except (
            botocore.exceptions.SSOError,
            botocore.exceptions.TokenRetrievalError,
            KeyError,  # what botocore raises for a token file that is not JSON
        ) as error:
            if not login or attempt == 2:
                if isinstance(error, KeyError):
                    raise DeployError(
                        "the stored sign-on cannot be read: run"
                        f" `{login_command(sign_on_profile(options.profile))}` (or pass --login)"
                    ) from error
                raise
            sso_login(core, sign_on_profile(options.profile))
    return None


def asked_keys(region):
    """A session from keys typed in; they are kept in memory only."""
    return boto3.Session(
        aws_access_key_id=input("AWS access key ID: ").strip(),
        aws_secret_access_key=getpass.getpass("AWS secret access key: ").strip(),
        aws_session_token=getpass.getpass("AWS session token (empty if none): ").strip() or None,
        region_name=region,
    )


def assume_role(session, role_arn, external_id=None):
    """A session as another role; its credentials renew themselves while we wait for a run."""
    sts = client_for(session, "sts")
    wanted = {"RoleArn": role_arn, "RoleSessionName": "pandas-to-glue"}
    if external_id:
        wanted["ExternalId"] = external_id

    def refresh():
        given = sts.assume_role(**wanted)["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    core = botocore.session.Session()
    core._credentials = botocore.credentials.RefreshableCredentials.create_from_metadata(
        metadata=refresh(), refresh_using=refresh, method="sts-assume-role"
    )
    return boto3.Session(botocore_session=core, region_name=session.region_name)


def open_session(options):
    """
    A boto3 session by the options profile, region, login, ask_keys, assume_role, external_id.

    Without a profile boto3's own order holds: environment, default profile, container or
    instance role. Raises DeployError or botocore's errors (see errors.explain).
    """
    # The AWS CLI reads AWS_REGION, older boto3 only AWS_DEFAULT_REGION.
    region = options.region or os.environ.get("AWS_REGION") or None
    if getattr(options, "ask_keys", False):
        session = asked_keys(region)
    else:
        session = boto3.Session(botocore_session=signed_in_core(options), region_name=region)
    if not session.region_name:
        raise botocore.exceptions.NoRegionError()
    if not re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-\d+", session.region_name):
        raise DeployError(
            f"{session.region_name!r} is not the name of a region: pass one like eu-west-1 with"
            " --region"
        )
    if getattr(options, "assume_role", None):
        session = assume_role(session, options.assume_role, getattr(options, "external_id", None))
    return session


def sign_in(options, quiet=False):
    """
    Sign in and say who we are.

    Returns (session, identity); identity has Account, Arn, UserId and Partition. Raises
    DeployError when --account names another account.
    """
    session = open_session(options)
    identity = client_for(session, "sts").get_caller_identity()
    identity["Partition"] = identity["Arn"].split(":")[1]
    if not quiet:
        print(f"Account {identity['Account']}, region {session.region_name}, {identity['Arn']}")
    expected = getattr(options, "account", None)
    if expected and not re.fullmatch(r"\d{12}", str(expected)):
        raise DeployError(f"--account wants the 12 digits of an account, not {expected!r}")
    if expected and str(expected) != identity["Account"]:
        raise DeployError(
            f"these credentials belong to account {identity['Account']}, not {expected}: nothing"
            " was changed; choose another --profile or --assume-role"
        )
    return session, identity


def client_for(session, service, config=CLIENT_CONFIG):
    """A client that retries throttling. Raises DeployError for an endpoint that is no address."""
    try:
        return session.client(service, config=config)
    except ValueError as error:  # botocore's word for it
        raise DeployError(
            f"{one_line(error)}: check AWS_ENDPOINT_URL and endpoint_url in ~/.aws/config"
        ) from error
