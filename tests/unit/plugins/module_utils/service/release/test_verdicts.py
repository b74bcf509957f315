# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import concurrent.futures
import os
import stat

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._service.release import verdicts
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.verdicts import Verdicts

VERDICT = {"findings": [{"path": "env"}], "claims": None}


class Judge:
    """Counts how often it is asked."""

    def __init__(self, verdict=None):
        self.asked, self.verdict = 0, verdict or VERDICT

    def __call__(self):
        self.asked += 1
        return self.verdict


@pytest.fixture
def judge():
    return Judge()


@pytest.fixture
def cache(tmp_path):
    return str(tmp_path / "cache" / "windrose-airflow")


def files(cache):
    folder = os.path.join(cache, "verdicts")
    return sorted(os.path.join(folder, name) for name in os.listdir(folder))


@pytest.fixture(autouse=True)
def _folder(tmp_path):
    (tmp_path / "cache").mkdir()


def test_the_same_is_judged_once_even_by_another_run(cache, judge):
    assert [Verdicts(cache).of(["a", {"b": None}], judge) for unused in range(3)] == [VERDICT] * 3
    assert judge.asked == 1


def test_other_inputs_are_judged_anew(cache, judge):
    for inputs in (["a"], ["b"], [{"a": 1}], [{"a": "1"}], [{"a": True}]):
        Verdicts(cache).of(inputs, judge)
    assert judge.asked == 5


def test_other_code_judges_anew(cache, judge, monkeypatch):
    Verdicts(cache).of([], judge)
    monkeypatch.setattr(verdicts, "code_version", lambda: "another")
    Verdicts(cache).of([], judge)
    assert judge.asked == 2


def test_the_version_of_the_code_is_that_of_every_file_that_judges():
    assert verdicts.code_version() == verdicts.code_version() != ""


def test_nobody_else_reads_it_and_it_holds_no_input(cache, judge):
    Verdicts(cache).of(["hunter2-of-nobody"], judge)
    (path,) = files(cache)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600 and stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    with open(path, encoding="utf-8") as stream:
        assert "hunter2" not in stream.read() + path


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"name": "other", "verdict": {}}', "\0", '{"verdict": {"findings": []}}'])
def test_what_is_broken_is_judged_anew_and_mended(content, cache, judge):
    Verdicts(cache).of([], judge)
    (path,) = files(cache)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(content)
    assert Verdicts(cache).of([], judge) == VERDICT
    Verdicts(cache).of([], judge)
    assert judge.asked == 2


def test_a_cache_that_cannot_be_written_to_is_done_without(tmp_path, judge):
    (tmp_path / "file").write_text("")
    for cache in (str(tmp_path / "file" / "windrose-airflow"), None):
        assert Verdicts(cache).of([], judge) == VERDICT
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "cache" / "windrose-airflow").mkdir()
    (tmp_path / "cache" / "windrose-airflow" / "verdicts").symlink_to(tmp_path / "nowhere")
    assert Verdicts(str(tmp_path / "cache" / "windrose-airflow")).of([], judge) == VERDICT
    assert judge.asked == 3 and list(outside.iterdir()) == []


def test_the_oldest_are_removed(cache, judge, monkeypatch):
    monkeypatch.setattr(verdicts, "KEPT", 2)
    for number in range(4):
        Verdicts(cache).of([number], judge)
        for age, path in enumerate(files(cache)):
            os.utime(path, (os.stat(path).st_atime, os.stat(path).st_mtime - 10))
    assert len(files(cache)) == 2
    Verdicts(cache).of([3], judge)
    assert judge.asked == 4


def test_runs_at_a_time_do_not_disturb_each_other(cache):
    judges = [Judge({"findings": [], "claims": [], "number": number % 3}) for number in range(24)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: Verdicts(cache).of([number % 3], judges[number]), range(24)))
    assert [verdict["number"] for verdict in found] == [number % 3 for number in range(24)]
    assert len(files(cache)) == 3
