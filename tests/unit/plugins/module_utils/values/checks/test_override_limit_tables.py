# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""That nothing is forgotten: which variables other roles read, and what is compiled of them."""

from __future__ import annotations

import pathlib
import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import official_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import former_key_tables, former_keys
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import override_limit_tables as tables
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR
from ansible_collections.windrose.airflow.plugins.module_utils._values.overrides import MISSING, at
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX

ROLES = pathlib.Path(__file__).resolve().parents[6] / "roles"
# They hand the specification to the module that compiles it.
COMPILING = ("airflow_specification", "airflow_release")
# The image that every Job of a role runs is put together in the specification.
OF_IMAGE = {"airflow_image_repository", "airflow_image_tag", "airflow_image_digest"}


def read_by_roles():
    """:returns: the variables that chart values are made of and other roles read."""
    texts = [
        path.read_text(encoding="utf-8") for folder in ("tasks", "vars", "templates") for path in ROLES.glob(f"*/{folder}/**/*")
        if path.is_file() and path.relative_to(ROLES).parts[0] not in COMPILING
    ]  # fmt: skip
    words = set(re.findall(r"\bairflow_\w+", "\n".join(texts)))
    assert "__airflow_specification_image" in "\n".join(texts)
    return {f"{PREFIX}{name}" for name in compiler.VARIABLES} & (words | OF_IMAGE)


def compiled_paths(specifications):
    """Yield (path, root of the variable) of everything that is compiled of a variable that others act on."""
    for specification in specifications.values():
        for setting in compiler.compile_settings(specification):
            root = re.split(r"[.,\[]", setting.variable)[0]
            if setting.variable != COLLECTION and root in tables.ACTED_ON:
                yield setting.path, root


def test_the_variables_that_roles_read_are_acted_on():
    assert read_by_roles() == set(tables.ACTED_ON)


def test_what_is_free_is_compiled_of_such_a_variable(specifications):
    paths = {path for path, _root in compiled_paths(specifications)}
    idle = [pattern for pattern in tables.FREE if not any(tables.matches(pattern, path) for path in paths)]
    assert idle == []


def test_every_variable_that_is_acted_on_limits_something(specifications):
    limited = {root for path, root in compiled_paths(specifications) if not tables.is_free(path)}
    named = {root for root in tables.ACTED_ON if any(root in limit.remedy for limit in tables.LIMITS.values())}
    # They say what pods of the release and of roles are like, and nothing else.
    assert set(tables.ACTED_ON) - limited - named == {
        "airflow_platform", "airflow_openshift_scc", "airflow_first_user_username", "airflow_prerequisites_pod_security"}


@pytest.mark.parametrize("pattern", [pattern for pattern in tables.LIMITS if "*" not in pattern])
def test_every_limit_is_on_a_key_of_the_chart_or_of_airflow(pattern):
    path = tuple(pattern.split("."))
    known = path[0] in ("config", "labels") or at(official_facts().defaults, path) is not MISSING
    assert known and tables.limit_of((*path, "below"))[0] == path


def test_a_limit_is_not_on_what_only_looks_like_its_key():
    assert tables.limit_of(("data", "metadataConnectionX")) == (("data", "metadataConnectionX"), None)
    assert tables.limit_of(("images", "airflow"))[1] is None


def test_no_remedy_leads_to_what_is_limited():
    tables_of_keys = (former_key_tables.COMMUNITY, former_key_tables.ARTICLES, former_key_tables.CONFIG)
    remedies = [remedy for table in tables_of_keys for remedy in table.values()]
    remedies += [former.remedy for former in former_keys.REFUSED.values()]
    words = {word for remedy in remedies for word in re.findall(r"[a-zA-Z]\w*(?:\.\w+)*", remedy)}
    limits = {word: tables.limit_of(tuple(word.split(".")))[1] for word in words}
    assert [word for word, limit in limits.items() if limit and limit.severity == ERROR] == []
