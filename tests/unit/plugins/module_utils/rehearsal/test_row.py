# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import listed


@pytest.mark.parametrize(
    ("labels", "told"),
    [({"a"}, "a"), (["b", "a"], "a and b"), (["a", "a"], "a"), (["c", "b", "a"], "a and 2 more"), (set("abcdef"), "a and 5 more")])
def test_who_asks_for_something_is_told_in_few_words(labels, told):
    assert listed(labels) == told
