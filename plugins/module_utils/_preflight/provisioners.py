# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What access modes the volumes of well-known provisioners have, as file systems. Pure: no I/O.

A raw block device that several nodes share is not a file system that they can share, so such modes do not count.
"""

from __future__ import annotations

import dataclasses

ONE_NODE, ONE_POD, READ_BY_MANY, MANY = "ReadWriteOnce", "ReadWriteOncePod", "ReadOnlyMany", "ReadWriteMany"


@dataclasses.dataclass(frozen=True)
class Modes:
    """The access modes of a provisioner.

    :param sure: what its volumes have.
    :param source: where that is said.
    :param possible: what they have on a condition that the StorageClass does not show.
    :param condition: that condition, as words for a sentence.
    """

    sure: frozenset
    source: str
    possible: frozenset = frozenset()
    condition: str = ""


_DISK = frozenset({ONE_NODE, ONE_POD})
_READABLE_DISK = _DISK | {READ_BY_MANY}
_SHARED = frozenset({ONE_NODE, ONE_POD, READ_BY_MANY, MANY})
_GKE = "https://cloud.google.com/kubernetes-engine/docs/concepts/persistent-volumes#access_modes"
_KUBERNETES = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes"

PROVISIONERS = {
    "ebs.csi.aws.com": Modes(_DISK, "https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html"),
    "ebs.csi.eks.amazonaws.com": Modes(_DISK, "https://docs.aws.amazon.com/eks/latest/userguide/create-storage-class.html"),
    "kubernetes.io/aws-ebs": Modes(_DISK, "https://kubernetes.io/docs/concepts/storage/volumes/#awselasticblockstore"),
    "efs.csi.aws.com": Modes(_SHARED, "https://docs.aws.amazon.com/eks/latest/userguide/efs-csi.html"),
    "fsx.csi.aws.com": Modes(_SHARED, "https://docs.aws.amazon.com/eks/latest/userguide/fsx-csi.html"),
    "disk.csi.azure.com": Modes(_DISK, "https://learn.microsoft.com/azure/aks/azure-csi-disk-storage-provision"),
    "kubernetes.io/azure-disk": Modes(_DISK, "https://learn.microsoft.com/azure/aks/azure-csi-disk-storage-provision"),
    "file.csi.azure.com": Modes(_SHARED, "https://learn.microsoft.com/azure/aks/azure-csi-files-storage-provision"),
    "kubernetes.io/azure-file": Modes(_SHARED, _KUBERNETES),
    "pd.csi.storage.gke.io": Modes(_READABLE_DISK, _GKE),
    "kubernetes.io/gce-pd": Modes(_READABLE_DISK, _GKE),
    "filestore.csi.storage.gke.io": Modes(_SHARED, _GKE),
    "nfs.csi.k8s.io": Modes(_SHARED, "https://github.com/kubernetes-csi/csi-driver-nfs"),
    "driver.longhorn.io": Modes(_SHARED, "https://longhorn.io/docs/latest/nodes-and-volumes/volumes/rwx-volumes/"),
    "dobs.csi.digitalocean.com": Modes(
        _DISK, "https://docs.digitalocean.com/products/kubernetes/how-to/add-volumes/"
    ),
    "csi.hetzner.cloud": Modes(_DISK, "https://github.com/hetznercloud/csi-driver"),
    "rancher.io/local-path": Modes(
        _DISK, "https://github.com/rancher/local-path-provisioner#configuration", frozenset({READ_BY_MANY, MANY}),
        "its configuration has a sharedFileSystemPath",
    ),
}  # fmt: skip
# Rook puts the namespace of its operator in front: https://rook.io/docs/rook/latest/Storage-Configuration/.
_BY_ENDING = {
    "rbd.csi.ceph.com": Modes(
        _DISK, "https://rook.io/docs/rook/latest/Storage-Configuration/Block-Storage-RBD/block-storage/"
    ),
    "cephfs.csi.ceph.com": Modes(
        _SHARED, "https://rook.io/docs/rook/latest/Storage-Configuration/Shared-Filesystem-CephFS/filesystem-storage/"
    ),
}


def access_modes(provisioner):
    """:returns: the `Modes` of a provisioner; None of one that is not known here."""
    if provisioner in PROVISIONERS:
        return PROVISIONERS[provisioner]
    return next((modes for ending, modes in _BY_ENDING.items() if f".{provisioner}".endswith(f".{ending}")), None)
