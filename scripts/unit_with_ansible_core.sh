#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs the unit tests with another ansible-core than the pinned one, in a virtual environment that is removed afterwards.
#   unit_with_ansible_core.sh PYTHON VERSION
# PYTHON has to be one that this ansible-core runs on; VERSION has two numbers, such as 2.21.
set -eu

python=$1
version=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: > "$work/nothing.txt"
scripts/virtual_environment.sh "$python" "$work/venv" "$work/nothing.txt"
# Everything else is as it is pinned. What ansible-core itself needs has no hashes here: which version that is, it decides.
awk '/^[^ ]/ {is_other = !/^ansible-core==/} is_other' requirements-test.txt > "$work/requirements.txt"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement "$work/requirements.txt"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "ansible-core==$version.*"
PATH=$work/venv/bin:$PATH
export PATH
ansible --version | head -n 1
python -m pytest --numprocesses 2 --dist loadfile tests/unit
