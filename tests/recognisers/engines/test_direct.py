"""The direct engine with the bundled model: short encodings, silence for nothing, batches."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from streamwer import recognisers
from streamwer.audio import samples_to_seconds
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.errors import ConfigError
from streamwer.recognisers.base import Memory, Window
from streamwer.recognisers.engines.direct import Direct
from streamwer.recognisers.long_windows import ShortWhisper
from streamwer.types import Hypothesis, WorkCounters
from tests.recognisers.engine_fixtures import call, direct, hiss, part, read_words, texts

BUCKETS = [2, 3, 4, 6, 10, 30]


@pytest.fixture(scope="module")
def engine() -> Direct:
    return direct(buckets_s=BUCKETS, padding_s=1.0)


@pytest.fixture(scope="module")
def hearing() -> Direct:
    """Decodes silence, too."""
    return direct(buckets_s=BUCKETS, padding_s=1.0, skip_silence=False)


def lone(window: Window) -> Window:
    """The same window without what is remembered of its stream."""
    return replace(window, memory=Memory())


def drop_listening(effort: WorkCounters) -> WorkCounters:
    """What was done besides listening."""
    return replace(effort, listened_frames=0)


def test_words_are_on_the_streams_line(engine: Direct) -> None:
    here = engine.recognise(part(1, 4.0, 7.0))
    later = engine.recognise(Window(part(1, 4.0, 7.0).audio, 100 * SAMPLE_RATE))
    assert len(here.words) >= 3
    assert [round(w.start + 96, 3) for w in here.words] == [w.start for w in later.words]
    assert [round(w.end + 96, 3) for w in here.words] == [w.end for w in later.words]
    assert all(4 <= word.start <= word.end <= 7 for word in here.words)
    assert all(a.start <= b.start for a, b in pairwise(here.words))
    assert all(0 <= word.probability <= 1 for word in here.words)
    assert here.segment_ends == tuple(word.end for word in here.words)


def test_a_window_that_ends_in_mid_word_keeps_the_words_before_it(engine: Direct) -> None:
    last = read_words(1)[5]
    middle = (last["start"] + last["end"]) / 2
    whole, cut = (engine.recognise(part(1, 0.5, end)) for end in (last["end"] + 0.3, middle))
    assert texts(cut)[:4] == texts(whole)[:4]
    assert all(word.end <= round(middle, 3) for word in cut.words)


@pytest.mark.parametrize(
    "audio",
    [np.zeros(48_000, np.float32), hiss(3.0), hiss(3.0, level=1e-3), hiss(40.0)],
    ids=["digital zero", "faint hiss", "hiss", "40 s"],
)
def test_silence_costs_no_encoder_call(engine: Direct, audio: Samples) -> None:
    hypothesis = engine.recognise(Window(audio, 0))
    assert hypothesis.words == ()
    assert hypothesis.silence == samples_to_seconds(len(audio))
    assert drop_listening(hypothesis.effort) == WorkCounters()
    assert hypothesis.effort.listened_frames == len(audio) // 512
    assert hypothesis.compute.listen > 0


def test_ten_minutes_of_silence_cost_none_either(engine: Direct) -> None:
    memory, quiet, effort = Memory(), hiss(8.0), WorkCounters()
    for start in range(0, 600 * SAMPLE_RATE, 4 * SAMPLE_RATE):
        hypothesis = engine.recognise(Window(quiet, start, memory=memory))
        assert hypothesis.words == ()
        effort += hypothesis.effort
    assert drop_listening(effort) == WorkCounters()


def test_a_listen_only_window_is_only_listened_to(engine: Direct, hearing: Direct) -> None:
    for each in (engine, hearing):
        hypothesis = each.recognise(replace(part(1, 1.0, 4.0), listen_only=True))
        assert hypothesis.words == ()
        assert drop_listening(hypothesis.effort) == WorkCounters()
        assert 0 < hypothesis.silence < 3


@pytest.mark.parametrize(
    ("seconds", "encoded"),
    [(0.02, 200), (0.99, 200), (1.0, 200), (1.01, 300), (3.0, 400), (7.0, 1000), (20.0, 3000)],
)
@pytest.mark.parametrize("prompt", ["", "thank you for calling"])
def test_the_encoder_hears_the_window_its_padding_and_what_fills_the_bucket(
    hearing: Direct, seconds: float, encoded: int, prompt: str
) -> None:
    window = replace(part(17, 2.0, 2.0 + seconds), prompt=prompt)
    assert hearing.recognise(window).effort.encoder_frames == encoded


def test_thirty_seconds_are_the_most(hearing: Direct) -> None:
    assert hearing.recognise(part(17, 0.0, 30.0)).effort.encoder_frames == 3000


def test_a_bucket_with_as_many_positions_as_there_are_mels_is_evaded() -> None:
    window = part(1, 1.2, 2.5)
    trap, next_to_it = (direct(buckets_s=[b, 30], padding_s=0.1) for b in (1.6, 1.62))
    heard = trap.recognise(window)
    assert texts(heard) == texts(next_to_it.recognise(lone(window))) != []
    assert heard.effort.encoder_frames == 162


@pytest.mark.parametrize("samples", [0, 1, 100, 319, 320, 1000, 1999, 2000])
@pytest.mark.parametrize("timestamps", [False, True])
def test_hardly_any_audio_is_no_error(random_model: Path, samples: int, timestamps: bool) -> None:
    eager = direct(random_model, skip_silence=False, no_speech_threshold=1.0, timestamps=timestamps)
    hypothesis = eager.recognise(Window(hiss(1.0, level=0.1)[:samples], 16_000))
    assert (hypothesis.effort.encoder_frames > 0) == (samples >= 320)
    assert all(1 <= word.start <= word.end <= 1.2 for word in hypothesis.words)


def test_kept_features_do_not_change_the_words(engine: Direct) -> None:
    memory, heard = Memory(), 0
    for start in range(8_000, 80_000, 8_000):
        window = Window(call(2)[start : start + 48_000], start, memory=memory)
        kept, fresh = engine.recognise(window), engine.recognise(lone(window))
        assert kept.words == fresh.words
        heard += len(kept.words)
    assert heard > 10


PROMPTS = ["", "thank you for calling", "calling for you thank", "you thank calling for"]
"""Those that are not empty have the same number of tokens."""


def several() -> list[Window]:
    parts = [(1, 1.0, 4.0), (2, 4.0, 7.0), (5, 3.0, 6.0), (9, 6.0, 8.9), (10, 1.0, 2.5)]
    prompts = [*PROMPTS, ""]
    return [replace(part(*p), prompt=text) for p, text in zip(parts, prompts, strict=True)]


def recognise_batch(size: int) -> list[Hypothesis]:
    return direct(buckets_s=BUCKETS, padding_s=1.0, batch_size=size).recognise_batch(several())


def test_a_batch_gives_the_words_of_its_windows_one_by_one(engine: Direct) -> None:
    alone = [engine.recognise(window) for window in several()]
    together = recognise_batch(4)
    assert [texts(h) for h in together] == [texts(h) for h in alone]
    assert min(len(h.words) for h in together) > 0
    for a, b in zip(alone, together, strict=True):
        assert a.silence == b.silence
        assert [w.start for w in a.words] == pytest.approx([w.start for w in b.words], abs=0.05)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_what_windows_of_a_batch_cost_adds_up_to_what_they_cost_alone(
    engine: Direct, size: int
) -> None:
    alone = sum((engine.recognise(window).effort for window in several()), WorkCounters())
    assert sum((h.effort for h in recognise_batch(size)), WorkCounters()) == alone


def test_what_a_call_did_before_it_failed_is_known(
    engine: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = engine.recognise(several()[1])
    assert engine.spent() == Hypothesis(compute=whole.compute, effort=whole.effort)
    assert whole.effort.aligned_tokens > 0
    monkeypatch.setattr(engine._model, "find_alignment", mock.Mock(side_effect=RuntimeError))
    with pytest.raises(RuntimeError):
        engine.recognise(several()[1])
    assert engine.spent().effort == replace(whole.effort, aligned_tokens=0)


def test_no_windows_are_no_error(engine: Direct) -> None:
    assert engine.recognise_batch([]) == []


def test_a_batch_may_hold_silence_and_long_windows(engine: Direct) -> None:
    windows = [part(1, 1.0, 4.0), Window(hiss(3.0), 0), part(17, 0.0, 34.0), Window(hiss(0), 0)]
    alone = [texts(engine.recognise(lone(window))) for window in windows]
    assert [texts(h) for h in engine.recognise_batch(windows)] == alone
    assert [bool(words) for words in alone] == [True, False, True, False]


def test_a_prompt_is_read_up_to_its_limit() -> None:
    brief, none = (direct(prompt_tokens=count) for count in (8, 0))
    window = replace(part(1, 1.0, 4.0), prompt="thank you for calling " * 20)
    assert brief.recognise(window).effort.prompt_tokens <= 8 + 3
    assert none.recognise(lone(window)).effort.prompt_tokens == 2


@pytest.mark.parametrize("timestamps", [False, True])
def test_a_window_beyond_30_s_is_followed_to_its_end(timestamps: bool) -> None:
    engine = direct(buckets_s=BUCKETS, padding_s=1.0, timestamps=timestamps)
    window = part(17, 0.0, 35.0)
    here = engine.recognise(window)
    later = engine.recognise(Window(window.audio, SAMPLE_RATE))
    assert here.words[-1].end > 31
    assert here.effort.encoder_frames > 3000
    assert all(a.start <= b.start for a, b in pairwise(here.words))
    assert [round(w.start + 1, 3) for w in here.words] == [w.start for w in later.words]


def test_with_timestamps_a_short_window_is_encoded_short() -> None:
    engine = direct(buckets_s=BUCKETS, padding_s=1.0, timestamps=True)
    hypothesis = engine.recognise(part(1, 4.0, 7.0))
    assert len(hypothesis.words) >= 3
    assert hypothesis.effort.encoder_frames % 400 == 0
    assert all(4 <= word.start <= word.end <= 7.1 for word in hypothesis.words)


def test_warming_up_calls_every_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = []
    real = ShortWhisper.encode_whole
    monkeypatch.setattr(
        ShortWhisper, "encode_whole", lambda self, f: encoded.append(f.shape) or real(self, f)
    )
    engine = direct()
    assert not encoded
    recognisers.warm_up(engine)
    assert encoded


def test_a_language_that_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(
        ConfigError, match=r"model\.language='fr': \w+ knows only English; take model="
    ):
        direct(language="fr")
