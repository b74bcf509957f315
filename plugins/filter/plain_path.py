# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: plain_path
short_description: Judge whether a path of the controller is fit to be written to
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
description:
  - Says why a file of the controller is not to be written where a user asked for it. M(ansible.builtin.copy) replaces a device
    such as C(/dev/null) by a file, writes through symbolic links, and puts the file into a folder of that name.
  - Refused are devices, folders, symbolic links, named pipes and sockets, a path with C(..), a folder that does not exist or that
    this user may not write to, and a relative path that a link leads out of O(folder).
  - How the folder of an absolute path is reached does not matter, nor how O(folder) is. Either may be a link or below one.
positional: folder
options:
  _input:
    description: The path as the user wrote it; C(~) is the home folder.
    type: str
    required: true
  folder:
    description: The folder that a relative path is one of, as an absolute path.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Refuse a path that is not plain
  ansible.builtin.assert:
    that: report.refused == ''
    fail_msg: "{{ report.refused }}"
  vars:
    report: "{{ 'report.json' | windrose.airflow.plain_path(lookup('ansible.builtin.env', 'PWD')) }}"
"""

RETURN = r"""
_value:
  description: C(path), the absolute path; and C(refused), what is wrong with it and what to do, empty where nothing is.
  type: dict
"""

import os

from ansible_collections.windrose.airflow.plugins.module_utils import _plain_paths


def plain_path(path, folder):
    """Judge whether a path is fit to be written to.

    :param path: the path as the user wrote it.
    :param folder: the folder that a relative path is one of.
    :returns: dict with ``path`` and ``refused``.
    """
    found = _plain_paths.absolute(path, folder)
    try:
        _plain_paths.check_file(found, None if os.path.isabs(os.path.expanduser(path)) else folder)
    except _plain_paths.PlainPathError as error:
        return {"path": found, "refused": str(error)}
    return {"path": found, "refused": ""}


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """:returns: the functions by the names that templates call them by."""
        return {"plain_path": plain_path}
