{{- /*
Copyright (c) 2026, windrose.airflow contributors
GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
*/ -}}
{{- /* Environment variables as list items without indentation. */ -}}

{{- /* Values `env`, `secret` and `extraEnv`: in every Airflow container and in task pods. */ -}}
{{- define "airflow.environment.custom" -}}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- range .Values.secret }}
- name: {{ .envName }}
  valueFrom:
    secretKeyRef:
      name: {{ .secretName }}
      key: {{ .secretKey | default "value" }}
{{- end }}
{{- with .Values.extraEnv }}
{{ tpl . $ | trim }}
{{- end }}
{{- end }}

{{- /* root, variable, secret, key; nothing when enableBuiltInSecretEnvVars switches the variable off */ -}}
{{- define "airflow.environment.secret" -}}
{{- if index .root.Values.enableBuiltInSecretEnvVars .variable }}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end }}
{{- end }}

{{- define "airflow.environment.builtIn" -}}
{{- $metadata := .Values.data.metadataSecretName | default (printf "%s-metadata" .Release.Name) -}}
{{- $fernet := .Values.fernetKeySecretName | default (printf "%s-fernet-key" .Release.Name) -}}
{{- $api := .Values.apiSecretKeySecretName | default (printf "%s-api-secret-key" .Release.Name) -}}
- name: AIRFLOW_HOME
  value: {{ .Values.airflowHome }}
{{- include "airflow.environment.secret" (dict "root" . "variable" "AIRFLOW__CORE__FERNET_KEY" "secret" $fernet "key" "fernet-key") }}
{{- range list "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" "AIRFLOW_CONN_AIRFLOW_DB" }}
{{- include "airflow.environment.secret" (dict "root" $ "variable" . "secret" $metadata "key" "connection") }}
{{- end }}
{{- include "airflow.environment.secret" (dict "root" . "variable" "AIRFLOW__API__SECRET_KEY" "secret" $api "key" "api-secret-key") }}
{{- end }}

{{- /* Only the two components that sign task tokens hold this key: a task pod that had it could pose as any task. */ -}}
{{- define "airflow.environment.tokenKey" -}}
{{- $secret := .Values.jwtSecretName | default (printf "%s-jwt-secret" .Release.Name) -}}
{{- include "airflow.environment.secret" (dict "root" . "variable" "AIRFLOW__API_AUTH__JWT_SECRET" "secret" $secret "key" "jwt-secret") }}
{{- end }}

{{- /* root, own: the component's `env`, tokenKey: whether the container gets the token key */ -}}
{{- define "airflow.environment" -}}
{{- with include "airflow.environment.custom" .root | trim }}
{{ . }}
{{- end }}
{{ include "airflow.environment.builtIn" .root | trim }}
{{- if .tokenKey }}
{{- include "airflow.environment.tokenKey" .root }}
{{- end }}
{{- with .own }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* root; custom variables come last here, so that they prevail in a task pod, as in the official pod template */ -}}
{{- define "airflow.environment.task" -}}
- name: AIRFLOW__CORE__EXECUTOR
  value: {{ .Values.executor }}
{{ include "airflow.environment.builtIn" . | trim }}
{{- include "airflow.environment.custom" . }}
{{- with .Values.workers.kubernetes.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "airflow.environment.from" -}}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- tpl . $ | trim | nindent 2 }}
{{- end }}
{{- end }}

{{- /* For a podTemplate written for the official chart, whose template of this name starts a line and indents by two. */ -}}
{{- define "standard_airflow_environment" -}}
{{ include "airflow.environment.builtIn" . | trim | nindent 2 }}
{{- end }}
