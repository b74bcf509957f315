# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of a specification may hold, and how they are read. Pure: no I/O.

A declaration is the one source of an option: `make generate` writes the role's argument specification, its defaults and
the tables of its README from here. Every constructor takes the description first, so that none is left out.

Types are those of Ansible's argument specifications. What Ansible would convert for a role (a number that a template
made a text, for example) is converted here the same way; what is wrong becomes a finding that names the variable.
"""

from __future__ import annotations

import dataclasses
import difflib
import re

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

# Helm prints whole numbers from here on as 1e+06, which neither Airflow nor Kubernetes takes.
LARGEST_NUMBER = 999_999
_FLAGS = {
    **dict.fromkeys(("yes", "on", "1", "true", "t", "y"), True),
    **dict.fromkeys(("no", "off", "0", "false", "f", "n"), False),
}
_NAMES_OF_TYPES = {str: "a text", bool: "a flag", int: "a number", float: "a number", dict: "a mapping", list: "a list"}


@dataclasses.dataclass(frozen=True)
class Option:
    """A variable, or an option inside one.

    :param kind: its type, by Ansible's name: str, int, bool, dict or list.
    :param description: what it is for, in sentences for its users; a list has that of its elements.
    :param default: what holds where it is left out; at the top, ``{{ airflow_x }}`` stands for another variable.
    :param choices: all that it may be; empty for no such limit.
    :param form: the `Form` of a text.
    :param minimum: the least number.
    :param maximum: the greatest number.
    :param options: {name: Option} of a mapping whose keys are known.
    :param key_form: the `Form` of the keys of a mapping whose keys are free.
    :param element: the Option of the elements of a list, or of the values of a mapping whose keys are free.
    :param required: whether it must be there where the mapping around it is.
    :param sparse: whether a mapping has only those of its options that are given; to Kubernetes an empty one may say
        something else than none.
    """

    kind: str
    description: str
    default: object = None
    choices: tuple = ()
    form: forms.Form | None = None
    minimum: int = 0
    maximum: int = LARGEST_NUMBER
    options: dict | None = None
    key_form: forms.Form | None = None
    element: Option | None = None
    required: bool = False
    sparse: bool = False


def text(description, form=forms.LINE, default=None, choices=(), required=False):
    """:returns: the Option of a text."""
    return Option("str", description, default, choices, form, required=required)


def integer(description, minimum=0, maximum=LARGEST_NUMBER, default=None, required=False):
    """:returns: the Option of a whole number."""
    return Option("int", description, default, minimum=minimum, maximum=maximum, required=required)


def boolean(description, default=False):
    """:returns: the Option of a flag."""
    return Option("bool", description, default)


def mapping(description, /, **options):
    """:returns: the Option of a mapping with these options."""
    return Option("dict", description, options=options)


def sparse_mapping(description, /, **options):
    """:returns: the Option of a mapping that is handed on as it is given."""
    return Option("dict", description, options=options, sparse=True)


def texts_by_name(description, key_form, value_form):
    """:returns: the Option of a mapping from free names to texts."""
    return Option("dict", description, key_form=key_form, element=text(description, value_form))


def free_mapping(description, *keys, default=None):
    """:returns: the Option of a mapping in Kubernetes' own syntax, of which only the first level's keys are known."""
    return Option("dict", description, default, choices=keys)


def listing(element, default=None):
    """:returns: the Option of a list, whose description is that of its elements."""
    return Option("list", element.description, default, element=element)


def absent(option):
    """:returns: what holds where an option is left out."""
    if option.kind == "dict":
        return {name: absent(inner) for name, inner in (option.options or {}).items()}
    return [] if option.kind == "list" else option.default


def argument(option):
    """Say in the words of the argument specification of a module what may be given.

    :param option: an `Option` that holds no secret.
    """
    inner = option.element if option.kind == "list" else option
    # ansible-test asks that of each option whose name could be that of a secret, such as the key of a taint.
    said = {"type": option.kind, "no_log": False}
    if option.kind == "list":
        said["elements"] = inner.kind
    if option.choices and option.kind == "str":
        said["choices"] = list(option.choices)
    if option.default is not None:
        said["default"] = option.default
    if option.required:
        said["required"] = True
    if inner.options:
        said["options"] = {name: argument(below) for name, below in inner.options.items()}
    return said


def read(value, option, path):
    """Read a value as its option says.

    :param value: what the inventory holds; null and an empty text mean that it was left out.
    :param path: the variable's name, with the names of the options down to this one.
    :returns: (what it means, list of ValueFinding); mappings have all of their options.
    """
    if value is None or isinstance(value, str) and not value.strip():
        return absent(option), []
    return _READERS[option.kind](value, option, path)


def _refused(option, path, problem, remedy):
    return absent(option), [ValueFinding(path, problem, remedy)]


def _wrong_type(value, option, path, wanted):
    return _refused(option, path, f"it is {_NAMES_OF_TYPES.get(type(value), 'something else')}", f"Write {wanted}")


def _read_text(value, option, path):
    # How other decimal numbers were written can no longer be seen: 3.10 reads as 3.1.
    if (
        isinstance(value, int)
        and not isinstance(value, bool)
        or isinstance(value, float)
        and option.form is forms.QUANTITY
    ):
        value = str(value)
    if not isinstance(value, str):
        return _wrong_type(value, option, path, "a text, in quotes")
    if option.choices:
        if value in option.choices:
            return value, []
        return _refused(option, path, "it is not one of the choices", f"Choose {_listed(option.choices, 'or')}")
    trouble = forms.trouble(value)
    if trouble:
        return _refused(option, path, *trouble)
    if option.form in (forms.IMAGE_REPOSITORY, forms.IMAGE_TAG) and forms.holds_digest(value):
        return _refused(option, path, *_digest_belongs_apart(path))
    if not option.form.fits(value):
        return _refused(option, path, "it does not have the expected form", f"Write {option.form.wanted}")
    return value, []


def _digest_belongs_apart(path):
    part = re.search(r"[a-z]+$", path)[0]
    digest = path.removesuffix(part) + "digest"
    remedy = f"Write the {part} alone, and put the digest, sha256: and its 64 digits, into {digest}"
    return "it holds a digest, which has an option of its own", remedy


def _listed(words, last_but_one):
    *others, last = words
    return f"{', '.join(others)} {last_but_one} {last}" if others else last


def _read_integer(value, option, path):
    number = value
    if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9]{1,18}", value.strip()):
        number = int(value)
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    if isinstance(number, bool) or not isinstance(number, int):
        return _wrong_type(value, option, path, "a whole number")
    if not option.minimum <= number <= option.maximum:
        remedy = f"Write a number from {option.minimum} to {option.maximum}"
        return _refused(option, path, "it is out of range", remedy)
    return number, []


def _read_boolean(value, option, path):
    if isinstance(value, bool):
        return value, []
    flag = _FLAGS.get(str(value).strip().lower()) if isinstance(value, (str, int)) else None
    return (flag, []) if flag is not None else _wrong_type(value, option, path, "true or false")


def _read_mapping(value, option, path):
    if not isinstance(value, dict):
        return _wrong_type(value, option, path, "a mapping")
    if not value:
        return absent(option), []
    if option.options is not None:
        return _read_known_keys(value, option, path)
    return _read_free_keys(value, option, path)


def _read_known_keys(value, option, path):
    findings = [_unknown(path, key, option.options) for key in value if key not in option.options]
    result = {}
    for name, inner in option.options.items():
        result[name], found = read(value.get(name), inner, f"{path}.{name}")
        findings += found
        if inner.required and not found and result[name] in (None, [], {}):
            findings.append(ValueFinding(f"{path}.{name}", "it is missing", "Add it"))
    if option.sparse:
        result = {name: inner for name, inner in result.items() if None not in (value.get(name), inner)}
    return result, findings


def _unknown(path, key, options):
    nearest = difflib.get_close_matches(str(key), options, n=1)
    if nearest:
        return ValueFinding(path, f"it has no option {key}", f"Write {nearest[0]}")
    # A key that resembles none may be anything, a secret too.
    return ValueFinding(
        path, "it has an unknown option", f"Remove it; the options are {_listed(sorted(options), 'and')}"
    )


def _read_free_keys(value, option, path):
    findings, result = [], {}
    for key, inner in value.items():
        if not isinstance(key, str) or option.key_form and not option.key_form.fits(key):
            wanted = option.key_form.wanted if option.key_form else "keys as texts, in quotes"
            findings.append(ValueFinding(path, "one of its keys does not have the expected form", f"Write {wanted}"))
        elif option.choices and key not in option.choices:
            findings.append(_unknown(path, key, option.choices))
        elif option.element:
            # An empty text is a value here: the label of a node may be empty.
            result[key], found = ("", []) if inner == "" else _read_text(inner, option.element, f"{path}.{key}")
            findings += found
        else:
            result[key] = inner
            findings += _words(inner, f"{path}.{key}")
    return result, findings


def _words(value, path):
    """Find trouble in the texts of a mapping in Kubernetes' own syntax."""
    if isinstance(value, dict):
        return [finding for key, inner in value.items() for finding in _words(str(key), path) + _words(inner, path)]
    if isinstance(value, list):
        return [finding for inner in value for finding in _words(inner, path)]
    trouble = forms.trouble(value) if isinstance(value, str) else None
    return [ValueFinding(path, *trouble)] if trouble else []


def _read_list(value, option, path):
    if not isinstance(value, list):
        return _wrong_type(value, option, path, "a list")
    findings, result = [], []
    for place, inner in enumerate(value):
        if inner in (None, {}) or isinstance(inner, str) and not inner.strip():
            findings.append(ValueFinding(f"{path}[{place}]", "it is empty", "Fill it in or remove it"))
            continue
        entry, found = read(inner, option.element, f"{path}[{place}]")
        result.append(entry)
        findings += found
    return result, findings


_READERS = {
    "str": _read_text,
    "int": _read_integer,
    "bool": _read_boolean,
    "dict": _read_mapping,
    "list": _read_list,
}
