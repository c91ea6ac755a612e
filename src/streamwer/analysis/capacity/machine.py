"""The machine that measured a study of capacity, kept beside the study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MACHINE = "machine.json"
MachineFacts = Mapping[str, Mapping[str, Any]]
"""By system: what the machine has, and what it took to measure the system on it."""


def read_machine(folder: Path) -> MachineFacts:
    """Read the facts of the machine from a study's folder; nothing where they cannot be read."""
    path = folder / MACHINE
    if not path.is_file():
        return {}
    try:
        systems: MachineFacts = dict(json.loads(path.read_text(encoding="utf-8"))["systems"])
    except (OSError, ValueError, KeyError, TypeError):  # they cost no measurement
        return {}
    return systems
