# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiles the specification of an environment to chart values. Pure: no I/O.

Each topic is a module with ``VARIABLES`` ({name: Option}), ``settings(specification)`` and ``findings(specification)``.
Where the official chart 1.22.0 would surprise its users, a function of a topic is named after what is done about it.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._values.explanation import explanation
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import chart_values, joined, minimal
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import Specification
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import (
    authentication,
    celery,
    components,
    concurrency,
    connections,
    core,
    dag_delivery,
    database,
    disruption,
    identity,
    ingress,
    keys,
    local_settings,
    logs,
    monitoring,
    pod_operator,
    pod_templates,
    scaling,
    security,
    service_accounts,
    worker_profiles,
)

__all__ = ["TOPICS", "VARIABLES", "SpecificationError", "chart_values", "compile_settings", "explanation", "minimal"]

TOPICS = (
    core, keys, security, database, celery, components, disruption, concurrency, worker_profiles, pod_templates,
    pod_operator, local_settings, dag_delivery, logs, connections, ingress, authentication, scaling, monitoring, identity, service_accounts,
)  # fmt: skip
# Every variable that chart values are made of, with what holds where it is left out.
VARIABLES = {name: option for topic in TOPICS for name, option in topic.VARIABLES.items()}


class SpecificationError(WindroseError):
    """The variables of an environment cannot be right, or contradict each other.

    :param findings: sorted list of `ValueFinding`, each of which names a variable.
    """

    def __init__(self, findings):
        self.findings = sorted(set(findings))
        super().__init__(
            "Refused",
            "the specification",
            "".join(f"\n- {finding}" for finding in self.findings),
            "Nothing was changed.",
            findings=[finding.as_dict() for finding in self.findings],
        )


def compile_settings(specification):
    """Compile a specification.

    :param specification: {name of a variable without ``airflow_``: value}, as the inventory has it; what is left out
        has its default, names that do not concern chart values are ignored.
    :returns: list of `Setting`, sorted by path, no two of one path.
    :raises SpecificationError: everything that is wrong, at once.
    """
    read, findings = Specification.read(specification, VARIABLES)
    # Another Airflow makes much of the rest wrong too, and nobody has to read that.
    other_airflow = core.other_airflow(read)
    if other_airflow:
        raise SpecificationError(other_airflow)
    # What could not be read has its default by now, so that all the rest is judged, too.
    findings += [finding for topic in TOPICS for finding in topic.findings(read)]
    if findings:
        raise SpecificationError(findings)
    return joined(setting for topic in TOPICS for setting in topic.settings(read))
