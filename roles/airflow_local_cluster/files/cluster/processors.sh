#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
#   processors.sh FOLDER NUMBER [MACHINE]   makes a folder that looks as MACHINE, /sys/devices/system, with so many processors or more
# It holds what cadvisor reads, which counts the processors for the kubelet (github.com/google/cadvisor, utils/sysinfo/sysinfo.go).
# Without a folder for memory nodes it takes those of the folder cpu. The kubelet asks the kernel for the numbers of the processors
# that it has read, and the kernel knows those of this machine alone. So these are there again and again, with more zeros in front.
set -eu

folder=$1/cpu
number=$2
machine=${3:-/sys/devices/system}

mkdir -p "$folder"
cp "$machine/cpu/online" "$folder/online"
made=0
zeros=
while [ "$made" -lt "$number" ]; do
  for range in $(tr ',' ' ' < "$folder/online"); do
    for processor in $(seq "${range%-*}" "${range#*-}"); do
      topology=$folder/cpu$zeros$processor/topology
      mkdir -p "$topology"
      echo "$made" > "$topology/core_id"
      echo 0 > "$topology/physical_package_id"
      made=$((made + 1))
    done
  done
  zeros=0$zeros
done
