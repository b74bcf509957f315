# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which chart value a part of a rendered object comes from. Pure: no I/O.

A chart copies most of what it is given: resources, volumes, containers, contexts. So a part of an object stands in the values as it
is, below keys that end alike. What a chart computes has no origin that can be told.
"""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import mapping

try:
    import yaml
except ImportError:
    # It comes with the kubernetes library, whose absence the client reports.
    pass

# The key of the values that a component has in the chart, by its label. Source: the templates of the official chart 1.22.0.
COMPONENTS = {
    "api-server": "apiServer", "webserver": "webserver", "scheduler": "scheduler", "dag-processor": "dagProcessor",
    "triggerer": "triggerer", "worker": "workers", "statsd": "statsd", "pgbouncer": "pgbouncer", "redis": "redis", "flower": "flower",
    "otel-collector": "otelCollector", "airflow-cleanup-pods": "cleanup", "database-cleanup": "databaseCleanup",
    "run-airflow-migrations": "migrateDatabaseJob", "create-user-job": "createUserJob",
}  # fmt: skip


class Origins:
    """The places in chart values that parts of rendered objects come from.

    :param chart_values: the values, without the chart's defaults.
    """

    def __init__(self, chart_values):
        self._places = list(_places((), chart_values))

    def of(self, path, value, component=None):
        """Find what was copied to a path.

        :param path: the path in a rendered object, as a tuple.
        :param value: what stands there.
        :param component: the label of the object's component; of equal places, the one below its key is told.
        :returns: the dotted path of the value, or None where nothing like it was written.
        """
        ranked = []
        for place, found in self._places:
            shared = _shared(place, path)
            if shared and found == value:
                ranked.append((shared, place[0] == COMPONENTS.get(component), -len(place), place))
        return dotted(max(ranked, key=lambda entry: entry[:3])[3]) if ranked else None

    def of_pod(self, pod):
        """:param pod: a `RenderedPod`.
        :returns: the dotted path of the text that the pod of a template comes from; None of any other.
        """
        return self.of_template(pod.owner) if pod.is_of_tasks else None

    def of_template(self, config_map):
        """:param config_map: the definition of the ConfigMap that a pod template is in.
        :returns: the dotted path of the text that it comes from; None where it is the chart's own.
        """
        return self._written(("extraConfigMaps", mapping(config_map.get("metadata")).get("name"), "data"), ("podTemplate",))

    def _written(self, *places):
        written = {place for place, unused in self._places}
        return next((dotted(place) for place in places if place in written), None)

    def of_account(self, name, component=None):
        """:returns: the dotted path where a service account's name is written for a component, or anywhere; None where it is not."""
        found = [
            place for place, value in self._places
            if place[-2:] == ("serviceAccount", "name") and value == name
        ]
        return dotted(min(found, key=lambda place: (place[0] != COMPONENTS.get(component), len(place)))) if found else None

    def of_persistence(self, component):
        """:param component: the key of a component in the values.
        :returns: the dotted path where its volume is described.
        """
        found = [place for place, unused in self._places if place[:1] == (component,) and place[-1:] == ("persistence",)]
        return dotted(max(found, key=len)) if found else f"{component}.persistence"

    def is_written(self, name):
        """:returns: whether a name stands in the values, as it is or as what a template may become."""
        return any(
            value == name or (_UNKNOWN.search(value) and re.fullmatch(".*".join(map(re.escape, _UNKNOWN.split(value))), name))
            for unused, value in self._places if isinstance(value, str)
        ) or any(place and place[-1] == name for place, unused in self._places)

    def of_entry(self, keys, component=None, field=None):
        """Find the entries of lists that have these keys.

        :param keys: {key: value}, by which Kubernetes tells entries of a list apart.
        :param component: the label of the component; places below the keys of others do not count.
        :param field: the key of the list in Kubernetes; a list whose key ends with it, in whatever case, comes first.
        :returns: list of the dotted paths of the entries, those of the component first.
        """
        others = set(COMPONENTS.values()) - {COMPONENTS.get(component)} if component else set()
        found = [
            place for place, value in self._places
            if isinstance(value, dict) and len(place) > 1 and isinstance(place[-1], int) and place[0] not in others
            and all(str(_of_entry(value, key)) == str(wanted) for key, wanted in keys.items())
        ]
        if field:
            alike = [place for place in found if _FIELDS.get(place[-2], str(place[-2]).lower()).endswith(field.lower())]
            found = alike or found
        return [dotted(place) for place in sorted(found, key=lambda place: place[0] != COMPONENTS.get(component))]

    def of_named(self, entry, pod, field):
        """Find an entry of a list that its name tells apart, wherever it stands in the list.

        :param entry: the entry, as it is rendered.
        :param pod: the `RenderedPod`.
        :param field: the key of the list in Kubernetes.
        :returns: as `of_pod` where nothing of this name was written.
        """
        found = self.of_entry({"name": entry.get("name")}, pod.component, field)
        return found[0] if found else self.of_pod(pod)

    def keys(self, name, component=None):
        """:returns: list of the dotted paths that end with a key, those of a component first."""
        found = [place for place, unused in self._places if place and place[-1] == name]
        return [dotted(place) for place in sorted(found, key=lambda place: place[0] != COMPONENTS.get(component))]

    def named(self, name):
        """:returns: the dotted path where an object's name, or what the chart puts behind that of the release, is written; or None."""
        keys = [place for place, value in self._places if value == name or place[-1:] == (name,)]
        parts = [place for place, value in self._places if place[-1:] == ("name",) and value and name.endswith(f"-{value}")]
        return next((dotted(place) for place in keys + parts), None)

    def nothing_at(self, keys):
        """:returns: the dotted path of the null that stands in the way to a path, or None."""
        nothing = {place for place, value in self._places if value is None}
        return next((dotted(keys[:end]) for end in range(1, len(keys) + 1) if tuple(keys[:end]) in nothing), None)

    def nothing_below(self, key):
        """:returns: list of the dotted paths of nulls in the values of a component, by its key."""
        return [dotted(place) for place, value in self._places if value is None and place[:1] == (key,)]

    def texts(self, *words):
        """:returns: list of (dotted path, text) of the texts that have all these words."""
        return [
            (dotted(place), value) for place, value in self._places
            if isinstance(value, str) and all(word in value for word in words)
        ]


