"""`params.yaml`, which the stages read: the committed composition of `conf/`."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from omegaconf import OmegaConf

from streamwer.config.compose import compose_config

PARAMS = Path("params.yaml")
STALE = (
    "params.yaml, which was judged, is not conf/ composed: if conf/ was edited, run"
    " `python -m pipeline.compose --write` and then this again"
)
"""Note of a verdict that is of `params.yaml` where `is_stale`."""


def compose_params(overrides: Sequence[str] = ()) -> str:
    """Compose `conf/` into the text of `params.yaml`."""
    return OmegaConf.to_yaml(compose_config(overrides))


def is_stale() -> bool:
    """Tell whether `params.yaml` is not what `conf/` composes: an experiment, or an edit."""
    return PARAMS.read_text(encoding="utf-8") != compose_params()


def show_difference() -> str:
    """Show how `params.yaml` differs from what `conf/` composes; empty if it does not."""
    committed = PARAMS.read_text(encoding="utf-8") if PARAMS.is_file() else ""
    lines = difflib.unified_diff(
        committed.splitlines(),
        compose_params().splitlines(),
        str(PARAMS),
        "conf/ composed",
        lineterm="",
    )
    return "\n".join(lines)
