# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ClusterIdentityError, KubeconfigError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import identity

FOUND = {"uid": "u-1", "ca_sha256": "ab"}


def pem(der, width=64, end=b"\n"):
    text = base64.b64encode(der)
    rows = [text[start : start + width] for start in range(0, len(text), width)]
    return b"-----BEGIN CERTIFICATE-----" + end + end.join(rows) + end + b"-----END CERTIFICATE-----" + end


@pytest.mark.parametrize("bundle", [None, b"", b"no certificate in here"])
def test_without_certificates_the_fingerprint_is_empty(bundle):
    assert identity.ca_sha256(bundle) == ""


@given(
    st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=5),
    st.randoms(),
    st.sampled_from([b"\n", b"\r\n"]),
)
def test_only_the_certificates_count(certificates, random, end):
    shuffled = random.sample(certificates, len(certificates))
    bundle = b"# a comment\n".join(pem(der, random.choice([48, 64]), end) for der in shuffled)
    assert identity.ca_sha256(bundle) == hashlib.sha256(b"".join(sorted(certificates))).hexdigest()


def test_a_broken_certificate_is_refused():
    with pytest.raises(KubeconfigError, match="not valid base64"):
        identity.ca_sha256(pem(b"abc").replace(b"YWJj", b"YW!j"))


@pytest.mark.parametrize(
    "expected",
    [None, {}, {"uid": None, "ca_sha256": None}, {"uid": "u-1"}, {"ca_sha256": "ab"}, FOUND],
)
def test_the_expected_cluster_passes(expected):
    identity.check(expected, FOUND, "context a at https://b")


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ({"uid": "u-2"}, ["expected uid 'u-2', found 'u-1'"]),
        ({"uid": "u-1", "ca_sha256": ""}, ["expected ca_sha256 '', found 'ab'"]),
        ({"uid": "", "ca_sha256": "cd"}, ["expected uid '', found 'u-1'", "expected ca_sha256 'cd', found 'ab'"]),
    ],
)
def test_another_cluster_is_refused(expected, told):
    with pytest.raises(ClusterIdentityError) as caught:
        identity.check(expected, FOUND, "context a at https://b")
    for part in [*told, "context a at https://b", "playbooks/pin_cluster.yml"]:
        assert part in str(caught.value)
    assert caught.value.fields["found_identity"] == FOUND


@pytest.mark.parametrize(
    ("expected", "answer"), [(None, False), ({}, False), ({"uid": None}, False), ({"ca_sha256": ""}, True)]
)
def test_an_expectation_is_reported_from_none(expected, answer):
    assert identity.is_expected(expected) is answer
