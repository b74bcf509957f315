# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: git_dag_bundles
short_description: Turn git repositories with DAGs into Airflow's bundle configuration
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Turns entries of C(airflow_dag_bundles) into entries of the chart value C(dagProcessor.dagBundleConfigList).
options:
  _input:
    description: Repositories with DAGs.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the bundle.
        type: str
        required: true
      repository:
        description: URL of the git repository.
        type: str
        required: true
      branch:
        description: Branch or tag to follow.
        type: str
        default: main
      subdirectory:
        description: Directory of the repository that holds the DAGs.
        type: str
      refresh_interval:
        description: Seconds between two looks at the repository.
        type: int
        default: 60
      connection_id:
        description: Airflow connection with the credentials.
        type: str
"""

EXAMPLES = r"""
- name: Show the configuration of one bundle
  ansible.builtin.debug:
    msg: "{{ [{'name': 'core', 'repository': 'https://git.example.com/dags.git'}] | windrose.airflow.git_dag_bundles }}"
"""

RETURN = r"""
_value:
  description: One dictionary with C(name), C(classpath) and C(kwargs) for each repository, in the same order.
  type: list
  elements: dict
"""

CLASSPATH = "airflow.providers.git.bundles.git.GitDagBundle"
# Our words, and the keywords of GitDagBundle (apache-airflow-providers-git 0.4.0) and its base class.
KEYWORDS = {
    "repository": "repo_url",
    "branch": "tracking_ref",
    "subdirectory": "subdir",
    "connection_id": "git_conn_id",
    "refresh_interval": "refresh_interval",
}
DEFAULTS = {"branch": "main", "refresh_interval": 60}


def git_dag_bundles(bundles):
    """Turn repositories into Airflow's bundle configuration.

    :param bundles: list of {name, repository, branch, subdirectory, refresh_interval in seconds, connection_id}; what
        may be left out may also be empty.
    :returns: list of {name, classpath, kwargs}.
    """
    return [
        {"name": bundle["name"], "classpath": CLASSPATH, "kwargs": _keyword_arguments(bundle)} for bundle in bundles
    ]


def _keyword_arguments(bundle):
    given = {word: bundle[word] for word in KEYWORDS if bundle.get(word) not in (None, "")}
    return {KEYWORDS[word]: value for word, value in {**DEFAULTS, **given}.items()}


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"git_dag_bundles": git_dag_bundles}
