# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an image that the specification names is written into chart values. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named


def pinned_tag(tag, digest):
    """Write a digest behind a tag, which it overrules.

    The official chart has keys for a digest of Airflow's image only, and those do not reach the pods of tasks. What it
    puts together of repository and tag, and Airflow of ``worker_container_repository`` and ``worker_container_tag``, is
    an image by digest all the same: nodes go by the digest, and the tag tells people the version.

    Sources: https://kubernetes.io/docs/concepts/containers/images/#image-names, as containerd and CRI-O do it (CRI-O
    1.31.0 alone does not, cri-o issue 8603); the image helpers in the chart's ``_helpers.yaml``; ``kube_config.py`` of
    apache-airflow-providers-cncf-kubernetes.

    :param digest: empty or None where the tag decides.
    :returns: ``tag@digest``, or the tag.
    """
    return f"{tag}@{digest}" if digest else tag


def image_settings(specification, image, option, variable):
    """Set an image that is not Airflow's.

    :param image: its key below ``images`` of the chart.
    :param option: {repository, tag, digest}; what was left out is None, and the chart's own applies.
    :param variable: the name of the variable that it came from.
    :returns: list of Setting.
    """
    values = {"repository": option["repository"], "tag": option["tag"] and pinned_tag(option["tag"], option["digest"])}
    found = [
        Setting(("images", image, part), value, f"{variable}.{part}", "The image to run")
        for part, value in values.items()
        if value
    ]
    path = ("images", image, "pullPolicy")
    policy = specification["image_pull_policy"]
    return [*found, Setting(path, policy, named("image_pull_policy"), "When nodes pull the image")]


def digest_stands_behind_a_tag(option, variable):
    """Refuse a digest without a tag: the chart has no key for it alone, and whose tag it keeps is not known here.

    :param option: {repository, tag, digest}.
    :param variable: the name of the variable that it came from.
    :returns: list of ValueFinding.
    """
    if not option["digest"] or option["tag"]:
        return []
    return [ValueFinding(f"{variable}.tag", "it is missing, and there is a digest", "Write the tag of the same image, too")]
