# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters for runs of every module that writes to a cluster, chosen by a fixed seed."""

from __future__ import annotations

import random

from project import STATE

SEED = 20261122


def generators(choose, chart):
    """:returns: {module that writes to a cluster: callable that makes parameters}.

    :param choose: a `random.Random`.
    :param chart: the path of a chart.
    """

    def name():
        return "".join(choose.choices("abcdefgh", k=8))

    def manifests():
        kinds = choose.choices([("v1", "ConfigMap"), ("v1", "Secret"), ("v1", "ServiceAccount"), ("apps/v1", "Deployment")], k=3)
        definitions = [
            {"apiVersion": api_version, "kind": kind, "metadata": {"name": name(), "namespace": "default"}}
            for api_version, kind in kinds
        ]
        definitions += [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name()}}] * choose.randrange(2)
        owner = {"owner": {"name": "some", "namespace": "default"}, "prune": True} if choose.randrange(2) else {}
        return {"definitions": definitions, "state": choose.choice(["present", "absent"]), "wait_timeout": 5, **owner}

    def secret_keys():
        keys = [{"secret": name(), "name": "key", "generator": choose.choice(["fernet", "token", "password"])}]
        return {"namespace": choose.choice(["default", name()]), "keys": keys}

    def release():
        state = choose.choice(["present", "present", "absent", "rolled_back"])
        revision = {"revision": 1} if state == "rolled_back" else {}
        return {
            "name": name(), "namespace": "default", "chart": {"path": chart}, "chart_values": {}, "state": state,
            "helm_binary": f"{STATE}/bin/helm", "wait_timeout": 30, **revision,
        }  # fmt: skip

    def dag_run():
        return {"dag_id": name(), "namespace": "default", "release_name": name(), "credentials": {"secret": name()}, "wait_timeout": 5}

    def openshift_project():
        return {"projects": [{"name": name()}]}

    def preflight_probe():
        return {
            "name": name(), "namespace": "default", "chart": {"path": chart}, "chart_values": {}, "image": "one",
            "endpoints": [{"name": "one", "host": "localhost", "port": 1}], "helm_binary": f"{STATE}/bin/helm", "wait_timeout": 5,
        }  # fmt: skip

    def database_job():
        job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name(), "namespace": "default", "labels": {"some": name()}}}
        job["spec"] = {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "one", "image": "one"}]}}}
        return {"definition": job, "connection": {"secret": name()}, "state": choose.choice(["present", "absent"]), "wait_timeout": 5}

    return {
        "database_job": database_job, "manifests": manifests, "secret_keys": secret_keys, "release": release, "dag_run": dag_run,
        "openshift_project": openshift_project, "preflight_probe": preflight_probe,
    }  # fmt: skip


def random_runs(count, chart):
    """:returns: list of (module, parameters), of every module that writes."""
    choose = random.Random(SEED)
    made = generators(choose, chart)
    chosen = [choose.choice(sorted(made)) for unused in range(count)]
    internal = [{"_ansible_check_mode": not choose.randrange(4), "_ansible_diff": bool(choose.randrange(2))} for unused in chosen]
    return [(module, {**made[module](), **options}) for module, options in zip(chosen, internal)]
