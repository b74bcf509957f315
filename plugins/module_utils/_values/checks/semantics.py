# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with chart values whose keys and types are right: all of it at once. Pure: no I/O.

Each check is a function of its own, in the module of its subject. It says what happens with these values, and where
that is known from; no finding quotes a text of the values, as any of them may turn out to be a secret.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    override_lists,
    override_masks,
    semantic_bundles,
    semantic_components,
    semantic_connections,
    semantic_dags,
    semantic_database,
    semantic_executors,
    semantic_ingress,
    semantic_local_settings,
    semantic_login,
    semantic_logs,
    semantic_numbers,
    semantic_options,
    semantic_placement,
    semantic_resources,
    semantic_scaling,
    semantic_security,
    semantic_size,
    semantic_versions,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.inline_secrets import (
    default_passwords,
    inline_secrets,
)

CHECKS = (
    semantic_versions.other_airflow,
    semantic_versions.wildcard_origin,
    semantic_dags.git_sync_access,
    semantic_dags.git_sync_reference,
    semantic_dags.git_sync_folder,
    semantic_dags.git_sync_liveness,
    semantic_dags.git_sync_beside_bundles,
    semantic_dags.dag_claim_access,
    semantic_bundles.bundle_options,
    semantic_resources.invalid_quantities,
    semantic_resources.requests_over_limits,
    semantic_resources.unequal_devices,
    semantic_resources.quota_without_defaults,
    semantic_numbers.large_numbers,
    semantic_numbers.environment_types,
    semantic_executors.executor_names,
    semantic_executors.needed_executors,
    semantic_executors.local_executor_volume,
    semantic_executors.worker_disruption_budget,
    semantic_executors.task_service_account,
    semantic_executors.celery_broker,
    semantic_executors.async_client_factory,
    semantic_database.bundled_postgresql,
    semantic_database.pgbouncer_secrets,
    semantic_database.pgbouncer_result_backend,
    semantic_database.keda_connection,
    semantic_database.log_store_connection,
    semantic_scaling.disruption_budgets,
    semantic_scaling.autoscaler_bounds,
    semantic_scaling.two_autoscalers,
    semantic_scaling.priority_class_names,
    semantic_security.key_secrets,
    semantic_security.container_contexts,
    semantic_security.api_server_traffic,
    semantic_security.api_server_port,
    semantic_security.pod_log_reading,
    semantic_security.openshift_dag_processor,
    semantic_security.job_hooks,
    semantic_security.collector_configuration,
    semantic_logs.remote_logging,
    semantic_logs.log_connection,
    semantic_components.essential_components,
    semantic_components.executor_rights,
    semantic_components.dag_bundles,
    semantic_components.celery_workers,
    semantic_ingress.base_url_of_ingress,
    semantic_size.release_size,
)
# These need to know the environment too.
CONTEXT_CHECKS = (
    inline_secrets,
    default_passwords,
    semantic_connections.pgbouncer_clients,
    semantic_connections.database_connections,
    semantic_placement.contradicting_pools,
    semantic_placement.node_pools,
    semantic_login.other_auth_manager,
    semantic_login.other_login_file,
    semantic_logs.lost_logs,
    semantic_local_settings.other_local_settings,
    semantic_local_settings.other_pod_launching,
    override_lists.lost_entries,
    override_lists.variables_given_twice,
    override_masks.masked,
    semantic_options.options_set_twice,
)


def check_semantics(chart_values, context):
    """:param chart_values: all values of the release, without the chart's defaults; keys and types have been checked.
    :param context: what is known of the environment; what is missing is not judged. ``airflow_version``;
        ``node_pools``: list as `airflow_node_pools`; ``database_max_connections``; ``pgbouncer``: {maxClientConn,
        metadataPoolSize, resultBackendPoolSize} of a configuration that ``pgbouncer.configSecretName`` names;
        ``auth_manager``: the class that the specification means; ``login_file``: the webserver_config.py that it writes;
        ``log_store``: what airflow_logs.store says; ``overrides``: the raw values that were laid over; ``settings``: the list
        of `Setting` below them; ``local_settings``: the airflow_local_settings.py that it writes; ``pod_launching``: whether it
        lets anything start pods; ``defaults``: the chart's own values.

    :returns: list of `ValueFinding`, sorted: everything that is wrong or doubtful.
    """
    values = chart_values
    if context.get("airflow_version") and "airflowVersion" not in values:
        values = {**values, "airflowVersion": str(context["airflow_version"])}
    # Checks take the official chart's default for granted, and the bundled chart has another one.
    executor = (context.get("defaults") or {}).get("executor")
    if executor and "executor" not in values:
        values = {**values, "executor": executor}
    found = {finding for check in CHECKS for finding in check(values)}
    found |= {finding for check in CONTEXT_CHECKS for finding in check(values, context)}
    return sorted(found)
