# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How DAGs reach Airflow. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.leaves import shown
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.work import VARIABLE, Row
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import PREFIX
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.connections import environment_name
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.dag_delivery import CLASSPATH

_SYNC, _OPTION = "dags.gitSync", "dag_delivery.git_sync"
# Where the chart's own default is Airflow's repository; nobody means that.
_REPOSITORY = "https://git.example.com/changeme/dags.git"
_KNOWN_HOSTS = "git.example.com ssh-ed25519 changeme"
_DEFAULT_FOLDER = "tests/dags"
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
# Keywords of GitDagBundle and its base class, and the options of a bundle.
_KEYWORDS = {
    "repo_url": "repository", "tracking_ref": "branch", "subdir": "subdirectory", "git_conn_id": "connection_id",
    "refresh_interval": "refresh_interval",
}  # fmt: skip
_LOCAL = "airflow.dag_processing.bundles.local.LocalDagBundle"


def placed(work):
    """Make variables of bundles, git-sync or a claim."""
    if work.value(f"{_SYNC}.enabled") is True:
        _git_sync(work)
        if work.has("dags.persistence"):
            work.drop("dags.persistence", "git-sync fetches the DAGs, into a folder of each pod.")
    else:
        if work.has(_SYNC):
            work.drop(_SYNC, "It is off.")
        _claim(work)
    _bundles(work)


def _git_sync(work):
    work.set("dag_delivery.method", "git_sync")
    work.told(f"{_SYNC}.enabled", PREFIX + "dag_delivery.method")
    _repository(work)
    _reference(work)
    folder = work.value(f"{_SYNC}.subPath", _DEFAULT_FOLDER)
    if not isinstance(folder, str) or not folder.strip("/."):
        if work.has(f"{_SYNC}.subPath"):
            work.told(f"{_SYNC}.subPath", f"{PREFIX}{_OPTION}.subdirectory", "Left out, it is the root of the repository.")
    elif not work.turn(f"{_SYNC}.subPath", f"{_OPTION}.subdirectory", folder.strip("/")) and not work.has(f"{_SYNC}.subPath"):
        work.set(f"{_OPTION}.subdirectory", folder)
    _period(work)
    for key, option in (("depth", "depth"), ("sshKeySecret", "ssh_key_secret"), ("credentialsSecret", "credentials_secret"),
                        ("knownHosts", "known_hosts"), ("resources", "resources")):
        if work.value(f"{_SYNC}.{key}") in ({}, "", None):
            work.left.remove(("dags", "gitSync", key))
        work.turn(f"{_SYNC}.{key}", f"{_OPTION}.{option}")
    secret = work.get(f"{_OPTION}.credentials_secret")
    if secret:
        work.task(f"Give the Secret {secret} the keys GIT_SYNC_USERNAME, GIT_SYNC_PASSWORD, GITSYNC_USERNAME and GITSYNC_PASSWORD.")
    if work.get(f"{_OPTION}.ssh_key_secret") and not work.get(f"{_OPTION}.known_hosts"):
        work.set(f"{_OPTION}.known_hosts", _KNOWN_HOSTS)
        work.task("Write the public keys of the git server, as `ssh-keyscan` prints them, into airflow_dag_delivery.git_sync.known_hosts.")


def _repository(work):
    path = f"{_SYNC}.repo"
    if not work.turn(path, f"{_OPTION}.repository") and work.has(path):
        work.drop(path, "It fits no variable: a placeholder stands in airflow_dag_delivery.git_sync.repository.")
    if not work.get(f"{_OPTION}.repository"):
        work.set(f"{_OPTION}.repository", _REPOSITORY)
        work.task("Write the URL of the repository with the DAGs into airflow_dag_delivery.git_sync.repository.")


def _reference(work):
    revision = work.value(f"{_SYNC}.rev")
    named = {key: work.value(f"{_SYNC}.{key}") for key in ("ref", "branch")}
    chosen = named["ref"] or (revision if revision not in (None, "", "HEAD") else None) or named["branch"]
    for key in ("ref", "rev", "branch"):
        path = f"{_SYNC}.{key}"
        if not work.has(path):
            continue
        if work.value(path) == chosen:
            work.turn(path, f"{_OPTION}.reference")
        else:
            work.drop(path, "git-sync 4 follows one reference, airflow_dag_delivery.git_sync.reference.")


