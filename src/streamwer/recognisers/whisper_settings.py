"""Settings that the engines of Whisper share."""

from __future__ import annotations

from dataclasses import dataclass

from streamwer.config.engine import EngineConfig
from streamwer.config.settings import setting

MAX_PROMPT_TOKENS = 223
"""Longest prompt: half of the decoder's 448 positions, less one for `<|startofprev|>`."""


@dataclass
class WhisperConfig(EngineConfig):
    """How a window is decoded, and when it counts as silence or as failed."""

    beam_size: int = setting(
        5, "hypotheses kept while decoding; 1 is greedy and faster", at_least=1
    )
    no_speech_threshold: float = setting(
        0.6,
        "a window with a higher no-speech probability is silence, if its text is improbable too",
        at_least=0,
        at_most=1,
    )
    log_prob_threshold: float = setting(
        -1.0, "mean log probability below which a text is improbable", at_most=0
    )
    compression_ratio_threshold: float = setting(
        2.4, "a decoding that compresses better repeats itself and has failed", above=0
    )
    skip_silence: bool = setting(True, "whether a window without speech is not decoded at all")
    initial_prompt: str | None = setting(
        None, "text that the model takes for what was said before; it stands before every window"
    )
    hotwords: str | None = setting(
        None,
        "words and names that the model is likely to hear; they stand before the initial prompt",
    )


@dataclass
class DecoderConfig(WhisperConfig):
    """How a window is decoded in one pass."""

    prompt_tokens: int = setting(
        MAX_PROMPT_TOKENS,
        "longest prompt, cut at a word",
        unit="tokens",
        at_least=0,
        at_most=MAX_PROMPT_TOKENS,
    )
    tokens_per_s: float = setting(
        12.0,
        "a decoding with more tokens per second of audio runs on and has failed",
        above=0,
    )
