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

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens, merge_punctuations

from streamwer.recognisers.decoding_guard import RETRY_OPTIONS, DecodingGuard
from streamwer.recognisers.log_mel import FRAMES_PER_SECOND
from streamwer.recognisers.long_windows import ShortWhisper
from streamwer.recognisers.prompt import Prompts
from streamwer.recognisers.stage_timer import StageTimer
from streamwer.recognisers.whisper_settings import DecoderConfig
from streamwer.recognisers.words import TimedText, estimate_longest
from streamwer.text.words import is_unspaced, is_word, needs_space

_PARTS = itemgetter("word", "start", "end", "probability")
_OPTIONS = signature(WhisperModel.transcribe).parameters
_PUNCTUATION = [_OPTIONS[f"{where}_punctuations"].default for where in ("prepend", "append")]

_UNHEARD_S = 1.0
"""So much speech behind the last word is another word."""
_HALF_FRAME_S = 0.01
"""An encoder frame is centred on its time, and a word begins where its first frame does."""
_MOST_DELAY_S = 0.1
"""By how much the attention to characters may move a boundary of words."""
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

    Raises:
        ConfigError: hotwords and initial prompt are too long.
    """

    def __init__(
        self, model: ShortWhisper, meter: StageTimer, language: str, config: DecoderConfig
    ) -> None:
        self._model, self._meter, self._config = model, meter, config
        self._tokenizer = Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, "transcribe", language
        )
        self.prompts = Prompts(
            self._tokenizer, config.prompt_tokens, config.hotwords, config.initial_prompt
        )
        self.guard = DecodingGuard(
            self._tokenizer,
            model.max_length,
            config.tokens_per_s,
            config.compression_ratio_threshold,
        )
        self._suppressed = get_suppressed_tokens(self._tokenizer, [-1])

    def decode(
        self,
        encoded: Any,
        earlier: Sequence[str],
        prefixes: Sequence[str],
        frames: Sequence[int],
        speech_s: Sequence[float],
    ) -> list[list[TimedText]]:
        """Decode each window behind its prefix, and time the pieces of text that are new.

        Args:
            encoded: of the windows, shape (windows, positions, width).
            earlier: the text before each window.
            prefixes: the text that each window begins with.
            frames: how much of each window is audio and not padding, 10 ms each.
            speech_s: when the speech of each window ends, its own seconds.
        """
        prompts = self.prompts.build_prompts(earlier)
        forced = [self.prompts.encode_prefix(text) for text in prefixes]
        texts, timed = self._decode_timed(encoded, prompts, forced, frames)
        for i, end in enumerate(speech_s):
            if forced[i] and _ends_early(timed[i], end):
                row, closed = self._model.select_rows(encoded, [i]), forced[i] + texts[i]
                _, (again,) = self._decode_timed(row, [prompts[i]], [closed], [frames[i]])
                timed[i] = [part for part in again if part["start"] < end]
        return [
            [TimedText(*_PARTS(part)) for part in _skip_tokens(parts, len(tokens))]
            for parts, tokens in zip(timed, forced, strict=True)
        ]

    def align(
        self, encoded: Any, words: Sequence[str], frames: int, by_character: bool = False
    ) -> list[TimedText]:
        """Align known words with one window; a word without a token is left out.

        Args:
            encoded: of the window, shape (1, positions, width).
            words: the words in order, without spaces; see `text.words.split_words`.
            frames: how much of the window is audio and not padding, 10 ms each.
            by_character: give the decoder each character as a token of its own.

        Raises:
            TooLongError: there are more tokens than the model has places for.
        """
        runs = list(_join_unspaced(words))
        tokens = [self._encode_run(run, by_character) for run in runs]
        whole = list(chain.from_iterable(tokens))
        if len(whole) > self._model.max_length - len(self._tokenizer.sot_sequence) - _MARKS:
            raise TooLongError
        if not whole:
            return []
        finest = by_character or any(len(run) > 1 for run in runs)
        tokenizer = _split_by_character(self._tokenizer) if finest else self._tokenizer
        (timed,) = self._model.find_alignment(tokenizer, [whole], encoded, [frames])
        return _group_by_word(timed, runs, [len(each) for each in tokens])

    def refine_times(
        self, pieces: Sequence[TimedText], encoded: Any, words: Sequence[str], frames: int
    ) -> list[TimedText]:
        """Move the words' boundaries later, to where the attention to their characters has them.

        Attention leaves a long token early. Where the model has too few places for the characters,
        the times stay as they are.

        Args:
            pieces: what `align` returned for the same window and words.
            encoded: as for `align`, like the rest.
            words: likewise.
            frames: likewise.
        """
        try:
            fine = self.align(encoded, words, frames, by_character=True)
        except TooLongError:
            return list(pieces)
        usable = pieces and len(fine) == len(pieces)
        return _delay_boundaries(pieces, fine) if usable else list(pieces)

    def _encode_run(self, run: Sequence[str], by_character: bool) -> list[int]:
        """Encode words with no space between them as the model would write them after others."""
        text = "".join(run)
        first = text[0] if is_unspaced(text[0]) else f" {text[0]}"
        parts = [first, *text[1:]] if by_character else [first + text[1:]]
        tokens = chain.from_iterable(map(self._tokenizer.encode, parts))
        return [token for token in tokens if token < self._tokenizer.eot]

    def _decode_timed(
        self,
        encoded: Any,
        prompts: list[list[int]],
        forced: list[list[int]],
        frames: Sequence[int],
    ) -> tuple[list[list[int]], list[list[Mapping[str, Any]]]]:
        """Decode each window, and align what is forced with what is new."""
        with self._meter.time_stage("decode"):
            texts = self._decode_texts(encoded, prompts, forced, frames)
        spoken = [i for i, tokens in enumerate(texts) if tokens]
        timed: list[list[Mapping[str, Any]]] = [[] for _ in texts]
        if spoken:
            aligned = self._model.find_alignment(
                self._tokenizer,
                [forced[i] + texts[i] for i in spoken],
                self._model.select_rows(encoded, spoken),
                [frames[i] for i in spoken],
            )
            for i, parts in zip(spoken, aligned, strict=True):
                merge_punctuations(parts, *_PUNCTUATION)
                timed[i] = parts
        return texts, timed

    def _decode_texts(
        self,
        encoded: Any,
        prompts: list[list[int]],
        forced: list[list[int]],
        frames: Sequence[int],
    ) -> list[list[int]]:
        """Decode the new text tokens of each window, as far as they pass the guard."""
        longest = max(map(len, forced))
        seconds = (n / FRAMES_PER_SECOND for n in frames)
        budgets = [self.guard.compute_token_budget(s, len(prompts[0]) + longest) for s in seconds]
        texts = self._generate(encoded, prompts, forced, max(budgets))
        for i, budget in enumerate(budgets):
            if self.guard.has_failed(texts[i], budget):
                self._meter.add_work(fallbacks=1)
                row = self._model.select_rows(encoded, [i])
                again = self._generate(row, [prompts[i]], [forced[i]], budget, **RETRY_OPTIONS)
                texts[i] = self.guard.truncate(again[0], budget)
        return [[token for token in text if token < self._tokenizer.eot] for text in texts]

    def _generate(
        self,
        encoded: Any,
        prompts: list[list[int]],
        forced: list[list[int]],
        budget: int,
        **options: Any,
    ) -> list[list[int]]:
        """Generate the new tokens of each window: one more than the budget where it runs on."""
        budget += max(map(len, forced))  # CTranslate2 counts them among what it generates
        results = self._model.model.generate(
            encoded,
            [prompt + text for prompt, text in zip(prompts, forced, strict=True)],
            beam_size=self._config.beam_size,
            max_length=self.guard.compute_max_length(budget, len(prompts[0])),
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
            **options,
        )
        decoded = sum(len(result.sequences_ids[0]) for result in results)
        self._meter.add_work(prompt_tokens=sum(map(len, prompts)), decoded_tokens=decoded)
        return [
            [] if not text and self._is_silent(result) else result.sequences_ids[0][len(text) :]
            for result, text in zip(results, forced, strict=True)
        ]

    def _is_silent(self, result: Any) -> bool:
        """Tell whether nobody speaks, by faster-whisper's rule: improbable text and no speech."""
        unlikely = result.scores[0] < self._config.log_prob_threshold
        return bool(result.no_speech_prob > self._config.no_speech_threshold and unlikely)


