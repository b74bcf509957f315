# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chart values key by key: what the chart does not know, ignores, or expects in another form. Pure: no I/O.

helm checks values against the chart's schema, and the schema of the official chart leaves most levels open: a wrong key
there is silently ignored. So every level is compared with the chart's own default values as well.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted, key_text
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    config_keys,
    environment_variables,
    former_keys,
    nearest_key,
    schema_check,
    variable_names,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.config_keys import CONFIG
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import KeyTree, official_tree
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

_ABSENT = object()
# In the pod of a task it starts nothing. Airflow's own examples say LocalExecutor there:
# https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes/stable/kubernetes_executor.html#example-pod-templates
_EXECUTOR = ("core", "executor")
# More keys than these are no help to anybody.
_FEW = 12
_OF_OFFICIAL = "The official chart has this key: set airflow_chart_source to official"


def check_keys(chart_values, facts, airflow_version=airflow_versions.TRIED[-1]):
    """Find everything that is wrong with keys and types, all at once.

    :param chart_values: the values, without the chart's defaults.
    :param facts: `ChartFacts` of the chart.
    :param airflow_version: the version of Airflow; airflowVersion in the values, which the chart goes by, precedes it.
    :returns: sorted list of `ValueFinding`, each place once.
    :raises MissingLibraryError: the chart has a schema, and the library jsonschema is not installed.
    """
    return sorted(set(_checked(chart_values, facts, airflow_version).findings.values()))


def official_paths(chart_values, facts, airflow_version):
    """Find what another chart of Airflow has no key for, and the official chart has.

    :param chart_values: as of `check_keys`, as the other parameters.
    :returns: list of paths, as tuples.
    """
    findings = _checked(chart_values, facts, airflow_version).findings
    return sorted((path for path, finding in findings.items() if finding.remedy == _OF_OFFICIAL), key=dotted)


def _checked(chart_values, facts, airflow_version):
    """:returns: the `_KeyCheck` that has seen everything."""
    chart_values = _with_texts_as_keys(chart_values)
    version = chart_values.get("airflowVersion")
    check = _KeyCheck(chart_values, facts, version if isinstance(version, str) and version else airflow_version)
    wrong_form, unknown = schema_check.check_schema(chart_values, facts)
    check.walk(chart_values, check.tree.root)
    for path in sorted(unknown, key=dotted):
        check.unknown(path)
    check.forms(wrong_form)
    check.environment()
    return check


def _with_texts_as_keys(value):
    if isinstance(value, dict):
        return {key_text(key): _with_texts_as_keys(inner) for key, inner in value.items()}
    return [_with_texts_as_keys(inner) for inner in value] if isinstance(value, list) else value