# What helm puts something else in the place of, and what stands for it while a text is read as YAML.
ACTION = re.compile(r"\{\{.*?(?:\}\}|\Z)", re.DOTALL)
HOLE = "\ufffc"
_LINE_OF_ACTION = re.compile(r"^[ \t]*\{\{[^\n]*\}\}[ \t]*$", re.MULTILINE)
_UNKNOWN = re.compile(f"{ACTION.pattern}|{HOLE}", re.DOTALL)
# What Kubernetes takes for a key that tells entries apart where it is left out.
DEFAULTS = {"protocol": "TCP"}
# Lists of the chart that are called otherwise than what they become.
_FIELDS = {"secret": "env"}


def _of_entry(entry, key):
    # The chart's list `secret` has another key for the name of a variable.
    return entry.get(key, entry.get("envName") if key == "name" else DEFAULTS.get(key))


def _places(path, value):
    yield path, value
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _places((*path, str(key)), entry)
    elif isinstance(value, list):
        for place, entry in enumerate(value):
            yield from _places((*path, place), entry)
    elif isinstance(value, str):
        yield from _within(path, value)


def _within(path, text):
    """What a text holds that is YAML itself, such as `extraEnv`."""
    if "\n" not in text.strip() and not text.startswith("- "):
        return
    try:
        document = yaml.load(without_actions(text), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return
    if isinstance(document, (dict, list)):
        inner = _places(path, document)
        next(inner, None)
        yield from inner


def without_actions(text):
    """:returns: a template as a text that may be YAML, with `HOLE` for what helm will put there."""
    return ACTION.sub(HOLE, _LINE_OF_ACTION.sub("", text))


def _shared(place, path):
    """:returns: how many steps two paths have in common at their ends; places in lists may differ."""
    count = 0
    for one, other in zip(reversed(place), reversed(path)):
        if one != other and not (isinstance(one, int) and isinstance(other, int)):
            break
        count += 1
    # That two places in lists are such says nothing.
    return count if any(isinstance(part, str) for part in place[len(place) - count:]) else 0
