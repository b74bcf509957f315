# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the objects of a release differ from what helm stored of it. Pure: no I/O.

Only paths of fields are reported, never what they hold: some of the objects are Secrets.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import re

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests, rollout

try:
    import yaml
except ImportError:
    # It comes with the kubernetes library, whose absence the client reports.
    pass

DELETED, EDITED, UNKNOWN = "deleted", "edited", "unknown"
# What says nothing, so that the server leaves it out: empty maps of these names, and no pause before the first probe.
MAPS = frozenset({"annotations", "binaryData", "data", "labels", "limits", "matchLabels", "nodeSelector", "requests"})
ZEROS = frozenset({"initialDelaySeconds"})
# Their work is to set fields of objects that others made; they name themselves in managedFields.
CONTROLLERS = frozenset(
    {
        "cainjector",
        "cert-manager-cainjector",
        "cloud-controller-manager",
        "cluster-autoscaler",
        "horizontal-pod-autoscaler",
        "keda-operator",
        "kube-controller-manager",
        "kube-scheduler",
        "vpa-admission-controller",
        "vpa-updater",
    }
)
# `kubectl scale` writes through the same subresource as an autoscaler, but a person does it.
PEOPLES_TOOLS = ("kubectl",)
PLAIN_NAME = re.compile(r"[A-Za-z0-9_/-]+")
LONGEST_REASON = 4


@dataclasses.dataclass(frozen=True)
class Difference:
    """One object that is not as it was released.

    :param label: kind, namespace and name.
    :param state: DELETED, EDITED, or UNKNOWN where the server does not say whether it was edited.
    :param fields: the paths that differ; none where the object is missing.
    :param cause: why that is unknown.
    """

    label: str
    state: str
    fields: tuple = ()
    cause: str = ""

    def as_result(self):
        """:returns: the difference as a module returns it."""
        told = {"object": self.label, "state": self.state, "fields": list(self.fields)}
        return {**told, "cause": self.cause} if self.cause else told


