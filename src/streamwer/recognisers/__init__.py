"""Recognisers: models that turn a window of audio and a prompt into timed words."""

from __future__ import annotations

from pathlib import Path

from streamwer.config import plugins
from streamwer.config.engine import DirectConfig, HttpConfig, PocketSphinxConfig
from streamwer.config.experiment import SystemConfig
from streamwer.errors import ModelError
from streamwer.recognisers.base import Informed, Memory, Recogniser, Warming, Window
from streamwer.text.languages import AUTO, ENGLISH


def files(system: SystemConfig) -> Path | None:
    """The folder of the system's model, fetched if need be; None if its engine brings a model.

    Raises:
        ModelError: the model cannot be found or fetched, or one of its files is damaged.
    """
    from streamwer.models.sources import obtain

    return obtain(system.model) if system.model.path else None


def load(system: SystemConfig, path: Path | None = None) -> Recogniser:
    """The system's model, loaded and warm: call this in the process that uses it.

    Arguments and errors are those of `build`.
    """
    recogniser = build(system, path)
    warm_up(recogniser)
    return recogniser


def warm_up(recogniser: Recogniser) -> None:
    """The first call allocates and is slower: it must not count as a step."""
    if isinstance(recogniser, Warming):
        recogniser.warm_up()


def build(system: SystemConfig, path: Path | None = None) -> Recogniser:
    """The system's model, loaded: call this in the process that uses it.

    Args:
        path: folder of the model's files; None finds or fetches them.

    Raises:
        ModelError: the model cannot be found, fetched or loaded.
        ConfigError: the engine's values make no sense, or the model does not know the language.
    """
    engine = system.engine
    if isinstance(engine, HttpConfig):
        from streamwer.recognisers.http import Http

        return Http(engine, "" if system.model.language == AUTO else system.model.language)
    if isinstance(engine, PocketSphinxConfig):
        from streamwer.recognisers.pocketsphinx import PocketSphinx

        language = ENGLISH if system.model.language == AUTO else system.model.language
        return PocketSphinx(engine, language)
    folder = path or files(system)
    added = plugins.get("engine", engine.name)
    if added:
        recogniser: Recogniser = added.target(engine, system.model, folder)
        return recogniser
    if folder is None:
        raise ModelError(f"engine={engine.name}: no model is given (model.path)")
    if isinstance(engine, DirectConfig):
        from streamwer.recognisers.direct import Direct

        return Direct(folder, system.model, engine)
    from streamwer.recognisers.transcribe import Transcribe

    return Transcribe(folder, system.model, engine)


__all__ = ["Informed", "Memory", "Recogniser", "Window", "build", "files", "load", "warm_up"]
