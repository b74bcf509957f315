# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pod in the namespace found out about images, pull secrets and addresses. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._probe import pull_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._probe.connect import UNKNOWN, UNREACHABLE, UNRESOLVED
from ansible_collections.windrose.airflow.plugins.module_utils._probe.outcome import NOT_TRIED

_CODES = {UNRESOLVED: "WA804", UNREACHABLE: "WA805", UNKNOWN: "WA806"}
PULL_SECRETS = "airflow_image_pull_secrets"


def probe(environment, probed):
    """Judge what the module preflight_probe returned.

    :param environment: an `Environment`.
    :param probed: the module's result.
    :returns: list of `PreflightFinding`.
    """
    return [
        *_images(probed),
        *_pull_secrets(probed),
        *_endpoints(environment, probed),
        *_problem(probed),
    ]


def _images(probed):
    secrets = probed.get("pull_secrets") or []
    registries = [registry for secret in secrets for registry in secret["registries"]]
    findings = []
    for image in probed.get("images") or []:
        if image["pulled"] is not False:
            continue
        users = ", ".join(image["used_by"])
        problem = f"No node can pull it; it is needed by: {users}. The kubelet reports: {image['message'].rstrip('.')}."
        remedy = image["remedy"]
        if not image["is_refused"]:
            findings.append(found("WA801", f"image {image['image']}", problem, remedy))
            continue
        if not pull_secrets.has_credentials(registries, image["image"]):
            registry = pull_secrets.registry_of(image["image"])
            names = ", ".join(secret["name"] for secret in secrets)
            # Registries refuse what they do not have in the same words.
            remedy = "If its name is right, " + (
                f"add credentials for {registry} to a pull secret: those that are there ({names}) have none."
                if names else
                f"make a pull secret with credentials for {registry}, and name it in {PULL_SECRETS}."
            )  # fmt: skip
        findings.append(found("WA802", f"image {image['image']}", problem, remedy))
    return findings


def _pull_secrets(probed):
    return [
        found("WA803", f"Secret {secret['name']}", f"It is a pull secret that kubelets ignore: {secret['message']}.")
        for secret in probed.get("pull_secrets") or []
        if not secret["is_valid"]
    ]


def _endpoints(environment, probed):
    findings = []
    for endpoint in probed.get("endpoints") or []:
        code = _CODES.get(endpoint["state"])
        if code is None:
            continue
        where = f"{endpoint['host']}:{endpoint['port']}" if endpoint["host"] else "The address in the Secret that this names"
        problem = {
            UNRESOLVED: f"Pods in namespace {environment.namespace} cannot resolve {where}: {endpoint['message']}.",
            UNREACHABLE: f"Pods in namespace {environment.namespace} cannot reach {where}: {endpoint['message']}.",
            UNKNOWN: f"{where} cannot be determined: {endpoint['message']}.",
        }[endpoint["state"]]
        findings.append(found(code, endpoint["name"], problem))
    return findings


def _problem(probed):
    if probed.get("problem"):
        return [found("WA807", "the probe's pod", f"It could not look at everything: {probed['problem']}")]
    untried = [endpoint for endpoint in probed.get("endpoints") or [] if endpoint["state"] == NOT_TRIED]
    failed = any(image["pulled"] is False for image in probed.get("images") or [])
    # The finding on an image that cannot be pulled says so already.
    if not untried or failed:
        return []
    names = ", ".join(endpoint["name"] for endpoint in untried)
    return [found("WA807", "the probe's pod", f"It did not connect to {names}: {untried[0]['message']}.")]
