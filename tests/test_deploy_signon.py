"""Sign-on: every way in, and one sentence for every way it fails."""

import argparse
import datetime
import http.server
import json
import stat
import threading

import aws_env
import botocore.session
import pytest
from aws_env import ACCOUNT, BUCKET
from fake_sso import FakeSso
from moto_glue import Fault

from transpiler.aws.auth import sso_cache_file, sso_settings

aws = aws_env.aws

CONFIG = """
[profile modern]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Dev
region = eu-west-1

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access

[profile legacy]
sso_start_url = https://old.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = Dev
region = eu-west-1

[profile broken]
sso_session = nowhere
sso_account_id = 123456789012
sso_role_name = Dev
region = eu-west-1

[profile half]
sso_start_url = https://old.awsapps.com/start
sso_account_id = 123456789012
region = eu-west-1

[profile empty]
region = eu-west-1

[profile plain]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = not-a-secret
region = eu-west-1

[profile noregion]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = not-a-secret

[profile through]
role_arn = arn:aws:iam::123456789012:role/deployer
source_profile = modern
region = eu-west-1

[profile chained]
role_arn = arn:aws:iam::123456789012:role/deployer
source_profile = plain
region = eu-west-1
"""


@pytest.fixture
def sso(aws, monkeypatch):
    """Profiles, an SSO that answers, and no credentials in the environment."""
    fake = FakeSso()
    home = aws.folder.parent / "home" / ".aws"
    (home / "sso" / "cache").mkdir(parents=True)
    (home / "config").write_text(CONFIG)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", fake.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO_OIDC", fake.url)
    monkeypatch.setattr("webbrowser.open", lambda address: True)
    # botocore looks up the home once, when it is imported.
    for place in ("credentials.SSOProvider", "tokens.SSOTokenProvider"):
        cache = str(home / "sso" / "cache")
        monkeypatch.setattr(f"botocore.{place}._SSO_TOKEN_CACHE_DIR", cache)
    yield fake
    fake.stop()


def cache_file(profile):
    return sso_cache_file(sso_settings(botocore.session.Session(profile=profile), profile))


