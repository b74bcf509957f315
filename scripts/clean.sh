#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Removes the local cluster, the virtual environment and the cache.
#   clean.sh CACHE_FOLDER
set -eu

cache=$1
# Only a cache can hold a cluster or a private engine, and only Ansible knows how to take them down.
if [ -d "$cache/engine" ] || [ -d "$cache/clusters" ]; then
  make down
fi
rm -rf .venv .local .rehearsal .build "$cache"
