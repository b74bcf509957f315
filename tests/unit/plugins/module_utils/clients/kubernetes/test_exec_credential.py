# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a real program is started that gives credentials, by whom, and where these lie meanwhile."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import json
import os
import pathlib
import signal
import ssl
import stat
import subprocess
import sys
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import exec_credential
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.exec_credential import (
    CredentialSource,
    handed_on,
)
from ansible_collections.windrose.airflow.plugins.module_utils._errors import KubeconfigError
from ansible_collections.windrose.airflow.plugins.module_utils._release import helm_output

ROOT = pathlib.Path(__file__).resolve().parents[6]
LIMIT_SECONDS = 60
# Says that it is there, waits for a line, and prints the token it got; the second line, if any, is what was refused.
PROCESS = f"""
import json, os, sys, time
from {exec_credential.__name__} import CredentialSource, protocol
config, later, refused = json.loads(sys.argv[1])
source = CredentialSource(config, os.environ, clock=lambda: time.time() + later)
print("ready", flush=True)
sys.stdin.readline()
print(source.get(protocol.Credential(**refused) if refused else None).status["token"])
"""


def get(config, **options):
    return CredentialSource(config, os.environ).get(**options)


def wait_until(condition):
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def processes(monkeypatch):
    """Processes of their own that ask for a credential: ``processes(number, config, later, refused) -> Popen objects``, all ready."""
    started = []

    # The same environment as this process has: another one may mean another login.
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "collections"))

    def start(number, config, later=0, refused=None):
        asked = json.dumps([config, later, refused and {"number": refused.number, "status": refused.status}])
        fresh = [
            subprocess.Popen(
                [sys.executable, "-c", PROCESS, asked], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                start_new_session=True)
            for unused in range(number)
        ]  # fmt: skip
        started.extend(fresh)
        assert {process.stdout.readline() for process in fresh} == {"ready\n"}
        return fresh

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def answers(asking, program, gate):
    """Let processes ask at the same time, while the program takes its time.

    :returns: the tokens that they got.
    """
    before = len(program.starts())
    for process in asking:
        process.stdin.write("go\n")
        process.stdin.flush()
    wait_until(lambda: len(program.starts()) > before)
    gate.write_text("go on", encoding="utf-8")
    return [process.communicate(timeout=LIMIT_SECONDS)[0].strip() for process in asking]


@pytest.fixture
def gate(program):
    """A pipe that the program waits at."""
    path = program.path.parent / "gate"
    os.mkfifo(path)
    program.answer(gate=path.name)
    return path


def test_without_a_folder_each_asks_for_himself(program, login, monkeypatch):
    monkeypatch.delenv(exec_credential.FOLDER_VARIABLE, raising=False)
    assert [get(login()).status for unused in range(2)] == [{"token": "token-1"}, {"token": "token-2"}]


def test_processes_of_one_run_start_the_program_once(program, login, run_folder, processes, gate):
    assert answers(processes(4, login()), program, gate) == ["token-1"] * 4
    assert len(program.starts()) == 1


def test_where_it_expires_in_the_middle_the_program_is_started_once_more(program, login, run_folder, processes, gate):
    program.answer(lifetime=900)
    assert get(login()).status == {"token": "token-1"}
    program.answer(lifetime=900, gate=gate.name)
    assert answers(processes(4, login(), later=845), program, gate) == ["token-2"] * 4
    assert len(program.starts()) == 2


def test_before_it_expires_nobody_starts_the_program(program, login, run_folder, processes):
    program.answer(lifetime=900)
    get(login())
    (asking,) = processes(1, login(), later=800)
    assert asking.communicate("go\n", timeout=LIMIT_SECONDS)[0].strip() == "token-1"


def test_processes_that_were_refused_the_same_start_the_program_once_more(program, login, run_folder, processes, gate):
    program.answer()
    refused = get(login())
    program.answer(gate=gate.name)
    assert answers(processes(4, login(), refused=refused), program, gate) == ["token-2"] * 4
    assert len(program.starts()) == 2


def test_a_program_that_gives_the_refused_token_again_is_not_asked_by_all(program, login, run_folder):
    program.answer({"token": "cached"})
    refused = get(login())
    assert [get(login(), refused=refused).status["token"] for unused in range(3)] == ["cached"] * 3
    assert len(program.starts()) == 2


def test_a_process_that_is_killed_holds_nobody_up(program, login, run_folder, processes, gate):
    (killed,) = processes(1, login())
    killed.stdin.write("go\n")
    killed.stdin.flush()
    wait_until(program.starts)
    os.killpg(killed.pid, signal.SIGKILL)
    program.answer()
    assert get(login()).status == {"token": "token-2"}


