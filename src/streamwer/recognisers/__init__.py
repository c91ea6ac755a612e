"""Recognisers: models that turn a window of audio and a prompt into timed words."""

from __future__ import annotations

from pathlib import Path

from streamwer.config import registry
from streamwer.config.engine import get_own_model
from streamwer.config.experiment import SystemConfig
from streamwer.errors import ModelError
from streamwer.recognisers.base import Memory, Recogniser, SupportsFacts, SupportsWarmUp, Window


def fetch_model(system: SystemConfig) -> Path | None:
    """Return the folder of the system's model, fetched if need be; None if its engine brings one.

    Raises:
        ModelError: the model cannot be found or fetched, or one of its files is damaged.
    """
    from streamwer.models.sources import obtain_model

    return obtain_model(system.model) if system.model.path else None


def load_recogniser(system: SystemConfig, path: Path | None = None) -> Recogniser:
    """Load the system's model and warm it up; call this in the process that uses it.

    Arguments and errors are those of `build_recogniser`.
    """
    recogniser = build_recogniser(system, path)
    warm_up(recogniser)
    return recogniser


def warm_up(recogniser: Recogniser) -> None:
    """Make a first call, which allocates and is slower: it must not count as a step."""
    if isinstance(recogniser, SupportsWarmUp):
        recogniser.warm_up()


def build_recogniser(system: SystemConfig, path: Path | None = None) -> Recogniser:
    """Load the system's model; call this in the process that uses it.

    Args:
        system: the model, and how it is called.
        path: folder of the model's files; None finds or fetches them.

    Raises:
        ModelError: the model cannot be found, fetched or loaded.
        ConfigError: the engine's values make no sense, or the model does not know the language.
    """
    engine = system.engine
    folder = path or fetch_model(system)
    if folder is None and not get_own_model(engine):
        raise ModelError(f"engine={engine.name}: no model is given (model.path)")
    recogniser: Recogniser = registry.find("engine", engine.name)(engine, system.model, folder)
    return recogniser


__all__ = [
    "Memory",
    "Recogniser",
    "SupportsFacts",
    "Window",
    "build_recogniser",
    "fetch_model",
    "load_recogniser",
    "warm_up",
]
