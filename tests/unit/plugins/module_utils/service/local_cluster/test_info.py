# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What LocalClusterInfoService finds on this very machine, with stand-ins for the programs that it asks."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import types

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster.machine import MINIMUM_DISK_BYTES
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.info import (
    LocalClusterError,
    LocalClusterInfoService,
)

VARIABLE = "airflow_local_cluster_airflow_port"
DOCKER = """#!/bin/sh
case $* in
  version*) echo 29.1 ;;
  *--filter*label=io.x-k8s.kind.cluster=w) echo 12ab ;;
  *--filter*) ;;
  inspect*) echo '{}' ;;
  *) exit 1 ;;
esac
"""


@pytest.fixture(name="programs", autouse=True)
def fixture_programs(tmp_path, monkeypatch):
    """:returns: the only folder on the PATH; it is empty."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/nobody.sock")
    return folder


@pytest.fixture(name="port")
def fixture_port():
    """:returns: a port of 127.0.0.1 that this process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(name="gather")
def fixture_gather(tmp_path):
    """:returns: a function that gathers with these parameters, beside the module's defaults."""

    def gather(**parameters):
        defaults = {
            "name": "w", "cache": str(tmp_path / "cache"), "checkout": "/here", "engine": "auto", "go_version": "1.26",
            "packages": False, "required": True, "inputs": [], "variables": {}, "outputs": [], "files": [], "folders": [], "dags": "", "ports": [],
        }
        return LocalClusterInfoService({**defaults, **parameters}).gather()

    return gather


@pytest.fixture(name="docker")
def fixture_docker(programs):
    """:returns: a function that puts a Docker on the PATH, which holds one node of a kind cluster."""

    def install(running):
        node = {
            "Name": "/w-control-plane", "State": {"Running": running},
            "Config": {"Image": "kindest/node", "Labels": {
                "io.x-k8s.kind.cluster": "w", "io.x-k8s.kind.role": "control-plane"}},
            "NetworkSettings": {"Networks": {"w": {"IPAddress": "172.28.0.2"}}},
        }
        (programs / "docker").write_text(DOCKER.replace("{}", json.dumps([node])), encoding="utf-8")
        (programs / "docker").chmod(0o755)

    return install


def findings(gather, **parameters):
    """:returns: what is in the way; the machine that runs the tests may add findings of its own."""
    with pytest.raises(LocalClusterError) as caught:
        gather(**parameters)
    text = str(caught.value)
    assert text.startswith("Preparing the local cluster on this machine:") and text.endswith("Nothing was changed.")
    assert all(f"- {finding}" in text for finding in caught.value.fields["findings"])
    return caught.value.fields["findings"]


def test_a_port_that_this_process_holds_is_reported_with_its_name(gather, port):
    with open("/proc/self/comm", encoding="utf-8") as stream:
        name = stream.read().strip()
    told = findings(gather, ports=[{"name": "Airflow", "variable": VARIABLE, "port": port}])
    assert (f"Port {port} of 127.0.0.1, for Airflow, is in use by {name} (process {os.getpid()}). "
            f"Stop that program, or set {VARIABLE} to a free port.") in told


def test_a_free_port_is_not_in_the_way(gather, port):
    # Bound, so that nobody else can listen on it.
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        free = reserved.getsockname()[1]
        ports = [{"name": name, "variable": VARIABLE, "port": number} for name, number in (("a", free), ("b", port))]
        assert not any(f"Port {free} " in finding for finding in findings(gather, ports=ports))


def test_without_docker_a_private_engine_is_meant(gather, tmp_path):
    found = gather(required=False)
    assert found["engine"] == {
        "kind": "private", "host": f"unix://{tmp_path}/cache/engine/docker.sock", "running": False, "version": "",
        "processes": [], "holds_containers": False}
    assert (found["changed"], found["state"], found["current"], found["foreign"]) == (False, "absent", False, False)
    assert (found["nodes"], found["containers"], found["record"], found["go_binary"]) == ([], [], None, "")
    assert not (tmp_path / "cache").exists()


