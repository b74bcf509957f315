# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/support.md says is run, is there to be run, and its versions are those that are pinned."""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "support.md").read_text(encoding="utf-8")
RUN, CONTRACT, NOT_RUN = "run here", "contract test", "not run"
WORDS = {RUN, CONTRACT, NOT_RUN}
PROVED = "Proved by"
MINIMUM = re.compile(r">=(\d+\.\d+)\.0")


def tables():
    """:returns: the tables of the page, each a list of rows, and each row a list of cells; the first row is the head."""
    blocks = re.findall(r"(?:^\|.*\|\n)+", PAGE, re.MULTILINE)
    rows = [[[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()] for block in blocks]
    return [[head, *body] for head, _rule, *body in rows]


TABLES = tables()
MATRIX = next(table for table in TABLES if table[0][0] == "Executor" and PROVED not in table[0])
PROOFS = [row for table in TABLES if table[0][-1] == PROVED for row in table[1:]]


def rows(head):
    """:returns: {subject: (state, text)} of the table whose first column has this head."""
    (table,) = [table for table in TABLES if table[0] == [head, "State", PROVED]]
    return {subject: (state, text) for subject, state, text in table[1:]}


def read(*path):
    """:returns: the text of a file."""
    return ROOT.joinpath(*path).read_text(encoding="utf-8")


def default(role, variable):
    """:returns: the default of a role's variable, as text."""
    return str(yaml.safe_load(read("roles", role, "defaults", "main.yml"))[variable])


def locked(package, text):
    """:returns: the version of a package that a lock pins."""
    return re.search(rf"^{package}(?:\[.*\])?==([\w.]+)", text, re.MULTILINE).group(1)


def minor(version):
    """:returns: the first two numbers of a version."""
    return ".".join(version.split(".")[:2])


def module_of(tool, module):
    """:returns: the version of a Go module that a tool is built from."""
    return re.search(rf"^\s+{re.escape(module)} v(\S+)", read("tools", tool, "go.mod"), re.MULTILINE).group(1)


AIRFLOW_LOCKS = {
    locked("apache-airflow-core", path.read_text(encoding="utf-8")) for path in (ROOT / "images" / "airflow").rglob("requirements.txt")}


def test_every_table_with_states_says_them_in_one_of_three_words():
    assert set(re.findall(r"^\| \*\*(.+)\*\* \|", PAGE, re.MULTILINE)) == WORDS
    assert {cell for row in MATRIX[1:] for cell in row[1:]} <= WORDS
    assert {row[-2] for row in PROOFS} <= WORDS
    assert len(PROOFS) > 30
    # The first defines the words, the second is the matrix.
    assert [table[0][-1] for table in TABLES].count(PROVED) == len(TABLES) - 2


@pytest.mark.parametrize("row", PROOFS, ids=[" ".join(row[:-2]) for row in PROOFS])
def test_what_was_run_names_what_ran_it(row):
    named = re.findall(r"`((?:tests|molecule|scripts|roles|inventories)/[\w/.-]+)`", row[-1])
    assert [name for name in named if not (ROOT / name).exists()] == []
    tests = [name for name in named if re.search(r"/test_\w+\.py$|^molecule/|^scripts/", name)]
    # What is run by hand has a command and no test.
    assert row[-2] == NOT_RUN or tests or "By hand" in row[-1] or "above" in row[-1]


def test_everything_that_is_named_is_there():
    for name in re.findall(r"`((?:tests|molecule|scripts|roles|inventories|meta|docs)/[\w/.-]+)`", PAGE):
        assert (ROOT / name).exists(), name
    for link in re.findall(r"\]\(([\w/.]+\.md)", PAGE):
        assert (ROOT / "docs" / link).exists(), link
    for target in re.findall(r"make ([a-z-]+)", PAGE):
        assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE), target
    for variable in re.findall(r"\b((?:WINDROSE|AIRFLOW)_[A-Z_]+)\b", PAGE):
        assert f"`{variable}`" in read("CONTRIBUTING.md"), variable


def test_each_cell_of_the_matrix_has_its_proof_and_no_other():
    cells = {(row[0], where, state) for row in MATRIX[1:] for where, state in zip(MATRIX[0][1:], row[1:]) if state != NOT_RUN}
    (proofs,) = [table[1:] for table in TABLES if table[0] == ["Executor", "Where", "State", PROVED]]
    assert sorted(row[:3] for row in proofs) == sorted(map(list, cells))


def test_specifications_that_are_named_are_rendered():
    named = re.findall(r"specification `(.+?)`", PAGE)
    assert named
    rendered = read("tests", "unit", "plugins", "module_utils", "values", "conftest.py")
    assert [name for name in named if f'    "{name}": {{' not in rendered] == []


