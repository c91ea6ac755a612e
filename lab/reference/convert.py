"""Stage `convert`: a checkpoint of `train` becomes an int8 folder that faster-whisper loads.

`faster_whisper.WhisperModel(folder)` needs nothing else: the tokenizer and the settings of the
feature extractor lie beside the weights, so nothing is fetched from a hub.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from ctranslate2.converters.transformers import WhisperLoader
from tokenizers import Tokenizer
from transformers import WhisperForConditionalGeneration

from lab.reference import cards, tokens
from lab.reference.train import LISTENING_HEAD
from streamwer.cli.stage import command
from streamwer.errors import ModelError
from streamwer.models import checksums

_LOADED = (
    *("config.json", "model.bin", "preprocessor_config.json"),
    *("tokenizer.json", "vocabulary.json"),
)

# Whisper's own front end; faster-whisper reads those of its parameters it knows.
FEATURES = {
    "feature_size": 80,
    "sampling_rate": 16_000,
    "hop_length": 160,
    "chunk_length": 30,
    "n_fft": 400,
}
# Never text. `<|notimestamps|>` stays: it is part of the prompt, and the timestamp rules ban it.
_NEVER_DECODED = tuple(
    token for token in tokens.SPECIALS if token not in ("<|endoftext|>", "<|notimestamps|>")
)


def read(checkpoint: Path) -> tuple[WhisperForConditionalGeneration, Tokenizer]:
    """The weights and the tokenizer of a checkpoint folder.

    Raises:
        ModelError: something is missing, or the two do not belong together.
    """
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        if not (checkpoint / name).is_file():
            raise ModelError(f"{checkpoint} is no checkpoint of `train`: it has no {name}")
    model = WhisperForConditionalGeneration.from_pretrained(checkpoint, dtype="float32")
    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    size = tokenizer.get_vocab_size()
    if size != model.config.vocab_size:
        expected = model.config.vocab_size
        raise ModelError(f"{checkpoint}: the tokenizer has {size} tokens, the model {expected}")
    if tokenizer.token_to_id("<|nospeech|>") is None:
        raise ModelError(f"{checkpoint}: the tokenizer has no <|nospeech|> token")
    return model, tokenizer


def convert(checkpoint: Path, out: Path) -> None:
    """Write `checkpoint` (safetensors and tokenizer.json) as an int8 CTranslate2 model.

    Raises:
        ModelError: the folder is no checkpoint of `train`.
    """
    model, tokenizer = read(checkpoint)
    spec = WhisperLoader().get_model_spec(model)
    spec.register_vocabulary([tokenizer.id_to_token(i) for i in range(model.config.vocab_size)])
    spec.config.suppress_ids = [tokenizer.token_to_id(token) for token in _NEVER_DECODED]
    spec.config.suppress_ids_begin = [tokenizer.token_to_id("<|endoftext|>")]
    spec.config.lang_ids = []  # without language tokens CTranslate2 takes it as English-only
    # The head that `train` teaches to look where each word is heard.
    spec.config.alignment_heads = [(model.config.decoder_layers - 1, LISTENING_HEAD)]
    spec.validate()
    spec.optimize(quantization="int8")
    out.mkdir(parents=True, exist_ok=True)
    spec.save(str(out))
    shutil.copyfile(checkpoint / "tokenizer.json", out / "tokenizer.json")
    (out / "preprocessor_config.json").write_text(json.dumps(FEATURES, indent=2) + "\n")
    checksums.seal(out, _LOADED)


@command
def main() -> int:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder of `train`")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    convert(args.checkpoint, args.out)
    (args.out / "evaluation.json").unlink(missing_ok=True)  # figures of another model
    cards.write_model_card(args.out)
    size = sum(file.stat().st_size for file in args.out.iterdir())
    print(f"{args.out}: {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
