#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds kwok into $OUTPUT, and takes from its module the stages that make it a simulator: how a node reports itself, and how a pod
# becomes ready and ends.
#   kwok.sh MODULE_FOLDER GO_SCRIPT
set -eu

sh "$2" "$1" '' sigs.k8s.io/kwok/cmd/kwok
cd "$1"
module=$(GOFLAGS=-mod=readonly go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)
for stages in node/fast node/heartbeat-with-lease pod/fast; do
  for stage in "$module/kustomize/stage/$stages"/*.yaml; do
    case $stage in */kustomization.yaml) continue ;; esac
    echo '---'
    cat "$stage"
  done
done > "$OUTPUT/stages.yaml"