def test_nobody_else_can_read_what_is_kept(program, login, run_folder):
    old = os.umask(0)
    try:
        get(login())
    finally:
        os.umask(old)
    kept = list(run_folder.iterdir())
    assert len(kept) == 2 and {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert not any("token-1" in path.name for path in kept)


def test_two_users_and_two_clusters_share_nothing(program, login, run_folder, monkeypatch):
    logins = [login(), login(args=["--role", "other"]), login(server="https://127.0.0.1:2")]
    assert [get(config).status["token"] for config in [*logins, *logins]] == ["token-1", "token-2", "token-3"] * 2
    monkeypatch.setenv("LOGIN_VARIABLE", "other")
    assert get(logins[0]).status["token"] == "token-4"


@pytest.mark.parametrize("mode", [0o750, 0o707])
def test_a_folder_that_others_can_enter_is_not_used(program, login, run_folder, mode):
    run_folder.chmod(mode)
    get(login())
    assert list(run_folder.iterdir()) == []


def test_a_folder_that_is_gone_is_not_missed(program, login, run_folder):
    source = CredentialSource(login(), os.environ)
    run_folder.rmdir()
    assert source.get().status == {"token": "token-1"} and not run_folder.exists()


def test_what_is_kept_and_cannot_be_read_is_asked_for_anew(program, login, run_folder):
    get(login())
    for path in run_folder.iterdir():
        path.write_text("{", encoding="utf-8")
    assert [get(login()).status["token"] for unused in range(2)] == ["token-2"] * 2


def test_a_program_is_started_as_the_kubeconfig_says(program, login, run_folder):
    get(login(args=["--cluster", "a b"], env=[{"name": "LOGIN_VARIABLE", "value": "x"}], provideClusterInfo=True))
    (start,) = program.starts()
    assert (start["arguments"], start["variable"]) == (["--cluster", "a b"], "x")
    assert start["information"]["spec"] == {"interactive": False, "cluster": {"server": "https://127.0.0.1:1"}}


@pytest.mark.parametrize("shared", [True, False])
def test_a_program_that_fails_is_named_with_what_it_said_and_without_a_token(program, login, run_folder, shared, monkeypatch):
    if not shared:
        monkeypatch.delenv(exec_credential.FOLDER_VARIABLE)
    refused = get(login())
    program.answer(code=254, says="the session of token-1 has ended: run aws sso login")
    with pytest.raises(KubeconfigError) as raised:
        get(login(), refused=refused)
    assert str(raised.value) == (
        "Could not load the credentials of context c: login ended with 254: the session of ******** has ended: run aws sso login. "
        "Log in again with the cluster's provider.")


def test_a_program_that_says_nothing(program, login):
    program.answer(code=1)
    with pytest.raises(KubeconfigError, match="login ended with 1: it said nothing"):
        get(login())


def test_what_is_no_credential_is_not_kept(program, login, run_folder):
    program.answer({"clientKeyData": "secret-key"})
    with pytest.raises(KubeconfigError, match="context c: login: it gave only one of") as raised:
        get(login())
    assert "secret-key" not in str(raised.value)
    program.answer()
    assert get(login()).status == {"token": "token-2"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"command": "/nonesuch/aws"}, r"/nonesuch/aws cannot be started \(No such file or directory\). Install it, or correct"),
        ({"command": "nonesuch-aws", "installHint": "Get it from AWS"}, r"nonesuch-aws cannot be started .*\. Get it from AWS\."),
        ({"command": "/"}, "/ cannot be started .Permission denied"),
        ({"command": ""}, "lacks command or apiVersion"),
        ({"apiVersion": None}, "lacks command or apiVersion"),
        ({"interactiveMode": "Always"}, "login wants to ask at a terminal"),
    ],
)
def test_a_program_that_cannot_be_started_is_named(login, options, told):
    with pytest.raises(KubeconfigError, match=told):
        get(login(**options))


def test_a_program_that_does_not_end_is_stopped(program, login, gate, monkeypatch):
    monkeypatch.setattr(exec_credential, "LIMIT_SECONDS", 0.5)
    with pytest.raises(KubeconfigError, match=r"login did not end within 0\.5 s"):
        get(login())


# Another program, which starts ours as client-go does


