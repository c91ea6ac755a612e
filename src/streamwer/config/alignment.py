"""Settings of `conf/alignment`: where word times come from that a data set lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streamwer.config.model import ENCODER_S, ModelConfig
from streamwer.config.settings import setting
from streamwer.errors import ConfigError

ALLOW = "alignment.allow_same_model"

_MEASURED_BIAS_S = {"base": 0.004}
"""Median signed error of word ends by model, against times set by hand; docs/word-times.md."""


def _declare_share(default: float, help: str) -> Any:
    return setting(default, help, at_least=0, at_most=1)


@dataclass
class NoAlignment:
    """conf/alignment/none: word times as the data set has them."""

    name: str = "none"


@dataclass
class ForcedConfig:
    """conf/alignment/forced: by a model that is not under test."""

    name: str = "forced"
    model: ModelConfig = field(default_factory=ModelConfig)
    allow_same_model: bool = setting(False, "whether the aligner may be a model under test")
    padding_s: float = setting(
        1.0,
        "silence after a window that the aligner is given",
        unit="seconds",
        at_least=0,
        at_most=ENCODER_S,
    )
    window_s: float = setting(
        28.0, "longest window", unit="seconds", at_least=5.0, at_most=ENCODER_S
    )
    by_character: bool = setting(
        True, "whether the text is aligned character by character; off for models that cannot spell"
    )
    speech_threshold: float = _declare_share(
        0.3, "probability above which the voice detector (Silero) calls it speech"
    )
    min_information_gain: float = _declare_share(
        0.4, "smallest share of a transcript that must be plain to the aligner"
    )
    max_implausible_durations: float = _declare_share(
        0.05, "largest share of words without length or longer than 3 s"
    )
    max_non_speech: float = _declare_share(0.2, "largest share of words where there is no speech")
    max_unaligned_speech: float = _declare_share(
        0.2, "largest share of the speech that the words leave out"
    )
    known_bias_s: float | None = setting(
        None,
        "how late this model's word ends are known to be; below 0 if early; null: as measured here",
        unit="seconds",
    )

    def find_bias(self, aligner: str) -> float | None:
        """Return the known bias of an aligner's word ends, seconds; None where not measured."""
        if self.known_bias_s is None and self.by_character:
            return _MEASURED_BIAS_S.get(aligner)
        return self.known_bias_s


@dataclass
class WordColumnsConfig:
    """Names of a parquet table's columns, and of the parts of a word in it."""

    id: str = "id"
    words: str = "words"
    text: str = "word"
    start: str = "start"
    end: str = "end"


@dataclass
class PublishedConfig:
    """conf/alignment/published: read from files."""

    name: str = "published"
    path: str = "data/alignments"
    pattern: str = "**/*"
    tier: str = ""
    columns: WordColumnsConfig = field(default_factory=WordColumnsConfig)
    max_mismatched: float = _declare_share(
        0.1, "largest share of words that may differ from the transcript"
    )


AlignmentConfig = NoAlignment | ForcedConfig | PublishedConfig

ALIGNMENT_SCHEMAS: dict[str, type] = {
    "none": NoAlignment,
    "forced": ForcedConfig,
    "published": PublishedConfig,
}
"""The record of each way to come by word times."""


def refuse_same_model(alignment: AlignmentConfig, models: Mapping[str, ModelConfig]) -> None:
    """Refuse an aligner that is a model under test: it would hide that model's own errors.

    Args:
        alignment: which model aligns, if one does.
        models: of the compared systems, by system.

    Raises:
        ConfigError: the path (or hub id) and the revision are those of a system's model.
    """
    if not isinstance(alignment, ForcedConfig) or alignment.allow_same_model:
        return
    aligner = alignment.model
    for system, model in models.items():
        if model.path.rstrip("/") == aligner.path.rstrip("/"):
            raise ConfigError(describe_same_model(aligner.path, system))


def describe_same_model(aligner: str, system: str) -> str:
    """Describe the error of an aligner that is under test."""
    return (
        f"alignment.model: {aligner} is the model of the system '{system}', which is under test; "
        f"choose another aligner, or set {ALLOW}=true"
    )
