# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run leaves is seen, and what other programs of the machine write meanwhile is not."""

from __future__ import annotations

import os
import subprocess
import sys

import machine_state
import pytest


@pytest.fixture(name="machine", autouse=True)
def fixture_machine(tmp_path, monkeypatch):
    """A machine in a folder: a checkout, a user's home with settings, a system."""
    home, own = tmp_path / "home", tmp_path / "checkout" / ".build" / "e2e"
    for folder in (home / ".config" / "pip", home / ".npm", tmp_path / "etc", tmp_path / "cache"):
        folder.mkdir(parents=True)
    (home / ".config" / "pip" / "pip.conf").write_text("[global]", encoding="utf-8")
    (home / ".netrc").touch()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "elsewhere"))
    monkeypatch.setattr(machine_state, "OWN", str(own))
    monkeypatch.setattr(machine_state, "FOLDERS", {"HOME": str(own / "home"), "TMPDIR": str(own / "tmp")})
    monkeypatch.setattr(machine_state, "SYSTEM_FOLDERS", (str(tmp_path / "etc"),))
    monkeypatch.setattr(machine_state, "CHECKOUT", str(tmp_path / "checkout"))
    monkeypatch.setattr(machine_state, "CACHE", str(tmp_path / "cache" / "windrose-airflow"))
    # The folder of the tests has names of ours in it.
    monkeypatch.setattr(machine_state, "OURS", machine_state.re.compile(f"^{tmp_path}/etc/.*({machine_state.OURS.pattern})"))
    return tmp_path


def run(script):
    """Run a program as a run under test does."""
    subprocess.run([sys.executable, "-c", script], env=machine_state.environment(), check=True)


@pytest.mark.parametrize(
    ("script", "left"),
    [
        ("import tempfile; tempfile.mkstemp(prefix='x', suffix='')", "tmp/x"),
        ("import os; os.makedirs(os.path.expanduser('~/.kube')); open(os.path.expanduser('~/.kube/config'), 'w')", "home/.kube/config"),
        ("import os; open(os.path.expanduser('~/.config/pip/more'), 'w')", "home/.config/pip/more"),
    ],
)
def test_what_a_run_leaves_is_seen(machine, script, left):
    machine_state.prepare(os.path.expanduser("~"))
    before = machine_state.files()
    run(script)
    (new,) = set(machine_state.files()) - set(before)
    assert new.startswith(str(machine / "checkout" / ".build" / "e2e" / left))


@pytest.mark.parametrize("path", [".config/go/telemetry/local/go.count", ".rustup/settings.toml"])
def test_what_programs_of_the_machine_keep_for_themselves_is_not_seen(path):
    machine_state.prepare(os.path.expanduser("~"))
    before = machine_state.files()
    run(f"import os; path = os.path.expanduser('~/{path}'); os.makedirs(os.path.dirname(path)); open(path, 'w')")
    assert machine_state.files() == before


@pytest.mark.parametrize(
    "path", ["docker/daemon.json", "cni/net.d/10.conflist", "xtables.lock", "systemd/kubelet.service", "kind/x", "x/docker.list"])
def test_what_is_called_after_a_program_of_ours_is_seen(machine, path):
    before = machine_state.files()
    (machine / "etc" / path).parent.mkdir(parents=True, exist_ok=True)
    (machine / "etc" / path).touch()
    assert set(machine_state.files()) - set(before) == {str(machine / "etc" / path)}


@pytest.mark.parametrize(
    "path", ["home/.npm/_cacache", "home/.ansible_tmp", "etc/resolv.conf", "etc/kinds", "etc/truncate", "cache/pip", "cache/windrose-airflow"])
def test_what_other_programs_write_is_not(machine, path):
    before = machine_state.files()
    (machine / path).touch()
    assert machine_state.files() == before


def test_a_run_finds_the_settings_of_the_user_and_the_cache(machine):
    found = machine_state.environment()
    with open(os.path.join(found["HOME"], ".config", "pip", "pip.conf"), encoding="utf-8") as stream:
        assert stream.read() == "[global]"
    assert os.path.exists(os.path.join(found["HOME"], ".netrc"))
    assert found["XDG_CACHE_HOME"] == str(machine / "cache")
    assert "XDG_CONFIG_HOME" not in found and found["PATH"] == os.environ["PATH"]


def test_the_folders_are_made_once_and_emptied_when_told(machine):
    run("import tempfile; tempfile.mkstemp()")
    run("")
    assert len(machine_state.files()) == 3
    machine_state.prepare(os.path.expanduser("~"))
    assert len(machine_state.files()) == 2