def test_the_executors_are_those_that_can_be_chosen():
    options = yaml.safe_load(read("roles", "airflow_specification", "meta", "argument_specs.yml"))["argument_specs"]["main"]["options"]
    assert {row[0].strip("`") for row in MATRIX[1:]} == set(options["airflow_executor"]["choices"])


def test_the_default_airflow_is_what_make_test_runs_and_the_others_are_run_by_hand():
    ran = {version: text for version, (state, text) in rows("Airflow").items() if state == RUN}
    assert set(ran) == AIRFLOW_LOCKS
    (by_make_test,) = [version for version, text in ran.items() if "make test" in text]
    assert by_make_test == default("airflow_specification", "airflow_version")
    assert f"Airflow is {by_make_test} everywhere" in PAGE
    for version in AIRFLOW_LOCKS - {by_make_test}:
        assert "By hand" in ran[version] and f"airflow_version: {version}" in ran[version]


def test_the_charts_are_those_that_are_pinned():
    assert rows("Chart")[f"official {default('airflow_specification', 'airflow_chart_version')}"][0] == RUN
    assert rows("Chart")["bundled"][0] == RUN
    assert yaml.safe_load(read("inventories", "local", "group_vars", "all", "airflow.yml"))["airflow_chart_source"] == "bundled"


def test_kubernetes_is_what_the_local_cluster_builds_and_the_rest_is_what_the_preflight_accepts():
    built = module_of("kubernetes", "k8s.io/kubernetes")
    state, text = rows("Kubernetes")[minor(built)]
    assert state == RUN and f"{built}," in text
    assert f"Kubernetes on kind is {minor(built)}." in PAGE
    first, last = (int(default("airflow_preflight", f"airflow_preflight_kubernetes_{end}").split(".")[1]) for end in ("minimum", "maximum"))
    told = set()
    for subject in rows("Kubernetes"):
        for one, other in re.findall(r"1\.(\d+)(?: to 1\.(\d+))?", subject):
            told |= set(range(int(one), int(other or one) + 1))
    assert told == set(range(first, last + 1))


def test_kind_and_helm_are_those_that_are_built():
    assert rows("Platform")[f"kind {module_of('kind', 'sigs.k8s.io/kind')}"][0] == RUN
    assert rows("helm")[module_of("helm", "helm.sh/helm/v4")][0] == RUN


def test_the_minimum_of_helm_is_what_the_client_asks_for():
    client = read("plugins", "module_utils", "_clients", "local", "helm.py")
    oldest = re.search(r"Install helm (\d+\.\d+) or newer", client).group(1)
    assert rows("helm")[oldest][0] == CONTRACT and f"Older than {oldest}" in PAGE


def test_ansible_core_is_what_is_pinned_and_promised():
    pinned = locked("ansible-core", read("requirements.txt"))
    state, text = rows("ansible-core")[minor(pinned)]
    assert state == RUN and text.startswith(f"{pinned},")
    promised = yaml.safe_load(read("meta", "runtime.yml"))["requires_ansible"]
    oldest = min(rows_tried("ansible-core"), key=lambda version: int(version.split(".")[1]))
    assert MINIMUM.fullmatch(promised).group(1) == oldest
    assert f"`meta/runtime.yml` asks for {oldest}.0" in PAGE


def rows_tried(head):
    """:returns: the versions of a table that something was tried with."""
    return [version for subject, (state, _text) in rows(head).items() if state != NOT_RUN for version in subject.split(", ")]


@pytest.mark.parametrize("role", sorted(path.name for path in (ROOT / "roles").iterdir()))
def test_every_role_promises_the_same_as_the_collection(role):
    promised = yaml.safe_load(read("meta", "runtime.yml"))["requires_ansible"]
    info = yaml.safe_load(read("roles", role, "meta", "main.yml"))["galaxy_info"]
    assert info["min_ansible_version"] == MINIMUM.fullmatch(promised).group(1)


def test_the_oldest_python_is_what_the_virtual_environment_asks_for():
    oldest = ".".join(re.search(r"sys\.version_info < \((\d+), (\d+)\)", read("scripts", "virtual_environment.sh")).groups())
    assert rows("Python")[oldest][0] == RUN
    assert f"--python-version {oldest}" in read("scripts", "lock.sh")


def test_the_kubernetes_library_is_what_is_pinned_and_documented():
    pinned = locked("kubernetes", read("requirements.txt"))
    assert rows("Python library")[f"kubernetes {pinned}"][0] == RUN
    oldest = re.search(r"kubernetes \(Python library\) (\d+) or newer", read("plugins", "doc_fragments", "cluster.py")).group(1)
    assert rows("Python library")[f"kubernetes {oldest} to {int(pinned.split('.')[0]) - 1}"][0] == NOT_RUN


def test_the_readme_leads_here():
    assert "(docs/support.md)" in read("README.md")
