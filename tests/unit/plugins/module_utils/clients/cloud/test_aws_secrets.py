# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of AWS Secrets Manager against moto's server, through boto3 as users have it."""

from __future__ import annotations

import pytest

pytest.importorskip("boto3")
pytest.importorskip("moto")

from secret_stores import REGION, moto_server

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import aws, aws_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError, MissingLibraryError

pytestmark = pytest.mark.usefixtures("aws_environment")

SECRET = "hunter2"


@pytest.fixture(scope="module")
def moto():
    with moto_server() as server:
        server.store("text", SECRET)
        server.store("bytes", b"\x00\xff")
        server.store("rotated", "former")
        server.store("rotated", "current")
        server.store("deleted", SECRET)
        server.client().delete_secret(SecretId="deleted")
        yield server


def reference(name, url, **more):
    chosen = {"name": name, "version_stage": "AWSCURRENT", "region": REGION, "endpoint_url": url, "profile": None, "key": None}
    return {**chosen, **more}


@pytest.mark.parametrize(
    ("name", "stage", "content"),
    [
        ("text", "AWSCURRENT", SECRET.encode()),
        ("bytes", "AWSCURRENT", b"\x00\xff"),
        ("rotated", "AWSCURRENT", b"current"),
        ("rotated", "AWSPREVIOUS", b"former"),
    ],
)
def test_a_version_of_a_secret_is_read(moto, name, stage, content):
    assert aws_secrets.AwsSecrets().read(reference(name, moto.url, version_stage=stage)) == content


def test_a_secret_is_found_by_its_arn(moto):
    arn = moto.client().describe_secret(SecretId="text")["ARN"]
    assert aws_secrets.AwsSecrets().read(reference(arn, moto.url)) == SECRET.encode()


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_may_be_that_of_the_environment(moto, monkeypatch, variable):
    monkeypatch.setenv(variable, REGION)
    assert aws_secrets.AwsSecrets().read(reference("text", moto.url, region=None)) == SECRET.encode()


def read_in_vain(place):
    with pytest.raises(CloudError) as raised:
        aws_secrets.AwsSecrets().read(place)
    assert SECRET not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("none", {}, ["there is no such secret", "Correct name, region and version_stage"]),
        ("text", {"version_stage": "AWSPENDING"}, ["no version with this stage"]),
        ("text", {"region": "us-east-1"}, ["there is no such secret in this region"]),
        ("deleted", {}, ["marked for deletion", "Restore it"]),
        ("text", {"region": None}, ["region", "Set region, or the environment variable AWS_REGION"]),
    ],
)
def test_a_secret_that_is_not_there_is_reported(moto, name, more, words):
    told = read_in_vain(reference(name, moto.url, **more))
    assert told.startswith(f"Could not read secret {name} of AWS Secrets Manager: ")
    assert [word for word in words if word not in told] == []


def test_a_store_that_does_not_answer_is_reported(nowhere):
    told = read_in_vain(reference("text", f"http://{nowhere}"))
    assert nowhere in told and "Check that this machine reaches AWS Secrets Manager" in told


def test_an_address_that_is_none_is_reported():
    assert "nonsense" in read_in_vain(reference("text", "nonsense"))


def test_missing_credentials_are_reported(moto, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    told = read_in_vain(reference("text", moto.url))
    assert "Unable to locate credentials" in told and "aws sts get-caller-identity" in told


@pytest.mark.parametrize(
    ("kind", "message", "words"),
    [
        (
            "AccessDeniedException",
            "User: arn:aws:iam::111122223333:user/nobody is not authorized to perform: secretsmanager:GetSecretValue on resource: text",
            ["access is denied: ", "user/nobody is not authorized", "Allow secretsmanager:GetSecretValue", "kms:Decrypt"],
        ),
        (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            ["AWS does not know the credentials", "aws sts get-caller-identity"],
        ),
        (
            "InvalidSignatureException",
            f"The request signature does not match.\nThe Canonical String was\nx-amz-security-token:{SECRET}",
            ["AWS does not accept the credentials", "The request signature does not match."],
        ),
        ("InternalServiceError", "An error occurred on the server side.", ["AWS refuses", "on the server side"]),
    ],
)
def test_what_aws_refuses_is_reported_by_its_first_line(contract, kind, message, words):
    # As https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html tells; moto checks no rights here.
    demands = {"X-Amz-Target": "secretsmanager.GetSecretValue"}
    contract.answer("POST /", {"__type": kind, "Message": message}, 400, demands=demands)
    told = read_in_vain(reference("text", f"http://{contract.address}"))
    assert [word for word in words if word not in told] == []
    assert contract.requests[0] == ("POST /", {"SecretId": "text", "VersionStage": "AWSCURRENT"})


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(aws, "IMPORT_ERROR", "Traceback")
    with pytest.raises(MissingLibraryError, match="the Python library boto3.*requirements-secret-sources.txt"):
        aws_secrets.AwsSecrets()
