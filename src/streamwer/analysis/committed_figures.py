"""Figures that a report keeps in Git: they compare two revisions where nobody has the scores."""

from __future__ import annotations

import io
import math
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from omegaconf import OmegaConf

from streamwer.analysis.formatting import format_percent, format_seconds
from streamwer.analysis.revisions import label_revision, resolve_commit
from streamwer.config.folders import COMPARISON
from streamwer.errors import StreamwerError

_FIGURES, _PARAMS = (COMPARISON / "figures.parquet").as_posix(), "params.yaml"
_SHOWN: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "WER": ("wer", format_percent),
    "commit p50": ("commit_latency_p50", format_seconds),
    "commit p95": ("commit_latency_p95", format_seconds),
    "shown p50": ("shown_latency_p50", format_seconds),
}
_SAME = (
    *("dataset.name", "dataset.path", "dataset.limit", "dataset.shuffle_seed"),
    *("condition", "conditions", "clock.name", "scoring.normaliser"),
)
"""Settings of which the figures depend apart from the systems."""


@dataclass(frozen=True)
class CommittedFigures:
    """The report's figures of one revision or tree.

    Attributes:
        systems: value by metric, by system.
        settings: those that two revisions must share, by key.
    """

    label: str
    systems: Mapping[str, Mapping[str, float]]
    settings: Mapping[str, Any]

    def list_differences(self, other: CommittedFigures) -> list[str]:
        """List the settings in which another revision differs: "clock.name: wall, not unaware"."""
        return [
            f"{key}: {other.settings.get(key)}, not {value}"
            for key, value in self.settings.items()
            if value != other.settings.get(key)
        ]


def read_committed_figures(source: str) -> CommittedFigures:
    """Read the figures of a tree or of a Git revision, a DVC experiment's name included.

    Raises:
        StreamwerError: it is neither, or has no figures.
    """
    folder = Path(source)
    if folder.is_dir():
        return _parse(source, lambda name: (folder / name).read_bytes())
    commit = resolve_commit(source)
    return _parse(label_revision(source, commit), lambda name: _read_blob(commit, name))


def _parse(label: str, read: Callable[[str], bytes]) -> CommittedFigures:
    systems: dict[str, dict[str, float]] = {}
    try:
        for row in pq.read_table(io.BytesIO(read(_FIGURES))).to_pylist():
            value = row["value"]
            figures = systems.setdefault(row["system"], {})
            figures[row["metric"]] = math.nan if value is None else value
        params = OmegaConf.create(read(_PARAMS).decode())
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        raise StreamwerError(f"{label}: {_FIGURES} cannot be read ({error})") from error
    return CommittedFigures(label, systems, {key: OmegaConf.select(params, key) for key in _SAME})


def _read_blob(commit: str, name: str) -> bytes:
    shown = subprocess.run(["git", "show", f"{commit}:{name}"], capture_output=True, check=False)
    if shown.returncode:
        raise OSError(f"{name} is not in Git")
    return shown.stdout


def render_figures(old: CommittedFigures, new: CommittedFigures) -> str:
    """Render the figures of the systems that both have, old → new, as Markdown."""
    lines = ["| | " + " | ".join(_SHOWN) + " |", "|:--|" + "--:|" * len(_SHOWN)]
    for system in (name for name in new.systems if name in old.systems):
        pair = old.systems[system], new.systems[system]
        cells = (_render_change(*pair, *shown) for shown in _SHOWN.values())
        lines.append(f"| {system} | " + " | ".join(cells) + " |")
    return "\n".join([f"### {old.label} → {new.label}", "", *lines, ""])


def _render_change(
    old: Mapping[str, float],
    new: Mapping[str, float],
    metric: str,
    render: Callable[[float], str],
) -> str:
    before, after = (render(figures.get(metric, math.nan)) for figures in (old, new))
    return before if before == after else f"{before} → {after}"
