#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Removes images that newer ones of the same repository have replaced, and says which. Of each repository the newest are kept.
#   prune_images.sh DOCKER PREFIX KEPT
set -eu

docker=$1
prefix=$2
kept=$3
# The engine lists the newest first, and an image once for each of its tags.
"$docker" image ls --no-trunc --format '{{.Repository}} {{.ID}}' "$prefix/*" \
  | awk -v kept="$kept" '!seen[$0]++ && ++count[$1] > kept { print $2 }' \
  | while read -r image; do
      "$docker" image rm --force "$image" > /dev/null
      echo "$image"
    done
