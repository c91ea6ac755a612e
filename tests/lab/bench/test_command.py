"""The whole bench with tiny.en on two short recordings, and its options."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lab.bench import command, speech_sets
from lab.bench.speech_sets import SpeechSet
from streamwer import audio
from streamwer.config.compose import load_config

_SHORT_S = 4.0


def bench(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    return command.main()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first seconds of two of the bundled calls."""
    whole = speech_sets.read(load_config(["dataset=calls", "dataset.limit=2"]).dataset, None)
    calls = []
    for call in whole.calls:
        words = tuple(word for word in call.reference.words if word.end <= _SHORT_S)
        text = " ".join(word.text for word in words)
        reference = replace(call.reference, seconds=_SHORT_S, words=words, text=text)
        calls.append(
            replace(
                call, reference=reference, audio=call.audio[: audio.seconds_to_samples(_SHORT_S)]
            )
        )
    pauses = {call.name: [] for call in calls}
    speech = SpeechSet("calls", tuple(calls), pauses, whole.word_times)
    monkeypatch.setattr(speech_sets, "read", lambda *given: speech)


@pytest.mark.slow
@pytest.mark.usefixtures("short", "tiny_en")
def test_every_system_is_played_printed_and_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "benchmark.json"
    assert bench(monkeypatch, "--quick", "--models", "tiny_en", "--out", str(out)) == 0
    model = json.loads(out.read_text())["tiny_en"]
    assert len(model["systems"]) == 6
    assert model["systems"]["offline"]["wer"] < 0.3
    assert model["compute_over_whisper_streaming"] > 0
    assert str(tmp_path) not in out.read_text()
    printed = capsys.readouterr().out
    assert "whisper_streaming" in printed
    assert "quick look" in printed


def test_a_quick_look_does_not_overwrite_the_report() -> None:
    assert command.choose_destination(None, quick=True) is None
    assert command.choose_destination(None, quick=False) == Path("reports/benchmark.json")
    assert command.choose_destination(Path("other.json"), quick=True) == Path("other.json")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--models", "nonsense"), "there is no model 'nonsense'"),
        (("--models", "tiny_en", "tiny.en"), "the same model"),
        (("--models", "tiny_en", "--speech", "nowhere"), "nowhere: no such folder"),
        (
            ("--models", "tiny_en", "--speech", *2 * ["data/calls"]),
            "two data sets are called calls",
        ),
    ],
)
@pytest.mark.usefixtures("tiny_en")
def test_a_wrong_option_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: tuple[str, ...],
    said: str,
) -> None:
    assert bench(monkeypatch, "--quick", *wrong) == 1
    error = capsys.readouterr().err.strip()
    assert said in error
    assert len(error.splitlines()) == 1
