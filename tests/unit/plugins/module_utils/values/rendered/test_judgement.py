# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import judgement

CONTEXT = {"pod_security": "restricted", "are_contexts_given": False, "service_accounts": ["airflow-scheduler", "airflow-worker"]}
JUNK = [None, 5, -1, 1.5, "x", True, [], {}, [None], ["a"], {"a": None}, [[]], {"name": None}, [{"name": 5}], [{"name": []}]]


def every_object(make):
    """:returns: one object of each kind that is looked into."""
    subjects = [{"kind": "ServiceAccount", "name": "airflow-scheduler"}]
    return [
        make.workload(spec={"volumes": [{"name": "a", "emptyDir": {}}], "tolerations": [{"operator": "Exists"}]}),
        make.workload("StatefulSet", "triggerer", {"containers": [make.container("triggerer", env=[{"name": "A", "value": "a"}])]}),
        make.config_map(make.task_pod()),
        make.plain("Service", "airflow-scheduler", spec={"selector": {"component": "scheduler"}, "ports": [{"port": 80, "targetPort": "a"}]}),
        make.plain("RoleBinding", "a", "rbac.authorization.k8s.io/v1", subjects=subjects,
                   roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a"}),
        make.plain("PersistentVolumeClaim", "a", spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}),
        make.plain("ServiceMonitor", "a", "monitoring.coreos.com/v1", spec={"a": 1}),
    ]  # fmt: skip


def places(value, path=()):
    """:returns: iterator of all paths in a document."""
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in pairs:
        yield from places(entry, (*path, key))


def test_nothing_is_wrong_with_them(make, kubernetes_schema):
    found, asked = judgement.judged(yaml.safe_dump_all(every_object(make)), {}, kubernetes_schema, CONTEXT)
    assert [str(finding) for finding in found] == [] and [claim["subject"] for claim in asked["claims"]] == ["a"]
    assert set(asked) == set(judgement.ASKED) and [entry["image"] for entry in asked["images"]] == ["airflow:3"]


def test_what_is_wrong_is_told_of_all_that_can_be_looked_into(make, kubernetes_schema):
    broken, root = make.workload(spec={"volumes": 5}), make.workload("StatefulSet", "triggerer", {"hostNetwork": True, "volumes": []})
    found, unused = judgement.judged(yaml.safe_dump_all([broken, root]), {}, kubernetes_schema, CONTEXT)
    assert {finding.path for finding in found} == {
        "Deployment airflow-scheduler spec.template.spec.volumes", "StatefulSet airflow-triggerer spec.template.spec.hostNetwork"}


@pytest.mark.parametrize("of_tasks", [False, True])
# To shrink what fails would take minutes.
@settings(max_examples=50, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_somewhere_it_is_judged(of_tasks, data, make, kubernetes_schema):
    objects, template = every_object(make), make.task_pod()
    changed = template if of_tasks else data.draw(st.sampled_from(objects))
    for unused in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from([path for path in places(changed) if path != ("kind",)]))
        inner = changed
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    objects.append(make.config_map(template, name="another"))
    judgement.judged(yaml.safe_dump_all(objects), {"a": objects}, kubernetes_schema, CONTEXT)
