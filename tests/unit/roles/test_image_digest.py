# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles run beside the release is of the very image that the release is of."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler

DIGEST = "sha256:" + "0a" * 32
IMAGE = {"airflow_image_repository": "registry.acme.io/airflow", "airflow_image_tag": "3.3.2-7"}
CASES = {"by tag": IMAGE, "by digest": {**IMAGE, "airflow_image_digest": DIGEST}}
REFERENCES = {"by tag": "registry.acme.io/airflow:3.3.2-7", "by digest": f"registry.acme.io/airflow:3.3.2-7@{DIGEST}"}
# The variable of a role with the objects that it makes.
OBJECTS = {
    "airflow_database": "__airflow_database_migration",
    "airflow_release": "__airflow_release_definitions",
    "airflow_image_prepull": "__airflow_image_prepull_definitions",
}
# The variable of a role with what its Job is named by.
MADE_OF = {
    "airflow_database": "__airflow_database_migration_made_of", "airflow_release": "__airflow_release_first_user_made_of"}


def test_the_chart_is_told_the_same_image_as_the_probe(evaluate):
    asked_for = "[__airflow_specification_chart_inputs, __airflow_specification_image]"
    for case, (inputs, image) in evaluate("airflow_preflight_probe", asked_for, CASES).items():
        values = compiler.chart_values(compiler.compile_settings(inputs))
        assert "{defaultAirflowRepository}:{defaultAirflowTag}".format(**values) == image == REFERENCES[case]


@pytest.mark.parametrize("name", OBJECTS)
def test_what_a_role_runs_is_of_that_image(evaluate, name):
    made = evaluate(name, OBJECTS[name], CASES)
    for case, objects in made.items():
        pods = [item["spec"]["template"]["spec"] for item in objects if "template" in item.get("spec", {})]
        assert [container["image"] for pod in pods for container in pod["containers"]] == [REFERENCES[case]], case


@pytest.mark.parametrize("name", MADE_OF)
def test_another_image_is_another_job(evaluate, name):
    made_of = evaluate(name, MADE_OF[name], CASES)
    assert all(REFERENCES[case] in found for case, found in made_of.items())
