"""Folders that the stages of `dvc.yaml` write and read, relative to the root of the project."""

from __future__ import annotations

from pathlib import Path

PREPARED = Path("data/prepared")
"""The data set's manifest and audio."""
ALIGNED = Path("data/aligned")
"""The same manifest with word times."""
EVENTS = Path("data/events")
"""An event log for each system."""
SCORES = Path("data/scores")
"""Tables of scores for each system."""
COMPARISON = Path("reports/comparison")
"""The page that compares the systems, and its files."""
METRICS = Path("metrics")
"""The headline figures of each system, for DVC; committed."""
CAPACITY = Path("reports/capacity")
"""Studies of how many calls at once a system carries; committed."""
BASELINE = Path("reports/baseline")
"""Scores of each system that the gate holds this tree against; committed."""
GATE_DATA = Path("data/gate")
"""The data set of the gate, where it has one of its own."""
GATE_REPORT = Path("reports/gate")
"""The gate's verdicts."""
