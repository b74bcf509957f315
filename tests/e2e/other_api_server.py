# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second API server on the node of the local cluster: another cluster, with a log of all that it is asked."""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
import subprocess

import yaml
from project import STATE

NODE = "windrose-airflow-control-plane"
NAME, PORT = "other-api-server", 6444
FOLDER = f"/var/log/{NAME}"
# Its etcd is its own as well, and keeps nothing beyond the pod.
ETCD_PORT, ETCD_PEER_PORT = 12379, 12380
MANIFESTS = "/etc/kubernetes/manifests"
MANIFEST = f"{MANIFESTS}/{NAME}.yaml"
POLICY = {
    "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": [{"level": "Metadata"}],
}
# Of whether this user may do something with Leases, an authorizer that nobody can reach has to decide.
UNDECIDED_USER, UNDECIDED_RESOURCE = "windrose-undecided", "leases"
AUTHORIZATION = {
    "apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthorizationConfiguration",
    "authorizers": [{"type": name, "name": name.lower()} for name in ("Node", "RBAC")] + [{
        "type": "Webhook", "name": "unreachable", "webhook": {
            "timeout": "1s", "authorizedTTL": "1s", "unauthorizedTTL": "1s", "subjectAccessReviewVersion": "v1",
            "matchConditionSubjectAccessReviewVersion": "v1", "failurePolicy": "NoOpinion",
            "connectionInfo": {"type": "KubeConfigFile", "kubeConfigFile": f"{FOLDER}/webhook.yaml"},
            "matchConditions": [
                {"expression": f"request.user == '{UNDECIDED_USER}'"}, {"expression": "has(request.resourceAttributes)"},
                {"expression": f"request.resourceAttributes.resource == '{UNDECIDED_RESOURCE}'"},
            ],
        },
    }],
}  # fmt: skip
WEBHOOK = {
    "apiVersion": "v1", "kind": "Config", "current-context": "none", "users": [{"name": "none"}],
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
    "clusters": [{"name": "none", "cluster": {"server": "https://127.0.0.1:1"}}],
}  # fmt: skip
FILES = {"policy.yaml": POLICY, "authorization.yaml": AUTHORIZATION, "webhook.yaml": WEBHOOK}
READS = frozenset({"get", "list", "watch"})
LIMIT_SECONDS = 300


class OtherApiServer:
    """The second API server, for as long as it runs.

    :param project: the `Project`.
    :param kubeconfig: path of the kubeconfig that leads to it.
    """

    def __init__(self, project, kubeconfig):
        self._project = project
        self.kubeconfig = str(kubeconfig)

    def mutating_requests(self):
        """:returns: (verb, URI) of what users wrote, or tried to; reviews and dry runs change nothing."""
        log = self._project.in_node(NODE, "cat", f"{FOLDER}/audit.log")
        return [
            (event["verb"], event["requestURI"]) for event in map(json.loads, log.splitlines())
            if event["verb"] not in READS
            and not event["user"]["username"].startswith("system:")
            and not event["objectRef"]["resource"].endswith("reviews")
            and "dryRun=All" not in event["requestURI"]
        ]  # fmt: skip


def _pod(project):
    pod, etcd = (yaml.safe_load(project.in_node(NODE, "cat", f"{MANIFESTS}/{name}.yaml")) for name in ("kube-apiserver", "etcd"))
    (container,) = pod["spec"]["containers"]
    pod["metadata"] = {"name": NAME, "namespace": "kube-system"}
    ours = ("--secure-port=", "--etcd-", "--audit-", "--authorization-")
    container["command"] = [option for option in container["command"] if not option.startswith(ours)] + [
        f"--secure-port={PORT}", f"--etcd-servers=http://127.0.0.1:{ETCD_PORT}", f"--audit-policy-file={FOLDER}/policy.yaml",
        f"--audit-log-path={FOLDER}/audit.log", f"--authorization-config={FOLDER}/authorization.yaml",
    ]  # fmt: skip
    for field in ("livenessProbe", "startupProbe", "ports", "resources"):
        container.pop(field, None)
    container["readinessProbe"] = {"httpGet": {"path": "/readyz", "port": PORT, "scheme": "HTTPS"}, "periodSeconds": 1}
    container["volumeMounts"].append({"name": "log", "mountPath": FOLDER})
    # Nobody waits for its answers when it ends.
    pod["spec"]["terminationGracePeriodSeconds"] = 1
    pod["spec"]["volumes"] += [{"name": "log", "hostPath": {"path": FOLDER}}, {"name": "data", "emptyDir": {}}]
    here, peers = f"http://127.0.0.1:{ETCD_PORT}", f"http://127.0.0.1:{ETCD_PEER_PORT}"
    pod["spec"]["containers"].append({
        "name": "etcd", "image": etcd["spec"]["containers"][0]["image"], "volumeMounts": [{"name": "data", "mountPath": "/data"}],
        "command": ["etcd", "--data-dir=/data", f"--listen-client-urls={here}", f"--advertise-client-urls={here}",
                    f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=default={peers}"],
    })  # fmt: skip
    return pod


@contextlib.contextmanager
def other_api_server(project, folder):
    """Run a second API server.

    :param folder: a private folder for the kubeconfig.
    :returns: an `OtherApiServer`.
    """
    remove(project)
    project.in_node(NODE, "mkdir", "--parents", FOLDER)
    for name, content in FILES.items():
        project.in_node(NODE, "dd", f"of={FOLDER}/{name}", standard_input=json.dumps(content))
    project.in_node(NODE, "dd", f"of={MANIFEST}", standard_input=json.dumps(_pod(project)))
    pod = f"pod/{NAME}-{NODE}"
    try:
        project.kubectl("wait", "--for=create", pod, "--namespace", "kube-system", f"--timeout={LIMIT_SECONDS}s")
        project.kubectl("wait", "--for=condition=Ready", pod, "--namespace", "kube-system", f"--timeout={LIMIT_SECONDS}s")
        # A new cluster knows system:masters only; kubeadm binds the group of its administrators later on.
        project.in_node(
            NODE, "kubectl", "--kubeconfig", "/etc/kubernetes/super-admin.conf", "--server", f"https://127.0.0.1:{PORT}",
            "create", "clusterrolebinding", "administrators", "--clusterrole=cluster-admin", "--group=kubeadm:cluster-admins")
        with _forwarded(pod) as port:
            yield OtherApiServer(project, _kubeconfig(folder, port))
    finally:
        remove(project)
        project.kubectl("wait", "--for=delete", pod, "--namespace", "kube-system", f"--timeout={LIMIT_SECONDS}s")


def remove(project):
    """Remove what a run that was killed may have left."""
    project.in_node(NODE, "rm", "--force", "--recursive", MANIFEST, FOLDER)


@contextlib.contextmanager
def _forwarded(pod):
    process = subprocess.Popen(
        [f"{STATE}/bin/kubectl", "--kubeconfig", f"{STATE}/kubeconfig", "--namespace", "kube-system", "port-forward", pod, f":{PORT}"],
        stdout=subprocess.PIPE, text=True)
    try:
        yield int(re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())[1])
    finally:
        process.terminate()
        process.wait()


def _kubeconfig(folder, port):
    config = yaml.safe_load(pathlib.Path(STATE, "kubeconfig").read_text(encoding="utf-8"))
    config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{port}"
    path = folder / "other-kubeconfig"
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path
