# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an inventory, one for each topic, of variables. Pure: no I/O."""

from __future__ import annotations

import functools
import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX

try:
    import yaml
except ImportError:
    # It comes with ansible-core, which runs on the machine that imports.
    pass

VARIABLES_FOLDER = "group_vars/all"
REPORT = "import.md"
# The beginning of a variable's name, without prefix, and the file that it is in; the longest one counts.
_FILES = {
    "auth": "authentication", "autoscaling": "scaling", "broker": "celery", "chart": "chart", "components": "components",
    "concurrency": "scaling", "context": "cluster", "dag": "dags", "database": "database", "executor": "components",
    "expected_cluster": "cluster", "first_user": "authentication", "flower": "celery", "identity": "identity", "image": "images",
    "ingress": "ingress", "logs": "logs", "monitoring": "monitoring", "network_policies": "network_policies", "pgbouncer": "database", "redis": "celery",
    "release_first_user": "authentication", "release_service": "ingress", "release_statsd_image": "images", "result": "celery",
    "secrets": "secrets", "service_account": "identity", "url": "ingress", "values_overrides": "overrides", "version": "images", "worker": "workers",
}  # fmt: skip
_TEMPLATE = re.compile(r"\{\{|\{%|\{#")
_HOST = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.]*")
_CONNECTION = """\
---
# A host is a cluster; every task runs here and talks to the cluster's API.
ansible_connection: local
ansible_python_interpreter: "{{ ansible_playbook_python }}"
"""
_ABOUT = {
    "cluster": "The cluster is still to be named: nothing is written anywhere before that.",
    "overrides": "What no variable stands for, as values of the chart.",
    "secrets": "Where keys come from that have to stay as they are.",
}
_WIDTH = 130


class _Key(str):
    """A key, which Ansible takes as it is."""


def _text(dumper, text):
    style = "|" if "\n" in text else None
    # Ansible would take a template of helm for one of its own.
    tag = "!unsafe" if _TEMPLATE.search(text) else "tag:yaml.org,2002:str"
    return dumper.represent_scalar(tag, text, style=style or ("'" if tag == "!unsafe" else None))


@functools.cache
def _dumper():
    """:returns: the class that writes as the inventories of this collection are written."""

    class Dumper(yaml.SafeDumper):
        """Without aliases, and with lists indented."""

        def ignore_aliases(self, data):
            return True

        def increase_indent(self, flow=False, indentless=False):
            return super().increase_indent(flow, False)

    Dumper.add_representer(str, _text)
    Dumper.add_representer(_Key, lambda dumper, key: dumper.represent_scalar("tag:yaml.org,2002:str", str(key)))
    return Dumper


def _with_keys(value):
    if isinstance(value, dict):
        return {_Key(key): _with_keys(inner) for key, inner in value.items()}
    return [_with_keys(inner) for inner in value] if isinstance(value, list) else value


def dumped(value):
    """:returns: a value as YAML, in which templates of helm are texts to Ansible."""
    return yaml.dump(_with_keys(value), Dumper=_dumper(), sort_keys=False, width=_WIDTH, allow_unicode=True)


def files(variables, name, source):
    """Write an inventory.

    :param variables: {name without prefix: value}.
    :param name: the name of the one host, which is the cluster.
    :param source: the name of the values file, for the first line of each file.
    :returns: {path in the folder of the inventory: text}.
    """
    host = name if _HOST.fullmatch(name) else "airflow"
    found = {
        "hosts.yml": f"---\n# Made of {_line(source)} by playbooks/import_values.yml.\nall:\n  hosts:\n    {host}:\n",
        f"{VARIABLES_FOLDER}/ansible.yml": _CONNECTION,
    }
    topics = {}
    for variable, value in variables.items():
        topics.setdefault(_file(variable), {})[PREFIX + variable] = value
    for topic, content in sorted(topics.items()):
        about = f"# {_ABOUT[topic]}\n" if topic in _ABOUT else ""
        blocks = "\n".join(dumped({variable: content[variable]}) for variable in sorted(content))
        found[f"{VARIABLES_FOLDER}/{topic}.yml"] = f"---\n# Made of {_line(source)} by playbooks/import_values.yml; {REPORT} says how.\n{about}\n{blocks}"
    return found


def _file(variable):
    known = [beginning for beginning in _FILES if variable == beginning or variable.startswith(f"{beginning}_")]
    return _FILES[max(known, key=len)] if known else "airflow"


def _line(text):
    return re.sub(r"[^ -~]", "?", text)
