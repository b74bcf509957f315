# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files with which the local cluster is made: packed images, the runtime without a capability, shell scripts."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import io
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tarfile
import time
import types
import zipfile

import jinja2
import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.artifacts import ArtifactService
from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions

ROOT = pathlib.Path(__file__).resolve().parents[3]
ROLE = ROOT / "roles" / "airflow_local_cluster"
PACK_IMAGES = ROLE / "files" / "artifacts" / "pack_images.py"
SHELLS = {b"#!/bin/sh": "sh", b"#!/bin/bash": "bash"}
GRANTED = ["CAP_CHOWN", "CAP_SYS_RESOURCE", "CAP_KILL"]


def shell_scripts():
    """:returns: the scripts of the role and of the node image, and the shell that each asks for."""
    found = []
    for folder in (ROLE / "files", ROOT / "images" / "node"):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            shell = SHELLS.get(path.read_bytes().split(b"\n", 1)[0])
            if shell:
                found.append(pytest.param(shell, path, id=str(path.relative_to(ROOT))))
    return found


@pytest.mark.parametrize(("shell", "path"), shell_scripts())
def test_a_shell_script_can_be_read(shell, path):
    run = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_every_shell_script_names_its_shell():
    named = {parameter.values[1] for parameter in shell_scripts()}
    assert set((ROLE / "files").rglob("*.sh")) <= named


def test_the_versions_of_airflow_that_are_offered_are_those_that_have_locks(evaluate):
    case = {"any": {"role_path": str(ROLE)}}
    (offered,) = evaluate("airflow_local_cluster", "__airflow_local_cluster_airflow_versions", case).values()
    folders = sorted(path.parent.name for path in (ROOT / "images" / "airflow").glob("*/requirements.txt"))
    assert offered == folders == list(airflow_versions.TRIED)


@pytest.fixture(name="pack_images", scope="module")
def fixture_pack_images():
    """:returns: pack_images.py as a module; it is a script of the role, and on no path."""
    specification = importlib.util.spec_from_file_location("pack_images", PACK_IMAGES)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def read_image(path):
    """Read an archive as `ctr images import` does, and check what it says of itself.

    :returns: (names, configuration, layers): its tags, its configuration, and the content of each layer.
    """
    with tarfile.open(path) as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
    [image] = json.loads(files.pop("manifest.json"))
    configuration = files.pop(image["Config"])
    assert image["Config"] == f"{hashlib.sha256(configuration).hexdigest()}.json"
    configuration = json.loads(configuration)
    layers = [files.pop(name) for name in image["Layers"]]
    digests = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    assert configuration["rootfs"] == {"type": "layers", "diff_ids": digests}
    assert len(configuration["history"]) == len(layers)
    assert not files, "nothing is in the archive that its manifest does not name"
    return image["RepoTags"], configuration, layers


def members(layer):
    """:returns: the entries of a layer, by name."""
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        return {member.name: member for member in archive}


