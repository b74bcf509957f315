# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._release import helm_output
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import failures

# What helm 4.3.1 printed.
SCHEMA = """Error: values don't meet the specifications of the schema(s) in the following chart(s):
airflow:
- at '/config/api': got null, want object
- at '/scheduler': additional properties 'replicaCount' not allowed
"""


def told(stderr):
    """:returns: the findings of what helm printed."""
    cause = helm_output.cause(stderr)
    return failures.failures(cause, helm_output.remedy(cause))


def test_a_refusal_by_the_schema_names_every_key():
    assert [(finding.path, finding.problem.rpartition(": ")[2]) for finding in told(SCHEMA)] == [
        ("config.api", "got null, want object"), ("scheduler.replicaCount", "the chart knows no such key")]


def test_what_has_no_helm_names_the_variable():
    (finding,) = failures.helm_missing("there is no such program on the PATH", "Install helm, or set helm_binary to its path")
    assert finding.path == "airflow_helm_binary" and "no such program" in finding.problem
