# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.unread.text import Marks, Sameness


def encoded(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "mark", "is_there"),
    [
        ("name: a-unread00001", "unread00001", True),
        ("NAME: A-UNREAD00001", "unread00001", True),
        ("name: a-unread00002", "unread00001", False),
        ("port: 10001", "10001", True),
        ("port: 10001Gi", "10001", True),
        ("port: 310001", "10001", False),
        ("port: 100010", "10001", False),
        (f'connection: "{encoded("postgresql://db-unread00001/x")}"', "unread00001", True),
        ("connection: not/base64/at/all", "unread00001", False),
    ],
)
def test_marks_are_found_also_where_they_are_encoded(text, mark, is_there):
    assert Marks(text).has(mark) == is_there


def secret(user, password, checksum, host="db"):
    return f'connection: "{encoded(f"{user}:{password}@{host}")}"\nchecksum/x: {checksum * 64}\nkind: Pod\n'


BASE, AGAIN = secret("me", "a1b2c3d4", "a"), secret("me", "z9y8x7w6", "b")


@pytest.mark.parametrize(
    ("text", "is_same"),
    [
        (BASE, True),
        (AGAIN, True),
        (secret("me", "q5q5q5q5", "c"), True),
        (secret("you", "q5q5q5q5", "c"), False),
        (secret("me", "q5q5q5q5", "c", host="other"), False),
        (secret("me", "q5q5q5q5", "c").replace("Pod", "Job"), False),
        (BASE + "more: 1\n", False),
    ],
)
def test_what_is_new_with_each_rendering_makes_no_difference(text, is_same):
    assert Sameness(BASE, lambda: AGAIN).is_same(text) == is_same


@pytest.mark.parametrize("again", [BASE, None, "shorter"])
def test_what_is_not_new_with_each_rendering_does(again):
    assert not Sameness(BASE, lambda: again).is_same(AGAIN)


def test_it_is_rendered_again_only_where_that_may_tell_something():
    asked = []
    sameness = Sameness(BASE, lambda: asked.append(1) or AGAIN)
    assert not sameness.is_same(BASE.replace("Pod", "Job")) and not asked
    assert sameness.is_same(AGAIN) and sameness.is_same(secret("me", "q5q5q5q5", "c")) and asked == [1]
