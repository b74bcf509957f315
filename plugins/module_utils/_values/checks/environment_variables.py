# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables that chart values give to containers, wherever they are written. Pure: no I/O.

What ``extraEnvFrom`` and ``valueFrom`` refer to stands elsewhere: of the one nothing is known, of the other the name.
Source: ``custom_airflow_environment`` and its neighbours in the official chart's templates/_helpers.yaml.
"""

from __future__ import annotations

import dataclasses
import functools
import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import config_keys, secret_text
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import list_at, map_at, walk

# An option of any section, of which no table knows all. It may also come from a command, or from a secrets backend:
# https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html
_OPTION = re.compile(r"AIRFLOW__([A-Z0-9_]+?)__([A-Z0-9_]+)")
_ENDING = re.compile(r"_(?:CMD|SECRET)$")
# The name of an entry in a text; its value may be anything, or come from elsewhere.
_NAME = re.compile(r"""\bname["']?[ \t]*:[ \t]*["']?([A-Za-z_][\w.-]*)""")
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
EVERYWHERE = ()
# Their containers are given all that Airflow's own are.
_EVERYWHERE = ("env", "secret", "extraEnv")
_TEXTS = ("extraEnv", "podTemplate")
# Containers, pods and objects of one's own. What they hold is not added to what the chart gives to Airflow's containers.
_OWN_CONTAINERS = ("extraContainers", "extraInitContainers")
_OWN = ("podTemplate", "extraConfigMaps", "extraSecrets")


@dataclasses.dataclass(frozen=True)
class Variable:
    """One environment variable.

    :param path: where it is written, as a tuple of keys.
    :param name: its name.
    :param value: its value; None where that is kept elsewhere.
    :param scope: the path of the component or container that gets it; `EVERYWHERE` where all of Airflow's do.
    """

    path: tuple
    name: str
    value: object
    scope: tuple

    @property
    def is_added(self):
        """Whether the chart adds it to those that it gives to containers of Airflow itself."""
        return self.path[0] not in _OWN and not set(self.path) & set(_OWN_CONTAINERS)

    @property
    def name_path(self):
        """Where its name is written, as a tuple of keys."""
        if not isinstance(self.path[-1], int):
            return self.path
        return (*self.path, "envName" if self.path[0] == "secret" else "name")

    @property
    def list_path(self):
        """The path of the list, or of the text, that it is in."""
        return self.path[:-1] if isinstance(self.path[-1], int) else self.path

    @property
    def option(self):
        """The (section, option) of Airflow that it sets, itself or by a command or a secrets backend; None where it sets none."""
        short = _ENDING.sub("", self.name)
        known = _options().get(self.name) or _options().get(short)
        match = _OPTION.fullmatch(short)
        return known or ((match[1].lower(), match[2].lower()) if match else None)


def variables(values):
    """:param values: chart values of any shape.

    :returns: iterator of `Variable`, those for containers, pods and objects of one's own among them.
    """
    for path, content in walk(values):
        for place, entry in enumerate(list_at(content, "env")):
            if isinstance(entry, dict) and isinstance(entry.get("name"), str):
                yield Variable((*path, "env", place), entry["name"], entry.get("value"), path)
    for place, entry in enumerate(list_at(values, "secret")):
        if isinstance(entry, dict) and isinstance(entry.get("envName"), str):
            yield Variable(("secret", place), entry["envName"], None, EVERYWHERE)
    for key in _TEXTS:
        for name, value in _in_text(values.get(key)):
            yield Variable((key,), name, value, EVERYWHERE if key in _EVERYWHERE else (key,))
    yield from _in_objects(values)


def added_variables(values):
    """:returns: list of the `Variable` that the chart adds to those that it gives to containers of Airflow itself."""
    return [variable for variable in variables(values) if variable.is_added]


def _in_text(text):
    if not isinstance(text, str):
        return
    text = _COMMENT.sub("", text)
    plain = dict(secret_text.variables_in(text))
    for name in dict.fromkeys(_NAME.findall(text)):
        yield name, plain.get(name)


def _in_objects(values):
    """Entries of ConfigMaps and Secrets that the chart makes; ``envFrom`` makes variables of them."""
    for kind, keys in (("extraConfigMaps", ("data",)), ("extraSecrets", ("stringData", "data"))):
        for name, content in map_at(values, kind).items():
            for key in keys:
                text = content.get(key) if isinstance(content, dict) else None
                for variable, value in secret_text.entries_in(text) if isinstance(text, str) else ():
                    is_plain = kind == "extraConfigMaps" and key == "data"
                    yield Variable((kind, name, key), variable, value if is_plain else None, (kind, name))


def option(values, section, name, default=None):
    """:returns: an option of Airflow: environment variables win over ``config``, as they do in Airflow.

    Of a variable whose value is kept elsewhere, what Kubernetes' own reference to it looks like, ``$(NAME)``.
    """
    wanted = variable_of(section, name)
    # Of several entries of one name the last wins.
    for variable in reversed([*variables({key: values[key] for key in _EVERYWHERE if key in values})]):
        if variable.name == wanted:
            return f"$({wanted})" if variable.value is None else variable.value
    found = map_at(values, "config").get(section)
    return found.get(name, default) if isinstance(found, dict) else default


def variable_of(section, option_name):
    """:returns: the name of the environment variable of an option (``_env_var_name`` of airflow's configuration parser)."""
    return f"AIRFLOW__{section.replace('.', '_')}__{option_name}".upper()


@functools.cache
def _options():
    """{name of a variable: (section, option)} of all options that Airflow has, or had."""
    return {variable_of(*place): place for place in config_keys.known_options()}
