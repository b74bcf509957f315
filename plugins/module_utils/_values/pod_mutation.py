# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to every pod before Airflow makes it. Airflow runs this file: `local_settings` writes it out as it is.

So it imports nothing of this collection, and the kubernetes library only where Airflow has done so. Pure: no I/O.
"""

from __future__ import annotations

PROFILE_LABEL = "windrose.airflow/worker-profile"


class PodMutation:
    """Completes pods as the namespace demands and the environment wants; what is set stays, and twice is as once.

    A part of a pod may also be a mapping in Kubernetes' own words: KubernetesPodOperator hands these on as it gets them.

    :param namespace: the namespace of this Airflow.
    :param settings: {name: value}, as `local_settings.program` has them.
    """

    def __init__(self, namespace, settings):
        self._namespace = namespace
        self._settings = settings

    def mutate(self, pod):
        """:param pod: a V1Pod, which is changed.
        :raises ValueError: it names a worker profile that there is not."""
        pod.metadata.labels = pod.metadata.labels or {}
        pod.metadata.annotations = pod.metadata.annotations or {}
        # Of what another cluster or namespace demands, nothing is known here.
        if self._is_elsewhere(pod.metadata):
            return
        # pod_generator.py, build_labels_for_k8s_executor_pod.
        runs_a_task = pod.metadata.labels.get("kubernetes_executor") == "True"
        if not runs_a_task:
            self._label(pod.metadata.labels)
            self._replace_sidecar(pod.spec)
        if not (runs_a_task and self._settings["pod_operator"]):
            _fill(pod.spec, "automount_service_account_token", False)
        self._lay_under(pod, runs_a_task)
        for name, text in self._settings["annotations"].items():
            pod.metadata.annotations.setdefault(name, text)
        self._pull_secrets(pod.spec)
        if self._settings["pod_security"] == "restricted":
            self._restrict(pod.spec)

    def _is_elsewhere(self, metadata):
        # operators/pod.py, build_pod_request_obj, sets the label before it calls the hook.
        is_other_cluster = metadata.labels.get("airflow_kpo_in_cluster") == "False"
        return is_other_cluster or (metadata.namespace or self._namespace) != self._namespace

    def _label(self, labels):
        """Make a pod that a task starts a component of its own, also where it was made from the pod template of tasks."""
        if (labels.get("tier"), labels.get("release")) == ("airflow", self._settings["release"]):
            for name in ("tier", "component", "release"):
                labels.pop(name, None)
        labels.update(self._settings["labels"])

    def _replace_sidecar(self, spec):
        """Take an image that the nodes have in place of the provider's own, from a registry that they may not reach."""
        for container in spec.containers:
            if _is_sidecar(container) and _read(container, "image") == _provider_sidecar_image():
                _write(container, "image", self._settings["xcom_sidecar_image"])

    def _lay_under(self, pod, runs_a_task):
        labels, profiles = pod.metadata.labels, self._settings["worker_profiles"]
        name = labels.get(PROFILE_LABEL) or (None if runs_a_task else self._settings["worker_profile"])
        if not name:
            return
        if name not in profiles:
            known = ", ".join(sorted(profiles)) or "none"
            raise ValueError(
                "The label %s names the worker profile %s, but airflow_worker_profiles has: %s. Name one of these, or add it."
                % (PROFILE_LABEL, name, known)
            )
        profile, spec = profiles[name], pod.spec
        labels[PROFILE_LABEL] = name
        for kind in ("labels", "annotations"):
            for key, text in profile[kind].items():
                getattr(pod.metadata, kind).setdefault(key, text)
        if profile["node_selector"]:
            spec.node_selector = dict(profile["node_selector"], **(spec.node_selector or {}))
        _add(spec, "tolerations", "V1Toleration", profile["tolerations"])
        for field in ("priority_class_name", "service_account_name"):
            if profile[field]:
                _fill(spec, field, profile[field])
        container = spec.containers[0]
        kinds = ("requests", "limits", "claims")
        # Requests of the one with limits of the other may contradict each other.
        if profile["resources"] and not any(_read(_read(container, "resources"), kind) for kind in kinds):
            _write(container, "resources", _model("V1ResourceRequirements", profile["resources"]))

    def _pull_secrets(self, spec):
        _add(spec, "image_pull_secrets", "V1LocalObjectReference", [{"name": name} for name in self._settings["pull_secrets"]])

    def _restrict(self, spec):
        """Set what Pod Security "restricted" demands, and leave the user to the image.

        Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
        """
        of_pod = _part(spec, "security_context", "V1PodSecurityContext")
        _fill(of_pod, "run_as_non_root", True)
        if _read(of_pod, "seccomp_profile") is None:
            _write(of_pod, "seccomp_profile", _model("V1SeccompProfile", {"type": "RuntimeDefault"}))
        for container in [*(spec.init_containers or []), *spec.containers]:
            context = _part(container, "security_context", "V1SecurityContext")
            # To Kubernetes these two contradict each other, and its message would be about the wrong one.
            if not _read(context, "privileged"):
                _fill(context, "allow_privilege_escalation", False)
            capabilities = _part(context, "capabilities", "V1Capabilities")
            if not _read(capabilities, "drop"):
                _write(capabilities, "drop", ["ALL"])
            # The provider's image for it runs as root; what the sidecar does, any user can.
            user = self._settings["xcom_sidecar_user"]
            if _is_sidecar(container) and user and _read(of_pod, "run_as_user") is None:
                _fill(context, "run_as_user", user)

    @staticmethod
    def cannot_start(pod):
        """Say of an image that runs as root what the kubelet says only in an event: Airflow waits until its time is over.

        Source: verifyRunAsNonRoot in pkg/kubelet/kuberuntime/security_context.go of Kubernetes

        :param pod: a V1Pod, as the server has it.
        :returns: what is wrong and what to do; None where it is nothing of that kind.
        """
        status = pod.status
        for container in [*(status.init_container_statuses or []), *(status.container_statuses or [])]:
            waiting = container.state and container.state.waiting
            message = (waiting and waiting.message) or ""
            if waiting and waiting.reason == "CreateContainerConfigError" and ("runAsNonRoot" in message or "non-root" in message):
                return (
                    "The image %s of container %s runs as root, or as a user that it names without a number, and this pod may not:"
                    " %s. Write USER with a number other than 0 into its Dockerfile. If it works as any user, set"
                    ' security_context=V1PodSecurityContext(run_as_user=1000) in the task.'
                    % (container.image, container.name, message)
                )
        return None

    def name_root_images(self):
        """Let Airflow's provider take such an image for what can never start, as it does an image that cannot be pulled.

        It has no option for that. Task and triggerer import the provider later than this, or not at all.
        """
        try:
            import wrapt
        except ImportError:
            return

        def extended(detect, _instance, positional, named):
            return detect(*positional, **named) or self.cannot_start(*positional, **named)

        def extend(pod_manager):
            if hasattr(pod_manager, "detect_pod_terminate_early_issues"):
                wrapt.wrap_function_wrapper(pod_manager, "detect_pod_terminate_early_issues", extended)

        wrapt.register_post_import_hook(extend, "airflow.providers.cncf.kubernetes.utils.pod_manager")


