"""With 30 s of padding and timestamps, the direct engine is faster-whisper: the same words."""

from __future__ import annotations

import jiwer
import pytest
from faster_whisper import WhisperModel

from streamwer import policies
from streamwer.recognisers.engines.direct import Direct
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import play_recording
from tests.recognisers.engine_fixtures import REFERENCE, call, direct

FEW = [3, 4, 6, 11, 17, 21, 27, 28]
"""Of the bundled calls: over the telephone, in noise, on hold, longer than 30 s."""


def theirs(model: WhisperModel, number: int) -> str:
    segments, _ = model.transcribe(
        call(number), beam_size=5, temperature=0, language="en", word_timestamps=True
    )
    return " ".join(word.word.strip() for segment in segments for word in segment.words or ())


def ours(engine: Direct, number: int) -> str:
    policy = policies.build_policy({"name": "offline"})
    steps = play_recording(str(number), call(number), engine, policy, build_clock("unaware"))
    return " ".join(word.text for step in steps for word in step.update.committed)


@pytest.mark.slow
def test_bundled_calls_have_faster_whispers_words() -> None:
    model = WhisperModel(str(REFERENCE), device="cpu", compute_type="int8", cpu_threads=1)
    engine = direct(timestamps=True, padding_s=30.0, beam_size=5, skip_silence=False)
    expected, given = ([say(by, n) for n in FEW] for say, by in ((theirs, model), (ours, engine)))
    aligned = jiwer.process_words(expected, given)
    wrong = aligned.substitutions + aligned.deletions + aligned.insertions
    assert wrong <= 0.01 * sum(len(text.split()) for text in expected)
