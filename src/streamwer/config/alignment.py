"""The records behind `conf/alignment`: where word times come from that a data set lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from streamwer.config.bounds import ENCODER_S
from streamwer.config.model import ModelConfig
from streamwer.errors import ConfigError

ALLOW = "alignment.allow_same_model"


@dataclass
class NoAlignment:
    """conf/alignment/none: word times as the data set has them."""

    name: str = "none"


@dataclass
class ForcedConfig:
    """conf/alignment/forced: by a model that is not under test."""

    name: str = "forced"
    model: ModelConfig = field(default_factory=ModelConfig)
    allow_same_model: bool = False
    padding_s: float = 1.0
    window_s: float = 28.0
    speech_threshold: float = 0.3
    least_explained: float = 0.4
    most_odd: float = 0.05
    most_silent: float = 0.2
    most_unsaid: float = 0.2
    known_bias_s: float | None = None


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
    most_mismatched: float = 0.1


AlignmentConfig = NoAlignment | ForcedConfig | PublishedConfig

ALIGNMENT_SCHEMAS: dict[str, type] = {
    "none": NoAlignment,
    "forced": ForcedConfig,
    "published": PublishedConfig,
}
"""The record of each way to come by word times."""

_SHARES = (
    "speech_threshold",
    "least_explained",
    "most_odd",
    "most_silent",
    "most_unsaid",
    "most_mismatched",
)
_SHORTEST_S = 5.0


def check(alignment: AlignmentConfig) -> None:
    """Refuse values that cannot work.

    Raises:
        ConfigError: a value makes no sense; the first such key is named.
    """
    for key in _SHARES:
        value = getattr(alignment, key, 0.0)
        if not 0 <= value <= 1:
            raise ConfigError(f"alignment.{key}={value} must be between 0 and 1")
    if isinstance(alignment, ForcedConfig):
        if not _SHORTEST_S <= alignment.window_s <= ENCODER_S:
            wanted = f"must be between {_SHORTEST_S:g} and {ENCODER_S:g}"
            raise ConfigError(f"alignment.window_s={alignment.window_s} {wanted}")
        if not 0 <= alignment.padding_s <= ENCODER_S:
            wanted = f"must be between 0 and {ENCODER_S:g}"
            raise ConfigError(f"alignment.padding_s={alignment.padding_s} {wanted}")


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
            raise ConfigError(same_model(aligner.path, system))


def same_model(aligner: str, system: str) -> str:
    """What is said of an aligner that is under test."""
    return (
        f"alignment.model: {aligner} is the model of the system '{system}', which is under test; "
        f"choose another aligner, or set {ALLOW}=true"
    )
