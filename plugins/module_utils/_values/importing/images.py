# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Version and images. Pure: no I/O.

Which image holds the Airflow that is installed, no values file of an older Airflow knows: there stands a placeholder, which the
preflight refuses.
"""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.former_charts import airflow_of

NEWEST = airflow_versions.TRIED[-1]
# Both are found by the preflight, as WA109.
TAG, DIGEST = f"{NEWEST}-changeme", f"sha256:{'0' * 64}"
_OFFICIAL = frozenset(f"{registry}apache/airflow" for registry in ("", "docker.io/", "index.docker.io/", "registry-1.docker.io/"))
# The variable of each image, and the one that says whether its program runs.
_OTHERS = {
    "redis": ("redis.image", "redis.enabled"),
    "pgbouncer": ("pgbouncer.image", "pgbouncer.enabled"),
    "pgbouncerExporter": ("pgbouncer.exporter_image", "pgbouncer.enabled"),
    "gitSync": ("dag_delivery.git_sync.image", "dag_delivery.git_sync"),
    "otelCollector": ("monitoring.open_telemetry.image", "monitoring.open_telemetry"),
}
_NUMBERS = re.compile(r"v?(\d+\.\d+\.\d+)", re.ASCII)
_PARTS = ("repository", "tag", "digest")
_AIRFLOW = {
    "repository": ("images.airflow.repository", "defaultAirflowRepository"),
    "tag": ("images.airflow.tag", "defaultAirflowTag"),
    "digest": ("images.airflow.digest", "defaultAirflowDigest"),
}


def placed(work):
    """Make variables of version, images and pull secrets."""
    former = airflow_of(work)
    is_installed = former is not None and airflow_versions.release(former) in airflow_versions.RELEASES
    _version(work, former, is_installed)
    _airflow_image(work, former, is_installed)
    _pull(work)


def _version(work, former, is_installed):
    numbers = _NUMBERS.match(former) if is_installed else None
    work.set("version", numbers[1] if numbers else NEWEST)
    if former and not is_installed:
        problem, _remedy = airflow_versions.refusal(former)
        work.task(f"Move from Airflow {former} to {NEWEST}: {problem}. docs/airflow_versions.md says how.")
    if work.has("airflowVersion"):
        note = "" if is_installed else f"It was {former or 'another text'}; this collection installs {NEWEST}."
        work.told("airflowVersion", "airflow_version", note)


def _airflow_image(work, former, is_installed):
    for paths in _AIRFLOW.values():
        # What is more special counts.
        if work.has(paths[0]) and work.value(paths[0]) not in (None, ""):
            if work.has(paths[1]):
                work.drop(paths[1], f"{paths[0]} counts.")
        elif work.has(paths[1]):
            work.rename(paths[1], paths[0])
    repository, tag, digest = (_text(work.value(_AIRFLOW[part][0])) for part in _PARTS)
    if "@" in tag:
        tag, _at, digest = tag.partition("@")
    is_own = bool(repository) and repository not in _OFFICIAL
    if is_own:
        work.turn(_AIRFLOW["repository"][0], "image_repository")
    elif work.has("images.airflow.repository"):
        work.told("images.airflow.repository", "airflow_image_repository", "It is the default.")
    if is_installed and (tag or not is_own):
        work.turn("images.airflow.tag", "image_tag", tag)
        if digest:
            work.set("image_digest", digest)
        if work.has("images.airflow.digest"):
            work.told("images.airflow.digest", "airflow_image_digest")
    elif is_own:
        _image_to_come(work, former, bool(digest))
    else:
        note = f"apache/airflow:{NEWEST} takes its place."
        for path in ("images.airflow.tag", "images.airflow.digest"):
            if work.has(path):
                work.told(path, "airflow_version", note)


def _image_to_come(work, former, has_digest):
    work.set("image_tag", TAG)
    work.task(f"Build the image with Airflow {NEWEST}, and write its tag into airflow_image_tag.")
    note = f"It holds {f'Airflow {former}' if former else 'an Airflow that the file does not tell'}: a placeholder stands there."
    if work.has("images.airflow.tag"):
        work.told("images.airflow.tag", "airflow_image_tag", note)
    if has_digest:
        work.set("image_digest", DIGEST)
        work.task("Write the digest of that image into airflow_image_digest.")
        if work.has("images.airflow.digest"):
            work.told("images.airflow.digest", "airflow_image_digest", note)


def of_tasks(work):
    """Make the default worker profile's image of the image of tasks, where that is another one."""
    repository, tag = (_text(work.value(f"images.pod_template.{part}")) for part in ("repository", "tag"))
    if not repository and not tag:
        work.left.remove(("images", "pod_template"))
        return
    own = {"repository": repository or None, "tag": tag or None}
    release = airflow_versions.release(tag) if tag else None
    if tag and release not in airflow_versions.RELEASES:
        own["tag"] = TAG
        work.task(f"Build the image of tasks with Airflow {NEWEST}, and write its tag into the default one of airflow_worker_profiles.")
    profile = work.get("worker_profile") or {}
    work.set("worker_profile", {**profile, "image": {part: value for part, value in own.items() if value}})
    for part in ("repository", "tag"):
        if work.has(f"images.pod_template.{part}"):
            note = "Its Airflow is another one: a placeholder stands there." if part == "tag" and own["tag"] == TAG else ""
            work.told(f"images.pod_template.{part}", "airflow_worker_profiles[default].image", note)


def others(work):
    """Make variables of the images that are not Airflow's, where their programs run."""
    for key, (name, runs) in _OTHERS.items():
        if not work.get(runs):
            if work.has(f"images.{key}"):
                work.drop(f"images.{key}", "Nothing runs this image.")
            continue
        tag = work.value(f"images.{key}.tag")
        if isinstance(tag, str) and "@" in tag:
            digest = tag.partition("@")[2]
            work.turn(f"images.{key}.tag", f"{name}.tag", tag.partition("@")[0])
            work.set(f"{name}.digest", digest)
        for part in ("repository", "tag"):
            work.turn(f"images.{key}.{part}", f"{name}.{part}")
    for part in ("repository", "tag"):
        work.turn(f"images.statsd.{part}", f"release_statsd_image_{part}")


def _pull(work):
    policies = {}
    for key in work.left.children(("images",)):
        path = f"images.{key}.pullPolicy"
        if work.has(path):
            policies[path] = work.value(path)
    chosen = policies.get("images.airflow.pullPolicy") or next(iter(policies.values()), None)
    for path, policy in policies.items():
        if policy == chosen:
            work.turn(path, "image_pull_policy")
        else:
            work.drop(path, "All images have one policy, airflow_image_pull_policy.")
    secrets = work.value("imagePullSecrets")
    names = [entry.get("name") if isinstance(entry, dict) else entry for entry in secrets] if isinstance(secrets, list) else []
    names = [name for name in [*names, work.value("registry.secretName")] if isinstance(name, str) and name]
    wanted = [{"name": name} for name in dict.fromkeys(names)]
    for path in ("imagePullSecrets", "registry.secretName"):
        if wanted and work.has(path):
            work.turn(path, "image_pull_secrets", wanted)
    if work.has("registry"):
        work.drop("registry", "Write airflow_secrets_registries, and name its Secret in airflow_image_pull_secrets.")


def _text(value):
    return str(value) if value not in (None, "") and not isinstance(value, (dict, list, bool)) else ""
