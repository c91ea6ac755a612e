"""The incremental voice detector decides as faster-whisper's does on the whole file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.vad import get_speech_timestamps, get_vad_model
from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer.audio import load_audio
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.recognisers.base import Memory, Window
from streamwer.recognisers.stage_timer import StageTimer
from streamwer.recognisers.vad import SpeechDetector, detect_silence, find_speech, sharpen_ends
from tests.recognisers.engine_fixtures import call, hiss, part, read_words

FRAME = 512


class Recorded(SpeechDetector):
    """Notes every probability."""

    def __init__(self, threshold: float) -> None:
        super().__init__(threshold)
        self.probabilities: list[float] = []
        session, self._session = self._session, self

        def run(*args: object) -> Sequence[np.ndarray]:
            outputs: list[np.ndarray] = session.run(*args)
            self.probabilities += np.ravel(outputs[0]).tolist()
            return outputs

        self.run = run


def decisions(audio: Samples, threshold: float) -> np.ndarray:
    """What faster-whisper decides for each whole frame, without its smoothing."""
    spoken = np.zeros(len(audio) // FRAME, bool)
    for segment in get_speech_timestamps(
        audio, threshold=threshold, min_silence_duration_ms=0, speech_pad_ms=0
    ):
        spoken[segment["start"] // FRAME : segment["end"] // FRAME] = True
    return spoken


@settings(max_examples=25)
@given(
    number=st.sampled_from([1, 3, 4]),
    threshold=st.sampled_from([0.05, 0.3, 0.5, 0.9]),
    steps=st.lists(st.tuples(st.integers(0, 40_000), st.booleans()), min_size=1, max_size=12),
)
def test_any_chunking_gives_the_decisions_of_the_whole_file(
    number: int, threshold: float, steps: list[tuple[int, bool]]
) -> None:
    audio = call(number)
    spoken = decisions(audio, threshold)
    detector, start, end = SpeechDetector(threshold), 0, 0
    for more, forget in steps:
        start, end = (end if forget else start), min(end + more, len(audio))
        detector.process(audio[start:end], start)
        frames = spoken[: end // FRAME]
        last = (np.flatnonzero(frames)[-1:].sum() + 1) * FRAME if frames.any() else 0
        talking = bool(frames[-1:].any())
        quiet = 0 if talking else end - max(start, last)
        assert detector.measure_silence(start, end) == quiet / SAMPLE_RATE


@settings(max_examples=10)
@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=10))
def test_any_chunking_gives_the_probabilities_of_the_whole_file(chunks: list[int]) -> None:
    audio = call(2)
    detector, end = Recorded(0.5), 0
    for chunk in chunks:
        detector.process(audio[end : end + chunk], end)
        end = min(end + chunk, len(audio))
    padded = np.pad(audio, (0, 2 * FRAME - len(audio) % FRAME))  # it spoils the last frame
    expected = np.ravel(get_vad_model()(padded))[: end // FRAME]
    np.testing.assert_allclose(detector.probabilities, expected, atol=1e-4)


def test_a_voice_after_minutes_of_others_is_heard_however_the_audio_is_chunked() -> None:
    pause = np.zeros(SAMPLE_RATE, np.float32)
    minutes = np.concatenate([part for n in (17, 21, 22) for part in (call(n), pause)])
    audio = np.concatenate([minutes, call(23)])
    whole, chunked = Recorded(0.3), Recorded(0.3)
    whole.process(audio, 0)
    for end in range(7_001, len(audio), 7_001):
        chunked.process(audio[:end], 0)
    begin = len(minutes) / SAMPLE_RATE
    spoken = sum(
        last - max(first, begin) for first, last in find_speech(audio, 0.3) if last > begin
    )
    assert spoken > 0.5 * len(call(23)) / SAMPLE_RATE
    heard = np.array(whole.probabilities[len(minutes) // FRAME :]) >= 0.3
    assert heard.mean() > 0.5  # of one who remembers all of it, none
    known = len(chunked.probabilities)
    np.testing.assert_allclose(chunked.probabilities, whole.probabilities[:known], atol=1e-4)


def test_nothing_is_listened_to_twice() -> None:
    detector = Recorded(0.5)
    for end in range(8_000, 160_000, 8_000):
        detector.process(call(1)[:end], 0)
    assert len(detector.probabilities) == end // FRAME


def test_audio_that_no_window_held_starts_it_afresh() -> None:
    skipped, fresh = SpeechDetector(0.5), SpeechDetector(0.5)
    skipped.process(call(1)[:20_000], 0)
    for detector in (skipped, fresh):
        detector.process(call(1)[90_000:170_000], 90_000)
    assert skipped.measure_silence(90_000, 170_000) == fresh.measure_silence(90_000, 170_000)


def test_silence_is_counted_from_the_last_word() -> None:
    words = read_words(6)
    held = max(range(1, len(words)), key=lambda i: words[i]["start"] - words[i - 1]["end"])
    begin, end = words[held - 1]["start"], words[held - 1]["end"]
    heard = detect_silence(part(6, 0.0, end + 15), 0.5, StageTimer())
    assert heard == pytest.approx(15, abs=0.5)
    assert detect_silence(part(6, 0.0, (begin + end) / 2), 0.5, StageTimer()) == 0


def test_a_window_without_speech_is_silent_to_its_last_sample() -> None:
    for audio in (np.zeros(48_123, np.float32), hiss(3.1)):
        assert detect_silence(Window(audio, 999), 0.3, StageTimer()) == len(audio) / SAMPLE_RATE


def test_speech_of_the_window_before_is_not_speech_of_this_one() -> None:
    memory, pause = Memory(), np.zeros(40_000, np.float32)
    audio = np.concatenate((call(1)[:60_000], pause, pause))
    assert detect_silence(Window(audio[:100_000], 0, memory=memory), 0.5, StageTimer()) < 6
    assert detect_silence(Window(audio[100_000:], 100_000, memory=memory), 0.5, StageTimer()) == 2.5


@pytest.mark.parametrize("number", [1, 2, 4, 5], ids=["clean", "clean", "noise", "clean"])
def test_hardly_any_of_the_bundled_voices_is_taken_for_silence(number: int) -> None:
    spoken = decisions(call(number), 0.5).repeat(FRAME)
    places = [
        slice(*(int(w[k] * SAMPLE_RATE) for k in ("start", "end"))) for w in read_words(number)
    ]
    assert all(spoken[place].any() for place in places)
    assert np.concatenate([spoken[place] for place in places]).mean() > 0.9


@pytest.mark.parametrize("number", [3, 11, 19])
def test_nor_over_the_telephone_with_a_lower_threshold(number: int) -> None:
    spoken = decisions(call(number), 0.3).repeat(FRAME)
    places = [
        slice(*(int(w[k] * SAMPLE_RATE) for k in ("start", "end"))) for w in read_words(number)
    ]
    assert np.concatenate([spoken[place] for place in places]).mean() > 0.85


def test_speech_before_a_pause_ends_where_the_voice_does() -> None:
    """Hysteresis puts the end off: before the pauses of this call by 50 ms or more."""
    row = json.loads(Path("data/calls/metadata.jsonl").read_text().splitlines()[0])
    audio = load_audio(Path("data/calls") / row["file_name"])
    speech = find_speech(audio, 0.3)
    sharp = sharpen_ends(audio, speech)
    assert [begin for begin, _ in sharp] == [begin for begin, _ in speech]
    ends = [word["end"] for word, after in pairwise(row["words"]) if after["start"] > word["end"]]
    errors = [
        [min((end - true for _, end in spans), key=abs) for true in ends]
        for spans in (speech, sharp)
    ]
    assert np.median(errors[0]) > 0.04
    assert abs(np.median(errors[1])) < 0.02
