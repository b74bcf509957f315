# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import _configuration
from ansible_collections.windrose.airflow.plugins.module_utils._errors import KubeconfigError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import kubeconfig


def document(name="a", cluster=None, user=None, current=None):
    return {
        "current-context": name if current is None else current,
        "contexts": [{"name": name, "context": {"cluster": f"c-{name}", "user": f"u-{name}", "namespace": "n"}}],
        "clusters": [{"name": f"c-{name}", "cluster": {"server": f"https://{name}", **(cluster or {})}}],
        "users": [{"name": f"u-{name}", "user": user or {}}],
    }


def b64(text):
    return base64.b64encode(text).decode()


def test_the_first_file_wins_and_names_are_joined():
    first, second, same = document("a"), document("b"), document("a", {"server": "https://other"})
    merged = kubeconfig.merge([("/x/1", first), ("/x/2", None), ("/x/3", second), ("/x/4", same)])
    assert merged["current-context"] == "a" and set(merged["contexts"]) == {"a", "b"}
    assert merged["clusters"]["c-a"]["server"] == "https://a"


def test_an_empty_current_context_does_not_win():
    merged = kubeconfig.merge([("/x/1", document("a", current="")), ("/x/2", document("b"))])
    assert merged["current-context"] == "b"


def test_paths_are_relative_to_their_file_and_commands_only_with_a_separator():
    user = {"client-key": "k.pem", "tokenFile": "/abs/token", "exec": {"command": "bin/plugin"}}
    merged = kubeconfig.merge([("/x/y/config", document("a", {"certificate-authority": "../ca.pem"}, user))])
    assert merged["clusters"]["c-a"]["certificate-authority"] == "/x/y/../ca.pem"
    assert merged["users"]["u-a"]["client-key"] == "/x/y/k.pem" and merged["users"]["u-a"]["tokenFile"] == "/abs/token"
    assert merged["users"]["u-a"]["exec"]["command"] == "/x/y/bin/plugin"
    bare = kubeconfig.merge([("/x/y/config", document("a", user={"exec": {"command": "aws"}}))])
    assert bare["users"]["u-a"]["exec"]["command"] == "aws"


@pytest.mark.parametrize(
    "broken", [["a list"], {"clusters": ["text"]}, {"clusters": [{"cluster": {}}]}, {"contexts": 3}]
)
def test_what_is_no_kubeconfig_is_refused(broken):
    with pytest.raises(KubeconfigError, match="shape of a kubeconfig"):
        kubeconfig.merge([("/x/1", broken)])


def test_one_context_is_left():
    merged = kubeconfig.merge([("/x/1", document("a")), ("/x/2", document("b", user={"token": "t"}))])
    chosen = kubeconfig.select(merged, "b", "kubeconfig /x")
    assert chosen["current-context"] == "b"
    assert chosen["contexts"] == [{"name": "b", "context": {"cluster": "c-b", "user": "u-b", "namespace": "n"}}]
    assert [item["name"] for item in chosen["clusters"]] == ["c-b"] and chosen["users"] == [
        {"name": "u-b", "user": {"token": "t"}}
    ]


@pytest.mark.parametrize(
    ("spoil", "context", "told"),
    [
        (lambda doc: None, "z", r"no such context \(contexts in it: a\)"),
        (lambda doc: doc.update({"current-context": ""}), None, "no current context"),
        (lambda doc: doc.update(clusters=[]), None, "cluster 'c-a' is missing"),
        (lambda doc: doc["clusters"][0]["cluster"].clear(), None, "has no server"),
        (lambda doc: doc.update(users=[]), None, "user 'u-a' is missing"),
    ],
)
def test_what_is_missing_is_named(spoil, context, told):
    broken = document("a")
    spoil(broken)
    with pytest.raises(KubeconfigError, match=told):
        kubeconfig.select(kubeconfig.merge([("/x/1", broken)]), context, "kubeconfig /x")


def test_certificates_are_embedded_and_the_rest_is_kept():
    user = {
        "client-certificate": "c",
        "client-key": "k",
        "client-key-data": "given",
        "tokenFile": "t",
        "exec": {"command": "aws"},
    }
    chosen = kubeconfig.select(
        kubeconfig.merge([("/x/1", document("a", {"certificate-authority": "ca"}, user))]), None, ""
    )
    embedded = kubeconfig.embed(chosen, lambda path: path.encode())
    assert embedded["clusters"][0]["cluster"] == {"server": "https://a", "certificate-authority-data": b64(b"/x/ca")}
    assert embedded["users"][0]["user"] == {
        "client-certificate-data": b64(b"/x/c"),
        "client-key-data": "given",
        "tokenFile": "/x/t",
        "exec": {"command": "aws"},
    }
    assert kubeconfig.authority_of(embedded) == b"/x/ca"


def test_a_certificate_that_cannot_be_read_is_named():
    def read(path):
        raise FileNotFoundError(2, "No such file or directory", path)

    chosen = kubeconfig.select(kubeconfig.merge([("/x/1", document("a", {"certificate-authority": "ca"}))]), None, "")
    with pytest.raises(KubeconfigError, match=r"certificate-authority /x/ca cannot be read \(No such file"):
        kubeconfig.embed(chosen, read)


def test_an_authority_that_is_no_base64_is_refused():
    config = {"current-context": "a", "clusters": [{"cluster": {"certificate-authority-data": "%%"}}]}
    with pytest.raises(KubeconfigError, match="certificate-authority-data"):
        kubeconfig.authority_of(config)


@pytest.mark.parametrize(
    ("host", "server"), [("10.0.0.1", "https://10.0.0.1:443"), ("fd00::1", "https://[fd00::1]:443")]
)
def test_a_pod_finds_its_own_cluster(host, server):
    config = kubeconfig.in_cluster(
        {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"}, lambda path: b"ca"
    )
    assert config["clusters"][0]["cluster"] == {"server": server, "certificate-authority-data": b64(b"ca")}
    assert config["users"][0]["user"]["tokenFile"].endswith("/token")
    assert kubeconfig.in_cluster({}, lambda path: b"ca") is None


def test_files_are_found_merged_and_reported(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_text("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n")
    second.write_text("clusters: [{name: c, cluster: {server: 'https://s'}}]\nusers: [{name: u, user: {token: t}}]\n")
    environment = {"KUBECONFIG": f"{first}:{tmp_path / 'absent'}:{second}"}
    assert _configuration.find(None, None, environment)["clusters"][0]["cluster"] == {"server": "https://s"}
    with pytest.raises(KubeconfigError, match="there is no such file"):
        _configuration.find(str(tmp_path / "absent"), None, environment)
    first.write_text("token: very-secret\n  - : broken")
    with pytest.raises(KubeconfigError, match="it is not YAML") as caught:
        _configuration.find(str(first), None, {})
    assert "very-secret" not in str(caught.value)
