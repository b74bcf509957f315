#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Stops a private engine: asks dockerd, and takes its namespaces away if it has not gone after 20 seconds.
#   stop.sh PROCESS
set -eu

outermost=$1
# The first process inside the namespaces: the one whose parent is the outermost.
for status in /proc/[0-9]*/status; do
  if grep -q "^PPid:[[:space:]]*$outermost\$" "$status" 2>/dev/null; then
    first=${status#/proc/}
    # It may have ended meanwhile, here and below.
    kill -TERM "${first%/status}" 2>/dev/null || :
  fi
done
if ! timeout 20 tail --pid="$outermost" -f /dev/null; then
  # --kill-child of unshare: when it dies, everything inside is killed.
  kill -KILL "$outermost" 2>/dev/null || :
  timeout 20 tail --pid="$outermost" -f /dev/null
fi