def layer_of(name):
    """:returns: a layer with one empty file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    return buffer.getvalue()


@pytest.mark.parametrize("entrypoint", [["/usr/local/bin/pause"], None])
@pytest.mark.parametrize("names", [["one"], ["one", "two"]])
def test_an_archive_is_consistent(pack_images, tmp_path, names, entrypoint):
    layers = [layer_of(name) for name in names]
    pack_images.write_image(str(tmp_path), "registry.k8s.io/some/pause:3.10", layers, entrypoint)
    [path] = tmp_path.iterdir()
    assert path.name == "registry.k8s.io_some_pause_3.10.tar"
    tags, configuration, found = read_image(path)
    assert (tags, found) == (["registry.k8s.io/some/pause:3.10"], layers)
    assert configuration["config"]["Entrypoint"] == entrypoint
    assert configuration["os"] == "linux"
    assert configuration["architecture"] == pack_images.ARCHITECTURES[platform.machine()]


def test_the_same_content_makes_the_same_archive(pack_images, tmp_path):
    contents = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "etcd").write_bytes(b"binary")
        pack_images.write_image(
            str(tmp_path), "etcd:1", [pack_images.binary_layer(tmp_path / name / "etcd", "etcd")], None)
        contents.add((tmp_path / "etcd_1.tar").read_bytes())
        os.utime(tmp_path / name / "etcd", (0, 0))
    assert len(contents) == 1


def test_a_binary_layer_can_be_run_by_anybody(pack_images, tmp_path):
    (tmp_path / "coredns").write_bytes(b"binary")
    found = members(pack_images.binary_layer(tmp_path / "coredns", "coredns"))
    assert found["usr/local/bin/coredns"].mode == 0o755
    assert found["tmp"].isdir() and found["tmp"].mode == 0o1777
    assert {member.uid for member in found.values()} == {0}
    assert {"etc/passwd", "etc/group", "etc/nsswitch.conf"} <= set(found)


def test_all_images_that_kubeadm_asks_for_are_packed(tmp_path):
    output, kubernetes, others = tmp_path / "output", tmp_path / "kubernetes", tmp_path / "others"
    for folder in (output, kubernetes, others):
        folder.mkdir()
    for name in ("kube-apiserver", "kube-proxy"):
        (kubernetes / name).write_bytes(name.encode())
    for name in ("coredns", "pause", "local-path-provisioner"):
        (others / name).write_bytes(name.encode())
    (others / "rootfs.tar").write_bytes(layer_of("bin/sh"))
    (kubernetes / "kubeadm").write_text(
        '#!/bin/sh\n[ "$*" = "config images list --kubernetes-version v1.34.2" ] || exit 1\n'
        "for name in kube-apiserver:v1.34.2 kube-proxy:v1.34.2 coredns/coredns:v1.12.1 pause:3.10.1; do\n"
        '  echo "registry.k8s.io/$name"\ndone\n', encoding="utf-8")
    (kubernetes / "kubeadm").chmod(0o755)
    subprocess.run([sys.executable, str(PACK_IMAGES), "v1.34.2", str(kubernetes), str(others)],
                   env={**os.environ, "OUTPUT": str(output)}, check=True, capture_output=True)
    assert (output / "sandbox_image").read_text(encoding="utf-8") == "registry.k8s.io/pause:3.10.1"
    images = {}
    for path in output.glob("*.tar"):
        [tag], configuration, layers = read_image(path)
        entrypoint = configuration["config"]["Entrypoint"]
        images[tag] = (entrypoint, [name for layer in layers for name in members(layer) if "bin/" in name])
    binaries = "usr/local/bin"
    assert images == {
        "registry.k8s.io/kube-apiserver:v1.34.2": (None, [f"{binaries}/kube-apiserver"]),
        "registry.k8s.io/kube-proxy:v1.34.2": (None, ["bin/sh", f"{binaries}/kube-proxy"]),
        "registry.k8s.io/coredns/coredns:v1.12.1": ([f"/{binaries}/coredns"], [f"{binaries}/coredns"]),
        "registry.k8s.io/pause:3.10.1": ([f"/{binaries}/pause"], [f"{binaries}/pause"]),
        "docker.io/kindest/local-path-helper:windrose": (None, ["bin/sh"]),
        "docker.io/kindest/local-path-provisioner:windrose": (None, [f"{binaries}/local-path-provisioner"]),
    }


@pytest.fixture(name="runtime")
def fixture_runtime(tmp_path):
    """:returns: a function that runs the rendered runtime, whose runc prints its arguments one by one."""
    # As Ansible's template module renders.
    environment = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    template = (ROLE / "templates" / "runc_without_sys_resource.py.j2").read_text(encoding="utf-8")
    wrapper = tmp_path / "runc_without_sys_resource"
    wrapper.write_text(
        environment.from_string(template).render(__airflow_local_cluster_engine_folder=str(tmp_path)), encoding="utf-8")
    wrapper.chmod(0o700)
    runc = tmp_path / "tools" / "usr" / "sbin" / "runc"
    runc.parent.mkdir(parents=True)
    runc.write_text('#!/bin/sh\nfor argument in "$@"; do echo "$argument"; done\nexit 7\n', encoding="utf-8")
    runc.chmod(0o755)

    def run(*arguments, folder=tmp_path):
        done = subprocess.run([str(wrapper), *arguments], cwd=folder, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (7, ""), "what runc says is what the caller hears"
        assert done.stdout.splitlines() == list(arguments)

    return run


def process(capabilities):
    """:returns: the process of an OCI specification."""
    return {"args": ["sleep", "CAP_SYS_RESOURCE"], "capabilities": capabilities}


def write(path, data):
    """Write JSON data to a file, with its folder.

    :returns: the path, as text.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")
    return str(path)


def read(path):
    """:returns: the JSON data of a file."""
    return json.loads(path.read_text(encoding="utf-8"))


