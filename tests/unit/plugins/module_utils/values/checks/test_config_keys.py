# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sections and options of airflow.cfg: what is known to be wrong is reported, what users or providers add is not."""

from __future__ import annotations

import pathlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    airflow_options,
    config_keys,
    former_options,
)

DEFAULTS = {"core": {"executor": "x"}, "chart_section": {"own": 1}, "webserver": {"enable_proxy_fix": "True"}}


def wrong(section, *options, version="3.3.2"):
    return [
        (option, f"{problem}. {remedy}.")
        # Of what is kept elsewhere the name alone is judged.
        for option, problem, remedy in config_keys.wrong_options(section, dict.fromkeys(options), DEFAULTS, version)]


@pytest.mark.parametrize(("section", "option"), [
    ("core", "parallelism"), ("core", "executor"), ("core", "some_option_of_a_plugin"), ("api", "base_url"),
    ("chart_section", "own"), ("chart_section", "other"), ("kubernetes_executor", "some_new_option"),
    ("aws", "anything"),
    ("celery_broker_transport_options", "visibility"), ("sentry", "anything"),
    ("common.io", "xcom_objectstorage_path"),
    ("team_a=celery", "pool"), ("openlineage", "transport"),
    # Providers come out more often than Airflow.
    ("kubernetes_executor", "remote_logging"),
    # Airflow 3 still reads these under their old names.
    ("webserver", "base_url"), ("webserver", "secret_key"), ("scheduler", "dag_dir_list_interval"),
    ("core", "sql_alchemy_conn"), ("workers", "execution_api_server_url"),
    # It came with 3.3.
    ("core", "allow_double_dot_in_ids"), ("state_store", "backend"), ("core", "mp_start_method"),
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
    ("webserver", "dag_orientation", "Airflow 3 does not have this option any more. Remove it."),
    ("cli", "api_client", "Airflow 3 does not have this option any more. Remove it."),
    ("scheduler", "standalone_dag_processor", "Airflow 3 does not have this option any more. Remove it."),
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
    ("loging", ["remote_logging"], "neither Airflow nor its providers have a section of this name. Write config.logging."),
    ("loging", ["an_option_of_my_own"], "neither Airflow nor its providers have a section of this name. The nearest section "
     "is config.logging; for a section of your own, set environment variables such as "
     "AIRFLOW__LOGING__AN_OPTION_OF_MY_OWN in env."),
    ("zzz", [], "For a section of your own, set environment variables such as AIRFLOW__ZZZ__OPTION in env."),
    ("kubernetes_executer", ["namespace"], "Write config.kubernetes_executor."),
    ("parallelism", [], "an option of airflow.cfg stands in a section. Write config.core.parallelism."),
    ("remote_log_conn_id", [], "Write config.logging.remote_log_conn_id."),
    ("AIRFLOW__CORE__PARALLELISM", [], "this is the name of an environment variable. Write config.core.parallelism."),
    ("AIRFLOW__CORE__DAG_CONCURRENCY", [], "Write config.core.max_active_tasks_per_dag."),
    ("team_a=coree", ["parallelism"], "Write config.team_a=core."),
    ("namespace", [], "For a section of your own"),
])
def test_a_wrong_section(section, options, told):
    (found, message), = wrong(section, *options)
    assert found is None and told in message


@pytest.mark.parametrize("version", ["3.2.0", "3.2.2", "v3.2"])
@pytest.mark.parametrize(("section", "option"), [
    ("core", "allow_double_dot_in_ids"), ("api", "ssl_ca_file"), ("state_store", "backend"), ("sdk", "coordinators"),
    ("callbacks", "callback_execution_timeout"), ("connection_test", "timeout"), ("team_a=core", "mp_start_method"),
])
def test_an_option_of_a_later_release(section, option, version):
    assert wrong(section, option, version=version) == [(
        option, "it is an option of Airflow since 3.3, and Airflow 3.2 does not read it. "
                "Remove it, or set airflow_version to 3.3 or later.")]
    assert not any(wrong(section, option, version=later) for later in ("3.3.0", "3.3.9", "3.10.0", "latest"))


@pytest.mark.parametrize(("option", "value", "told"), [
    ("load_examples", "Flase", "it is neither True nor False. Write True or False."),
    ("parallelism", "many", "it is not a whole number. Write a whole number."),
    ("dagbag_import_timeout", "half a minute", "it is not a number. Write a number."),
])
def test_a_value_that_airflow_cannot_read(option, value, told):
    (found, problem, remedy), = config_keys.wrong_options("core", {option: value}, DEFAULTS, "3.3.2")
    assert (found, f"{problem}. {remedy}.") == (option, told)


def test_no_remedy_is_an_option_of_a_later_release():
    assert "mp_start_method" in wrong("core", "mp_start_methods")[0][1]
    assert wrong("core", "mp_start_methods", version="3.2.2") == []


@pytest.mark.parametrize(("option", "place"), [
    ("parallelism", "config.core.parallelism"), ("remote_logging", "config.logging.remote_logging"),
    ("flower_url_prefix", "config.celery.flower_url_prefix"), ("namespace", None), ("host", None),
    ("unknown_option", None),
    ("otel_host", "config.metrics.otel_host or config.traces.otel_host"),
])
def test_where_an_option_stands(option, place):
    assert config_keys.place_of(option) == place


def test_what_airflow_has_is_never_refused():
    for section, options in config_keys._known().items():
        assert wrong(section, *options) == []


def test_what_an_earlier_release_has_is_never_refused_there():
    later = airflow_options.SINCE[3, 3]
    for section, options in config_keys._known().items():
        assert wrong(section, *(options - later.get(section, set())), version="3.2.2") == []


@pytest.mark.parametrize("option", ["async_pod_creation", "pod_creation_max_concurrency"])
def test_an_image_may_have_a_later_provider_than_its_airflow(option):
    assert wrong("kubernetes_executor", option, version="3.2.2") == []


def test_every_known_release_has_its_options():
    assert set(airflow_options.SINCE) == set(airflow_versions.RELEASES[1:])
    for sections in airflow_options.SINCE.values():
        assert all(options <= airflow_options.AIRFLOW[section] for section, options in sections.items())


def test_the_tables_are_made_from_the_versions_that_are_tried():
    text = pathlib.Path(airflow_options.__file__).read_text(encoding="utf-8")
    assert re.findall(r"apache-airflow-core==(\S+)", text) == list(airflow_versions.TRIED)


def test_what_replaces_an_option_is_there():
    known = config_keys._known()
    new = [place for options in former_options.RENAMED.values() for place in options.values()]
    assert new and all(option in known[section] for section, option in new)


def test_no_former_option_is_one_of_today():
    known = config_keys._known()
    for table in (former_options.RENAMED, former_options.STILL_READ, former_options.REMOVED):
        assert not [section for section, options in table.items() if set(options) & known.get(section, set())]


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=3))
def test_any_names_give_an_answer(section, options):
    for option, message in wrong(section, *options):
        assert (option is None or option in options) and message
