"""What stages say while they work, and in the end."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from rich.progress import Progress

from streamwer.cli.common import recordings
from streamwer.metrics.batches import ScoreTally
from streamwer.metrics.tables import Scores
from streamwer.runners.worker import Job


def part(*rows: tuple[int, int, str]) -> Scores:
    """Recordings with so many hits, so many deletions, and the reason why they failed."""
    table = pd.DataFrame(rows, columns=["hits", "deletions", "failure"])
    return Scores(table.assign(substitutions=0, insertions=1), pd.DataFrame())


def test_the_line_of_scores_pools_the_parts_and_leaves_them_as_they_are() -> None:
    parts = [part((9, 0, ""), (0, 5, "no audio")), part((6, 0, ""))]
    tally = ScoreTally()
    passed = list(tally.count_batches(parts))
    assert all(one is other for one, other in zip(passed, parts, strict=True))
    assert (
        tally.format_line() == "3 recordings, 1 failed, 20 words, WER 40.0%"
    )  # 5 deleted, 3 inserted


def test_where_nothing_was_said_there_is_no_rate() -> None:
    tally = ScoreTally()
    list(tally.count_batches([part((0, 0, ""), (0, 0, ""))]))
    assert tally.format_line() == "2 recordings, 0 failed, 0 words"


def test_until_a_recording_has_ended_the_bar_says_what_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bar = Progress(disable=True)
    monkeypatch.setattr(recordings, "create_progress", lambda: bar)
    with recordings.show_recordings("offline", 2) as done:
        assert [task.description for task in bar.tasks] == ["offline: starting workers"]
        done(Job("a", Path("a.flac"), 1.0))
        (task,) = bar.tasks
        assert (task.description, task.completed, task.total) == ("offline", 1, 2)
