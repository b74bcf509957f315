# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load orders: a pod for each region, as many as a task finds, a heavy task that sums up, and a pod that loads the sums.

Tasks in Python take their size from the pod template of a worker profile, pods with an image of their own from the same profile by
a label. The images are named by Airflow Variables; the commands are a line of shell. See examples/README.md.
"""

from __future__ import annotations

import datetime
import json
import pathlib

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import Param, dag, task
from kubernetes.client import models as k8s

EXTRACT_IMAGE = "{{ params.extract_image or var.value.daily_orders_extract_image }}"
LOAD_IMAGE = "{{ params.load_image or var.value.daily_orders_load_image }}"
SCRATCH = "/scratch"


def image():
    """:returns: a parameter for an image. Each needs one of its own: a run writes its value into it."""
    return Param(None, type=["null", "string"], description="Image of this run. If empty, the one of the Airflow Variable.")


def profile(name):
    """:returns: the labels that give a pod the resources and the place of a worker profile."""
    return {"windrose.airflow/worker-profile": name}


def pod_template(name):
    """:returns: the executor_config that makes the pod of a task from a worker profile."""
    return {"pod_template_file": f"/opt/airflow/pod_templates/{name}.yaml"}


def scratch(size):
    """:returns: the executor_config that gives a task an empty volume."""
    volume = k8s.V1Volume(name="scratch", empty_dir=k8s.V1EmptyDirVolumeSource(size_limit=size))
    mount = k8s.V1VolumeMount(name="scratch", mount_path=SCRATCH)
    base = k8s.V1Container(name="base", volume_mounts=[mount])
    return {"pod_override": k8s.V1Pod(spec=k8s.V1PodSpec(containers=[base], volumes=[volume]))}


@dag(
    dag_id="daily_orders",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={
        "regions": Param(["east", "west"], type="array", description="The regions whose orders are loaded."),
        "extract_image": image(),
        "load_image": image(),
    },
    default_args={
        "retries": 1, "retry_delay": datetime.timedelta(seconds=30), "get_logs": True, "on_finish_action": "delete_pod",
    },
    tags=["example", "data"],
)  # fmt: skip
def daily_orders():
    """Pass on where the orders of each region are, and load what they sum up to."""

    @task(executor_config=pod_template("small"))
    def plan(params=None):
        """:returns: for each region the arguments of its pod."""
        return [[region] for region in params["regions"]]

    extract = KubernetesPodOperator.partial(
        task_id="extract",
        image=EXTRACT_IMAGE,
        labels=profile("small"),
        cmds=["sh", "-ec", 'echo "{\\"region\\": \\"$1\\", \\"orders\\": 40}" > /airflow/xcom/return.json', "extract"],
        do_xcom_push=True,
        # No more pods than the source takes at a time.
        max_active_tis_per_dagrun=4,
    ).expand(arguments=plan())

    # The profile says how large the task is, pod_override what this task alone needs.
    @task(executor_config={**pod_template("heavy"), **scratch("256Mi")})
    def transform(extracted):
        orders = {part["region"]: part["orders"] for part in extracted}
        pathlib.Path(SCRATCH, "orders.json").write_text(json.dumps(orders), encoding="utf-8")
        return sum(orders.values())

    load = KubernetesPodOperator(
        task_id="load",
        image=LOAD_IMAGE,
        labels=profile("heavy"),
        cmds=["sh", "-ec"],
        arguments=["echo 'loads {{ ti.xcom_pull(task_ids='transform') }} orders'"],
        deferrable=True,
    )

    transform(extract.output) >> load


daily_orders()