def ask_as_another_program(config, times):
    """:returns: what a process that starts the program of a kubeconfig a number of times gets to read."""
    plugin = config["users"][0]["user"]["exec"]
    script = "import subprocess, sys; [subprocess.run(sys.argv[2:], check=False) for unused in range(int(sys.argv[1]))]"
    environment = {"PATH": os.environ["PATH"], **{item["name"]: item["value"] for item in plugin["env"]}}
    ended = subprocess.run(
        [sys.executable, "-c", script, str(times), plugin["command"], *plugin["args"]], env=environment,
        capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True)
    return [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr


def tokens(given):
    return [answer["status"]["token"] for answer in given]


def test_another_program_gets_the_credential_of_the_run(program, login, run_folder):
    program.answer(lifetime=900)
    config = login(env=[{"name": "LOGIN_VARIABLE", "value": "x"}], provideClusterInfo=True)
    get(config)
    given = handed_on(config, os.environ)
    assert given["users"][0]["user"]["exec"]["apiVersion"] == "client.authentication.k8s.io/v1"
    assert "token-1" not in json.dumps(given)
    for unused in range(2):
        (answer,), unused_errors = ask_as_another_program(given, 1)
        assert answer["kind"] == "ExecCredential" and answer["status"]["token"] == "token-1"
        assert answer["status"]["expirationTimestamp"].endswith("Z")
    assert len(program.starts()) == 1


def test_another_program_may_be_the_first_to_need_it(program, login, run_folder):
    config = login(env=[{"name": "LOGIN_VARIABLE", "value": "x"}], provideClusterInfo=True)
    assert tokens(ask_as_another_program(handed_on(config, os.environ), 1)[0]) == ["token-1"]
    assert get(config).status == {"token": "token-1"}
    (start,) = program.starts()
    assert start["variable"] == "x" and start["information"]["spec"]["cluster"] == {"server": "https://127.0.0.1:1"}


def test_another_program_that_asks_twice_was_refused(program, login, run_folder):
    get(login())
    assert tokens(ask_as_another_program(handed_on(login(), os.environ), 3)[0]) == ["token-1", "token-2", "token-3"]
    assert get(login()).status == {"token": "token-3"}


def test_another_program_is_told_why_there_is_no_credential(program, login, run_folder):
    program.answer(code=3, says="the session has ended")
    answer, errors = ask_as_another_program(handed_on(login(), os.environ), 1)
    assert answer == [] and errors == (
        "Could not load the credentials of context c: login ended with 3: the session has ended. "
        "Log in again with the cluster's provider.\n")


def test_where_nothing_is_shared_another_program_asks_for_itself(login, monkeypatch):
    monkeypatch.delenv(exec_credential.FOLDER_VARIABLE, raising=False)
    assert handed_on(login(), os.environ) == login()


@pytest.mark.parametrize("user", [{"token": "t"}, {"client-certificate-data": "c", "client-key-data": "k"}])
def test_who_logs_in_by_no_program_is_left_alone(login, run_folder, user):
    config = {**login(), "users": [{"name": "u", "user": user}]}
    assert handed_on(config, os.environ) == config
    nobody = {**login(), "users": []}
    assert handed_on(nobody, os.environ) == nobody


# helm


class ReleaseServer(http.server.BaseHTTPRequestHandler):
    """An API server without releases, which lets in who has the valid token."""

    protocol_version = "HTTP/1.1"
    valid, seen = "", []

    def do_GET(self):
        token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        self.seen.append(token)
        answer = {"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": [], "gitVersion": "v1.34.0"}
        if token != self.valid:
            answer = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Unauthorized", "code": 401}
        body = json.dumps(answer).encode()
        self.send_response(answer.get("code", 200))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server_login(login, serve, tmp_path):
    """A kubeconfig document of a `ReleaseServer`. helm logs in over TLS only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256()))
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "server.pem").write_bytes(certificate.public_bytes(pem) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    config = login(f"https://127.0.0.1:{serve(ReleaseServer, context)}")
    config["clusters"][0]["cluster"]["insecure-skip-tls-verify"] = True
    return config


@pytest.fixture
def helm(helm_binary, tmp_path):
    """Run a real helm with a kubeconfig document: ``helm(config, *arguments) -> what it ended with``."""

    def run(config, *arguments):
        (tmp_path / "kubeconfig").write_text(json.dumps(config))
        return subprocess.run(
            [helm_binary, *arguments, "--kubeconfig", str(tmp_path / "kubeconfig")], env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)

    return run


def test_helm_uses_the_credential_of_the_run(program, server_login, run_folder, helm, monkeypatch):
    monkeypatch.setattr(ReleaseServer, "seen", [])
    monkeypatch.setattr(ReleaseServer, "valid", "token-1")
    get(server_login)
    for unused in range(2):
        ended = helm(handed_on(server_login, os.environ), "list")
        assert ended.returncode == 0, ended.stderr
    assert set(ReleaseServer.seen) == {"token-1"} and len(program.starts()) == 1
    # A login that was revoked: helm fails where it is refused, and what asks next has a new one.
    monkeypatch.setattr(ReleaseServer, "valid", "token-2")
    helm(handed_on(server_login, os.environ), "list")
    assert helm(handed_on(server_login, os.environ), "list").returncode == 0
    assert len(program.starts()) == 2


def test_helm_says_why_there_is_no_credential(program, server_login, run_folder, helm):
    program.answer(code=3, says="the session\nhas ended")
    ended = helm(handed_on(server_login, os.environ), "list")
    assert ended.returncode and not helm_output.is_unreachable(ended.stderr)
    assert helm_output.cause(ended.stderr) == (
        "Could not load the credentials of context c: login ended with 3: the session has ended. "
        "Log in again with the cluster's provider.")
