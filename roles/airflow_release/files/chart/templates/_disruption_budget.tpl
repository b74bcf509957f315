{{- /*
Copyright (c) 2026, windrose.airflow contributors
GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
*/ -}}
{{- /* root, own, component. A minimum takes the place of the default maximum: the API refuses both together. */ -}}
{{- define "airflow.disruptionBudget" -}}
{{- $budget := .own.podDisruptionBudget -}}
{{- if $budget.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "airflow.fullname" .root }}-{{ .component }}-pdb
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "airflow.labels" (dict "root" .root "component" .component "extra" .own.labels) | nindent 4 }}
spec:
  selector:
    matchLabels: {{- include "airflow.baseLabels" . | nindent 6 }}
  {{- if hasKey $budget.config "minAvailable" }}
  minAvailable: {{ $budget.config.minAvailable }}
  {{- else }}
  maxUnavailable: {{ $budget.config.maxUnavailable }}
  {{- end }}
{{- end }}
{{- end }}
