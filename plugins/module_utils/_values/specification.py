# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The specification of an environment, read and typed, with the facts that several topics ask for. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values import declaration

PREFIX = "airflow_"
_OTHER_VARIABLE = re.compile(r"\{\{ airflow_(\w+) \}\}")


def named(*keys):
    """:returns: the name of a variable, with the options down to the one that is meant."""
    return PREFIX + ".".join(keys)


class Specification:
    """What an inventory asks for.

    :param contents: {name of a variable without its prefix: value}; every variable is there, as its declaration says.
    """

    def __init__(self, contents):
        self._contents = contents

    def __getitem__(self, name):
        return self._contents[name]

    @classmethod
    def read(cls, raw, variables):
        """Read what an inventory holds.

        :param raw: {name of a variable without its prefix: value}; names that are not declared are not this matter.
        :param variables: {name: Option}.
        :returns: (Specification, list of ValueFinding).
        """
        contents, findings = {}, []
        for name, option in variables.items():
            contents[name], found = declaration.read(raw.get(name), option, named(name))
            findings += found
        for name, value in contents.items():
            if isinstance(value, str):
                contents[name] = _OTHER_VARIABLE.sub(lambda match: contents[match[1]], value)
        return cls(contents), findings

    @property
    def release(self):
        """The release's name, with which the names of all Secrets of this collection begin."""
        return self["release_name"]

    @property
    def version(self):
        """The version of Airflow, as a tuple of numbers."""
        return tuple(int(number) for number in self["version"].split("."))

    @property
    def has_celery(self):
        """Whether there are Celery workers."""
        return "Celery" in self["executor"]

    @property
    def has_task_pods(self):
        """Whether there are pods that run one task each."""
        return "KubernetesExecutor" in self["executor"]

    @property
    def cluster_chooses_ids(self):
        """Whether the cluster gives every namespace user ids of its own, and refuses others."""
        return (self["platform"], self["openshift_scc"]) == ("openshift", "restricted-v2")

    @property
    def chart_makes_accounts(self):
        """Whether the chart makes the service accounts of the components and their rights."""
        return self["service_account_source"] == "chart"

    def component(self, name):
        """:returns: the options of one of `airflow_components`."""
        return self["components"][name]
