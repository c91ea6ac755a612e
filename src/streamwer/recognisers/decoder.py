"""From an encoding to timed words: a guarded greedy decoding, then one alignment pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from inspect import signature
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio, merge_punctuations

from streamwer.config import DirectConfig
from streamwer.recognisers import guard
from streamwer.recognisers.log_mel import FRAMES_PER_SECOND
from streamwer.recognisers.meter import Meter
from streamwer.recognisers.prompt import Prompts
from streamwer.recognisers.transcribe import MeteredWhisper

AGAIN = {"repetition_penalty": 1.2, "no_repeat_ngram_size": 4}
"""How a decoding that failed a guard is done again: at temperature 0 still, so that it is the
same on every run."""
_OPTIONS = signature(WhisperModel.transcribe).parameters
_PUNCTUATION = [_OPTIONS[f"{where}_punctuations"].default for where in ("prepend", "append")]
_BROKEN = "\N{REPLACEMENT CHARACTER}"


class ShortWhisper(MeteredWhisper):
    """A model whose `transcribe` encodes what there is to hear, and whose loops are decoded again.

    `bucket` gives the number of frames to encode for so many that are heard.
    """

    bucket: Any = staticmethod(lambda frames: 3000)

    def encode(self, features: Any) -> Any:
        heard = int(np.flatnonzero(features.any(axis=0))[-1:].sum()) + 1
        return super().encode(features[:, : self.bucket(heard)])

    def encode_whole(self, features: Any) -> Any:
        """Encode features of shape (windows, mels, frames) as they are."""
        return super().encode(features)

    def generate_with_fallback(
        self, encoder_output: Any, prompt: list[int], tokenizer: Tokenizer, options: Any
    ) -> Any:
        decode = super().generate_with_fallback
        decoded = decode(encoder_output, prompt, tokenizer, options)
        if guard.loop(tokenizer.decode(decoded[0].sequences_ids[0]).split()) is None:
            return decoded
        self._meter.did(fallbacks=1)
        return decode(encoder_output, prompt, tokenizer, replace(options, **AGAIN))


class Decoder:
    """Turns encodings of windows into words.

    Args:
        model: whose encodings they are.
        tokenizer: its tokens, with the language.
        config: how to decode.
    """

    def __init__(
        self, model: ShortWhisper, meter: Meter, tokenizer: Tokenizer, config: DirectConfig
    ) -> None:
        self._model, self._meter, self._tokenizer = model, meter, tokenizer
        self._config, self._prompts = config, Prompts(tokenizer, config.prompt_tokens)

    def words(
        self, encoded: Any, prompts: Sequence[str], frames: Sequence[int]
    ) -> list[list[dict[str, Any]]]:
        """Words of each window with `start`, `end` (its own seconds) and `probability`.

        Args:
            encoded: of the windows, shape (windows, positions, width).
            prompts: the text before each window.
            frames: how much of each window is audio and not padding, 10 ms each.
        """
        with self._meter.timing("decode"):
            texts = self._texts(encoded, prompts, frames)
        heard = [i for i, tokens in enumerate(texts) if tokens]
        words: list[list[dict[str, Any]]] = [[] for _ in texts]
        if heard:
            chosen = encoded if len(heard) == len(texts) else _rows(encoded, heard)
            aligned = self._model.find_alignment(
                self._tokenizer, [texts[i] for i in heard], chosen, [frames[i] for i in heard]
            )
            for i, timed in zip(heard, aligned, strict=True):
                merge_punctuations(timed, *_PUNCTUATION)
                words[i] = [word for word in timed if word["word"].strip(f" {_BROKEN}")]
        return words

    def _texts(
        self, encoded: Any, prompts: Sequence[str], frames: Sequence[int]
    ) -> list[list[int]]:
        earlier = self._prompts.level([self._prompts.earlier(text) for text in prompts])
        allowed = [guard.budget(n / FRAMES_PER_SECOND, self._config.tokens_per_s) for n in frames]
        texts = self._generate(encoded, earlier, max(allowed))
        failed = [i for i, text in enumerate(texts) if self._failed(text, allowed[i])]
        self._meter.did(fallbacks=len(failed))
        for i in failed:
            row = _rows(encoded, [i])
            again = self._generate(row, earlier[i : i + 1], allowed[i], **AGAIN)[0]
            texts[i] = self._cut(again, allowed[i])
        return texts

    def _generate(
        self, encoded: Any, earlier: Sequence[list[int]], allowed: int, **options: Any
    ) -> list[list[int]]:
        """Text tokens of each window: one more than allowed where it would run on."""
        prompts = [self._prompts.full(tokens) for tokens in earlier]
        length = len(prompts[0])
        # CTranslate2 gives at most min(max_length / 2, max_length - prompt + 1) new tokens.
        longest = max(2 * (allowed + 1), allowed + length)
        results = self._model.model.generate(
            encoded,
            prompts,
            beam_size=self._config.beam_size,
            max_length=min(self._model.max_length, longest),
            return_no_speech_prob=True,
            **options,
        )
        tokens = [result.sequences_ids[0] for result in results]
        self._meter.did(prompt_tokens=length * len(prompts), decoded_tokens=sum(map(len, tokens)))
        silent = [r.no_speech_prob > self._config.no_speech_threshold for r in results]
        end = self._tokenizer.eot
        return [
            [] if quiet else [token for token in each if token < end]
            for each, quiet in zip(tokens, silent, strict=True)
        ]

    def _failed(self, text: list[int], allowed: int) -> bool:
        if len(text) > allowed:
            return True
        plain = self._tokenizer.decode(text)
        if not plain.strip():
            return False
        dense = get_compression_ratio(plain) > self._config.compression_ratio_threshold
        return dense or guard.loop(plain.split()) is not None

    def _cut(self, text: list[int], allowed: int) -> list[int]:
        """What can be kept of a decoding: nothing beyond the budget, nothing said in a loop."""
        words, groups = self._tokenizer.split_to_word_tokens(text)
        lengths = np.cumsum([len(group) for group in groups])
        kept = int(np.searchsorted(lengths, allowed, "right"))
        end = guard.loop([word.strip() for word in words[:kept]])
        return [token for group in groups[:kept][:end] for token in group]


def _rows(encoded: Any, chosen: Sequence[int]) -> Any:
    """Some windows of a batch of encodings."""
    on_cpu = encoded.to_device(ctranslate2.Device.cpu) if encoded.device != "cpu" else encoded
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(np.array(on_cpu)[list(chosen)]))
