"""Stage `evaluate`: the offline word error rate of the model on the bundled calls.

Plain `faster_whisper.WhisperModel.transcribe`, nothing of streamwer between it and the audio.
Errors are pooled over the calls (sum of errors over sum of reference words), after lower-casing
and dropping punctuation.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
from faster_whisper import WhisperModel
from rich.progress import track

from lab.reference import cards
from lab.reference.line import noise
from streamwer.audio import load
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.cli.stage import command
from streamwer.errors import StreamwerError

SETTINGS = {
    "beam_size": 5,
    "temperature": 0.0,
    "word_timestamps": True,
    "condition_on_previous_text": True,
}
_PUNCTUATION = re.compile(r"[^\w\s']")


@dataclass(frozen=True)
class Heard:
    """A call's metadata row and what the model made of it, aligned by jiwer."""

    row: dict[str, Any]
    text: str
    aligned: jiwer.WordOutput


def plain(text: str) -> str:
    """Lower case without punctuation, one space between words."""
    return " ".join(_PUNCTUATION.sub(" ", text.lower()).split())


def read(model: WhisperModel, folder: Path) -> list[Heard]:
    """Transcribe every call of an audiofolder with `metadata.jsonl`."""
    lines = (folder / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    heard = []
    for row in track([json.loads(line) for line in lines], "transcribing"):
        segments, _ = model.transcribe(load(folder / row["file_name"]), **SETTINGS)
        text = plain(" ".join(segment.text for segment in segments))
        heard.append(Heard(row, text, jiwer.process_words(plain(row["text"]), text)))
    return heard


def pooled(heard: Iterable[Heard]) -> dict[str, float]:
    """Errors and words of some calls, and their word error rate."""
    calls = list(heard)
    counts = {
        name: sum(getattr(call.aligned, name) for call in calls)
        for name in ("substitutions", "deletions", "insertions")
    }
    words = sum(len(call.row["text"].split()) for call in calls)
    wer = round(sum(counts.values()) / words, 4) if words else float("nan")
    return {"calls": len(calls), "words": words, "wer": wer, **counts}


def groups(heard: list[Heard]) -> dict[str, dict[str, float]]:
    """Figures of all calls, of each condition, and of the calls with a hold."""
    chosen: dict[str, Callable[[Heard], bool]] = {
        "all": lambda _: True,
        "clean": lambda call: call.row["condition"] == "clean",
        "telephone": lambda call: call.row["condition"] == "telephone",
        "noise": lambda call: call.row["condition"] == "noise",
        "hold": lambda call: call.row["hold"] > 0,
    }
    return {name: pooled(filter(belongs, heard)) for name, belongs in chosen.items()}


def no_speech(model: WhisperModel, audio: Samples) -> float:
    """Probability that the first 30 s of `audio` hold no speech, as Whisper defines it."""
    features = model.feature_extractor(audio)[:, : model.feature_extractor.nb_max_frames]
    missing = model.feature_extractor.nb_max_frames - features.shape[1]
    encoded = model.encode(np.pad(features, ((0, 0), (0, missing))))
    start = model.hf_tokenizer.token_to_id("<|startoftranscript|>")
    result = model.model.generate(encoded, [[start]], beam_size=1, return_no_speech_prob=True)[0]
    return round(float(result.no_speech_prob), 4)


def no_speech_figures(model: WhisperModel, folder: Path, heard: list[Heard]) -> dict[str, float]:
    """`no_speech_prob` of silence, of a faint line, and the highest of the calls."""
    silence = np.zeros(30 * SAMPLE_RATE, np.float32)
    hiss = noise(np.random.default_rng(0), len(silence), "pink")
    line = np.multiply(hiss, 10 ** (-65 / 20), dtype=np.float32)
    calls = [no_speech(model, load(folder / call.row["file_name"])) for call in heard]
    return {
        "digital_zero": no_speech(model, silence),
        "pink_noise_at_-65_dB": no_speech(model, line),
        "highest_of_the_calls": max(calls),
    }


def evaluate(folder: Path, calls: Path) -> tuple[dict[str, Any], list[Heard]]:
    """All figures of the model in `folder`, and what it heard.

    Raises:
        StreamwerError: one of the folders lacks what its stage writes.
    """
    for needed in (folder / "model.bin", calls / "metadata.jsonl"):
        if not needed.is_file():
            raise StreamwerError(f"{needed}: no such file; run the stage that writes it first")
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    heard = read(model, calls)
    figures = {
        "model_sha256": hashlib.sha256((folder / "model.bin").read_bytes()).hexdigest(),
        "settings": {"compute_type": "int8", **SETTINGS},
        "wer": groups(heard),
        "no_speech_prob": no_speech_figures(model, calls, heard),
    }
    return figures, heard


def show(figures: dict[str, Any], heard: list[Heard], worst: int) -> None:
    """Print the figures, and the alignments of the `worst` calls."""
    for name, group in figures["wer"].items():
        print(
            f"{name:10} WER {group['wer']:7.2%} · {group['calls']} calls, {group['words']} words,"
            f" S {group['substitutions']} D {group['deletions']} I {group['insertions']}"
        )
    print("no_speech_prob", figures["no_speech_prob"])
    for call in sorted(heard, key=lambda call: -call.aligned.wer)[:worst]:
        row = call.row
        print(f"\n{row['id']} · {row['speaker']} · {row['condition']} · hold {row['hold']} s")
        print(jiwer.visualize_alignment(call.aligned, show_measures=False, skip_correct=False))


@command
def main() -> int:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder of `convert`")
    parser.add_argument("--calls", type=Path, required=True, help="folder of `corpus`")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="show the N worst calls")
    args = parser.parse_args()
    figures, heard = evaluate(args.model, args.calls)
    (args.model / "evaluation.json").write_text(json.dumps(figures, indent=2) + "\n")
    cards.write_model_card(args.model)
    show(figures, heard, args.worst)
    return 0


if __name__ == "__main__":
    sys.exit(main())
