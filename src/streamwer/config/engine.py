"""Engines, as far as the configuration needs to know: the model that each one calls."""

from __future__ import annotations

from dataclasses import dataclass, replace

from streamwer.config.model import ModelConfig, forget_source
from streamwer.config.settings import setting


@dataclass
class EngineConfig:
    """Settings of every engine: its name, and the threshold of the voice detector."""

    name: str = ""
    speech_threshold: float = setting(
        0.3,
        "probability above which the voice detector (Silero, run here) calls it speech",
        at_least=0,
        at_most=1,
    )


def get_own_model(engine: object) -> str:
    """Return the name of the model that an engine brings along; empty if it takes conf/model's.

    It is the engine's key `own_model`, which only such engines have.
    """
    return str(getattr(engine, "own_model", ""))


def choose_model(engine: object, shared: ModelConfig) -> ModelConfig:
    """Return the model that an engine calls.

    An engine that brings its own takes only the language and the threads from conf/model, and has
    no files to look for: `path` is empty.
    """
    own = get_own_model(engine)
    if not own:
        return shared
    nothing = "none"
    return replace(forget_source(shared), name=own, device=nothing, compute_type=nothing)
