# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What switches keys of the official chart off, and what precedes them. Data; reasons.py reads it.

A pattern stands for all that is below it, too; `*` in it stands for one key. Source: the templates of the chart 1.22.0.
"""

from __future__ import annotations

CELERY, KUBERNETES = "CeleryExecutor", "KubernetesExecutor"

# {pattern: the executor without which nothing is made of it}; the longest pattern holds.
EXECUTORS = {
    "workers": CELERY,
    "workers.kubernetes": KUBERNETES,
    "podTemplate": KUBERNETES,
    "images.pod_template": KUBERNETES,
    "cleanup": KUBERNETES,
    "redis": CELERY,
    "images.redis": CELERY,
    "ports.redisDB": CELERY,
    "flower": CELERY,
    "images.flower": CELERY,
    "ports.flowerUI": CELERY,
    "ingress.flower": CELERY,
    "data.brokerUrl": CELERY,
    "data.brokerUrlSecretName": CELERY,
    "data.resultBackendConnection": CELERY,
    "data.resultBackendConnectionSecretAnnotations": CELERY,
    "data.resultBackendSecretName": CELERY,
}

# Nothing but these, on Airflow 3.
WEBSERVER = ("webserver", "webserverSecretKey", "webserverSecretKeySecretName", "webserverSecretAnnotations", "ingress.web")

# {pattern: the keys of which one has to be on}, beside the `enabled` and `create` of each map around a key.
SWITCHES = {
    "images.statsd": ("statsd.enabled",),
    "images.pgbouncer": ("pgbouncer.enabled",),
    "images.pgbouncerExporter": ("pgbouncer.enabled",),
    "images.gitSync": ("dags.gitSync.enabled",),
    "images.redis": ("redis.enabled",),
    "images.flower": ("flower.enabled",),
    "images.otelCollector": ("otelCollector.tracesEnabled", "otelCollector.metricsEnabled"),
    "otelCollector": ("otelCollector.tracesEnabled", "otelCollector.metricsEnabled"),
    "ports.statsdIngest": ("statsd.enabled",),
    "ports.statsdScrape": ("statsd.enabled",),
    "ports.pgbouncer": ("pgbouncer.enabled",),
    "ports.pgbouncerScrape": ("pgbouncer.enabled",),
    "ports.redisDB": ("redis.enabled",),
    "ports.flowerUI": ("flower.enabled",),
    "ports.otelCollectorOtlpHttp": ("otelCollector.tracesEnabled", "otelCollector.metricsEnabled"),
    "ports.otelCollectorOtlpGrpc": ("otelCollector.tracesEnabled", "otelCollector.metricsEnabled"),
    "ingress.statsd": ("statsd.enabled",),
    "ingress.pgbouncer": ("pgbouncer.enabled",),
    "*.networkPolicy": ("networkPolicies.enabled",),
    "*.extraNetworkPolicies": ("networkPolicies.enabled",),
    "*.allowPodLogReading": ("rbac.create",),
    "allowPodLaunching": ("rbac.create",),
    "allowJobLaunching": ("rbac.create",),
    "rbac": ("rbac.create",),
}

_OWN_CONFIGURATION = (
    "auth_type", "auth_file", "ciphers", "extraIni", "extraIniMetadata", "extraIniResultBackend", "logConnections",
    "logDisconnections", "maxClientConn", "metadataPoolSize", "resultBackendPoolSize", "sslmode", "verbose",
)  # fmt: skip
_CLAIM = ("annotations", "size", "storageClassName")

# {pattern: keys each of which precedes it where it is set}.
PRECEDED = {
    "data.metadataConnection": ("data.metadataSecretName",),
    "data.resultBackendConnection": ("data.resultBackendSecretName",),
    "data.resultBackendConnectionSecretAnnotations": ("data.resultBackendSecretName",),
    "data.brokerUrl": ("data.brokerUrlSecretName",),
    "data.brokerUrlSecretAnnotations": ("data.brokerUrlSecretName",),
    "fernetKey": ("fernetKeySecretName",),
    "fernetKeySecretAnnotations": ("fernetKeySecretName",),
    "apiSecretKey": ("apiSecretKeySecretName",),
    "apiSecretAnnotations": ("apiSecretKeySecretName",),
    "jwtSecret": ("jwtSecretName",),
    "jwtSecretAnnotations": ("jwtSecretName",),
    "redis.password": ("redis.passwordSecretName",),
    "flower.username": ("flower.secretName",),
    "flower.password": ("flower.secretName",),
    "elasticsearch.connection": ("elasticsearch.secretName",),
    "elasticsearch.secretAnnotations": ("elasticsearch.secretName",),
    "opensearch.connection": ("opensearch.secretName",),
    "registry.connection": ("registry.secretName", "imagePullSecrets"),
    "registry.secretName": ("imagePullSecrets",),
    "dags.gitSync.sshKey": ("dags.gitSync.sshKeySecret",),
    "dags.gitSync.credentialsSecret": ("dags.gitSync.sshKeySecret",),
    "apiServer.apiServerConfig": ("apiServer.apiServerConfigConfigMapName",),
    "pgbouncer.metricsExporterSidecar.sslmode": ("pgbouncer.metricsExporterSidecar.statsSecretName",),
    "statsd.extraMappings": ("statsd.overrideMappings",),
    "defaultAirflowRepository": ("images.airflow.repository",),
    "defaultAirflowTag": ("images.airflow.tag",),
    "securityContext": ("securityContexts",),
    "*.securityContext": ("{0}.securityContexts", "securityContexts"),
    "uid": ("securityContexts.pod",),
    "gid": ("securityContexts.pod",),
    "*.uid": ("{0}.securityContexts.pod",),
    "*.gid": ("{0}.securityContexts.pod",),
    **{f"pgbouncer.{key}": ("pgbouncer.configSecretName",) for key in _OWN_CONFIGURATION},
    **{f"{name}.persistence.{key}": (f"{name}.persistence.existingClaim",) for name in ("dags", "logs") for key in _CLAIM},
    "dags.persistence.accessMode": ("dags.persistence.existingClaim",),
}

# {what is off: the variable that switches it on, and more than that one key}; other variables are known from what they gave.
VARIABLES = {
    "pgbouncer.enabled": "airflow_pgbouncer.enabled",
    "flower.enabled": "airflow_flower.enabled",
    "dags.gitSync.enabled": "airflow_dag_delivery.method",
    "dags.persistence.enabled": "airflow_dag_delivery.method",
    "logs.persistence.enabled": "airflow_logs_claim_enabled",
    "statsd.enabled": "airflow_monitoring.statsd.enabled",
    "otelCollector.tracesEnabled": "airflow_monitoring.open_telemetry",
    "ingress.apiServer.enabled": "airflow_ingress.enabled",
    "apiServer.hpa.enabled": "airflow_autoscaling.api_server",
    "triggerer.keda.enabled": "airflow_autoscaling.triggerer",
}
