"""Forced alignment: when each word of a transcript was said, by a Whisper model's attention.

The median filter and the dynamic time warping over the attention are CTranslate2's `align`. What is
added: recordings of any length, pauses left out of the words, and a judgement of the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from streamwer.alignment.characters import cut
from streamwer.alignment.cutting import Segment, segments, windows
from streamwer.alignment.quality import Judgement, believed, judge
from streamwer.alignment.trimming import STRETCHED_S, Span, trimmed
from streamwer.alignment.unplaceable import UnplaceableError
from streamwer.audio import HOP, checked, seconds
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config.alignment import ForcedConfig
from streamwer.config.engine import DirectConfig
from streamwer.recognisers.base import Window
from streamwer.recognisers.decoder import TooLongError
from streamwer.recognisers.direct import Direct
from streamwer.recognisers.vad import spans
from streamwer.text.words import parted
from streamwer.types import Word

_WHOLE_S = 30.0  # the encoder hears so much at once, as the model was trained
_SHORTEST_S = 0.1


class Aligner:
    """One loaded model that places known words.

    Args:
        path: CTranslate2 model folder.
        config: which model it is, and how sure it must be.

    Raises:
        ModelError: the folder is not a usable model.
        ConfigError: the model does not know the language.
    """

    def __init__(self, path: Path, config: ForcedConfig) -> None:
        self._config = config
        engine = DirectConfig(
            buckets_s=[_WHOLE_S],
            speech_threshold=config.speech_threshold,
        )
        self._model = Direct(path, replace(config.model, padding_s=config.padding_s), engine)

    def place(self, text: str, samples: Samples) -> tuple[tuple[Word, ...], Judgement]:
        """The words of a transcript with their times, and how far they can be believed.

        Args:
            text: raw transcript; its words are those of `joining.parted`.
            samples: the recording, of any length, shape (n,).

        Raises:
            AudioError: a sample is NaN or infinite.
            UnplaceableError: the words cannot be placed, or must not be believed.
        """
        said = parted(text)
        checked(samples, "the recording")
        if not said:
            raise UnplaceableError("the transcript is empty")
        speech = spans(samples, self._config.speech_threshold)
        if not speech or seconds(len(samples)) < _SHORTEST_S:
            raise UnplaceableError("no speech is heard in it")
        # A text in capitals alone is spelt as no model would write it.
        written = [word.lower() for word in said] if text.isupper() else said
        raw: list[Word] = []
        guesses: list[float] = []
        for segment in self._segments(written, samples, speech):
            placed, guessed = self._placed(segment, written[segment.first : segment.last], samples)
            raw += placed
            guesses += guessed
        words = trimmed(_restored(raw, said), speech)
        return words, believed(judge(words, guesses, speech), words, self._config)

    def _segments(
        self, said: Sequence[str], samples: Samples, speech: Sequence[Span]
    ) -> list[Segment]:
        whole, longest = seconds(len(samples)), self._config.window_s
        if whole <= longest:
            return [Segment(0, len(said), 0.0, whole)]
        heard = [
            word
            for begin, end in windows(speech, whole, longest)
            for word in self._heard(samples, begin, end, speech)
        ]
        return segments(said, heard, whole, longest)

    def _heard(
        self, samples: Samples, begin: float, end: float, speech: Sequence[Span]
    ) -> tuple[Word, ...]:
        """What the aligner hears; a word that lasts over a long sound has hidden others."""
        heard = self._model.recognise(_window(samples, begin, end)).words
        words = trimmed(tuple(cut(heard)), speech)
        for word in words:
            middle = (word.start + word.end) / 2
            if word.end - word.start > STRETCHED_S and begin < middle < end:
                first = self._heard(samples, begin, middle, speech)
                return first + self._heard(samples, middle, end, speech)
        return words

    def _placed(
        self, segment: Segment, said: Sequence[str], samples: Samples
    ) -> tuple[Sequence[Word], Sequence[float]]:
        """The words of a segment, and how probable they are to who hears nothing."""
        window = _window(samples, segment.begin, segment.end)
        if len(window.audio) < _SHORTEST_S * SAMPLE_RATE:
            raise UnplaceableError(f"no time is left for '{said[0]}' at {segment.begin:.1f} s")
        try:
            return self._model.place(window, said), self._model.guess(said)
        except TooLongError as error:
            raise UnplaceableError(
                f"its transcript has more words than the model can place in {_WHOLE_S:g} s"
            ) from error


def _window(samples: Samples, begin: float, end: float) -> Window:
    """Part of a recording, beginning at a whole hop."""
    start = int(begin * SAMPLE_RATE) // HOP * HOP
    return Window(samples[start : int(end * SAMPLE_RATE)], start)


def _restored(placed: Sequence[Word], said: Sequence[str]) -> list[Word]:
    """The placed words as the transcript has them."""
    if len(placed) != len(said):
        raise UnplaceableError("some of its words have no token in the model's vocabulary")
    return [
        Word(text, word.start, word.end, word.probability)
        for text, word in zip(said, placed, strict=True)
    ]
