"""Prompt tokens of a window: the text before it, and the prefix that it must begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from streamwer.errors import ConfigError
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
        longest: most tokens before a window; Whisper knows 223.
        hotwords: stand before everything.
        initial: the initial prompt, before all earlier text.

    Raises:
        ConfigError: they are longer than that.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        longest: int,
        hotwords: str | None = None,
        initial: str | None = None,
    ) -> None:
        self._tokenizer = tokenizer
        self._hotwords = self._encode_text(hotwords or "")
        self._initial = self._encode_text(initial or "")
        self._room = longest - len(self._hotwords) - len(self._initial)
        if self._room < 0:
            raise ConfigError(
                f"engine.initial_prompt and engine.hotwords have {longest - self._room} tokens, but"
                f" the model takes {longest} before a window: shorten them"
            )

    def build_prompts(self, texts: Sequence[str]) -> list[list[int]]:
        """Build prompts, equally long, for windows with these texts before them."""
        earlier = self.equalise([self.encode_earlier(text) for text in texts])
        return [self.build_prompt(tokens) for tokens in earlier]

    def build_context(self, text: str) -> list[int]:
        """Build what faster-whisper takes as the initial prompt of a window with this text before.

        The hotwords are not in it: faster-whisper puts them before every prompt itself.
        """
        return [*self._initial, *self.encode_earlier(text)]

    def encode_earlier(self, text: str) -> list[int]:
        """Encode the last of the text before a window, beginning at a word."""
        return self._cut_tokens(self._encode_text(text), self._room) if self._room else []

    def encode_prefix(self, text: str) -> list[int]:
        """Encode the text that a window begins with, as the model would write it."""
        if not text:
            return []
        spaced = text if is_unspaced(text[0]) else f" {text}"
        return [token for token in self._tokenizer.encode(spaced) if token < self._tokenizer.eot]

    def build_prompt(self, earlier: list[int]) -> list[int]:
        """Build the whole prompt of a window whose text is wanted without timestamps."""
        tokenizer = self._tokenizer
        before = [*self._hotwords, *self._initial, *earlier]
        marked = [tokenizer.sot_prev, *before] if before else []
        return [*marked, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def equalise(self, prompts: list[list[int]]) -> list[list[int]]:
        """Cut earlier texts to the length of the shortest: a batch needs them equally long.

        Where a cut at a word falls short of that, the mark before the text is repeated.
        """
        shortest = min(map(len, prompts))
        mark = self._tokenizer.sot_prev
        cut = [self._cut_tokens(prompt, shortest) for prompt in prompts]
        return [[mark] * (shortest - len(prompt)) + prompt for prompt in cut]

    def _encode_text(self, text: str) -> list[int]:
        if not text.strip():
            return []
        tokens = self._tokenizer.encode(" " + text.strip())
        # A text that spells out a control token is no reason to obey it.
        return [token for token in tokens if token < self._tokenizer.eot]

    def _cut_tokens(self, tokens: list[int], longest: int) -> list[int]:
        if len(tokens) <= longest:
            return tokens
        tail, decode = tokens[len(tokens) - longest :], self._tokenizer.decode
        words = (i for i in range(longest) if decode(tail[i : i + 1]).startswith(" "))
        characters = (i for i in range(longest) if decode(tail[i : i + _BYTES])[0] != BROKEN)
        # A text without spaces is in Chinese, Thai or the like: a whole character has to do.
        begins = words if " " in decode(tokens).strip() else characters
        return tail[next(begins, longest) :]
