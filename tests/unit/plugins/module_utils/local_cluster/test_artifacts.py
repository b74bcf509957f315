# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys, checksum lists and fingerprints of artifacts."""

from __future__ import annotations

import os
import pathlib
import subprocess
import tempfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster import artifacts

PATHS = ["a", "b", "c/a", "c/b", "d/e/f"]
# The files of a folder: {path: (content, executable)}.
TREES = st.dictionaries(st.sampled_from(PATHS), st.tuples(st.binary(max_size=8), st.booleans()), min_size=1)
PARAMETERS = st.recursive(
    st.none() | st.booleans() | st.text(max_size=3),
    lambda children: st.lists(children, max_size=2) | st.dictionaries(st.text(max_size=2), children, max_size=2),
    max_leaves=4,
)


def plant(root, tree):
    """Write the files of a tree below a folder.

    :returns: the folder, as text.
    """
    for path, (content, executable) in tree.items():
        file = pathlib.Path(root, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(0o755 if executable else 0o644)
    return str(root)


def key_of(tree, parameters, way="source"):
    """:returns: the key of a folder with these files, which a temporary folder and then this way lead to."""
    with tempfile.TemporaryDirectory() as folder:
        return artifacts.key([plant(os.path.join(folder, way), tree)], parameters)


@given(TREES, PARAMETERS)
def test_the_way_to_a_folder_does_not_count(tree, parameters):
    assert key_of(tree, parameters) == key_of(tree, parameters, "some/longer/way/to/the/source")


@given(TREES, TREES, PARAMETERS)
@example({"a": (b"", False)}, {"a": (b"", True)}, None)
@example({"a": (b"1", False)}, {"b": (b"1", False)}, None)
@example({"c/a": (b"1", False), "c/b": (b"2", False)}, {"c/a": (b"2", False), "c/b": (b"1", False)}, None)
@example({"a": (b"1", False)}, {"c/a": (b"1", False)}, None)
def test_content_names_and_executable_bits_count(one, other, parameters):
    assert (key_of(one, parameters) == key_of(other, parameters)) is (one == other)


@given(TREES, PARAMETERS, PARAMETERS)
def test_parameters_count(tree, one, other):
    assert (key_of(tree, one) == key_of(tree, other)) is (one == other)


@given(st.permutations(PATHS))
def test_the_order_of_inputs_and_of_parameters_does_not_count(order):
    with tempfile.TemporaryDirectory() as folder:
        plant(folder, {path: (path.encode(), False) for path in PATHS})
        inputs = [os.path.join(folder, path) for path in order]
        assert artifacts.key(inputs, dict.fromkeys(order)) == artifacts.key(sorted(inputs), dict.fromkeys(PATHS))


def test_neither_times_nor_other_bits_nor_a_slash_at_the_end_count(tmp_path):
    source = plant(tmp_path / "source", {"a": (b"1", False)})
    before = artifacts.key([source], [])
    os.utime(tmp_path / "source" / "a", (0, 0))
    (tmp_path / "source" / "a").chmod(0o600)
    assert artifacts.key([f"{source}/"], []) == before


def test_a_file_is_an_input_of_its_own_and_its_name_counts(tmp_path):
    plant(tmp_path, {"a": (b"1", False), "b": (b"1", False), "c/a": (b"1", False)})
    assert artifacts.key([tmp_path / "a"], []) == artifacts.key([tmp_path / "c" / "a"], [])
    assert artifacts.key([tmp_path / "a"], []) != artifacts.key([tmp_path / "b"], [])


def test_the_target_of_a_link_counts_and_not_what_lies_there(tmp_path):
    plant(tmp_path / "source", {"a": (b"1", False), "b": (b"1", False)})
    keys = set()
    for target in ("a", "b", "nowhere", "."):
        (tmp_path / "source" / "link").symlink_to(target)
        keys.add(artifacts.key([tmp_path / "source"], []))
        (tmp_path / "source" / "link").unlink()
    assert len(keys) == 4


def test_a_missing_input_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        artifacts.key([tmp_path / "nowhere"], [])


def test_the_key_is_short_enough_for_a_tag():
    assert len(key_of({"a": (b"", False)}, None)) == artifacts.KEY_DIGITS


@settings(max_examples=20)
@given(TREES)
def test_sha256sum_reads_the_checksum_list(tree):
    with tempfile.TemporaryDirectory() as folder:
        plant(folder, tree)
        text = artifacts.checksum_list(folder)
        assert [line.split("  ", 1)[1] for line in text.splitlines()] == sorted(tree)
        subprocess.run(["sha256sum", "--check", "--strict", "--status"], cwd=folder, input=text, text=True, check=True)


def test_the_checksum_list_leaves_out_links_that_lead_to_no_file(tmp_path):
    plant(tmp_path, {"c/a": (b"1", False)})
    (tmp_path / "folder").symlink_to("c")
    (tmp_path / "gone").symlink_to("nowhere")
    assert [line.split("  ")[1] for line in artifacts.checksum_list(tmp_path).splitlines()] == ["c/a"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda root: (root / "a").write_bytes(b"12"),
        lambda root: (root / "a").write_bytes(b""),
        lambda root: (root / "a").unlink(),
        lambda root: (root / "a").rename(root / "b"),
        lambda root: (root / "c" / "new").write_bytes(b""),
        lambda root: os.utime(root / "c" / "a"),
    ],
)
def test_the_fingerprint_shows_every_write(tmp_path, damage):
    plant(tmp_path, {"a": (b"1", False), "c/a": (b"1", False)})
    os.utime(tmp_path / "c" / "a", (0, 0))
    before = artifacts.fingerprint(tmp_path)
    assert artifacts.fingerprint(tmp_path) == before
    damage(tmp_path)
    assert artifacts.fingerprint(tmp_path) != before
