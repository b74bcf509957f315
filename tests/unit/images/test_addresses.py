# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stand-in of an environment's addresses is configured with, and how it starts and ends."""

from __future__ import annotations

import base64
import datetime
import http.server
import json
import os
import pathlib
import re
import runpy
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
import types

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LIMIT_SECONDS = 60
S3 = {"region": "eu-central-1", "access_key_file": "s3-access-key", "secret_key_file": "s3-secret-key"}
HOSTS = [
    {"host": "git.example.com", "port": 443, "kind": "git"},
    {"host": "logs.s3.amazonaws.com", "port": 443, "kind": "s3"},
    {"host": "logs.s3.eu-central-1.amazonaws.com", "port": 443, "kind": "s3"},
    {"host": "s3.eu-central-1.amazonaws.com", "port": 443, "kind": "s3"},
    {"host": "login.example.com", "port": 8443, "kind": "openid_connect", "issuer_path": "/realms/data"},
    {"host": "git.example.com", "port": 8443, "kind": "other"},
]
GIVEN = {
    "hosts": HOSTS, "buckets": ["logs"], "s3": S3,
    "repositories": [{"path": "data/dags.git", "branches": ["main", "release/1"], "folder": "dags"}],
}


@pytest.fixture
def serve(images, monkeypatch):
    """:returns: all that the script knows, what it imports among it"""
    # Byte code beside the script would be a change of the image's build context.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(images / "addresses")
    found = types.SimpleNamespace(**runpy.run_path(str(images / "addresses" / "serve.py")))
    return types.SimpleNamespace(**{**vars(sys.modules.pop("addresses")), **vars(found)})


@pytest.fixture
def addresses(serve):
    return serve.parse(json.dumps(GIVEN))


@pytest.fixture
def text(serve, addresses):
    return serve.lighttpd(addresses, pathlib.Path("/etc/addresses"), pathlib.Path("/srv"), pathlib.Path("/run/addresses"))


def block(text, port, host):
    """:returns: what lighttpd is told about one host, as lines"""
    port_block = text.split(f'$SERVER["socket"] == "0.0.0.0:{port}" {{\n', 1)[1].split("\n}\n", 1)[0]
    return re.search(rf'^  \$HTTP\["host"] == "{re.escape(host)}" {{\n(.*?)^  }}$', port_block, re.M | re.S).group(1).splitlines()


def test_what_is_left_out_has_a_default(serve):
    parsed = serve.parse('{"hosts": [{"host": "x.example.com", "kind": "openid_connect"}]}')
    assert parsed == {
        "hosts": [{"host": "x.example.com", "port": 443, "kind": "openid_connect", "issuer_path": ""}],
        "repositories": [], "buckets": [], "s3": None}


@pytest.mark.parametrize("given, told", [
    ("{", "Expecting property name"),
    ("{}", "names no hosts"),
    ('{"hosts": [{"host": "x", "kind": "ftp"}]}', "the kind of x is 'ftp'"),
    ('{"hosts": [{"host": "x", "kind": "other", "port": "443"}]}', "'443' is no port"),
    ('{"hosts": [{"host": "x", "kind": "other", "port": 65536}]}', "65536 is no port"),
    ('{"hosts": [{"kind": "other"}]}', "None is no host"),
    ('{"hosts": [{"host": "x\\" {", "kind": "other"}]}', "is no host"),
    ('{"hosts": [{"host": "x", "kind": "openid_connect", "issuer_path": "/../y"}]}', "is no issuer path"),
    ('{"hosts": [{"host": "x", "kind": "other"}, {"host": "x", "kind": "git", "port": 443}]}', "x:443 is there more than once"),
    ('{"hosts": [{"host": "x", "kind": "s3"}]}', "s3 has no region"),
    ('{"hosts": [{"host": "x", "kind": "s3"}], "s3": {"region": "r", "access_key_file": "a"}}', "s3 has no secret_key_file"),
    ('{"hosts": [{"host": "x", "kind": "git"}], "repositories": [{"path": "../x.git", "folder": "a"}]}', "'../x.git' is no path"),
    ('{"hosts": [{"host": "x", "kind": "git"}], "repositories": [{"path": "/x.git", "folder": "a"}]}', "'/x.git' is no path"),
    ('{"hosts": [{"host": "x", "kind": "git"}], "repositories": [{"path": "x.git", "folder": ".."}]}', "'..' is no folder"),
    ('{"hosts": [{"host": "x", "kind": "git"}], "repositories": [{"path": "x", "folder": "a", "branches": ["-f"]}]}', "'-f' is no branch"),
    ('{"hosts": [{"host": "x", "kind": "other"}], "buckets": ["../x"]}', "'../x' is no bucket"),
])
def test_what_cannot_be_served_is_refused(serve, given, told):
    with pytest.raises(serve.Refused) as refused:
        serve.parse(given)
    assert told in str(refused.value)


