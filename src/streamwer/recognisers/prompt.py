"""Tokens around a window: the text before it, and what it must begin with."""

from __future__ import annotations

from faster_whisper.tokenizer import Tokenizer


class Prompts:
    """Builds decoder prompts.

    Args:
        tokenizer: of the model, with its language.
        longest: most tokens of earlier text; Whisper knows 223.
    """

    def __init__(self, tokenizer: Tokenizer, longest: int) -> None:
        self._tokenizer, self._longest = tokenizer, longest

    def earlier(self, text: str) -> list[int]:
        """The last of the text before a window, beginning at a word."""
        if not text.strip() or not self._longest:
            return []
        return self._cut(self._tokenizer.encode(" " + text.strip()), self._longest)

    def full(self, earlier: list[int]) -> list[int]:
        """The whole prompt of a window whose text is wanted without timestamps."""
        tokenizer = self._tokenizer
        before = [tokenizer.sot_prev, *earlier] if earlier else []
        return [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def level(self, prompts: list[list[int]]) -> list[list[int]]:
        """Cut earlier texts to the length of the shortest: a batch needs them equally long.

        Where a cut at a word falls short of that, the mark before the text is repeated.
        """
        shortest = min(map(len, prompts))
        mark = self._tokenizer.sot_prev
        cut = [self._cut(prompt, shortest) for prompt in prompts]
        return [[mark] * (shortest - len(prompt)) + prompt for prompt in cut]

    def _cut(self, tokens: list[int], longest: int) -> list[int]:
        if len(tokens) <= longest:
            return tokens
        kept = tokens[len(tokens) - longest :]
        begins = (self._tokenizer.decode([token]).startswith(" ") for token in kept)
        return kept[next((i for i, begin in enumerate(begins) if begin), len(kept)) :]
