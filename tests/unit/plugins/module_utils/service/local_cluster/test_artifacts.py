# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ArtifactService builds and keeps, with real folders and tiny commands."""

from __future__ import annotations

import concurrent.futures
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import file_lock
from ansible_collections.windrose.airflow.plugins.module_utils._plain_paths import PlainPathError
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.artifacts import (
    ArtifactError,
    ArtifactService,
)

DEADLINE_SECONDS = 20
WRITE = """
echo built >> "$BUILDS"
printf content > "$OUTPUT/file"
mkdir "$OUTPUT/inner"
printf more > "$OUTPUT/inner/file"
"""
ENSURE = """
import os, sys
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.local_cluster.artifacts import ArtifactService
artifact = {"name": "one", "argv": ["sh", "-c", sys.argv[3]], "environment": {}, "remedy": ""}
ArtifactService(sys.argv[1], sys.argv[2], Progress(), dict(os.environ)).ensure([artifact], 1, False)
"""


class Steps(list):
    """Keeps what a `Progress` would show."""

    step = list.append


def wait_for(condition):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


@pytest.fixture(name="cache")
def fixture_cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture(name="checkout")
def fixture_checkout(tmp_path):
    folder = tmp_path / "checkout"
    folder.mkdir()
    return folder


@pytest.fixture(name="environment")
def fixture_environment(tmp_path):
    return {**os.environ, "BUILDS": str(tmp_path / "builds"), "SIGNALS": str(tmp_path)}


@pytest.fixture(name="service")
def fixture_service(cache, checkout, environment):
    return ArtifactService(str(cache), str(checkout), Progress(), environment)


def artifact(name="one", script=WRITE, arguments=(), remedy="Fix it."):
    return {"name": name, "argv": ["sh", "-c", script, "sh", *arguments], "environment": {}, "remedy": remedy}


def builds(environment):
    if not os.path.exists(environment["BUILDS"]):
        return 0
    with open(environment["BUILDS"], encoding="utf-8") as stream:
        return len(stream.readlines())


def left(cache):
    """:returns: what the cache holds for good: its folders, and the files that are not locks."""
    return sorted(path.name for path in (cache / "artifacts").iterdir() if path.suffix != ".lock")


def test_a_second_run_changes_nothing(service, cache, environment):
    first = service.ensure([artifact()], 1, False)
    path = first["paths"]["one"]
    assert first == {"changed": True, "paths": {"one": path}, "built": ["one"], "broken": []}
    with open(os.path.join(path, "inner", "file"), encoding="utf-8") as stream:
        assert stream.read() == "more"
    assert os.path.dirname(path) == str(cache / "artifacts")
    second = service.ensure([artifact()], 1, False)
    assert second == {"changed": False, "paths": {"one": path}, "built": [], "broken": []}
    assert builds(environment) == 1
    name = os.path.basename(path)
    assert left(cache) == [name, f"{name}.fingerprint", f"{name}.sha256"]


def test_only_what_is_missing_is_built(service, environment):
    service.ensure([artifact("one")], 1, False)
    result = service.ensure([artifact("one"), artifact("two"), artifact("three")], 2, False)
    assert (result["changed"], result["built"], builds(environment)) == (True, ["two", "three"], 3)


def test_check_mode_says_what_would_be_built_and_writes_nothing(service, cache, environment):
    result = service.ensure([artifact()], 1, True)
    assert (result["changed"], result["built"], result["broken"]) == (True, ["one"], [])
    assert result["paths"] == {"one": service.path(artifact())}
    assert not cache.exists()
    assert builds(environment) == 0


@pytest.mark.parametrize("content", ["cont", "CONTENT", ""])
def test_a_damaged_artifact_is_named_and_built_again(service, environment, content):
    path = service.ensure([artifact("one"), artifact("two")], 2, False)["paths"]["one"]
    with open(os.path.join(path, "file"), "w", encoding="utf-8") as stream:
        stream.write(content)
    # A clock that ticks slowly would give it the time of the content that was there.
    os.utime(os.path.join(path, "file"), (1, 1))
    foretold = service.ensure([artifact("one"), artifact("two")], 2, True)
    result = service.ensure([artifact("one"), artifact("two")], 2, False)
    assert result == foretold
    assert (result["changed"], result["built"], result["broken"]) == (True, ["one"], ["one"])
    with open(os.path.join(path, "file"), encoding="utf-8") as stream:
        assert stream.read() == "content"
    assert builds(environment) == 3
    assert service.ensure([artifact("one"), artifact("two")], 2, False)["changed"] is False


