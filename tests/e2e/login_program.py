# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that a kubeconfig's user logs in by, such as `aws eks get-token`, which notes when it was started."""

from __future__ import annotations

import base64
import json
import sys

API_VERSION = "client.authentication.k8s.io/v1"
SCRIPT = """#!{python} -IS
import datetime, json, os, pathlib, sys, time
folder = pathlib.Path(__file__).parent
note = {{"time": time.time(), "information": json.loads(os.environ["KUBERNETES_EXEC_INFO"]), "arguments": sys.argv[1:],
        "variable": os.environ.get("LOGIN_VARIABLE")}}
with open(folder / "starts", "a", encoding="utf-8") as stream:
    stream.write(json.dumps(note) + "\\n")
number = len((folder / "starts").read_text(encoding="utf-8").splitlines())
plan = json.loads((folder / "plan").read_text(encoding="utf-8"))
if plan["gate"]:
    open(folder / plan["gate"], encoding="utf-8").read()
status = {{name: value.replace("NUMBER", str(number)) for name, value in plan["status"].items()}}
if plan["lifetime"] is not None:
    ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=plan["lifetime"])
    status["expirationTimestamp"] = ends.isoformat()
if plan["says"]:
    print(plan["says"], file=sys.stderr)
if not plan["code"]:
    print(json.dumps({{"apiVersion": "{version}", "kind": "ExecCredential", "status": status}}))
sys.exit(plan["code"])
"""


class LoginProgram:
    """An executable in a folder of its own; until it is told otherwise, it gives the tokens ``token-1``, ``token-2`` ….

    :param folder: a `pathlib.Path`; made where it is not there.
    """

    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        self.path, self._starts, self._plan = folder / "login", folder / "starts", folder / "plan"
        self.path.write_text(SCRIPT.format(python=sys.executable, version=API_VERSION), encoding="utf-8")
        self.path.chmod(0o700)
        self.answer()

    def answer(self, status=None, lifetime=None, code=0, says="", gate=""):
        """Say what it is to answer from now on.

        :param status: the ExecCredential's; ``NUMBER`` in a value becomes the number of the start.
        :param lifetime: seconds until what it gives expires; None where it does not say.
        :param code: what it ends with.
        :param says: what it writes to standard error.
        :param gate: the name of a pipe in its folder that it reads to the end before it answers.
        """
        plan = {"status": status or {"token": "token-NUMBER"}, "lifetime": lifetime, "code": code, "says": says, "gate": gate}
        self._plan.write_text(json.dumps(plan), encoding="utf-8")

    def answer_as(self, user, lifetime=None):
        """Give the client certificate or the token that a kubeconfig's user has in the kubeconfig itself."""
        names = {"clientCertificateData": "client-certificate-data", "clientKeyData": "client-key-data"}
        status = {field: base64.b64decode(user[name]).decode() for field, name in names.items() if name in user}
        self.answer(status or {"token": user["token"]}, lifetime)

    def user(self, **options):
        """:returns: a kubeconfig's user who logs in by it."""
        return {"exec": {"apiVersion": API_VERSION, "command": str(self.path), "interactiveMode": "Never", **options}}

    def starts(self):
        """:returns: a dict for each start: its ``time``, and the ``information``, ``arguments`` and ``variable`` it came with."""
        if not self._starts.exists():
            return []
        return [json.loads(line) for line in self._starts.read_text(encoding="utf-8").splitlines()]
