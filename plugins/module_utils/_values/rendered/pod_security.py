# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered pods against the Pod Security level that their namespace enforces. Pure: no I/O.

Rules of https://kubernetes.io/docs/concepts/security/pod-security-standards/ at v1.34. The admission plugin judges pods; of a
workload it only warns, so that the workload is there and its pods are not.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import entries, mapping
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.origins import COMPONENTS
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.told import Fault

RESTRICTED, BASELINE, PRIVILEGED = "restricted", "baseline", "privileged"
_CAPABILITIES = frozenset({
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP",
    "SETUID", "SYS_CHROOT",
})  # fmt: skip
_SELINUX_TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
_SYSCTLS = frozenset({
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
})  # fmt: skip
_VOLUMES = frozenset({
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
})  # fmt: skip
_SECCOMP = frozenset({"RuntimeDefault", "Localhost"})
_APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def faults(objects, origins, level, are_contexts_given=False):
    """:param objects: `RenderedObjects`.
    :param origins: `Origins` of the chart values.
    :param level: ``restricted``, ``baseline`` or ``privileged``; empty where it is not known.
    :param are_contexts_given: whether the platform gives each pod what restricted asks for and the pod leaves out, as OpenShift's
        security context constraints do before Pod Security is judged.
    :returns: list of `Fault`.
    """
    if level not in (RESTRICTED, BASELINE):
        return []
    found = []
    for pod in objects.pods:
        if mapping(pod.spec.get("os")).get("name") == "windows":
            continue
        found += _of_pod(pod, origins, level, are_contexts_given)
        for field, place, container in pod.containers():
            found += _of_container(pod, field, place, container, origins, level, are_contexts_given)
    return found


def _of_pod(pod, origins, level, are_contexts_given):
    context = mapping(pod.spec.get("securityContext"))
    problems = [*_shared(("securityContext",), context), *_pod_baseline(pod, context)]
    if level == RESTRICTED:
        problems += _pod_restricted(pod, context)
    found = [_of_field(pod, path, origins, level, problem) for path, problem in problems]
    if level == RESTRICTED and not are_contexts_given:
        found += _left_to_the_pod(pod, context, origins)
    return found


def _of_field(pod, path, origins, level, problem):
    value = pod.spec
    for step in path:
        value = value[step] if isinstance(value, (dict, list)) else None
    full = (*pod.path, "spec", *path)
    is_volume = path[0] == "volumes"
    return Fault(
        pod.label, full,
        origins.of(full, value, pod.component) or (origins.of_named(value, pod, "volumes") if is_volume else origins.of_pod(pod)),
        f"the namespace enforces Pod Security {level}, which refuses {{where}}: {problem}", "Leave it out, or choose what the level allows")


def _left_to_the_pod(pod, context, origins):
    """What containers may leave to the context of the pod, and that does not say either."""
    own = [mapping(container.get("securityContext")) for unused, unused_place, container in pod.containers()]
    lacking = []
    if context.get("runAsNonRoot") is not True and any("runAsNonRoot" not in one for one in own):
        lacking.append("runAsNonRoot: true")
    if not context.get("seccompProfile") and any(not one.get("seccompProfile") for one in own):
        lacking.append("seccompProfile: {type: RuntimeDefault}")
    if not lacking:
        return []
    path = (*pod.path, "spec", "securityContext")
    origin = origins.of((*path[:-1], "securityContexts", "pod"), context, pod.component) or origins.of(path, context, pod.component)
    key = COMPONENTS.get(pod.component)
    return [Fault(
        pod.label, path, origin or origins.of_pod(pod) or (f"{key}.securityContexts.pod" if key else None),
        f"the namespace enforces Pod Security restricted, which refuses {{where}}: its securityContext lacks {' and '.join(lacking)}",
        f"Add {', '.join(lacking)}")]


def _pod_baseline(pod, context):
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(name) is True:
            yield (name,), f"{name} is true"
    for place, volume in enumerate(entries(pod.spec.get("volumes"))):
        if "hostPath" in volume:
            yield ("volumes", place), f"volume {volume.get('name')} is a hostPath"
    for place, sysctl in enumerate(entries(context.get("sysctls"))):
        if sysctl.get("name") not in _SYSCTLS:
            yield ("securityContext", "sysctls", place), f"the sysctl {sysctl.get('name')} is not a safe one"
    annotations = mapping(pod.metadata.get("annotations"))
    for name, value in annotations.items():
        if str(name).startswith(_APPARMOR_ANNOTATION) and value != "runtime/default" and not str(value).startswith("localhost/"):
            yield ("securityContext",), "an annotation switches AppArmor off"


def _pod_restricted(pod, context):
    for place, volume in enumerate(entries(pod.spec.get("volumes"))):
        kinds = set(volume) - {"name"}
        if kinds and not kinds & _VOLUMES and "hostPath" not in kinds:
            yield ("volumes", place), f"volume {volume.get('name')} is of the kind {sorted(kinds)[0]}"
    if context.get("runAsUser") == 0:
        yield ("securityContext", "runAsUser"), "runAsUser is 0, which is root"


