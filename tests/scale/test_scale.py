"""The memory of a run hardly grows with its recordings, and none is lost or doubled.

With 100,000 recordings, in some ten minutes of an idle core:

    SCALE_ROWS=100000 python -m pytest tests/scale

How many recordings a second that is, `python -m tools.time_scale` prints.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.scale import made_up, phases

ROWS = int(os.environ.get("SCALE_ROWS", "0"))
BUDGET = 2_000
"""MB of the driver, whatever it runs."""
NOISE = 6
"""MB by which two runs of the same may differ."""


@pytest.mark.parametrize(
    ("names", "few", "many", "most"),
    [
        (("prepare",), 200, 800, 8),
        (("pretend", "in_process", "write", "score"), 1_500, 4_500, 4),
    ],
    ids=["prepared", "dispatched and scored"],
)
def test_memory_hardly_grows(
    tmp_path: Path, names: tuple[str, ...], few: int, many: int, most: float
) -> None:
    """By at most `most` kB a recording: its sound alone has 19, and its scores as objects 11."""
    peaks = []
    for rows in (few, many):
        (tmp_path / str(rows)).mkdir()
        measured = phases.measured(tmp_path / str(rows), rows, *names)
        assert measured.found == rows
        peaks.append(measured.peak)
    assert peaks[1] - peaks[0] < NOISE + most * (many - few) / 1024


def test_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """Recordings that fail are rows as well, and every error is counted."""
    rows = 500
    phases.pretend(tmp_path, rows)
    said = rows - made_up.failed(rows)
    assert phases.in_process(tmp_path, rows) == said
    assert phases.write(tmp_path, rows) == said
    assert phases.score(tmp_path, rows) == rows
    recordings = phases.scored(tmp_path).recordings
    assert list(recordings["recording"]) == [made_up.recording(number) for number in range(rows)]
    assert (recordings["failure"] != "").sum() == made_up.failed(rows)
    assert recordings["substitutions"].sum() == made_up.wrong(rows)
    assert recordings["deletions"].sum() == 2 * made_up.failed(rows)


@pytest.mark.slow
@pytest.mark.ray
@pytest.mark.timeout(7_200)
@pytest.mark.skipif(not ROWS, reason="SCALE_ROWS=100000 runs it")
def test_a_hundred_thousand_recordings_fit_the_memory_of_one_driver(tmp_path: Path) -> None:
    said = ROWS - made_up.failed(ROWS)
    for name, found in {
        "prepare": ROWS,
        "in_process": said,
        "over_ray": said,
        "write": said,
        "score": ROWS,
        "statistics": made_up.wrong(ROWS),
    }.items():
        measured = phases.measured(tmp_path, ROWS, name)
        assert (name, measured.found) == (name, found)
        assert measured.peak < BUDGET, name
