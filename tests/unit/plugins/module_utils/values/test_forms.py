# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms

FITTING = {
    "LINE": ["a", "two words", "ümläut"],
    "LINES": ["one\ntwo\n", "git.example.com ssh-ed25519 AAAA"],
    "NAME": ["airflow", "a.b-c", "3scale", "x1", "1e5x"],
    "SHORT_NAME": ["gpu", "4xlarge"],
    "RELEASE_NAME": ["airflow", "a", "af-2"],
    "SECRET_KEY": ["connection", "GIT_SYNC_USERNAME", "a.b"],
    "LABEL_NAME": ["team", "example.com/team", "kubernetes.azure.com/scalesetpriority", "topology.kubernetes.io/zone"],
    "LABEL_VALUE": ["", "data", "v1.2_3"],
    "RESOURCE_NAME": ["cpu", "nvidia.com/gpu", "ephemeral-storage"],
    "QUANTITY": ["1", "0.5", "500m", "2Gi", "1k", "128M"],
    "COUNT_OR_PERCENTAGE": ["1", "50%", "0%", "100%"],
    "VERSION": ["3.2.2", "2.11.0"],
    "IMAGE_REPOSITORY": [
        "apache/airflow", "localhost:5000/windrose/airflow", "docker.io/library/postgres", "r.example.com:5000/a/b_c",
    ],
    "IMAGE_TAG": ["3.2.2", "v0.30.0", "latest", "0123abc"],
    "IMAGE_DIGEST": ["sha256:" + "0123456789abcdef" * 4],
    "HOST": ["airflow.example.com", "*.example.com", "localhost"],
    "URL_PATH": ["/", "/airflow", "/a/b-c"],
    "WEB_URL": ["https://airflow.example.com", "http://127.0.0.1:8080", "https://example.com/airflow/"],
    "GIT_URL": [
        "https://git.example.com/dags.git", "git@git.example.com:data/dags.git",
        "ssh://git@git.example.com:22/dags.git", "git://127.0.0.1:9418/dags.git",
    ],
    "GIT_REFERENCE": ["main", "v1.2.3", "release/1.0", "1.10", "deadbeef"],
    "DIRECTORY": ["dags", "a/b/", ".airflow/dags"],
    "CONNECTION_ID": ["git_core", "_x", "gitCore"],
    "PYTHON_CLASS": ["acme.AuthManager", "_a.b1.C"],
    "SCOPE": ["openid", "https://example.com/groups", "a:b"],
    "USER_NAME": ["ada", "ada@example.com", "a.b_c-1"],
    "BUNDLE_NAME": ["core", "dags-folder", "my dags"],
}  # fmt: skip
OTHERS = {
    "LINE": [" a", "a ", "a\nb", "a\tb", "\x00", "a\u2028b"],
    "LINES": ["a\x00", "a\rb", "\x1b[0m"],
    "NAME": ["Airflow", "a_b", "-a", "a-", "a..b", "true", "null", "12", "1e5", "a" * 254, "a b", "a: b"],
    "SHORT_NAME": ["a.b", "a" * 64, "no", "007"],
    "RELEASE_NAME": ["2af", "a" * 41, "a.b"],
    "SECRET_KEY": ["a b", "a/b", ""],
    "LABEL_NAME": ["", "/a", "a/", "a/b/c", "Ex.com/a b", "-a"],
    "LABEL_VALUE": ["a b", "-", "a" * 64, "ä"],
    "RESOURCE_NAME": ["a b"],
    "QUANTITY": ["", "1 Gi", "1gb", "-1", "one", "1.5.2", "1e"],
    "COUNT_OR_PERCENTAGE": ["-1", "101%", "half", "1.5", "01%"],
    "VERSION": ["3.2", "3.2.2rc1", "3.02.2", "v3.2.2", "3.2.2-1"],
    "IMAGE_REPOSITORY": ["apache/airflow:3.2.2", "a b", "/a", "a//b", "host:5000", "r.example.com/a/b@sha256"],
    "IMAGE_TAG": ["", "-a", "a b", "sha256:abc", "a" * 129, "3.2.2@sha256:" + "a" * 64],
    "IMAGE_DIGEST": [
        "", "a" * 64, "sha256:", "sha256:" + "a" * 63, "sha256:" + "a" * 65, "sha256:" + "A" * 64, "sha256:" + "g" * 64,
        "SHA256:" + "a" * 64, "sha512:" + "a" * 128, "@sha256:" + "a" * 64, "r.example.com/a@sha256:" + "a" * 64,
        "sha256-" + "a" * 64, "sha256: " + "a" * 64, "sha256:" + "a" * 64 + "\n",
    ],
    "HOST": ["https://a", "a/b", "a_b", "127", "*"],
    "URL_PATH": ["airflow", "/airflow/", "//", "/a b", "/*", "/{x}"],
    "WEB_URL": ["airflow.example.com", "ftp://a", "https://A.example.com", "https://a/b?c"],
    "GIT_URL": ["dags.git", "/srv/dags.git", "https://a b", "svn://a/b"],
    "GIT_REFERENCE": ["-x", "a b", "a..\n", "~1", "a/"],
    "DIRECTORY": ["/dags", "../x", "a/../b", ".", "..", "a b", "./a"],
    "CONNECTION_ID": ["git-core", "1a", "a.b"],
    "PYTHON_CLASS": ["AuthManager", "a..B", "a.1b", "a.b ", "a-b.C"],
    "SCOPE": ["", "openid profile", 'a"b', "a\\b", "ü"],
    "USER_NAME": ["", "a:b", "a,b", "a b", "-a"],
    "BUNDLE_NAME": ["", " a", "a/b"],
}  # fmt: skip
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format)
# What the chart writes into YAML without quotes.
UNQUOTED = ("NAME", "SHORT_NAME", "HOST")


