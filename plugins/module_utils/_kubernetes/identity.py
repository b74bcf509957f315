# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cluster is this? Pure functions over what the kubeconfig and the API server say."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ClusterIdentityError, KubeconfigError

_PEM_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_COMPARED = ("uid", "ca_sha256")


def ca_sha256(ca_pem_bundle):
    """Fingerprint the certificate authorities that a kubeconfig trusts.

    The certificates are sorted, so the order in the bundle does not matter, and only their DER form counts, so
    comments and line ends do not matter either.

    :param ca_pem_bundle: PEM bytes, or None where the system's authorities are used.
    :returns: lower-case hex SHA-256 over the sorted DER certificates; empty when there are none.
    :raises KubeconfigError: a certificate in the bundle is not base64.
    """
    try:
        certificates = sorted(
            base64.b64decode(b"".join(block.split()), validate=True)
            for block in _PEM_CERTIFICATE.findall(ca_pem_bundle or b"")
        )
    except binascii.Error as error:
        raise KubeconfigError(
            "Could not read",
            "the certificate authorities of the kubeconfig",
            f"a certificate is not valid base64 ({error})",
            "Fetch the kubeconfig again from the cluster's provider.",
        ) from error
    if not certificates:
        return ""
    return hashlib.sha256(b"".join(certificates)).hexdigest()


def is_expected(expected):
    """Tell whether an expectation names anything to compare.

    :param expected: dict with ``uid`` and ``ca_sha256``, or None; what is None or absent in it does not matter.
    """
    return any((expected or {}).get(name) is not None for name in _COMPARED)


def check(expected, actual, subject):
    """Refuse a cluster that is not the expected one.

    An empty ``ca_sha256`` is compared like any other: it says that the system's authorities are used.

    :param expected: dict with ``uid`` and ``ca_sha256``; what is None or absent is not compared.
    :param actual: dict with both, as found.
    :param subject: how the cluster was reached, for example ``context prod at https://10.0.0.1:6443``.
    :raises ClusterIdentityError: something differs; the message shows expected and found.
    """
    wanted = {name: value for name in _COMPARED if (value := (expected or {}).get(name)) is not None}
    different = [name for name, value in wanted.items() if value != actual.get(name)]
    if not different:
        return
    told = "; ".join(f"expected {name} '{wanted[name]}', found '{actual.get(name)}'" for name in different)
    raise ClusterIdentityError(
        "Refused to write to",
        subject,
        f"this is not the cluster that expected_cluster names: {told}",
        "If the kubeconfig or the context is wrong, correct it. If this cluster is the right one and was rebuilt, run "
        "playbooks/pin_cluster.yml and copy what it prints to airflow_expected_cluster in the inventory.",
        expected_identity=wanted,
        found_identity={name: actual.get(name) for name in _COMPARED},
    )
