# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes variables of this collection of a values file: what became which, what stays an override, what was dropped and why.

Pure: no I/O. First the values are put into the words of the chart that is installed (older lines, the community chart, Airflow 2), then
each topic takes what it has a variable for, and the rest are overrides, without what the chart does not know.
"""

from __future__ import annotations

import collections
import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._values import chart_facts, compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import key_check, schema_check
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import (
    access,
    accounts,
    airflow_config,
    community,
    components,
    contexts,
    dags,
    database,
    detection,
    former_charts,
    images,
    logs,
    options,
    plain_secrets,
    policies,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.leaves import shown
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.work import DROPPED, Row, Work
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION

_CLUSTER = "Name the cluster: airflow_context, and airflow_expected_cluster as playbooks/pin_cluster.yml prints it."
_UID, _CA = "00000000-0000-0000-0000-000000000000", "0" * 64
# What the collection decides otherwise where nobody says so.
_ALWAYS_READ = (
    ("executor",), ("airflowVersion",), ("defaultAirflowTag",), ("defaultAirflowRepository",), ("images", "airflow"),
    ("postgresql", "enabled"), ("redis", "enabled"),
)  # fmt: skip
_PROFILE = {"name": "default", "default": True}


@dataclasses.dataclass(frozen=True)
class Imported:
    """What a values file became.

    :param detected: the `Detected` chart.
    :param variables: {name without prefix: value}, overrides among them.
    :param rows: sorted list of `Row`.
    :param tasks: what is left to do by hand, as sentences.
    """

    detected: detection.Detected
    variables: dict
    rows: list
    tasks: list


def imported(values, path, facts=None):
    """Import chart values.

    :param values: the content of a values file, as `source.read` returns it.
    :param path: its path, for messages.
    :param facts: `ChartFacts` of the chart that is to be installed. Left out, its keys are those that are kept here, and its
        defaults are not known.
    :returns: `Imported`.
    :raises ChartError: the values are of a chart that is not imported.
    """
    found = detection.detected(values, path)
    for key in found.level:
        values = values[key]
    work = Work(values, found.level)
    for other in found.others:
        work.rows.append(Row(other, DROPPED, "", "It stands beside the values of Airflow's chart: it is for another chart."))
    if facts and found.chart == detection.OFFICIAL:
        _defaults_are_dropped(work, facts.defaults)
    _translated(work, found)
    _placed(work)
    _own_is_dropped(work)
    _idle_is_dropped(work, facts.defaults if facts else None)
    _unread_is_dropped(work, facts or chart_facts.official_facts())
    contexts.completed(work)
    kept = work.keep()
    variables = {**work.variables, **({"values_overrides": kept} if kept else {})}
    return Imported(found, variables, sorted(set(work.rows)), [_CLUSTER, *work.tasks])


def _translated(work, found):
    _nulls(work)
    is_community = found.chart == detection.COMMUNITY
    plain_secrets.removed(work, is_community)
    if is_community:
        community.as_official(work)
        plain_secrets.removed(work)
    airflow_config.environment_to_options(work)
    airflow_config.secrets_to_variables(work)
    former_charts.of_today(work)
    airflow_config.options_of_today(work)
    # Under the names of today, more is known to be one.
    plain_secrets.removed(work)


def _nulls(work):
    for path in work.left.paths():
        if work.left.leaf(path).value is None and len(path) > 1 and path[0] == "config":
            work.drop(path, "It is null, which takes the chart's default away, where there is one.")


def _placed(work):
    images.placed(work)
    database.placed(work)
    accounts.placed(work)
    policies.placed(work)
    dags.placed(work)
    logs.placed(work)
    access.placed(work)
    images.of_tasks(work)
    images.others(work)
    components.placed(work)
    options.placed(work)
    database.fernet_key_is_kept(work)
    profile = work.variables.pop("worker_profile", None)
    if profile:
        work.set("worker_profiles", [{**_PROFILE, **profile}])
    accounts.are_trusted(work)
    work.set("expected_cluster", {"uid": _UID, "ca_sha256": _CA})
    work.set("context", "changeme")
    work.set("chart_source", "official")


def _defaults_are_dropped(work, defaults):
    """Leave out what a copy of the chart's whole values.yaml says for nothing."""
    counted = collections.Counter()
    for path in work.left.paths():
        if not any(path[: len(read)] == read for read in _ALWAYS_READ) and _is_default(work.left.value(path), path, defaults):
            counted[work.left.leaf(path).origin[:-len(path) + 1 or None]] += 1
            work.left.remove(path)
    for origin, number in counted.items():
        keys = f" ({number} keys)" if number > 1 else ""
        work.rows.append(Row(f"{shown(origin)}{keys}", DROPPED, "", "It is the chart's default today."))


def _idle_is_dropped(work, defaults):
    for path in work.left.paths():
        value = work.left.value(path)
        if defaults is None and value in ({}, [], None) or defaults is not None and _is_default(value, path, defaults):
            work.drop(path, "It is the chart's default, or empty.")


def _is_default(value, path, defaults):
    for key in path:
        if not isinstance(defaults, dict) or key not in defaults:
            return value in ({}, None)
        defaults = defaults[key]
    # In Python True equals 1; in a chart a flag is not a number. An empty map adds nothing to a map.
    return isinstance(defaults, bool) == isinstance(value, bool) and defaults == value or value == {} and isinstance(defaults, dict)


def _own_is_dropped(work):
    """Leave out what the collection sets whatever the file says."""
    for setting in compiler.compile_settings({}):
        # What is switched off takes with it what would describe it.
        path = setting.path[:-1] if setting.path[-1] == "enabled" and setting.value is False else setting.path
        if setting.variable == COLLECTION and not isinstance(setting.value, dict) and work.left.has(path):
            work.drop(path, f"{setting.why}.")


def _unread_is_dropped(work, facts):
    """Leave out what the chart does not know: helm, or Airflow, would ignore it without a word."""
    values = work.left.nested()
    if not values:
        return
    wrong_form, _unknown = schema_check.check_schema(values, facts)
    forms = {chart_facts.dotted(place) for place in wrong_form}
    for finding in key_check.check_keys(values, facts):
        for path in work.left.paths() if finding.path not in forms else ():
            whole = ".".join(map(str, path))
            if f"{whole}.".startswith(f"{finding.path}.") or f"{finding.path}.".startswith(f"{whole}."):
                work.drop(path, _sentences(finding))


def _sentences(finding):
    return f"{finding.problem[:1].upper()}{finding.problem[1:]}. {finding.remedy}."
