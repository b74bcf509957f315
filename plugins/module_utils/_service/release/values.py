# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiles the specification of an environment to chart values, and checks them before anything is touched."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    CommandError,
    RenderError,
    WindroseError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._release import (
    chart,
    rendered,
    revisions,
    secret_annotations,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.store import ReleaseStore
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.unread_keys import UnreadKeys
from ansible_collections.windrose.airflow.plugins.module_utils._values import (
    airflow_versions,
    compiler,
    overrides,
    service_accounts,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.attribution import Attribution
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    official_only,
    override_limits,
    value_check,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import failures, judgement
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import Specification


class ValuesError(WindroseError):
    """The chart values cannot be right."""


@dataclasses.dataclass(frozen=True)
class CompiledValues:
    """Chart values that were not refused.

    :param path: the path of the chart.
    :param chart_values: the values.
    :param settings: list of `Setting`, which explain them.
    :param defaults: the chart's own values.
    :param warnings: list of `ValueFinding`: what is doubtful about the values, and refuses nothing.
    :param asked: {one of `judgement.ASKED`: what the chart asks for}; None of each where it was not rendered.
    :param chart: {name, version} of the chart.
    :param left_out: list of {path, variable}: what the chart has no key for, where it is in the place of the official one.
    """

    path: str
    chart_values: dict
    settings: list
    defaults: dict
    warnings: list
    asked: dict
    chart: dict
    left_out: list


class ValuesService:
    """The chart values of one environment.

    :param charts: a `ChartService`.
    :param parameters: the parameters of the module `values`.
    :param rendering: a `Rendering`; None where nothing is to be rendered.
    :param progress: a `Progress`; None where nobody listens.
    """

    def __init__(self, charts, parameters, rendering, progress=None):
        self._charts = charts
        self._parameters = parameters
        self._rendering = rendering
        self._progress = Progress() if progress is None else progress
        # What the chart renders with the values, where that was not known from an earlier run.
        self._manifest = None
        # What the chart asks for; None where nothing was rendered.
        self._asked = None

    def compile(self):
        """Compile and check.

        :returns: `CompiledValues`.
        :raises SpecificationError: where variables contradict each other; all of it at once.
        :raises ValuesError: where the values are not what the chart takes; all of it at once.
        :raises ReleaseError: where the chart cannot be fetched or is not the pinned one.
        """
        path = self._charts.path(self._parameters["chart"])
        facts = ChartFacts(**chart.contents(path))
        with chart.reading(path):
            digest = chart.chart_digest(path)
        specification = self._parameters["specification"]
        compiled, raw, left_out = compiler.compile_settings(specification), self._parameters["values_overrides"], []
        if self._parameters.get("in_place_of_official"):
            compiled, raw, left_out = official_only.reduced(compiled, raw, facts, specification.get("version"))
        settings = compiler.minimal(compiled, facts.defaults)
        raw = overrides.without_copied_defaults(raw, compiler.chart_values(compiled), facts.defaults)
        chart_values = overrides.merged(compiler.chart_values(settings), raw)
        context = self._context(chart_values, facts, compiled, raw)
        attribution = Attribution(raw, settings)
        told = value_check.check_values(chart_values, facts, context, attribution, lambda found: self._rendered(
            path, digest, override_limits.lifted(chart_values, context, found), context["airflow_version"]))
        asked = self._told_asked(attribution)
        errors = [finding for finding in told if finding.severity == ERROR]
        if errors:
            raise ValuesError(
                "Refused", f"the values for chart {facts.name} {facts.version}", "".join(f"\n- {finding}" for finding in errors),
                "Nothing was changed.", findings=[finding.as_dict() for finding in told], chart=_named(facts), **asked)
        told += value_check.elsewhere(self._unread(path, digest, facts, raw, compiled, context["airflow_version"]), told)
        return CompiledValues(
            path, chart_values, overrides.settings_with(settings, raw), facts.defaults, sorted(told), asked, _named(facts), left_out)

    def _told_asked(self, attribution):
        if self._asked is None:
            return dict.fromkeys(judgement.ASKED)
        claims = [{**claim, "subject": attribution.written_as(claim["subject"])} for claim in self._asked["claims"]]
        return {**self._asked, "claims": claims}

    def _rendered(self, path, digest, chart_values, airflow_version):
        """Note what the chart asks for, too.

        :returns: list of `ValueFinding` in what helm renders.
        """
        # Of another Airflow the chart makes something else.
        if self._rendering is None or airflow_versions.refusal(airflow_version):
            return []
        context = self._rendered_context()
        inputs = [digest, revisions.values_text(chart_values), context]
        try:
            verdict = self._rendering.remembered(inputs, lambda: self._judged(path, chart_values, context))
        except CommandError as error:
            return failures.helm_missing(error.cause, error.remedy)
        self._asked = verdict["asked"]
        return [ValueFinding(**finding) for finding in verdict["findings"]]

    def _judged(self, path, chart_values, context):
        """:returns: {findings, asked} as JSON data, which holds no secret."""
        try:
            self._manifest = self._rendering.render(path, chart_values)
            found, asked = judgement.judged(self._manifest, chart_values, self._rendering.kubernetes_schema(), context)
        except RenderError as error:
            found, asked = failures.failures(error.cause, error.output, chart_values), None
        return {"findings": [dataclasses.asdict(finding) for finding in found], "asked": asked}

    def _unread(self, path, digest, facts, raw, compiled, airflow_version):
        """:returns: list of `ValueFinding`: raw values that change nothing in what helm renders."""
        if self._rendering is None or not raw:
            return []
        below = compiler.chart_values(compiler.minimal(compiled, facts.defaults))

        def judge():
            keys = UnreadKeys(
                lambda values: self._rendering.render(path, values), lambda changed: overrides.merged(below, changed), self._progress)
            manifest = self._manifest or self._rendering.render(path, overrides.merged(below, raw))
            return [dataclasses.asdict(finding) for finding in keys.findings(raw, manifest, facts, compiled, airflow_version)]

        inputs = ["unread keys", digest, revisions.values_text(raw), [dataclasses.astuple(setting) for setting in compiled]]
        return [ValueFinding(**finding) for finding in self._rendering.remembered(inputs, judge)]

    def _rendered_context(self):
        raw = self._parameters["specification"]
        specification, _findings = Specification.read(raw, compiler.VARIABLES)
        return {
            "pod_security": specification["prerequisites_pod_security"],
            "are_contexts_given": specification["platform"] == "openshift",
            "service_accounts": [account["name"] for account in service_accounts.accounts(raw)],
        }

    def _context(self, chart_values, facts, compiled, raw):
        specification = self._parameters["specification"]
        log_store = (specification.get("logs") or {}).get("store")
        clients = (specification.get("pgbouncer") or {}).get("max_client_connections")
        return {
            **value_check.context(chart_values, facts, compiled, raw, log_store),
            "node_pools": self._parameters["node_pools"],
            "database_max_connections": self._parameters["database_max_connections"],
            "pgbouncer": {"maxClientConn": clients},
            "chart_source": self._parameters["chart"]["source"],
        }

    def gather(self, kube=None, helm=None):
        """Compile, check and, where a cluster and helm are given, compare with what the release has deployed.

        :param kube: a `KubeClient`, or None.
        :param helm: a `HelmClient`, or None.
        :returns: the result of the module.
        :raises WindroseError: as `compile`.
        """
        compiled = self.compile()
        result = {
            "changed": False,
            "chart_values": compiled.chart_values,
            "explanation": compiler.explanation(compiled.settings).splitlines(),
            "findings": [finding.as_dict() for finding in compiled.warnings],
            "chart": compiled.chart,
            "left_out": compiled.left_out,
            **compiled.asked,
            "secret_names": sorted(secret_annotations.readers(compiled.chart_values, compiled.defaults)),
        }
        if kube and helm:
            result["diff"] = self._difference(kube, helm, compiled.path, compiled.chart_values)
        return result

    def _difference(self, kube, helm, path, chart_values):
        name, namespace = self._parameters["name"], self._parameters["namespace"]
        version = kube.server_version()["gitVersion"]
        wanted = rendered.objects(helm.render(name, namespace, path, chart_values, version), namespace)
        store = ReleaseStore(kube, name, namespace)
        deployed = revisions.deployed_revision(store.revisions())
        found = rendered.objects(store.content(deployed).manifest, namespace) if deployed else {}
        # The module release lays the annotations over the values: they say nothing of the specification.
        return rendered.differences(secret_annotations.without(found), secret_annotations.without(wanted))


def _named(facts):
    return {"name": facts.name, "version": facts.version}
