# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sections and options of airflow.cfg: what is known to be wrong is reported, what users or providers add is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import config_keys

DEFAULTS = {"core": {"executor": "x"}, "chart_section": {"own": 1}, "webserver": {"enable_proxy_fix": "True"}}


def wrong(section, *options, version="3.2.2"):
    return [
        (option, f"{problem}. {remedy}.")
        for option, problem, remedy in config_keys.wrong_options(section, dict.fromkeys(options, 1), DEFAULTS, version)]


@pytest.mark.parametrize(("section", "option"), [
    ("core", "parallelism"), ("core", "executor"), ("core", "some_option_of_a_plugin"), ("api", "base_url"),
    ("chart_section", "own"), ("chart_section", "other"), ("kubernetes_executor", "some_new_option"),
    ("aws", "anything"),
    ("celery_broker_transport_options", "visibility"), ("sentry", "anything"),
    ("common.io", "xcom_objectstorage_path"),
    ("kubernetes_environment_variables", "ANYTHING"), ("team_a=celery", "pool"), ("openlineage", "transport"),
    # Providers come out more often than Airflow.
    ("kubernetes_executor", "remote_logging"),
    # Airflow 3 still reads these under their old names.
    ("webserver", "base_url"), ("webserver", "secret_key"), ("scheduler", "dag_dir_list_interval"),
    ("core", "sql_alchemy_conn"),
])
def test_what_is_right_or_may_be(section, option):
    assert wrong(section, option) == []


@pytest.mark.parametrize(("section", "option", "told"), [
    ("core", "dag_concurrency", "Airflow 3 does not read this option, which was renamed. "
                                "Write config.core.max_active_tasks_per_dag."),
    ("core", "non_pooled_task_slot_count", "Write config.core.default_pool_task_slot_count."),
    ("api", "auth_backend", "Write config.fab.auth_backends."),
    ("admin", "sensitive_variable_fields", "Write config.core.sensitive_var_conn_names."),
    ("webserver", "enable_proxy_fix", "Write config.fab.enable_proxy_fix."),
    ("webserver", "session_lifetime_days", "Write config.fab.session_lifetime_minutes."),
    ("scheduler", "max_threads", "Write config.dag_processor.parsing_processes."),
    ("scheduler", "statsd_on", "Write config.metrics.statsd_on."),
    ("metrics", "statsd_allow_list", "Write config.metrics.metrics_allow_list."),
    ("kubernetes_executor", "worker_pods_pending_timeout", "Write config.scheduler.task_queued_timeout."),
    ("core", "enable_xcom_pickling", "Airflow 3 does not have this option any more. Remove it."),
    ("webserver", "expose_stacktrace", "Airflow 3 does not have this option any more. Remove it."),
    ("webserver", "dag_orientation", "only Airflow 2 has this option, not Airflow 3. Remove it."),
    ("core", "paralelism", "there is no such option. The nearest option is config.core.parallelism."),
    ("core", "max_active_task_per_dag", "The nearest option is config.core.max_active_tasks_per_dag."),
    ("kubernetes_executor", "delete_worker_pod", "nearest option is config.kubernetes_executor.delete_worker_pods."),
    ("chart_section", "owns", "The nearest option is config.chart_section.own."),
    ("logging", "parallelism", "the section logging has no such option. Write config.core.parallelism."),
    ("core", "flower_basic_auth", "Write config.celery.flower_basic_auth."),
])
def test_a_wrong_option(section, option, told):
    (found, message), = wrong(section, option)
    assert found == option and told in message


@pytest.mark.parametrize(("section", "options", "told"), [
    ("loging", ["remote_logging"], "neither Airflow nor its providers have a section of this name. The nearest section "
     "is config.logging; for a section of your own, set environment variables such as "
     "AIRFLOW__LOGING__REMOTE_LOGGING in env."),
    ("zzz", [], "For a section of your own, set environment variables such as AIRFLOW__ZZZ__OPTION in env."),
    ("kubernetes_executer", ["namespace"], "The nearest section is config.kubernetes_executor;"),
    ("parallelism", [], "an option of airflow.cfg stands in a section. Write config.core.parallelism."),
    ("remote_log_conn_id", [], "Write config.logging.remote_log_conn_id."),
    ("AIRFLOW__CORE__PARALLELISM", [], "this is the name of an environment variable. Write config.core.parallelism."),
    ("team_a=coree", ["parallelism"], "The nearest section is config.team_a=core;"),
    ("namespace", [], "For a section of your own"),
])
def test_a_wrong_section(section, options, told):
    (found, message), = wrong(section, *options)
    assert found is None and told in message


@pytest.mark.parametrize(("section", "option", "told"), [
    ("core", "dag_concurrency", None), ("core", "sql_alchemy_pool_size", None), ("webserver", "base_url", None),
    ("webserver", "enable_proxy_fix", None), ("scheduler", "min_file_process_interval", None),
    ("api", "auth_backends", None),
    ("api", "base_url", "only Airflow 3 has this option, not Airflow 2. Remove it."),
    ("core", "multi_team", "only Airflow 3 has this option"),
    ("webserver", "base_urls", "The nearest option is config.webserver.base_url."),
])
@pytest.mark.parametrize("version", ["2.11.0", "v2.11", "2"])
def test_airflow_2(section, option, told, version):
    found = wrong(section, option, version=version)
    assert [told in message for unused, message in found] == ([True] if told else [])


@pytest.mark.parametrize(("text", "number"), [
    ("3.2.2", 3), ("2.11.0", 2), ("v2.11", 2), ("4.0.0", 4), ("latest", 3), ("", 3), ("²", 3)])
def test_the_major_version(text, number):
    assert config_keys.major(text) == number


@pytest.mark.parametrize(("option", "place"), [
    ("parallelism", "config.core.parallelism"), ("remote_logging", "config.logging.remote_logging"),
    ("flower_url_prefix", "config.celery.flower_url_prefix"), ("namespace", None), ("host", None),
    ("unknown_option", None),
    ("otel_host", "config.metrics.otel_host or config.traces.otel_host"),
])
def test_where_an_option_stands(option, place):
    assert config_keys.place_of(option, "3.2.2") == place


@pytest.mark.parametrize("version", ["3.2.2", "2.11.0"])
def test_what_airflow_has_is_never_refused(version):
    for section, options in config_keys._known(config_keys.major(version)).items():
        assert wrong(section, *options, version=version) == []


def test_what_replaces_an_option_is_there():
    known = config_keys._known(3)
    assert all(option in known[section] for section, option in config_keys._moves()["RENAMED"].values())


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=3))
def test_any_names_give_an_answer(section, options):
    for option, message in wrong(section, *options):
        assert (option is None or option in options) and message
