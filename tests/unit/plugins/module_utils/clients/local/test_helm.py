# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import stat
import sys

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local.child_runner import CommandResult
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local.helm import HelmClient, private_file
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CommandError, ReleaseError, RenderError


class Recorder:
    """Stands for helm: notes how it is called, and what the values file looked like at that moment."""

    def __init__(self, version="v4.3.1", result=CommandResult(0, "", "")):
        self.version, self.result, self.commands, self.values, self.mode = version, result, [], None, None

    def __call__(self, argv, timeout):
        if argv[1] == "version":
            return CommandResult(0, self.version, "")
        self.commands.append(argv[1:])
        if "--values" in argv:
            path = argv[argv.index("--values") + 1]
            with open(path, encoding="utf-8") as stream:
                self.values = json.load(stream)
            self.mode = stat.S_IMODE(os.stat(path).st_mode)
        return self.result


def client(recorder, tmp_path):
    return HelmClient(recorder, sys.executable, "/private/kubeconfig", tmp_path)


@pytest.mark.parametrize(
    ("version", "extra"),
    [
        ("v4.3.1", ["--server-side=true", "--force-conflicts"]),
        ("v3.19.0", []),
    ],
)
def test_upgrade(tmp_path, version, extra):
    recorder = Recorder(version)
    client(recorder, tmp_path).upgrade("airflow", "data", "/chart", {"a": 1}, {"x/b": "2", "x/a": "1"}, 300)
    (argv,) = recorder.commands
    index = argv.index("--values")
    assert argv[:index] + argv[index + 2 :] == [
        "upgrade",
        "airflow",
        "/chart",
        "--install",
        "--namespace",
        "data",
        "--reset-values",
        "--labels",
        "x/a=1,x/b=2",
        "--history-max",
        "10",
        "--hide-notes",
        "--timeout",
        "300s",
        *extra,
        "--kubeconfig",
        "/private/kubeconfig",
    ]
    assert (recorder.values, recorder.mode) == ({"a": 1}, 0o600)
    assert list(tmp_path.iterdir()) == []


def test_upgrade_removes_the_values_where_helm_fails(tmp_path):
    recorder = Recorder(result=CommandResult(1, "", "Error: UPGRADE FAILED: field is immutable\n"))
    with pytest.raises(
        ReleaseError, match="Could not apply release data/airflow: field is immutable. Kubernetes cannot"
    ):
        client(recorder, tmp_path).upgrade("airflow", "data", "/chart", {}, {}, 300)
    assert list(tmp_path.iterdir()) == []


AWAY = CommandResult(1, "", "Error: Kubernetes cluster unreachable: Get \"https://x/version\": connect: connection refused\n")


class Failing(Recorder):
    """Ends in the given ways, one after the other, and in the last one from then on."""

    def __init__(self, *results):
        super().__init__()
        self._results = list(results)

    def __call__(self, argv, timeout):
        super().__call__(argv, timeout)
        return self._results.pop(0) if len(self._results) > 1 else self._results[0]


@pytest.mark.parametrize("result", [CommandResult(0, "", "WARNING: cluster unreachable"), CommandResult(0, "", "")])
def test_a_server_that_is_briefly_away_is_waited_for(tmp_path, clock, result):
    recorder = Failing(AWAY, AWAY, result)
    helm = HelmClient(recorder, sys.executable, "/private/kubeconfig", tmp_path, clock.monotonic, clock.sleep)
    helm.uninstall("airflow", "data", 300, wait=False)
    assert len(recorder.commands) == 3 and clock.now == 4


def test_a_server_that_stays_away_is_reported(tmp_path, clock):
    recorder = Failing(AWAY)
    helm = HelmClient(recorder, sys.executable, "/private/kubeconfig", tmp_path, clock.monotonic, clock.sleep)
    with pytest.raises(ReleaseError, match="cluster unreachable.* Check that the API server answers"):
        helm.uninstall("airflow", "data", 300, wait=False)
    assert clock.now == 30


def test_what_fails_otherwise_is_not_repeated(tmp_path):
    recorder = Failing(CommandResult(1, "", "Error: uninstall: timed out\n"))
    with pytest.raises(ReleaseError, match="timed out"):
        client(recorder, tmp_path).uninstall("airflow", "data", 300, wait=False)
    assert len(recorder.commands) == 1