def _is_sidecar(container):
    return _read(container, "name") == "airflow-xcom-sidecar"


def _provider_sidecar_image():
    try:
        from airflow.providers.cncf.kubernetes.utils.xcom_sidecar import PodDefaults
    except ImportError:
        return None
    return PodDefaults.SIDECAR_CONTAINER.image


def _model(name, fields):
    from kubernetes.client import models

    return getattr(models, name)(**fields)


def _key(field):
    first, *others = field.split("_")
    return first + "".join(word.capitalize() for word in others)


def _read(part, field):
    if part is None:
        return None
    return part.get(_key(field)) if isinstance(part, dict) else getattr(part, field)


def _write(part, field, value):
    if isinstance(part, dict):
        part[_key(field)] = value
    else:
        setattr(part, field, value)


def _fill(part, field, value):
    if _read(part, field) is None:
        _write(part, field, value)


def _part(whole, field, name):
    """:returns: a part of a pod, a new one where it has none."""
    if _read(whole, field) is None:
        _write(whole, field, _model(name, {}))
    return _read(whole, field)


def _add(spec, field, name, entries):
    """Add to a list what it does not have."""
    found = _read(spec, field) or []
    missing = [entry for entry in entries if not any(_is_same(entry, other) for other in found)]
    if missing:
        _write(spec, field, [*found, *(_model(name, entry) for entry in missing)])


def _is_same(entry, other):
    fields = ("name", "key", "operator", "value", "effect", "toleration_seconds")
    has = fields if isinstance(other, dict) else [field for field in fields if hasattr(other, field)]
    return all(_read(other, field) == entry.get(field) for field in has)
