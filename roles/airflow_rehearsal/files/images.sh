#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Gives images of the local cluster the names of an environment, adds what a folder holds, and lets the registry serve them.
#   images.sh DOCKER FOLDER [BASE REFERENCE …]   prints the digest of each, in their order
set -eu

docker=$1
folder=$2
shift 2
while [ $# -gt 0 ]; do
  "$docker" build --quiet --network=none --build-arg="BASE=$1" --tag="$2" "$folder" > /dev/null
  "$docker" push --quiet "$2" > /dev/null
  found=$("$docker" image inspect --format '{{index .RepoDigests 0}}' "$2")
  echo "${found#*@}"
  shift 2
done
