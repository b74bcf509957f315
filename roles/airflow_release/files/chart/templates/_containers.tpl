{{- /*
Copyright (c) 2026, windrose.airflow contributors
GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
*/ -}}
{{- /* Containers with the Airflow image. */ -}}

{{- /* root, own */ -}}
{{- define "airflow.container.image" -}}
image: {{ include "airflow.image" .root }}
imagePullPolicy: {{ .root.Values.images.airflow.pullPolicy }}
{{- end }}

{{- /* root, own: a component with command and args */ -}}
{{- define "airflow.container.command" -}}
{{- with .own.command }}
command: {{- tpl (toYaml .) $.root | nindent 2 }}
{{- end }}
{{- with .own.args }}
args: {{- tpl (toYaml .) $.root | nindent 2 }}
{{- end }}
{{- end }}

{{- /* root, own, tokenKey */ -}}
{{- define "airflow.container" -}}
{{ include "airflow.container.image" . }}
securityContext: {{- include "airflow.containerSecurityContext" . | nindent 2 }}
{{- include "airflow.container.command" . }}
{{- include "airflow.environment.from" .root }}
env: {{- include "airflow.environment" (dict "root" .root "own" .own.env "tokenKey" .tokenKey) | trim | nindent 2 }}
{{- with .own.resources }}
resources: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* root, own, logs */ -}}
{{- define "airflow.waitForMigrations" -}}
{{- if .own.waitForMigrations.enabled }}
initContainers:
  - name: wait-for-airflow-migrations
    {{- include "airflow.container.image" . | nindent 4 }}
    securityContext: {{- include "airflow.containerSecurityContext" (dict "root" .root "own" .own.waitForMigrations) | nindent 6 }}
    args:
      - airflow
      - db
      - check-migrations
      - --migration-wait-timeout={{ int64 .root.Values.images.migrationsWaitTimeout }}
    {{- include "airflow.environment.from" .root | nindent 4 }}
    env: {{- include "airflow.environment" (dict "root" .root "own" .own.waitForMigrations.env) | trim | nindent 6 }}
    {{- with .own.resources }}
    resources: {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts: {{- include "airflow.volumeMounts" (dict "root" .root "own" (dict "extraVolumeMounts" list) "logs" .logs) | nindent 6 }}
{{- end }}
{{- end }}

{{- /* root, own, component */ -}}
{{- define "airflow.logGroomer" -}}
{{- $groomer := .own.logGroomerSidecar -}}
{{- if $groomer.enabled }}
- name: {{ .component }}-log-groomer
  {{- include "airflow.container.image" . | nindent 2 }}
  securityContext: {{- include "airflow.containerSecurityContext" (dict "root" .root "own" $groomer) | nindent 4 }}
  {{- include "airflow.container.command" (dict "root" .root "own" $groomer) | nindent 2 }}
  env:
    - name: AIRFLOW_HOME
      value: {{ .root.Values.airflowHome }}
    - name: AIRFLOW__LOG_RETENTION_DAYS
      value: {{ int64 $groomer.retentionDays | quote }}
    - name: AIRFLOW__LOG_RETENTION_MINUTES
      value: {{ int64 $groomer.retentionMinutes | quote }}
    - name: AIRFLOW__LOG_CLEANUP_FREQUENCY_MINUTES
      value: {{ int64 $groomer.frequencyMinutes | quote }}
    {{- if $groomer.maxSizeBytes }}
    - name: AIRFLOW__LOG_MAX_SIZE_BYTES
      value: {{ int64 $groomer.maxSizeBytes | quote }}
    {{- end }}
    {{- if $groomer.maxSizePercent }}
    - name: AIRFLOW__LOG_MAX_SIZE_PERCENT
      value: {{ int64 $groomer.maxSizePercent | quote }}
    {{- end }}
    {{- with $groomer.env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $groomer.resources }}
  resources: {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    {{- include "airflow.logsMount" .root | nindent 4 }}
    {{- with .root.Values.volumeMounts }}
    {{- tpl (toYaml .) $.root | nindent 4 }}
    {{- end }}
{{- end }}
{{- end }}

{{- /* probe: values, job: the Airflow job type. The check is quiet, and skips the entrypoint's own wait for the database. */ -}}
{{- define "airflow.jobProbe" -}}
{{ toYaml (omit .probe "command") }}
exec:
  command:
    {{- with .probe.command }}
    {{- toYaml . | nindent 4 }}
    {{- else }}
    - sh
    - -c
    - >-
      CONNECTION_CHECK_MAX_COUNT=0 AIRFLOW__LOGGING__LOGGING_LEVEL=ERROR
      exec /entrypoint airflow jobs check --local --job-type {{ .job }}
    {{- end }}
{{- end }}
