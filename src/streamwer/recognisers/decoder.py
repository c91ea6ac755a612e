"""From an encoding to timed text: a guarded decoding, then one alignment pass.

A text that the window is known to begin with is forced behind the task tokens, token by token, and
the decoder goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from inspect import signature
from itertools import chain, islice
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens, merge_punctuations

from streamwer.config.engine import DirectConfig
from streamwer.recognisers.guard import AGAIN, Guard
from streamwer.recognisers.log_mel import FRAMES_PER_SECOND
from streamwer.recognisers.long_windows import ShortWhisper
from streamwer.recognisers.prompt import Prompts
from streamwer.recognisers.stage_timer import Meter
from streamwer.recognisers.words import Piece
from streamwer.text.words import spaced, unspaced

_PARTS = itemgetter("word", "start", "end", "probability")
_OPTIONS = signature(WhisperModel.transcribe).parameters
_PUNCTUATION = [_OPTIONS[f"{where}_punctuations"].default for where in ("prepend", "append")]

_MARKS = 2  # tokens of an aligned text besides the start and itself: no timestamps, and the end


class TooLongError(ValueError):
    """A text with more tokens than the model has places for."""


class Decoder:
    """Turns encodings of windows into text of one language.

    Args:
        model: whose encodings they are.
        meter: told what is done.
        language: what is spoken in the windows.
        config: how to decode.

    Attributes:
        prompts: builds what a decoding begins with.
        guard: judges what comes out.
    """

    def __init__(
        self, model: ShortWhisper, meter: Meter, language: str, config: DirectConfig
    ) -> None:
        self._model, self._meter, self._config = model, meter, config
        self._tokenizer = Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, "transcribe", language
        )
        self.prompts = Prompts(self._tokenizer, config.prompt_tokens)
        self.guard = Guard(
            self._tokenizer,
            model.max_length,
            config.tokens_per_s,
            config.compression_ratio_threshold,
        )
        self._suppressed = get_suppressed_tokens(self._tokenizer, [-1])

    def pieces(
        self,
        encoded: Any,
        earlier: Sequence[str],
        prefixes: Sequence[str],
        frames: Sequence[int],
    ) -> list[list[Piece]]:
        """Decode each window behind its prefix, and time the pieces of text that are new.

        Args:
            encoded: of the windows, shape (windows, positions, width).
            earlier: the text before each window.
            prefixes: the text that each window begins with.
            frames: how much of each window is audio and not padding, 10 ms each.
        """
        forced = [self.prompts.prefix(text) for text in prefixes]
        with self._meter.timing("decode"):
            texts = self._texts(encoded, self.prompts.batch(earlier), forced, frames)
        heard = [i for i, tokens in enumerate(texts) if tokens]
        pieces: list[list[Piece]] = [[] for _ in texts]
        if heard:
            aligned = self._model.find_alignment(
                self._tokenizer,
                [forced[i] + texts[i] for i in heard],
                rows(encoded, heard),
                [frames[i] for i in heard],
            )
            for i, timed in zip(heard, aligned, strict=True):
                merge_punctuations(timed, *_PUNCTUATION)
                pieces[i] = [Piece(*_PARTS(part)) for part in _skip_tokens(timed, len(forced[i]))]
        return pieces

    def placed(self, encoded: Any, said: Sequence[str], frames: int) -> list[Piece]:
        """When each of some known words was said in one window; a word without a token is not.

        Args:
            encoded: of the window, shape (1, positions, width).
            said: the words in order, without spaces; see `joining.parted`.
            frames: how much of the window is audio and not padding, 10 ms each.

        Raises:
            TooLongError: there are more tokens than the model has places for.
        """
        runs = list(_runs(said))
        tokens = [self._tokens(run) for run in runs]
        whole = list(chain.from_iterable(tokens))
        if len(whole) > self._model.max_length - len(self._tokenizer.sot_sequence) - _MARKS:
            raise TooLongError
        if not whole:
            return []
        finest = any(len(run) > 1 for run in runs)
        tokenizer = _by_character(self._tokenizer) if finest else self._tokenizer
        (timed,) = self._model.find_alignment(tokenizer, [whole], encoded, [frames])
        return _regrouped(timed, runs, [len(each) for each in tokens])

    def _tokens(self, run: Sequence[str]) -> list[int]:
        """Of words with no space between them, as the model would write them after others."""
        text = "".join(run)
        spelt = text if unspaced(text[0]) else f" {text}"
        return [token for token in self._tokenizer.encode(spelt) if token < self._tokenizer.eot]

    def _texts(
        self,
        encoded: Any,
        prompts: list[list[int]],
        forced: list[list[int]],
        frames: Sequence[int],
    ) -> list[list[int]]:
        """New text tokens of each window, as far as they pass the guard."""
        longest = max(map(len, forced))
        seconds = (n / FRAMES_PER_SECOND for n in frames)
        budgets = [self.guard.budget(s, len(prompts[0]) + longest) for s in seconds]
        texts = self._generate(encoded, prompts, forced, max(budgets))
        for i, budget in enumerate(budgets):
            if self.guard.failed(texts[i], budget):
                self._meter.did(fallbacks=1)
                row = rows(encoded, [i])
                again = self._generate(row, [prompts[i]], [forced[i]], budget, **AGAIN)
                texts[i] = self.guard.cut(again[0], budget)
        return [[token for token in text if token < self._tokenizer.eot] for text in texts]

    def _generate(
        self,
        encoded: Any,
        prompts: list[list[int]],
        forced: list[list[int]],
        budget: int,
        **options: Any,
    ) -> list[list[int]]:
        """New tokens of each window: one more than the budget where it would run on."""
        budget += max(map(len, forced))  # CTranslate2 counts them among what it generates
        results = self._model.model.generate(
            encoded,
            [prompt + text for prompt, text in zip(prompts, forced, strict=True)],
            beam_size=self._config.beam_size,
            max_length=self.guard.max_length(budget, len(prompts[0])),
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
            **options,
        )
        decoded = sum(len(result.sequences_ids[0]) for result in results)
        self._meter.did(prompt_tokens=sum(map(len, prompts)), decoded_tokens=decoded)
        return [
            [] if not text and self._silent(result) else result.sequences_ids[0][len(text) :]
            for result, text in zip(results, forced, strict=True)
        ]

    def _silent(self, result: Any) -> bool:
        """As faster-whisper judges: it says that nobody speaks, and is unsure of what it wrote."""
        unlikely = result.scores[0] < self._config.log_prob_threshold
        return bool(result.no_speech_prob > self._config.no_speech_threshold and unlikely)


def _skip_tokens(timed: Sequence[Mapping[str, Any]], count: int) -> Iterator[Mapping[str, Any]]:
    """Skip the aligned words that hold the first `count` tokens."""
    before = 0
    for part in timed:
        if before >= count:
            yield part
        before += len(part["tokens"])


def _runs(said: Sequence[str]) -> Iterator[list[str]]:
    """The words, together where no space is between them: the model writes those as one."""
    run: list[str] = []
    for word in said:
        if run and spaced(run[-1], word):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _by_character(tokenizer: Tokenizer) -> Any:
    """What `find_alignment` uses of a tokenizer; in every language it parts text where it can."""
    return SimpleNamespace(
        sot_sequence=tokenizer.sot_sequence,
        eot=tokenizer.eot,
        split_to_word_tokens=tokenizer.split_tokens_on_unicode,
    )


def _regrouped(
    timed: Sequence[Mapping[str, Any]], runs: Sequence[Sequence[str]], counts: Sequence[int]
) -> list[Piece]:
    """One piece for each word, made of faster-whisper's, which part words at punctuation."""
    first = np.cumsum([0, *(len(part["tokens"]) for part in timed)])[:-1]
    owner = np.searchsorted(np.cumsum(counts), first, "right")
    pieces: list[Piece] = []
    for index, run in enumerate(runs):
        mine = [part for part, whose in zip(timed, owner, strict=True) if whose == index]
        if len(run) > 1:
            pieces += _shared(mine, run)
        elif mine:
            sure = float(np.mean([part["probability"] for part in mine]))
            pieces.append(Piece(run[0], float(mine[0]["start"]), float(mine[-1]["end"]), sure))
    return pieces


