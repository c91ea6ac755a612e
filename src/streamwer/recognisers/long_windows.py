"""Long windows: faster-whisper's own `transcribe`, with short encodings and the guard.

It follows the timestamps that the model gives through a window, in as many passes as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper.tokenizer import Tokenizer

from streamwer.recognisers.decoding_guard import RETRY_OPTIONS, DecodingGuard
from streamwer.recognisers.log_mel import FRAMES_PER_SECOND
from streamwer.recognisers.whisper import TimedWhisper


class ShortWhisper(TimedWhisper):
    """A model whose `transcribe` encodes what there is to hear, and decodes under guard.

    Attributes:
        bucket: gives the number of frames to encode for so many that are heard.
        guard: judges what is decoded.
    """

    bucket: Callable[[int], int]
    guard: DecodingGuard
    _heard = 0  # frames of the last encoding that are not padding

    def encode(self, features: Any) -> Any:
        self._heard = int(np.flatnonzero(features.any(axis=0))[-1:].sum()) + 1
        return super().encode(features[:, : self.bucket(self._heard)])

    def encode_whole(self, features: Any) -> Any:
        """Encode features of shape (windows, mels, frames) as they are."""
        return super().encode(features)

    @staticmethod
    def select_rows(encoded: Any, chosen: Sequence[int]) -> Any:
        """Select windows of a batch of encodings, from whichever device; the model takes them back.

        Args:
            encoded: of the windows, shape (windows, positions, width).
            chosen: their indices, in order.
        """
        if len(chosen) == encoded.shape[0]:
            return encoded
        # numpy knows no bfloat16, and a GPU's memory not at all.
        on_cpu = encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)
        chosen_rows = np.ascontiguousarray(np.array(on_cpu)[list(chosen)])
        return ctranslate2.StorageView.from_array(chosen_rows)

    def generate_with_fallback(
        self, encoder_output: Any, prompt: list[int], tokenizer: Tokenizer, options: Any
    ) -> Any:
        decode = super().generate_with_fallback
        budget = self.guard.compute_token_budget(self._heard / FRAMES_PER_SECOND, len(prompt))
        new = self.guard.compute_max_length(budget, len(prompt)) - len(prompt)
        options = replace(options, max_new_tokens=new)
        decoded = decode(encoder_output, prompt, tokenizer, options)
        if not self.guard.has_failed(decoded[0].sequences_ids[0], budget):
            return decoded
        self._meter.add_work(fallbacks=1)
        result, *scores = decode(
            encoder_output, prompt, tokenizer, replace(options, **RETRY_OPTIONS)
        )
        return self._truncate_result(result, budget, tokenizer.timestamp_begin), *scores

    def _truncate_result(self, result: Any, budget: int, zero: int) -> Any:
        tokens = result.sequences_ids[0]
        fitting = self.guard.truncate(tokens, budget)
        if fitting == tokens:
            return result
        # With a timestamp at its end `transcribe` takes the pass for complete, and goes on.
        closed = [*fitting, zero + self._heard // self.input_stride] if fitting else []
        return SimpleNamespace(sequences_ids=[closed], no_speech_prob=result.no_speech_prob)