def sign_on(profile, token="good-token", minutes=60, refresh=None):
    """What `aws sso login` would have written."""
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    entry = {"accessToken": token, "expiresAt": until.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if refresh:
        entry |= {
            "refreshToken": refresh,
            "clientId": "client",
            "clientSecret": "client-secret",
            "registrationExpiresAt": "2099-01-01T00:00:00Z",
        }
    cache_file(profile).write_text(json.dumps(entry))


def told(aws, *arguments):
    status, _, err = aws.run(*arguments)
    assert status == 1 and err.startswith("Error: ") and err.count("\n") == 1, err
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize("profile", ["modern", "legacy"])
def test_signed_on(aws, sso, profile):
    sign_on(profile)
    status, out, err = aws.run("--profile", profile)
    assert status == 0, err
    assert out.startswith(f"Account {ACCOUNT}, region eu-west-1, arn:aws:")
    assert sso.seen == ["/federation/credentials"]


@pytest.mark.parametrize("profile", ["modern", "legacy"])
def test_never_signed_on(aws, sso, profile):
    err = told(aws, "--profile", profile)
    assert f"`aws sso login --profile {profile}`" in err and "not signed in" in err


@pytest.mark.parametrize("profile", ["modern", "legacy"])
def test_expired(aws, sso, profile):
    sign_on(profile, token="old-token", minutes=-5)
    err = told(aws, "--profile", profile)
    assert f"`aws sso login --profile {profile}`" in err and "expired" in err


def test_revoked_though_not_expired(aws, sso):
    sign_on("legacy", token="revoked")
    assert "`aws sso login --profile legacy`" in told(aws, "--profile", "legacy")


def test_renewed_by_itself(aws, sso):
    sign_on("modern", token="old-token", minutes=-5, refresh="good-refresh")
    assert aws.run("--profile", "modern")[0] == 0
    assert "/token" in sso.seen


def test_renewal_refused(aws, sso):
    sign_on("modern", token="old-token", minutes=-5, refresh="bad-refresh")
    err = told(aws, "--profile", "modern")
    assert "could not be renewed" in err and "`aws sso login --profile modern`" in err


def test_role_not_assigned(aws, sso):
    sign_on("modern")
    sso.assigned = False
    assert "not assigned this role" in told(aws, "--profile", "modern")


@pytest.mark.parametrize("profile", ["modern", "legacy"])
def test_corrupt_cache(aws, sso, profile):
    cache_file(profile).write_text("{ not json")
    assert f"`aws sso login --profile {profile}`" in told(aws, "--profile", profile)


@pytest.mark.parametrize(
    "profile, text",
    [
        ("nobody", "there is no AWS profile 'nobody'"),
        ("broken", "is not complete"),
        ("half", "is not complete"),
        ("empty", "no AWS credentials were found"),
    ],
)
def test_wrong_profiles(aws, sso, profile, text):
    assert text in told(aws, "--profile", profile)


def test_no_credentials_at_all(aws, sso):
    err = told(aws)
    assert "no AWS credentials were found" in err and "--profile" in err


def test_no_region(aws, sso, monkeypatch):
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "no AWS region: pass --region" in told(aws, "--profile", "noregion")
    assert aws.run("--profile", "noregion", "--region", "eu-west-1")[0] == 0


@pytest.mark.parametrize("profile", ["modern", "legacy"])
def test_login_runs_the_device_flow(aws, sso, profile):
    status, out, err = aws.run("--profile", profile, "--login")
    assert status == 0, err
    assert "Confirm the code ABCD-EFGH at http" in out
    file = cache_file(profile)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    token = json.loads(file.read_text())
    assert token["accessToken"] == "new-token" and token["region"] == "eu-west-1"
    assert ("refreshToken" in token) == (profile == "modern")
    # The next one needs no login any more, neither here nor in the AWS CLI.
    sso.seen.clear()
    assert aws.run("--profile", profile)[0] == 0
    assert "/client/register" not in sso.seen


def test_the_profile_of_the_environment(aws, sso, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "modern")
    assert "`aws sso login --profile modern`" in told(aws)
    cache_file("modern").write_text("{ not json")
    assert "`aws sso login --profile modern`" in told(aws)
    status, out, err = aws.run("--login")
    assert status == 0 and "Confirm the code" in out, err


def test_a_role_by_way_of_a_sign_on(aws, sso):
    # `aws sso login` wants the profile that has the sign-on, not the one of the role.
    assert "`aws sso login --profile modern`" in told(aws, "--profile", "through")
    status, out, err = aws.run("--profile", "through", "--login")
    assert status == 0 and "assumed-role/deployer" in out, err
    sign_on("modern", token="old-token", minutes=-5)
    assert "`aws sso login --profile modern`" in told(aws, "--profile", "through")


def test_a_configuration_that_is_broken(aws, sso):
    (aws.folder.parent / "home" / ".aws" / "config").write_text("[profile x\nregion\n")
    assert "mend that file" in told(aws, "--profile", "x")


def test_an_endpoint_that_is_no_address(aws, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", "localhost")
    assert "check AWS_ENDPOINT_URL" in told(aws)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "localhost")
    assert "check AWS_ENDPOINT_URL" in told(aws)


def test_login_after_expiry_and_with_a_corrupt_cache(aws, sso):
    sign_on("modern", token="old-token", minutes=-5)
    assert aws.run("--profile", "modern", "--login")[0] == 0
    cache_file("legacy").write_text("garbage")
    sso.pending = 0
    assert aws.run("--profile", "legacy", "--login")[0] == 0


@pytest.mark.parametrize(
    "code, text",
    [("AccessDeniedException", "refused in the browser"), ("ExpiredTokenException", "in time")],
)
def test_login_that_fails(aws, sso, code, text):
    sso.refuse = code
    err = told(aws, "--profile", "modern", "--login")
    assert text in err
    assert not cache_file("modern").exists()


def test_login_of_a_profile_without_sso_needs_no_browser(aws, sso):
    assert aws.run("--profile", "plain", "--login")[0] == 0
    assert sso.seen == []


def test_assumed_roles(aws, sso):
    status, out, err = aws.run("--profile", "chained")
    assert status == 0 and "assumed-role/deployer" in out, err
    status, out, err = aws.run(
        "--profile", "plain", "--assume-role", "arn:aws:iam::123456789012:role/admin"
    )
    assert status == 0 and "assumed-role/admin/pandas-to-glue" in out, err
    aws.server.faults.append(Fault("sts:AssumeRole", code="AccessDenied", status=403))
    err = told(aws, "--profile", "plain", "--assume-role", "arn:aws:iam::123456789012:role/x")
    assert "AssumeRole: access denied" in err


@pytest.fixture
def role_server():
    """What answers for credentials on an instance (IMDSv2) and in a container."""
    keys = {
        "Code": "Success",
        "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "not-a-secret",
        "Token": "token",
        "Expiration": "2099-01-01T00:00:00Z",
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            place = "/latest/meta-data/iam/security-credentials/"
            body = "token" if self.command == "PUT" else json.dumps(keys)
            if self.path == place:
                body = "job-role"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_PUT = answer

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_role_of_an_instance(aws, sso, role_server, monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", role_server)
    status, _, err = aws.run()
    assert status == 0, err


def test_the_role_of_a_container(aws, sso, role_server, monkeypatch):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{role_server}/keys")
    status, _, err = aws.run()
    assert status == 0, err


def test_typed_keys_are_stored_nowhere(aws, sso, monkeypatch):
    answers = iter(["AKIATYPED000EXAMPLE", "typed-secret", ""])
    monkeypatch.setattr("builtins.input", lambda text: next(answers))
    monkeypatch.setattr("getpass.getpass", lambda text: next(answers))
    status, out, err = aws.run("--ask-keys")
    assert status == 0, err
    for path in aws.folder.parent.rglob("*"):
        if path.is_file():
            assert b"typed-secret" not in path.read_bytes(), path
    assert "typed-secret" not in out + err


def test_a_script_that_was_made_to_ask_for_keys(aws, sso, monkeypatch):
    """The editor's third way to sign on; a profile given on the command line wins over it."""
    aws.spec.ask_keys = True
    asked = []

    def answer(text):
        asked.append(text)
        return "AKIATYPED000EXAMPLE"

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("getpass.getpass", answer)
    assert aws.run()[0] == 0 and len(asked) == 3
    assert aws.run("--profile", "plain")[0] == 0 and len(asked) == 3


def test_keys_that_nobody_types(aws, sso, monkeypatch):
    def end_of_file(text):
        raise EOFError

    monkeypatch.setattr("builtins.input", end_of_file)
    assert aws.run("--ask-keys")[0] == 130
    assert aws.server.calls == []


def test_the_wrong_account_changes_nothing(aws, sso):
    err = told(aws, "--profile", "plain", "--account", "999999999999")
    assert f"belong to account {ACCOUNT}, not 999999999999" in err
    assert aws.calls() == ["sts:GetCallerIdentity"] or aws.calls() == []
    assert aws.run("--profile", "plain", "--account", ACCOUNT)[0] == 0


def test_a_bucket_of_another_account_is_refused(aws, sso):
    aws.server.owners[BUCKET] = "999999999999"
    err = told(aws, "--profile", "plain")
    assert "is not ours" in err and "--bucket-owner" in err
    assert aws.run("--profile", "plain", "--bucket-owner", "999999999999")[0] == 0


def test_sign_on_that_expires_midway(aws, sso):
    sign_on("modern")
    aws.server.faults.append(Fault("glue:CreateJob", code="ExpiredTokenException"))
    err = told(aws, "--profile", "modern")
    assert "`aws sso login --profile modern`" in err and "run the same command again" in err
    aws.server.calls.clear()
    status, out, _ = aws.run("--profile", "modern")
    assert status == 0 and "There already" in out and "created" in out


def test_settings_of_a_plain_profile(aws, sso):
    options = argparse.Namespace(profile="plain")
    assert sso_settings(botocore.session.Session(profile=options.profile), "plain") is None