def _ends_early(timed: Sequence[Mapping[str, Any]], speech_s: float) -> bool:
    """Tell whether a decoding ended although there is more speech.

    Behind a prefix the decoder must write something before it may end. Where the mark of a sentence
    is missing, it writes that and takes the window for done.
    """
    spoken = [part for part in timed if is_word(part["word"])]
    if not spoken:
        return False
    last = spoken[-1]
    end = min(last["end"], last["start"] + estimate_longest(last["word"]))
    return bool(speech_s - end >= _UNHEARD_S)


def _skip_tokens(timed: Sequence[Mapping[str, Any]], count: int) -> Iterator[Mapping[str, Any]]:
    """Skip the aligned words that hold the first `count` tokens."""
    before = 0
    for part in timed:
        if before >= count:
            yield part
        before += len(part["tokens"])


def _join_unspaced(words: Sequence[str]) -> Iterator[list[str]]:
    """Join words that have no space between them: the model writes those as one."""
    run: list[str] = []
    for word in words:
        if run and needs_space(run[-1], word):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _split_by_character(tokenizer: Tokenizer) -> Any:
    """Build a tokenizer for `find_alignment` that splits text into characters in any language."""
    return SimpleNamespace(
        sot_sequence=tokenizer.sot_sequence,
        eot=tokenizer.eot,
        split_to_word_tokens=tokenizer.split_tokens_on_unicode,
    )


