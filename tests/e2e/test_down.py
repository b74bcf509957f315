# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make down` leaves the machine as it was before the first run: test_clean_start.py remembered it."""

from __future__ import annotations

import collections
import glob
import json
import os
import re
import subprocess

import pytest
from machine_state import CACHE, snapshot
from test_clean_start import REMEMBERED


KEPT = 2
ARTIFACTS = os.path.join(CACHE, "artifacts")


def supersede():
    """Make artifacts and images that stand for those of three older versions."""
    for number in range(3):
        name = f"superseded-{number:016x}"
        os.makedirs(os.path.join(ARTIFACTS, name), exist_ok=True)
        with open(os.path.join(ARTIFACTS, f"{name}.lock"), "w", encoding="utf-8") as lock:
            os.utime(lock.fileno(), (number, number))
        engine = os.path.join(CACHE, "engine")
        subprocess.run(
            [os.path.join(engine, "tools/usr/bin/docker"), "import", "--message", name, "/dev/stdin", f"localhost:5000/windrose/superseded:{number}"],
            env={**os.environ, "DOCKER_HOST": f"unix://{engine}/docker.sock"}, input=bytes(1024), check=True)


@pytest.fixture(scope="module", name="states")
def fixture_states(project):
    """What the machine looked like before the first run, and what it looks like after `make down`, typed twice."""
    with open(REMEMBERED, encoding="utf-8") as stream:
        before = json.load(stream)
    project.run("make", "run")
    supersede()
    project.run("make", "down")
    project.run("make", "down")
    after = snapshot()
    yield before, after
    for path in glob.glob(os.path.join(ARTIFACTS, "superseded-*")):
        (os.rmdir if os.path.isdir(path) else os.remove)(path)


@pytest.mark.parametrize("part", ["processes", "mounts", "links", "firewall", "control_groups", "files", "forwarding"])
def test_nothing_is_left(states, part):
    before, after = states
    assert sorted(set(after[part]) - set(before[part])) == []
    assert part != "forwarding" or before[part] == after[part]


def test_the_cache_keeps_what_was_used_last(states):
    artifacts = collections.Counter(
        found.group(1) for name in os.listdir(ARTIFACTS) if (found := re.fullmatch(r"(.+)-[0-9a-f]{16}", name)))
    with open(os.path.join(CACHE, "engine/data/image/overlay2/repositories.json"), encoding="utf-8") as stream:
        repositories = json.load(stream)["Repositories"]
    images = {name: len(set(tags.values())) for name, tags in repositories.items()}
    assert max(artifacts.values()) <= KEPT and max(images.values()) <= KEPT
    assert artifacts["superseded"] == images["localhost:5000/windrose/superseded"] == KEPT
    assert not os.path.exists(os.path.join(ARTIFACTS, f"superseded-{0:016x}"))
