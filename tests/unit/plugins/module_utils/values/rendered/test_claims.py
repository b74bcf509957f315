# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import claims
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import RenderedObjects
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.origins import Origins


def claimed(definitions, values=None):
    return claims.claims(RenderedObjects.of_manifest(yaml.safe_dump_all(definitions)), Origins(values or {}))


def spec(mode="ReadWriteMany", storage_class="gp3"):
    return {"accessModes": [mode], "storageClassName": storage_class, "resources": {"requests": {"storage": "10Gi"}}}


def test_the_claims_of_logs_and_dags(make):
    definitions = [
        make.plain("PersistentVolumeClaim", f"airflow-{name}", metadata={"name": f"airflow-{name}", "labels": {"component": f"{name}-pvc"}}, spec=spec())
        for name in ("logs", "dags")
    ]
    common = {"access_modes": ["ReadWriteMany"], "storage_class": "gp3", "size": "10Gi", "replicas": 1}
    assert claimed(definitions) == [
        {"subject": "dags.persistence", "what": "DAGs", **common}, {"subject": "logs.persistence", "what": "logs", **common}]


@pytest.mark.parametrize(
    ("component", "values", "subject"),
    [
        ("triggerer", {}, "triggerer.persistence"), ("redis", {"redis": {"persistence": {}}}, "redis.persistence"),
        ("worker", {}, "workers.persistence"), ("worker", {"workers": {"celery": {"persistence": {"size": "1Gi"}}}}, "workers.celery.persistence"),
    ],
)  # fmt: skip
def test_the_claims_of_a_component_are_as_many_as_its_replicas(component, values, subject, make):
    workload = make.workload("StatefulSet", component)
    workload["spec"].update(replicas=3, volumeClaimTemplates=[{"metadata": {"name": "logs"}, "spec": spec("ReadWriteOnce", None)}])
    (claim,) = claimed([workload], values)
    assert claim == {
        "subject": subject, "what": f"logs of StatefulSet airflow-{component}", "access_modes": ["ReadWriteOnce"], "storage_class": "",
        "size": "10Gi", "replicas": 3}


@pytest.mark.parametrize(
    ("mode", "storage_class", "is_doubtful"),
    [("ReadWriteMany", "gp3", True), ("ReadWriteOnce", "gp3", False), ("ReadWriteMany", "efs-sc", False), ("ReadWriteMany", "", False)],
)
def test_disks_are_known_by_the_names_of_their_classes(mode, storage_class, is_doubtful):
    claim = {"subject": "logs.persistence", "what": "logs", "access_modes": [mode], "storage_class": storage_class, "size": "1Gi", "replicas": 1}
    assert [(fault.origin, fault.severity) for fault in claims.faults([claim])] == ([("logs.persistence", "warning")] if is_doubtful else [])
