#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes a virtual environment and installs hash-locked requirements into it.
#   virtual_environment.sh PYTHON FOLDER REQUIREMENTS
set -eu

python=$1
folder=$2
requirements=$3

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "$("$python" --version) is too old: windrose.airflow needs Python 3.11 or later. Install it, or name one: make PYTHON=python3.12" >&2
  exit 1
}

# A virtual environment that was copied, or whose Python was upgraded away, does not start.
if ! "$folder/bin/python" -c 'import pip' 2>/dev/null; then
  rm -rf "$folder"
  echo "makes the virtual environment $folder"
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$folder"
  else
    # Debian's python3 comes without python3-venv: pip is taken out of its package, and nothing is installed.
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/lists/partial" "$work/archives/partial"
    set -- -q -o Dir::State::lists="$work/lists" -o Dir::Cache="$work" -o Dir::Cache::archives="$work/archives" \
      -o APT::Sandbox::User=root -o Debug::NoLocking=1
    apt-get "$@" update >/dev/null
    (cd "$work" && apt-get "$@" download python3-pip-whl >/dev/null && dpkg-deb --extract python3-pip-whl_*.deb .)
    "$python" -m venv --without-pip "$folder"
    PYTHONPATH=$(echo "$work"/usr/share/python-wheels/pip-*.whl) "$folder/bin/python" -m pip install --quiet pip
  fi
fi
echo "installs $requirements"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$requirements" || {
  echo "Installing $requirements failed. Check that the Python package index can be reached (behind a company's mirror set PIP_INDEX_URL) and run the same command again." >&2
  exit 1
}
