#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Removes artifacts that newer ones of the same name have replaced, and says which. Of each name the ones used last are kept,
# so that going back to another branch builds nothing.
#   prune_artifacts.sh ARTIFACTS_FOLDER KEPT
set -eu

cd "$1"
kept=$2
for name in $(ls | sed -n 's/-[0-9a-f]\{16\}\.lock$//p' | sort -u); do
  # The time of its lock file is when an artifact was used last. The file stays: a build may be waiting for the lock.
  ls -t | grep -E -x "$name-[0-9a-f]{16}\.lock" | while read -r lock; do
    artifact=${lock%.lock}
    if [ -d "$artifact" ]; then echo "$artifact"; fi
  done | tail -n "+$((kept + 1))" | while read -r artifact; do
    flock --exclusive "$artifact.lock" rm -rf "$artifact" "$artifact.sha256" "$artifact.fingerprint"
    echo "$artifact"
  done
done
