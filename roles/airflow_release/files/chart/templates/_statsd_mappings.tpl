{{- /*
Copyright (c) 2026, windrose.airflow contributors
GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
*/ -}}
{{- /* Airflow puts the names of DAGs, tasks and pools into its metrics' names. These mappings turn them into labels, under
the metric names that dashboards for the official chart ask for. Each line: pattern, metric, the labels of its wildcards. */ -}}
{{- define "airflow.statsdMappings" -}}
{{- $table := list
  (list "airflow.dag.*.*.duration" "airflow_task_duration" "dag_id" "task_id")
  (list "airflow.dagrun.duration.success.*" "airflow_dagrun_duration" "dag_id")
  (list "airflow.dagrun.duration.failed.*" "airflow_dagrun_failed" "dag_id")
  (list "airflow.dagrun.schedule_delay.*" "airflow_dagrun_schedule_delay" "dag_id")
  (list "airflow.dagrun.dependency-check.*.*" "airflow_dagrun_dependency_check" "dag_id")
  (list "airflow.dag_processing.last_runtime.*" "airflow_dag_processing_last_runtime" "dag_file")
  (list "airflow.dag_processing.last_run.seconds_ago.*" "airflow_dag_processing_last_run_seconds_ago" "dag_file")
  (list "airflow.ti.scheduled.*.*.*" "airflow_ti_scheduled" "queue" "dag_id" "task_id")
  (list "airflow.ti.queued.*.*.*" "airflow_ti_queued" "queue" "dag_id" "task_id")
  (list "airflow.ti.running.*.*.*" "airflow_ti_running" "queue" "dag_id" "task_id")
  (list "airflow.ti.deferred.*.*.*" "airflow_ti_deferred" "queue" "dag_id" "task_id")
  (list "airflow.pool.open_slots.*" "airflow_pool_open_slots" "pool")
  (list "airflow.pool.used_slots.*" "airflow_pool_used_slots" "pool")
  (list "airflow.pool.starving_tasks.*" "airflow_pool_starving_tasks" "pool")
  (list "airflow.executor.open_slots.*" "airflow_executor_open_slots" "executor")
  (list "airflow.executor.queued_tasks.*" "airflow_executor_queued_tasks" "executor")
  (list "airflow.executor.running_tasks.*" "airflow_executor_running_tasks" "executor")
-}}
{{- $mappings := list -}}
{{- range $row := $table -}}
{{- $labels := dict -}}
{{- range $position, $label := slice $row 2 }}{{ $_ := set $labels $label (printf "$%d" (add1 $position)) }}{{ end -}}
{{- $mappings = append $mappings (dict "match" (index $row 0) "name" (index $row 1) "labels" $labels) -}}
{{- end -}}
{{- range $outcome := list "successes" "failures" -}}
{{- $pattern := printf "airflow.operator_%s_(.*)" $outcome -}}
{{- $name := printf "airflow_operator_%s" $outcome -}}
{{- $mappings = append $mappings (dict "match" $pattern "match_type" "regex" "name" $name "labels" (dict "operator" "$1")) -}}
{{- end -}}
{{- range $name := list "scheduler_heartbeat" "dag_processor_heartbeat" -}}
{{- $mappings = append $mappings (dict "match" (printf "airflow.%s" $name) "name" (printf "airflow_%s" $name) "labels" (dict "type" "counter")) -}}
{{- end -}}
{{- $mappings = concat (.Values.statsd.overrideMappings | default $mappings) .Values.statsd.extraMappings -}}
{{ toYaml (dict "defaults" (dict "ttl" .Values.statsd.cache.ttl) "mappings" $mappings) }}
{{- end }}
