# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.windrose.airflow.plugins.filter.git_dag_bundles import CLASSPATH, git_dag_bundles

MINIMAL = {"name": "core", "repository": "https://git.example.com/dags.git"}


def arguments(**more):
    """:returns: the keyword arguments of one bundle."""
    return git_dag_bundles([{**MINIMAL, **more}])[0]["kwargs"]


def test_name_and_repository_are_enough():
    assert git_dag_bundles([MINIMAL]) == [{
        "name": "core", "classpath": CLASSPATH,
        "kwargs": {"repo_url": MINIMAL["repository"], "tracking_ref": "main", "refresh_interval": 60},
    }]


@pytest.mark.parametrize(("word", "keyword", "value"), [
    ("branch", "tracking_ref", "v1"),
    ("subdirectory", "subdir", "dags"),
    ("connection_id", "git_conn_id", "git_core"),
    ("refresh_interval", "refresh_interval", 10),
])
def test_every_word_becomes_its_keyword(word, keyword, value):
    assert arguments(**{word: value})[keyword] == value


@pytest.mark.parametrize("empty", [None, ""])
def test_what_is_empty_counts_as_left_out(empty):
    assert arguments(branch=empty, subdirectory=empty) == arguments()


def test_the_order_stays():
    bundles = [{**MINIMAL, "name": "z"}, {**MINIMAL, "name": "a"}]
    assert [bundle["name"] for bundle in git_dag_bundles(bundles)] == ["z", "a"]
