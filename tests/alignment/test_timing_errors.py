"""How far an aligner is off, and which way: an early word makes every latency longer."""

from __future__ import annotations

import pytest

from streamwer.alignment.origin import RecordingOrigin, WordTimesOrigin
from streamwer.alignment.quality import AlignmentQuality
from streamwer.alignment.timing_errors import measure_timing_errors
from streamwer.config.alignment import ForcedConfig
from streamwer.types import Reference, Word

SAID = tuple(Word(text, at, at + 0.5) for at, text in enumerate("abcd"))


def call(*shifts: float) -> Reference:
    words = tuple(
        Word(word.text, word.start, word.end + by) for word, by in zip(SAID, shifts, strict=True)
    )
    return Reference("a", "", 5.0, "a b c d", words=words)


def test_early_ends_have_a_sign_and_last_words_their_own() -> None:
    found = measure_timing_errors([call(0, 0, 0, 0)], [call(-0.05, -0.04, -0.06, -0.25)])
    assert found.end_bias == pytest.approx(-0.055)
    assert found.last_bias == pytest.approx(-0.25)
    assert "signed -55 ms, of last words -250 ms (below 0 is early)" in found.format_line()


def test_errors_either_way_are_far_and_yet_without_a_bias() -> None:
    found = measure_timing_errors([call(0, 0, 0, 0)], [call(-0.1, 0.1, -0.1, 0.1)])
    assert (found.end_median, found.end_bias) == (pytest.approx(0.1), pytest.approx(0.0))


@pytest.mark.parametrize(
    ("bias", "said"),
    [
        (None, "bias of word ends not measured"),
        (-0.039, "word ends 39 ms early: latencies are longer by as much"),
        (0.02, "word ends 20 ms late: latencies are shorter by as much"),
    ],
)
def test_the_report_says_what_the_aligner_is_known_to_be_off_by(
    bias: float | None, said: str
) -> None:
    config = ForcedConfig(known_bias_s=bias)
    assert config.find_bias("unheard of") == bias
    placing = RecordingOrigin("a", 4, "forced", quality=AlignmentQuality(0.9, 0.8, 0.0, 0.0))
    assert WordTimesOrigin("forced", "base", "1f", (placing,), bias).format_line().endswith(said)


def test_the_bias_of_an_aligner_that_was_measured_is_known() -> None:
    assert ForcedConfig().find_bias("base") is not None
    assert ForcedConfig(by_character=False).find_bias("base") is None  # measured by characters
    assert ForcedConfig(known_bias_s=-0.02).find_bias("base") == -0.02
