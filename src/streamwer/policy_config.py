"""The typed records of conf/policy: one per policy, with its hyper-parameters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class OfflineConfig:
    """conf/policy/offline: the whole recording at once."""

    name: str = "offline"


@dataclass
class PromptedBufferConfig:
    """conf/policy/prompted_buffer: a bounded buffer, prompted with the result before it."""

    name: str = "prompted_buffer"
    chunk_s: float = 1.0
    buffer_s: float = 12.0
    holdback_s: float = 1.0
    prompt: str = "previous"
    prompt_chars: int = 200


@dataclass
class LocalAgreementConfig:
    """conf/policy/local_agreement: commit what n successive hypotheses agree on."""

    name: str = "local_agreement"
    chunk_s: float = 1.0
    agreement: int = 2
    trim_s: float = 15.0
    left_context_s: float = 0.0
    buffer_s: float = 28.0
    prompt_chars: int = 200


@dataclass
class AttentionCutoffConfig:
    """conf/policy/attention_cutoff: commit what ends well before the end of the window."""

    name: str = "attention_cutoff"
    chunk_s: float = 1.0
    margin_s: float = 0.2
    left_context_s: float = 1.5
    pause_s: float = 0.8
    buffer_s: float = 12.0
    prompt_chars: int = 200


@dataclass
class HoldLastNConfig:
    """conf/policy/hold_last_n: commit all but the last words."""

    name: str = "hold_last_n"
    chunk_s: float = 1.0
    hold_words: int = 1
    hold_s: float = 0.0
    left_context_s: float = 1.5
    pause_s: float = 0.8
    buffer_s: float = 12.0
    prompt_chars: int = 200


@dataclass
class EndpointedConfig:
    """conf/policy/endpointed: decode when the speaker has stopped."""

    name: str = "endpointed"
    poll_s: float = 0.2
    segment_s: float = 10.0
    left_context_s: float = 1.0
    pause_s: float = 0.5
    buffer_s: float = 12.0
    prompt_chars: int = 200


@dataclass
class ConfidentCutoffConfig:
    """conf/policy/confident_cutoff: sure words sooner, unsure ones later, at once at a pause."""

    name: str = "confident_cutoff"
    poll_s: float = 0.2
    chunk_s: float = 1.0
    longest_chunk_s: float = 4.0
    breath_s: float = 0.3
    margin_s: float = 0.15
    unsure_margin_s: float = 0.5
    sure: float = 0.9
    left_context_s: float = 1.5
    pause_s: float = 0.8
    buffer_s: float = 12.0
    prompt_chars: int = 200


POLICY_SCHEMAS: dict[str, type] = {
    "offline": OfflineConfig,
    "prompted_buffer": PromptedBufferConfig,
    "local_agreement": LocalAgreementConfig,
    "hold_last_n": HoldLastNConfig,
    "attention_cutoff": AttentionCutoffConfig,
    "endpointed": EndpointedConfig,
    "confident_cutoff": ConfidentCutoffConfig,
}
"""The record of each policy."""
