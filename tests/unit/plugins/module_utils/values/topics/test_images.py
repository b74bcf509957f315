# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import IMAGE

DIGEST = "sha256:" + "0a" * 32
IMAGES = {
    "gitSync": ("dag_delivery.git_sync.image", {"dag_delivery": {
        "method": "git_sync", "git_sync": {"repository": "https://git.example.com/dags.git"}}}),
    "redis": ("redis.image", {"executor": "CeleryExecutor", "redis": {"enabled": True, "password_secret": "redis"}}),
    "pgbouncer": ("pgbouncer.image", {"pgbouncer": {"enabled": True}}),
    "pgbouncerExporter": ("pgbouncer.exporter_image", {"pgbouncer": {"enabled": True}}),
    "otelCollector": ("monitoring.open_telemetry.image", {"monitoring": {
        "open_telemetry": {"traces": True, "endpoint": "http://otel.example.com:4318"}}}),
}  # fmt: skip


def with_image(image, option):
    """:returns: a specification with the image of one component as an option says."""
    path, specification = IMAGES[image]
    specification = copy.deepcopy(specification)
    level = specification
    for key in path.split(".")[:-1]:
        level = level.setdefault(key, {})
    level[path.split(".")[-1]] = option
    return specification


@pytest.mark.parametrize("image", IMAGES)
def test_the_digest_of_an_image_stands_behind_its_tag(compiled, image):
    values = compiled(**with_image(image, {"repository": "r.example.com/a", "tag": "1", "digest": DIGEST}))
    assert values["images"][image] == {
        "repository": "r.example.com/a", "tag": f"1@{DIGEST}", "pullPolicy": "IfNotPresent",
    }  # fmt: skip


@pytest.mark.parametrize("image", IMAGES)
@pytest.mark.parametrize(
    ("option", "part"),
    [
        ({"digest": DIGEST}, "tag"), ({"repository": "r.example.com/a", "digest": DIGEST}, "tag"),
        ({"tag": "1", "digest": DIGEST[7:]}, "digest"), ({"tag": f"1@{DIGEST}"}, "tag"),
        ({"repository": "r.example.com/a@sha256", "tag": DIGEST[7:]}, "repository"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_digest_is_told_of_the_image(refused, image, option, part):
    assert list(refused(**with_image(image, option))) == [f"airflow_{IMAGES[image][0]}.{part}"]


def test_every_image_of_the_specification_is_tested():
    def paths(option, path):
        for name, inner in (option.options or {}).items():
            yield from [f"{path}.{name}"] if inner is IMAGE else paths(inner, f"{path}.{name}")

    found = {path for name, option in compiler.VARIABLES.items() for path in paths(option, name)}
    assert found == {path for path, _specification in IMAGES.values()}
