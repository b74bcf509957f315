# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import pathlib
import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients import libraries
from ansible_collections.windrose.airflow.plugins.module_utils._errors import MissingLibraryError

ROOT = pathlib.Path(__file__).resolve().parents[5]
CLIENTS = ROOT / "plugins" / "module_utils" / "_clients"


def test_a_library_that_is_there_is_nothing_to_speak_of():
    libraries.require(None, "boto3", "requirements.txt")


@pytest.mark.parametrize(("reason", "told"), [(None, "Python [^ ]+. Please"), ("for keys", "This is required for keys. Please")])
def test_a_library_that_is_missing_is_told_with_what_installs_it(reason, told):
    with pytest.raises(MissingLibraryError) as raised:
        libraries.require("Traceback", "boto3", "requirements-keys.txt", reason)
    assert re.fullmatch(
        r"Could not load the Python library boto3: Failed to import the required Python library \(boto3\) on .*"
        rf"{told}.*Install it as requirements-keys.txt pins it, then run again\.", str(raised.value))
    assert raised.value.fields == {"exception": "Traceback"}


def test_a_library_is_loaded_by_its_name():
    assert libraries.load("json", "json", "requirements.txt") is json
    with pytest.raises(MissingLibraryError, match="the Python library nonesuch: .*for keys.*requirements-keys.txt") as raised:
        libraries.load("nonesuch.deep", "nonesuch", "requirements-keys.txt", "for keys")
    assert "No module named 'nonesuch'" in raised.value.fields["exception"]


def test_the_files_that_messages_name_are_there():
    named = {name for path in CLIENTS.rglob("*.py") for name in re.findall(r"requirements[\w-]*\.txt", path.read_text(encoding="utf-8"))}
    assert named and [name for name in named if not (ROOT / name).is_file()] == []
