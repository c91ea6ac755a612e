"""`streamwer.stream`: from recordings to an event log."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import streamwer as sw
from streamwer.errors import AudioError, ConfigError, ModelError
from streamwer.policies.buffered import ChunkedConfig
from tests.api.conftest import CALLS

TEXT = "hi this is michael from london"


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    """The first three seconds of a call."""
    return sw.load_audio(CALLS[0])[: 3 * 16_000]


def texts(recordings: object, **options: object) -> dict[str, str]:
    options = {"policy": "hold_last_n", "model": "reference"} | options
    return sw.stream(recordings, **options).transcripts()  # type: ignore[arg-type]


def test_files_are_named_by_their_stem(held_back: sw.EventLog) -> None:
    assert list(held_back.transcripts()) == [path.stem for path in CALLS]
    assert held_back.transcripts()["call_01"].startswith(TEXT)
    assert not held_back.failures


def test_the_log_shows_its_text_and_becomes_a_table(held_back: sw.EventLog) -> None:
    assert str(held_back).splitlines()[0].startswith(f"call_01: {TEXT}")
    assert repr(held_back).startswith("<EventLog: 3 recordings, ")
    table = held_back.to_frame()
    assert list(table.columns) == ["recording", "word", "start", "end", "committed"]
    assert " ".join(table.loc[table["recording"] == "call_01", "word"]).startswith(TEXT)
    assert (table["committed"] > table["start"]).all()


def test_samples_are_numbered_and_a_dict_names_them(samples: np.ndarray) -> None:
    numbered = texts([samples, samples[:16_000]])
    assert list(numbered) == ["0", "1"]
    named = texts({"whole": samples, "file": str(CALLS[0])})
    assert list(named) == ["whole", "file"]
    assert named["whole"] == texts(samples)["0"] == numbered["0"]
    assert named["whole"] in named["file"]


def test_without_compute_a_run_is_the_same_every_time(samples: np.ndarray) -> None:
    one, other = (sw.stream(samples, model="reference") for _ in range(2))
    assert one.to_frame().equals(other.to_frame())
    assert one.run.clock == "unaware"


def test_settings_are_part_of_the_run(samples: np.ndarray) -> None:
    log = sw.stream(
        samples,
        policy="local_agreement",
        model="reference",
        engine="direct",
        clock="measured",
        options=["policy.chunk_s=1.5", "engine.beam_size=1", "model.padding_s=2"],
    )
    assert "chunk_s=1.5" in log.run.subject.policy
    assert log.run.subject.engine.startswith("direct(")
    assert "beam_size=1," in log.run.subject.engine
    assert log.run.clock == "measured"


def test_a_setting_of_the_engine_reaches_the_one_that_the_policy_uses(samples: np.ndarray) -> None:
    log = sw.stream(samples, model="reference", options=["engine.beam_size=2"])
    assert log.run.subject.engine.startswith("direct(")
    assert "beam_size=2," in log.run.subject.engine


class Silent:
    """Shows nothing before the end."""

    def __init__(self) -> None:
        self._arrived = 0

    def wants(self) -> float:
        return float("inf")

    def plan(self, arrived: int, ended: bool) -> sw.Request | None:
        return sw.Request(0, arrived)

    def absorb(self, hypothesis: sw.Hypothesis) -> sw.Update:
        return sw.Update(hypothesis.words)


class Lagging(sw.TrimmedBuffer):
    """Commits a word one second after it was spoken."""

    @dataclass
    class Config(ChunkedConfig, sw.TrimmedBuffer.Config):
        lag_s: float = sw.setting(1.0, "age at which a word is final", unit="seconds", at_least=0)

    config: Config

    def _count_stable(self, new: tuple[sw.Word, ...]) -> int:
        return self._count_ended_by(new, self._end - round(16_000 * self.config.lag_s))


def test_a_policy_may_be_a_class_or_a_function(samples: np.ndarray) -> None:
    log = sw.stream(samples, policy=Silent, model="reference")
    assert len(log.steps) == 1
    assert log.run.subject.policy == "Silent"
    log = sw.stream(samples, policy=lambda: Lagging(lag_s=0.5), model="reference")
    assert "lag_s=0.5" in log.run.subject.policy
    assert "Lagging" in log.run.subject.policy


@pytest.mark.parametrize(
    ("recordings", "message"),
    [
        ([], "there is no recording to stream"),
        (["a/call.wav", "b/call.wav"], "call: two recordings have this name"),
        ("nowhere.wav", "nowhere.wav: no such audio file"),
        (np.zeros((2, 100), np.float32), "must have one dimension"),
        (np.zeros(100, np.int16), "must be float32 within ±1, not int16"),
        (np.array([0, np.nan], np.float32), "0: 1 samples are NaN or infinite"),
    ],
)
def test_a_recording_that_cannot_be_used_is_refused(recordings: object, message: str) -> None:
    with pytest.raises(AudioError, match=message):
        texts(recordings)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"policy": "nonsense"}, ConfigError, "'nonsense' must be one of attention_cutoff"),
        ({"model": "nonsense"}, ModelError, "nonsense"),
        ({"engine": "nonsense"}, ConfigError, "nonsense"),
        ({"clock": "nonsense"}, ConfigError, "nonsense"),
        ({"policy": 3}, ConfigError, "must be a name, or make a policy when called"),
        ({"options": ["engine.beams=1"]}, ConfigError, "beams"),
    ],
)
def test_a_choice_that_does_not_exist_is_refused(
    options: dict[str, object], error: type[Exception], message: str, samples: np.ndarray
) -> None:
    with pytest.raises(error, match=message):
        texts(samples, **options)


def test_a_log_cannot_be_changed(held_back: sw.EventLog) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        held_back.steps = ()  # type: ignore[misc]


def test_it_works_outside_a_checkout(
    samples: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = texts(samples)
    monkeypatch.chdir(tmp_path)
    assert texts(samples) == here
