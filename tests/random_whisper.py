"""Whisper models with random weights, in the real shapes and the real file layout, without torch.

They load and decode exactly as the real ones do and cost the same per call; only their words mean
nothing. A random model hardly ever ends by itself: bound its decoding with `max_new_tokens`.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase

import numpy as np
from ctranslate2.specs import whisper_spec
from faster_whisper.tokenizer import _LANGUAGE_CODES
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

Weights = NDArray[np.float32]

TEXT_TOKENS = 50_256
LANGUAGES = tuple(_LANGUAGE_CODES[:99])
TIMESTAMPS = tuple(f"<|{index * 0.02:.2f}|>" for index in range(1501))
SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{code}|>" for code in LANGUAGES),
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nocaptions|>",
    "<|notimestamps|>",
)
SPACE = "Ġ"  # how byte-level tokenizers write the space before a word


@dataclass(frozen=True)
class Shape:
    """Sizes of an English-only Whisper model (vocabulary 51,864, 80 mels)."""

    width: int
    heads: int
    layers: int
    mels: int = 80


TINY = Shape(width=384, heads=6, layers=4)
BASE = Shape(width=512, heads=8, layers=6)
SMALL = Shape(width=768, heads=12, layers=12)


def build(folder: Path, shape: Shape = TINY, quantization: str = "int8", seed: int = 0) -> Path:
    """Write a model that `faster_whisper.WhisperModel` loads; the same seed gives the same model.

    Args:
        folder: created; gets model.bin, config.json, vocabulary.json and tokenizer.json.
        quantization: a CTranslate2 type, such as "int8", "float16" or "float32".
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokens = text_tokens() + list(SPECIAL) + list(TIMESTAMPS)
    spec = whisper_spec.WhisperSpec(shape.layers, shape.heads, shape.layers, shape.heads)
    _fill(spec, shape, len(tokens), np.random.default_rng(seed))
    spec.register_vocabulary(tokens)
    _configure(spec.config, shape, tokens)
    spec.validate()
    spec.optimize(quantization)
    spec.save(str(folder))
    tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def text_tokens() -> list[str]:
    """Whisper's number of text tokens: the 256 bytes, then letter pairs, then pairs of pairs."""
    return [*_byte_tokens(), *("".join(merge) for merge in _merges())]


def tokenizer() -> Tokenizer:
    """A byte-level tokenizer over `text_tokens`; English takes about three letters a token."""
    vocabulary = {token: index for index, token in enumerate(text_tokens())}
    built = Tokenizer(models.BPE(vocabulary, _merges()))
    built.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    built.decoder = decoders.ByteLevel()
    built.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    built.add_tokens([AddedToken(token, special=False) for token in TIMESTAMPS])
    return built


def _byte_tokens() -> list[str]:
    return sorted(pre_tokenizers.ByteLevel.alphabet())


def _merges() -> list[tuple[str, str]]:
    pairs = list(itertools.product(SPACE + ascii_lowercase, ascii_lowercase))
    inner = ["".join(pair) for pair in pairs if pair[0] != SPACE]
    quads = itertools.product(("".join(pair) for pair in pairs), inner)
    return list(itertools.islice(itertools.chain(pairs, quads), TEXT_TOKENS - 256))


def _configure(config: whisper_spec.WhisperConfig, shape: Shape, tokens: list[str]) -> None:
    number = {token: index for index, token in enumerate(tokens)}
    end, begin = number["<|endoftext|>"], number["<|startoftranscript|>"]
    config.suppress_ids = list(range(begin, number["<|notimestamps|>"]))
    config.suppress_ids_begin = [end]
    config.lang_ids = [number[f"<|{code}|>"] for code in LANGUAGES]
    upper = range(shape.layers // 2, shape.layers)
    config.alignment_heads = list(itertools.product(upper, range(shape.heads)))


def _fill(
    spec: whisper_spec.WhisperSpec, shape: Shape, vocabulary: int, rng: np.random.Generator
) -> None:
    width = shape.width
    _linear(spec.encoder.conv1, (width, shape.mels, 3), rng)
    _linear(spec.encoder.conv2, (width, width, 3), rng)
    spec.encoder.position_encodings.encodings = _normal((1500, width), rng)
    spec.decoder.position_encodings.encodings = _normal((448, width), rng)
    spec.decoder.embeddings.weight = _normal((vocabulary, width), rng)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    for half in (spec.encoder, spec.decoder):
        _norm(half.layer_norm, width)
        for layer in half.layer:
            _fill_layer(layer, width, rng)


def _fill_layer(layer: object, width: int, rng: np.random.Generator) -> None:
    sublayers = [getattr(layer, name, None) for name in ("self_attention", "attention")]
    for attention in (sublayer for sublayer in sublayers if sublayer is not None):
        rows = (3, 1) if len(attention.linear) == 2 else (1, 2, 1)
        for linear, parts in zip(attention.linear, rows, strict=True):
            _linear(linear, (parts * width, width), rng)
        _norm(attention.layer_norm, width)
    feed_forward = layer.ffn  # type: ignore[attr-defined]
    _linear(feed_forward.linear_0, (4 * width, width), rng)
    _linear(feed_forward.linear_1, (width, 4 * width), rng)
    _norm(feed_forward.layer_norm, width)


def _linear(spec: object, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    spec.weight = _normal(shape, rng)  # type: ignore[attr-defined]
    spec.bias = np.zeros(shape[0], np.float32)  # type: ignore[attr-defined]


def _norm(spec: object, width: int) -> None:
    spec.gamma = np.ones(width, np.float32)  # type: ignore[attr-defined]
    spec.beta = np.zeros(width, np.float32)  # type: ignore[attr-defined]


def _normal(shape: tuple[int, ...], rng: np.random.Generator) -> Weights:
    # Scaled by the fan-in, so that activations keep their size through the layers.
    scale = np.float32(1 / math.sqrt(math.prod(shape[1:])))
    return rng.standard_normal(shape, dtype=np.float32) * scale
