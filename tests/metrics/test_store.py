"""Scores are kept with what they are of, and refused without it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.metrics import store
from streamwer.metrics.store import SignedScores
from streamwer.provenance.signature import NONE, UNKNOWN, Run, Subject, find_incomparable_fields
from streamwer.text.normalise import get_normaliser
from tests.formats.calls import REFERENCE, own_step

RUN = Run(Subject("offline", "direct", "tiny@77", packages=(("numpy", "2"),)), "measured", "1", "a")
LOG = EventLog(
    (own_step(0, 2.0, 2.5, "my name is jane"),), (), {"workers": "2", "hardware": "x"}, RUN
)


def score_log(log: EventLog = LOG, name: str = "basic") -> SignedScores:
    return store.score_and_sign([REFERENCE], log, get_normaliser(name))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    store.write_scores(tmp_path, score_log())
    found = store.read_scores(tmp_path)
    assert found.signature == score_log().signature
    pd.testing.assert_frame_equal(found.scores.words, score_log().scores.words)
    pd.testing.assert_frame_equal(found.scores.recordings, score_log().scores.recordings)


def test_the_same_scores_are_the_same_bytes(tmp_path: Path) -> None:
    for run in "ab":
        store.write_scores(tmp_path / run, score_log())
    for name in ("recordings.parquet", "words.parquet", "signature.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert len(list((tmp_path / "a").iterdir())) == 3


def test_the_signature_holds_what_ran_and_how_it_was_scored() -> None:
    signature = score_log(name="none").signature
    assert signature.subject == RUN.subject
    method = signature.method
    assert (method.normaliser, method.pooling) == ("none@1", "ratio-of-sums")
    assert (method.clock, method.threads, method.workers, method.hardware) == (
        ("measured", "1", "2", "x")
    )
    assert method.audio == "a"


def test_the_machine_is_not_in_the_signature_of_a_virtual_clock() -> None:
    method = score_log(replace(LOG, run=replace(RUN, clock="unaware"))).signature.method
    assert (method.workers, method.hardware) == (NONE, NONE)


def test_a_log_that_tells_nothing_has_a_signature_with_gaps() -> None:
    signature = score_log(EventLog(LOG.steps)).signature
    assert (signature.subject, signature.method.clock) == (Subject(), UNKNOWN)
    assert find_incomparable_fields(signature, score_log().signature, "wer") == ()
    assert find_incomparable_fields(signature, score_log().signature, "latency")


def test_other_word_times_leave_error_rates_comparable_but_not_latencies() -> None:
    untimed = store.score_and_sign(
        [replace(REFERENCE, words=())], LOG, get_normaliser("basic")
    ).signature
    assert untimed.method.times == NONE
    assert find_incomparable_fields(untimed, score_log().signature, "wer") == ()
    (reason,) = find_incomparable_fields(untimed, score_log().signature, "latency")
    assert reason.startswith("word times: none against ")


def test_scores_that_are_not_there_say_which_stage_makes_them(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"signature\.json: no such scores; run the `score` stage"):
        store.read_scores(tmp_path)
    store.write_scores(tmp_path, score_log())
    (tmp_path / "words.parquet").unlink()
    with pytest.raises(LogError, match=r"words\.parquet: no such scores; run the `score` stage"):
        store.read_scores(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello", "not the signature of scores"),
        ("[]", "not the signature of scores"),
        (json.dumps({"scores": 1}), "schema 1, but this version reads 3"),
        (json.dumps({"scores": 3, "signature": {}}), "signature schema None"),
        (json.dumps({"scores": 3, "signature": []}), "signature schema None"),
        (
            json.dumps({"scores": 3, "signature": score_log().signature.to_dict(), "tables": 7}),
            "not",
        ),
    ],
)
def test_scores_of_another_kind_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    store.write_scores(tmp_path, score_log())
    (tmp_path / "signature.json").write_text(text)
    with pytest.raises(LogError, match=rf"signature\.json: {problem}.*; run the `score` stage"):
        store.read_scores(tmp_path)


@pytest.mark.parametrize("file", ["recordings.parquet", "words.parquet", "signature.json"])
def test_files_of_two_runs_are_refused(file: str, tmp_path: Path) -> None:
    """As a process leaves them that is killed while it replaces one after the other."""
    late = replace(LOG, steps=(own_step(0, 2.0, 3.5, "my name is"),))
    store.write_scores(tmp_path / "old", score_log())
    store.write_scores(tmp_path / "new", score_log(late))
    (tmp_path / "new" / file).replace(tmp_path / "old" / file)
    with pytest.raises(LogError, match=r"\.parquet: damaged, or not of the same run as sign.*run"):
        store.read_scores(tmp_path / "old")


def test_scores_of_earlier_versions_are_read_which_tell_no_digests(tmp_path: Path) -> None:
    store.write_scores(tmp_path, score_log())
    signed = json.loads((tmp_path / "signature.json").read_text())
    del signed["tables"]
    (tmp_path / "signature.json").write_text(json.dumps(signed))
    assert store.read_scores(tmp_path).signature == score_log().signature
    (tmp_path / "words.parquet").write_text("hello")
    with pytest.raises(LogError, match=r"words\.parquet: not a Parquet file"):
        store.read_scores(tmp_path)


def test_reading_leaves_no_thread_of_arrow_that_could_abort_the_exit(tmp_path: Path) -> None:
    store.write_scores(tmp_path, score_log())
    counted = (
        "import sys, pathlib, psutil; from streamwer.metrics import store\n"
        "threads = psutil.Process().num_threads\n"
        "before = threads(); store.read_scores(pathlib.Path(sys.argv[1]));"
        " print(threads() - before)"
    )
    command = [sys.executable, "-c", counted, str(tmp_path)]
    assert subprocess.check_output(command, text=True, timeout=120) == "0\n"
