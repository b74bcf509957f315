# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fingerprint of a release. Pure: no I/O."""

from __future__ import annotations

import hashlib
import hmac
import json

# A Kubernetes label value holds at most 63 characters; 40 hex digits are 160 bits.
FINGERPRINT_DIGITS = 40
SECRET_DIGITS = 16


def release_fingerprint(key, chart, chart_values, secrets):
    """What a release is made from, as one short text that gives nothing away.

    A plain hash of values and secrets could be guessed back by anyone who reads labels; an HMAC without its key cannot.

    :param key: the HMAC key, as bytes.
    :param chart: the chart's digest, or its reference where it lies in a registry.
    :param chart_values: the values of the release, as JSON data.
    :param secrets: {name of a Secret: its data}; the data of one that does not exist is None.
    :returns: 40 lower-case hex digits.
    """
    return _hmac(key, [chart, chart_values, secrets])[:FINGERPRINT_DIGITS]


def secret_hmac(key, name, data):
    """What a Secret holds, as a short text that gives nothing away, for the annotations of the pods that read it.

    :param key: the HMAC key, as bytes.
    :param name: the Secret's name.
    :param data: its data.
    :returns: 16 lower-case hex digits.
    """
    return _hmac(key, ["secret", name, data])[:SECRET_DIGITS]


def values_hmac(key, chart_values):
    """Chart values as a short text that gives nothing away, to tell whether two revisions have the same.

    :param key: the HMAC key, as bytes.
    :param chart_values: the values, as JSON data.
    :returns: 40 lower-case hex digits.
    """
    return _hmac(key, ["values", chart_values])[:FINGERPRINT_DIGITS]


def _hmac(key, data):
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
