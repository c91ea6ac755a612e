"""How each speaker sounds: `speakers.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from streamwer.errors import ConfigError

SPEAKERS = Path(__file__).with_name("speakers.yaml")


@dataclass(frozen=True)
class Speaker:
    """A voice, or a blend of voices, and how it is used.

    Attributes:
        name: the speaker's id.
        blend: weights of Kokoro's voices, which sum to 1; empty for a voice of Piper.
        piper: name of the Piper voice; empty for a blend.
        speed: rate of speech; 1 is the voice's own.
        pitch: factor on all frequencies, and on the rate of speech.
    """

    name: str
    blend: Mapping[str, float] = field(default_factory=dict)
    piper: str = ""
    speed: float = 1.0
    pitch: float = 1.0

    @property
    def voice(self) -> str:
        """Which of the two synthesisers speaks: `kokoro` or `piper`."""
        return "piper" if self.piper else "kokoro"


def read_speakers(path: Path = SPEAKERS) -> dict[str, Speaker]:
    """Read all speakers, by name.

    Raises:
        ConfigError: a speaker has an unknown key, or not exactly one kind of voice.
    """
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: _parse_speaker(name, row, path) for name, row in rows.items()}


def _parse_speaker(name: str, row: Mapping[str, Any], path: Path) -> Speaker:
    try:
        speaker = Speaker(name, **row)
    except TypeError as error:
        raise ConfigError(f"{path}: {name}: {error}; see the keys of the others") from error
    if bool(speaker.blend) == bool(speaker.piper):
        raise ConfigError(f"{path}: {name}: give it either a blend or a piper voice")
    if speaker.blend and abs(sum(speaker.blend.values()) - 1) > 1e-6:
        raise ConfigError(f"{path}: {name}: the weights of its blend must sum to 1")
    return speaker