def _shared(timed: Sequence[Mapping[str, Any]], run: Sequence[str]) -> Iterator[Piece]:
    """The words of a run; characters of one token share its time. None if a character has none."""
    letters = [letter for part in timed for letter in _letters(part)]
    text = "".join(letter.text for letter in letters)
    before = text[:1].isspace()  # the space before the run belongs to its first word
    if text[before:] != "".join(run):
        return
    rest = iter(letters)
    for index, word in enumerate(run):
        mine = list(islice(rest, len(word) + (before and not index)))
        sure = float(np.mean([letter.probability for letter in mine]))
        yield Piece(word, mine[0].start, mine[-1].end, sure)


def _letters(part: Mapping[str, Any]) -> Iterator[Piece]:
    moments = np.linspace(part["start"], part["end"], len(part["word"]) + 1)
    for letter, start, end in zip(part["word"], moments[:-1], moments[1:], strict=True):
        yield Piece(letter, float(start), float(end), float(part["probability"]))


def rows(encoded: Any, chosen: Sequence[int]) -> Any:
    """Take some windows of a batch of encodings, from whichever device; the model takes them back.

    Args:
        encoded: of the windows, shape (windows, positions, width).
        chosen: their indices, in order.
    """
    if len(chosen) == encoded.shape[0]:
        return encoded
    # numpy knows no bfloat16, and a GPU's memory not at all.
    on_cpu = encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)
    rows = np.ascontiguousarray(np.array(on_cpu)[list(chosen)])
    return ctranslate2.StorageView.from_array(rows)
