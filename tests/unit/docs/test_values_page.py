# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages say of refused keys is what is really said, and the variables in their examples are understood."""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.attribution import Attribution
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import official_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import value_check
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import findings as unread_findings
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import leaves
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread.reasons import Reasons

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "values.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
# A row of the table: an override with its path in dots, and the message without that path.
ROWS = re.findall(r"^\| `([\w.]+): (.+)` \| (.+) \|$", PAGE.partition("| Override | Finding |")[2], re.MULTILINE)
# A row of the table of keys that nothing reads: why, an override, and the warning without its path.
UNREAD = re.findall(r"^\| [\w ]+ \| `([\w.]+): (.+)` \| (.+) \|$", PAGE.partition("| Why | Override | Warning |")[2], re.MULTILINE)
BLOCKS = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def told(raw):
    """:returns: what is said of these overrides over an environment of defaults, one text for each finding."""
    settings = compiler.compile_settings({})
    values = overrides.merged(compiler.chart_values(settings), raw)
    context = value_check.context(values, official_facts(), settings, raw, "none")
    return [str(finding) for finding in value_check.check_values(values, official_facts(), context, Attribution(raw, settings))]


def blocks(text, language):
    """:returns: the contents of a page's blocks of code in one language; none is the language of output."""
    return [content for name, content in BLOCKS.findall(text) if name == language]


def unfolded(block):
    """:returns: the entries of a list whose long lines are folded."""
    return re.sub(r"\n  ", " ", block).splitlines()


def test_the_tables_have_rows():
    assert len(ROWS) > 10 and len(UNREAD) == 4


@pytest.mark.parametrize("path, value, message", ROWS, ids=[row[0] for row in ROWS])
def test_each_row_of_the_table_is_the_message(path, value, message):
    raw = yaml.safe_load(value)
    for key in reversed(path.split(".")):
        raw = {key: raw}
    (finding,) = told(raw)
    assert finding.partition(": ")[2] == message


@pytest.mark.parametrize("path, value, message", UNREAD, ids=[row[0] for row in UNREAD])
def test_each_row_of_what_nothing_reads_is_the_warning(path, value, message):
    raw = yaml.safe_load(value)
    for key in reversed(path.split(".")):
        raw = {key: raw}
    settings = compiler.compile_settings({"pgbouncer": {"enabled": False}})
    values = overrides.merged(compiler.chart_values(settings), raw)
    # The official chart's default; the facts kept here have none.
    values["pgbouncer"] = {"enabled": False, **values.get("pgbouncer", {})}
    paths = [leaf.path for leaf in leaves.differing(raw, {})]
    (finding,) = unread_findings.findings(paths, paths, Reasons(values, raw, settings, "3.3.2").of)
    assert str(finding).partition(": ")[2] == message


def test_the_example_of_the_readme_ends_as_it_says():
    (example,) = [block for block in blocks(README, "yaml") if block.startswith("airflow_values_overrides")]
    (output,) = [block for block in blocks(README, "") if block.startswith("Refused")]
    listed = [line.removeprefix("- ") for line in unfolded(output) if line.startswith("- ")]
    assert listed == told(yaml.safe_load(example)["airflow_values_overrides"])


def test_contradictions_are_reported_as_the_page_says():
    (output,) = [block for block in blocks(PAGE, "") if block.startswith("Refused the specification")]
    with pytest.raises(compiler.SpecificationError) as refused:
        compiler.compile_settings({
            "components": {"api_server": {"replicas": 2, "resources": {"requests": {"cpu": "1"}}}},
            "autoscaling": {"api_server": {"maximum": 4}},
            "logs": {"store": "s3", "url": "gs://example-logs"},
            "identity": {"provider": "aws_irsa", "principal": "arn:aws:iam::111122223333:role/airflow"},
        })
    assert str(refused.value) == output.strip()


def test_the_examples_of_variables_compile():
    examples = [yaml.safe_load(block) for block in blocks(PAGE, "yaml")]
    specification = {
        name.removeprefix("airflow_"): value for example in examples for name, value in example.items()}
    raw = specification.pop("values_overrides")
    assert compiler.compile_settings(specification)
    assert told(raw) == []
