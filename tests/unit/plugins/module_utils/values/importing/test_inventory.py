# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an inventory, as Ansible and people read them."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import inventory


class Loader(yaml.SafeLoader):
    """Reads an inventory as Ansible does."""


Loader.add_constructor("!unsafe", Loader.construct_yaml_str)
VALUES = {
    "texts": ["yes", "1", "1e3", "2024-01-01", "12:30", "null", "", " a", "a: b", "# a", "{{ .Release.Name }}", "{% a %}", "a {# b #}", "ä"],
    "lines": "a\n  b\nc\n", "lines_of_a_template": "{{ a }}\n  b\n", "trailing": "a \nb", "numbers": [1, 1.5, True, None], "empty": [{}, []],
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_what_is_written_is_read_again(name):
    assert yaml.load(inventory.dumped(VALUES[name]), Loader=Loader) == VALUES[name]


@pytest.mark.parametrize("text", ["{{ a }}", "{% if a %}", "a{#b"])
def test_what_ansible_would_take_for_a_template_is_tagged(text):
    assert inventory.dumped({"a": text}).startswith("a: !unsafe ")
    assert "!unsafe" not in inventory.dumped({text: "a"}) and "!unsafe" not in inventory.dumped({"a": "{ b }"})


def test_each_topic_has_a_file_of_its_own():
    variables = {"executor": "LocalExecutor", "logs": {"store": "s3"}, "logs_claim_size": "1Gi", "redis": {}}
    variables |= {"release_first_user_email": "a", "concurrency": {}}
    found = inventory.files(variables, "prod", "values.yaml")
    assert sorted(found) == [
        "group_vars/all/ansible.yml", "group_vars/all/authentication.yml", "group_vars/all/celery.yml",
        "group_vars/all/components.yml", "group_vars/all/logs.yml", "group_vars/all/scaling.yml", "hosts.yml"]
    assert yaml.safe_load(found["group_vars/all/logs.yml"]) == {"airflow_logs": {"store": "s3"}, "airflow_logs_claim_size": "1Gi"}


@pytest.mark.parametrize("name, host", [("prod", "prod"), ("prod-1.eu", "prod-1.eu"), ("my inventory", "airflow"), ("", "airflow"), ("-x", "airflow")])
def test_the_host_is_called_after_the_folder(name, host):
    assert yaml.safe_load(inventory.files({}, name, "values.yaml")["hosts.yml"]) == {"all": {"hosts": {host: None}}}


def test_the_name_of_the_values_file_ends_no_comment():
    found = inventory.files({"executor": "LocalExecutor"}, "prod", "a\nairflow_executor: b")
    assert yaml.safe_load(found["group_vars/all/components.yml"]) == {"airflow_executor": "LocalExecutor"}


def test_every_variable_has_a_topic(read, imported):
    for name in ("official-1.0.yaml", "official-1.6.yaml", "official-1.21.yaml", "community-8.0.yaml"):
        assert not [path for path in inventory.files(imported(read(name)).variables, "prod", name) if path.endswith("airflow.yml")]