@pytest.mark.parametrize("damage", ["lost", "added", "no checksums"])
def test_a_file_too_few_or_too_many_is_damage(service, damage):
    path = service.ensure([artifact()], 1, False)["paths"]["one"]
    if damage == "lost":
        os.remove(os.path.join(path, "inner", "file"))
    elif damage == "added":
        with open(os.path.join(path, "another"), "w", encoding="utf-8"):
            pass
    else:
        os.remove(f"{path}.sha256")
        os.remove(f"{path}.fingerprint")
    assert service.ensure([artifact()], 1, False)["broken"] == ["one"]
    assert not os.path.exists(os.path.join(path, "another"))


def test_times_that_moved_are_no_damage_and_are_looked_at_once(service, environment):
    path = service.ensure([artifact()], 1, False)["paths"]["one"]
    os.utime(os.path.join(path, "file"), (0, 0))
    assert service.ensure([artifact()], 1, False)["changed"] is False
    os.remove(f"{path}.sha256")
    assert service.ensure([artifact()], 1, False)["changed"] is False
    assert builds(environment) == 1


def test_a_proof_reads_what_a_look_at_times_does_not_see(service):
    path = service.ensure([artifact()], 1, False)["paths"]["one"]
    file = os.path.join(path, "file")
    before = os.stat(file)
    with open(file, "w", encoding="utf-8") as stream:
        stream.write("CONTENT")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert service.state(path) == "present"
    assert service.prove(path) is False


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('printf half > "$OUTPUT/file"', "it wrote half of a file"),
        ('printf content > "$OUTPUT/file"', "it wrote all and had not ended"),
        ('mkdir -p "$WORK/lists"; printf x > "$WORK/lists/x"', "it was still preparing"),
    ],
)
def test_a_killed_build_leaves_nothing_that_is_taken_for_an_artifact(
        service, cache, checkout, environment, script, told):
    killed = f"""
        {script}
        [ -e "$SIGNALS/again" ] || {{ touch "$SIGNALS/ready"; sleep 60; }}
        printf whole > "$OUTPUT/file"
    """
    with subprocess.Popen(
        [sys.executable, "-c", ENSURE, str(cache), str(checkout), killed], start_new_session=True,
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        try:
            wait_for((cache.parent / "ready").exists)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
    same = {**artifact(), "argv": ["sh", "-c", killed]}
    path = service.path(same)
    assert service.state(path) == "missing", told
    assert any(name.startswith(".one-") for name in left(cache))
    (cache.parent / "again").touch()
    result = service.ensure([same], 1, False)
    assert (result["built"], result["broken"]) == (["one"], [])
    with open(os.path.join(path, "file"), encoding="utf-8") as stream:
        assert stream.read() == "whole"
    name = os.path.basename(path)
    assert left(cache) == [name, f"{name}.fingerprint", f"{name}.sha256"]


def test_checksums_without_a_folder_are_no_artifact(service, environment):
    path = service.ensure([artifact()], 1, False)["paths"]["one"]
    os.rename(path, f"{path}-away")
    assert service.state(path) == "missing"
    assert service.ensure([artifact()], 1, False)["built"] == ["one"]
    assert builds(environment) == 2


def test_a_failure_names_artifact_command_last_lines_and_remedy(service, cache):
    script = 'i=0; while [ $i -lt 50 ]; do i=$((i + 1)); echo "line $i of 50"; done; echo "no network" >&2; exit 3'
    with pytest.raises(ArtifactError) as caught:
        service.ensure([artifact("good"), artifact("bad", script, remedy="Check the network.")], 1, False)
    text = str(caught.value)
    assert text.startswith("Building artifact bad: `sh -c ")
    assert "` ended with 3; its last lines:\n" in text
    assert "line 50 of 50\nno network" in text
    assert "line 5 of 50" not in text
    assert text.endswith("Check the network.")
    # What was built before the failure stays, and what was half made is gone.
    good = os.path.basename(service.path(artifact("good")))
    assert left(cache) == [good, f"{good}.fingerprint", f"{good}.sha256"]


def test_a_failure_is_not_remembered(service, tmp_path):
    script = '[ -e "$SIGNALS/fixed" ] && printf x > "$OUTPUT/file"'
    with pytest.raises(ArtifactError):
        service.ensure([artifact(script=script)], 1, False)
    (tmp_path / "fixed").touch()
    assert service.ensure([artifact(script=script)], 1, False)["built"] == ["one"]


def test_a_failure_does_not_wait_for_the_other_builds(service, tmp_path):
    endless = 'touch "$SIGNALS/started"; tail -f /dev/null & wait'
    failing = 'while [ ! -e "$SIGNALS/started" ]; do sleep 0.01; done; exit 3'
    with pytest.raises(ArtifactError, match="artifact failing"):
        service.ensure([artifact("endless", endless), artifact("failing", failing), artifact("waiting", 'touch "$SIGNALS/late"')], 2, False)
    assert not (tmp_path / "late").exists()


def test_no_build_begins_after_a_failure_however_late_the_results_are_read(service, tmp_path, monkeypatch):
    monkeypatch.setattr(concurrent.futures, "as_completed", lambda futures: concurrent.futures.wait(futures).done)
    late = [artifact(f"waiting-{number}", 'touch "$SIGNALS/late"; exit 4') for number in range(3)]
    with pytest.raises(ArtifactError, match="artifact failing: .* ended with 3"):
        service.ensure([artifact("failing", "exit 3"), *late], 1, False)
    assert not (tmp_path / "late").exists()


def test_the_time_of_the_last_use_is_kept(service):
    lock = service.ensure([artifact()], 1, False)["paths"]["one"] + ".lock"
    os.utime(lock, (1, 1))
    service.ensure([artifact()], 1, True)
    assert os.stat(lock).st_mtime == 1
    service.ensure([artifact()], 1, False)
    assert os.stat(lock).st_mtime > 1


def test_two_runs_at_once_build_once(cache, checkout, environment):
    script = 'touch "$SIGNALS/started"; while [ ! -e "$SIGNALS/go" ]; do sleep 0.01; done; ' + WRITE
    results, steps = {}, {"first": Steps(), "second": Steps()}

    def run(name):
        about = {"process": 11, "checkout": f"/{name}", "since": "noon"}
        service = ArtifactService(str(cache), str(checkout), steps[name], environment, lambda: about)
        results[name] = service.ensure([artifact(script=script)], 1, False)

    threads = [threading.Thread(target=run, args=(name,)) for name in steps]
    threads[0].start()
    wait_for((cache.parent / "started").exists)
    threads[1].start()
    wait_for(lambda: "one waits for its lock, which process 11 of /first has held since noon" in steps["second"])
    (cache.parent / "go").touch()
    for thread in threads:
        thread.join(DEADLINE_SECONDS)
    assert builds(environment) == 1
    assert results["first"]["paths"] == results["second"]["paths"]


@pytest.mark.parametrize(("concurrency", "met"), [(1, False), (2, True)])
def test_as_many_builds_run_at_once_as_were_asked_for(service, concurrency, met):
    script = """
        touch "$SIGNALS/{0}"; i=0
        while [ ! -e "$SIGNALS/{1}" ] && [ $i -lt {2} ]; do sleep 0.01; i=$((i + 1)); done
        [ ! -e "$SIGNALS/{1}" ] || touch "$OUTPUT/met"
    """
    patience = 1000 if met else 20
    result = service.ensure(
        [artifact("one", script.format("a", "b", patience)), artifact("two", script.format("b", "a", patience))],
        concurrency, False)
    assert os.path.exists(os.path.join(result["paths"]["one"], "met")) is met


def test_what_a_command_reads_is_part_of_the_key_and_nothing_else(service, checkout):
    (checkout / "input").mkdir()
    (checkout / "input" / "file").write_text("1", encoding="utf-8")
    given = artifact(arguments=["input", "--flag"])
    before = service.path(given)
    (checkout / "other").write_text("1", encoding="utf-8")
    assert service.path(given) == before
    assert service.path({**given, "environment": {"PATH": "/elsewhere"}, "remedy": "Another."}) == before
    assert service.path({**given, "argv": [*given["argv"], "more"]}) != before
    (checkout / "input" / "file").write_text("2", encoding="utf-8")
    assert service.path(given) != before


def test_an_empty_argument_is_no_input(service, checkout, environment):
    given = artifact(arguments=["", "word"])
    before = service.path(given)
    # Joined to the way to the checkout, an empty argument would name all of it.
    (checkout / "anything").write_text("1", encoding="utf-8")
    assert service.path(given) == before
    assert service.path(artifact(arguments=["word"])) != before
    assert service.ensure([given], 1, False)["built"] == ["one"]
    assert builds(environment) == 1


def test_neither_the_way_to_the_checkout_nor_to_the_cache_counts(tmp_path):
    names = set()
    for way in ("a", "b/c"):
        checkout = tmp_path / way / "checkout"
        checkout.mkdir(parents=True)
        (checkout / "input").write_text("1", encoding="utf-8")
        cache = str(tmp_path / way / "cache")
        service = ArtifactService(cache, str(checkout), Progress(), {})
        names.add(os.path.basename(service.path(artifact(arguments=["input", f"{cache}/artifacts/go-12ab"]))))
    assert len(names) == 1


def test_progress_counts_towards_an_announced_total(cache, checkout, environment):
    steps = Steps()
    script = "echo looks; echo; echo ::total 2; echo first; echo second; echo ::total 1; echo again"
    ArtifactService(str(cache), str(checkout), steps, environment).ensure([artifact(script=script)], 1, False)
    assert steps == [
        "one waits its turn", "one starts", "one looks", "one 1/2 first", "one 2/2 second", "one 1/1 again", ""]


def test_progress_counts_the_lines_that_were_announced(cache, checkout, environment):
    steps = Steps()
    script = "echo ::total 2 Collecting Processing; echo Collecting a; echo '  Downloading a'; echo Processing b; echo Saved a"
    ArtifactService(str(cache), str(checkout), steps, environment).ensure([artifact(script=script)], 1, False)
    assert steps[2:-1] == ["one 1/2 Collecting a", "one 1/2 Downloading a", "one 2/2 Processing b", "one 2/2 Saved a"]


def test_what_builds_share_is_locked_as_long_as_a_command_runs(service, cache, tmp_path):
    shared, script = cache / "shared", 'touch "$SIGNALS/started"; while [ ! -e "$SIGNALS/go" ]; do sleep 0.01; done'

    def is_free():
        with open(shared / ".lock", "a", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    building = threading.Thread(target=service.ensure, args=([{**artifact(script=script), "shared_folder": str(shared)}], 1, False))
    building.start()
    try:
        wait_for((tmp_path / "started").exists)
        free_meanwhile = is_free()
    finally:
        (tmp_path / "go").touch()
        building.join(DEADLINE_SECONDS)
    assert (free_meanwhile, is_free()) == (False, True)
    assert service.path({**artifact(script=script), "shared_folder": "/elsewhere"}) == service.path(artifact(script=script))


def test_a_failure_does_not_wait_for_another_run(service, cache, tmp_path):
    waiting = artifact("waiting")
    (cache / "artifacts").mkdir(parents=True)
    other = file_lock.acquire(f"{service.path(waiting)}.lock", dict, pytest.fail)
    try:
        with pytest.raises(ArtifactError, match="artifact failing"):
            service.ensure([waiting, artifact("failing", "exit 3")], 2, False)
    finally:
        os.close(other)


def test_the_command_runs_in_the_checkout_with_a_folder_that_goes_away(service, checkout):
    script = 'pwd > "$OUTPUT/pwd"; printf x > "$WORK/scratch"; echo "$WORK" > "$OUTPUT/work"'
    path = service.ensure([artifact(script=script)], 1, False)["paths"]["one"]
    with open(os.path.join(path, "pwd"), encoding="utf-8") as stream:
        assert stream.read().strip() == str(checkout)
    with open(os.path.join(path, "work"), encoding="utf-8") as stream:
        assert not os.path.exists(stream.read().strip())


@pytest.mark.parametrize("kept", ["lock", "sha256", "fingerprint"])
def test_nothing_is_written_through_a_link(service, environment, tmp_path, kept):
    path = service.path(artifact())
    os.makedirs(os.path.dirname(path))
    os.symlink(tmp_path / "elsewhere", f"{path}.{kept}")
    with pytest.raises(PlainPathError, match=f"Could not write {path}.{kept}: it is a symbolic link to {tmp_path}/elsewhere."):
        service.ensure([artifact()], 1, False)
    assert not (tmp_path / "elsewhere").exists()
    assert builds(environment) == 0


@pytest.mark.parametrize("name", ["../../outside", "inner/one"])
def test_an_artifact_stays_in_its_folder(service, cache, name):
    with pytest.raises(PlainPathError, match="it goes back by|does not exist"):
        service.ensure([artifact(name)], 1, False)
    assert os.listdir(cache) == ["artifacts"] and os.listdir(cache / "artifacts") == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_cache_that_is_no_folder_is_refused(service, cache, check_mode):
    cache.touch()
    with pytest.raises(PlainPathError, match=f"{cache} is a file, where a folder is needed."):
        service.ensure([artifact()], 1, check_mode)


def test_the_cache_itself_may_be_a_link(service, cache, tmp_path):
    (tmp_path / "large disk").mkdir()
    cache.symlink_to(tmp_path / "large disk")
    assert service.ensure([artifact()], 1, False)["built"] == ["one"]
    (cache / "artifacts").rename(tmp_path / "elsewhere")
    (cache / "artifacts").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlainPathError, match="by a symbolic link it leads to"):
        service.ensure([artifact()], 1, False)
