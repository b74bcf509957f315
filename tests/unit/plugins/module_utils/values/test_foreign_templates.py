# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which texts are templates of helm, and what is said of them."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import foreign_templates


@pytest.mark.parametrize("text", [
    "{{ .Release.Name }}", "{{- .Values.a | quote -}}", "{{ Release.Name }}", "{{ Values.a }}", "{{ $x }}", '{{ include "a" . }}',
    '{{ tpl "a" . }}', "{{/* a */}}", "{{- if .Values.a }}b{{ end }}", "{{ range $i, $e := .a }}", '{{ printf "%s" .a }}', "{{ now }}",
    "a-{{ .Release.Namespace }}.svc", '{{ lookup "v1" "Secret" "a" "b" }}',
])
def test_a_template_of_helm(text):
    assert foreign_templates.is_of_helm(text)
    assert foreign_templates.remedy(text, "a").startswith("Tag it, so that helm gets it as it stands: `a: !unsafe`")


@pytest.mark.parametrize("text", [
    "{{ airflow_url }}", "{{ lookup('env', 'A') }}", "{{ range(3) }}", "{{ now() }}", "{{ ds }}", "{% if a %}b{% endif %}", "plain",
    "{{ included }}", "{{ releases }}", "{{ 'text' }}",
])
def test_what_may_be_a_template_of_ansible(text):
    assert not foreign_templates.is_of_helm(text)
    assert "where it is meant for Ansible, correct it" in foreign_templates.remedy(text, "a")


@pytest.mark.parametrize(("text", "evaluated", "is_lost"), [
    ("a {# b #} c", "a  c", True), ("${#a[@]}", "$", True), ("{% raw %}{# b #}{% endraw %}", "{# b #}", False), ("{{ a }}", "b", False),
])
def test_what_jinja_takes_for_a_comment(text, evaluated, is_lost):
    assert foreign_templates.is_commented_out(text, evaluated) == is_lost


def test_everything_is_refused_at_once_with_its_place():
    refused = foreign_templates.refusal("x", [("x.b", None, "it is odd", "Tag it"), ("x.a", "/all.yml:3", "it is odd", "Tag it")])
    assert str(refused) == (
        "Refused the templates of x:\n- x.a, written in /all.yml:3: it is odd. Tag it.\n- x.b: it is odd. Tag it.\nNothing was changed.")