def _shared(path, context):
    """What the context of a pod and that of a container may not say, at either level."""
    seccomp = mapping(context.get("seccompProfile")).get("type")
    if seccomp and seccomp not in _SECCOMP:
        yield (*path, "seccompProfile"), f"the seccompProfile is {seccomp}"
    if mapping(context.get("appArmorProfile")).get("type") == "Unconfined":
        yield (*path, "appArmorProfile"), "the appArmorProfile is Unconfined"
    selinux = mapping(context.get("seLinuxOptions"))
    if selinux.get("type", "") not in _SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield (*path, "seLinuxOptions"), "seLinuxOptions has another type, a user or a role"
    if mapping(context.get("windowsOptions")).get("hostProcess"):
        yield (*path, "windowsOptions"), "windowsOptions.hostProcess is true"


def _of_container(pod, field, place, container, origins, level, are_contexts_given):
    context = mapping(container.get("securityContext"))
    problems, remedies = _container_baseline(container, context)
    if level == RESTRICTED:
        further, lacking = _container_restricted(context, are_contexts_given)
        problems += further
        remedies += lacking
    if not problems:
        return []
    name = str(container.get("name"))
    entry = origins.of_entry({"name": name}, pod.component, field)
    origin = f"{entry[0]}.securityContext" if entry else origins.of_pod(pod) or _key_of(name, pod)
    problem = f"the namespace enforces Pod Security {level}, which refuses container {name} of {{where}}: {', '.join(problems)}"
    path = (*pod.path, "spec", field, place, "securityContext")
    return [Fault(pod.label, path, origin, problem, f"Write {', '.join(remedies)} in its securityContext")]


def _key_of(name, pod):
    """:returns: the chart value that is the context of a container that the chart makes. Source: its templates."""
    component = COMPONENTS.get(pod.component)
    if name.startswith("git-sync"):
        return "dags.gitSync.securityContexts.container"
    if name.startswith("wait-for-"):
        return "securityContexts.containers"
    if name.endswith("-log-groomer"):
        return f"{component}.logGroomerSidecar.securityContexts.container"
    if pod.is_of_tasks:
        return "workers.kubernetes.securityContexts.container"
    return component and f"{component}.securityContexts.container"


def _container_baseline(container, context):
    problems, remedies = [problem for unused, problem in _shared((), context)], []
    if problems:
        remedies.append("what the level allows")
    if context.get("privileged") is True:
        problems.append("privileged is true")
        remedies.append("privileged: false")
    added = set(_texts(mapping(context.get("capabilities")).get("add"))) - _CAPABILITIES
    if added:
        problems.append(f"it adds the capabilities {', '.join(sorted(added))}")
        remedies.append("no capabilities.add")
    if context.get("procMount", "Default") != "Default":
        problems.append("procMount is not Default")
        remedies.append("no procMount")
    if any(port.get("hostPort") for port in entries(container.get("ports"))):
        problems.append("it has a hostPort")
        remedies.append("no hostPort in its ports, and what is right")
    if any(_has_host(handler) for handler in _handlers(container)):
        problems.append("a probe or lifecycle hook of it names a host")
        remedies.append("no host in its probes, and what is right")
    return problems, remedies


def _container_restricted(context, are_contexts_given):
    problems, remedies = [], []

    def needs(is_met, problem, remedy):
        if not is_met:
            problems.append(problem)
            remedies.append(remedy)

    escalation, capabilities = context.get("allowPrivilegeEscalation"), mapping(context.get("capabilities"))
    needs(context.get("runAsUser") != 0, "runAsUser is 0, which is root", "runAsUser: 50000, or no runAsUser")
    needs(context.get("runAsNonRoot", True) is True, "runAsNonRoot is not true", "runAsNonRoot: true")
    needs(
        escalation is False or (are_contexts_given and escalation is None), "allowPrivilegeEscalation is not false",
        "allowPrivilegeEscalation: false")
    needs(
        "ALL" in _texts(capabilities.get("drop")) or (are_contexts_given and "drop" not in capabilities), "it does not drop all capabilities",
        "capabilities: {drop: [ALL]}")
    surplus = set(_texts(capabilities.get("add"))) & _CAPABILITIES - {"NET_BIND_SERVICE"}
    needs(not surplus, f"it adds the capabilities {', '.join(sorted(surplus))}", "no capabilities.add")
    return problems, remedies


def _handlers(container):
    handlers = [container.get(name) for name in _PROBES]
    lifecycle = mapping(container.get("lifecycle"))
    return [mapping(handler) for handler in (*handlers, lifecycle.get("postStart"), lifecycle.get("preStop"))]


def _has_host(handler):
    return any(mapping(handler.get(kind)).get("host") for kind in ("httpGet", "tcpSocket"))


def _texts(value):
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