ALL_SETS = {name: GRANTED for name in ("bounding", "effective", "inheritable", "permitted", "ambient")}
STRIPPED_SETS = {name: ["CAP_CHOWN", "CAP_KILL"] for name in ALL_SETS}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--root", "/run/x", "--log", "/run/create.log", "create", "--bundle", "{}", "--pid-file", "/run/pid", "12ab"],
        ["create", "-b", "{}", "12ab"],
        ["create", "--bundle={}", "12ab"],
        ["--systemd-cgroup", "run", "--bundle", "{}", "12ab"],
    ],
)
def test_a_container_is_made_without_the_capability(runtime, tmp_path, arguments):
    bundle = tmp_path / "bundle"
    before = {"ociVersion": "1.1.0", "process": process(ALL_SETS), "hostname": "x"}
    write(bundle / "config.json", before)
    runtime(*[argument.format(bundle) for argument in arguments])
    assert read(bundle / "config.json") == {**before, "process": process(STRIPPED_SETS)}


def test_the_bundle_is_the_current_folder_unless_told_otherwise(runtime, tmp_path):
    write(tmp_path / "bundle" / "config.json", {"process": process(ALL_SETS)})
    runtime("run", "12ab", folder=tmp_path / "bundle")
    assert read(tmp_path / "bundle" / "config.json") == {"process": process(STRIPPED_SETS)}


@pytest.mark.parametrize("arguments", [["--process", "{}"], ["-p", "{}"], ["--process={}"]])
def test_a_process_is_added_without_the_capability(runtime, tmp_path, arguments):
    path = write(tmp_path / "process.json", process(ALL_SETS))
    runtime("--root", "/run/x", "exec", *[argument.format(path) for argument in arguments], "--detach", "12ab")
    assert read(tmp_path / "process.json") == process(STRIPPED_SETS)


@pytest.mark.parametrize(
    ("capabilities", "left"),
    [
        ({"bounding": None}, {"bounding": []}),
        ({"bounding": ["CAP_KILL"]}, {"bounding": ["CAP_KILL"]}),
        ({}, {}),
        (None, None),
    ],
)
def test_a_process_without_the_capability_stays_as_it_is(runtime, tmp_path, capabilities, left):
    path = write(tmp_path / "process.json", process(capabilities))
    runtime("exec", "--process", path, "12ab")
    assert read(tmp_path / "process.json") == process(left)


@pytest.mark.parametrize(
    "arguments", [["start", "12ab"], ["--version"], ["kill", "12ab", "9"], ["exec", "12ab", "sh"], []])
def test_any_other_command_is_handed_on(runtime, arguments):
    runtime(*arguments)


def test_the_artifacts_used_last_are_kept(tmp_path):
    # In another order than that of their keys; the second name begins as the first does.
    for used, name in enumerate(["node-00000000000000cc", "node-00000000000000aa", "node-root-00000000000000aa", "node-00000000000000bb"]):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
        for ending in ("lock", "sha256", "fingerprint"):
            (tmp_path / f"{name}.{ending}").touch()
        os.utime(tmp_path / f"{name}.lock", (used, used))
    command = ["sh", str(ROLE / "files" / "cache" / "prune_artifacts.sh"), str(tmp_path), "2"]
    pruned = subprocess.run(command, capture_output=True, text=True, check=True)
    assert pruned.stdout == "node-00000000000000cc\n"
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {
        "node-00000000000000aa", "node-root-00000000000000aa", "node-00000000000000bb"}
    assert {path.name for path in tmp_path.glob("node-00000000000000cc*")} == {"node-00000000000000cc.lock"}
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def wheel(folder, name):
    """Make a wheel without content.

    :returns: the line of a requirements file that locks it.
    """
    path, facts = folder / f"{name}-1.0-py3-none-any.whl", f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{facts}/RECORD", "")
    return f"{name}==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def test_as_many_wheels_are_counted_as_were_announced(tmp_path):
    """The lines that pip prints of each wheel are more than one."""
    for name, wheels in (("requirements.txt", ["one", "two", "three"]), ("pip.txt", ["four"])):
        (tmp_path / name).write_text("".join(wheel(tmp_path, found) for found in wheels), encoding="utf-8")
    script = ["sh", str(ROLE / "files" / "artifacts" / "wheels.sh"), "3.11", "x86_64", "requirements.txt", "pip.txt"]
    steps = []
    progress = types.SimpleNamespace(step=steps.append)
    environment = {**os.environ, "PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
                   "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    made = ArtifactService(str(tmp_path / "cache"), str(tmp_path), progress, environment).ensure(
        [{"name": "wheels", "argv": script, "environment": {}, "remedy": ""}], 1, False)
    assert len(list(pathlib.Path(made["paths"]["wheels"]).rglob("*.whl"))) == 4
    counted = [tuple(map(int, found.groups())) for step in steps if (found := re.match(r"wheels (\d+)/(\d+) ", step))]
    assert [max(done for done, total in counted if total == announced) for announced in (3, 1)] == [3, 1]
    assert {total for done, total in counted} == {3, 1}