@pytest.mark.parametrize("host, buckets, domain", [
    ("logs.s3.amazonaws.com", ["logs"], "s3.amazonaws.com"),
    ("logs.s3.amazonaws.com", ["other", "logs"], "s3.amazonaws.com"),
    ("s3.amazonaws.com", ["logs"], ""),
    ("my-logs.s3.amazonaws.com", ["logs"], ""),
    ("logs.old.s3.amazonaws.com", ["logs", "logs.old"], "s3.amazonaws.com"),
])
def test_the_domain_of_a_bucket(serve, host, buckets, domain):
    assert serve.domain_of(host, buckets) == domain


def test_each_domain_has_a_gateway_and_the_others_use_the_first(serve, addresses, text):
    assert serve.virtual_domains(addresses) == ["s3.amazonaws.com", "s3.eu-central-1.amazonaws.com"]
    assert [line for host in HOSTS if host["kind"] == "s3" for line in block(text, 443, host["host"]) if "proxy.server" in line] == [
        f'    proxy.server = ("" => (("host" => "/run/addresses/s3-{number}.socket")))' for number in (0, 1, 0)]


def test_without_a_host_of_a_bucket_there_is_one_gateway(serve):
    given = {"hosts": [{"host": "storage.example.com", "kind": "s3"}], "buckets": ["logs"], "s3": S3}
    assert serve.virtual_domains(serve.parse(json.dumps(given))) == [""]


def test_each_port_has_its_own_hosts(text):
    assert re.findall(r'^\$SERVER\["socket"] == "(.*)" {$', text, re.M) == ["0.0.0.0:443", "0.0.0.0:8443"]
    assert text.count("ssl.engine") == 2
    assert any("git-backend" in line for line in block(text, 443, "git.example.com"))
    assert block(text, 8443, "git.example.com") == ['    server.errorfile-prefix = "/run/addresses/pages/nothing-"']


def test_a_git_host_is_told_where_the_token_is_and_not_what_it_is(text):
    assert block(text, 443, "git.example.com")[1:] == [
        '    alias.url = ("/" => "/usr/local/bin/git-backend/")',
        '    cgi.assign = ("" => "")',
        '    setenv.set-environment = ("GIT_PROJECT_ROOT" => "/srv/git", "GIT_HTTP_EXPORT_ALL" => "1",'
        ' "GIT_TOKEN_FILE" => "/etc/addresses/git-token")']


def test_a_path_is_handed_on_as_it_was_signed(text):
    assert '"url-normalize" => "disable"' in text


def test_an_identity_provider_has_two_documents(serve, addresses, text):
    page = "/run/addresses/pages/login.example.com-8443"
    assert block(text, 8443, "login.example.com")[1:] == [
        f'    alias.url = ("/realms/data/.well-known/openid-configuration" => "{page}.discovery", "/realms/data/jwks" => "{page}.keys")']
    files = serve.documents(addresses)
    document = json.loads(files["pages/login.example.com-8443.discovery"])
    assert document["issuer"] == "https://login.example.com:8443/realms/data"
    assert document["jwks_uri"] == document["issuer"] + "/jwks"
    # Those that OpenID Connect Discovery 1.0 calls required.
    assert set(document) >= {
        "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported", "subject_types_supported",
        "id_token_signing_alg_values_supported"}
    assert json.loads(files["pages/login.example.com-8443.keys"]) == {"keys": []}


def test_the_usual_port_is_not_part_of_the_issuer(serve):
    assert serve.issuer({"host": "login.example.com", "port": 443, "issuer_path": ""}) == "https://login.example.com"


