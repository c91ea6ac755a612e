"""What the steps of a recording depend on, as a key: the same key, the same steps.

It is a digest of the audio and its journey, the policy, the engine, the model's files, the clock,
our own code as it lies there (committed or not), the packages and the processor; with a clock that
measures, of the whole machine and the cluster too, and of the session (`sessions`).
"""

from __future__ import annotations

import hashlib
import inspect
import json
import platform
import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from streamwer import recognisers
from streamwer.config import plugins
from streamwer.config.cluster import ClusterConfig
from streamwer.config.engine import own_model
from streamwer.config.experiment import SystemConfig
from streamwer.config.model import forget_source
from streamwer.provenance import digests
from streamwer.provenance.imports import find_imported_files
from streamwer.provenance.signature import measures
from streamwer.provenance.source_tree import PACKAGE
from streamwer.runners import hardware, worker_facts
from streamwer.runners.worker import Job

_WORKERS = ("streamwer.runners.worker", "streamwer.runners.ray_workers")
_PLUGIN_FOLDERS = ("policies", "recognisers")
"""Whose modules are imported by their names in the config."""
_NOT_OF_THE_RUN = ("timeout_s", "start_timeout_s", "ship_model_mb")
"""Keys of `cluster` that cannot change what a recording that was finished gave.

How long one waits, for a recording or for a worker, only decides whether it is finished, and how a
model comes to a node does not change its files, whose digest counts; errors tell to change these
and to go on. The others count. `name`, `workers` and `gpus` say with how many a worker shares its
machine, `address` which machines these are, `audio` whether a node holds the recordings in its
memory: all of it may be in what was measured.
"""


@dataclass(frozen=True)
class Keys:
    """The keys of a system's recordings.

    Attributes:
        common: what all of them depend on, as text.
    """

    common: str

    def of(self, job: Job) -> str:
        """The key of a recording, 64 hexadecimal digits.

        Raises:
            AudioError: its audio cannot be read.
        """
        journey = asdict(job.journey) if job.journey else None
        own = json.dumps([job.recording, digests.of_samples(job.audio), journey], sort_keys=True)
        return hashlib.sha256(f"{self.common}\n{own}".encode()).hexdigest()


def elsewhere(key: str, address: str) -> str:
    """The key of what a node of a cluster with another processor than ours gave for a key.

    Sums of floats differ between processors: nobody but who joins that cluster may take it.
    """
    return hashlib.sha256(f"{key}\n{address}".encode()).hexdigest()


def repeatable(system: SystemConfig) -> bool:
    """Whether a system says the same at the same moments whenever it is run.

    Not where the clock measures, nor where something of ours does not decide alone what is said: a
    server, a package of somebody else, a device whose sums depend on the order of its threads.
    """
    added = plugins.packages(policy=system.policy.get("name"), engine=system.engine.name)
    foreign = bool(added) or bool(own_model(system.engine)) or system.model.device != "cpu"
    return not foreign and not measures(system.clock.name)


def common(system: SystemConfig, cluster: ClusterConfig, **more: str) -> str:
    """What all recordings of a system depend on, as JSON.

    Args:
        more: what else the steps depend on.

    Raises:
        ModelError: the model cannot be found or fetched.
    """
    folder = recognisers.files(system)
    timed = measures(system.clock.name)
    return json.dumps(
        {
            "policy": system.policy,
            "engine": asdict(system.engine),
            # Not where it lies: the same files in another place are the same model.
            "model": asdict(forget_source(system.model)),
            "files": digests.of_model(folder) if folder else None,
            "clock": asdict(system.clock) if system.clock.name == "profile" else system.clock.name,
            "code": code(),
            "foreign code": _foreign(system),
            "packages": worker_facts.packages(system) | {"python": platform.python_version()},
            "processor": hardware.processor(),
            "machine": hardware.described(system.model.device) if timed else None,
            "cluster": _timing(cluster) if timed else None,
            **more,
        },
        sort_keys=True,
    )


def _timing(cluster: ClusterConfig) -> dict[str, Any]:
    return {key: value for key, value in asdict(cluster).items() if key not in _NOT_OF_THE_RUN}


@cache
def code() -> str:
    """Digest of our own code that a step may depend on; read once by a process."""
    return digests.of_files(code_files())


def code_files() -> list[Path]:
    """Find our own code that a step may depend on: all that a worker imports, directly or not."""
    plugins_of = (PACKAGE.joinpath(name).rglob("*.py") for name in _PLUGIN_FOLDERS)
    by_name = (_module(file) for files in plugins_of for file in files)
    return find_imported_files([*_WORKERS, *by_name])


def _module(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(
        ".__init__"
    )


def _foreign(system: SystemConfig) -> str:
    """Digest of the packages of other people that the system is made of, as they lie there."""
    chosen = {"policy": system.policy.get("name"), "engine": system.engine.name}
    used = [plugins.get(group, name) for group, name in chosen.items()]
    return digests.of_files([_source(one.target) for one in used if one])


def _source(target: type) -> Path:
    """The folder of the package that a class is from; of a single module, its file."""
    file = getattr(sys.modules.get(target.__module__.partition(".")[0]), "__file__", None)
    path = Path(file or inspect.getfile(target))
    return path.parent if path.name == "__init__.py" else path
