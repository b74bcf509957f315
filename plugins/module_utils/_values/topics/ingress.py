# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How users reach Airflow. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import (
    boolean,
    integer,
    listing,
    mapping,
    text,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import free_annotations

NODE_PORT = "NodePort"
VARIABLES = {
    "release_service_type": text(
        "Type of the Service of the API server.",
        default="ClusterIP", choices=("ClusterIP", NODE_PORT, "LoadBalancer"),
    ),
    "release_service_node_port": integer("Port on every node, for service type NodePort.", 1, 65535, default=30080),
    "url": text(
        "URL under which users reach Airflow, for the summary at the end of a run and, with an Ingress, for Airflow "
        "itself. Empty where a port-forward is the only way; with an Ingress it is made of its host and path then.",
        default="",
    ),
    "ingress": mapping(
        "How users come in from outside the cluster.",
        enabled=boolean("Whether there is an Ingress."),
        host=text("Name that users type.", forms.HOST),
        **{
            "class": text(
                "IngressClass of the controller that serves it. The cluster's default if left out.", forms.NAME
            )
        },
        tls_secret=text(
            "Secret with the certificate. Left out where something in front of the Ingress speaks https.", forms.NAME
        ),
        path=text("Where Airflow is below the host.", forms.URL_PATH, "/"),
        annotations=free_annotations("Annotations of the Ingress."),
        from_namespaces=listing(text(
            "Namespaces that the controller's pods run in. The role airflow_network_policies lets them in.",
            forms.SHORT_NAME,
        )),
    ),
}  # fmt: skip


def settings(specification):
    """:returns: the list of Setting of this topic."""
    return _service(specification) + (_ingress(specification) if specification["ingress"]["enabled"] else [])


def _service(specification):
    path, kind = ("apiServer", "service"), specification["release_service_type"]
    found = [Setting((*path, "type"), kind, named("release_service_type"), "How the Service is reached")]
    if kind == NODE_PORT:
        ports = [{"name": "api-server", "port": 8080, "nodePort": specification["release_service_node_port"]}]
        found.append(Setting((*path, "ports"), ports, named("release_service_node_port"), "The port on every node"))
    return found


def _ingress(specification):
    options = specification["ingress"]
    path = ("ingress", "apiServer")
    host = {"name": options["host"]}
    if options["tls_secret"]:
        host["tls"] = {"enabled": True, "secretName": options["tls_secret"]}
    found = [
        ("enabled", True, "enabled", "Users come in by an Ingress"),
        ("hosts", [host], "host", "The name that users type"),
        ("path", options["path"], "path", "Where Airflow is below the host"),
        # ImplementationSpecific, the chart's default, matches all paths below in some controllers and none in others.
        ("pathType", "Prefix", "path", "All controllers agree on what it matches"),
        ("ingressClassName", options["class"], "class", "The controller that serves it"),
        ("annotations", options["annotations"], "annotations", "Settings of the controller"),
    ]
    return [
        Setting((*path, key), value, named("ingress", option), why) for key, value, option, why in found if value
    ] + airflow_knows_its_address(specification)


def airflow_knows_its_address(specification):
    """Tell Airflow its URL: links, cookies and the path under which tasks reach the API server are made of it."""
    variable = named("url") if specification["url"] else named("ingress", "host")
    why = "Links, cookies and the path of the API for tasks are made of it"
    return [Setting(("config", "api", "base_url"), _address(specification), variable, why)]


def _address(specification):
    options = specification["ingress"]
    scheme = "https" if options["tls_secret"] else "http"
    return (specification["url"] or f"{scheme}://{options['host']}{options['path']}").rstrip("/")


def findings(specification):
    """:returns: the list of ValueFinding of this topic."""
    options = specification["ingress"]
    if not options["enabled"]:
        return []
    if not options["host"]:
        return [ValueFinding(named("ingress", "host"), "it is missing", "Write the name that users type")]
    return url_fits_the_ingress(specification)


def url_fits_the_ingress(specification):
    """Refuse a URL that leads elsewhere than the Ingress: Airflow would send users there."""
    options, url = specification["ingress"], specification["url"]
    if not url:
        return []
    if not forms.WEB_URL.fits(url):
        return [ValueFinding(named("url"), "it is not the address of a web server", f"Write {forms.WEB_URL.wanted}")]
    host, path = re.fullmatch(r"https?://([^:/]+)(?::[0-9]+)?(.*)", url).groups()
    if (host, path.rstrip("/")) == (options["host"], options["path"].rstrip("/")):
        return []
    remedy = "Write the URL of that host and path, or leave it out"
    return [ValueFinding(named("url"), "it does not lead to airflow_ingress.host and path", remedy)]
