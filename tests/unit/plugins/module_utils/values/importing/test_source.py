# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a values file, and what is said of anything else."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import source
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.source import SourceError

# {case: (text, what the message says)}
REFUSED = {
    "no_yaml": ("scheduler:\n  replicas: [1\n", "values.yaml, line 3, column 1: "),
    "a_tab": ("scheduler:\n\treplicas: 1\n", "values.yaml, line 2, column 1: "),
    "a_template": ("{{- if .Values.x }}\nscheduler: {}\n{{- end }}\n", "Render the template first"),
    "an_unquoted_template": ("executor: {{ .Values.executor }}\n", "put a value that holds {{ into quotes"),
    "a_list": ("- scheduler\n", "it is not a map of chart values"),
    "a_text": ("scheduler\n", "it is not a map of chart values"),
    "two_documents": ("scheduler: {}\n---\ntriggerer: {}\n", "it holds 2 documents of YAML"),
    "a_key_twice": ("scheduler: {}\ntriggerer: {}\nscheduler: {}\n", "values.yaml, line 3, column 1: a key stands here for the second time"),
    "a_key_twice_below": ("scheduler:\n  replicas: 1\n  replicas: 2\n", "line 3, column 3"),
    "an_unknown_alias": ("scheduler: *core\n", "line 1, column 12: found undefined alias"),
    "a_value_that_holds_itself": ("scheduler: &a {env: *a}\n", "its maps and aliases stand for more than can be read"),
    "ansible_vault": ("$ANSIBLE_VAULT;1.1;AES256\n3132\n", "it is encrypted. Decrypt it first (`ansible-vault decrypt`)"),
    "sops": ("fernetKey: ENC[AES256_GCM,data:x,type:str]\nsops: {mac: x, version: 3.9.0}\n", "it is encrypted. Decrypt it first (`sops decrypt`)"),
    "sops_without_its_metadata": ("data: {brokerUrl: 'ENC[AES256_GCM,data:x,type:str]'}\n", "it is encrypted"),
    "a_control_character": ("executor: \x01\n", "it holds characters that YAML does not allow"),
}
# {case: (text, values)}
READ = {
    "nothing": ("", {}),
    "comments_alone": ("# nothing\n---\n", {}),
    "a_marker_at_the_end": ("executor: LocalExecutor\n---\n", {"executor": "LocalExecutor"}),
    "json": ('{"scheduler": {"replicas": 2}}', {"scheduler": {"replicas": 2}}),
    "times_and_dates_as_texts": ("a: 12:30\nb: 2024-01-01\nc: 1.5\nd: 0x1f\ne: on\n", {"a": "12:30", "b": "2024-01-01", "c": 1.5, "d": 31, "e": True}),
    "a_key_that_is_no_text": ("2: a\ntrue: b\n", {"2": "a", "true": "b"}),
    "a_tag_of_another_program": ("a: !unsafe '{{ x }}'\nb: !vault [c]\nd: !map {e: f}\n", {"a": "{{ x }}", "b": ["c"], "d": {"e": "f"}}),
    "merge_keys": ("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n", {"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3}}),
}


@pytest.mark.parametrize("text, told", REFUSED.values(), ids=REFUSED)
def test_what_is_no_values_file_is_refused_with_its_place(text, told):
    with pytest.raises(SourceError) as refused:
        source.read(text, "values.yaml")
    assert told in str(refused.value) and str(refused.value).startswith("Could not import values.yaml")


@pytest.mark.parametrize("text, values", READ.values(), ids=READ)
def test_what_helm_reads_is_read_as_helm_reads_it(text, values):
    assert source.read(text, "values.yaml") == values


def test_no_message_quotes_a_value():
    with pytest.raises(SourceError) as refused:
        source.read("fernetKey: not-to-be-told\n  x: [\n", "values.yaml")
    assert "not-to-be-told" not in str(refused.value)


def test_what_an_alias_stands_for_is_written_out():
    values = source.read("a: &a {b: [1]}\nc: *a\n", "values.yaml")
    values["a"]["b"].append(2)
    assert values["c"] == {"b": [1]}


def test_a_small_file_that_stands_for_billions_of_values_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(SourceError, match="stand for more than can be read"):
        source.read("\n".join(lines), "values.yaml")
