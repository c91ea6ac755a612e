"""Forced alignment of a transcript by the attention of a Whisper model.

CTranslate2's `align` applies the median filter and dynamic time warping to the attention. This
module adds recordings of any length, trims pauses, and assesses the quality of the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from streamwer.alignment.quality import (
    AlignmentError,
    AlignmentQuality,
    assess_quality,
    require_quality,
)
from streamwer.alignment.segmentation import TextSegment, split_into_segments, split_into_windows
from streamwer.alignment.time_transfer import split_timed_words
from streamwer.alignment.trimming import STRETCHED_S, Span, trim_pauses
from streamwer.audio import HOP, check_finite, samples_to_seconds
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.alignment import ForcedConfig
from streamwer.recognisers.base import Window
from streamwer.recognisers.decoder import TooLongError
from streamwer.recognisers.engines.direct import Direct
from streamwer.recognisers.vad import find_speech, sharpen_ends
from streamwer.text.words import split_words
from streamwer.types import Word

_WHOLE_S = 30.0  # input length of the encoder
_SHORTEST_S = 0.1


class ForcedAligner:
    """A loaded model that aligns transcripts.

    Args:
        path: CTranslate2 model folder.
        config: its model and the limits of quality.

    Raises:
        ModelError: the folder is not a usable model.
        ConfigError: the model does not know the language.
    """

    def __init__(self, path: Path, config: ForcedConfig) -> None:
        self._config = config
        engine = Direct.Config(
            buckets_s=[_WHOLE_S],
            speech_threshold=config.speech_threshold,
        )
        self._model = Direct(engine, replace(config.model, padding_s=config.padding_s), path)

    def align(self, text: str, samples: Samples) -> tuple[tuple[Word, ...], AlignmentQuality]:
        """Align a transcript, and return its words with their times and the quality.

        Args:
            text: raw transcript; its words are those of `text.words.split_words`.
            samples: the recording, of any length, shape (n,).

        Raises:
            AudioError: a sample is NaN or infinite.
            AlignmentError: the words cannot be aligned, or the quality is too low.
        """
        transcript = split_words(text)
        check_finite(samples, "the recording")
        if not transcript:
            raise AlignmentError("the transcript is empty")
        speech = sharpen_ends(samples, find_speech(samples, self._config.speech_threshold))
        if not speech or samples_to_seconds(len(samples)) < _SHORTEST_S:
            raise AlignmentError("no speech is heard in it")
        # No model writes a whole text in capitals.
        written = [word.lower() for word in transcript] if text.isupper() else transcript
        raw: list[Word] = []
        guesses: list[float] = []
        for segment in self._split(written, samples, speech):
            aligned, guessed = self._align_segment(
                segment, written[segment.first : segment.last], samples
            )
            raw += aligned
            guesses += guessed
        words = trim_pauses(_restore_spelling(raw, transcript), speech)
        return words, require_quality(assess_quality(words, guesses, speech), words, self._config)

    def _split(
        self, words: Sequence[str], samples: Samples, speech: Sequence[Span]
    ) -> list[TextSegment]:
        whole, longest = samples_to_seconds(len(samples)), self._config.window_s
        if whole <= longest:
            return [TextSegment(0, len(words), 0.0, whole)]
        recognised = [
            word
            for begin, end in split_into_windows(speech, whole, longest)
            for word in self._recognise(samples, begin, end, speech)
        ]
        return split_into_segments(words, recognised, whole, longest)

    def _recognise(
        self, samples: Samples, begin: float, end: float, speech: Sequence[Span]
    ) -> tuple[Word, ...]:
        """Recognise a window; a very long word hides others, so its window is split in two."""
        recognised = self._model.recognise(_make_window(samples, begin, end)).words
        words = trim_pauses(tuple(split_timed_words(recognised)), speech)
        for word in words:
            middle = (word.start + word.end) / 2
            if word.end - word.start > STRETCHED_S and begin < middle < end:
                first = self._recognise(samples, begin, middle, speech)
                return first + self._recognise(samples, middle, end, speech)
        return words

    def _align_segment(
        self, segment: TextSegment, words: Sequence[str], samples: Samples
    ) -> tuple[Sequence[Word], Sequence[float]]:
        """Align a segment, and return its words with their probabilities given silence."""
        window = _make_window(samples, segment.begin, segment.end)
        if len(window.audio) < _SHORTEST_S * SAMPLE_RATE:
            raise AlignmentError(f"no time is left for '{words[0]}' at {segment.begin:.1f} s")
        try:
            aligned = self._model.align_words(window, words, self._config.by_character)
            return aligned, self._model.estimate_priors(words)
        except TooLongError as error:
            raise AlignmentError(
                f"its transcript has more words than the model can place in {_WHOLE_S:g} s"
            ) from error


def _make_window(samples: Samples, begin: float, end: float) -> Window:
    """Make a window of a recording, between two seconds, that begins at a whole hop."""
    start = int(begin * SAMPLE_RATE) // HOP * HOP
    return Window(samples[start : int(end * SAMPLE_RATE)], start)


def _restore_spelling(aligned: Sequence[Word], transcript: Sequence[str]) -> list[Word]:
    """Give the aligned words the spelling of the transcript."""
    if len(aligned) != len(transcript):
        raise AlignmentError("some of its words have no token in the model's vocabulary")
    return [
        Word(text, word.start, word.end, word.probability)
        for text, word in zip(transcript, aligned, strict=True)
    ]
