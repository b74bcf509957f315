# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session of AWS against moto's server, through boto3 as users have it."""

from __future__ import annotations

import pytest

pytest.importorskip("boto3")
pytest.importorskip("moto")

import botocore.endpoint
import botocore.exceptions
import requests
from secret_stores import REGION, moto_server

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session, aws
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError, MissingLibraryError

pytestmark = pytest.mark.usefixtures("aws_environment")

SECRET = "hunter2"


@pytest.fixture(scope="module")
def moto():
    with moto_server() as server:
        yield server


@pytest.fixture(scope="module")
def guarded():
    """(address of a moto that looks at credentials, those of a user without rights)."""
    with moto_server() as server:
        client = server.client("iam")
        client.create_user(UserName="nobody")
        key = client.create_access_key(UserName="nobody")["AccessKey"]
        # https://docs.getmoto.org/en/latest/docs/iam.html: from now on every request needs valid credentials.
        assert requests.post(f"{server.url}/moto-api/reset-auth", data=b"0", timeout=10).status_code == 200
        yield server.url, {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    # What boto3 does between two attempts.
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda seconds: None)


def failure(ask, service="Some Service", advice=None, **params):
    """:returns: the CloudError that a call of a session ends in."""
    session = aws.AwsSession({"region": REGION, **params})
    with pytest.raises(CloudError) as raised:
        with session.asking("Could not look at", "thing x", service, advice):
            ask(session)
    told = str(raised.value)
    assert told.startswith("Could not look at thing x: ") and SECRET not in told
    return raised.value


def test_a_session_has_one_client_for_each_service(moto):
    session = aws.AwsSession({"region": REGION, "endpoint_url": moto.url})
    with session.asking("Could not list", "clusters", "EKS"):
        assert session.client("eks").list_clusters()["clusters"] == []
        assert session.client("eks") is session.client("eks") is not session.client("s3")


def test_a_client_is_patient_for_a_while_and_says_who_asks(contract):
    agents = []

    def respond(headers, unused_body):
        agents.append(headers["User-Agent"])
        return 200, {}, {}

    contract.answers["POST /"] = respond
    session = aws.AwsSession({"region": REGION, "endpoint_url": f"http://{contract.address}"})
    session.client("secretsmanager").list_secrets()
    assert agents[0].endswith(_session.USER_AGENT)
    config = session.client("secretsmanager").meta.config
    assert (config.connect_timeout, config.read_timeout) == (_session.CONNECT_TIMEOUT_SECONDS, _session.READ_TIMEOUT_SECONDS)


