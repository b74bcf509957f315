# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of Airflow, wherever a values file has them, by the names and in the places of today. Pure: no I/O.

An option as an environment variable becomes one of `config`, where it is judged; what the variable says counts, as in Airflow.
"""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import former_key_tables, former_options
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.config_keys import CONFIG
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.leaves import shown
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.work import VARIABLE, Row

_VARIABLE = re.compile(r"AIRFLOW__([A-Z0-9_]+?)__([A-Z0-9_]+)")
_REMOVED = "Airflow 3 does not have this option any more."
_RENAMED = "Airflow 3 has this option under another name."
_MINUTES_A_DAY = 24 * 60
# Former places that no package of Airflow lists: the section was renamed, and these are still read under their old names.
_MOVED = {
    ("webserver", "base_url"): ("api", "base_url"),
    ("webserver", "instance_name"): ("api", "instance_name"),
    ("webserver", "workers"): ("api", "workers"),
    ("webserver", "web_server_worker_timeout"): ("api", "worker_timeout"),
    ("webserver", "expose_config"): ("api", "expose_config"),
    ("webserver", "hide_paused_dags_by_default"): ("api", "hide_paused_dags_by_default"),
    ("scheduler", "dag_dir_list_interval"): ("dag_processor", "refresh_interval"),
    ("core", "dag_file_processor_timeout"): ("dag_processor", "dag_file_processor_timeout"),
    ("scheduler", "parsing_pre_import_modules"): ("dag_processor", "parsing_pre_import_modules"),
    ("triggerer", "default_capacity"): ("triggerer", "capacity"),
}  # fmt: skip
# Of Airflow 1.10: Airflow 2 did not read them any more.
_OF_AIRFLOW_1 = {
    ("webserver", "rbac"), ("core", "store_serialized_dags"), ("core", "store_dag_code"), ("core", "secure_mode"),
    ("core", "enable_xcom_pickling"), ("core", "max_threads"), ("scheduler", "run_duration"),
}  # fmt: skip
# What holds a connection or a key: it comes from a Secret that a variable names.
SECRET_OPTIONS = {
    ("core", "sql_alchemy_conn"): "database_secret_name",
    ("database", "sql_alchemy_conn"): "database_secret_name",
    ("celery", "broker_url"): "broker_secret_name",
    ("celery", "result_backend"): "result_backend_secret_name",
    ("core", "fernet_key"): "secrets_sources.fernet_key",
    ("webserver", "secret_key"): "secrets_sources.api_secret_key",
    ("api", "secret_key"): "secrets_sources.api_secret_key",
    ("api_auth", "jwt_secret"): "secrets_sources.jwt_secret",
}
# The backends of the stable API moved to the provider fab with the option that names them.
_FORMER_BACKENDS, _BACKENDS = "airflow.api.auth.backend.", "airflow.providers.fab.auth_manager.api.auth.backend."


def option_of(variable):
    """:returns: (section, option) that an environment variable sets; None where it sets none."""
    match = _VARIABLE.fullmatch(str(variable))
    return tuple(part.lower() for part in match.groups()) if match else None


def environment_to_options(work):
    """Make options of `config` of the variables AIRFLOW__… in `env`."""
    entries = work.value("env")
    if not isinstance(entries, list):
        return
    leaf, kept = work.left.leaf(("env",)), []
    for entry in entries:
        option = option_of(entry.get("name")) if isinstance(entry, dict) and set(entry) == {"name", "value"} else None
        # In Airflow the variable counts, whatever the file says.
        if option and not isinstance(entry["value"], (dict, list)):
            path, note = (CONFIG, *option), f"It was the variable {entry['name']}."
            if work.left.has(path):
                work.drop(path, f"The variable {entry['name']} in env counts.")
            work.left.put(path, entry["value"], (*leaf.origin, str(entry["name"])), note)
        else:
            kept.append(entry)
    if kept:
        work.left.put(("env",), kept, leaf.origin, leaf.note)
    else:
        work.left.remove(("env",))


def secrets_to_variables(work):
    """Let variables name the Secrets of connections and keys that `secret` hands to Airflow as options."""
    entries = work.value("secret")
    if not isinstance(entries, list):
        return
    leaf, kept = work.left.leaf(("secret",)), []
    for entry in entries:
        option = option_of(entry.get("envName")) if isinstance(entry, dict) else None
        name = SECRET_OPTIONS.get(option)
        if name is None:
            kept.append(entry)
        else:
            _named(work, name, entry, (*leaf.origin, str(entry["envName"])))
    if kept:
        work.left.put(("secret",), kept, leaf.origin, leaf.note)
    else:
        work.left.remove(("secret",))


def _named(work, name, entry, origin):
    secret, key = entry.get("secretName"), entry.get("secretKey")
    if name.startswith("secrets_sources."):
        work.set(name, {"kubernetes_secret": {"name": secret, "key": key}})
    else:
        work.set(name, secret)
        if key != "connection":
            work.task(f"Give the Secret {secret} the key connection, with what its key {key} holds: airflow_{name} names it.")
    if name == "database_secret_name":
        work.set("database_mode", "external")
    work.rows.append(Row(shown(origin), VARIABLE, f"airflow_{name}", ""))


def options_of_today(work):
    """Give options the names and places that they have in Airflow 3, and leave out what it does not have."""
    for section in work.left.children((CONFIG,)):
        if section == "kubernetes":
            work.rename((CONFIG, section), (CONFIG, "kubernetes_executor"), "The section has another name now.")
    for section in work.left.children((CONFIG,)):
        for option in work.left.children((CONFIG, section)):
            _option(work, section, option)


def _option(work, section, option):
    path, name = (CONFIG, section, option), f"{CONFIG}.{section}.{option}"
    # A section that stands for another team's is called team=section.
    new = _MOVED.get((section, option)) or former_options.RENAMED.get(section, {}).get(option)
    if (section, option) in SECRET_OPTIONS:
        work.drop(path, f"It comes from the Secret that airflow_{SECRET_OPTIONS[section, option]} names.")
    elif name in former_key_tables.CONFIG or f"{CONFIG}.kubernetes.{option}" in former_key_tables.CONFIG and section == "kubernetes_executor":
        remedy = former_key_tables.CONFIG.get(name) or former_key_tables.CONFIG[f"{CONFIG}.kubernetes.{option}"]
        reason = remedy.removeprefix("Remove it: ")
        work.drop(path, f"{reason[:1].upper()}{reason[1:]}.")
    elif option in former_options.REMOVED.get(section, ()) or (section, option) in _OF_AIRFLOW_1:
        work.drop(path, _REMOVED)
    elif new:
        _renamed(work, path, (CONFIG, *new))


def _renamed(work, path, new):
    leaf = work.left.leaf(path)
    if leaf is None:
        # A map where an option stands: the check of the forms tells of it.
        pass
    elif path[2] == "session_lifetime_days" and str(leaf.value).isdigit():
        work.left.put(path, str(int(leaf.value) * _MINUTES_A_DAY), leaf.origin, "It is in minutes now.")
    elif path[2].startswith("auth_backend") and isinstance(leaf.value, str):
        value = leaf.value.replace(_FORMER_BACKENDS, _BACKENDS)
        work.left.put(path, value, leaf.origin, "Airflow 3 has these backends in its provider fab.")
    work.rename(path, new, _RENAMED)
