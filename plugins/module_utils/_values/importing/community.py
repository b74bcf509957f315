# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the community chart in the words of the official one. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import community_tables as tables
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.airflow_config import option_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.current_keys import takes
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.former_charts import executors
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.leaves import Leaves, shown
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.work import DROPPED, Row
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import path_of

_NOTE = "The official chart has another key for it."
_NO_KEY = "The official chart has no such key."
_DAY, _SECONDS = 24 * 60, 60
_ACCOUNTS = ("scheduler", "apiServer", "triggerer", "dagProcessor", "workers.celery", "workers.kubernetes")
_USER = ("username", "email", "firstName", "lastName", "role")


def as_official(work):
    """Give values the paths that the official chart has for them, and leave out what it has none for."""
    old, work.left = work.left, Leaves({})
    _defaults(work, old)
    _environment(work, old)
    _first_user(work, old)
    _log_cleanup(work, old)
    _service(work, old)
    _accounts(work, old)
    for path, (secret, key) in tables.SECRET_KEYS.items():
        _secret_key(work, old, path_of(path), path_of(secret), key)
    for path, new in _renamed():
        _moved(work, old, path_of(path), path_of(new))
    for path in old.paths():
        leaf = old.leaf(path)
        if leaf.value in ("", None, {}, []):
            continue
        work.rows.append(Row(shown(leaf.origin), DROPPED, "", _why_not(path)))


def _renamed():
    yield from tables.RENAMED.items()
    for component, here in tables.COMPONENTS.items():
        for key, new in tables.POD.items():
            if takes(path_of(f"{here}.{new}")):
                yield f"{component}.{key}", f"{here}.{new}"


def _moved(work, old, path, new, note=_NOTE):
    for place, leaf in old.remove(path).items():
        target = (*new, *place[len(path):])
        if tables.DEFAULTS.get(place) == leaf.value:
            work.rows.append(Row(shown(leaf.origin), DROPPED, "", "It is the default."))
            continue
        if leaf.value in ("", None, {}, []):
            # To this chart an empty text is none; the official one would take it for a value.
            continue
        if not work.left.has(target):
            work.left.put(target, leaf.value, leaf.origin, "" if leaf.origin[-len(target):] == target else note)


def _defaults(work, old):
    """Say what the community chart does where nobody says otherwise, and the official one does not."""
    if old.value(("flower", "enabled")) is None and old.has(("flower",)):
        work.left.put(("flower", "enabled"), True, ("flower",), "")
    if old.has(("externalDatabase",)) and old.value(("postgresql", "enabled")) is None:
        work.left.put(("postgresql", "enabled"), False, ("externalDatabase",), "")
    if old.value(("ingress", "enabled")) is True and old.value(("flower", "enabled"), old.has(("flower",))):
        work.left.put(("ingress", "flower", "enabled"), True, ("ingress", "enabled"))
    is_synced = any(old.value(("dags", *keys, "gitSync", "enabled")) is True for keys in ((), ("git",)))
    if is_synced and not old.value(("dags", "gitSync", "repoSubPath")):
        work.left.put(("dags", "gitSync", "subPath"), "", ("dags", "gitSync", "repoSubPath"))
    kind = str(old.value(("externalDatabase", "type"), "postgres"))
    if kind != "postgres":
        work.task(f"Move the database from {kind} to PostgreSQL, with which this collection is tried.")
    if not old.has(("pgbouncer",)):
        work.task("Decide on PgBouncer: the community chart runs it by default; here it is airflow_pgbouncer.enabled.")
    external = old.value(("externalRedis",), {})
    if old.value(("redis", "enabled")) is False and isinstance(external, dict) and external:
        host, port = external.get("host", "<host>"), external.get("port", 6379)
        work.task(f"Make the Secret airflow-broker-url with the key connection: redis://:<password>@{host}:{port}/{external.get('databaseNumber', 1)}.")


