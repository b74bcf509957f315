#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Imports image archives into containerd's store while the node image is built.
#   preload_images.sh FOLDER
set -eu

printf 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n' > /tmp/containerd.toml
containerd --config /tmp/containerd.toml > /tmp/containerd.log 2>&1 &
containerd=$!
attempts=0
until ctr version > /dev/null 2>&1; do
  attempts=$((attempts + 1))
  if [ "$attempts" -gt 100 ]; then
    cat /tmp/containerd.log
    exit 1
  fi
  sleep 0.1
done
for archive in "$1"/*.tar; do
  ctr --namespace k8s.io images import --no-unpack --digests "$archive"
done
kill "$containerd"
wait "$containerd" || true
rm -f /tmp/containerd.toml /tmp/containerd.log
