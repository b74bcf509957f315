# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A digest is in every place where helm writes the image, with either chart."""

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._probe.needs import needs
from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides

DIGEST, OWN = (f"sha256:{digits * 32}" for digits in ("0a", "1b"))
IMAGE = {"image_repository": "registry.example.com/airflow", "image_tag": "by-its-tag"}
BY_DIGEST = {**IMAGE, "image_digest": DIGEST}
BY_TAG = "registry.example.com/airflow:by-its-tag"
REFERENCE = f"{BY_TAG}@{DIGEST}"
STATSD = "quay.io/prometheus/statsd-exporter:v0.30.0"
# Together they start every kind of pod that the chart is for.
NAMES = {"bundled": ["local executor", "profiles"], "official": ["local executor", "profiles", "celery"]}


def images(objects):
    """:returns: {image: what it is of} of all containers: of tasks, of CronJobs, of what runs before others, too."""
    return needs({f"{item['kind']} {item['metadata']['name']}": item for item in objects}).images


@pytest.fixture
def pairs(chart, render, specifications):
    """{name of a specification: (what is rendered by tag, what is rendered by digest)}."""
    return {
        name: tuple(render(chart, {**specifications[name], **image}) for image in (IMAGE, BY_DIGEST))
        for name in NAMES[chart.name]
    }


def test_a_digest_is_wherever_the_tag_is_and_changes_nothing_else(pairs):
    for name, pair in pairs.items():
        # Of the configuration, which names the image, the pods have a checksum.
        by_tag, by_digest = (re.sub(r'("checksum/[^"]*": ")[0-9a-f]{64}', r"\1", json.dumps(part)) for part in pair)
        assert by_tag.count("by-its-tag") >= 8, name
        assert re.findall("by-its-tag(.{72})", by_digest) == [f"@{DIGEST}"] * by_tag.count("by-its-tag"), name
        assert by_digest.replace(f"@{DIGEST}", "") == by_tag, name


def test_every_container_of_the_image_goes_by_the_digest(pairs):
    for name, (by_tag, by_digest) in pairs.items():
        old, new = images(by_tag), images(by_digest)
        assert new.pop(REFERENCE) == old.pop(BY_TAG), name
        assert new == old, name


def test_the_image_of_a_profile_is_its_own_business(pairs):
    assert set(images(pairs["profiles"][1])) == {REFERENCE, STATSD, "registry.example.com/gpu:1.0"}


def test_airflow_starts_tasks_by_the_digest_or_leaves_that_to_the_template(chart, render, specifications):
    for name, found in (("defaults", ["registry.example.com/airflow", f"by-its-tag@{DIGEST}"]), ("profiles", ["", ""])):
        objects = render(chart, {**specifications[name], **BY_DIGEST})
        configuration = objects.named("ConfigMap", "airflow-config")["data"]["airflow.cfg"]
        assert re.findall(r"(?m)^worker_container_(?:repository|tag) = ?(.*)$", configuration) == found
        assert objects.pods()["pod_template_file"]["containers"][0]["image"] == REFERENCE


def test_a_profile_with_an_image_of_its_own_does_not_borrow_the_digest(chart, render):
    for image, reference in (
        ({"repository": "registry.example.com/tasks"}, "registry.example.com/tasks:by-its-tag"),
        ({"tag": "2", "digest": OWN}, f"registry.example.com/airflow:2@{OWN}"),
    ):
        profiles = [{"name": "own", "default": True, "image": image}, {"name": "other", "image": image}]
        pods = render(chart, {**BY_DIGEST, "worker_profiles": profiles}).pods()
        assert {pods[name]["containers"][0]["image"] for name in ("pod_template_file", "own", "other")} == {reference}
        assert pods["airflow-scheduler"]["containers"][0]["image"] == REFERENCE


@pytest.mark.official_chart
class TestOfficialChart:
    def test_the_digest_of_the_chart_s_own_keys_does_not_reach_task_pods(self, template, official_chart):
        values = overrides.merged(
            compiler.chart_values(compiler.compile_settings(IMAGE)), {"images": {"airflow": {"digest": DIGEST}}})
        pods = template(official_chart, "airflow", values).pods()
        assert pods["airflow-scheduler"]["containers"][0]["image"] == f"registry.example.com/airflow@{DIGEST}"
        assert pods["pod_template_file"]["containers"][0]["image"] == BY_TAG

    def test_jobs_that_the_chart_could_run_go_by_the_digest(self, template, official_chart):
        jobs = ("migrateDatabaseJob", "createUserJob", "cleanup", "databaseCleanup")
        compiled = compiler.chart_values(compiler.compile_settings(BY_DIGEST))
        values = overrides.merged(compiled, {job: {"enabled": True} for job in jobs})
        objects = template(official_chart, "airflow", values)
        assert sorted(item["kind"] for item in objects if item["kind"].endswith("Job")) == ["CronJob"] * 2 + ["Job"] * 2
        assert set(images(objects)) == {REFERENCE, STATSD}

    def test_images_of_other_programs_go_by_their_digests(self, render, official_chart, specifications):
        celery = specifications["celery"]
        git_sync = celery["dag_delivery"]["git_sync"]
        own = {"repository": "registry.example.com/own", "tag": "1", "digest": DIGEST}
        telemetry = {"traces": True, "endpoint": "http://otel.example.com:4318", "image": own}
        objects = render(official_chart, {
            **celery, **BY_DIGEST, **{f"release_statsd_image_{part}": value for part, value in own.items()},
            "redis": {**celery["redis"], "image": own},
            "pgbouncer": {**celery["pgbouncer"], "image": own, "exporter_image": own},
            "dag_delivery": {**celery["dag_delivery"], "git_sync": {**git_sync, "image": own}},
            "monitoring": {"open_telemetry": telemetry},
        })  # fmt: skip
        assert set(images(objects)) == {REFERENCE, f"registry.example.com/own:1@{DIGEST}"}
