# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import pytest
from ansible._internal._datatag import _tags

from ansible_collections.windrose.airflow.plugins.filter import preflight_findings as plugin

ROOT = pathlib.Path(__file__).resolve().parents[4]
PASSWORD = "vault"
SECRET = "hunter2"
PLAY = """
- hosts: all
  gather_facts: false
  vars:
    names: "{{ query('ansible.builtin.varnames', '^airflow_') | sort }}"
    variables: "{{ dict(names | zip(query('ansible.builtin.vars', *names))) }}"
  tasks:
    - ansible.builtin.copy:
        content: "{{ variables | windrose.airflow.preflight_findings(names) | to_json }}"
        dest: "{{ inventory_dir }}/found.json"
        mode: "0600"
"""
# Line by line, as the lines are what is reported.
INVENTORY = """
from_vault_file: "{{ in_vault_file }}"
from_plain_file: hunter2
airflow_values_overrides:
  plain: {smtp_password: hunter2}
  number: {smtp_password: 123456}
  of_vault_file: {smtp_password: "{{ from_vault_file }}"}
  of_plain_file: {smtp_password: "{{ from_plain_file }}"}
  changed: {smtp_password: "{{ from_vault_file | upper }}"}
  looked_up: {smtp_password: "{{ lookup('ansible.builtin.env', 'SECRET') }}"}
  url: postgresql://airflow:hunter2@db/airflow
  url_of_vault: "postgresql://airflow:{{ from_vault_file }}@db/airflow"
  inline:
    smtp_password: INLINE
"""
PLAIN = {
    "airflow_password": "<CLI option '-e'>",
    "airflow_values_overrides.plain.smtp_password": "all.yml:4",
    "airflow_values_overrides.number.smtp_password": "all.yml:5",
    "airflow_values_overrides.of_plain_file.smtp_password": "all.yml:2",
    "airflow_values_overrides.url": "all.yml:10",
}


def run(*command, folder, **options):
    """:returns: what a command of Ansible prints; it has to succeed."""
    environment = {
        **os.environ, "ANSIBLE_HOME": str(folder / "ansible"), "ANSIBLE_REMOTE_TEMP": str(folder / "ansible" / "tmp"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"), "ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "SECRET": SECRET,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "ansible", *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
        check=False, **options,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module", name="found")
def fixture_found(tmp_path_factory):
    """{subject: finding} of secrets in an inventory that keeps them in every way."""
    folder = tmp_path_factory.mktemp("inventory")
    (folder / "ansible.cfg").write_text("[defaults]\n")
    (folder / "password").write_text(PASSWORD)
    (folder / "hosts").write_text("cluster ansible_connection=local\n")
    (folder / "play.yml").write_text(PLAY)
    variables = folder / "group_vars" / "all"
    variables.mkdir(parents=True)
    vault = ("--vault-password-file", str(folder / "password"))
    encrypted = run("vault", "encrypt_string", *vault, "--stdin-name", "x", folder=folder, input=SECRET)
    inline = encrypted.partition("x: ")[2].rstrip().replace("\n", "\n    ")
    (variables / "all.yml").write_text(INVENTORY.lstrip("\n").replace("INLINE", inline))
    (variables / "vault.yml").write_text(f"in_vault_file: {SECRET}\nairflow_token: {SECRET}\n")
    run("vault", "encrypt", *vault, str(variables / "vault.yml"), folder=folder)
    extra = ("-e", f"airflow_password={SECRET}", "-e", f"ansible_python_interpreter={sys.executable}")
    run("playbook", "play.yml", "--inventory", "hosts", *vault, *extra, folder=folder)
    findings = json.loads((folder / "found.json").read_text())
    return {finding["subject"]: finding for finding in findings if finding["code"] == "WA110"}


def test_only_what_stands_there_in_plain_text_is_reported(found):
    assert set(found) == set(PLAIN)


@pytest.mark.parametrize("subject", PLAIN)
def test_the_file_and_the_line_are_reported(subject, found):
    assert found[subject]["problem"].endswith(f"{PLAIN[subject]}.")


def test_no_secret_is_quoted(found):
    assert SECRET not in json.dumps(found)
    assert "123456" not in json.dumps(found)


@dataclasses.dataclass
class Unread:
    """A tag that is kept somewhere else than it is looked for."""

    path: str = ""
    line_num: int = 0
    ciphertext: str = ""

    def tag(self, value):
        """:returns: the value as it was."""
        return value

    @classmethod
    def get_tag(cls, value):
        """:returns: no tag."""

    @classmethod
    def is_tagged_on(cls, value):
        """:returns: that there is no tag."""
        return False


class Renamed(_tags.Origin):
    """A tag whose line has another name."""

    def __init__(self, path, line):
        super().__init__(path=path, line_num=line)


def judged():
    """:returns: the codes of what is said of an inventory with a secret and a name that nobody knows."""
    return [finding["code"] for finding in plugin.preflight_findings({"airflow_password": SECRET, "airflow_x": 1}, ["airflow_password"])]


def test_this_ansible_core_tells_where_values_come_from():
    assert judged() == ["WA101", "WA201"]
    assert plugin.sources({"airflow_password": SECRET}) is not None


@pytest.mark.parametrize(("name", "other"), [("Origin", Unread), ("Origin", Renamed), ("VaultedValue", Unread), ("VaultedValue", None)])
def test_an_ansible_core_that_tells_it_otherwise_is_a_finding_and_no_secret_is_looked_for(name, other, monkeypatch):
    monkeypatch.setattr(plugin, name, other)
    assert plugin.sources({"airflow_password": SECRET}) is None
    assert judged() == ["WA101", "WA201", "WA116"]


@pytest.mark.parametrize("name", ["Origin", "VaultedValue"])
def test_an_ansible_core_that_calls_it_otherwise_is_a_finding_too(name, monkeypatch):
    monkeypatch.delattr(_tags, name)
    monkeypatch.setitem(globals(), "plugin", loaded_anew())
    assert judged() == ["WA101", "WA201", "WA116"]


def loaded_anew():
    """:returns: the plugin, loaded a second time beside the first."""
    found = importlib.util.spec_from_file_location("loaded_anew", plugin.__file__)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_a_finding_is_a_mapping_of_five_texts():
    (finding,) = plugin.preflight_findings({"airflow_expected_cluster": {"uid": "a"}, "airflow_x": 1}, ["airflow_expected_cluster"])
    assert list(finding) == ["code", "severity", "subject", "problem", "remedy"]
    assert (finding["code"], finding["severity"], finding["subject"]) == ("WA101", "error", "airflow_x")


def test_facts_are_judged():
    variables = {"airflow_expected_cluster": {"uid": "a"}}
    found = plugin.preflight_findings(variables, list(variables), {"msg": "Could not reach it."})
    assert [finding["problem"] for finding in found] == ["Could not reach it."]


def test_what_the_module_values_refused_is_judged():
    variables = {"airflow_expected_cluster": {"uid": "a"}}
    refused = {
        "severity": "error", "subject": "airflow_executor", "problem": "it is not one of the choices.", "remedy": "Choose LocalExecutor."}
    found = plugin.preflight_findings(variables, list(variables), None, {"msg": "Refused.", "findings": [refused]})
    assert found == [{"code": "WA113", **refused}]
    skipped = plugin.preflight_findings(variables, list(variables), None, {"skipped": True, "msg": "Nothing was asked."})
    assert skipped == []