@pytest.mark.parametrize(("version", "wait"), [("v4.3.1", "--wait=legacy"), ("v3.19.0", "--wait")])
def test_uninstall(tmp_path, version, wait):
    recorder = Recorder(version)
    client(recorder, tmp_path).uninstall("airflow", "data", 300)
    assert recorder.commands == [
        [
            "uninstall",
            "airflow",
            "--namespace",
            "data",
            "--ignore-not-found",
            "--timeout",
            "300s",
            wait,
            "--cascade",
            "foreground",
            "--kubeconfig",
            "/private/kubeconfig",
        ]
    ]


@pytest.mark.parametrize(
    ("version", "extra"), [("v4.3.1", ["--server-side=true", "--force-conflicts"]), ("v3.19.0", [])]
)
def test_rollback(tmp_path, version, extra):
    recorder = Recorder(version)
    client(recorder, tmp_path).rollback("airflow", "data", 3, 300)
    assert recorder.commands == [
        [
            "rollback",
            "airflow",
            "3",
            "--namespace",
            "data",
            "--history-max",
            "10",
            "--timeout",
            "300s",
            *extra,
            "--kubeconfig",
            "/private/kubeconfig",
        ]
    ]


def test_the_version_is_asked_for_once(tmp_path):
    recorder = Recorder()
    helm = client(recorder, tmp_path)
    assert helm.version() == (4, 3)
    recorder.version = "v3.19.0"
    assert helm.version() == (4, 3)


@pytest.mark.parametrize(("repository", "extra"), [("https://x", ["--repo", "https://x"]), (None, [])])
def test_pull(tmp_path, repository, extra):
    recorder = Recorder()
    (tmp_path / "airflow-1.22.0.tgz").touch()
    path = client(recorder, tmp_path).pull("airflow", repository, "1.22.0", str(tmp_path), 60)
    assert path == str(tmp_path / "airflow-1.22.0.tgz")
    assert recorder.commands == [["pull", "airflow", "--destination", str(tmp_path), *extra, "--version", "1.22.0"]]


@pytest.mark.parametrize("version", ["v3.18.4", "v2.17.0", "", "Usage: python"])
def test_refuses_an_old_helm(tmp_path, version):
    with pytest.raises(CommandError, match="Install helm 3.19 or newer"):
        client(Recorder(version), tmp_path).version()


def test_refuses_a_missing_helm(tmp_path):
    with pytest.raises(CommandError, match="no such program"):
        HelmClient(Recorder(), "no-such-helm", "/private/kubeconfig", tmp_path)


def test_private_file_is_removed_whatever_happens(tmp_path):
    with pytest.raises(KeyError), private_file(tmp_path, "values", "text") as path:
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("version", "flags"), [(None, []), ("1.34.2", ["--kube-version", "1.34.2"])])
def test_render(tmp_path, version, flags):
    recorder = Recorder(result=CommandResult(0, "kind: Pod\n", ""))
    assert client(recorder, tmp_path).render("airflow", "data", "/chart", {"a": 1}, version) == "kind: Pod\n"
    (argv,) = recorder.commands
    assert argv[:-2] == ["template", "airflow", "/chart", "--namespace", "data", "--is-upgrade", *flags]
    assert (recorder.values, recorder.mode) == ({"a": 1}, 0o600)


def test_what_cannot_be_rendered_is_told_without_the_text_that_helm_quotes(tmp_path):
    output = 'Error: template: x/templates/a.yaml:1:2: error calling tpl: cannot parse template "{{ \\"hunter2\\" }}": function "a" not defined\n'
    with pytest.raises(RenderError) as caught:
        client(Recorder(result=CommandResult(1, "", output)), tmp_path).render("airflow", "data", "/chart", {})
    assert "hunter2" not in str(caught.value) and 'function "a" not defined' in caught.value.cause
    assert caught.value.output == output and caught.value.fields == {}


def test_which_helm_it_is_shows_without_starting_it(tmp_path):
    binary, recorder = tmp_path / "helm", Recorder()
    binary.write_text("one")
    binary.chmod(0o700)
    helm = HelmClient(recorder, str(binary), None, tmp_path)
    first = helm.identity()
    assert helm.identity() == first
    binary.write_text("another")
    assert helm.identity() != first and recorder.commands == []
