"""From an encoding to timed text: a guarded greedy decoding, then one alignment pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
from itertools import chain
from operator import itemgetter
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens, merge_punctuations

from streamwer.config import DirectConfig
from streamwer.recognisers.guard import AGAIN, Guard
from streamwer.recognisers.log_mel import FRAMES_PER_SECOND
from streamwer.recognisers.long_windows import ShortWhisper
from streamwer.recognisers.meter import Meter
from streamwer.recognisers.prompt import Prompts
from streamwer.recognisers.words import Piece

_PARTS = itemgetter("word", "start", "end", "probability")
_OPTIONS = signature(WhisperModel.transcribe).parameters
_PUNCTUATION = [_OPTIONS[f"{where}_punctuations"].default for where in ("prepend", "append")]

_MARKS = 2  # tokens of an aligned text besides the start and itself: no timestamps, and the end


class TooLongError(ValueError):
    """A text with more tokens than the model has places for."""


class Decoder:
    """Turns encodings of windows into text.

    Args:
        model: whose encodings they are.
        tokenizer: its tokens, with the language.
        prompts: builds what a decoding begins with.
        guard: judges what comes out.
        config: how to decode.
    """

    def __init__(
        self,
        model: ShortWhisper,
        meter: Meter,
        tokenizer: Tokenizer,
        prompts: Prompts,
        guard: Guard,
        config: DirectConfig,
    ) -> None:
        self._model, self._meter, self._tokenizer = model, meter, tokenizer
        self._prompts, self._guard, self._config = prompts, guard, config
        self._suppressed = get_suppressed_tokens(tokenizer, [-1])

    def pieces(
        self, encoded: Any, earlier: Sequence[str], frames: Sequence[int]
    ) -> list[list[Piece]]:
        """The text of each window in pieces with times.

        Args:
            encoded: of the windows, shape (windows, positions, width).
            earlier: the text before each window.
            frames: how much of each window is audio and not padding, 10 ms each.
        """
        with self._meter.timing("decode"):
            texts = self._texts(encoded, self._prompts.batch(earlier), frames)
        heard = [i for i, tokens in enumerate(texts) if tokens]
        pieces: list[list[Piece]] = [[] for _ in texts]
        if heard:
            chosen = encoded if len(heard) == len(texts) else _rows(encoded, heard)
            aligned = self._model.find_alignment(
                self._tokenizer, [texts[i] for i in heard], chosen, [frames[i] for i in heard]
            )
            for i, timed in zip(heard, aligned, strict=True):
                merge_punctuations(timed, *_PUNCTUATION)
                pieces[i] = [Piece(*_PARTS(part)) for part in timed]
        return pieces

    def placed(self, encoded: Any, said: Sequence[str], frames: int) -> list[Piece]:
        """When each of some known words was said in one window; a word without a token is not.

        Args:
            encoded: of the window, shape (1, positions, width).
            said: the words in order, without spaces.
            frames: how much of the window is audio and not padding, 10 ms each.

        Raises:
            TooLongError: there are more tokens than the model has places for.
        """
        encode, eot = self._tokenizer.encode, self._tokenizer.eot
        tokens = [[token for token in encode(f" {word}") if token < eot] for word in said]
        whole = list(chain.from_iterable(tokens))
        if len(whole) > self._model.max_length - len(self._tokenizer.sot_sequence) - _MARKS:
            raise TooLongError
        if not whole:
            return []
        (timed,) = self._model.find_alignment(self._tokenizer, [whole], encoded, [frames])
        return _regrouped(timed, said, [len(each) for each in tokens])

    def _texts(
        self, encoded: Any, prompts: list[list[int]], frames: Sequence[int]
    ) -> list[list[int]]:
        """Text tokens of each window, as far as they pass the guard."""
        seconds = (n / FRAMES_PER_SECOND for n in frames)
        budgets = [self._guard.budget(s, len(prompts[0])) for s in seconds]
        texts = self._generate(encoded, prompts, max(budgets))
        for i, budget in enumerate(budgets):
            if self._guard.failed(texts[i], budget):
                self._meter.did(fallbacks=1)
                again = self._generate(_rows(encoded, [i]), [prompts[i]], budget, **AGAIN)
                texts[i] = self._guard.cut(again[0], budget)
        return [[token for token in text if token < self._tokenizer.eot] for text in texts]

    def _generate(
        self, encoded: Any, prompts: list[list[int]], budget: int, **options: Any
    ) -> list[list[int]]:
        """Tokens of each window: one more than the budget where it would run on."""
        results = self._model.model.generate(
            encoded,
            prompts,
            beam_size=self._config.beam_size,
            max_length=self._guard.max_length(budget, len(prompts[0])),
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
            **options,
        )
        decoded = sum(len(result.sequences_ids[0]) for result in results)
        self._meter.did(prompt_tokens=sum(map(len, prompts)), decoded_tokens=decoded)
        return [[] if self._silent(result) else result.sequences_ids[0] for result in results]

    def _silent(self, result: Any) -> bool:
        """As faster-whisper judges: it says that nobody speaks, and is unsure of what it wrote."""
        unlikely = result.scores[0] < self._config.log_prob_threshold
        return bool(result.no_speech_prob > self._config.no_speech_threshold and unlikely)


def _regrouped(
    timed: Sequence[Mapping[str, Any]], said: Sequence[str], counts: Sequence[int]
) -> list[Piece]:
    """One piece for each word, made of faster-whisper's, which part words at punctuation."""
    first = np.cumsum([0, *(len(part["tokens"]) for part in timed)])[:-1]
    owner = np.searchsorted(np.cumsum(counts), first, "right")
    pieces = []
    for index, word in enumerate(said):
        mine = [part for part, whose in zip(timed, owner, strict=True) if whose == index]
        if mine:
            sure = float(np.mean([part["probability"] for part in mine]))
            pieces.append(Piece(word, float(mine[0]["start"]), float(mine[-1]["end"]), sure))
    return pieces


def _rows(encoded: Any, chosen: Sequence[int]) -> Any:
    """Some windows of a batch of encodings, from whichever device; the model takes them back."""
    # numpy knows no bfloat16, and a GPU's memory not at all.
    on_cpu = encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)
    rows = np.ascontiguousarray(np.array(on_cpu)[list(chosen)])
    return ctranslate2.StorageView.from_array(rows)
