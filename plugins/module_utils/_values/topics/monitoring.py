# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics and traces. Pure: no I/O."""

from __future__ import annotations

import json

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import boolean, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.images import (
    digest_stands_behind_a_tag,
    image_settings,
    pinned_tag,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    IMAGE,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.security import (
    RESTRICTED,
    container_context,
    pods_of_other_images_are_restricted,
)

VARIABLES = {
    "release_statsd_image_repository": text(
        "Repository of the image of the metrics exporter.",
        forms.IMAGE_REPOSITORY, "quay.io/prometheus/statsd-exporter",
    ),
    "release_statsd_image_tag": text("Tag of the image of the metrics exporter.", forms.IMAGE_TAG, "v0.30.0"),
    "release_statsd_image_digest": text(
        "Digest of the image of the metrics exporter. Empty means that the tag decides.", forms.IMAGE_DIGEST, ""
    ),
    "monitoring": mapping(
        "Metrics and traces.",
        statsd=mapping(
            "The metrics exporter, which Prometheus scrapes.",
            enabled=boolean("Whether it runs.", True),
        ),
        open_telemetry=mapping(
            "A collector that sends on what Airflow measures. The image needs Airflow's extra otel.",
            traces=boolean("Whether there are traces."),
            metrics=boolean(
                "Whether metrics go this way. They then no longer go to StatsD, so that has to be disabled."
            ),
            endpoint=text("URL that the collector sends to (OTLP by HTTP).", forms.WEB_URL),
            image=IMAGE,
        ),
    ),
}  # fmt: skip
# The ports at which the chart's probes and Airflow look for the collector.
_HEALTH, _GRPC, _HTTP = "0.0.0.0:13133", "0.0.0.0:4317", "0.0.0.0:4318"


def settings(specification):
    """:returns: the list of Setting of this topic."""
    options = specification["monitoring"]
    return _statsd(specification) + (_open_telemetry(specification) if _has_collector(options) else [])


def _has_collector(options):
    return options["open_telemetry"]["traces"] or options["open_telemetry"]["metrics"]


def _statsd(specification):
    if not specification["monitoring"]["statsd"]["enabled"]:
        variable = named("monitoring", "statsd", "enabled")
        return [Setting(path_of("statsd.enabled"), False, variable, "Nobody collects metrics of StatsD")]
    image = {part: specification[f"release_statsd_image_{part}"] for part in ("repository", "tag", "digest")}
    parts = [
        Setting(
            ("images", "statsd", part), value, named(f"release_statsd_image_{part}"),
            "The image of the metrics exporter")
        for part, value in (("repository", image["repository"]), ("tag", pinned_tag(image["tag"], image["digest"])))
    ]  # fmt: skip
    policy, variable = specification["image_pull_policy"], named("image_pull_policy")
    return [
        *parts,
        Setting(path_of("images.statsd.pullPolicy"), policy, variable, "When nodes pull the image"),
        *pods_of_other_images_are_restricted(specification, "statsd", 65534),
    ]


def _open_telemetry(specification):
    options = specification["monitoring"]["open_telemetry"]
    variable = named("monitoring", "open_telemetry")
    found = [
        Setting(("otelCollector", f"{kind}Enabled"), True, f"{variable}.{kind}", f"A collector takes the {kind}")
        for kind in ("traces", "metrics")
        if options[kind]
    ]
    return [
        *found,
        *collector_sends_on(options, variable),
        *collector_is_restricted(specification),
        *image_settings(specification, "otelCollector", options["image"], f"{variable}.image"),
    ]


def collector_sends_on(options, variable):
    """Configure the collector in full: the chart's own configuration prints, by an exporter that newer images lack."""
    pipeline = {"receivers": ["otlp"], "processors": ["batch"], "exporters": ["otlphttp"]}
    configuration = {
        "extensions": {"health_check": {"endpoint": _HEALTH}},
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": _GRPC}, "http": {"endpoint": _HTTP}}}},
        "processors": {"batch": {}},
        "exporters": {"otlphttp": {"endpoint": options["endpoint"]}},
        "service": {
            "extensions": ["health_check"],
            "pipelines": {kind: pipeline for kind in ("traces", "metrics") if options[kind]},
        },
    }
    # JSON is YAML; the chart takes the text for a template, to which two braces in a row would mean something.
    value = json.dumps(configuration, indent=1, sort_keys=True)
    return [Setting(path_of("otelCollector.config"), value, f"{variable}.endpoint", "Where the collector sends to")]


def collector_is_restricted(specification):
    """Give the collector both contexts: the global ones reach neither its pod nor its container."""
    path = path_of("otelCollector.securityContexts.container")
    return [
        *pods_of_other_images_are_restricted(specification, "otelCollector", 10001),
        Setting(path, container_context(specification), COLLECTION, RESTRICTED),
    ]


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    options, found = specification["monitoring"], []
    variable = named("monitoring", "open_telemetry", "endpoint")
    if _has_collector(options) and not options["open_telemetry"]["endpoint"]:
        found.append(ValueFinding(variable, "it is missing", "Write the URL that the collector sends to (OTLP by HTTP)"))
    return [
        *found,
        *metrics_go_one_way(options),
        *digest_stands_behind_a_tag(options["open_telemetry"]["image"], named("monitoring", "open_telemetry", "image")),
    ]


def metrics_go_one_way(options):
    """Refuse metrics by OpenTelemetry and StatsD: Airflow then uses one, and the exporter of the other stands idle."""
    if not (options["open_telemetry"]["metrics"] and options["statsd"]["enabled"]):
        return []
    remedy = "Set airflow_monitoring.statsd.enabled to false, or metrics to false"
    problem = "airflow_monitoring.statsd is enabled, and Airflow sends metrics to one of them"
    return [ValueFinding(named("monitoring", "open_telemetry", "metrics"), problem, remedy)]
