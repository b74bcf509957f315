# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a rehearsal: all that an environment asks for, what there will be of it, and what cannot work. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.compiled_values import compiled_values
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.inventory import unknown_variables
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.storage import claims
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal import (
    addons,
    addresses,
    chart,
    classes,
    connections,
    images,
    placement,
    principals,
    repositories,
    rewritten,
    secrets,
)
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.catalogue import UNUSED, found
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import SIMULATED, Row
from ansible_collections.windrose.airflow.plugins.module_utils._values import node_pools
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.needs import needs
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import RenderedObjects

_VERIFY = "airflow_verify_credentials"


def plan(variables, declared, compiled, definitions, secret_keys):
    """Compare what is asked for with what is declared and made.

    :param variables: {name: value} of all variables ``airflow_*``, the declarations of the rehearsal among them.
    :param declared: the names of variables that roles declare.
    :param compiled: what the module values returned, whether it failed or not.
    :param definitions: the objects with pods that roles apply beside the chart.
    :param secret_keys: what the filter secret_definitions returned: its ``made_keys`` and ``findings``.
    :returns: (list of `Row`, list of `PreflightFinding`, errors first). Without rows where it is not known what the chart asks for.
    """
    environment = Environment(variables, compiled.get("claims"))
    if environment.is_local:
        problem = "It lives on the local cluster, so that nothing stands in for anything."
        return [], [found("WR001", "airflow_local_cluster_enabled", problem)]
    every = unknown_variables(variables, declared)
    every += compiled_values(environment, compiled, every)
    every += [found("WR203", "airflow_secrets", finding) for finding in secret_keys["findings"]]
    every += placement.placement(environment)
    rows = []
    # Of what is not rendered nobody knows what it asks for, and so which declaration is of no use.
    if compiled.get("images") is not None:
        for some, told in _judged(environment, compiled, needs(RenderedObjects(definitions)), secret_keys["made_keys"]):
            rows += some
            every += told
        rows += rewritten.rewritten(environment, [], {})[1] + _of_nodes(environment)
    if compiled.get("left_out"):
        # What is left out may be what asks for them.
        every = [finding for finding in every if finding.code != UNUSED]
    return rows, sorted(every, key=lambda finding: finding.rank())


def _judged(environment, compiled, own, made):
    """:param own: what the pods of roles need, as `needs.needs` says it.
    :returns: list of what each rule returns.
    """
    return [
        chart.left_out(compiled.get("left_out") or []),
        images.images(compiled["images"] + own["images"], environment.listing(images.VARIABLE)),
        secrets.secrets(
            compiled["secret_references"] + own["secret_references"] + _of_verify(environment), made, environment.listing(secrets.VARIABLE)),
        repositories.repositories(repositories.followed(environment.specification), environment.listing(repositories.VARIABLE)),
        connections.pgbouncer(environment),
        addresses.addresses(
            addresses.contacted(environment), environment.has_own_database, environment.listing(addresses.VARIABLE)),
        principals.principals(environment, environment.listing(addresses.VARIABLE)),
        classes.ingress_classes(compiled["ingress_classes"], environment.listing(classes.INGRESS_CLASSES)),
        classes.storage_classes(claims(environment), environment.listing(classes.STORAGE_CLASSES)),
        addons.addons(compiled["addons"], environment.listing(addons.VARIABLE)),
    ]


def _of_nodes(environment):
    """:returns: list of the `Row` of what nodes have, where pools are declared."""
    if not environment.listing(node_pools.VARIABLE):
        return []
    return [Row("processors of nodes", node_pools.VARIABLE, "more on each real one than this machine has", SIMULATED)]


def _of_verify(environment):
    """:returns: list of references to what the role airflow_verify logs in with, where that is not the first user."""
    asked = {option: str(value) for option, value in environment.mapping(_VERIFY).items() if value}
    if "secret" not in asked:
        return []
    keys = [asked["token_key"]] if "token_key" in asked else [asked.get("username_key", "username"), asked.get("password_key", "password")]
    common = {"secret": asked["secret"], "is_optional": False, "is_made": False, "used_by": [_VERIFY]}
    return [{**common, "key": key} for key in keys]
