"""Prompt tokens of a window: the text before it, and the prefix that it must begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from streamwer.text.words import is_unspaced

if TYPE_CHECKING:
    from faster_whisper.tokenizer import Tokenizer

BROKEN = "\N{REPLACEMENT CHARACTER}"
"""What bytes that make no whole character are decoded to."""
_BYTES = 4  # of the longest character; a token is one byte at least


class Prompts:
    """Builds decoder prompts.

    Args:
        tokenizer: of the model, with its language.
        longest: most tokens of earlier text; Whisper knows 223.
    """

    def __init__(self, tokenizer: Tokenizer, longest: int) -> None:
        self._tokenizer, self._longest = tokenizer, longest

    def build_prompts(self, texts: Sequence[str]) -> list[list[int]]:
        """Build prompts, equally long, for windows with these texts before them."""
        return [
            self.build_prompt(tokens)
            for tokens in self.equalise([self.encode_earlier(text) for text in texts])
        ]

    def encode_earlier(self, text: str) -> list[int]:
        """Encode the last of the text before a window, beginning at a word."""
        if not text.strip() or not self._longest:
            return []
        tokens = self._tokenizer.encode(" " + text.strip())
        # A text that spells out a control token is no reason to obey it.
        return self._cut_tokens([t for t in tokens if t < self._tokenizer.eot], self._longest)

    def encode_prefix(self, text: str) -> list[int]:
        """Encode the text that a window begins with, as the model would write it."""
        if not text:
            return []
        spaced = text if is_unspaced(text[0]) else f" {text}"
        return [token for token in self._tokenizer.encode(spaced) if token < self._tokenizer.eot]

    def build_prompt(self, earlier: list[int]) -> list[int]:
        """Build the whole prompt of a window whose text is wanted without timestamps."""
        tokenizer = self._tokenizer
        before = [tokenizer.sot_prev, *earlier] if earlier else []
        return [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def equalise(self, prompts: list[list[int]]) -> list[list[int]]:
        """Cut earlier texts to the length of the shortest: a batch needs them equally long.

        Where a cut at a word falls short of that, the mark before the text is repeated.
        """
        shortest = min(map(len, prompts))
        mark = self._tokenizer.sot_prev
        cut = [self._cut_tokens(prompt, shortest) for prompt in prompts]
        return [[mark] * (shortest - len(prompt)) + prompt for prompt in cut]

    def _cut_tokens(self, tokens: list[int], longest: int) -> list[int]:
        if len(tokens) <= longest:
            return tokens
        tail, decode = tokens[len(tokens) - longest :], self._tokenizer.decode
        words = (i for i in range(longest) if decode(tail[i : i + 1]).startswith(" "))
        characters = (i for i in range(longest) if decode(tail[i : i + _BYTES])[0] != BROKEN)
        # A text without spaces is in Chinese, Thai or the like: a whole character has to do.
        begins = words if " " in decode(tokens).strip() else characters
        return tail[next(begins, longest) :]
