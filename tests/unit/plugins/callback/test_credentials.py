# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of a run's credentials: where it is, who removes it, and that the modules of a real run share it."""

from __future__ import annotations

import http.server
import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import threading

import pytest
from login_program import LoginProgram

from ansible_collections.windrose.airflow.plugins.callback import credentials
from ansible_collections.windrose.airflow.plugins.callback.credentials import RunFolder, places, remove_left

ROOT = pathlib.Path(__file__).resolve().parents[4]
LIMIT_SECONDS = 120
TASKS = 2
PLAY = {
    "hosts": "all", "gather_facts": False, "connection": "local", "vars": {"ansible_python_interpreter": sys.executable},
    "tasks": [
        {"name": f"Ask {number}", "windrose.airflow.cluster_info": {"kubeconfig": "{{ path }}", "gather": ["version"]}}
        for number in range(TASKS)
    ],
}  # fmt: skip
# Starts what a kubeconfig for helm names, from the archive that Ansible makes of a module.
ASK_AS_HELM = """
import json, os, subprocess
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.exec_credential import handed_on

module = AnsibleModule({"path": {"type": "path"}})
with open(module.params["path"], encoding="utf-8") as stream:
    plugin = handed_on(json.load(stream), os.environ)["users"][0]["user"]["exec"]
environment = {**os.environ, **{item["name"]: item["value"] for item in plugin["env"]}}
ended = subprocess.run([plugin["command"], *plugin["args"]], env=environment, capture_output=True, text=True)
if ended.returncode or json.loads(ended.stdout)["status"] != {"token": "token-1"}:
    module.fail_json(msg=ended.stderr)
module.exit_json()
"""


class VersionServer:
    """An API server that tells its version, and lets each token in a number of times."""

    def __init__(self):
        self.admissions, self.seen = 1000, []
        self.on_request = lambda: None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.seen.append(self.headers["Authorization"])
                outer.on_request()
                body = json.dumps({"gitVersion": "v1.34.0", "major": "1", "minor": "34"}).encode()
                self.send_response(200 if outer.seen.count(self.headers["Authorization"]) <= outer.admissions else 401)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True


@pytest.fixture
def server():
    """A `VersionServer` that runs."""
    told = VersionServer()
    thread = threading.Thread(target=told.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield told
    told.server.shutdown()
    thread.join()
    told.server.server_close()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The folder for the folders of runs; the machine's own are not touched."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return folder


@pytest.fixture
def start(tmp_path, place, server):
    """Start a run of a playbook with several modules, for several hosts at once: ``start(program, hosts, enabled, helm) -> Popen``."""

    def started(program, hosts=1, enabled=True, helm=False):
        kubeconfig = {
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server.server_port}"}}],
            "users": [{"name": "u", "user": program.user()}],
        }  # fmt: skip
        (tmp_path / "kubeconfig").write_text(json.dumps(kubeconfig))
        (tmp_path / "library").mkdir(exist_ok=True)
        (tmp_path / "library" / "ask_as_helm.py").write_text(ASK_AS_HELM)
        asking = [{"name": "Ask as helm", "ask_as_helm": {"path": "{{ path }}"}}] if helm else []
        (tmp_path / "play.yml").write_text(json.dumps([{**PLAY, "tasks": PLAY["tasks"] + asking}]))
        enabling = "callbacks_enabled = windrose.airflow.credentials\n" if enabled else ""
        (tmp_path / "ansible.cfg").write_text(f"[defaults]\n{enabling}")
        environment = {
            **os.environ, "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"), "ANSIBLE_HOME": str(tmp_path / "ansible"),
            "ANSIBLE_REMOTE_TEMP": str(tmp_path / "ansible" / "tmp"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        }  # fmt: skip
        inventory = "".join(f"cluster{number}," for number in range(hosts))
        command = [sys.executable, "-m", "ansible", "playbook", "play.yml", "--inventory", inventory]
        return subprocess.Popen(
            [*command, "-e", json.dumps({"path": str(tmp_path / "kubeconfig")})], cwd=tmp_path, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)

    return started


def finish(run):
    output = run.communicate(timeout=LIMIT_SECONDS)[0]
    assert run.returncode == 0, output
    return output


def test_the_modules_of_a_run_log_in_once_and_leave_nothing(tmp_path, start, server, place):
    program, modes = LoginProgram(tmp_path / "program"), set()
    server.on_request = lambda: modes.update(
        stat.S_IMODE(path.lstat().st_mode) for path in place.rglob("*") if not path.is_dir())
    output = finish(start(program, hosts=2, helm=True))
    assert len(program.starts()) == 1 and server.seen == ["Bearer token-1"] * TASKS * 2
    assert modes == {0o600} and list(place.iterdir()) == [] and "token-1" not in output


