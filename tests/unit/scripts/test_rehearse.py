# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scripts/rehearse hands nothing of the user to Ansible that could open anything, and nothing to the outside once the cluster is made.

It runs in a scratch checkout, with an ansible-playbook that writes down what it was called with.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "scripts" / "rehearse"
PLAYBOOKS = ["playbooks/rehearse.yml", "site.yml", "playbooks/rehearsal_verify.yml"]
OPTIONS = ["-i", "inventories/mine", "-e", "airflow_namespace=airflow two", "--limit", "prod"]
OWN = ["-e", "ansible_connection=local", "-e", '{"ansible_python_interpreter": "{{ ansible_playbook_python }}"}']
MOCK_SECRET = "hunter2-of-nobody"
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
CREDENTIALS = [
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_CONFIG", "AZURE_CLIENT_SECRET", "AZURE_CONFIG_DIR", "ARM_CLIENT_SECRET",
    "KUBECONFIG", "K8S_AUTH_API_KEY", "K8S_AUTH_KUBECONFIG", "VAULT_TOKEN", "VAULT_ADDR", "SSH_AUTH_SOCK", "GITHUB_TOKEN", "DOCKER_CONFIG",
    "ANSIBLE_VAULT_PASSWORD_FILE", "ANSIBLE_PRIVATE_KEY_FILE", "ANSIBLE_INVENTORY", "AIRFLOW_CONN_MINE", "HELM_REGISTRY_CONFIG", "XDG_CONFIG_HOME",
    "all_proxy", "ALL_PROXY", "NETRC", "PYTHONPATH", "UNHEARD_OF",
]  # fmt: skip
# Where packages come from, and how people want to see the output.
KEPT = {
    "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TERM": "dumb", "COLUMNS": "120", "NO_COLOR": "1", "PIP_INDEX_URL": "http://packages.acme.test/simple",
    "GOPROXY": "http://packages.acme.test/go", "GONOSUMDB": "*", "GOFLAGS": "-mod=mod", "GOPRIVATE": "acme.test",
    "NPM_CONFIG_REGISTRY": "http://packages.acme.test/npm", "npm_config_registry": "http://packages.acme.test/npm", "DOCKER_HOST": "unix:///run/nobody.sock",
    "AIRFLOW_CHART_PACKAGE": "/chart.tgz", "WINDROSE_PROGRESS": "plain", "SSL_CERT_FILE": "/authority.pem", "TMPDIR": "/tmp",
}  # fmt: skip
RECORDER = f"""#!{sys.executable} -I
import json, os, pathlib, sys
with pathlib.Path(__file__).with_name("calls").open("a", encoding="utf-8") as calls:
    calls.write(json.dumps({{"arguments": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd()}}) + "\\n")
failing = pathlib.Path(__file__).with_name("failing")
name, code = failing.read_text(encoding="utf-8").split() if failing.exists() else ("", "0")
sys.exit(int(code) if sys.argv[1] == name else 0)
"""


class Checkout:
    """A checkout with no more than the script, beside a home and a recorder of what is called.

    :ivar folder: the checkout.
    :ivar home: the user's own folder.
    """

    def __init__(self, folder):
        self.folder, self.home, self._programs = folder / "check out", folder / "home", folder / "bin"
        for made in (self.folder / "scripts", self.home, self._programs):
            made.mkdir(parents=True)
        shutil.copy(SCRIPT, self.folder / "scripts")
        (self._programs / "ansible-playbook").write_text(RECORDER, encoding="utf-8")
        (self._programs / "ansible-playbook").chmod(0o755)

    def fail(self, playbook, code):
        """Let a playbook end with that code."""
        (self._programs / "failing").write_text(f"{playbook} {code}", encoding="utf-8")

    def run(self, *arguments, shell=(), **environment):
        """:returns: the finished process."""
        given = {"PATH": f"{self._programs}:{os.defpath}", "HOME": str(self.home), **environment}
        return subprocess.run(
            [*shell, str(self.folder / "scripts" / "rehearse"), *arguments], env=given, cwd=self.home, capture_output=True, text=True, timeout=60, check=False)

    @property
    def calls(self):
        """:returns: list of {arguments, environment, folder}."""
        calls = self._programs / "calls"
        return [json.loads(line) for line in calls.read_text(encoding="utf-8").splitlines()] if calls.exists() else []


@pytest.fixture(name="checkout")
def fixture_checkout(tmp_path):
    return Checkout(tmp_path)


def test_without_arguments_it_says_what_it_takes_and_makes_nothing(checkout):
    finished = checkout.run()
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("Usage: scripts/rehearse -i INVENTORY [-e VARIABLES] [--limit HOST].")
    assert checkout.calls == [] and [path.name for path in checkout.folder.iterdir()] == ["scripts"]


def test_the_options_are_handed_to_all_three_playbooks(checkout):
    finished = checkout.run(*OPTIONS)
    assert (finished.returncode, finished.stderr) == (0, "")
    prepared = ["-e", f"@{checkout.folder}/.rehearsal/variables.json"]
    assert [call["arguments"] for call in checkout.calls] == [
        [PLAYBOOKS[0], *OPTIONS, *OWN], [PLAYBOOKS[1], *OPTIONS, *prepared, *OWN], [PLAYBOOKS[2], *OPTIONS, *prepared, *OWN]]
    assert {call["folder"] for call in checkout.calls} == {str(checkout.folder)}


