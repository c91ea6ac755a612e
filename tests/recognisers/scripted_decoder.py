"""A model that says what it is told to: for tests of what is made of its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from faster_whisper.tokenizer import Tokenizer

from streamwer.recognisers.engines.direct import Direct


class ScriptedDecoder:
    """Stands before a CTranslate2 model, whose encodings and alignments are real.

    Args:
        model: the real one.
        said: the tokens that a decoding gives, by its options; as many as CTranslate2 would let
            it give.
    """

    def __init__(self, model: Any, said: Callable[[dict[str, Any]], Sequence[int]]) -> None:
        self._model, self._said = model, said
        self.no_speech_prob, self.score = 0.0, 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, encoded: Any, prompts: list[list[int]], **options: Any) -> list[Any]:
        longest = options["max_length"]
        room = min(longest // 2, longest - len(prompts[0]) + 1)
        text = list(self._said(options))[:room]
        return [
            SimpleNamespace(
                sequences_ids=[text], no_speech_prob=self.no_speech_prob, scores=[self.score]
            )
            for _ in prompts
        ]


def tokenizer(engine: Direct) -> Tokenizer:
    """Of the engine's model."""
    return Tokenizer(engine._model.hf_tokenizer, multilingual=False)


def says(engine: Direct, *texts: Sequence[int]) -> ScriptedDecoder:
    """Make an engine's model say the first text, and the last when it is asked again."""
    real = engine._model.model
    real = real._model if isinstance(real, ScriptedDecoder) else real

    def said(options: dict[str, Any]) -> Sequence[int]:
        return texts[-1] if options.get("no_repeat_ngram_size") else texts[0]

    engine._model.model = ScriptedDecoder(real, said)
    return engine._model.model
