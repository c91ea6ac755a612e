"""Keys of the result cache: digests of all that the steps of a recording depend on.

A key covers the audio and its journey, the policy, the engine, the model's files, the clock, this
package's code (committed or not), the packages and the processor; under a clock that measures, also
the whole machine, the cluster, and the session (`sessions`).
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
from streamwer.config import registry
from streamwer.config.cluster import ClusterConfig
from streamwer.config.engine import get_own_model
from streamwer.config.experiment import SystemConfig
from streamwer.config.model import forget_source
from streamwer.provenance import digests
from streamwer.provenance.imports import PACKAGE, find_imported_files
from streamwer.provenance.signature import measures_hardware
from streamwer.runners import hardware, worker_facts
from streamwer.runners.worker import Job

_WORKERS = ("streamwer.runners.worker", "streamwer.runners.ray_workers")
_PLUGIN_FOLDERS = ("policies", "recognisers")
"""Whose modules are imported by their names in the config."""
_NOT_OF_THE_RUN = ("timeout_s", "start_timeout_s", "ship_model_mb")
"""Settings of `cluster` that cannot change the steps of a finished recording.

Timeouts only decide whether a recording finishes, and the way of a model to a node does not change
its files, whose digest counts. The other settings may affect what is measured: `name`, `workers`
and `gpus` say how many workers share a machine, `address` which machines these are, and `audio`
whether a node holds the recordings in memory.
"""


@dataclass(frozen=True)
class RecordingKeys:
    """The keys of a system's recordings.

    Attributes:
        common: description of what all of them depend on.
    """

    common: str

    def make_key(self, job: Job) -> str:
        """Make the key of a recording, 64 hexadecimal digits.

        Raises:
            AudioError: its audio cannot be read.
        """
        journey = asdict(job.journey) if job.journey else None
        details = json.dumps(
            [job.recording, digests.digest_samples(job.audio), journey], sort_keys=True
        )
        return hashlib.sha256(f"{self.common}\n{details}".encode()).hexdigest()


def make_cluster_key(key: str, address: str) -> str:
    """Make the key of a result from a node with another processor than this machine.

    Floating-point sums differ between processors, so only runs on that cluster may use it.
    """
    return hashlib.sha256(f"{key}\n{address}".encode()).hexdigest()


def is_reproducible(system: SystemConfig) -> bool:
    """Tell whether every run of a system gives the same steps.

    It does not where the clock measures, nor with a server, a plugin package, or a device whose
    sums depend on the order of its threads.
    """
    added = registry.list_packages(policy=system.policy.get("name"), engine=system.engine.name)
    foreign = bool(added) or bool(get_own_model(system.engine)) or system.model.device != "cpu"
    return not foreign and not measures_hardware(system.clock.name)


def describe_dependencies(system: SystemConfig, cluster: ClusterConfig, **more: str) -> str:
    """Describe what all recordings of a system depend on, as JSON.

    Args:
        system: its settings.
        cluster: where the workers run.
        more: other things that the steps depend on.

    Raises:
        ModelError: the model cannot be found or fetched.
    """
    folder = recognisers.fetch_model(system)
    timed = measures_hardware(system.clock.name)
    return json.dumps(
        {
            "policy": system.policy,
            "engine": asdict(system.engine),
            # Without its place: the same files elsewhere are the same model.
            "model": asdict(forget_source(system.model)),
            "files": digests.digest_model(folder) if folder else None,
            "clock": asdict(system.clock) if system.clock.name == "profile" else system.clock.name,
            "code": digest_code(),
            "foreign code": _digest_plugins(system),
            "packages": worker_facts.collect_packages(system)
            | {"python": platform.python_version()},
            "processor": hardware.name_processor(),
            "machine": hardware.describe_hardware(system.model.device) if timed else None,
            "cluster": _list_timing_settings(cluster) if timed else None,
            **more,
        },
        sort_keys=True,
    )


def _list_timing_settings(cluster: ClusterConfig) -> dict[str, Any]:
    return {key: value for key, value in asdict(cluster).items() if key not in _NOT_OF_THE_RUN}


@cache
def digest_code() -> str:
    """Digest this package's code that a step may depend on; once per process."""
    return digests.digest_files(find_code_files())


def find_code_files() -> list[Path]:
    """Find this package's code that a step may depend on: all that a worker imports."""
    plugins_of = (PACKAGE.joinpath(name).rglob("*.py") for name in _PLUGIN_FOLDERS)
    by_name = (_name_module(file) for files in plugins_of for file in files)
    return find_imported_files([*_WORKERS, *by_name])


def _name_module(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(
        ".__init__"
    )


def _digest_plugins(system: SystemConfig) -> str:
    """Digest the installed plugin packages that the system uses."""
    chosen = {"policy": system.policy.get("name"), "engine": system.engine.name}
    used = [registry.find_extension(group, name) for group, name in chosen.items()]
    return digests.digest_files([_find_source(one.target) for one in used if one])


def _find_source(target: type) -> Path:
    """Return the folder of the package that a class is from, or the file of its module."""
    file = getattr(sys.modules.get(target.__module__.partition(".")[0]), "__file__", None)
    path = Path(file or inspect.getfile(target))
    return path.parent if path.name == "__init__.py" else path