def test_the_last_line_says_how_long_it_took(checkout):
    assert checkout.run(*OPTIONS).stdout.splitlines()[-1].startswith("The rehearsal succeeded in ")


@pytest.mark.parametrize("code", [1, 2, 4, 250])
@pytest.mark.parametrize("place", range(len(PLAYBOOKS)))
def test_what_fails_ends_it_with_one_and_the_name_of_the_playbook(checkout, place, code):
    checkout.fail(PLAYBOOKS[place], code)
    finished = checkout.run(*OPTIONS)
    assert finished.returncode == 1 and "succeeded" not in finished.stdout
    assert finished.stderr.startswith(f"The rehearsal ended at: ansible-playbook {PLAYBOOKS[place]}. ")
    assert [call["arguments"][0] for call in checkout.calls] == PLAYBOOKS[: place + 1]


def test_no_credential_of_the_user_reaches_ansible(checkout):
    assert checkout.run(*OPTIONS, **dict.fromkeys(CREDENTIALS, MOCK_SECRET)).returncode == 0
    for call in checkout.calls:
        assert set(CREDENTIALS) & set(call["environment"]) == set()
        assert MOCK_SECRET not in json.dumps(call)


def test_no_line_of_a_value_is_taken_for_a_variable(checkout):
    assert checkout.run(*OPTIONS, AWS_CREDENTIALS=f"first\nPATH={MOCK_SECRET}\nHOME={MOCK_SECRET}\n").returncode == 0
    assert len(checkout.calls) == 3 and MOCK_SECRET not in json.dumps(checkout.calls)


def test_the_home_of_the_user_is_another_one(checkout):
    for name in (".aws", ".kube", ".ssh", ".docker"):
        (checkout.home / name).mkdir()
    checkout.run(*OPTIONS)
    home = checkout.folder / ".rehearsal" / "home"
    assert home.stat().st_mode & 0o777 == 0o700 and list(home.iterdir()) == []
    for call in checkout.calls:
        assert call["environment"]["HOME"] == str(home)
        # What is fetched is kept where every run keeps it.
        assert call["environment"]["XDG_CACHE_HOME"] == str(checkout.home / ".cache")
        beyond = {name: value for name, value in call["environment"].items() if str(checkout.home) in value and f"{checkout.home}/.cache" not in value}
        assert beyond == {}


def test_the_settings_of_packages_and_of_the_output_do_reach_it(checkout):
    checkout.run(*OPTIONS, **KEPT, http_proxy="http://proxy.acme.test", no_proxy="acme.test")
    for call in checkout.calls:
        assert KEPT.items() <= call["environment"].items()
    assert (checkout.calls[0]["environment"]["http_proxy"], checkout.calls[0]["environment"]["no_proxy"]) == ("http://proxy.acme.test", "acme.test")


@pytest.mark.parametrize(
    ("path", "variable"), [(".config/pip/pip.conf", "PIP_CONFIG_FILE"), (".pip/pip.conf", "PIP_CONFIG_FILE"), (".config/go/env", "GOENV")])
def test_the_files_of_the_user_that_say_where_packages_are_are_read(checkout, path, variable):
    (checkout.home / path).parent.mkdir(parents=True)
    (checkout.home / path).touch()
    checkout.run(*OPTIONS)
    checkout.run(*OPTIONS, **{variable: "/elsewhere"})
    assert [call["environment"][variable] for call in checkout.calls] == [str(checkout.home / path)] * 3 + ["/elsewhere"] * 3


def test_what_comes_after_the_cluster_is_made_asks_nobody_outside(checkout):
    checkout.run(*OPTIONS, **dict.fromkeys(PROXIES, "http://proxy.acme.test"), no_proxy="*", NO_PROXY="*")
    first, *others = [call["environment"] for call in checkout.calls]
    assert {first[name] for name in PROXIES} == {"http://proxy.acme.test"}
    for environment in others:
        assert {environment[name] for name in PROXIES} == {"http://127.0.0.1:9"}
        assert environment["no_proxy"] == environment["NO_PROXY"] == "127.0.0.1,localhost"
    assert {call["environment"]["AWS_EC2_METADATA_DISABLED"] for call in checkout.calls} == {"true"}


def test_the_checkout_is_configured_whatever_the_user_has(checkout):
    checkout.run(*OPTIONS, ANSIBLE_CONFIG="/etc/mine.cfg", ANSIBLE_HOME="/mine", XDG_CACHE_HOME=str(checkout.home / "cache"))
    for call in checkout.calls:
        environment = call["environment"]
        assert environment["ANSIBLE_CONFIG"] == str(checkout.folder / "ansible.cfg")
        assert environment["ANSIBLE_HOME"] == str(checkout.home / "cache" / "windrose-airflow" / "ansible")
        assert environment["PATH"].startswith(f"{checkout.folder}/.venv/bin:")


@pytest.mark.parametrize("name", ["UID", "PPID", "SHELLOPTS"])
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_what_a_shell_lets_nobody_change_ends_nothing(checkout, shell, name):
    options = ["--posix"] if shell == "bash" else []
    finished = checkout.run(*OPTIONS, shell=[shell, *options], **{name: "1000" if name != "SHELLOPTS" else "braceexpand"})
    assert (finished.returncode, finished.stderr) == (0, "")
