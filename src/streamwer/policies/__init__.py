"""Policies: state machines that choose windows and decide which words are safe to commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamwer.config import registry
from streamwer.policies.attention_cutoff import AttentionCutoff
from streamwer.policies.base import Policy, Request
from streamwer.policies.endpointed import Endpointed
from streamwer.policies.hold_last_n import HoldLastN
from streamwer.policies.local_agreement import LocalAgreement
from streamwer.policies.offline import Offline
from streamwer.policies.prefix_agreement import PrefixAgreement
from streamwer.policies.prompted_buffer import PromptedBuffer


def build_policy(config: Mapping[str, Any]) -> Policy:
    """Build a policy for one stream, from its config: `name` and settings.

    Raises:
        ConfigError: the name is unknown, or a setting is unknown or makes no sense.
    """
    values = dict(config)
    policy: Policy = registry.find("policy", values.pop("name", None))(**values)
    return policy


__all__ = [
    "AttentionCutoff",
    "Endpointed",
    "HoldLastN",
    "LocalAgreement",
    "Offline",
    "Policy",
    "PrefixAgreement",
    "PromptedBuffer",
    "Request",
    "build_policy",
]
