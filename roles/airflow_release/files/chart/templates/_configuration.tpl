{{- /*
Copyright (c) 2026, windrose.airflow contributors
GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
*/ -}}
{{- /* airflow.cfg and the pod template of tasks. */ -}}

{{- define "airflow.dagsFolder" -}}
{{ .Values.dags.mountPath | default (printf "%s/dags" .Values.airflowHome) }}
{{- end }}

{{- define "airflow.podTemplatePath" -}}
{{ .Values.airflowHome }}/pod_templates/pod_template_file.yaml
{{- end }}

{{- /* Task pods reach the API server past any ingress, but under the same path, which is part of its address. */ -}}
{{- define "airflow.executionApiUrl" -}}
{{- $path := dig "api" "base_url" "" .Values.config | urlParse | dig "path" "" | trimSuffix "/" -}}
http://{{ include "airflow.fullname" . }}-api-server:{{ int64 .Values.ports.apiServer }}{{ $path }}/execution/
{{- end }}

{{- /* Helm reads whole numbers as floats and prints large ones as 1e+06, which Airflow refuses. */ -}}
{{- define "airflow.configuration.scalar" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}
{{ int64 . }}
{{- else -}}
{{ . }}
{{- end }}
{{- end }}

{{- define "airflow.configuration.file" -}}
{{- range $section, $settings := .Values.config }}
[{{ $section }}]
{{- range $key, $value := $settings }}
{{ $key }} = {{ tpl (include "airflow.configuration.scalar" $value) $ }}
{{- end }}
{{ end }}
{{- end }}

{{- /* The data of the ConfigMap, apart from it, because the pods carry its checksum. */ -}}
{{- define "airflow.configuration" -}}
airflow.cfg: |
  {{- include "airflow.configuration.file" . | trim | nindent 2 }}
airflow_local_settings.py: {{ tpl (.Values.airflowLocalSettings | default "") . | quote }}
{{- if eq .Values.executor "KubernetesExecutor" }}
pod_template_file.yaml: |
  {{- include "airflow.podTemplate" . | trim | nindent 2 }}
{{- end }}
{{- end }}

{{- define "airflow.podTemplate" -}}
{{- if .Values.podTemplate -}}
{{- $text := tpl .Values.podTemplate . -}}
{{- include "airflow.podTemplate.check" (dict "root" . "text" $text) -}}
{{ $text }}
{{- else -}}
{{ include "airflow.podTemplate.default" . }}
{{- end }}
{{- end }}

{{- /* root, text. Helm takes any text here; a bad one would show only when the first task starts. */ -}}
{{- define "airflow.podTemplate.check" -}}
{{- $pod := fromYaml .text -}}
{{- with get $pod "Error" }}{{ fail (printf "podTemplate is not YAML: %s" .) }}{{ end -}}
{{- $labels := dig "metadata" "labels" dict $pod -}}
{{- range $label, $value := dict "tier" "airflow" "component" "worker" "release" .root.Release.Name -}}
{{- if ne (get $labels $label | toString) $value -}}
{{- fail (printf "podTemplate lacks the label %s: %s, by which network policies and the scheduler know a task pod." $label $value) -}}
{{- end -}}
{{- end -}}
{{- $containers := dig "spec" "containers" list $pod -}}
{{- if ne (dig "name" "" (first $containers | default dict)) "base" -}}
{{- fail "podTemplate: the first container must have the name base; Airflow runs the task in it." -}}
{{- end -}}
{{- end }}

{{- define "airflow.podTemplate.default" -}}
{{- $own := .Values.workers.kubernetes -}}
{{- $safeToEvict := eq (toString $own.safeToEvict) "true" -}}
apiVersion: v1
kind: Pod
metadata:
  name: placeholder-name
  labels: {{- include "airflow.podLabels" (dict "root" . "component" "worker" "extra" $own.labels) | nindent 4 }}
  annotations:
    cluster-autoscaler.kubernetes.io/safe-to-evict: {{ $safeToEvict | toString | quote }}
    {{- with mergeOverwrite (dict) .Values.airflowPodAnnotations $own.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "airflow.serviceAccountName.worker" . }}
  restartPolicy: Never
  terminationGracePeriodSeconds: {{ int64 ($own.terminationGracePeriodSeconds | default 600) }}
  {{- with $own.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  securityContext: {{- include "airflow.podSecurityContext" (dict "root" . "own" $own) | nindent 4 }}
  {{- with include "airflow.placement" (dict "root" . "own" $own) | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  containers:
    - name: base
      image: {{ include "airflow.taskImage" . }}
      imagePullPolicy: {{ .Values.images.pod_template.pullPolicy }}
      securityContext: {{- include "airflow.containerSecurityContext" (dict "root" . "own" $own) | nindent 8 }}
      {{- with $own.command }}
      command: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with include "airflow.environment.from" . | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      env: {{- include "airflow.environment.task" . | nindent 8 }}
      {{- with $own.resources }}
      resources: {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts: {{- include "airflow.volumeMounts" (dict "root" . "own" $own "dags" true "logs" true) | nindent 8 }}
  volumes: {{- include "airflow.volumes" (dict "root" . "own" $own "dags" true "ephemeralLogs" true) | nindent 4 }}
{{- end }}
