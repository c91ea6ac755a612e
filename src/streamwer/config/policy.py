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
    prompt: str = "committed"
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
class PrefixAgreementConfig:
    """conf/policy/prefix_agreement: decode on from the committed words, commit what agrees."""

    name: str = "prefix_agreement"
    poll_s: float = 0.2
    chunk_s: float = 0.6
    first_chunk_s: float = 2.0
    longest_chunk_s: float = 4.0
    margin_s: float = 0.2
    certain_margin_s: float = 1.2
    left_context_s: float = 3.0
    pause_s: float = 0.8
    buffer_s: float = 20.0
    prompt_chars: int = 200


POLICY_SCHEMAS: dict[str, type] = {
    "offline": OfflineConfig,
    "prompted_buffer": PromptedBufferConfig,
    "local_agreement": LocalAgreementConfig,
    "hold_last_n": HoldLastNConfig,
    "attention_cutoff": AttentionCutoffConfig,
    "endpointed": EndpointedConfig,
    "prefix_agreement": PrefixAgreementConfig,
}
"""The record of each policy."""
