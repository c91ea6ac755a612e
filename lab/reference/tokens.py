"""The reference model's tokenizer: 768 byte-level BPE tokens, Whisper's specials, timestamps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

BPE_TOKENS = 768
SPECIALS = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
TIMESTAMPS = tuple(f"<|{i * 0.02:.2f}|>" for i in range(1501))


def trained(lines: Iterable[str]) -> Tokenizer:
    """A tokenizer whose text tokens are learnt from `lines`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=BPE_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[],
        show_progress=False,
    )
    tokenizer.train_from_iterator((f" {line}" for line in lines), trainer)
    specials = [AddedToken(token, special=True) for token in (*SPECIALS, *TIMESTAMPS)]
    tokenizer.add_special_tokens(specials)
    return tokenizer


class Tokens:
    """Token ids of a tokenizer file, by the name of what they mean."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self.size: int = self._tokenizer.get_vocab_size()
        self.end = self._id("<|endoftext|>")
        self.start = self._id("<|startoftranscript|>")
        self.previous = self._id("<|startofprev|>")
        self.no_speech = self._id("<|nospeech|>")
        self.no_timestamps = self._id("<|notimestamps|>")
        self._time = self._id("<|0.00|>")

    def _id(self, token: str) -> int:
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise ValueError(f"the tokenizer has no {token} token")
        return int(found)

    def text(self, words: Sequence[str]) -> list[int]:
        return list(self._tokenizer.encode(" " + " ".join(words)).ids)

    def at(self, seconds: float) -> int:
        """The timestamp token nearest to `seconds` (0-30)."""
        return self._time + round(min(30.0, max(0.0, seconds)) / 0.02)
