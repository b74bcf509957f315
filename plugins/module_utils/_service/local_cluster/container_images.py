# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the images whose inputs changed, and pushes what the registry lacks."""

from __future__ import annotations

import concurrent.futures
import os
import re

from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster.artifacts import key
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.artifacts import (
    ArtifactError,
    Board,
)

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class ContainerImageService:
    """Images of one engine and, where one is given, one registry.

    :param docker: a `DockerClient`.
    :param registry: a `RegistryClient`, or None where nothing is pushed.
    :param prefix: what stands before each image's name, such as localhost:5000/windrose.
    :param artifacts: an `ArtifactService`, to prove artifacts before they are built in.
    :param checkout: the folder that sources outside the cache are relative to.
    :param progress: a `Progress`.
    """

    def __init__(self, docker, registry, prefix, artifacts, checkout, progress):
        self._docker = docker
        self._registry = registry
        self._prefix = prefix
        self._artifacts = artifacts
        self._checkout = checkout
        self._board = Board(progress)

    def reference(self, image):
        """:returns: {repository, tag, reference}; the tag ends in a key of everything that the image is made from."""
        made_of = [[os.path.basename(part["artifact"] or ""), part["source"], part["destination"]]
                   for part in image["context"]]
        inputs = [os.path.join(self._checkout, part["source"]) for part in image["context"] if not part["artifact"]]
        image_key = key(inputs, [made_of, image["arguments"]])
        tag = f"{image['version']}-{image_key}" if image["version"] else image_key
        repository = f"{self._prefix}/{image['name']}"
        return {"repository": repository, "tag": tag, "reference": f"{repository}:{tag}"}

    def ensure(self, images, concurrency, check_mode):
        """Build and push what is missing.

        :param images: list of {name, version, context: [{artifact, source, destination}], arguments}.
        :param concurrency: how many builds may run at once.
        :param check_mode: only say what would be built and pushed.
        :returns: {changed, references: {name: {repository, tag, reference}}, built: [names], pushed: [names]}.
        :raises DockerError, RegistryError, ArtifactError: naming the image.
        """
        references = {image["name"]: self.reference(image) for image in images}
        held = self._docker.existing([entry["reference"] for entry in references.values()])
        build = [image for image in images if references[image["name"]]["reference"] not in held]
        push = [image for image in images if not self._pushed(references[image["name"]])]
        if not check_mode:
            with concurrent.futures.ThreadPoolExecutor(max_workers=concurrency) as pool:
                for unused in pool.map(lambda image: self._make(image, references, build, push), images):
                    pass
        return {
            "changed": bool(build or push),
            "references": references,
            "built": [image["name"] for image in build],
            "pushed": [image["name"] for image in push],
        }

    def _pushed(self, entry):
        if self._registry is None:
            return True
        return self._registry.holds(entry["repository"].split("/", 1)[1], entry["tag"])

    def _make(self, image, references, build, push):
        name = image["name"]
        entry = references[name]

        def show(line):
            self._board.set(name, COLOUR.sub("", line)[:70])

        names = [entry["reference"]] + ([f"{entry['repository']}:{image['version']}"] if image["version"] else [])
        try:
            if image in build:
                self._prove(image)
                context = [(os.path.join(part["artifact"] or self._checkout, part["source"]), part["destination"])
                           for part in image["context"]]
                self._docker.build(names, context, image["arguments"], show)
            if image in push:
                for reference in names:
                    self._docker.push(reference, show)
        finally:
            self._board.set(name, None)

    def _prove(self, image):
        for folder in {part["artifact"] for part in image["context"] if part["artifact"]}:
            if not self._artifacts.prove(folder):
                raise ArtifactError(
                    "Building", f"image {image['name']}",
                    f"the cached artifact {folder} does not match the checksums beside it.",
                    "Run the same command again: the artifact is then rebuilt.")