def definitions(manifest):
    """The objects of a manifest, in its order; of two definitions of one object the last one counts, as in the cluster.

    helm took the manifest before, so nothing is checked here that helm did not check.

    :param manifest: YAML documents, as helm stores them.
    """
    found = {}
    for document in yaml.load_all(manifest, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        for definition in _flattened(document):
            if definition.get("kind") and (definition.get("metadata") or {}).get("name"):
                found[manifests.identity_of(definition)] = _comparable(definition)
    return list(found.values())


def _flattened(document):
    if not isinstance(document, dict):
        return []
    listed = str(document.get("kind")).endswith("List") and isinstance(document.get("items"), list)
    return document["items"] if listed else [document]


def _comparable(definition):
    """:returns: a definition as the server keeps it: the text of a Secret is write-only, the status is the server's."""
    wanted = manifests.comparable(definition)
    if "stringData" in wanted:
        plain = wanted.pop("stringData") or {}
        encoded = {name: base64.b64encode(str(value).encode()).decode() for name, value in plain.items()}
        wanted["data"] = {**(wanted.get("data") or {}), **encoded}
    return wanted


def may_be_missing(definition):
    """Tell whether the cluster removes an object by itself: a Job may have a time to live after its end."""
    return definition["kind"] == "Job" and (definition.get("spec") or {}).get("ttlSecondsAfterFinished") is not None


def unmet(wanted, live, path=()):
    """Yield the path of each field of a definition that an object does not have as it says.

    The server drops some of what is empty, so that is no difference. It also spells quantities its own way and leaves
    out zeros; whether these are differences only the server can say.

    :param wanted: the definition.
    :param live: the object as it is.
    :returns: tuples of names and list indexes.
    """
    if isinstance(wanted, dict) and isinstance(live, dict):
        for name, value in wanted.items():
            if name in live:
                yield from unmet(value, live[name], (*path, name))
            elif not _is_nothing(name, value):
                yield (*path, name)
    elif isinstance(wanted, list) and isinstance(live, list) and len(wanted) == len(live):
        for index, pair in enumerate(zip(wanted, live)):
            yield from unmet(*pair, (*path, index))
    elif not _is_same(wanted, live):
        yield path


def _is_nothing(name, value):
    # An empty `emptyDir` or `securityContext` says something; an empty map of labels does not.
    if value is None or value == [] or value == "":
        return True
    return (value == {} and name in MAPS) or (value == 0 and name in ZEROS)


def _is_same(left, right):
    # In Python True equals 1; in an object it does not.
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def differences(live, repaired):
    """Yield the path of each field in which an object differs from what the server would make of it.

    :param live: the object as it is.
    :param repaired: the object as the server would have it after its definition was applied again.
    """
    yield from _differences(manifests.comparable(live), manifests.comparable(repaired), ())


def _differences(left, right, path):
    if isinstance(left, dict) and isinstance(right, dict):
        for name in sorted(set(left) | set(right)):
            if name in left and name in right:
                yield from _differences(left[name], right[name], (*path, name))
            else:
                yield (*path, name)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, pair in enumerate(zip(left, right)):
            yield from _differences(*pair, (*path, index))
    elif not _is_same(left, right):
        yield path


def is_controlled(live, path):
    """Tell whether an autoscaler or another controller set a field, so that it is not the release's any more.

    :param live: the object, with its managedFields.
    :param path: the path of the field.
    """
    return any(
        _is_controller(entry) and _owns(entry.get("fieldsV1") or {}, path, live)
        for entry in live["metadata"].get("managedFields") or []
    )


def _is_controller(entry):
    manager = entry.get("manager") or ""
    return manager in CONTROLLERS or bool(entry.get("subresource") and not manager.startswith(PEOPLES_TOOLS))


def _owns(fields, path, value):
    """Follow a path through a fieldsV1 and through the object, whose list items it names by their keys."""
    for depth, step in enumerate(path):
        if isinstance(step, str):
            below = fields.get(f"f:{step}")
            value = value.get(step) if isinstance(value, dict) else None
        else:
            item = value[step] if isinstance(value, list) and step < len(value) else None
            below, value = next((found for key, found in fields.items() if _is_item(key, item, step)), None), item
        if below is None:
            # A list or mapping that is owned as a whole has nothing below it.
            return depth > 0 and not fields
        fields = below
    # What has entries below it but none for itself is owned in parts only.
    return bool(path) and (not fields or "." in fields)


def _is_item(key, item, index):
    form, unused_separator, text = key.partition(":")
    if form == "k":
        return isinstance(item, dict) and json.loads(text).items() <= item.items()
    return (form == "v" and json.loads(text) == item) or (form == "i" and text == str(index))


def path_text(path, live):
    """Write a path for people: ``spec.template.spec.containers[web].image``, ``data["airflow.cfg"]``."""
    text, value = "", live
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
            name = value.get("name") if isinstance(value, dict) else None
            text += f"[{name if isinstance(name, str) else step}]"
            continue
        value = value.get(step) if isinstance(value, dict) else None
        if PLAIN_NAME.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step)}]"
    return text


def deleted(definition):
    """:returns: the `Difference` for an object that the cluster lacks."""
    return Difference(rollout.label_of(definition), DELETED)


def edited(definition, live, paths):
    """:returns: the `Difference` for an object that was changed, None where only controllers did so."""
    fields = tuple(path_text(path, live) for path in paths if not is_controlled(live, path))
    return Difference(rollout.label_of(definition), EDITED, fields) if fields else None


def unknown(definition, live, cause):
    """:returns: the `Difference` for an object of which the server does not say whether it was edited.

    :param live: the object as it is; None where it could not be found either.
    :param cause: why not.
    """
    paths = unmet(definition, live) if live else ()
    return Difference(rollout.label_of(definition), UNKNOWN, tuple(path_text(path, live) for path in paths), cause)


def reason(found):
    """:returns: in one line, what is not as it was released; empty where there is nothing."""
    lacking = [each.label for each in found if each.state == DELETED]
    changed = [f"{each.label} ({_shortened(each.fields)})" for each in found if each.state == EDITED]
    parts = [f"the cluster lacks {_shortened(lacking)}"] if lacking else []
    parts += [f"somebody changed {_shortened(changed)}"] if changed else []
    return ", and ".join(parts)


def _shortened(texts):
    more = len(texts) - LONGEST_REASON
    return ", ".join(texts[:LONGEST_REASON]) + (f" and {more} more" if more > 0 else "")
