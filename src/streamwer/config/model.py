"""The record behind `conf/model`."""

from __future__ import annotations

from dataclasses import dataclass, replace

MISSING = "???"  # OmegaConf's marker for a value that a config file must give


@dataclass
class ModelConfig:
    """conf/model: which Whisper, and what it runs on."""

    name: str = MISSING
    path: str = MISSING
    revision: str | None = None
    sha256: str | None = None
    weights_bytes: int | None = None
    package: str | None = None
    device: str = "cpu"
    compute_type: str = "int8"
    cpu_threads: int = 1
    language: str = "en"
    padding_s: float = 5.0
    min_encoder_s: float = 13.0
    padding: str = "floor"


def forget_source(model: ModelConfig) -> ModelConfig:
    """Leave out where a model's files come from: what is left is how it is run."""
    return replace(model, path="", revision=None, sha256=None, weights_bytes=None, package=None)
