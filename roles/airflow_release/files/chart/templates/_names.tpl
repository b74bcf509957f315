{{- /*
Copyright (c) 2026, windrose.airflow contributors
GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
*/ -}}
{{- /* Names, labels and images. Arguments, where a template takes a dict, are named in front of it. */ -}}

{{- define "airflow.fullname" -}}
{{ .Release.Name }}
{{- end }}

{{- /* root, component (may be empty), extra: labels of the component's own */ -}}
{{- define "airflow.labels" -}}
{{ include "airflow.baseLabels" . }}
chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
heritage: {{ .root.Release.Service }}
{{- with mergeOverwrite (dict) .root.Values.labels (.extra | default dict) }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* root, component */ -}}
{{- define "airflow.baseLabels" -}}
tier: airflow
{{- with .component }}
component: {{ . }}
{{- end }}
release: {{ .root.Release.Name }}
{{- end }}

{{- /* root, component, extra */ -}}
{{- define "airflow.podLabels" -}}
{{ include "airflow.baseLabels" . }}
{{- with mergeOverwrite (dict) .root.Values.labels (.extra | default dict) }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* root, component, account: the serviceAccount values. Trust policies of clouds name these accounts: the
infix follows the release name exactly as in the official chart. */ -}}
{{- define "airflow.serviceAccountName" -}}
{{- $prefix := .root.Release.Name -}}
{{- if not (contains "airflow" $prefix) }}{{ $prefix = printf "%s-airflow" $prefix }}{{ end -}}
{{- if eq (toString .account.create) "false" -}}
{{ .account.name | default "default" }}
{{- else -}}
{{ .account.name | default (printf "%s-%s" $prefix .component) }}
{{- end }}
{{- end }}

{{- define "airflow.serviceAccountName.worker" -}}
{{- $account := .Values.workers.kubernetes.serviceAccount -}}
{{- $component := eq (toString $account.create) "true" | ternary "worker-kubernetes" "worker" -}}
{{ include "airflow.serviceAccountName" (dict "root" . "component" $component "account" $account) }}
{{- end }}

{{- /* root, component, account, name (the component's part of the name, when it is not the component), extra */ -}}
{{- define "airflow.serviceAccount" -}}
{{- if ne (toString .account.create) "false" }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "airflow.serviceAccountName" (dict "root" .root "component" (.name | default .component) "account" .account) }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "airflow.labels" . | nindent 4 }}
  {{- with .account.annotations }}
  annotations: {{- tpl (toYaml .) $.root | nindent 4 }}
  {{- end }}
automountServiceAccountToken: {{ ne (toString .account.automountServiceAccountToken) "false" }}
{{- end }}
{{- end }}

{{- define "airflow.image" -}}
{{- $repository := .Values.images.airflow.repository | default .Values.defaultAirflowRepository -}}
{{- with .Values.images.airflow.digest | default .Values.defaultAirflowDigest -}}
{{ $repository }}@{{ . }}
{{- else -}}
{{ $repository }}:{{ .Values.images.airflow.tag | default .Values.defaultAirflowTag }}
{{- end }}
{{- end }}

{{- define "airflow.taskImage" -}}
{{- $repository := include "airflow.workerContainer.repository" . -}}
{{- if $repository -}}
{{ $repository }}:{{ include "airflow.workerContainer.tag" . }}
{{- else -}}
{{ include "airflow.image" . }}
{{- end }}
{{- end }}

{{- define "airflow.workerContainer.repository" -}}
{{- $own := .Values.images.pod_template -}}
{{- $digest := .Values.images.airflow.digest | default .Values.defaultAirflowDigest -}}
{{- if or $own.repository $own.tag (not $digest) -}}
{{ coalesce $own.repository .Values.images.airflow.repository .Values.defaultAirflowRepository }}
{{- end }}
{{- end }}

{{- define "airflow.workerContainer.tag" -}}
{{- if include "airflow.workerContainer.repository" . -}}
{{ coalesce .Values.images.pod_template.tag .Values.images.airflow.tag .Values.defaultAirflowTag }}
{{- end }}
{{- end }}

{{- /* The two names below are those by which a podTemplate written for the official chart asks for the same things. */ -}}
{{- define "worker.serviceAccountName" -}}
{{ include "airflow.serviceAccountName.worker" . }}
{{- end }}

{{- define "pod_template_image" -}}
{{ include "airflow.taskImage" . }}
{{- end }}
