# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of options are made of the wheels of Airflow and its providers."""

from __future__ import annotations

import json
import pathlib
import runpy
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[6]
OPTIONS = "airflow/config_templates/config.yml"
MOVES = "airflow/_shared/configuration/parser.py"
LINT = "airflow/cli/commands/config_command.py"
FORMER_MOVES = "airflow/configuration.py"


DESCRIBED = {
    "parallelism": {"type": "integer"}, "workers": {"type": "integer"}, "new": {"type": "string"}, "url": {"sensitive": True},
    "first": {"type": "string"},
}
# As a text, `parallelism` is still a number, and `first` may be anything.
CODE = """
conf.getboolean("core", "NEW")
airflow_conf.getfloat("core", "workers")
conf.get("core", "parallelism")
conf.getboolean("later", "first") or conf.get("later", "first")
"""


def config(**sections):
    """:returns: the text of config.yml with these sections and options; JSON is YAML."""
    return json.dumps({
        section: {"options": {option: DESCRIBED.get(option) for option in options}} for section, options in sections.items()})


NEWEST = {
    "airflow/settings.py": CODE,
    OPTIONS: config(core=["parallelism", "workers", "new"], later=["first"], database=["url"]),
    MOVES: 'class Parser:\n    deprecated_options: dict = {("database", "url"): ("core", "url", "3.0")}\n',
    LINT: """CONFIGS_CHANGES = [
    ConfigChange(config=ConfigParameter("core", "gone")),
    ConfigChange(config=ConfigParameter("core", "threads"), renamed_to=ConfigParameter("core", "workers")),
    ConfigChange(config=ConfigParameter("core", "parallelism"), default_change=True),
]
""",
}
FILES = {
    "apache_airflow_core-3.3.2-py3-none-any.whl": NEWEST,
    "apache_airflow_core-3.2.2-py3-none-any.whl": {OPTIONS: config(core=["parallelism", "workers"], database=["url"])},
    "apache_airflow-2.11.0-py3-none-any.whl": {
        OPTIONS: config(core=["parallelism", "threads", "url", "gone", "silent"], web=["color"], metrics=["own"]),
        FORMER_MOVES: 'deprecated_options = {("core", "threads"): ("scheduler", "threads", "2.0")}\n',
    },
    "apache_airflow_providers_acme_metrics-1.0.0-py3-none-any.whl": {
        "airflow/providers/acme/metrics/get_provider_info.py":
            'def get_provider_info():\n    return {"config": {"metrics": {"options": {"own": {"type": "integer"}}}}}\n',
    },
}  # fmt: skip


@pytest.fixture(name="made", scope="module")
def fixture_made(tmp_path_factory):
    """{module: what it holds} of the modules that are made of these wheels, in the wrong order."""
    folder = tmp_path_factory.mktemp("wheels")
    for wheel, files in FILES.items():
        with zipfile.ZipFile(folder / wheel, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
    generator = runpy.run_path(str(ROOT / "scripts" / "value_facts.py"))
    texts = generator["airflow_modules"]([str(folder / wheel) for wheel in FILES])
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return {name: runpy.run_path(str(folder / f"{name}.py")) for name in texts} | {"texts": texts}


def test_every_option_is_there_with_the_release_that_it_came_with(made):
    assert made["airflow_options"]["AIRFLOW"] == {
        "core": {"parallelism", "workers", "new"}, "later": {"first"}, "database": {"url"}}
    assert made["airflow_options"]["SINCE"] == {(3, 3): {"core": {"new"}, "later": {"first"}}}
    assert made["airflow_options"]["PROVIDERS"] == {"metrics": {"own"}}


def test_what_airflow_2_had_is_renamed_still_read_or_removed(made):
    former = made["former_options"]
    # A name that was given up twice leads to the one of today.
    assert former["RENAMED"] == {section: {"threads": ("core", "workers")} for section in ("core", "scheduler")}
    assert former["STILL_READ"] == {"core": {"url"}}
    assert former["REMOVED"] == {"core": {"gone", "silent"}, "web": {"color"}}


def test_what_an_option_holds_is_what_it_is_described_and_read_as(made):
    assert made["option_kinds"]["KINDS"] == {
        "boolean": {"core": {"new"}}, "float": {"core": {"workers"}}, "integer": {"core": {"parallelism"}, "metrics": {"own"}}}
    assert made["option_kinds"]["SENSITIVE"] == {"database": {"url"}}


def test_the_tables_name_the_packages_and_are_lines_of_plain_data(made):
    texts, packages = made["texts"], "apache-airflow-core==3.2.2 apache-airflow-core==3.3.2"
    assert f"# {packages} apache-airflow-providers-acme-metrics==1.0.0\n" in texts["airflow_options"]
    assert "# apache-airflow==2.11.0 apache-airflow-core==3.3.2\n" in texts["former_options"]
    assert all(len(line) <= 120 for text in texts.values() for line in text.splitlines())