@pytest.mark.parametrize(
    ("params", "variables", "region"),
    [
        ({"region": "eu-west-1"}, {"AWS_REGION": "eu-west-2"}, "eu-west-1"),
        ({}, {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-2"),
        ({}, {"AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-3"),
        ({"profile": "production"}, {}, "us-east-2"),
        ({}, {"AWS_PROFILE": "production"}, "us-east-2"),
        ({"profile": "production"}, {"AWS_REGION": "eu-west-2"}, "eu-west-2"),
    ],
)
def test_the_region_is_found(monkeypatch, tmp_path, params, variables, region):
    profile = "[profile production]\nregion = us-east-2\naws_access_key_id = a\naws_secret_access_key = b\n"
    (tmp_path / "config").write_text(profile)
    for name, value in {"AWS_CONFIG_FILE": str(tmp_path / "config"), **variables}.items():
        monkeypatch.setenv(name, value)
    assert aws.AwsSession(params).client("secretsmanager").meta.region_name == region


def test_the_credentials_may_be_those_of_a_profile(contract, monkeypatch, tmp_path):
    (tmp_path / "config").write_text("[profile production]\naws_access_key_id = AKIAPRODUCTION\naws_secret_access_key = b\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    signed = []

    def respond(headers, unused_body):
        signed.append(headers["Authorization"])
        return 200, {}, {}

    contract.answers["POST /"] = respond
    params = {"region": REGION, "profile": "production", "endpoint_url": f"http://{contract.address}"}
    aws.AwsSession(params).client("secretsmanager").list_secrets()
    assert "Credential=AKIAPRODUCTION/" in signed[0]


@pytest.mark.parametrize(
    ("service", "ask"),
    [
        ("eks", lambda client: client.describe_cluster(name="none")),
        ("s3", lambda client: client.head_bucket(Bucket="none-none")),
        ("s3", lambda client: client.get_bucket_location(Bucket="none-none")),
        ("iam", lambda client: client.get_role(RoleName="none")),
        ("secretsmanager", lambda client: client.get_secret_value(SecretId="none")),
    ],
)
def test_what_is_missing_is_told_alike_by_every_service(moto, service, ask):
    error = failure(lambda session: ask(session.client(service)), endpoint_url=moto.url)
    assert error.reason == CloudError.MISSING and error.code not in ("", "ClientError")
    assert "AWS does not have it: An error occurred" in str(error) and str(error).endswith("Correct the name and region.")


ASKED = {
    "iam": lambda client: client.list_roles(),
    "s3": lambda client: client.list_buckets(),
}


@pytest.mark.parametrize("service", ASKED)
def test_credentials_that_aws_does_not_know_are_told(guarded, service):
    error = failure(lambda session: ASKED[service](session.client(service)), endpoint_url=guarded[0])
    assert error.reason == CloudError.CREDENTIALS
    assert "AWS does not know the credentials" in str(error) and "aws sts get-caller-identity" in str(error)


def test_a_wrong_signature_is_told(guarded, monkeypatch):
    for name, value in {**guarded[1], "AWS_SECRET_ACCESS_KEY": SECRET}.items():
        monkeypatch.setenv(name, value)
    error = failure(lambda session: session.client("s3").list_buckets(), endpoint_url=guarded[0])
    assert error.reason == CloudError.CREDENTIALS and "AWS does not accept the credentials" in str(error)


@pytest.mark.parametrize(
    ("service", "action"),
    [
        ("iam", "iam:ListRoles"),
        # The message of S3 does not name it.
        ("s3", "the action ListBuckets"),
    ],
)  # fmt: skip
def test_a_right_that_is_missing_is_named(guarded, monkeypatch, service, action):
    for name, value in guarded[1].items():
        monkeypatch.setenv(name, value)
    error = failure(lambda session: ASKED[service](session.client(service)), endpoint_url=guarded[0])
    assert error.reason == CloudError.DENIED and f"Allow {action} to this identity" in str(error)


@pytest.mark.parametrize(
    ("status", "code", "reason", "words"),
    [
        (400, "ExpiredTokenException", CloudError.CREDENTIALS, ["the credentials have expired", "aws sts get-caller-identity"]),
        (403, "ExpiredToken", CloudError.CREDENTIALS, ["the credentials have expired"]),
        (401, "AuthFailure", CloudError.CREDENTIALS, ["AWS does not know the credentials"]),
        (400, "InvalidVpcID.NotFound", CloudError.MISSING, ["AWS does not have it", "Correct the name and region"]),
        (403, "UnauthorizedOperation", CloudError.DENIED, ["access is denied", "Allow the action ListSecrets"]),
        (400, "ThrottlingException", CloudError.BUSY, ["AWS takes no more requests for now", "Run again later"]),
        (503, "SlowDown", CloudError.BUSY, ["AWS takes no more requests for now"]),
        (500, "InternalFailure", CloudError.BUSY, ["AWS failed", "Run again later"]),
        (400, "ValidationException", CloudError.REFUSED, ["AWS refuses", "Look up the error"]),
    ],
)
def test_what_aws_refuses_is_told_by_its_code(contract, status, code, reason, words):
    contract.answer("POST /", {"__type": code, "Message": f"It is so.\nx-amz-security-token:{SECRET}"}, status)
    error = failure(lambda session: session.client("secretsmanager").list_secrets(), endpoint_url=f"http://{contract.address}")
    assert (error.reason, error.code) == (reason, code)
    assert [word for word in [*words, "It is so."] if word not in str(error)] == []
    # What may pass is tried again.
    assert len(contract.requests) == (_session.ATTEMPTS if reason == CloudError.BUSY else 1)


def test_whoever_asks_may_know_better(contract):
    contract.answer("POST /", {"__type": "ValidationException", "Message": "It is so."}, 400)
    error = failure(
        lambda session: session.client("secretsmanager").list_secrets(), endpoint_url=f"http://{contract.address}",
        advice={"ValidationException": ("the name is too long", "Shorten it.")})  # fmt: skip
    assert "the name is too long: An error occurred" in str(error) and str(error).endswith("Shorten it.")


def without_credentials(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")


@pytest.mark.parametrize(
    ("prepare", "params", "reason", "words"),
    [
        (without_credentials, {}, CloudError.CREDENTIALS, ["Unable to locate credentials", "aws sts get-caller-identity"]),
        (
            lambda patch: patch.delenv("AWS_SECRET_ACCESS_KEY"), {}, CloudError.CREDENTIALS,
            ["Partial credentials found", "aws sts get-caller-identity"],
        ),
        (None, {"profile": "none"}, CloudError.CREDENTIALS, ["The config profile (none) could not be found"]),
        (None, {"region": None}, CloudError.REFUSED, ["Set region, or the environment variable AWS_REGION"]),
        (None, {"endpoint_url": "nonsense"}, CloudError.REFUSED, ["Invalid endpoint: nonsense", "Correct region, endpoint_url"]),
        (None, {"region": "no where"}, CloudError.REFUSED, ["no where", "Correct region, endpoint_url"]),
    ],
)  # fmt: skip
def test_what_keeps_boto3_from_asking_is_told(moto, monkeypatch, prepare, params, reason, words):
    if prepare:
        prepare(monkeypatch)
    error = failure(lambda session: session.client("secretsmanager").list_secrets(), **{"endpoint_url": moto.url, **params})
    assert error.reason == reason
    assert [word for word in words if word not in str(error)] == []


def test_a_service_that_does_not_answer_is_told(nowhere):
    error = failure(lambda session: session.client("eks").list_clusters(), "Amazon EKS", endpoint_url=f"http://{nowhere}")
    assert error.reason == CloudError.UNREACHABLE and nowhere in str(error)
    assert "Check that this machine reaches Amazon EKS in this region, and endpoint_url if it is set" in str(error)


def test_the_login_of_sso_may_have_expired():
    def ask(unused_session):
        raise botocore.exceptions.UnauthorizedSSOTokenError()

    error = failure(ask)
    assert error.reason == CloudError.CREDENTIALS and "SSO session" in str(error) and "aws sts get-caller-identity" in str(error)


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(aws, "IMPORT_ERROR", "Traceback")
    with pytest.raises(MissingLibraryError, match="the Python library boto3: .* to talk to AWS.*requirements-secret-sources.txt"):
        aws.AwsSession({})