def test_a_token_that_is_refused_in_the_middle_of_a_run_costs_one_start_more(tmp_path, start, server):
    program = LoginProgram(tmp_path / "program")
    server.admissions = TASKS // 2
    finish(start(program))
    assert len(program.starts()) == 2
    assert server.seen == ["Bearer token-1"] * (server.admissions + 1) + ["Bearer token-2"] * server.admissions


def test_without_the_plugin_each_module_logs_in_for_itself(tmp_path, start, place):
    program = LoginProgram(tmp_path / "program")
    finish(start(program, enabled=False))
    assert len(program.starts()) == TASKS and list(place.iterdir()) == []


def test_what_a_killed_run_leaves_the_next_one_removes(tmp_path, start, server, place):
    program = LoginProgram(tmp_path / "program")
    answered, killed = threading.Event(), threading.Event()

    def wait():
        answered.set()
        killed.wait(LIMIT_SECONDS)

    server.on_request = wait
    run = start(program)
    assert answered.wait(LIMIT_SECONDS)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    # Ansible starts each worker in a session of its own, and it lives until its module ends.
    killed.set()
    left = [path for path in place.rglob("*") if path.is_file() and "token-1" in path.read_text()]
    assert len(left) == 1 and stat.S_IMODE(left[0].stat().st_mode) == 0o600
    with open(left[0].parent / credentials.LOCK, encoding="utf-8") as lock:
        credentials.fcntl.flock(lock, credentials.fcntl.LOCK_EX)
    server.on_request = lambda: None
    finish(start(program))
    assert len(program.starts()) == 2 and list(place.iterdir()) == []


def test_a_folder_of_a_run_that_lives_is_left_alone(place):
    folder = RunFolder(str(place))
    remove_left([str(place)])
    assert os.listdir(place) == [os.path.basename(folder.path)] and stat.S_IMODE(os.stat(folder.path).st_mode) == 0o700
    folder.remove()
    folder.remove()
    assert os.listdir(place) == []


def test_a_forked_process_does_not_remove_the_folder(place, monkeypatch):
    folder = RunFolder(str(place))
    with monkeypatch.context() as forked:
        forked.setattr(credentials.os, "getpid", lambda: 1)
        folder.remove()
    assert os.path.isdir(folder.path)
    folder.remove()


def test_only_folders_of_ones_own_are_removed(place, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (place / f"{credentials.PREFIX}link").symlink_to(tmp_path / "elsewhere")
    (place / f"{credentials.PREFIX}open").mkdir(mode=0o755)
    (place / "another").mkdir(mode=0o700)
    (place / f"{credentials.PREFIX}left").mkdir(mode=0o700)
    remove_left([str(place), "/nonesuch"])
    assert sorted(os.listdir(place)) == ["another", f"{credentials.PREFIX}link", f"{credentials.PREFIX}open"]


def test_a_folder_that_another_run_removes_meanwhile_is_made_again(place, monkeypatch):
    real, taken = credentials.fcntl.flock, []

    def flock(descriptor, operation):
        if not taken:
            taken.append(os.listdir(place)[0])
            credentials.shutil.rmtree(place / taken[0])
        return real(descriptor, operation)

    monkeypatch.setattr(credentials.fcntl, "flock", flock)
    folder = RunFolder(str(place))
    assert os.path.isdir(folder.path) and os.path.basename(folder.path) != taken[0]
    folder.remove()


def test_where_there_are_no_locks_nothing_is_left(place, monkeypatch):
    def flock(descriptor, operation):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(credentials.fcntl, "flock", flock)
    with pytest.raises(OSError, match="No locks"):
        RunFolder(str(place))
    assert os.listdir(place) == []


def test_the_runtime_folder_of_the_user_comes_first_and_the_folder_for_temporary_files_last(place, tmp_path, monkeypatch):
    monkeypatch.setattr(credentials.tempfile, "tempdir", None)
    assert places(os.environ)[0] == str(place) and places(os.environ)[-1] == str(tmp_path)


@pytest.mark.parametrize("mode", [0o755, 0o770])
def test_a_runtime_folder_that_others_can_enter_is_not_used(place, tmp_path, monkeypatch, mode):
    monkeypatch.setattr(credentials.tempfile, "tempdir", None)
    place.chmod(mode)
    assert str(place) not in places(os.environ) and str(place) not in places({"XDG_RUNTIME_DIR": "runtime"})
