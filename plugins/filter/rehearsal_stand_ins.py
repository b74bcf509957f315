# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rehearsal_stand_ins
short_description: Say what a rehearsal makes in the place of what is elsewhere
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Names images, Secrets, repositories, hosts and classes that a rehearsal makes on the local cluster, and the variables of the inventory
    that it replaces.
  - It makes nothing that the plan has no row for. P(windrose.airflow.rehearsal_plan#filter) refuses what is neither made nor declared.
positional: compiled, definitions, secret_keys, networks, cluster
options:
  _input:
    description: All variables C(airflow_*) of the host, by name.
    type: dict
    required: true
  compiled:
    description: What M(windrose.airflow.values) returned for the same variables.
    type: dict
    required: true
  definitions:
    description: The objects with pods that roles apply beside the chart.
    type: list
    elements: dict
    required: true
  secret_keys:
    description: C(made_keys) of what P(windrose.airflow.secret_definitions#filter) returned.
    type: dict
    required: true
  networks:
    description: The ranges that pods of the rehearsal find everything in, in the notation of CIDR.
    type: list
    elements: str
    required: true
  cluster:
    description: The variables that say which cluster it is, and where its tools are.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Name the images that the registry has to serve
  ansible.builtin.debug:
    msg: "{{ (variables | windrose.airflow.rehearsal_stand_ins(compiled, [], {'made_keys': []}, ['172.28.0.0/24'], {})).images }}"
  vars:
    names: "{{ query('ansible.builtin.varnames', '^airflow_') }}"
    variables: "{{ dict(names | zip(query('ansible.builtin.vars', *names))) }}"
    compiled: {images: [], secret_references: [], ingress_classes: []}
"""

RETURN = r"""
_value:
  description: What is made.
  type: dict
  contains:
    images:
      description: C(path) and C(tag) that the registry serves, and which image of the local cluster it is, as C(stand_in).
      type: list
      elements: dict
    secrets:
      description: Names of Secrets, each with the names of its keys.
      type: dict
    repositories:
      description: C(host), C(port), C(path), C(branches), C(folder) and C(subdirectories) of each repository.
      type: list
      elements: dict
    hosts:
      description: C(host), C(port) and C(kind) of each address that is served.
      type: list
      elements: dict
    buckets:
      description: Names of the buckets of the log store.
      type: list
      elements: str
    ingress_classes:
      description: Names.
      type: list
      elements: str
    storage_classes:
      description: Names.
      type: list
      elements: str
    variables:
      description: The variables that take the place of those of the inventory.
      type: dict
"""

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.plain import plain
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal import images, secrets, stand_ins
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.rewritten import rewritten
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.needs import needs
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import RenderedObjects


def rehearsal_stand_ins(variables, compiled, definitions, secret_keys, networks, cluster):
    """Say what a rehearsal makes.

    :param variables: {name: value} of all variables ``airflow_*``.
    :param compiled: what the module values returned.
    :param definitions: the objects with pods that roles apply.
    :param secret_keys: ``made_keys`` of the filter secret_definitions.
    :param networks: ranges of the rehearsal.
    :param cluster: variables that say which cluster it is.
    :returns: dict, as above.
    """
    compiled = plain(compiled)
    environment = Environment(plain(variables), compiled.get("claims"))
    own = needs(RenderedObjects(plain(definitions)))
    hosts, buckets = stand_ins.served_hosts(environment)
    return {
        "images": stand_ins.pushed_images(compiled["images"] + own["images"], environment.listing(images.VARIABLE)),
        "secrets": stand_ins.made_up_keys(
            compiled["secret_references"] + own["secret_references"], plain(secret_keys)["made_keys"], environment.listing(secrets.VARIABLE)),
        "repositories": stand_ins.served_repositories(environment),
        "hosts": hosts,
        "buckets": buckets,
        **stand_ins.named_classes(environment),
        "variables": rewritten(environment, plain(networks), plain(cluster))[0],
    }


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"rehearsal_stand_ins": rehearsal_stand_ins}
