# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Train a model: a small pod reads the data, a heavy one prepares it, one with a GPU trains, and a task reports.

Each step has an image of its own, named by an Airflow Variable, and the worker profile that its label names. The commands are a
line of shell, which says what it would do; put your program in its place. See examples/README.md.
"""

from __future__ import annotations

import datetime
import logging

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import Param, dag, task

log = logging.getLogger(__name__)

DATA_IMAGE = "{{ params.data_image or var.value.model_training_data_image }}"
TRAIN_IMAGE = "{{ params.train_image or var.value.model_training_train_image }}"


def image():
    """:returns: a parameter for an image. Each needs one of its own: a run writes its value into it."""
    return Param(None, type=["null", "string"], description="Image of this run. If empty, the one of the Airflow Variable.")


def profile(name):
    """:returns: the labels that give a pod the resources and the place of a worker profile."""
    return {"windrose.airflow/worker-profile": name}


@dag(
    dag_id="model_training",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={"data_image": image(), "train_image": image()},
    default_args={
        "retries": 1, "retry_delay": datetime.timedelta(seconds=30), "get_logs": True, "on_finish_action": "delete_pod",
    },
    tags=["example", "machine learning"],
)  # fmt: skip
def model_training():
    """Pass on where the data is, and at the end what the model is worth."""
    extract = KubernetesPodOperator(
        task_id="extract",
        image=DATA_IMAGE,
        labels=profile("small"),
        cmds=["sh", "-ec"],
        arguments=["""echo '{"rows": 1200, "place": "features/{{ run_id }}"}' > /airflow/xcom/return.json"""],
        do_xcom_push=True,
    )
    # Nothing waits in a worker while the pods of these two run: their tasks are handed to the triggerer.
    preprocess = KubernetesPodOperator(
        task_id="preprocess",
        image=DATA_IMAGE,
        labels=profile("heavy"),
        cmds=["sh", "-ec"],
        arguments=["echo 'prepares {{ ti.xcom_pull(task_ids='extract')['place'] }}'"],
        deferrable=True,
    )
    train = KubernetesPodOperator(
        task_id="train",
        image=TRAIN_IMAGE,
        labels=profile("gpu"),
        cmds=["sh", "-ec"],
        arguments=["""echo '{"accuracy": 0.93}' > /airflow/xcom/return.json"""],
        do_xcom_push=True,
        deferrable=True,
        # A node with a GPU may have to be started first.
        schedule_timeout_seconds=1200,
        execution_timeout=datetime.timedelta(hours=6),
    )

    @task
    def report(data, model):
        log.info("accuracy %.2f on %d rows", model["accuracy"], data["rows"])

    extract >> preprocess >> train
    report(extract.output, train.output)


model_training()
