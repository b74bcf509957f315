# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs static binaries as the container images that kubeadm asks for, as archives that `ctr images import` reads.

    pack_images.py KUBERNETES_VERSION KUBERNETES_FOLDER FOLDER...

KUBERNETES_FOLDER holds kubeadm and the binaries built with it; the other folders hold etcd, coredns, pause, local-path-
provisioner, and a rootfs.tar with a shell and iptables for kube-proxy and for the storage helper. The archives are written to
the folder that the environment variable OUTPUT names. No container engine is asked: the format is three JSON files and a tar
(https://github.com/moby/docker-image-spec).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import subprocess
import sys
import tarfile

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
EPOCH = "2026-01-01T00:00:00Z"
KIND_IMAGES = {
    "local-path-provisioner": "docker.io/kindest/local-path-provisioner:windrose",
    "local-path-helper": "docker.io/kindest/local-path-helper:windrose",
}


def add(archive, name, data, mode=0o644):
    """Add a file of given content, with nothing in its header that differs between two machines."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), mode
    archive.addfile(member, io.BytesIO(data))


def binary_layer(path, name):
    """:returns: a layer with one binary, a user table, and a world-writable /tmp."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder, mode in (("etc", 0o755), ("usr", 0o755), ("usr/local", 0o755), ("usr/local/bin", 0o755), ("tmp", 0o1777)):
            member = tarfile.TarInfo(folder)
            member.type, member.mode = tarfile.DIRTYPE, mode
            archive.addfile(member)
        add(archive, "etc/passwd", b"root:x:0:0:root:/:/\nnobody:x:65534:65534:nobody:/:/\n")
        add(archive, "etc/group", b"root:x:0:\nnobody:x:65534:\n")
        add(archive, "etc/nsswitch.conf", b"hosts: files dns\n")
        with open(path, "rb") as stream:
            add(archive, f"usr/local/bin/{name}", stream.read(), 0o755)
    return buffer.getvalue()


def write_image(output, reference, layers, entrypoint):
    """Write one archive that holds one image."""
    digests = [hashlib.sha256(layer).hexdigest() for layer in layers]
    configuration = json.dumps({
        "created": EPOCH, "os": "linux", "architecture": ARCHITECTURES[platform.machine()],
        "config": {
            "Entrypoint": entrypoint, "WorkingDir": "/",
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
        "history": [{"created": EPOCH, "created_by": "windrose.airflow"} for unused in digests],
    }).encode()
    name = hashlib.sha256(configuration).hexdigest() + ".json"
    layer_names = [f"{digest}/layer.tar" for digest in digests]
    with tarfile.open(os.path.join(output, reference.replace("/", "_").replace(":", "_") + ".tar"), "w") as archive:
        add(archive, name, configuration)
        for layer_name, layer in zip(layer_names, layers):
            add(archive, layer_name, layer)
        add(archive, "manifest.json", json.dumps(
            [{"Config": name, "RepoTags": [reference], "Layers": layer_names}]).encode())
    print(f"packed {reference}", flush=True)


def find(folders, name):
    """:returns: the path of a file that one of the folders holds."""
    return next(os.path.join(folder, name) for folder in folders if os.path.exists(os.path.join(folder, name)))


def main():
    version, *folders = sys.argv[1:]
    output = os.environ["OUTPUT"]
    listing = subprocess.run(
        [find(folders, "kubeadm"), "config", "images", "list", "--kubernetes-version", version],
        check=True, capture_output=True, text=True).stdout
    with open(find(folders, "rootfs.tar"), "rb") as stream:
        tools = stream.read()
    for reference in listing.split():
        name = reference.rsplit("/", 1)[1].split(":")[0]
        if name == "pause":
            with open(os.path.join(output, "sandbox_image"), "w", encoding="utf-8") as stream:
                stream.write(reference)
        binary = find(folders, name)
        layers = [tools] if name == "kube-proxy" else []
        # kube-proxy and its kin are started by name; the others by their image's entry point.
        entrypoint = [f"/usr/local/bin/{name}"] if name in ("pause", "coredns") else None
        write_image(output, reference, [*layers, binary_layer(binary, name)], entrypoint)
    write_image(output, KIND_IMAGES["local-path-helper"], [tools], None)
    write_image(output, KIND_IMAGES["local-path-provisioner"],
                [binary_layer(find(folders, "local-path-provisioner"), "local-path-provisioner")], None)


if __name__ == "__main__":
    main()
