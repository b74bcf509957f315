# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module release against a real API server and a real helm: create, change, remove."""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import subprocess
import threading

import pytest


def test_create_change_and_remove(demo, config_chart):
    predicted = demo.release(config_chart, {"greeting": "one"}, check=True, diff=True)
    assert (predicted["changed"], predicted["operation"], predicted["revision"]) == (True, "installed", 1)
    assert predicted["changed_values"] == ["greeting"]
    assert demo.stored() == {}

    made = demo.release(config_chart, {"greeting": "one"})
    assert (made["changed"], made["operation"], made["revision"]) == (True, "installed", 1)
    assert (made["chart_version"], made["app_version"]) == ("0.1.0", "3.2.2")
    assert demo.greeting() == "one"

    before = demo.versions()
    # A helm that cannot run proves that nothing starts it.
    for check in (True, False):
        kept = demo.release(config_chart, {"greeting": "one"}, check=check, diff=True, helm_binary="/nonexistent/helm")
        assert (kept["changed"], kept["operation"], kept["fingerprint"]) == (False, "unchanged", made["fingerprint"])
    assert demo.versions() == before

    predicted = demo.release(config_chart, {"greeting": "two", "password": "THE-SECRET"}, check=True, diff=True)
    assert (predicted["operation"], predicted["changed_values"]) == ("upgraded", ["greeting", "password"])
    assert predicted["diff"]["before"] == 'greeting: "one"\n'
    assert predicted["diff"]["after"] == 'greeting: "two"\npassword: (hidden)\n'
    assert demo.versions() == before
    changed = demo.release(config_chart, {"greeting": "two", "password": "THE-SECRET"})
    assert (changed["changed"], changed["operation"], changed["revision"]) == (True, "upgraded", 2)
    assert changed["fingerprint"] == predicted["fingerprint"]
    assert demo.greeting() == "two"
    # What is no longer named is the chart's default again.
    assert demo.release(config_chart)["revision"] == 3
    assert demo.greeting() == "hello"

    for check, left in ((True, 3), (False, 0)):
        removed = demo.release(config_chart, state="absent", check=check)
        assert (removed["changed"], removed["operation"]) == (True, "uninstalled")
        assert len(demo.stored()) == left
    assert demo.versions() == {}
    for check in (True, False):
        assert not demo.release(config_chart, state="absent", check=check)["changed"]


def test_a_changed_chart_and_a_changed_secret_are_released(demo, config_chart):
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "metadata", "namespace": demo.namespace}}
    missing = demo.release(config_chart, secrets=["metadata"], fails=True)
    assert "holds no Secret metadata" in missing["msg"]
    assert demo.release(config_chart, secrets=["metadata"], check=True)["operation"] == "installed"

    demo.cluster.client.apply({**secret, "stringData": {"password": "one"}})
    assert demo.release(config_chart, secrets=["metadata"])["revision"] == 1
    assert not demo.release(config_chart, secrets=["metadata"])["changed"]
    demo.cluster.client.apply({**secret, "stringData": {"password": "two"}})
    assert demo.release(config_chart, secrets=["metadata"])["operation"] == "upgraded"

    settings = config_chart / "templates" / "settings.yaml"
    settings.with_name("more.yaml").write_text(settings.read_text().replace("-settings", "-more"))
    assert demo.release(config_chart, secrets=["metadata"])["revision"] == 3
    assert demo.get("v1", "ConfigMap", "demo-more")


def test_wrong_values_are_named_key_by_key_and_change_nothing(demo, config_chart):
    demo.release(config_chart)
    wrong = demo.release(config_chart, {"greeting": 5, "bogus": 1, "nested": {"count": "x", "other": 1}}, fails=True)
    for line in (
        "bogus: the chart knows no such key",
        "greeting: got number, want string",
        "nested.count: got string, want integer",
        "nested.other: the chart knows no such key",
    ):
        assert line in wrong["msg"]
    assert demo.stored() == {1: "deployed"}
    assert not demo.release(config_chart)["changed"]


def test_a_chart_that_is_not_the_pinned_one_is_refused(demo, config_chart):
    refused = demo.release(config_chart, chart={"path": str(config_chart), "digest": "sha256:" + "0" * 64}, fails=True)
    assert "is pinned" in refused["msg"]
    assert demo.stored() == {}


@pytest.fixture
def repository(config_chart, helm_binary, tmp_path):
    """A chart repository on this machine: (its address, the digest of its one package)."""
    folder = tmp_path / "repository"
    subprocess.run(
        [helm_binary, "package", str(config_chart), "--destination", str(folder)], check=True, capture_output=True
    )
    subprocess.run([helm_binary, "repo", "index", str(folder)], check=True, capture_output=True)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        digest = hashlib.sha256((folder / "demo-0.1.0.tgz").read_bytes()).hexdigest()
        yield f"http://127.0.0.1:{server.server_port}", digest
        server.shutdown()


def test_a_chart_from_a_repository(demo, repository):
    address, digest = repository
    chart = {"source": "official", "name": "demo", "repository": address, "version": "0.1.0"}
    refused = demo.release(None, chart={**chart, "digest": "0" * 64}, fails=True)
    assert f"its digest is sha256:{digest}" in refused["msg"]
    assert demo.stored() == {}

    made = demo.release(None, {"greeting": "far"}, chart={**chart, "digest": digest})
    assert (made["operation"], made["chart_version"], made["app_version"]) == ("installed", "0.1.0", "3.2.2")
    assert demo.greeting() == "far"
    kept = demo.release(None, {"greeting": "far"}, chart={**chart, "digest": digest}, helm_binary="/nonexistent/helm")
    assert not kept["changed"]

    absent = demo.release(None, chart={**chart, "version": "9.9.9"}, fails=True)
    assert "Could not download chart demo" in absent["msg"]


def test_another_cluster_is_not_written_to(demo, config_chart):
    refused = demo.release(config_chart, expected_cluster={"uid": "another"}, fails=True)
    assert "expected uid 'another'" in refused["msg"]
    assert demo.stored() == {} and demo.versions() == {}


def test_what_helm_did_by_hand_is_taken_back(demo, config_chart):
    demo.release(config_chart, {"greeting": "ours"})
    environment = {**os.environ, "KUBECONFIG": demo.cluster.kubeconfig}
    subprocess.run(
        [
            demo.helm_binary,
            "upgrade",
            "demo",
            str(config_chart),
            "--namespace",
            demo.namespace,
            "--set",
            "greeting=theirs",
        ],
        env=environment,
        check=True,
        capture_output=True,
    )
    assert demo.greeting() == "theirs"
    taken = demo.release(config_chart, {"greeting": "ours"})
    assert (taken["operation"], taken["revision"]) == ("upgraded", 3)
    assert demo.greeting() == "ours"


def test_a_field_that_somebody_edited_is_taken_back_with_the_next_change(demo, config_chart):
    demo.release(config_chart)
    demo.cluster.client.apply(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "data": {"greeting": "edited"},
            "metadata": {"name": "demo-settings", "namespace": demo.namespace},
        },
        force=True,
    )
    assert demo.release(config_chart, {"nested": {"count": 2}})["operation"] == "upgraded"
    assert demo.greeting() == "hello"