@pytest.fixture
def place(tmp_path):
    """:returns: the four folders that the script is started with"""
    folders = types.SimpleNamespace(
        **{name: tmp_path / name for name in ("configuration", "state", "folders", "run")})
    for folder in vars(folders).values():
        folder.mkdir()
    (folders.folders / "dags").mkdir()
    (folders.folders / "dags" / "dag.py").write_text("x = 1\n", encoding="utf-8")
    files = {
        "addresses.json": json.dumps(GIVEN), "git-token": "a-token\n", "s3-access-key": "an-access-key\n",
        "s3-secret-key": "a-secret-key\n"}
    for name, content in files.items():
        (folders.configuration / name).write_text(content, encoding="utf-8")
    return folders


@pytest.fixture
def programs(images, shell, tmp_path):
    """Stand-ins for what the script starts: they write down what they were started with, and wait until they are stopped."""
    (shell.folder / "git-server").symlink_to(images / "git_server" / "git-server")
    for name in ("versitygw", "lighttpd"):
        written = f"{tmp_path}/{name}.$$"
        shell.stand_in(name, f'{{ echo "$@"; env; }} > {written}.new; mv {written}.new {written}; exec sleep 600')
    return shell


@pytest.fixture
def run(images, programs, place):
    """Callable that starts the script, and returns its process."""
    started = []

    def start():
        command = [sys.executable, images / "addresses" / "serve.py", *vars(place).values()]
        environment = {"PATH": f"{programs.folder}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
        started.append(subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True))
        return started[-1]
    yield start
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate()


def written_by(folder, name, count):
    """:returns: what that many stand-ins of a name have written down, once they have"""
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        found = [path.read_text(encoding="utf-8") for path in folder.glob(f"{name}.*") if path.suffix != ".new"]
        if len(found) == count:
            return sorted(found)
        assert time.monotonic() < end, found
        time.sleep(0.05)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_keys_are_in_the_environment_of_the_gateway_and_in_no_argument(run, place, tmp_path):
    process = run()
    for text in written_by(tmp_path, "versitygw", 2):
        assert text.startswith(f"posix {place.state}/buckets\n")
        assert {"ROOT_ACCESS_KEY=an-access-key", "ROOT_SECRET_KEY=a-secret-key", "VGW_REGION=eu-central-1"} <= set(text.splitlines())
        accounts = pathlib.Path(re.search(r"^VGW_IAM_DIR=(.*)$", text, re.M).group(1)) / "users.json"
        # What the gateway writes where there is no such file.
        assert json.loads(accounts.read_text(encoding="utf-8")) == {"accessAccounts": {}}
    assert "ROOT_SECRET_KEY" not in written_by(tmp_path, "lighttpd", 1)[0]
    assert "a-token" not in (place.run / "lighttpd.conf").read_text(encoding="utf-8")
    process.terminate()
    output, unused = process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 0
    # Nothing has answered.
    assert "ready" not in output and not (place.run / "ready").exists()
    assert "an-access-key" not in output and "a-secret-key" not in output


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_second_start_continues_branches_and_keeps_buckets(run, place, tmp_path):
    for number in (1, 2):
        (place.folders / "dags" / "dag.py").write_text(f"x = {number}\n", encoding="utf-8")
        process = run()
        written_by(tmp_path, "lighttpd", number)
        process.terminate()
        process.communicate(timeout=LIMIT_SECONDS)
        (place.state / "buckets" / "logs" / "object").touch()
    for branch in ("main", "release/1"):
        command = ["git", f"--git-dir={place.state}/git/data/dags.git", "rev-list", branch]
        assert len(subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.split()) == 2
    assert (place.state / "buckets" / "logs" / "object").exists()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("name", ["lighttpd", "versitygw"])
def test_where_one_process_ends_all_of_it_does(run, programs, name):
    programs.stand_in(name, "exit 3")
    output, unused = run().communicate(timeout=LIMIT_SECONDS)
    assert re.search(rf"^addresses: {name}.* has ended with 3\.$", output, re.M)


@pytest.mark.parametrize("name", ["addresses.json", "s3-secret-key"])
def test_a_missing_file_is_named(run, place, name):
    (place.configuration / name).unlink()
    process = run()
    output, unused = process.communicate(timeout=LIMIT_SECONDS)
    assert f"addresses: {place.configuration}/{name} cannot be read: No such file or directory.\n" in output
    assert process.returncode == 1


