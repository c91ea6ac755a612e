"""Detection of failed decodings: those that run on, and those that repeat themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio

from streamwer.text.repetition import find_loop
from streamwer.text.words import is_word

RETRY_OPTIONS = {"repetition_penalty": 1.2, "no_repeat_ngram_size": 4}
"""How a decoding that failed is done again: at temperature 0 still, so that it is the same on
every run."""
_LEAST = 16  # tokens granted whatever the length of the audio


class DecodingGuard:
    """Judges the decodings of one model.

    Args:
        tokenizer: of the model.
        context: tokens that its decoder knows, prompt and text together; Whisper's knows 448.
        tokens_per_s: of fast speech, with some to spare.
        compression_ratio: a text that compresses better repeats itself.
    """

    def __init__(
        self, tokenizer: Tokenizer, context: int, tokens_per_s: float, compression_ratio: float
    ) -> None:
        self._tokenizer, self._context = tokenizer, context
        self._tokens_per_s, self._compression_ratio = tokens_per_s, compression_ratio

    def compute_token_budget(self, seconds: float, prompt: int) -> int:
        """Return how many tokens a window of that length may give after a prompt of that length.

        Less than the model can give, so that a text which runs on to the very end shows.
        """
        # CTranslate2 gives at most so many, though the decoder knows twice as many.
        most = min(self._context // 2, self._context - prompt + 1)
        return min(_LEAST + int(seconds * self._tokens_per_s), most - 1)

    @staticmethod
    def compute_max_length(budget: int, prompt: int) -> int:
        """Return CTranslate2's `max_length` with which it gives one token beyond the budget."""
        return max(2 * (budget + 1), budget + prompt)

    def has_failed(self, tokens: Sequence[int], budget: int) -> bool:
        """Tell whether a decoding should be done again."""
        if len(tokens) > budget:
            return True
        text = self._tokenizer.decode(list(tokens)).strip()
        if not text:
            return False
        dense = get_compression_ratio(text) > self._compression_ratio
        return dense or find_loop(list(filter(is_word, text.split()))) is not None

    def truncate(self, tokens: list[int], budget: int) -> list[int]:
        """Cut a failed decoding to whole words in the budget, before any loop.

        Timestamps count and stay, except at the end of what is cut.
        """
        words, groups = self._tokenizer.split_to_word_tokens(tokens)
        fitting = int(np.searchsorted(np.cumsum([len(group) for group in groups]), budget, "right"))
        spoken = [i for i in range(fitting) if groups[i][0] < self._tokenizer.eot]
        sounding = [i for i in spoken if is_word(words[i])]  # what is dropped parts no loop
        end = find_loop([words[i].strip() for i in sounding])
        if end is None and len(tokens) <= budget:
            return tokens
        last = max(spoken if end is None else sounding[:end], default=-1)
        return [token for group in groups[: last + 1] for token in group]