def cases(table):
    return [(name, text) for name, texts in table.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), cases(FITTING))
def test_fits(name, text):
    assert getattr(forms, name).fits(text)


@pytest.mark.parametrize(("name", "text"), cases(OTHERS))
def test_does_not_fit(name, text):
    assert not getattr(forms, name).fits(text)


def test_every_form_is_tested():
    declared = {name for name, value in vars(forms).items() if isinstance(value, forms.Form)}
    assert set(FITTING) == set(OTHERS) == declared


@pytest.mark.parametrize("name", UNQUOTED)
@given(st.text("019e.-_+xoyntruefalsi", min_size=1, max_size=6) | st.sampled_from(["false", "null", "0x1f", "on"]))
def test_yaml_reads_a_name_without_quotes_as_that_text(name, text):
    assert not getattr(forms, name).fits(text) or yaml.safe_load(f"key: {text}") == {"key": text}


@given(DIGESTS, st.sampled_from(FITTING["IMAGE_REPOSITORY"]), st.sampled_from(FITTING["IMAGE_TAG"]))
def test_a_digest_is_found_wherever_it_does_not_belong(digest, repository, tag):
    assert forms.IMAGE_DIGEST.fits(digest)
    algorithm, _colon, digits = digest.partition(":")
    for text in (digest, f"@{digest}", f"{repository}@{digest}", f"{repository}@{algorithm}", f"{tag}@{digest}"):
        assert forms.holds_digest(text)
        assert not forms.IMAGE_REPOSITORY.fits(text) and not forms.IMAGE_TAG.fits(text)
    assert not any(forms.holds_digest(text) for text in (repository, tag, digits))


@given(st.text("0123456789abcdefABG:@-sx", max_size=72) | DIGESTS.flatmap(lambda text: st.sampled_from([
    text, text[1:], text[:-1], f"{text}0"])))
def test_what_is_no_digest_has_not_its_form(text):
    is_digest = text.startswith("sha256:") and len(text) == 71 and set(text[7:]) <= set("0123456789abcdef")
    assert forms.IMAGE_DIGEST.fits(text) == is_digest


@pytest.mark.parametrize(
    "text",
    [
        "https://user:THE-SECRET@git.example.com/dags.git",
        "https://THE-SECRET@git.example.com/dags.git",
        "postgresql://airflow:THE/SECRET@db/airflow",
        "ssh://git:THE-SECRET@git.example.com/dags.git",
        "{{ THE-SECRET }}",
    ],
)
def test_trouble_is_found_and_not_quoted(text):
    assert "THE-SECRET" not in " ".join(forms.trouble(text))


@pytest.mark.parametrize("name", ["GIT_URL", "WEB_URL", "LINE", "IMAGE_REPOSITORY"])
def test_no_trouble_where_there_is_none(name):
    assert [text for text in FITTING[name] if forms.trouble(text)] == []
