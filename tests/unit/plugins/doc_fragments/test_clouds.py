# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usual parameters of the clouds are the same in fragments, in argument specs, and in options inside other options."""

from __future__ import annotations

import importlib

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources
from ansible_collections.windrose.airflow.plugins.modules import secret_keys

SPECS = {"aws": _argument_specs.AWS, "google": _argument_specs.GOOGLE, "azure": _argument_specs.AZURE}
# Which suboptions of a source are those of a cloud.
SOURCES = {
    "aws_secrets_manager": ("aws", {"region", "profile", "endpoint_url"}),
    "google_secret_manager": ("google", {"project", "service_account_file"}),
    "azure_key_vault": ("azure", {"tenant", "client_id"}),
}
DECLARED = ("type", "default", "choices", "required")


def fragment(cloud):
    """:returns: the options that a fragment tells of."""
    module = importlib.import_module(f"ansible_collections.windrose.airflow.plugins.doc_fragments.{cloud}")
    return yaml.safe_load(module.ModuleDocFragment.DOCUMENTATION)["options"]


def source_suboptions(place):
    """:returns: {kind of source: the suboptions that the documentation of secret_keys tells of}.

    :param place: where the source is: that of a key, or that of a part.
    """
    options = yaml.safe_load(secret_keys.DOCUMENTATION)["options"]["keys"]["suboptions"]
    options = options if place == "key" else options["parts"]["suboptions"]
    return {kind: told.get("suboptions", {}) for kind, told in options["source"]["suboptions"].items()}


def declared(option):
    return {name: option[name] for name in DECLARED if name in option}


@pytest.mark.parametrize("cloud", SPECS)
def test_a_fragment_tells_of_what_the_spec_declares(cloud):
    assert {name: declared(option) for name, option in fragment(cloud).items()} == SPECS[cloud]


@pytest.mark.parametrize("place", ["key", "part"])
@pytest.mark.parametrize("kind", SOURCES)
def test_suboptions_of_a_cloud_are_those_of_its_fragment(kind, place):
    cloud, names = SOURCES[kind]
    told = {name: option for name, option in source_suboptions(place)[kind].items() if name in fragment(cloud)}
    assert set(told) == names
    for name, option in told.items():
        assert {field: value for field, value in option.items() if field != "required"} == fragment(cloud)[name]


@pytest.mark.parametrize("place", ["key", "part"])
def test_a_source_takes_what_its_documentation_tells_of(place):
    told = source_suboptions(place)
    assert set(told) == set(sources.KINDS)
    for kind, options in told.items():
        taken = sources.ARGUMENTS["options"][kind].get("options", {})
        assert {name: declared(option) for name, option in options.items()} == {
            name: declared(option) for name, option in taken.items()}  # fmt: skip
