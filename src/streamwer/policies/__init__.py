"""Policies: state machines that choose windows and decide which words are safe to commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from streamwer.config import plugins
from streamwer.errors import ConfigError
from streamwer.policies.attention_cutoff import AttentionCutoff
from streamwer.policies.base import Policy, Request
from streamwer.policies.endpointed import Endpointed
from streamwer.policies.hold_last_n import HoldLastN
from streamwer.policies.local_agreement import LocalAgreement
from streamwer.policies.offline import Offline
from streamwer.policies.prefix_agreement import PrefixAgreement
from streamwer.policies.prompted_buffer import PromptedBuffer

POLICIES: Mapping[str, Callable[..., Policy]] = {
    "attention_cutoff": AttentionCutoff,
    "endpointed": Endpointed,
    "hold_last_n": HoldLastN,
    "local_agreement": LocalAgreement,
    "offline": Offline,
    "prefix_agreement": PrefixAgreement,
    "prompted_buffer": PromptedBuffer,
}


def build(config: Mapping[str, Any]) -> Policy:
    """A fresh policy for one stream, from its config (`name` and its hyper-parameters).

    Raises:
        ConfigError: the name is unknown or the values make no sense together.
    """
    values = dict(config)
    name = values.pop("name", None)
    added = plugins.get("policy", name)
    known = {**POLICIES, added.name: added.target} if added else POLICIES
    if name not in known:
        raise ConfigError(f"policy.name={name!r} must be one of {', '.join(sorted(known))}")
    return known[name](**values)


__all__ = [
    "POLICIES",
    "AttentionCutoff",
    "Endpointed",
    "HoldLastN",
    "LocalAgreement",
    "Offline",
    "Policy",
    "PrefixAgreement",
    "PromptedBuffer",
    "Request",
    "build",
]