def _environment(work, old):
    """Make options of `config` of the variables AIRFLOW__…, and `env` and `secret` of the others."""
    base = ("airflow", "config")
    plain, origin = [], None
    for path in old.below(base):
        if len(path) != 3 or isinstance(old.leaf(path).value, (dict, list)):
            continue
        leaf = old.remove(path)[path]
        option = option_of(path[2])
        if option:
            work.left.put(("config", *option), leaf.value, leaf.origin, "")
        else:
            plain.append({"name": path[2], "value": str(leaf.value)})
            origin = base
    entries, secrets = old.value(("airflow", "extraEnv")), []
    if isinstance(entries, list):
        origin = ("airflow", "extraEnv")
        for entry in entries:
            _entry(work, entry, plain, secrets)
        old.remove(origin)
    if plain:
        work.left.put(("env",), plain, origin)
    if secrets:
        work.left.put(("secret",), secrets, origin)


def _entry(work, entry, plain, secrets):
    source = entry.get("valueFrom") if isinstance(entry, dict) else None
    reference = source.get("secretKeyRef") if isinstance(source, dict) else None
    if isinstance(reference, dict):
        secrets.append({"envName": entry.get("name"), "secretName": reference.get("name"), "secretKey": reference.get("key")})
    elif isinstance(entry, dict) and "value" in entry:
        plain.append({"name": entry.get("name"), "value": str(entry["value"])})
    else:
        name = entry.get("name", "of no name") if isinstance(entry, dict) else "of no name"
        note = f"The variable {name} comes neither from a text nor from a Secret: write it into env of the component that needs it."
        work.rows.append(Row("airflow.extraEnv", DROPPED, "", note))


def _first_user(work, old):
    users = old.value(("airflow", "users"))
    if not isinstance(users, list):
        return
    leaf = old.leaf(("airflow", "users"))
    people = [user for user in users if isinstance(user, dict)]
    first = next((user for user in people if user.get("role") == "Admin"), people[0] if people else {})
    for key in _USER:
        if isinstance(first.get(key), str):
            work.left.put(("createUserJob", "defaultUser", key), first[key], leaf.origin, "The first user; others are made by `airflow users create`.")
    old.remove(("airflow", "users"))


def _log_cleanup(work, old):
    for component in ("scheduler", "workers"):
        here = path_of(tables.COMPONENTS[component])
        for key, new, unit in (("retentionMinutes", "retentionDays", _DAY), ("intervalSeconds", "frequencyMinutes", _SECONDS)):
            path = (component, "logCleanup", key)
            value = old.value(path)
            if isinstance(value, int) and value >= unit:
                leaf = old.remove(path)[path]
                work.left.put((*here, "logGroomerSidecar", new), value // unit, leaf.origin, _NOTE)


def _service(work, old):
    port = old.value(("web", "service", "nodePort", "http"))
    if port:
        (leaf,) = old.remove(("web", "service", "nodePort")).values()
        entry = {"name": "api-server", "port": 8080, "nodePort": int(port)} if str(port).isdigit() else None
        if entry:
            work.left.put(("apiServer", "service", "ports"), [entry], leaf.origin, _NOTE)


def _accounts(work, old):
    annotations = old.remove(("serviceAccount", "annotations"))
    celery, task_pods = executors(work, str(old.value(("airflow", "executor"), "CeleryExecutor")))
    idle = {"workers.celery": not celery, "workers.kubernetes": not task_pods}
    for path, leaf in annotations.items():
        for component in (name for name in _ACCOUNTS if not idle.get(name)):
            work.left.put((*path_of(component), *path), leaf.value, leaf.origin, "Each component has an account of its own.")


def _secret_key(work, old, path, secret, key):
    name, named = old.value(secret), old.value(path)
    if not isinstance(named, str):
        return
    if name and named and named != key:
        work.task(f"Give the Secret {name} the key {key}, with what its key {named} holds.")
    for leaf in old.remove(path).values():
        work.rows.append(Row(shown(leaf.origin), DROPPED, "", f"The key in the Secret is {key}."))


def _why_not(path):
    for length in range(len(path), 0, -1):
        told = tables.GONE.get(shown(path[:length]))
        if told:
            return told
    return _NO_KEY
