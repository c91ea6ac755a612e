"""Experiment trackers: the figures of a written report, and its files, sent to one.

A tracker is one class that registers itself, ours or another package's: see docs/extending.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from streamwer.errors import StreamwerError

_FIGURES = "metrics.json"


@dataclass(frozen=True)
class TrackedReport:
    """The report of a comparison.

    Attributes:
        name: of its folder.
        figures: by system and name, such as `commit_p50`; those of `metrics.json`.
        files: everything in the folder.
    """

    name: str
    figures: Mapping[str, Mapping[str, float]]
    files: tuple[Path, ...]


class Tracker(Protocol):
    """Sends reports to one tracker; built from its `Config`."""

    def log_report(self, report: TrackedReport) -> str:
        """Send a report.

        Returns:
            Where it is now, to print.

        Raises:
            StreamwerError: the tracker cannot be used or reached.
        """
        ...


def read_report(folder: Path) -> TrackedReport:
    """Read a report that `write_report` wrote.

    Raises:
        StreamwerError: there is none in the folder, or its figures cannot be read.
    """
    path = folder / _FIGURES
    try:
        systems = json.loads(path.read_text(encoding="utf-8"))["systems"]
        figures = {
            name: {key: float(value) for key, value in values.items()}
            for name, values in systems.items()
        }
    except FileNotFoundError:
        raise StreamwerError(
            f"{path}: not there; name the folder of a report, as `dvc repro` or"
            " `streaming-compare -o FOLDER` writes it"
        ) from None
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise StreamwerError(f"{path}: not the figures of a report ({error!r})") from error
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return TrackedReport(folder.resolve().name, figures, tuple(files))
