# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.helm import (
    ChildRunner,
    CommandResult,
    HelmClient,
    private_file,
)
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CommandError, ReleaseError

PARENT = """
import sys
from ansible_collections.windrose.airflow.plugins.module_utils._clients.helm import ChildRunner
ChildRunner({"PATH": "/usr/bin:/bin"})(["sh", "-c", "echo $$ > " + sys.argv[1] + "; exec sleep 60"], 60)
"""


class Recorder:
    """Stands for helm: notes what it is told, and what the values file looked like at that moment."""

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


def test_uninstall(tmp_path):
    recorder = Recorder()
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
            "--wait",
            "--cascade",
            "foreground",
            "--kubeconfig",
            "/private/kubeconfig",
        ]
    ]


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


def test_runner_hands_on_nothing_that_steers_helm_elsewhere():
    environment = {
        "PATH": os.environ["PATH"],
        "KUBECONFIG": "/other",
        "HELM_KUBEAPISERVER": "https://other",
        "HELM_DRIVER": "sql",
        "HELM_CACHE_HOME": "/cache",
    }
    result = ChildRunner(environment)(["env"], 10)
    assert result.returncode == 0
    assert {line.split("=")[0] for line in result.stdout.splitlines()} - {"LC_CTYPE", "PWD", "SHLVL", "_"} == {
        "PATH",
        "HELM_CACHE_HOME",
    }


def test_runner_ends_what_does_not_end():
    with pytest.raises(CommandError, match="did not end within 0.2 seconds"):
        ChildRunner(os.environ)(["sleep", "60"], 0.2)


def test_runner_reports_what_cannot_start(tmp_path):
    with pytest.raises(CommandError, match="Could not start .*: Permission denied"):
        ChildRunner(os.environ)([str(tmp_path)], 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_child_dies_with_its_parent(tmp_path):
    note = tmp_path / "child"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", PARENT, str(note)], env=environment) as parent:
        wait_for(lambda: note.exists() and note.read_text().strip())
        child = int(note.read_text())
        parent.send_signal(signal.SIGKILL)
    wait_for(lambda: not runs(child))


def runs(process):
    """Tell whether a process runs; what nobody has collected yet does not."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as stream:
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
