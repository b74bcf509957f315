# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As many tasks at a time as a run asks for, each in a pod on a simulated node, where nothing of it is executed."""

from __future__ import annotations

import pendulum
from airflow.sdk import dag, task
from kubernetes.client import models as k8s

ON_SIMULATED_NODES = k8s.V1Pod(
    spec=k8s.V1PodSpec(
        containers=[k8s.V1Container(name="base")],
        node_selector={"windrose.airflow/simulated": "true"},
        tolerations=[k8s.V1Toleration(key="windrose.airflow/simulated", operator="Exists")],
    )
)


@dag(schedule=None, start_date=pendulum.datetime(2026, 1, 1), catchup=False, params={"tasks": 100}, is_paused_upon_creation=False)
def windrose_many_pods():
    """Makes its list of numbers on a real node, and a task of each on simulated ones."""

    @task
    def numbers(params):
        return list(range(params["tasks"]))

    @task(executor_config={"pod_override": ON_SIMULATED_NODES}, retries=0)
    def nothing(number):
        return number

    nothing.expand(number=numbers())


windrose_many_pods()
