"""Refuse an aligner that is a model under test: it would hide that model's own errors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from streamwer.alignment.origin import read_origin
from streamwer.config.alignment import AlignmentConfig, ForcedConfig, describe_same_model
from streamwer.config.experiment import SystemConfig
from streamwer.config.folders import ALIGNED
from streamwer.errors import ConfigError
from streamwer.provenance import digests


def refuse_same_files(alignment: AlignmentConfig, systems: Mapping[str, SystemConfig]) -> None:
    """Refuse to align with a model that a system has in another folder.

    Those on a hub are compared when the system is scored.

    Args:
        alignment: which model aligns, if one does.
        systems: the compared ones, by name.

    Raises:
        ConfigError: the aligner is the model of one of the systems.
    """
    if not isinstance(alignment, ForcedConfig) or alignment.allow_same_model:
        return
    aligner = Path(alignment.model.path).expanduser()
    if not aligner.is_dir():
        return
    for name, system in systems.items():
        model = Path(system.model.path).expanduser()
        local = bool(system.model.path) and model.is_dir()
        if local and digests.digest_model(model) == digests.digest_model(aligner):
            raise ConfigError(describe_same_model(alignment.model.path, name))


def refuse_aligned_by(alignment: AlignmentConfig, system: str, model: str) -> None:
    """Refuse to score a system whose model placed the reference words.

    Args:
        alignment: how words were placed.
        system: the system's name.
        model: name and digest of its model, as the signature has them.

    Raises:
        ConfigError: that model was the aligner, and the config does not allow it.
    """
    if not isinstance(alignment, ForcedConfig) or alignment.allow_same_model:
        return
    origin = read_origin(ALIGNED)
    if origin.digest == model.rpartition("@")[2]:
        raise ConfigError(describe_same_model(f"{origin.aligner}@{origin.digest}", system))
