# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a values file as helm does, and refuses what cannot be one. Pure: no I/O."""

from __future__ import annotations

import functools
import re

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import key_text

try:
    import yaml
except ImportError:
    # It comes with ansible-core, which runs on the machine that imports.
    pass

# Of what aliases stand for, each place counts: a file of a kilobyte can stand for more than a machine holds.
MOST_VALUES = 100_000
_TRIED = "Could not import"
_VAULT, _SOPS_VALUE = "$ANSIBLE_VAULT;", "ENC["
_PREFIX = "tag:yaml.org,2002:"
_TWICE = "a key stands here for the second time"


class SourceError(WindroseError):
    """A file cannot be imported; nothing was written."""


def _untagged(loader, _suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else loader.construct_mapping(node, deep=True)


@functools.cache
def _loader():
    """:returns: the class that reads YAML as helm does: times of day and dates are texts, tags of other programs say nothing, each key is
    there once."""

    class Loader(yaml.SafeLoader):
        """Without the forms of numbers that go-yaml does not have, and without those of time."""

        yaml_implicit_resolvers = {
            first: [(tag, pattern) for tag, pattern in known if tag not in (f"{_PREFIX}{kind}" for kind in ("timestamp", "int", "float"))]
            for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

        def construct_mapping(self, node, deep=False):
            if isinstance(node, yaml.MappingNode):
                seen = set()
                for key, _value in node.value:
                    name = key.value if isinstance(key, yaml.ScalarNode) and key.tag != f"{_PREFIX}merge" else None
                    if name in seen:
                        raise yaml.MarkedYAMLError(problem=_TWICE, problem_mark=key.start_mark)
                    seen |= {name} - {None}
            return super().construct_mapping(node, deep)

    Loader.add_multi_constructor("!", _untagged)
    # Without the sexagesimal forms of YAML 1.1, which go-yaml does not have: 12:30 is a text there.
    Loader.add_implicit_resolver(
        f"{_PREFIX}int", re.compile(r"^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+)$"), list("-+0123456789"))
    Loader.add_implicit_resolver(
        f"{_PREFIX}float",
        re.compile(r"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9][0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"),
        list("-+0123456789."))
    return Loader


def read(text, path):
    """Read a values file.

    :param text: its content.
    :param path: its path, for messages.
    :returns: chart values as a dict of their own, without aliases and merge keys; an empty file holds none.
    :raises SourceError: it is no values file, with line and column where it is no YAML; the message quotes no value.
    """
    if text.lstrip().startswith(_VAULT):
        raise _encrypted(path, "ansible-vault decrypt")
    try:
        documents = [document for document in yaml.load_all(text, Loader=_loader()) if document is not None]
        expanded = [_Expansion().of(document) for document in documents]
    except yaml.MarkedYAMLError as error:
        raise _no_yaml(path, error, text) from error
    except yaml.YAMLError as error:
        raise SourceError(_TRIED, path, "it holds characters that YAML does not allow", "Save it as plain text in UTF-8.") from error
    except (RecursionError, OverflowError) as error:
        raise SourceError(_TRIED, path, "its maps and aliases stand for more than can be read", "Write out what the aliases mean.") from error
    except ValueError as error:
        raise SourceError(_TRIED, path, "a number in it cannot be read", "Put it into quotes.") from error
    if len(expanded) > 1:
        raise SourceError(_TRIED, path, f"it holds {len(expanded)} documents of YAML", "Write one file for each, and import one.")
    values = expanded[0] if expanded else {}
    if not isinstance(values, dict):
        raise SourceError(_TRIED, path, "it is not a map of chart values", "Name a file as `helm install --values` takes it.")
    if _is_encrypted(values):
        raise _encrypted(path, "sops decrypt")
    return values


def _no_yaml(path, error, text):
    mark = error.problem_mark or error.context_mark
    place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    lines = text.splitlines()
    is_template = mark and any("{{" in line for line in lines[max(0, mark.line - 1):mark.line + 1])
    remedy = "Correct it there; `helm lint` reads it as strictly."
    if error.problem == _TWICE:
        remedy = "Keep one of the two; helm would take the last one without a word."
    elif is_template:
        remedy = "Render the template first, or put a value that holds {{ into quotes."
    return SourceError(_TRIED, f"{path}{place}", error.problem or "it is no YAML", remedy)


def _encrypted(path, command):
    remedy = f"Decrypt it first (`{command}`), and import the result. Secrets in it are left out of the inventory, and the report names each."
    return SourceError(_TRIED, path, "it is encrypted", remedy)


def _is_encrypted(values):
    sops = values.get("sops")
    return isinstance(sops, dict) and "mac" in sops or _holds(values, _SOPS_VALUE)


def _holds(value, beginning):
    if isinstance(value, dict):
        return any(_holds(inner, beginning) for inner in value.values())
    if isinstance(value, list):
        return any(_holds(inner, beginning) for inner in value)
    return isinstance(value, str) and value.startswith(f"{beginning}AES256_GCM,")


class _Expansion:
    """Writes out what aliases stand for, so that no two places share a value; keys are texts, as in helm."""

    def __init__(self):
        self._count = 0

    def of(self, value):
        """:returns: a copy of a value.
        :raises RecursionError: it holds itself.
        :raises OverflowError: it is too large.
        """
        self._count += 1
        if self._count > MOST_VALUES:
            raise OverflowError
        if isinstance(value, dict):
            return {key_text(key): self.of(inner) for key, inner in value.items()}
        return [self.of(inner) for inner in value] if isinstance(value, list) else value
