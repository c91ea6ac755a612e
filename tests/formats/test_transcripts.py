"""What `streaming` writes is scored as its event log is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from streamwer import eventlog
from streamwer.cli.command import main
from streamwer.cli.workers import Listener
from streamwer.config.experiment import SystemConfig
from streamwer.eventlog.log import EventLog
from streamwer.formats.transcripts import build_update, read_document
from streamwer.recognisers.base import Window
from streamwer.runners.pool import JobResult, Workers
from streamwer.types import Failure, Hypothesis
from tests.cli.stand_ins import HalfSeconds, Here, call
from tests.formats.calls import lines

FORMS = ("json", "jsonl")


class Stumbling(HalfSeconds):
    """Hears the last word wrong, and another way each time."""

    calls = 0

    def recognise(self, window: Window) -> Hypothesis:
        heard = super().recognise(window)
        self.calls += 1
        *words, last = heard.words
        return replace(heard, words=(*words, replace(last, text=f"w{self.calls % 3}")))


class Keeping(Here):
    """Keeps the steps of each file."""

    kept: list[JobResult]

    def wait(self) -> JobResult:
        done = Here.wait(self)  # in this process: it plays the file
        self.kept.append(done)
        return done


def keep(kept: list[JobResult]) -> Callable[[SystemConfig, int, Listener], Workers]:
    def start(system: SystemConfig, _: int, listener: Listener) -> Workers:
        workers = Keeping(Stumbling(compute_s=0.3), system, listener)
        workers.kept = kept
        return workers

    return start


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two calls and a broken one, in both forms and as an event log."""
    folder = tmp_path_factory.mktemp("written")
    call(folder / "calls/b.flac", seconds=7.3)
    call(folder / "calls/a.flac", seconds=6.0)
    (folder / "calls/c.flac").touch()
    for form in FORMS:
        kept: list[JobResult] = []
        asked = [str(folder / "calls"), "--policy", "local_agreement", "--chunk-s", "0.7"]
        to = ["--format", form, "-o", str(folder / f"t.{form}")]
        assert main([*asked, *to], keep(kept)) == 1
    steps = [
        replace(step, recording=Path(step.recording).stem)
        for result in kept
        for step in result.steps
    ]
    failures = [Failure(Path(each.job.recording).stem, each.error) for each in kept if each.error]
    eventlog.write_log(folder / "log", EventLog(tuple(steps), tuple(failures)))
    return folder


def score(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["score", *arguments, "--json"]) == 0, capsys.readouterr().err
    figures = dict(json.loads(capsys.readouterr().out))
    figures["signature"] = figures["signature"]["subject"] if figures.pop("format") else None
    return figures


def test_both_forms_score_as_the_event_log_does(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [f"{name} 1 {i / 2} 0.5 loud3-{i}" for name in "abc" for i in range(12)]
    gold = ["--references", str(lines(tmp_path / "gold.ctm", said))]
    expected = score(capsys, str(written / "log"), *gold)
    assert expected["failures"] == {"c": "the file is empty (0 bytes)"}
    assert expected["erasure"] > 0
    assert expected["commit_latency"]["p50"]["value"] > 0
    del expected["signature"]
    for form in FORMS:
        found = score(capsys, str(written / f"t.{form}"), *gold)
        assert found.pop("signature")["policy"].startswith("local_agreement(agreement=2,")
        assert_alike(found, expected)


def assert_alike(found: Any, expected: Any) -> None:
    """Numbers to the microsecond, everything else exactly."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            assert_alike(found[key], value)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, abs=2e-6)
    else:
        assert found == expected


def test_references_without_times_give_errors_and_no_latency(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [str(lines(tmp_path / f"{name}.txt", ["loud3-0 loud3-1"])) for name in "abc"]
    asked = [word for path in said for word in ("-r", path)]
    for form in FORMS:
        figures = score(capsys, str(written / f"t.{form}"), *asked)
        assert (figures["recordings"], figures["failures"].keys()) == (3, {"c"})
        assert figures["wer"]["value"] > 0
        assert figures["commit_latency"]["p50"]["value"] is None


@pytest.mark.parametrize(
    ("form", "old", "new", "reason"),
    [
        ("json", '"schema": 2', '"schema": 1', "transcripts of schema 1"),
        ("json", '"emitted"', '"x"', "entry 1, update 1: the field 'emitted' is missing"),
        ("json", '"file"', '"file" 1', "t.json: not JSON"),
        ("json", '"committed": 1, ', "", "words that no update commits"),
        ("jsonl", '"emitted": ', '"emitted": -', "t.jsonl, line 3"),
        ("jsonl", '"file"', '"file" 1', "t.jsonl, line 2: not JSON"),
        ("jsonl", '"update"', '"news"', "line 3: the type 'news' is unknown"),
    ],
)
def test_what_is_malformed_is_named(
    written: Path,
    tmp_path: Path,
    form: str,
    old: str,
    new: str,
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (written / f"t.{form}").read_text()
    assert old in text
    (tmp_path / f"t.{form}").write_text(text.replace(old, new, 1))
    gold = str(lines(tmp_path / "gold.ctm", ["a 1 0 1 x"]))
    assert main(["score", str(tmp_path / f"t.{form}"), "-r", gold]) == 2
    assert reason in capsys.readouterr().err


def test_a_file_whose_lines_end_early_counts_as_failed(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (written / "t.jsonl").read_text().splitlines()
    cut = [line for line in whole if not ('"type": "end"' in line and '"b.flac"' in line)]
    assert len(cut) == len(whole) - 1
    (tmp_path / "t.jsonl").write_text("\n".join(cut))
    gold = lines(tmp_path / "gold.ctm", [f"{name} 1 0 1 x" for name in "abc"])
    assert score(capsys, str(tmp_path / "t.jsonl"), "-r", str(gold))["failures"].keys() == {
        "b",
        "c",
    }


def test_the_end_of_a_turn_is_written_and_read(written: Path, tmp_path: Path) -> None:
    step = eventlog.read_log(written / "log").steps[0]
    assert "turn_end" not in build_update(step)
    ended = build_update(replace(step, update=replace(step.update, turn_end=1.25)))
    document = json.loads((written / "t.json").read_text())
    document["files"][0]["updates"][0]["turn_end"] = ended["turn_end"]
    path = tmp_path / "t.json"
    path.write_text(json.dumps(document))
    assert [each.update.turn_end for each in read_document([path]).events.steps][:2] == [1.25, 0.0]
