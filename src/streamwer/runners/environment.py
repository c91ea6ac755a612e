"""Check on a node that it runs the driver's code, before it loads anything.

Steps of one run that come from two versions of the code belong to neither, and no figure would
show it. So the sources are compared by digest, and the packages that affect results by version.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass

from streamwer.config.experiment import SystemConfig
from streamwer.errors import ClusterError
from streamwer.provenance import digests
from streamwer.provenance.imports import PACKAGE
from streamwer.runners import worker_facts

_OWN_PACKAGE = "package streamwer"


@dataclass(frozen=True)
class EnvironmentFingerprint:
    """The driver's code and packages, to compare with those of the nodes.

    Attributes:
        code: digest of the package's sources.
        packages: versions by name, as in the facts of an event log.
    """

    code: str
    packages: Mapping[str, str]

    @property
    def own_version(self) -> dict[str, str]:
        """The version of streamwer, which a node cannot tell: it gets the code, not the package."""
        return {_OWN_PACKAGE: self.packages[_OWN_PACKAGE]}

    def check_node(self, system: SystemConfig) -> None:
        """Compare this node with the driver.

        Raises:
            ClusterError: something differs; names the node, the difference and the remedy.
        """
        here = fingerprint_environment(system)
        if here.code != self.code:
            raise ClusterError(
                f"{name_node()}: the code of streamwer differs: its sources have the digest"
                f" {here.code}, the driver's {self.code} ({PACKAGE} was imported there); uninstall"
                " streamwer there, or take it out of PYTHONPATH"
            )
        differing = [
            f"{name.removeprefix('package ')} {here.packages.get(name, 'none')} instead of {wanted}"
            for name, wanted in self.packages.items()
            if name != _OWN_PACKAGE and here.packages.get(name) != wanted
        ]
        if differing:
            raise ClusterError(
                f"{name_node()}: packages differ from the driver's: {', '.join(differing)}; install"
                " requirements.lock there, as for the driver"
            )


def fingerprint_environment(system: SystemConfig) -> EnvironmentFingerprint:
    """Return the code and the packages that run here."""
    return EnvironmentFingerprint(
        digests.digest_files([PACKAGE]), worker_facts.collect_packages(system)
    )


def name_node() -> str:
    """Return a name of this machine for messages."""
    return f"node {platform.node() or 'without a name'}"
