# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

ENDPOINT = "http://otel.example.com:4318"
DIGEST = "sha256:" + "0a" * 32


def telemetry(**options):
    return {"open_telemetry": {"endpoint": ENDPOINT, **options}}


def test_statsd(compiled):
    values = compiled(release_statsd_image_repository="r.example.com/statsd", release_statsd_image_tag="1")
    assert values.at("images.statsd") == {
        "repository": "r.example.com/statsd",
        "tag": "1",
        "pullPolicy": "IfNotPresent",
    }


def test_the_digest_of_statsd_stands_behind_its_tag(compiled):
    values = compiled(release_statsd_image_tag="1", release_statsd_image_digest=DIGEST)
    assert values.at("images.statsd.tag") == f"1@{DIGEST}"


def test_no_statsd(compiled):
    values = compiled(monitoring={"statsd": {"enabled": False}})
    assert values["statsd"] == {"enabled": False}
    assert values.at("images.statsd") is None


@pytest.mark.parametrize("kinds", [["traces"], ["metrics"], ["traces", "metrics"]])
def test_the_collector_sends_on_what_is_asked_for(compiled, kinds):
    values = compiled(monitoring={**telemetry(**dict.fromkeys(kinds, True)), "statsd": {"enabled": False}})
    assert {kind for kind in ("traces", "metrics") if values.at(f"otelCollector.{kind}Enabled")} == set(kinds)
    configuration = json.loads(values.at("otelCollector.config"))
    assert set(configuration["service"]["pipelines"]) == set(kinds)
    assert configuration["exporters"] == {"otlphttp": {"endpoint": ENDPOINT}}
    for pipeline in configuration["service"]["pipelines"].values():
        for part, names in pipeline.items():
            assert set(names) <= set(configuration[part])


def test_helm_finds_no_template_in_the_configuration(compiled):
    values = compiled(monitoring={**telemetry(traces=True, metrics=True), "statsd": {"enabled": False}})
    assert "{{" not in values.at("otelCollector.config")


def test_the_image_of_the_collector(compiled):
    values = compiled(monitoring=telemetry(traces=True, image={"tag": "0.150.0"}))
    assert values.at("images.otelCollector") == {"tag": "0.150.0", "pullPolicy": "IfNotPresent"}


def test_no_collector_unless_asked_for(compiled):
    assert compiled(monitoring=telemetry()) == compiled()


@pytest.mark.parametrize(
    ("monitoring", "variable"),
    [
        ({"open_telemetry": {"traces": True}}, "airflow_monitoring.open_telemetry.endpoint"),
        (telemetry(metrics=True), "airflow_monitoring.open_telemetry.metrics"),
        (telemetry(traces=True, endpoint="otel:4317"), "airflow_monitoring.open_telemetry.endpoint"),
    ],
)
def test_what_cannot_work_is_refused(refused, monitoring, variable):
    assert variable in refused(monitoring=monitoring)
