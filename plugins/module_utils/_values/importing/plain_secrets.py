# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in plain text: they are left out of an inventory, wherever they stand. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import secret_text
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.inline_secrets import inline_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.leaves import shown
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.work import DROPPED, Row

_KEPT = "It held a secret in plain text, which no inventory may"
# Chart keys that hold a secret and nothing else, and what takes their place; keys of the community chart among them.
_NAMED = {
    "fernetKey": f"{_KEPT}: put the key into the Secret that airflow_secrets_sources.fernet_key names; without it, connections and "
    "variables in the database cannot be read.",
    "webserverSecretKey": f"{_KEPT}, and Airflow 3 does not read it: the role airflow_secrets makes airflow-api-secret-key.",
    "apiSecretKey": f"{_KEPT}: the role airflow_secrets makes one, or airflow_secrets_sources.api_secret_key names one.",
    "jwtSecret": f"{_KEPT}: the role airflow_secrets makes one, or airflow_secrets_sources.jwt_secret names one.",
}
_REPOSITORIES = (("dags", "gitSync", "repo"), ("dags", "git", "url"))
_GIT_SECRET = "airflow-git-credentials"
# What to do instead, by where it stood; for anything else, what the check of chart values says.
_INSTEAD = {
    ("data", "metadataConnection"): "put the URL into the Secret of airflow_database_secret_name, key connection",
    ("data", "resultBackendConnection"): "put the URL into the Secret of airflow_result_backend_secret_name, key connection",
    ("data", "brokerUrl"): "put the URL into the Secret of airflow_broker_secret_name, key connection",
    ("createUserJob",): "the role airflow_secrets makes a password, or airflow_secrets_sources.first_user_password names one",
    ("webserver", "defaultUser"): "the role airflow_secrets makes a password, or airflow_secrets_sources.first_user_password names one",
    ("redis",): "put the password into the Secret of airflow_redis.password_secret, key password",
    ("flower",): "put user and password into the Secret of airflow_flower.credentials_secret, key basicAuth",
    ("registry",): "write airflow_secrets_registries, and name its Secret in airflow_image_pull_secrets",
    ("postgresql",): "the role airflow_database makes a password of its own",
    ("externalDatabase",): "put the URL into the Secret of airflow_database_secret_name, key connection",
    ("externalRedis",): "put the URL into the Secret of airflow_broker_secret_name, key connection",
    ("config", "webserver", "secret_key"): "Airflow 3 does not read it, and the role airflow_secrets makes airflow-api-secret-key",
    ("config", "api", "secret_key"): "the role airflow_secrets makes one, or airflow_secrets_sources.api_secret_key names one",
    ("config", "core", "fernet_key"): "airflow_secrets_sources.fernet_key names the Secret that it belongs into",
    ("airflow", "users"): "the role airflow_secrets makes a password, or airflow_secrets_sources.first_user_password names one",
    ("airflow", "connections"): "put the connection into a Secret, and name it as AIRFLOW_CONN_<ID> in secret of airflow_values_overrides",
}


def removed(work, community=False):
    """Take secrets in plain text out of what is still to be placed.

    :param work: the `Work`.
    :param community: whether the values are those of the community chart.
    """
    if community:
        _known(work, ("airflow", "fernetKey"), ("airflow", "webserverSecretKey"))
    else:
        _known(work, ("fernetKey",), ("webserverSecretKey",), ("apiSecretKey",), ("jwtSecret",))
    _repositories(work)
    _entries(work)
    for _round in range(len(work.left.paths())):
        if not _first(work):
            return


def _known(work, *paths):
    for path in paths:
        value = work.left.value(path)
        if secret_text.is_literal(value):
            work.drop(path, _NAMED[path[-1]])


def _repositories(work):
    """Leave user and token out of the URL of a git repository, which is worth keeping without them."""
    for path in _REPOSITORIES:
        url, leaf = work.left.value(path), work.left.leaf(path)
        if not isinstance(url, str) or not secret_text.credential_in(url):
            continue
        # A token alone in front of the @ is one, too.
        work.left.put(path, re.sub(r"(?<=://)[^/@]*@", "", url), leaf.origin, f"{_KEPT}: user and token are left out of the URL.")
        if work.left.value((*path[:-1], "enabled")) is True:
            work.set("dag_delivery.git_sync.credentials_secret", _GIT_SECRET)
            work.task(f"Put user and token of git into the Secret {_GIT_SECRET}: the repository's URL held them.")


def _entries(work):
    """Take single entries out of lists of environment variables, so that the others stay."""
    for path in work.left.paths():
        leaf = work.left.leaf(path)
        if not isinstance(leaf.value, list) or not all(isinstance(entry, dict) for entry in leaf.value):
            continue
        kept = []
        for entry in leaf.value:
            name, value = entry.get("name"), entry.get("value")
            kind = secret_text.secret_in_variable(name, value) if name is not None and isinstance(value, str) else None
            if not kind:
                kept.append(entry)
                continue
            left = f"The variable {_shown(name)} is left out: it held {kind} in plain text. Put that into a Secret, and name it in "
            note = f"{left}secret of airflow_values_overrides (envName, secretName, secretKey)."
            work.rows.append(Row(shown(leaf.origin), DROPPED, "", note))
        if len(kept) < len(leaf.value):
            work.left.put(path, kept, leaf.origin, leaf.note)
            if not kept:
                work.left.remove(path)


def _shown(name):
    # The name of a variable is quoted; in a text that is not what it seems to be, a secret could be in its place.
    text = str(name)
    return text if text.replace("_", "").isalnum() and len(text) < 80 else "of one entry"


def _first(work):
    for finding in inline_secrets(work.left.nested(), {}):
        path = _path(work, finding.path)
        if path is not None:
            _taken_out(work, path, finding)
            return True
    return False


def _taken_out(work, path, finding):
    """Take a secret out of a list, with the entry that is nothing without it, or drop the value that it stands in."""
    leaf, rest = work.left.leaf(path), finding.path[len(".".join(map(str, path))) + 1:].split(".")
    if not isinstance(leaf.value, list) or not rest[0]:
        work.drop(path, _note(path, finding))
        return
    above = leaf.value
    for step in rest[:-1]:
        above = above[int(step)] if isinstance(above, list) else above.get(step, {})
    work.rows.append(Row(shown((*leaf.origin, *rest)), DROPPED, "", _note(path, finding)))
    if not isinstance(above, dict) or rest[-1] not in above or above.keys() == {"name", "value"}:
        place = int(rest[0])
        kept = [entry for number, entry in enumerate(leaf.value) if number != place]
        work.left.put(path, kept, leaf.origin, leaf.note)
    else:
        del above[rest[-1]]


def _note(path, finding):
    instead = next((told for prefix, told in _INSTEAD.items() if path[: len(prefix)] == prefix), None)
    return f"{_KEPT}: {instead}." if instead else f"{_KEPT}. {finding.remedy}."


def _path(work, dotted):
    """:returns: the path of the leaf that a finding with dots means, or that holds it; keys may hold dots themselves."""
    for path in work.left.paths():
        whole = ".".join(map(str, path))
        if dotted == whole or dotted.startswith(f"{whole}."):
            return path
    return None
