#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes a node forget images that are something else in the registry by now. Tags are those of the environment, and a node that has one asks for
# it no more. Runs in the node.
#   forget_images.sh NAME DIGEST [NAME DIGEST …]
set -eu

while [ $# -gt 0 ]; do
  found=$(ctr --namespace k8s.io images ls "name==$1" | awk 'NR > 1 { print $3 }')
  if [ -n "$found" ] && [ "$found" != "$2" ]; then
    ctr --namespace k8s.io images rm "$1"
  fi
  shift 2
done