def test_a_missing_folder_of_a_repository_is_named(run, place):
    shutil.rmtree(place.folders / "dags")
    process = run()
    output, unused = process.communicate(timeout=LIMIT_SECONDS)
    assert f"there is no folder {place.folders}/dags" in output
    assert process.returncode == 1


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the status that the server has."""

    def do_GET(self):
        self.server.requests.append((self.headers["Host"], self.path))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *unused):
        """Not on the terminal."""


@pytest.fixture
def https(place):
    """:returns: a server on a free port of loopback, with a certificate for git.example.com"""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("git.example.com")]), critical=False).sign(key, hashes.SHA256()))
    (place.configuration / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (place.configuration / "tls.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place.configuration / "tls.crt", place.configuration / "tls.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.requests, server.status = [], 404
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def waiting(serve, place, https):
    """Callable that waits for one host of that kind on the server's port."""
    def wait(host="git.example.com", kind="other"):
        given = {"hosts": [{"host": host, "port": https.server_port, "kind": kind}], "s3": S3}
        (place.configuration / "addresses.json").write_text(json.dumps(given), encoding="utf-8")
        serve.Server(place.configuration, place.state, place.folders, place.run).wait(seconds=0.3)
    return wait


@pytest.mark.parametrize("kind, status, path", [
    ("other", 404, "/"), ("s3", 403, "/"), ("openid_connect", 200, "/.well-known/openid-configuration"),
    ("git", 401, "/nothing/info/refs?service=git-upload-pack"),
])
def test_it_is_ready_once_every_host_answers_as_it_should(waiting, https, place, capsys, kind, status, path):
    https.status = status
    waiting(kind=kind)
    assert https.requests == [("git.example.com", path)]
    assert capsys.readouterr().out == "addresses: ready\n"
    assert (place.run / "ready").exists()


@pytest.mark.parametrize("kind, status", [("other", 503), ("s3", 503), ("s3", 200), ("openid_connect", 404), ("git", 500)])
def test_it_is_not_ready_while_a_host_answers_otherwise(serve, waiting, https, place, kind, status):
    https.status = status
    with pytest.raises(serve.Refused, match=f"does not answer: it answers with the status {status}"):
        waiting(kind=kind)
    assert not (place.run / "ready").exists()


def test_a_host_that_the_certificate_lacks_is_named_at_once(serve, waiting):
    with pytest.raises(serve.Refused, match=r"tls.crt is not for other.example.com: Hostname mismatch.*[^.]\.$"):
        waiting(host="other.example.com")


@pytest.fixture
def ask(images, shell, place, tmp_path):
    """Callable that sends a request to the git backend, and returns its answer's status and text."""
    repository = tmp_path / "repositories" / "data" / "dags.git"
    repository.parent.mkdir(parents=True)
    shell.run(images / "git_server" / "git-server", "publish", place.folders / "dags", repository)

    def send(credentials=None, service="git-upload-pack", token_file=place.configuration / "git-token"):
        environment = {
            "GIT_PROJECT_ROOT": str(tmp_path / "repositories"), "GIT_HTTP_EXPORT_ALL": "1", "GIT_TOKEN_FILE": str(token_file),
            "REQUEST_METHOD": "GET", "PATH_INFO": "/data/dags.git/info/refs", "QUERY_STRING": f"service={service}"}
        if credentials is not None:
            environment["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(credentials.encode()).decode()
        answer = shell.run(images / "addresses" / "git-backend", **environment)
        status = re.search(r"^Status: (\d+)", answer.stdout, re.M)
        return int(status.group(1)) if status else 200, answer.stdout
    return send


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("credentials, status", [
    ("anyone:a-token", 200), ("someone-else:a-token", 200), ("anyone:another", 401), ("anyone:", 401), ("anyone", 401), (":a-token", 401),
    ("a-token", 401), ("anyone:a-token:", 401), ("anyone:*", 401), (None, 401),
])
def test_a_git_host_wants_a_user_and_the_token(ask, credentials, status):
    answered, text = ask(credentials)
    assert answered == status
    assert ("refs/heads/main" in text) is (status == 200)
    assert ("WWW-Authenticate: Basic" in text) is (status == 401)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_without_a_token_nobody_is_asked_for_one(ask, tmp_path):
    assert ask(token_file=tmp_path / "nowhere")[0] == 200


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_nobody_may_push(ask):
    assert ask("anyone:a-token", service="git-receive-pack")[0] == 403