def _group_by_word(
    timed: Sequence[Mapping[str, Any]], runs: Sequence[Sequence[str]], counts: Sequence[int]
) -> list[TimedText]:
    """Group faster-whisper's pieces, which split words at punctuation, into one for each word."""
    first = np.cumsum([0, *(len(part["tokens"]) for part in timed)])[:-1]
    owner = np.searchsorted(np.cumsum(counts), first, "right")
    pieces: list[TimedText] = []
    for index, run in enumerate(runs):
        parts = [part for part, position in zip(timed, owner, strict=True) if position == index]
        if len(run) > 1:
            pieces += _split_run(parts, run)
        elif parts:
            start, end = float(parts[0]["start"]), float(parts[-1]["end"])
            probability = float(np.mean([part["probability"] for part in parts]))
            pieces.append(TimedText(run[0], start, end, probability))
    return pieces


def _delay_boundaries(pieces: Sequence[TimedText], fine: Sequence[TimedText]) -> list[TimedText]:
    """Move each boundary later, to that of the fine alignment, and the next word keeps half.

    Each piece ends where the next one begins. Single characters may be drawn into a pause, so the
    coarse alignment limits by how much.
    """
    starts = [
        piece.start + _clip_delay(found.start - piece.start, (piece.end - piece.start) / 2)
        for piece, found in zip(pieces, fine, strict=True)
    ]
    last = pieces[-1].end + _clip_delay(fine[-1].end - pieces[-1].end, _MOST_DELAY_S)
    return [
        piece._replace(start=start, end=end)
        for piece, start, end in zip(pieces, starts, [*starts[1:], last], strict=True)
    ]


def _clip_delay(delay: float, most: float) -> float:
    return min(max(delay - _HALF_FRAME_S, 0.0), most, _MOST_DELAY_S)


def _split_run(timed: Sequence[Mapping[str, Any]], run: Sequence[str]) -> Iterator[TimedText]:
    """Split a run into words; characters of one token share its time. None if one has no time."""
    letters = [letter for part in timed for letter in _split_letters(part)]
    text = "".join(letter.text for letter in letters)
    before = text[:1].isspace()  # the space before the run belongs to its first word
    if text[before:] != "".join(run):
        return
    rest = iter(letters)
    for index, word in enumerate(run):
        parts = list(islice(rest, len(word) + (before and not index)))
        probability = float(np.mean([letter.probability for letter in parts]))
        yield TimedText(word, parts[0].start, parts[-1].end, probability)


def _split_letters(part: Mapping[str, Any]) -> Iterator[TimedText]:
    moments = np.linspace(part["start"], part["end"], len(part["word"]) + 1)
    for letter, start, end in zip(part["word"], moments[:-1], moments[1:], strict=True):
        yield TimedText(letter, float(start), float(end), float(part["probability"]))
