"""Forced alignment against the exact word times of the bundled calls, and what it must refuse."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from streamwer import audio
from streamwer.alignment import forced
from streamwer.alignment.forced import ForcedAligner
from streamwer.alignment.quality import AlignmentError
from streamwer.alignment.word_times import add_word_times
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.alignment import ForcedConfig
from streamwer.config.model import ModelConfig
from streamwer.errors import AudioError
from streamwer.recognisers.base import Window
from streamwer.types import Reference, Word

CALLS = Path("data/toy_calls")


@pytest.fixture(scope="module")
def aligner() -> ForcedAligner:
    model = ModelConfig(name="reference", path="models/reference")
    return ForcedAligner(Path(model.path), ForcedConfig(model=model, by_character=False))


@cache
def call(number: int) -> tuple[Samples, str, tuple[Word, ...]]:
    rows = map(json.loads, (CALLS / "metadata.jsonl").read_text().splitlines())
    row = next(row for row in rows if row["id"] == f"call_{number:02}")
    words = tuple(Word(word["text"], word["start"], word["end"]) for word in row["words"])
    return audio.load_audio(CALLS / row["file_name"]), row["text"], words


def errors(found: tuple[Word, ...], known: tuple[Word, ...]) -> np.ndarray:
    assert [word.text for word in found] == [word.text for word in known]
    return np.array([abs(one.end - other.end) for one, other in zip(found, known, strict=True)])


@pytest.mark.parametrize("number", [1, 4])  # clean, and with noise
def test_words_end_where_the_synthesiser_put_them(aligner: ForcedAligner, number: int) -> None:
    samples, text, known = call(number)
    found, quality = aligner.align(text, samples)
    late = errors(found, known)
    assert np.median(late) < 0.05
    assert np.quantile(late, 0.95) < 0.3
    assert quality.information_gain > 0.6
    assert quality.implausible_durations < 0.05


def test_the_origin_names_what_aligned_and_its_bias() -> None:
    """Not the model that a folder of the user's own took the place of."""
    samples, text, _ = call(1)
    model = ModelConfig(name="small_en", path="models/reference")
    reference = Reference("one", "call_01.flac", len(samples) / audio.SAMPLE_RATE, text)
    _, origin = add_word_times([reference], CALLS, ForcedConfig(model=model, known_bias_s=-0.039))
    assert origin.format_line().startswith("forced (reference@")
    assert origin.format_line().endswith("word ends 39 ms early: latencies are longer by as much")


@pytest.mark.slow
def test_nothing_drifts_in_minutes_of_calls(aligner: ForcedAligner) -> None:
    calls = [call(number) for number in (1, 2, 3, 4, 5, 7, 8, 9)]
    samples, known = np.zeros(0, np.float32), []
    for part, _, words in calls:
        begin = len(samples) / SAMPLE_RATE
        known += [Word(word.text, begin + word.start, begin + word.end) for word in words]
        samples = np.concatenate((samples, part))
    assert len(samples) > 120 * SAMPLE_RATE
    found, _ = aligner.align(" ".join(text for _, text, _ in calls), samples)
    late = errors(found, tuple(known))
    assert np.median(late) < 0.05
    assert np.quantile(late, 0.95) < 0.4
    assert np.median(late[-40:]) < 0.05


def test_the_words_of_another_call_get_no_times(aligner: ForcedAligner) -> None:
    with pytest.raises(AlignmentError, match="does not fit the audio"):
        aligner.align(call(2)[1], call(1)[0])


@pytest.mark.parametrize("words", [1, 4])
def test_the_first_words_of_a_call_are_no_transcript_of_it(
    aligner: ForcedAligner, words: int
) -> None:
    samples, text, _ = call(1)
    with pytest.raises(AlignmentError, match="of its words have no length or last over 3 s"):
        aligner.align(" ".join(text.split()[:words]), samples)


def test_a_wrong_transcript_of_a_long_recording_gets_no_times(aligner: ForcedAligner) -> None:
    samples = np.concatenate([call(1)[0], call(4)[0]])
    with pytest.raises(AlignmentError, match="hears too little of the transcript after 0"):
        aligner.align("where is the wedding of your cousin " * 10, samples)


