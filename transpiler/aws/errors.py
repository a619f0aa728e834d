"""Errors in one sentence, with what to do about it."""

import botocore.exceptions

from transpiler.aws.names import DeployError, one_line

EXPIRED_CODES = (
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "AuthFailure",
)
DENIED_CODES = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403")

# What an error code means and what to do. {message} is AWS's own text, {what} the call.
ADVICE = {
    "NoSuchBucket": "the bucket does not exist: create it with `aws s3 mb s3://BUCKET` or pass"
    " another --bucket",
    "EntityNotFoundException": "{message}: check the name and the region",
    "ConcurrentRunsExceededException": "the job is running already: wait for that run, stop it"
    " with `stop`, or allow more with --max-concurrent-runs or --queue",
    "ResourceNumberLimitExceededException": "an account limit is reached ({message}): delete what"
    " is not used or ask for a higher quota",
    "InvalidInputException": "AWS refuses a value: {message}",
    "ValidationException": "AWS refuses a value: {message}",
    "ThrottlingException": "AWS is throttling this account: try again in a few minutes",
    "Throttling": "AWS is throttling this account: try again in a few minutes",
    "TooManyRequestsException": "AWS is throttling this account: try again in a few minutes",
    "SlowDown": "S3 is throttling this bucket: try again in a few minutes",
    "ConcurrentModificationException": "something else keeps changing the job: try again when the"
    " other deployment is done",
    "OperationTimeoutException": "AWS took too long to answer: run the same command again",
    "InternalServiceException": "AWS had an internal error: run the same command again",
    "InvalidSubnetID.NotFound": "there is no such subnet in this region ({message}): check --subnet",
    "NoSuchUpload": "S3 has given the upload up: run the same command again",
    "KMS.NotFoundException": "the KMS key does not exist in this region: check --kms-key",
    "PermanentRedirect": "the bucket is in another region: pass its region with --region",
    "301": "the bucket is in another region: pass its region with --region",
    "404": "the bucket does not exist: create it with `aws s3 mb s3://BUCKET` or pass another"
    " --bucket",
}


def error_code(error):
    """AWS's code of a ClientError ("" for anything else)."""
    response = getattr(error, "response", None) or {}
    return response.get("Error", {}).get("Code", "")


def login_command(profile):
    """The command that signs this profile in."""
    return f"aws sso login --profile {profile}" if profile else "aws sso login"


def explain(error, profile=None, identity=None):
    """
    One sentence for any error that boto3 can raise.

    error: the exception; profile: the profile in use or None; identity: who we are (the answer
    of GetCallerIdentity) or None. Returns a str without a line break.
    """
    if isinstance(error, DeployError):
        return one_line(error)
    for kind, sentence in SIGN_ON_ADVICE:
        if isinstance(error, kind):
            return sentence.format(
                login=login_command(profile), profile=profile or "default", error=one_line(error)
            )
    code = error_code(error)
    if not code:
        return f"{type(error).__name__}: {one_line(error)}"
    message = one_line(error.response["Error"].get("Message", ""))
    what = getattr(error, "operation_name", "the call")
    if code in EXPIRED_CODES:
        return (
            f"{what}: the credentials have expired or are not valid ({code}): sign in again"
            f" (`{login_command(profile)}` for SSO, new keys otherwise, or pass --login) and run"
            " the same command again; it goes on where it stopped"
        )
    if code == "ForbiddenException":
        return (
            f"the profile {profile or 'default'} is not assigned this role in this account: check"
            " sso_account_id and sso_role_name in ~/.aws/config, or ask for the assignment"
        )
    if code in DENIED_CODES:
        who = (identity or {}).get("Arn", "you")
        return (
            f"{what}: access denied for {who} ({message or code}): ask for this permission, or"
            " choose another profile or role (--profile, --assume-role); a bucket of another"
            " account needs --bucket-owner"
        )
    advice = ADVICE.get(code)
    return f"{what}: " + (advice or "{code}: {message}").format(
        message=message or code, what=what, code=code
    )


SIGN_ON_ADVICE = (
    (
        botocore.exceptions.ProfileNotFound,
        "there is no AWS profile {profile!r}: `aws configure list-profiles` shows those there"
        " are, `aws configure sso` makes one",
    ),
    (
        botocore.exceptions.SSOTokenLoadError,
        "the profile {profile!r} is not signed in: run `{login}` (or pass --login)",
    ),
    (
        botocore.exceptions.UnauthorizedSSOTokenError,
        "the sign-on of the profile {profile!r} has expired: run `{login}` (or pass --login)",
    ),
    (
        botocore.exceptions.TokenRetrievalError,
        "the sign-on of the profile {profile!r} has expired and could not be renewed: run"
        " `{login}` (or pass --login)",
    ),
    (
        botocore.exceptions.InvalidConfigError,
        "the profile {profile!r} in ~/.aws/config is not complete ({error}): run `aws configure"
        " sso --profile {profile}`",
    ),
    (
        botocore.exceptions.ConfigParseError,
        "the AWS configuration cannot be read ({error}): mend that file",
    ),
    (
        botocore.exceptions.PartialCredentialsError,
        "the credentials of the profile {profile!r} are not complete ({error}): add what is missing in"
        " ~/.aws/credentials, ~/.aws/config or the environment",
    ),
    (
        botocore.exceptions.NoCredentialsError,
        "no AWS credentials were found: pass --profile, set AWS_PROFILE or AWS_ACCESS_KEY_ID and"
        " AWS_SECRET_ACCESS_KEY, pass --ask-keys, or run where a role is attached",
    ),
    (
        botocore.exceptions.CredentialRetrievalError,
        "the credentials of the profile {profile!r} could not be fetched ({error}): check"
        " its credential_process, its role and the network",
    ),
    (
        botocore.exceptions.NoRegionError,
        "no AWS region: pass --region, set AWS_REGION, or set region in the profile",
    ),
    (
        botocore.exceptions.EndpointConnectionError,
        "AWS cannot be reached ({error}): check the network, the proxy and the region",
    ),
    (
        botocore.exceptions.HTTPClientError,
        "the connection to AWS was cut ({error}): run the same command again; it goes on where"
        " it stopped",
    ),
    (botocore.exceptions.ParamValidationError, "a value is not valid: {error}"),
)
