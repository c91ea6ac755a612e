"""The study: who plays when, the figures of a row, and that one peer's failure stops no other."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lab.bench.playing import Call
from lab.servers import command, table
from lab.servers.command import REPORT, Study
from lab.servers.figures import measure
from lab.servers.lanes import Job, plan_jobs, play_in_lanes
from lab.servers.systems import NAMES, Played, Subject, System, list_subjects
from streamwer.metrics.stats.ratios import estimate_rate
from streamwer.servers.peers.environments import PeerError
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

SPOKEN = tuple(Word(f"zorb{chr(97 + i // 26)}{chr(97 + i % 26)}", i, i + 1) for i in range(100))
CALL = Reference("call", "", 100.0, " ".join(each.text for each in SPOKEN), words=SPOKEN)


def say(count: int, late: float, cpu_s: float = 0.0, lags: tuple[float, ...] = ()) -> Played:
    """Commit the first words of the call one by one, each so long after its end."""
    steps = [
        Step(
            "x", i, i + 1, i + 1, i + 1, word.end + late, StageTimes(), WorkCounters(),
            Update((word,)), False,
        )
        for i, word in enumerate(SPOKEN[:count])
    ]  # fmt: skip
    return Played(tuple(steps), cpu_s, lags=lags)


def test_all_systems_take_turns_and_further_policies_are_played_once() -> None:
    subjects = [Subject("a", "", ("immediate",)), Subject("b", "", ("hold:2", "immediate"))]
    jobs = plan_jobs(subjects, recordings=2, repeats=2)
    assert [job.system for job in jobs] == ["a", "b", "b", "b", "b", "a", "b", "a", "a", "b"]
    assert Counter(job.end_of_audio for job in jobs if job.system == "b") == {
        "hold:2": 4,
        "immediate": 2,
    }


def test_systems_play_at_the_same_time_but_each_only_one_recording() -> None:
    subjects = [Subject(name, "", ("immediate",)) for name in "abc"]
    jobs = plan_jobs(subjects, recordings=3, repeats=1)
    lock, playing, most, done = threading.Lock(), list[str](), [0], list[Job]()

    def play(job: Job) -> None:
        with lock:
            assert job.system not in playing
            playing.append(job.system)
            most[0] = max(most[0], len(playing))
        time.sleep(0.01)
        with lock:
            playing.remove(job.system)
            done.append(job)

    play_in_lanes(jobs, play, lanes=2)
    assert sorted(done) == sorted(jobs)
    assert most == [2]


def test_no_session_is_begun_when_time_is_up() -> None:
    jobs = plan_jobs([Subject("a", "", ("immediate",))], recordings=100, repeats=1)
    played: list[Job] = []

    def play(job: Job) -> None:
        time.sleep(0.1)
        played.append(job)

    play_in_lanes(jobs, play, lanes=1, seconds=0.1)
    assert 0 < len(played) < 30
    subject = Subject("b", "", ("immediate",))
    assert measure(subject, "immediate", {}, [CALL])["failure"] == "out of time"


def test_the_figures_of_a_row_by_hand() -> None:
    """Two sessions of 100 words: one late by 1 s, one late by 2 s that loses its last ten words."""
    subject = Subject("peer", "peer 1.0", ("immediate",))
    played = {
        Job("peer", 0, 0, "immediate"): say(100, 1.0, cpu_s=20.0, lags=(0.001,) * 100),
        Job("peer", 0, 1, "immediate"): say(90, 2.0, cpu_s=40.0, lags=(0.001,) * 100),
        Job("peer", 0, 0, "hold:2"): say(1, 9.0),
    }
    row = measure(subject, "immediate", played, [CALL])
    assert (row["sessions"], row["words"], row["failed_sessions"]) == (2, 200, 0)
    assert row["wer"] == row["tail_loss"] == 0.05
    assert (row["commit_p50_s"], row["shown_p50_s"]) == (1.0, 1.0)
    assert row["commit_p95_s"] == 2.0  # the 190th of 200, ten of which never came
    assert row["cpu_per_audio_s"] == pytest.approx(60 / 200)
    assert row["generator_lag_p99_s"] == 0.001
    assert row["void"] is False
    assert row["intervals"] == {}  # of one speaker


def test_intervals_are_over_calls_and_not_over_their_repeats() -> None:
    """Of two calls one loses ten words in both repeats; each call left out leaves 0 or 10 %."""
    references = [replace(CALL, recording=name) for name in "ab"]
    played = {
        Job("peer", call, repeat, "immediate"): say(100 - 10 * call, 1.0, cpu_s=20.0 + 20 * call)
        for call in range(2)
        for repeat in range(2)
    }
    row = measure(Subject("peer", "", ("immediate",)), "immediate", played, references)
    blocks, words = np.array([0.0, 20.0]), np.array([200.0, 200.0])
    wanted = estimate_rate(blocks, words, 0.95)
    assert row["intervals"]["wer"] == [round(wanted.low, 4), round(wanted.high, 4)]
    assert row["intervals"]["tail_loss"] == row["intervals"]["wer"]  # exact bounds, not below 0
    assert row["intervals"]["cpu_per_audio_s"][1] > row["cpu_per_audio_s"] == 0.3
    assert row["calls"][3] == {
        "session": "b.2", "words": 100, "errors": 10, "commit_p50_s": 1.0, "cpu_s": 40.0
    }  # fmt: skip
    rate = " to ".join(f"{100 * end:.1f} %" for end in row["intervals"]["wer"])
    assert f"| 5.0 %<br><sub>{rate}</sub> |" in table._render_row(row)


def test_a_session_that_failed_stays_in_the_errors_and_late_chunks_make_a_row_void() -> None:
    subject = Subject("peer", "", ("immediate",))
    played = {
        Job("peer", 0, 0, "immediate"): say(100, 1.0, cpu_s=20.0, lags=(0.05,) * 100),
        Job("peer", 0, 1, "immediate"): Played(failure="dropped"),
    }
    row = measure(subject, "immediate", played, [CALL])
    assert (row["failed_sessions"], row["failure"], row["wer"]) == (1, "dropped", 0.5)
    assert row["commit_p95_s"] == "never"
    assert row["cpu_per_audio_s"] == 0.2
    assert row["void"] is True


def test_what_never_came_has_no_unit() -> None:
    pairs = [(1.0, 2.0), (1.0, "never"), ("never", "never"), (None, None)]
    rendered = [table._render_pair(*each) for each in pairs]
    assert rendered == ["1.0 / 2.0 s", "1.0 s / never", "never / never", "– / –"]


class Speaker:
    """A system that says all words half a second late."""

    def play(self, name: str, audio: object, end_of_audio: str) -> Played:
        return say(100, 0.5, cpu_s=10.0)


@contextmanager
def start(name: str, *_: object) -> Iterator[System]:
    if name == "whisperlivekit":
        raise PeerError("whisperlivekit.lock cannot be had: no space left")
    yield Speaker()


def test_a_peer_that_cannot_be_started_is_a_row_and_the_others_are_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "start_system", start)
    study = Study([Call(CALL, np.zeros(16_000, np.float32))], list_subjects(NAMES))
    with ExitStack() as running:
        study.start(running)
        study.play(repeats=2, lanes=2, seconds=60)
    report = json.loads(json.dumps(study.describe(2, 2)))
    rows = {(row["system"], row.get("end_of_audio")): row for row in report["systems"]}
    assert len(rows) == 7
    assert rows["prefix_agreement", "immediate"]["sessions"] == 2
    assert rows["whisper_streaming", "immediate"]["sessions"] == 1
    text = table.render_table(report)
    assert (
        "| `whisperlivekit` | | failed: whisperlivekit.lock cannot be had: no space left |" in text
    )
    assert (
        "| `whisperlive` | `hold:15` | 0.0 % | 0.5 / 0.5 s | 0.5 / 0.5 s | 0.0 % | 0.10 |" in text
    )
    assert "| `whisperlive` | 0.0 % after – | 0.0 % after – | 0.5 s | – | – | – | – |" in text
    assert "10/10" in capsys.readouterr().err


def test_a_study_leaves_out_what_its_time_is_too_short_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Slow(Speaker):
        def play(self, name: str, audio: object, end_of_audio: str) -> Played:
            time.sleep(0.8)
            return super().play(name, audio, end_of_audio)

    monkeypatch.setattr(command, "start_system", lambda *_: nullcontext(Slow()))
    study = Study([Call(CALL, np.zeros(16_000, np.float32))], list_subjects(["whisperlive"]))
    with ExitStack() as running:
        study.start(running)
        study.play(repeats=9, lanes=1, seconds=0.1)
    assert "out of time: " in capsys.readouterr().err


def test_the_page_has_the_table_of_the_committed_report() -> None:
    page = Path("docs/servers.md").read_text(encoding="utf-8")
    assert table.BEGIN in page
    if REPORT.is_file():
        assert table.replace_table(page, json.loads(REPORT.read_text(encoding="utf-8"))) == page
    else:
        assert f"{table.BEGIN}\n{table.END}" in page
