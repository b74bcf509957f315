{{- /*
Copyright (c) 2026, windrose.airflow contributors
GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
*/ -}}
{{- /* What the pods of several components share. */ -}}

{{- /* root, own: the component's values; global contexts are only for pods with the Airflow image */ -}}
{{- define "airflow.podSecurityContext" -}}
{{- $user := int64 .root.Values.uid -}}
{{- $group := int64 .root.Values.gid -}}
{{- $seccomp := dict "type" "RuntimeDefault" -}}
{{- $default := dict "runAsNonRoot" true "runAsUser" $user "runAsGroup" $group "fsGroup" $group "seccompProfile" $seccomp -}}
{{- toYaml (mergeOverwrite $default (deepCopy .root.Values.securityContexts.pod) (deepCopy .own.securityContexts.pod)) }}
{{- end }}

{{- /* own: the values of statsd or pgbouncer */ -}}
{{- define "airflow.podSecurityContext.foreign" -}}
{{- $user := int64 .own.uid -}}
{{- $default := dict "runAsNonRoot" true "runAsUser" $user "runAsGroup" $user "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- toYaml (mergeOverwrite $default (deepCopy .own.securityContexts.pod)) }}
{{- end }}

{{- /* root, own. The root file system stays writable: Airflow, providers and DAGs write outside their volumes. */ -}}
{{- define "airflow.containerSecurityContext" -}}
{{- $default := dict "allowPrivilegeEscalation" false "capabilities" (dict "drop" (list "ALL")) -}}
{{- toYaml (mergeOverwrite $default (deepCopy .root.Values.securityContexts.containers) (deepCopy .own.securityContexts.container)) }}
{{- end }}

{{- /* own: a container that has not the Airflow image */ -}}
{{- define "airflow.containerSecurityContext.foreign" -}}
{{- $default := dict "allowPrivilegeEscalation" false "capabilities" (dict "drop" (list "ALL")) "readOnlyRootFilesystem" true -}}
{{- toYaml (mergeOverwrite $default (deepCopy .own.securityContexts.container)) }}
{{- end }}

{{- /* root, own, component (anti-affinity towards its own kind is the default), without when empty */ -}}
{{- define "airflow.placement" -}}
{{- with .own.nodeSelector | default .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.tolerations | default .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.topologySpreadConstraints | default .root.Values.topologySpreadConstraints }}
topologySpreadConstraints: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.affinity | default .root.Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- else }}
{{- with .component }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              component: {{ . }}
{{- end }}
{{- end }}
{{- with .own.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .own.hostAliases }}
hostAliases: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if kindIs "bool" .root.Values.enableServiceLinks }}
enableServiceLinks: {{ .root.Values.enableServiceLinks }}
{{- end }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- else }}
{{- with .root.Values.registry.secretName }}
imagePullSecrets:
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- /* root, own, component */ -}}
{{- define "airflow.podMetadata" -}}
labels: {{- include "airflow.podLabels" (dict "root" .root "component" .component "extra" .own.labels) | nindent 2 }}
annotations:
  checksum/airflow-config: {{ include "airflow.configuration" .root | sha256sum }}
  {{- if .root.Values.extraConfigMaps }}
  checksum/extra-configmaps: {{ include (print .root.Template.BasePath "/extra-configmaps.yaml") .root | sha256sum }}
  {{- end }}
  {{- if kindIs "bool" .own.safeToEvict }}
  cluster-autoscaler.kubernetes.io/safe-to-evict: {{ .own.safeToEvict | toString | quote }}
  {{- end }}
  {{- with mergeOverwrite (dict) .root.Values.airflowPodAnnotations (.own.podAnnotations | default dict) }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- /* root, own, component */ -}}
{{- define "airflow.podSettings" -}}
serviceAccountName: {{ include "airflow.serviceAccountName" (dict "root" .root "component" .component "account" .own.serviceAccount) }}
restartPolicy: Always
{{- with .own.terminationGracePeriodSeconds }}
terminationGracePeriodSeconds: {{ int64 . }}
{{- end }}
securityContext: {{- include "airflow.podSecurityContext" . | nindent 2 }}
{{- include "airflow.placement" . }}
{{- end }}

{{- /* values: an update strategy; helm merges maps, so that `type: Recreate` alone would keep a forbidden rollingUpdate */ -}}
{{- define "airflow.strategy" -}}
{{- $strategy := .values -}}
{{- if has (get $strategy "type") (list "Recreate" "OnDelete") }}{{ $strategy = omit $strategy "rollingUpdate" }}{{ end -}}
{{- toYaml $strategy }}
{{- end }}

{{- /* root, own, dags, ephemeralLogs: whether there is a logs volume without a claim of its own */ -}}
{{- define "airflow.volumes" -}}
- name: config
  configMap:
    name: {{ include "airflow.fullname" .root }}-config
{{- if and .dags .root.Values.dags.persistence.enabled }}
- name: dags
  persistentVolumeClaim:
    claimName: {{ .root.Values.dags.persistence.existingClaim | default (printf "%s-dags" .root.Release.Name) }}
{{- end }}
{{- if .root.Values.logs.persistence.enabled }}
- name: logs
  persistentVolumeClaim:
    claimName: {{ .root.Values.logs.persistence.existingClaim | default (printf "%s-logs" .root.Release.Name) }}
{{- else if .ephemeralLogs }}
- name: logs
  emptyDir: {}
{{- end }}
{{- with concat .root.Values.volumes .own.extraVolumes }}
{{ tpl (toYaml .) $.root }}
{{- end }}
{{- end }}

{{- define "airflow.logsMount" -}}
- name: logs
  mountPath: {{ .Values.airflowHome }}/logs
  {{- with .Values.logs.persistence.subPath }}
  subPath: {{ . }}
  {{- end }}
{{- end }}

{{- /* root, own, dags, logs */ -}}
{{- define "airflow.volumeMounts" -}}
- name: config
  mountPath: {{ .root.Values.airflowHome }}/airflow.cfg
  subPath: airflow.cfg
  readOnly: true
- name: config
  mountPath: {{ .root.Values.airflowHome }}/config/airflow_local_settings.py
  subPath: airflow_local_settings.py
  readOnly: true
{{- if .logs }}
{{ include "airflow.logsMount" .root }}
{{- end }}
{{- if and .dags .root.Values.dags.persistence.enabled }}
- name: dags
  mountPath: {{ include "airflow.dagsFolder" .root }}
  {{- with .root.Values.dags.persistence.subPath }}
  subPath: {{ . }}
  {{- end }}
{{- end }}
{{- with concat .root.Values.volumeMounts .own.extraVolumeMounts }}
{{ tpl (toYaml .) $.root }}
{{- end }}
{{- end }}
