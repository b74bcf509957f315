# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are not variables of this collection, with the one to use instead. Pure: no I/O.

Playbooks, charts and articles about Airflow on Kubernetes use these names, and none is near enough to ours for a
comparison of letters. A variable that a release of this collection removes or renames gets its line here, too.
"""

from __future__ import annotations

_MADE = "nothing: the role airflow_secrets makes it in the cluster and keeps it"
_CONNECTION = "airflow_database_secret_name, the name of a Secret with the key connection"

# {name: what to use instead}
MEANT = {
    "airflow_admin_password": _MADE,
    "airflow_admin_user": "airflow_first_user_username",
    "airflow_admin_username": "airflow_first_user_username",
    "airflow_broker_url": "airflow_broker_secret_name, the name of a Secret with the key connection",
    "airflow_chart_url": "airflow_chart_repository",
    "airflow_dags_repo": "airflow_dag_bundles",
    "airflow_database_url": _CONNECTION,
    "airflow_db_host": _CONNECTION,
    "airflow_db_password": _CONNECTION,
    "airflow_docker_image": "airflow_image_repository and airflow_image_tag",
    "airflow_fernet_key": _MADE,
    "airflow_git_repo": "airflow_dag_bundles",
    "airflow_helm_chart": "airflow_chart_name",
    "airflow_helm_chart_version": "airflow_chart_version",
    "airflow_helm_release_name": "airflow_release_name",
    "airflow_helm_repo": "airflow_chart_repository",
    "airflow_helm_values": "airflow_values_overrides",
    "airflow_hostname": "airflow_ingress.host",
    "airflow_image": "airflow_image_repository and airflow_image_tag",
    "airflow_k8s_namespace": "airflow_namespace",
    "airflow_kube_context": "airflow_context",
    "airflow_kubeconfig_path": "airflow_kubeconfig",
    "airflow_parallelism": "airflow_concurrency.parallelism",
    "airflow_postgresql_enabled": "airflow_database_mode",
    "airflow_registry_secret": "airflow_image_pull_secrets",
    "airflow_remote_log_folder": "airflow_logs.url",
    "airflow_remote_logging": "airflow_logs.store",
    "airflow_scheduler_replicas": "airflow_components.scheduler.replicas",
    "airflow_sql_alchemy_conn": _CONNECTION,
    "airflow_values": "airflow_values_overrides",
    "airflow_webserver_replicas": "airflow_components.api_server.replicas",
    "airflow_webserver_secret_key": _MADE,
    "airflow_worker_replicas": "airflow_components.celery_worker.replicas, or airflow_concurrency for pods of tasks",
}
