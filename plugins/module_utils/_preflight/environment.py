# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of one cluster, read and typed for the rules of the preflight. Pure: no I/O.

What cannot be read has its default here: telling of it is the business of Ansible's argument specifications and of the
compiler of chart values.
"""

from __future__ import annotations

import functools

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, declaration, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX, Specification

_FLAG = declaration.boolean("Whether it is so.")


class Environment:
    """What an inventory says of one cluster.

    :param variables: {name of a variable, with ``airflow_``: value}, the defaults of the roles among them.
    :param chart_claims: the ``claims`` that the module values returned; None where it did not render the chart.
    """

    def __init__(self, variables, chart_claims=None):
        self.variables = variables
        self.chart_claims = chart_claims

    @functools.cached_property
    def specification(self):
        """The `Specification` that chart values are compiled from."""
        raw = {name.removeprefix(PREFIX): value for name, value in self.variables.items()}
        return Specification.read(raw, compiler.VARIABLES)[0]

    @functools.cached_property
    def chart_values(self):
        """The chart values with the overrides laid over; None where the compiler refuses the specification."""
        raw = {name.removeprefix(PREFIX): value for name, value in self.variables.items()}
        try:
            compiled = compiler.chart_values(compiler.compile_settings(raw))
        except compiler.SpecificationError:
            return None
        return overrides.merged(compiled, self.mapping(overrides.VARIABLE))

    def text(self, name, default=""):
        """:returns: a variable as a text; the default where it is left out or empty."""
        value = self.variables.get(name)
        return str(value) if isinstance(value, (str, int, float)) and str(value).strip() else default

    def is_empty(self, name):
        """:returns: whether a variable is there and holds nothing."""
        return name in self.variables and not self.text(name)

    def flag(self, name):
        """:returns: a variable as a flag; False where it is left out or none."""
        return declaration.read(self.variables.get(name), _FLAG, name)[0]

    def mapping(self, name):
        """:returns: a variable that is a mapping; an empty one where it is left out or something else."""
        value = self.variables.get(name)
        return value if isinstance(value, dict) else {}

    def listing(self, name):
        """:returns: a variable that is a list; an empty one where it is left out or something else."""
        value = self.variables.get(name)
        return value if isinstance(value, list) else []

    @property
    def is_local(self):
        """Whether the cluster is the one that the role airflow_local_cluster makes."""
        return self.flag("airflow_local_cluster_enabled")

    @property
    def namespace(self):
        """The namespace that Airflow lives in."""
        return self.text("airflow_namespace", "airflow")

    @property
    def release(self):
        """The name of the helm release."""
        return self.text("airflow_release_name", "airflow")

    @property
    def is_openshift(self):
        """Whether the cluster is an OpenShift."""
        return self.specification["platform"] == "openshift"

    @property
    def namespaces(self):
        """{namespace: its options for the role airflow_prerequisites}; the one that Airflow lives in is among them."""
        asked = [entry for entry in self.listing("airflow_prerequisites_environments") if isinstance(entry, dict)]
        return {self.namespace: {}, **{str(entry["namespace"]): entry for entry in asked if entry.get("namespace")}}

    def of_namespace(self, namespace, option, variable=None):
        """Read what an inventory sets for a namespace, as the role airflow_prerequisites does.

        :param option: the name of the option of `airflow_prerequisites_environments`.
        :param variable: the variable that holds for all namespaces; by default the one of the same name.
        :returns: a mapping; what an entry says takes the place of the variable.
        """
        found = self.namespaces[namespace].get(option, self.variables.get(variable or f"airflow_prerequisites_{option}"))
        return found if isinstance(found, dict) else {}

    @staticmethod
    def is_enabled(options):
        """:returns: whether a mapping with the option ``enabled`` says so."""
        return declaration.read(options.get("enabled"), _FLAG, "enabled")[0]

    @property
    def has_logs_claim(self):
        """Whether the logs are kept on a claim that the role airflow_prerequisites makes."""
        return self.flag("airflow_logs_claim_enabled") or self.mapping("airflow_logs").get("store") == "claim"

    @property
    def has_dags_claim(self):
        """Whether the role airflow_prerequisites makes the claim with the DAGs."""
        return self.is_enabled(self.mapping("airflow_prerequisites_dags_claim"))

    @property
    def has_own_database(self):
        """Whether PostgreSQL runs in the namespace."""
        return self.text("airflow_database_mode", "in_cluster") == "in_cluster"
