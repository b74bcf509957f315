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
# The time of its lock file is when an artifact was used last. The file stays: a build may be waiting for the lock.
find . -maxdepth 1 -regextype posix-extended -regex '.*-[0-9a-f]{16}\.lock' -printf '%T@ %f\n' | sort -nr \
  | while read -r _ lock; do
      if [ -d "${lock%.lock}" ]; then echo "${lock%.lock}"; fi
    done \
  | awk -v kept="$kept" '{ name = substr($0, 1, length($0) - 17) } ++count[name] > kept' \
  | while read -r artifact; do
      flock --exclusive "$artifact.lock" rm -rf "$artifact" "$artifact.sha256" "$artifact.fingerprint"
      echo "$artifact"
    done