def _period(work):
    for key in ("period", "wait"):
        path, value = f"{_SYNC}.{key}", work.value(f"{_SYNC}.{key}")
        seconds = _seconds(value)
        if seconds and work.get(f"{_OPTION}.period") is None:
            work.turn(path, f"{_OPTION}.period", seconds)
        elif work.has(path):
            work.drop(path, "Write whole seconds into airflow_dag_delivery.git_sync.period.")


def _seconds(value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return int(value)
    match = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if match:
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds
    return int(value) if isinstance(value, str) and value.isdigit() else None


def _claim(work):
    if work.value("dags.persistence.enabled") is not True:
        if work.has("dags.persistence"):
            work.drop("dags.persistence", "It is off.")
        return
    work.set("dag_delivery.method", "claim")
    work.told("dags.persistence.enabled", PREFIX + "dag_delivery.method")
    if not work.turn("dags.persistence.existingClaim", "dag_delivery.claim.name") or not work.get("dag_delivery.claim.name"):
        size = work.value("dags.persistence.size", "1Gi")
        work.set("dag_delivery.claim.name", "airflow-dags")
        work.task(f"Make the claim airflow-dags ({size}) for the DAGs, or keep the one that the chart made: nothing of the release makes it.")
    # The chart's own default.
    work.set("dag_delivery.claim.access_mode", "ReadWriteOnce")
    work.turn("dags.persistence.accessMode", "dag_delivery.claim.access_mode")
    folder = work.value("dags.persistence.subPath")
    if isinstance(folder, str) and folder.strip("/"):
        work.turn("dags.persistence.subPath", "dag_delivery.claim.sub_path", folder.strip("/"))
    if work.has("dags.persistence"):
        work.drop("dags.persistence", "The claim is there already, and the chart makes none.")


def _bundles(work):
    path = "dagProcessor.dagBundleConfigList"
    bundles = work.value(path)
    if not isinstance(bundles, list) or not bundles:
        return
    if all(isinstance(bundle, dict) and bundle.get("classpath") == _LOCAL and not bundle.get("kwargs") for bundle in bundles):
        work.told(path, PREFIX + "dag_delivery", "The folder for DAGs, as by default.")
        return
    found = [_bundle(work, bundle) for bundle in bundles]
    if all(found) and work.get("dag_delivery.method") is None and work.turn(path, "dag_bundles", found):
        work.set("dag_delivery.method", "bundles")
        _without(work, {environment_name(bundle["connection_id"]) for bundle in found if "connection_secret" in bundle})


def _bundle(work, bundle):
    """:returns: a bundle as `airflow_dag_bundles` has it; None for one of another kind."""
    keywords = bundle.get("kwargs") if isinstance(bundle, dict) else None
    if not isinstance(keywords, dict) or bundle.get("classpath") != CLASSPATH or set(keywords) - set(_KEYWORDS):
        return None
    if not keywords.get("repo_url"):
        return None
    found = {"name": bundle.get("name"), **{_KEYWORDS[word]: value for word, value in keywords.items() if value not in (None, "")}}
    secret = secret_of(work, found.get("connection_id"))
    return {**found, "connection_secret": secret} if secret else found


def _without(work, names):
    """Take out of `secret` what the bundles hand to Airflow themselves."""
    leaf = work.left.leaf(("secret",))
    if not names or leaf is None:
        return
    kept = [entry for entry in leaf.value if not (isinstance(entry, dict) and str(entry.get("envName")) in names)]
    for name in sorted(names):
        work.rows.append(Row(shown((*leaf.origin, name)), VARIABLE, PREFIX + "dag_bundles", ""))
    work.left.remove(("secret",))
    if kept:
        work.left.put(("secret",), kept, leaf.origin, leaf.note)


def secret_of(work, connection_id):
    """Find the Secret that a connection comes from, among those that `secret` hands to Airflow.

    :returns: {name, key}; None where there is none.
    """
    entries = work.value("secret")
    if not connection_id or not isinstance(connection_id, str) or not isinstance(entries, list):
        return None
    name = environment_name(connection_id)
    matching = [entry for entry in entries if isinstance(entry, dict) and entry.get("envName") == name]
    if len(matching) != 1:
        return None
    return {"name": matching[0].get("secretName"), "key": matching[0].get("secretKey")}
