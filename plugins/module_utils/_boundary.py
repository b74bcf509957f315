# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where a result or an error leaves a module."""

from __future__ import annotations

import os
import traceback

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError

CONCEALED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def _place_of(error):
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "an unknown place"
    return f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}"


def _unexpected(error):
    # The text of an arbitrary exception may quote the data that caused it, and that may be a secret;
    # the operating system's errors quote only a path and a reason.
    detail = f" ({error})" if isinstance(error, OSError) else ""
    return (
        f"The module stopped at {_place_of(error)} with an unexpected {type(error).__name__}{detail}. "
        "This is a defect of windrose.airflow: report this line together with the task's parameters, without secrets."
    )


def _conceal(module, names):
    """Keep the named parameters out of the result, and only them.

    They are declared ``no_log``, so nothing logged them. Ansible would go on to blank every equal string in the
    result too, and a Secret that holds a user name such as ``airflow`` would blank the namespace of that name.
    The services return no secret, so leaving the parameters themselves out is enough.
    """
    module.no_log_values.clear()
    shown = {name: CONCEALED if name in names else value for name, value in module.params.items()}
    return {"invocation": {"module_args": shown}}


def run(module, service_call, concealed=()):
    """Call the service and leave the module with its result or with its error.

    :param module: the AnsibleModule.
    :param service_call: a callable without parameters that returns the result as a dict.
    :param concealed: names of ``no_log`` parameters that mix secrets with ordinary text; no returned field may
        hold their contents.
    """
    extra = _conceal(module, concealed) if concealed else {}
    try:
        result = service_call()
    except WindroseError as error:
        module.fail_json(msg=str(error), **{**error.fields, **extra})
    except Exception as error:  # pylint: disable=broad-exception-caught
        module.fail_json(msg=_unexpected(error), exception="".join(traceback.format_tb(error.__traceback__)), **extra)
    module.exit_json(**{**result, **extra})