def test_without_docker_a_user_is_told_to_become_root_or_get_it(gather, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert any(finding.startswith("No Docker engine answers, and starting a private one requires root.")
               for finding in findings(gather))


def test_the_disk_is_that_of_the_nearest_folder_that_exists(gather, tmp_path):
    assert gather(required=False, cache=str(tmp_path / "not" / "yet"))["machine"]["disk_path"] == str(tmp_path)


@pytest.mark.parametrize("content", ["docker", "containers"])
def test_a_dead_engine_that_still_holds_containers(gather, tmp_path, content):
    (tmp_path / "cache" / "engine" / "data" / "containers").mkdir(parents=True)
    if content == "containers":
        (tmp_path / "cache" / "engine" / "data" / "containers" / "12ab").mkdir()
    assert gather(required=False)["engine"]["holds_containers"] is (content == "containers")


def test_a_docker_that_answers_is_used(gather, docker):
    docker(running=True)
    found = gather(required=False)
    assert found["engine"] == {
        "kind": "docker", "host": "unix:///run/nobody.sock", "running": True, "version": "29.1", "processes": [],
        "holds_containers": False}
    assert found["state"] == "running"
    assert found["nodes"] == [{
        "name": "w-control-plane", "running": True, "image": "kindest/node", "role": "control-plane",
        "kind_cluster": "w", "inputs": "", "addresses": {"w": "172.28.0.2"}}]


def test_a_docker_that_answers_is_not_used_against_the_users_will(gather, docker):
    docker(running=True)
    found = gather(required=False, engine="private")
    assert (found["engine"]["kind"], found["engine"]["running"], found["nodes"]) == ("private", False, [])


def test_a_cluster_of_somebody_else_is_in_the_way(gather, docker):
    docker(running=False)
    assert any(finding.startswith("A kind cluster named w exists, and was not made by this collection.")
               for finding in findings(gather))


def test_a_running_cluster_of_another_checkout_is_in_the_way(gather, docker, tmp_path):
    docker(running=True)
    other = tmp_path / "other"
    other.mkdir()
    write_record(tmp_path, {"checkout": str(other), "complete": True})
    assert any(finding.startswith(f"The cluster w was made from the checkout {other} and is running.")
               for finding in findings(gather))
    assert gather(required=False)["in_use_elsewhere"] is True
    other.rmdir()
    assert (found := gather(required=False))["foreign"] is True and found["in_use_elsewhere"] is False


def test_a_cluster_that_a_killed_run_left(gather, docker, tmp_path):
    docker(running=True)
    write_record(tmp_path, {"checkout": "/here", "complete": False})
    found = gather(required=False)
    assert (found["state"], found["current"], found["foreign"]) == ("half_made", False, False)


def test_a_cluster_is_current_as_long_as_nothing_changed(gather, docker, tmp_path):
    docker(running=True)
    (tmp_path / "input").write_text("1", encoding="utf-8")
    (tmp_path / "output").touch()
    made_of = {"required": False, "inputs": [str(tmp_path / "input")], "variables": {"workers": 1},
               "outputs": [str(tmp_path / "output")]}
    key = gather(**made_of)["key"]
    complete = {"checkout": "/here", "complete": True, "key": key, "containers": ["w-control-plane"]}
    write_record(tmp_path, complete)
    assert gather(**made_of)["current"] is True
    with pytest.raises(LocalClusterError, match="There is no folder /nowhere to take the DAGs from"):
        gather(**{**made_of, "dags": "/nowhere", "required": True})
    assert gather(**{**made_of, "variables": {"workers": 2}})["current"] is False
    assert gather(**made_of, checkout="/elsewhere")["current"] is False
    assert gather(**{**made_of, "outputs": [str(tmp_path / "lost")]})["current"] is False
    write_record(tmp_path, {**complete, "containers": ["w-control-plane", "w-registry"]})
    assert gather(**made_of)["current"] is False
    # A rehearsal starts others beside them.
    write_record(tmp_path, {**complete, "containers": []})
    assert gather(**made_of)["current"] is True
    write_record(tmp_path, complete)
    (tmp_path / "input").write_text("2", encoding="utf-8")
    assert gather(**made_of)["current"] is False
    (tmp_path / "input").write_text("1", encoding="utf-8")
    docker(running=False)
    assert (gather(**made_of)["state"], gather(**made_of)["current"]) == ("stopped", False)


def write_record(tmp_path, content, name="w"):
    folder = tmp_path / "cache" / "clusters"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(("release", "used"), [("go1.26.8\n", True), ("go1.25.1\n", False), (None, False)])
def test_go_is_judged_without_starting_it(gather, programs, release, used):
    toolchain = programs.parent / "go"
    (toolchain / "bin").mkdir(parents=True)
    (toolchain / "bin" / "go").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (toolchain / "bin" / "go").chmod(0o755)
    if release:
        (toolchain / "VERSION").write_text(release, encoding="utf-8")
    (programs / "go").symlink_to(toolchain / "bin" / "go")
    assert gather(required=False)["go_binary"] == (str(programs / "go") if used else "")


def test_a_relative_cache_that_does_not_exist_yet_is_below_the_current_folder(gather, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert gather(required=False, cache="not/yet")["machine"]["disk_path"] == str(tmp_path)


def test_a_docker_that_was_asked_for_is_missed(gather):
    assert any(finding.startswith("No Docker engine answers") for finding in findings(gather, engine="docker"))


def test_what_the_cache_holds_needs_no_more_room(gather, programs, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: types.SimpleNamespace(free=MINIMUM_DISK_BYTES - 2 ** 20))
    (programs / "du").symlink_to(shutil.which("du", path=os.defpath))
    (tmp_path / "cache").mkdir()
    assert any("GiB of free disk" in finding for finding in findings(gather, engine="docker"))
    (tmp_path / "cache" / "artifact").write_bytes(bytes(2 ** 21))
    assert not any("GiB of free disk" in finding for finding in findings(gather, engine="docker"))


def test_what_would_be_written_elsewhere_is_in_the_way(gather, tmp_path):
    checkout, elsewhere = tmp_path / "checkout", tmp_path / "elsewhere"
    (checkout / "state").mkdir(parents=True)
    elsewhere.mkdir()
    (checkout / "state" / "kubeconfig").symlink_to(elsewhere / "config")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "engine").symlink_to(elsewhere)
    (tmp_path / "cache" / "clusters").touch()
    told = findings(
        gather, checkout=str(checkout),
        files=[f"{checkout}/state/kubeconfig", f"{checkout}/state/images.yml", f"{tmp_path}/cache/engine/log"],
        folders=[f"{checkout}/state", f"{checkout}/state/bin", *(f"{tmp_path}/cache/{name}" for name in ("engine", "clusters", "go/path"))])
    assert [finding for finding in told if finding.startswith("Could not write ")] == [
        f"Could not write {tmp_path}/cache/engine: by a symbolic link it leads to {elsewhere}, which is not in {tmp_path}/cache. "
        "Name the place that is meant by its absolute path, or replace the link by a folder.",
        f"Could not write {tmp_path}/cache/clusters: it is a file, where a folder is needed. Move it away, or name another path.",
        f"Could not write {checkout}/state/kubeconfig: it is a symbolic link to {elsewhere}/config. Move it away, or name another path.",
        f"Could not write {tmp_path}/cache/engine/log: by a symbolic link it leads to {elsewhere}, which is not in {tmp_path}/cache. "
        "Name the place that is meant by its absolute path, or replace the link by a folder.",
    ]


def test_a_folder_of_dags_that_cannot_be_served_is_in_the_way(gather, tmp_path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "dag.py").touch()
    for name, told in (("nowhere", "There is no folder"), ("dag.py", "is no folder"), ("", "also holds what the local cluster writes")):
        assert [found for found in findings(gather, dags=str(tmp_path / name)) if "take the DAGs from" in found and told in found]
    for path in (str(tmp_path / "dags"), ""):
        # Asked for Docker, there is something else in the way.
        assert not [found for found in findings(gather, dags=path, engine="docker") if "DAGs" in found]


def test_checkout_and_cache_may_be_reached_by_links(gather, tmp_path):
    (tmp_path / "real" / "state").mkdir(parents=True)
    (tmp_path / "checkout").symlink_to(tmp_path / "real")
    (tmp_path / "cache").symlink_to(tmp_path / "real")
    told = findings(
        gather, engine="docker", checkout=f"{tmp_path}/checkout",
        files=[f"{tmp_path}/checkout/state/kubeconfig", f"{tmp_path}/cache/clusters/w.json"],
        folders=[f"{tmp_path}/cache", f"{tmp_path}/cache/engine", f"{tmp_path}/checkout/state/bin"])
    assert not any(finding.startswith("Could not write ") for finding in told)


@pytest.mark.parametrize("asked", ["ps", "inspect"])
def test_an_engine_that_does_not_answer_is_reported(gather, docker, monkeypatch, asked):
    docker(running=True)
    run = subprocess.run

    def slow(argv, **options):
        if asked in argv:
            raise subprocess.TimeoutExpired(argv, options["timeout"])
        return run(argv, check=options.pop("check", False), **options)

    monkeypatch.setattr(subprocess, "run", slow)
    with pytest.raises(LocalClusterError) as caught:
        gather(required=False)
    told = str(caught.value)
    assert re.match(rf"Could not ask the container engine unix:///run/nobody.sock: `docker {asked} --\w+ …` did not answer within 120 s\. ", told)
    assert told.endswith("Then run the same command again.")


def test_an_engine_that_refuses_is_not_taken_for_an_empty_one(gather, programs):
    (programs / "docker").write_text(
        "#!/bin/sh\n[ \"$1\" = version ] && echo 29.1 && exit 0\necho 'context canceled' >&2\nexit 1\n", encoding="utf-8")
    (programs / "docker").chmod(0o755)
    with pytest.raises(LocalClusterError, match="`docker ps --all …` ended with 1: context canceled. Check that `docker ps`"):
        gather(required=False)


def test_a_container_that_is_gone_meanwhile_is_none(gather, docker, programs):
    docker(running=True)
    script = (programs / "docker").read_text(encoding="utf-8")
    (programs / "docker").write_text(script.replace(
        "  inspect*) echo '", "  inspect*) echo 'Error: No such container: 34cd' >&2; trap 'exit 1' EXIT; echo '"), encoding="utf-8")
    assert [node["name"] for node in gather(required=False)["nodes"]] == ["w-control-plane"]


def test_a_running_cluster_of_another_name_is_in_the_way(gather, docker, programs, tmp_path):
    docker(running=True)
    assert gather(required=False)["others"] == []
    script = (programs / "docker").read_text(encoding="utf-8")
    ours = "  *--filter*label=windrose.airflow/cluster*--format*) printf 'w\\nx\\nx\\ny\\n' ;;\n"
    (programs / "docker").write_text(script.replace("  *--filter*)", f"{ours}  *--filter*)"), encoding="utf-8")
    write_record(tmp_path, {"checkout": "/there", "complete": True}, "x")
    assert gather(required=False)["others"] == ["x", "y"]
    told = [finding for finding in findings(gather) if "on the same container engine" in finding]
    assert told == [
        f"The cluster {name} is running on the same container engine. A machine holds one local cluster: run `make down` there "
        "first. Where that checkout is gone, run playbooks/local_down.yml here, with airflow_local_cluster_name set to "
        f"{name[0]}."
        for name in ("x, made from the checkout /there,", "y")]
