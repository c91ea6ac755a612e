"""A recording without audio is a failure of every system, from the data set to the figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streamwer.config import experiment
from streamwer.formats.manifest import read_manifest
from streamwer.metrics.tables import score
from streamwer.reports.assembly import read_unused_rows
from streamwer.reports.comparison import UnusedRows
from streamwer.runners import streaming
from streamwer.runners.dataset import stream_dataset
from streamwer.runners.pool import RunOutcome
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure
from tests.datasets.prepared import files, prepare_rows
from tests.datasets.recordings import clip


def test_its_words_are_deleted_and_its_reason_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(tmp_path / "mine/good.flac")
    texts = {"good.txt": "fine", "bad.txt": "two words", "bad.wav": "no audio", "x.wav": "alone"}
    prepare_rows(files(tmp_path / "mine", texts), tmp_path / "out")
    played: list[str] = []

    def stream_recordings(jobs: Any, *_: Any) -> RunOutcome:
        played.extend(job.recording for job in jobs)
        for job in jobs:
            job.audio.unlink()  # as it may be lost while the run goes on
        return RunOutcome(failures=[Failure("good", "the test streams nothing")])

    monkeypatch.setattr(streaming, "stream_recordings", stream_recordings)
    settings = experiment.load_params()
    system, references = (
        experiment.build_system(settings, "offline"),
        read_manifest(tmp_path / "out"),
    )
    log = stream_dataset(tmp_path / "out", "offline", system, settings.cluster)
    assert played == ["good"]
    assert {failure.recording for failure in log.failures} == {"good", "bad"}
    scores = score(references, log, get_normaliser("basic"))
    rows = scores.recordings.set_index("recording")
    assert "bad.wav: not readable as audio" in rows.loc["bad", "failure"]
    assert (rows.loc["bad", "deletions"], rows.loc["bad", "hits"]) == (2, 0)
    assert read_unused_rows(tmp_path / "out") == UnusedRows(3, (("x.wav", "no x.txt beside it"),))
