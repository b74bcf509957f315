#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs ansible-test sanity. It requires a folder that is really called ansible_collections/windrose/airflow, so the files that
# git knows of are copied to one, but for those of a checkout alone, and for Helm's templates and kind's manifests: neither is YAML as
# Ansible has it, and their own tests read what becomes of them.
set -eu

root=$PWD/.build/ansible_collections/windrose/airflow
rm -rf .build/ansible_collections .build/home
mkdir -p "$root"
git ls-files --cached --others --exclude-standard -- . ':!collections' ':!inventories' ':!site.yml' ':!images' ':!tools' \
  ':!roles/airflow_release/files/chart' |
  while read -r name; do [ ! -e "$name" ] || echo "$name"; done | tar -c -T - | tar -x -C "$root"
# ansible-test fetches get-pip.py from the internet into its cache; Python's own copy of pip does as well, and is always there.
HOME=$PWD/.build/home
export HOME
mkdir -p "$HOME/.ansible/test/cache"
for name in get_pip_24_2.py get_pip_25_2.py get_pip_23_1_2.py; do
  printf 'import ensurepip\nensurepip.bootstrap(default_pip=True)\n' > "$HOME/.ansible/test/cache/$name"
done
cd "$root"
git init --quiet
git add --all
python=$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
exec ansible-test sanity --color yes --python "$python" --requirements "$@"
