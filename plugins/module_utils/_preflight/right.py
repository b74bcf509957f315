# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A right in a cluster, as a rule of a Role has it. Pure: no I/O."""

from __future__ import annotations

CORE, APPS, BATCH, NETWORKING = "", "apps", "batch", "networking.k8s.io"
ACCESS, COORDINATION = "rbac.authorization.k8s.io", "coordination.k8s.io"
OPENSHIFT_SECURITY, OPENSHIFT_PROJECTS, ROUTES = "security.openshift.io", "project.openshift.io", "route.openshift.io"
# The modules apply on the server's side, which is a patch; they and helm list, and follow by watches what they wait for.
MANAGE = ("create", "delete", "get", "list", "patch", "watch")
# A claim that a role makes is kept when Airflow is removed.
KEEP = ("create", "get", "list", "patch", "watch")
_FIELDS = ("api_group", "resource", "verbs", "namespace", "names")


def right(api_group, resource, verbs, namespace=None, names=()):
    """Make a right.

    :param api_group: the API group; empty for the core group.
    :param resource: the resource, with its subresource behind a slash.
    :param verbs: what is done with it.
    :param namespace: the namespace; None for the whole cluster.
    :param names: the names of the objects; empty for all.
    :returns: a dict of these.
    """
    return dict(zip(_FIELDS, (api_group, resource, sorted(verbs), namespace, list(names))))