@pytest.fixture(name="go")
def fixture_go(tmp_path):
    """:returns: Go's caches, with modules that the tools need and others, and results of builds."""
    tools = tmp_path / "tools"
    for tool, text in {
        "kind": "example.test/Big/used v1.2.0 h1:a=\nexample.test/Big/used v1.2.0/go.mod h1:b=\nexample.test/graph v1.0.0/go.mod h1:c=\n",
        "helm": "example.test/used/v2 v2.0.0-20260101000000-abcdef012345+incompatible h1:d=\n",
    }.items():
        (tools / tool).mkdir(parents=True)
        (tools / tool / "go.sum").write_text(text, encoding="utf-8")
    (tools / "pause").mkdir()
    modules = tmp_path / "go" / "path" / "pkg" / "mod"
    for module in (
        "example.test/!big/used@v1.2.0", "example.test/!big/used@v1.1.0", "example.test/big/used@v1.2.0", "example.test/gone@v3.0.0-Rc.1",
        "example.test/used/v2@v2.0.0-20260101000000-abcdef012345+incompatible", "example.test/graph@v1.0.0",
    ):
        path, version = module.split("@")
        (modules / module / "inner").mkdir(parents=True)
        (modules / module / "inner" / "file.go").touch()
        (modules / module / "inner").chmod(0o555)
        versions = modules / "cache" / "download" / path / "@v"
        versions.mkdir(parents=True, exist_ok=True)
        for ending in ("info", "mod", "zip", "ziphash", "lock"):
            (versions / f"{version}.{ending}").touch()
        (versions / "list").touch()
    for result, days in {"00/00aa-a": 6, "00/00bb-d": 4, "trim.txt": 9}.items():
        path = tmp_path / "go" / "build" / result
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (time.time() - days * 86400,) * 2)
    return tmp_path / "go"


def prune_go(go):
    """:returns: what the script says that it removed."""
    command = [sys.executable, str(ROLE / "files" / "cache" / "prune_go.py"), str(go), str(go.parent / "tools")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_what_no_go_sum_names_is_removed_from_the_caches_of_go(go):
    modules = go / "path" / "pkg" / "mod"
    assert prune_go(go) == [
        "example.test/!big/used@v1.1.0", "example.test/big/used@v1.2.0", "example.test/gone@v3.0.0-Rc.1", "example.test/graph@v1.0.0"]
    assert {str(path.relative_to(modules)) for path in modules.rglob("*@v*") if path.name != "@v"} == {
        "example.test/!big/used@v1.2.0", "example.test/used/v2@v2.0.0-20260101000000-abcdef012345+incompatible"}
    left = {str(path.parent.parent.relative_to(modules / "cache" / "download")): path for path in modules.rglob("*.zip")}
    # What is asked for by no more than its go.mod was never unpacked by a build of these tools, but its go.mod is read.
    assert set(left) == {"example.test/!big/used", "example.test/used/v2", "example.test/graph"}
    assert left["example.test/!big/used"].name == "v1.2.0.zip"
    assert {str(path.relative_to(go / "build")) for path in (go / "build").rglob("*") if path.is_file()} == {"00/00bb-d", "trim.txt"}
    assert prune_go(go) == []


def test_nothing_is_removed_from_under_a_build(go):
    before = sorted(go.rglob("*"))
    with open(go / ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        assert prune_go(go) == []
        assert [path for path in sorted(go.rglob("*")) if path.name != ".lock"] == before
    assert len(prune_go(go)) == 4


def test_the_builds_of_go_share_the_lock_of_what_is_pruned():
    names = yaml.safe_load((ROLE / "vars" / "artifacts.yml").read_text(encoding="utf-8"))
    go = names["__airflow_local_cluster_go"]
    assert go["shared_folder"] == "{{ airflow_local_cluster_cache }}/go"
    built = [artifact for name in names if name.endswith("_artifact") or name.endswith("_artifacts") for artifact in names[name]]
    using = [artifact["name"] for artifact in built if "__airflow_local_cluster_go_script" in str(artifact["argv"])]
    assert using and all(artifact.get("shared_folder") for artifact in built if artifact["name"] in using)
