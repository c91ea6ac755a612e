"""Is a node's code the driver's? Asked on the node, before it loads anything.

Steps of one run that were made by two versions of the code belong to no version, and no figure
would show it. So the sources are compared by their digest, and the packages that shape what is
said by their versions.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from streamwer.config.experiment import SystemConfig
from streamwer.errors import ClusterError
from streamwer.provenance import digests
from streamwer.provenance.source_tree import PACKAGE
from streamwer.runners import worker_facts

_OURS = "package streamwer"


@dataclass(frozen=True)
class Same:
    """What the driver runs, to be compared on the nodes.

    Attributes:
        code: digest of the package's sources.
        packages: versions by name, as the facts of an event log have them.
    """

    code: str
    packages: Mapping[str, str]

    @property
    def known(self) -> dict[str, str]:
        """Facts that a worker need not know: our code is shipped, not installed, on its node."""
        return {_OURS: self.packages[_OURS]}

    def check(self, system: SystemConfig) -> None:
        """Call this on the node.

        Raises:
            ClusterError: something differs; the node, what it is and the remedy are named.
        """
        here = driver(system)
        if here.code != self.code:
            raise ClusterError(
                f"{node()}: the code of streamwer differs: its sources have the digest {here.code},"
                f" the driver's {self.code} ({_sources()} was imported there); uninstall streamwer"
                " there, or take it out of PYTHONPATH"
            )
        differing = [
            f"{name.removeprefix('package ')} {here.packages.get(name, 'none')} instead of {wanted}"
            for name, wanted in self.packages.items()
            if name != _OURS and here.packages.get(name) != wanted
        ]
        if differing:
            raise ClusterError(
                f"{node()}: packages differ from the driver's: {', '.join(differing)}; install"
                " requirements.lock there, as for the driver"
            )


def driver(system: SystemConfig) -> Same:
    """What runs here."""
    return Same(digests.of_files([_sources()]), worker_facts.packages(system))


def node() -> str:
    """A name for this machine."""
    return f"node {platform.node() or 'without a name'}"


def _sources() -> Path:
    return PACKAGE
