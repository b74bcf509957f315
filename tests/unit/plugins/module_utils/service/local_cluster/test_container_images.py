# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How images are named, and what is reported when one cannot be built. What is built is proved on a real engine."""

from __future__ import annotations

import copy
import os
import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local.docker import DockerClient, DockerError
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.artifacts import (
    ArtifactError,
    ArtifactService,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.container_images import (
    ContainerImageService,
)


@pytest.fixture(name="checkout")
def fixture_checkout(tmp_path):
    """:returns: a checkout with the folder of one image."""
    folder = tmp_path / "checkout"
    (folder / "images" / "web").mkdir(parents=True)
    (folder / "images" / "web" / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    return folder


@pytest.fixture(name="artifacts")
def fixture_artifacts(tmp_path, checkout):
    """:returns: an `ArtifactService` with an empty cache."""
    return ArtifactService(str(tmp_path / "cache"), str(checkout), Progress(), dict(os.environ))


@pytest.fixture(name="image")
def fixture_image(artifacts):
    """:returns: an image of that folder and of an artifact that the cache holds."""
    argv = ["sh", "-c", 'head -c 100000 /dev/zero > "$OUTPUT/rootfs.tar"']
    built = artifacts.ensure([{"name": "web-root", "argv": argv, "environment": {}, "remedy": ""}], 1, False)
    return {
        "name": "web", "version": "1.2", "arguments": {"COLOUR": "red"},
        "context": [
            {"artifact": None, "source": "images/web", "destination": "."},
            {"artifact": built["paths"]["web-root"], "source": "rootfs.tar", "destination": "rootfs.tar"},
        ],
    }


@pytest.fixture(name="make_service")
def fixture_make_service(tmp_path, checkout, artifacts):
    """:returns: a function that makes a `ContainerImageService` whose engine is a shell script."""

    def make(script="exit 1", folder=checkout):
        program = tmp_path / "docker"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        return ContainerImageService(
            DockerClient(str(program), ""), None, "localhost:5000/windrose", artifacts, str(folder), Progress())

    return make


def test_a_reference_is_made_of_prefix_name_version_and_key(make_service, image):
    found = make_service().reference(image)
    assert found["repository"] == "localhost:5000/windrose/web"
    assert re.fullmatch(r"1\.2-[0-9a-f]{16}", found["tag"])
    assert found["reference"] == f"{found['repository']}:{found['tag']}"
    assert re.fullmatch(r"[0-9a-f]{16}", make_service().reference({**image, "version": ""})["tag"])


def test_a_reference_is_stable(make_service, image, checkout, tmp_path):
    before = make_service().reference(image)
    assert make_service().reference(copy.deepcopy(image)) == before
    (checkout / "unused").write_text("1", encoding="utf-8")
    assert make_service().reference(image) == before
    checkout.rename(tmp_path / "moved")
    moved = copy.deepcopy(image)
    moved["context"][1]["artifact"] = "/another/cache/artifacts/" + os.path.basename(image["context"][1]["artifact"])
    assert make_service(folder=tmp_path / "moved").reference(moved) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image["arguments"].update(COLOUR="blue"),
        lambda image: image["arguments"].update(SIZE="1"),
        lambda image: image["context"][0].update(destination="inner"),
        lambda image: image["context"][1].update(destination="inner/rootfs.tar"),
        lambda image: image["context"][1].update(source="."),
        lambda image: image["context"][1].update(artifact="/cache/artifacts/web-root-0000000000000000"),
        lambda image: image["context"].pop(),
        lambda image: image["context"].append({"artifact": None, "source": "images", "destination": "all"}),
        # What comes later lies above what came before.
        lambda image: image["context"].reverse(),
    ],
)
def test_the_key_changes_with_what_the_image_is_made_from(make_service, image, change):
    before = make_service().reference(image)
    change(image)
    assert make_service().reference(image)["tag"] != before["tag"]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "Dockerfile").write_text("FROM other\n", encoding="utf-8"),
        lambda folder: (folder / "Dockerfile").chmod(0o755),
        lambda folder: (folder / "Dockerfile").rename(folder / "Containerfile"),
        lambda folder: (folder / "entrypoint").touch(),
    ],
)
def test_the_key_changes_with_the_files_of_the_checkout(make_service, image, checkout, change):
    before = make_service().reference(image)
    change(checkout / "images" / "web")
    assert make_service().reference(image)["tag"] != before["tag"]


def test_name_and_version_are_not_part_of_the_key(make_service, image):
    other = make_service().reference({**image, "name": "site", "version": "1.3"})
    assert other["tag"].removeprefix("1.3-") == make_service().reference(image)["tag"].removeprefix("1.2-")
    assert other["repository"].endswith("/site")


def test_a_missing_source_is_named(make_service, image):
    image["context"][0]["source"] = "images/nowhere"
    with pytest.raises(FileNotFoundError, match="images/nowhere"):
        make_service().reference(image)


def test_an_engine_that_refuses_is_reported_with_its_own_words(make_service, image):
    service = make_service('echo "Cannot connect to the Docker daemon at unix:///run/docker.sock." >&2; exit 1')
    with pytest.raises(DockerError) as caught:
        service.ensure([image], 1, False)
    assert str(caught.value) == (
        "Listing the container engine's images: Cannot connect to the Docker daemon at unix:///run/docker.sock. "
        "Check that the engine runs: `docker info`.")


def test_a_build_that_fails_names_the_image_and_its_last_lines(make_service, image):
    service = make_service("""
        [ "$1" = build ] || exit 0
        cat > /dev/null
        i=0; while [ $i -lt 40 ]; do i=$((i + 1)); echo "Step $i/40"; done
        echo "no space left on device" >&2
        exit 1""")
    with pytest.raises(DockerError) as caught:
        service.ensure([image], 1, False)
    text = str(caught.value)
    assert text.startswith(f"Building image {service.reference(image)['reference']}: its last lines:\n")
    assert "Step 40/40\nno space left on device. Fix the cause" in text
    assert "Step 5/40" not in text


def test_an_artifact_that_was_damaged_since_is_not_built_in(make_service, image, artifacts, tmp_path):
    path = image["context"][1]["artifact"]
    with open(os.path.join(path, "rootfs.tar"), "w", encoding="utf-8") as stream:
        stream.write("torn")
    service = make_service(f'[ "$1" = build ] && touch {tmp_path}/started; exit 0')
    with pytest.raises(ArtifactError) as caught:
        service.ensure([image], 1, False)
    assert str(caught.value) == (
        f"Building image web: the cached artifact {path} does not match the checksums beside it. "
        "Run the same command again: the artifact is then rebuilt.")
    assert not (tmp_path / "started").exists()
    assert artifacts.state(path) == "broken"
