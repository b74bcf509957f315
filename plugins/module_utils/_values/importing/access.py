# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How people come in: Service, Ingress, address, login and the first user. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.work import misfit
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.authentication import (
    AUTH_MANAGER,
    CUSTOM,
    MANAGERS,
)

_INGRESS = ("ingress", "apiServer")
_URL = ("config", "api", "base_url")
_HOST = "airflow.example.com"
_METHODS = {manager: method for method, manager in reversed(MANAGERS.items())}
_USER = {"username": "first_user_username", "email": "release_first_user_email", "firstName": "release_first_user_first_name",
         "lastName": "release_first_user_last_name", "role": "release_first_user_role"}  # fmt: skip
_ROLES = ("Admin", "Op", "User", "Viewer")


def placed(work):
    """Make variables of all of it."""
    _service(work)
    _ingress(work)
    _login(work)
    _first_user(work)


def _service(work):
    kind, ports = work.value("apiServer.service.type"), work.value("apiServer.service.ports")
    work.turn("apiServer.service.type", "release_service_type")
    first = ports[0] if isinstance(ports, list) and len(ports) == 1 and isinstance(ports[0], dict) else {}
    if kind == "NodePort" and first.get("nodePort"):
        work.turn("apiServer.service.ports", "release_service_node_port", first["nodePort"])
    elif first and set(first) <= {"name", "port"} and str(first.get("port")) in ("8080", "{{ .Values.ports.airflowUI }}", "{{ .Values.ports.apiServer }}"):
        work.drop("apiServer.service.ports", "It is the default.")


def _ingress(work):
    if work.left.value((*_INGRESS, "enabled")) is not True:
        if work.left.has(_INGRESS):
            work.drop(_INGRESS, "It is off.")
        _address_without_ingress(work)
        return
    work.turn((*_INGRESS, "enabled"), "ingress.enabled")
    host = _hosts(work)
    path = work.left.value((*_INGRESS, "path"), "/")
    path = "/" + path.strip("/*") if isinstance(path, str) else "/"
    work.turn((*_INGRESS, "path"), "ingress.path", path)
    work.turn((*_INGRESS, "ingressClassName"), "ingress.class")
    if work.left.value((*_INGRESS, "pathType")) in ("ImplementationSpecific", "Prefix"):
        work.drop((*_INGRESS, "pathType"), "It is Prefix, which all controllers understand alike.")
    annotations = work.left.value((*_INGRESS, "annotations"))
    if isinstance(annotations, dict) and annotations:
        texts = {key: value if isinstance(value, str) else _flag(value) for key, value in annotations.items()}
        former = "kubernetes.io/ingress.class"
        # Kubernetes refuses an Ingress that has both.
        named = texts.pop(former, None)
        if named and work.get("ingress.class") is None and not misfit("ingress.class", named):
            work.set("ingress.class", named)
        if texts and not misfit("ingress.annotations", texts):
            work.set("ingress.annotations", texts)
            work.told((*_INGRESS, "annotations"), PREFIX + "ingress.annotations")
        elif not texts:
            work.told((*_INGRESS, "annotations"), PREFIX + "ingress.class")
    _address(work, host, path)
    work.task("Name the namespaces of the Ingress controller's pods in airflow_ingress.from_namespaces: network policies let them in.")


def _flag(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def _hosts(work):
    """:returns: the first name of the Ingress, which `airflow_ingress` is told."""
    hosts = work.left.value((*_INGRESS, "hosts")) or []
    single, tls = work.left.value((*_INGRESS, "host")), work.left.value((*_INGRESS, "tls")) or {}
    entries = [entry if isinstance(entry, dict) else {"name": entry} for entry in hosts if entry] if isinstance(hosts, list) else []
    if not entries and single:
        entries = [{"name": single}]
    name = entries[0].get("name") if entries else None
    if not isinstance(name, str) or misfit("ingress.host", name):
        work.set("ingress.host", _HOST)
        work.task("Write the name that people type into airflow_ingress.host.")
    else:
        work.set("ingress.host", name)
    own = entries[0].get("tls") if entries else None
    secret = _secret(own) or _secret(tls)
    if secret and not misfit("ingress.tls_secret", secret):
        work.set("ingress.tls_secret", secret)
    elif _is_on(own) or _is_on(tls):
        # Something in front of the Ingress, or a default certificate, speaks https.
        work.set("url", f"https://{work.get('ingress.host')}")
    others = [entry.get("name") for entry in entries[1:] if isinstance(entry.get("name"), str)]
    note = f"The Ingress has one name; make one of your own for {', '.join(others)}." if others else ""
    for key in ("host", "hosts", "tls"):
        if work.left.has((*_INGRESS, key)):
            is_secret = key == "tls" and secret
            work.told((*_INGRESS, key), PREFIX + ("ingress.tls_secret" if is_secret else "ingress.host"), note if key == "hosts" else "")
    return work.get("ingress.host")


def _secret(tls):
    return tls.get("secretName") if _is_on(tls) else None


def _is_on(tls):
    return isinstance(tls, dict) and tls.get("enabled") is True


def _address(work, host, path):
    url = work.left.value(_URL)
    if work.get("url"):
        work.set("url", (work.get("url") + path).rstrip("/"))
    if isinstance(url, str) and re.fullmatch(r"https?://[^/]+(/.*)?", url):
        found = re.fullmatch(r"https?://([^:/]+)(?::\d+)?(.*)", url).groups()
        if (found[0], found[1].rstrip("/")) == (host, path.rstrip("/")):
            work.turn(_URL, "url", url.rstrip("/"))
        else:
            work.drop(_URL, "It does not lead to the Ingress: airflow_url is made of its host and path.")


def _address_without_ingress(work):
    url = work.left.value(_URL)
    if isinstance(url, str) and not misfit("url", url) and "{{" not in url:
        # Without an Ingress of this release, Airflow learns it from config alone.
        work.set("url", url.rstrip("/"))


def _login(work):
    manager = work.left.value(AUTH_MANAGER)
    if not isinstance(manager, str):
        return
    method = _METHODS.get(manager)
    if method:
        work.turn(AUTH_MANAGER, "auth.method", method)
    elif not misfit("auth.auth_manager", manager):
        work.set("auth.method", CUSTOM)
        work.turn(AUTH_MANAGER, "auth.auth_manager")


def _first_user(work):
    path = ("createUserJob", "defaultUser")
    is_made = work.left.value(("createUserJob", "enabled"), True) is not False and work.left.value((*path, "enabled"), True) is not False
    for key, name in _USER.items():
        value = work.left.value((*path, key))
        if not is_made or not isinstance(value, str) or not value or "{{" in value or key == "role" and value not in _ROLES:
            continue
        work.turn((*path, key), name, value)
    if work.has("createUserJob"):
        note = "The role airflow_release makes the first user, unless airflow_auth.first_user is false; its Job is described by airflow_job_pods."
        work.drop("createUserJob", note)
