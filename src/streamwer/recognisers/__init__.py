"""Recognisers: models that turn a window of audio and a prompt into timed words."""

from __future__ import annotations

from pathlib import Path

from streamwer.config import DirectConfig, SystemConfig
from streamwer.recognisers.base import Memory, Recogniser, Window


def load(system: SystemConfig, path: Path | None = None) -> Recogniser:
    """The system's model, loaded: call this in the process that uses it.

    Args:
        path: folder of the model's files; None finds or fetches them.

    Raises:
        ModelError: the model cannot be found, fetched or loaded.
        ConfigError: the engine's values make no sense, or the model does not know the language.
    """
    from streamwer.recognisers.hub import locate

    folder = path or locate(system.model)
    if isinstance(system.engine, DirectConfig):
        from streamwer.recognisers.direct import Direct

        return Direct(folder, system.model, system.engine)
    from streamwer.recognisers.transcribe import Transcribe

    return Transcribe(folder, system.model, system.engine)


__all__ = ["Memory", "Recogniser", "Window", "load"]
