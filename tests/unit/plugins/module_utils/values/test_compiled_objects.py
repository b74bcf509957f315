# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What either chart makes of a specification, nothing is found to be wrong with."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import kubernetes_definitions
from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, service_accounts
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import judgement, schema


@pytest.fixture(name="judged", scope="session")
def fixture_judged(render):
    """Callable (chart, specification) that returns what is found in what helm renders."""
    kubernetes_schema = schema.KubernetesSchema(kubernetes_definitions.definitions(schema.KUBERNETES))

    def found(chart, specification):
        context = {
            "pod_security": "restricted", "are_contexts_given": specification.get("platform") == "openshift",
            "service_accounts": [account["name"] for account in service_accounts.accounts(specification)],
        }
        values = compiler.chart_values(compiler.minimal(compiler.compile_settings(specification), chart.defaults))
        manifest = yaml.safe_dump_all(render(chart, specification))
        return judgement.judged(manifest, values, kubernetes_schema, context)[0]

    return found


def test_nothing_is_wrong_with_what_is_rendered(chart, taken, judged):
    found = {name: [str(finding) for finding in judged(chart, specification)] for name, specification in taken.items()}
    assert {name: told for name, told in found.items() if told} == {}
