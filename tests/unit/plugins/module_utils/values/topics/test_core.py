# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions, compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.core import EXECUTORS

DIGEST = "sha256:" + "0a" * 32


def test_version_executor_and_image_reach_the_chart(compiled):
    values = compiled(
        version="3.2.1", executor="LocalExecutor", image_repository="r.example.com/a", image_tag="7",
        image_pull_policy="Always", image_pull_secrets=[{"name": "one"}, {"name": "two"}, {"name": "one"}],
    )  # fmt: skip
    assert (values["airflowVersion"], values["executor"]) == ("3.2.1", "LocalExecutor")
    assert (values["defaultAirflowRepository"], values["defaultAirflowTag"]) == ("r.example.com/a", "7")
    assert {image["pullPolicy"] for image in values["images"].values()} == {"Always"}
    assert values["imagePullSecrets"] == [{"name": "one"}, {"name": "two"}]


def test_the_tag_follows_the_version(compiled):
    assert compiled(version="3.2.1")["defaultAirflowTag"] == "3.2.1"


def test_a_digest_stands_behind_the_tag_and_both_variables_are_named(compiled):
    assert compiled(version="3.2.1", image_digest=DIGEST)["defaultAirflowTag"] == f"3.2.1@{DIGEST}"
    for digest, variables in (("", "airflow_image_tag"), (DIGEST, "airflow_image_tag, airflow_image_digest")):
        found = compiler.compile_settings({"image_digest": digest})
        assert [setting.variable for setting in found if setting.path == ("defaultAirflowTag",)] == [variables]


def test_the_version_that_the_chart_judges_knows_no_digest(compiled):
    assert compiled(image_digest=DIGEST)["airflowVersion"] == compiled()["airflowVersion"] == "3.3.2"


APART = "Write the {} alone, and put the digest, sha256: and its 64 digits, into airflow_{}image_digest"
MISPLACED = {
    "the digits as the tag": ({"repository": "r.example.com/a@sha256", "tag": DIGEST[7:]}, "repository"),
    "in the repository": ({"repository": f"r.example.com/a@{DIGEST}"}, "repository"),
    "in the repository, with a tag": ({"repository": f"r.example.com/a:3.2.2@{DIGEST}"}, "repository"),
    "beside a digest": ({"repository": f"r.example.com/a@{DIGEST}", "digest": DIGEST}, "repository"),
    "as the tag": ({"tag": DIGEST}, "tag"),
    "with an @ as the tag": ({"tag": f"@{DIGEST}"}, "tag"),
    "behind the tag": ({"tag": f"3.2.2@{DIGEST}"}, "tag"),
    "of another algorithm": ({"tag": f"3.2.2@sha512:{'a' * 128}"}, "tag"),
}


@pytest.mark.parametrize("prefix", ["", "release_statsd_"])
@pytest.mark.parametrize("case", MISPLACED)
def test_a_digest_inside_another_option_is_refused_once_and_its_own_is_named(prefix, case):
    image, part = MISPLACED[case]
    with pytest.raises(compiler.SpecificationError) as caught:
        compiler.compile_settings({f"{prefix}image_{name}": value for name, value in image.items()})
    assert [(finding.path, finding.remedy) for finding in caught.value.findings] == [
        (f"airflow_{prefix}image_{part}", APART.format(part, prefix))
    ]
    assert caught.value.findings[0].problem == "it holds a digest, which has an option of its own"


@pytest.mark.parametrize("digest", [DIGEST[7:], DIGEST[:-1], DIGEST.upper(), f"r.example.com/a@{DIGEST}", 1, ["a"]])
@pytest.mark.parametrize("prefix", ["", "release_statsd_"])
def test_a_digest_of_another_form_is_refused(refused, prefix, digest):
    assert list(refused(**{f"{prefix}image_digest": digest})) == [f"airflow_{prefix}image_digest"]


@pytest.mark.parametrize(("version", "problem"), [
    ("2.11.0", "Airflow 2 reached its end of life"), ("1.10.15", "Airflow 1 reached its end of life"),
    ("3.1.8", "Airflow 3.1 is older"), ("3.4.0", "Airflow 3.4 is newer"), ("4.0.0", "Airflow 4.0 is newer"),
])
def test_another_version_is_refused(refused, version, problem):
    (found,) = refused(version=version).items()
    assert found[0] == "airflow_version" and problem in found[1]


@pytest.mark.parametrize("version", ["3.3", "2.x", "latest", "v3.3.2", "3.3.2rc1", 3.3])
def test_what_is_no_version_is_refused(refused, version):
    assert list(refused(version=version)) == ["airflow_version"]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("version", airflow_versions.TRIED)
def test_every_executor_is_taken_by_every_airflow(compiled, executor, version):
    values = compiled(version=version, executor=executor)
    assert (values["airflowVersion"], values["executor"]) == (version, executor)


@pytest.mark.parametrize("executor", ["CeleryKubernetesExecutor", "LocalKubernetesExecutor", "SequentialExecutor"])
def test_executors_of_airflow_2_are_refused(refused, executor):
    assert list(refused(executor=executor)) == ["airflow_executor"]
