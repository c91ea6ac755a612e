"""streamwer: how wrong, how late and how costly streaming speech recognition is.

>>> import streamwer as sw
>>> print(sw.wer("the cat sat on the mat", "the cat sat on a mat"))
WER 16.67%: 1 substitutions, 0 deletions, 0 insertions in 6 words

`stream` plays recordings into a recogniser, `score` counts errors and latencies, `compare` holds
systems against each other, `report` writes the page. docs/api.md lists everything here; what is
in the folders below may change without notice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamwer.api.comparing import SystemComparison, compare, report
    from streamwer.api.plotting import SvgPlot
    from streamwer.api.registries import list_metrics, list_models, list_policies, policy
    from streamwer.api.scoring import Score, WordErrorRate, score, wer
    from streamwer.api.streaming import stream
    from streamwer.audio.isolated_decoder import load_audio
    from streamwer.config.settings import setting
    from streamwer.errors import StreamwerError
    from streamwer.eventlog.log import EventLog
    from streamwer.policies.base import ConfiguredPolicy, Policy, Request
    from streamwer.policies.trimmed_buffer import TrimmedBuffer
    from streamwer.types import Hypothesis, Reference, Step, Update, Word

    __version__: str

__all__ = [
    "ConfiguredPolicy",
    "EventLog",
    "Hypothesis",
    "Policy",
    "Reference",
    "Request",
    "Score",
    "Step",
    "StreamwerError",
    "SvgPlot",
    "SystemComparison",
    "TrimmedBuffer",
    "Update",
    "Word",
    "WordErrorRate",
    "__version__",
    "compare",
    "list_metrics",
    "list_models",
    "list_policies",
    "load_audio",
    "policy",
    "report",
    "score",
    "setting",
    "stream",
    "wer",
]
_HOMES = {
    "streamwer.api.comparing": ("SystemComparison", "compare", "report"),
    "streamwer.api.plotting": ("SvgPlot",),
    "streamwer.api.registries": ("list_metrics", "list_models", "list_policies", "policy"),
    "streamwer.api.scoring": ("Score", "WordErrorRate", "score", "wer"),
    "streamwer.api.streaming": ("stream",),
    "streamwer.audio.isolated_decoder": ("load_audio",),
    "streamwer.errors": ("StreamwerError",),
    "streamwer.eventlog.log": ("EventLog",),
    "streamwer.config.settings": ("setting",),
    "streamwer.policies.base": ("ConfiguredPolicy", "Policy", "Request"),
    "streamwer.policies.trimmed_buffer": ("TrimmedBuffer",),
    "streamwer.types": ("Hypothesis", "Reference", "Step", "Update", "Word"),
}
"""Imported when first asked for: `streaming -h` has no time for pandas."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        return version("streamwer")
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'streamwer' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
