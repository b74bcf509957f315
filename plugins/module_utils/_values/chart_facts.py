# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a chart says of its values: its own files, or facts of the official chart, kept here. Pure: no I/O."""

from __future__ import annotations

import dataclasses
import functools
import json

from ansible_collections.windrose.airflow.plugins.module_utils._values import official_keys

NAME = "airflow"


@dataclasses.dataclass(frozen=True)
class ChartFacts:
    """What is known of a chart's values.

    :param name: the chart's name, of Chart.yaml.
    :param version: the chart's version, of Chart.yaml.
    :param defaults: the chart's values.yaml.
    :param schema: the chart's values.schema.json; None where it has none.
    :param subcharts: the names, or aliases, of the charts that it depends on, of Chart.yaml: helm hands each the values
        below its name.
    """

    name: str
    version: str
    defaults: dict
    schema: dict | None
    subcharts: tuple = ()

    def is_official(self):
        """Whether this is the chart that the facts kept here are of."""
        return (self.name, self.version) == (NAME, official_keys.VERSION)


@functools.cache
def official_facts():
    """The keys of the official chart, without its files.

    Types, and which levels are open, are the chart's. Of the defaults only the keys are, and types of Kubernetes are
    plain maps.

    :returns: the `ChartFacts`; not to be changed.
    """
    defaults, schema = json.loads(official_keys.DEFAULTS), json.loads(official_keys.SCHEMA)
    return ChartFacts(NAME, official_keys.VERSION, defaults, schema, ("postgresql",))


def coalesced(defaults, chart_values):
    """Lay values over a chart's defaults as helm does before it validates and renders them.

    Maps are merged, everything else is replaced, null takes a key away, and a key is always a text.

    :returns: new values; neither argument is changed.
    """
    result = dict(defaults)
    for key, value in chart_values.items():
        name = key_text(key)
        below = result.get(name)
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            result[name] = coalesced(below if isinstance(below, dict) else {}, value)
        else:
            result[name] = value
    return result


def key_text(key):
    """:returns: a key as helm reads it: YAML has keys of any type, JSON texts alone."""
    if isinstance(key, str):
        return key
    return {True: "true", False: "false", None: "null"}[key] if key is None or isinstance(key, bool) else str(key)


def dotted(path):
    """:returns: the dotted form of a path; entries of lists are counted from 0."""
    return ".".join(str(part) for part in path)