def test_text_in_capitals_is_aligned_as_it_is_usually_written(aligner: ForcedAligner) -> None:
    samples, text, known = call(1)
    found, _ = aligner.align(text.upper(), samples)
    assert [word.text for word in found] == text.upper().split()
    assert np.median([abs(a.end - b.end) for a, b in zip(found, known, strict=True)]) < 0.05


def test_words_that_the_tokenizer_parts_stay_one_word(
    aligner: ForcedAligner, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples, text, known = call(1)
    odd = ["3.5", "twenty-five", "o'clock!", "\N{GRINNING FACE}"]
    spelt = text.split()
    changed = {5: odd[0], 12: odd[1], 20: odd[2], 30: odd[3]}
    said = [changed.get(index, word) for index, word in enumerate(spelt)]
    # Four words that were not said make a transcript that is not to be believed.
    monkeypatch.setattr(forced, "require_quality", lambda quality, *_: quality)
    found, _ = aligner.align(" ".join(said), samples)
    assert [word.text for word in found] == said
    assert all(one.start <= one.end <= other.end for one, other in pairwise(found))
    kept = [abs(found[i].end - known[i].end) for i in range(len(said)) if i not in changed]
    assert np.median(kept) < 0.1


def test_characters_of_a_text_without_spaces_are_placed_one_by_one(
    aligner: ForcedAligner, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples, text, known = call(1)
    said = text.split()
    # Characters that were not said make a transcript that is not to be believed.
    monkeypatch.setattr(forced, "require_quality", lambda quality, *_: quality)
    found, _ = aligner.align(" ".join([*said[:5], "我们用iPhone。", *said[6:]]), samples)
    expected = [*said[:5], "我", "们", "用", "iPhone。", *said[6:]]
    assert [word.text for word in found] == expected
    assert all(one.start <= one.end <= other.end for one, other in pairwise(found))
    pairs = [*zip(found[:5], known[:5], strict=True), *zip(found[9:], known[6:], strict=True)]
    assert np.median([abs(one.end - other.end) for one, other in pairs]) < 0.1


@pytest.mark.parametrize(
    ("text", "samples", "reason"),
    [
        ("  ", np.zeros(SAMPLE_RATE, np.float32), "transcript is empty"),
        ("hello", np.zeros(5 * SAMPLE_RATE, np.float32), "no speech is heard"),
        ("hello", np.zeros(10, np.float32), "no speech is heard"),
    ],
)
def test_nothing_to_place_or_to_hear_is_said_so(
    aligner: ForcedAligner, text: str, samples: Samples, reason: str
) -> None:
    with pytest.raises(AlignmentError, match=reason):
        aligner.align(text, samples)


def test_more_words_than_the_model_can_place_are_refused(aligner: ForcedAligner) -> None:
    with pytest.raises(AlignmentError, match="more words than the model can place"):
        aligner.align("hello " * 500, call(1)[0])


def test_by_characters_boundaries_move_later_only_and_each_word_keeps_half(
    aligner: ForcedAligner,
) -> None:
    samples, text, _ = call(1)
    window, words = Window(samples[: 20 * SAMPLE_RATE], 0), text.split()[:20]
    coarse = aligner._model.align_words(window, words, by_character=False)
    fine = aligner._model.align_words(window, words, by_character=True)
    assert [word.text for word in fine] == words
    assert [word.probability for word in fine] == [word.probability for word in coarse]
    moved = [one.start - other.start for one, other in zip(fine, coarse, strict=True)]
    assert max(moved) > 0
    for delay, one, other in zip(moved, fine, coarse, strict=True):
        assert 0 <= delay <= min(0.1, (other.end - other.start) / 2) + 0.001
        assert one.end > one.start or other.end == other.start
    assert all(one.end == other.start for one, other in pairwise(fine))


def test_where_characters_have_no_room_the_words_keep_their_times(aligner: ForcedAligner) -> None:
    window, words = Window(call(1)[0][: 20 * SAMPLE_RATE], 0), ["afternoon"] * 60
    coarse = aligner._model.align_words(window, words, by_character=False)
    assert aligner._model.align_words(window, words, by_character=True) == coarse


def test_samples_that_are_no_numbers_are_refused(aligner: ForcedAligner) -> None:
    samples = call(1)[0].copy()
    samples[SAMPLE_RATE] = np.nan
    with pytest.raises(AudioError, match=r"NaN or infinite, the first at 1\.000 s"):
        aligner.align("hello", samples)
