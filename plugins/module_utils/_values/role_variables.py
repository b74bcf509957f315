# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a specification that roles and playbooks read, and that chart values are not made of. Pure: no I/O.

They are declared here for the files of the role airflow_specification; what they hold is judged by Ansible, by the
preflight and by the modules that they are handed to.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import node_pools, own_pods
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import (
    boolean,
    free_mapping,
    integer,
    mapping,
    text,
)

_CLUSTER = {
    "kubeconfig": text(
        "Path of the kubeconfig. Empty means $KUBECONFIG, then ~/.kube/config, then the service account of the pod "
        "that Ansible runs in.",
        default="",
    ),
    "context": text("Context of the kubeconfig. Empty means its current context.", default=""),
    "expected_cluster": mapping(
        "Identity of the cluster that this inventory means, as printed by playbooks/pin_cluster.yml. Nothing is "
        "written to any other cluster.",
        uid=text("UID of the namespace kube-system."),
        ca_sha256=text(
            "Lower-case hexadecimal SHA-256 over the sorted DER certificates of the kubeconfig's CA bundle. Empty "
            "where the system's certificate authorities are used."
        ),
    ),
    "local_cluster_enabled": boolean(
        "Whether the cluster is a kind cluster on this machine, made and kept by the role airflow_local_cluster."
    ),
    "namespace": text("Namespace that Airflow lives in.", default="airflow"),
}
_RUN = {
    "serial": text(
        "How many clusters are worked on at a time, as a number or a percentage. Read before any inventory, so give it "
        "on the command line with -e.",
        default="100%",
    ),
    "wait_timeout": integer(
        "Seconds to wait for the pods of one step to be ready. A pod that can never be ready ends the wait immediately.",
        default=600,
    ),
    "helm_binary": text("The helm to run, a name on the PATH or a path. Version 3.19 or newer.", default="helm"),
    "kubectl_binary": text(
        "The kubectl in the commands that a run shows at its end. The collection itself does not run it.",
        default="kubectl",
    ),
    "preflight_report": text(
        "Where the preflight writes down what it found, whether it ends the run or not. A path that ends in .json or .md means that "
        "file alone, any other path two files with these endings; the second stage adds -probe to the name. A relative path is one "
        "of the current folder. With several clusters, put inventory_hostname into it. Empty means nowhere.",
        default="",
    ),
    "destroy_confirm": text(
        "The namespace, typed again, without which playbooks/destroy.yml does nothing.", default=""
    ),
    "destroy_data": boolean(
        "Whether playbooks/destroy.yml removes the namespace with its database, keys and logs, too."
    ),
}
_CHART = {
    "chart_source": text(
        "Where the chart comes from. official is a helm repository, oci a registry, path a directory or package on "
        "this machine, bundled the chart of this collection.",
        default="official",
        choices=("official", "oci", "path", "bundled"),
    ),
    "chart_path": text("Directory or package of the chart, for source path.", default=""),
    "chart_name": text("Name of the chart, for the sources official and oci.", default="airflow"),
    "chart_repository": text(
        "URL of the helm repository for source official, or of the registry (oci://registry/path) for source oci.",
        default="https://airflow.apache.org",
    ),
    "chart_version": text("Version of the chart, for the sources official and oci.", default="1.22.0"),
    "chart_digest": text("SHA-256 digest of the chart package. Empty means that it is not checked.", default=""),
    "values_overrides": free_mapping(
        "Raw chart values, merged last and recursively over the compiled ones, lists by the names of their entries. What other "
        "roles act on is refused."
    ),
    "values_file": text(
        "Where playbooks/values.yml writes the compiled chart values to: a plain file, or a name that is free. A relative path is one of "
        "the current folder and stays in it.",
        default="{{ inventory_hostname }}-values.yml",
    ),
}
_STORAGE = {
    "database_mode": text(
        "Whether PostgreSQL runs in the namespace (in_cluster), or is reached by a connection in an existing Secret "
        "(external).",
        default="in_cluster",
        choices=("in_cluster", "external"),
    ),
    "database_migration_secret_name": text(
        "Secret whose key connection leads to the database itself, for the migration and for the Job that makes the "
        "first user. With airflow_pgbouncer enabled it is another one, because the migration comes before PgBouncer.",
        default="{{ airflow_database_secret_name }}",
    ),
    "logs_claim_size": text("Size of the volume for logs.", default="20Gi"),
    "logs_claim_storage_class": text(
        "StorageClass of the volume for logs. Empty means the cluster's default.", default=""
    ),
    "logs_claim_access_mode": text(
        "Access mode of the volume for logs. ReadWriteOnce works only where all of Airflow runs on one node.",
        default="ReadWriteMany",
        choices=("ReadWriteMany", "ReadWriteOnce"),
    ),
}
VARIABLES = {**_CLUSTER, **_RUN, **_CHART, **_STORAGE, **node_pools.VARIABLES, **own_pods.VARIABLES}