class _KeyCheck:
    """Collects findings, by path."""

    def __init__(self, chart_values, facts, airflow_version):
        self.findings = {}
        self.tree = KeyTree(facts)
        self._values = chart_values
        self._facts = facts
        self._situation = former_keys.Situation(airflow_version, chart_values, facts.is_official())
        config = facts.defaults.get(CONFIG)
        self._is_airflow = isinstance(config, dict) and isinstance(config.get("core"), dict)

    def walk(self, value, place):
        """Compare a value, and everything below it, with what is known of its place."""
        if isinstance(value, list):
            for number, entry in enumerate(value):
                self.walk(entry, self.tree.child(place, number))
        elif isinstance(value, dict) and place.path == (CONFIG,) and self._is_airflow:
            self._config(value, place.default)
        elif isinstance(value, dict):
            known = self.tree.keys(place)
            for key, inner in value.items():
                self._key(inner, self.tree.child(place, key), known)

    def unknown(self, path):
        """Refuse a key that the chart does not have, unless it, or a part of it, is refused already."""
        if not any(path == other[:len(path)] or other == path[:len(other)] for other in self.findings):
            self._refuse_unknown(path, _at(self._values, path))

    def forms(self, wrong_form):
        """Take over what the schema says of values, where their key is not refused already."""
        refused = set(self.findings)
        for path, finding in wrong_form.items():
            if not any(path[:length] in refused for length in range(len(path) + 1)):
                self.findings[path] = finding

    def environment(self):
        """Judge the options, connections and variables of Airflow that are environment variables."""
        if not self._is_airflow:
            return

        def replaced(section, option, value):
            return self._replaced((CONFIG, section, option), True, value)

        judges = variable_names.Judges(self._facts.defaults[CONFIG], self._situation.airflow_version, replaced)
        for variable in environment_variables.variables(self._values):
            if variable.path == ("podTemplate",) and variable.option == _EXECUTOR:
                continue
            told = variable_names.wrong_variable(variable.name, variable.value, judges)
            if told:
                # A text may hold several.
                self.findings[(*variable.path, variable.name)] = ValueFinding(
                    dotted(variable.name_path), f"{variable.name}: {told[0]}", told[1])

    def _key(self, value, place, known):
        path = place.path
        if known is not None and path[-1] not in known or self.tree.is_slip(path):
            self._refuse_unknown(path, value)
            return
        # What says the same as the chart's default, or nothing, changes nothing.
        says_something = value not in (None, {}, [], "") and value != place.default
        told = self._replaced(path, True, value) if says_something else None
        if told:
            self._add(path, *told)
        elif not place.schemas and _is_another_kind(value, place.default):
            self._add(path, *schema_check.wrong_type(value, path, _kind(place.default)))
        else:
            self.walk(value, place)

    def _replaced(self, path, known_here, value):
        if not self._is_airflow:
            return None
        return former_keys.replaced(path, known_here, known_here or official_tree().has(path), value, self._situation)

    def _refuse_unknown(self, path, value):
        if len(path) == 1 and self._is_airflow and former_keys.is_of_umbrella(path[0], value):
            self._add(path, *former_keys.of_umbrella(path[0]))
            return
        parts = value if isinstance(value, dict) and former_keys.has_parts(path) else {}
        told = {path + (key,): self._replaced(path + (key,), False, inner) for key, inner in parts.items()}
        if not any(told.values()):
            told = {path: self._replaced(path, False, value)}
        for place, what in told.items():
            self._add(place, *(what or self._unlike(place)))

    def _unlike(self, path):
        """:returns: (problem, remedy) of a key that no table names."""
        problem = f"the chart {self._facts.name} {self._facts.version} has no such key"
        place, key = path[:-1], path[-1]
        known = self.tree.listed(place)
        if self._is_airflow:
            hint = self._airflow_hint(path)
            if hint:
                return problem, hint
        near = nearest_key.nearest(key, known, nearest_key.NEAR_MISS)
        if near:
            return problem, f"Write {dotted(place + (near,))}"
        others = nearest_key.elsewhere(place, key, self.tree.places)
        if others:
            return problem, f"The chart has this key as {' and as '.join(map(dotted, others))}"
        near = nearest_key.nearest(key, known)
        if near:
            return problem, f"The nearest key is {dotted(place + (near,))}"
        if 0 < len(known) <= _FEW:
            return problem, f"Remove it; the keys there are {', '.join(sorted(known))}"
        return problem, "Remove it, or find the right key in the chart's values.yaml"

    def _airflow_hint(self, path):
        """What a key is to the official chart or to Airflow itself."""
        if not self._facts.is_official() and official_tree().has(path) and not official_tree().is_slip(path):
            return _OF_OFFICIAL
        option = config_keys.place_of(path[-1])
        if option:
            return f"It is an option of Airflow: write {option}"
        if len(path) == 1 and config_keys.has_section(path[0]):
            return f"It is a section of airflow.cfg: write {CONFIG}.{path[0]}"
        return None

    def _config(self, sections, defaults):
        for section, options in sections.items():
            here, own = (CONFIG, section), defaults.get(section) or {}
            # A section that is not a map is reported by the schema check; here, only if no section has that name.
            options = options if isinstance(options, dict) else {}
            changed = {option: value for option, value in options.items() if value != own.get(option, _ABSENT)}
            told = {option: self._replaced(here + (option,), True, value) for option, value in changed.items()}
            left = {option: value for option, value in changed.items() if not told[option]}
            if left or not options:
                told |= {option: what for option, *what in config_keys.wrong_options(
                    section, left, defaults, self._situation.airflow_version)}
            for option, what in told.items():
                if what:
                    self._add(here + ((option,) if option else ()), *what)

    def _add(self, path, problem, remedy):
        self.findings[path] = ValueFinding(dotted(path), problem, remedy)


def _at(value, path):
    for key in path:
        if not isinstance(value, (dict, list)) or isinstance(value, dict) and key not in value:
            return None
        value = value[key]
    return value


def _kind(value):
    if isinstance(value, dict):
        return ["object"]
    return ["array"] if isinstance(value, list) else ["string", "number", "boolean"]


def _is_another_kind(value, default):
    """Whether a map, a list and a single value stand for one another; of a default that is null nothing is known."""
    return value is not None and default is not None and _kind(value) != _kind(default)
