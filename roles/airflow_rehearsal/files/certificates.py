# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the authority of the rehearsal and the certificate of its stand-ins, in a container of the Airflow image.

    python certificates.py FOLDER NAME…

In FOLDER, authority.crt and authority.key are made once. server.crt and server.key are for the names, and are made again where these or the
authority differ, and before they expire. Prints what was made.
"""

from __future__ import annotations

import datetime
import os
import pathlib
import sys

from cryptography import exceptions, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LIFETIME = datetime.timedelta(days=365)
# Images and Secrets of the rehearsal hold it, so that it outlives what it signs.
AUTHORITY_LIFETIME = 10 * LIFETIME
# What a strict client asks of an authority, as Python does from 3.13 on (https://docs.python.org/3/library/ssl.html, VERIFY_X509_STRICT).
SIGNS = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
    key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip


def write(path, content):
    """Write a file that nobody else may read, whole or not at all."""
    beside = path.with_suffix(".new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    beside.rename(path)
    print(path.name)


def certificate(folder, name, subject, issuer, lifetime, extensions):
    """Make a key and a certificate.

    :param name: the first part of the names of both files.
    :param issuer: (subject, key) of who signs it; None where it signs itself.
    :param lifetime: how long it is valid.
    :param extensions: list of (extension, whether it is critical).
    """
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    signer, signing_key = issuer or (own, key)
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder().subject_name(own).issuer_name(signer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )  # fmt: skip
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, critical=is_critical)
    made = builder.sign(signing_key, hashes.SHA256())
    write(folder / f"{name}.key", key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    write(folder / f"{name}.crt", made.public_bytes(serialization.Encoding.PEM))


def is_for(path, names, signer):
    """:returns: whether a certificate is there, is for these names, is signed by that authority, and is valid for another day."""
    if not path.exists():
        return False
    found = x509.load_pem_x509_certificate(path.read_bytes())
    try:
        found.verify_directly_issued_by(signer)
    except (ValueError, exceptions.InvalidSignature):
        return False
    known = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    limit = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    return set(known) == set(names) and found.not_valid_after_utc > limit


def main(folder, names):
    """Make what is missing."""
    authority = folder / "authority.crt"
    if not authority.exists():
        certificate(folder, "authority", "windrose rehearsal", None, AUTHORITY_LIFETIME, [
            (x509.BasicConstraints(ca=True, path_length=0), True), (SIGNS, True)])
    signer = x509.load_pem_x509_certificate(authority.read_bytes())
    if not is_for(folder / "server.crt", names, signer):
        key = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        certificate(folder, "server", names[0], (signer.subject, key), LIFETIME, [
            (alternatives, False), (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False),
        ])  # fmt: skip


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
