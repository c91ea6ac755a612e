"""Stage `corpus`: the bundled calls, spoken by voices that training never hears.

Writes FLAC files and `metadata.jsonl` (the Hugging Face audiofolder convention) with the
transcript and the exact time of every word.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lab.reference import cards, grammar
from lab.reference.dialogue import Dialogue, Plan, compose, milliseconds
from lab.reference.line import COLOURS, noise, telephone
from lab.reference.speech import SAMPLE_RATE, Voice
from lab.reference.voices import corpus_voices
from streamwer.audio import write_flac
from streamwer.cli.stage import command

SNR = (12.0, 18.0)
PEAK = (0.4, 0.8)
FAINT = (-70.0, -58.0)  # dB of full scale: what a quiet line still carries
CLOSE_CUT, FAR_CUT = (0.2, 0.4), 1.0
LENGTHS = {"short": (15.0, 16.4), "long": (34.0, 36.0), "hold": (31.0, 38.0)}
HOLD = (20.0, 22.0)

# Where things happen among the calls, counted from 0.
TELEPHONE = frozenset(range(2, 34, 4))
NOISY = frozenset(range(3, 35, 4))
HOLDS = frozenset((5, 10, 13, 20, 29))
LONG = frozenset((16,))
NO_LINE_NOISE = frozenset((4, 13, 17, 25, 33))  # digital zero between words, 13 in its hold too


@dataclass(frozen=True)
class Call:
    """A call of the corpus: audio (n,), and what `metadata.jsonl` says of it."""

    audio: np.ndarray
    row: dict[str, object]


def condition(index: int) -> str:
    """What line call number `index` comes over."""
    if index in TELEPHONE:
        return "telephone"
    return "noise" if index in NOISY else "clean"


def plan(index: int, voice: Voice, rng: random.Random) -> Plan:
    """What call number `index` shall be."""
    kind = "hold" if index in HOLDS else "long" if index in LONG else "short"
    cut = index % 3 == 2
    return Plan(
        voice=voice,
        seconds=LENGTHS[kind],
        hold=milliseconds(rng, HOLD) if kind == "hold" else 0.0,
        closes=not cut,
        tail=milliseconds(rng, CLOSE_CUT) if cut else FAR_CUT,
    )


def recorded(dialogue: Dialogue, index: int, rng: random.Random) -> np.ndarray:
    """The dialogue as its line delivers it: level, noise, telephone band; within ±1."""
    dry = dialogue.samples / np.abs(dialogue.samples).max() * rng.uniform(*PEAK)
    generator = np.random.default_rng(rng.randrange(2**31))
    heard = condition(index)
    if heard == "noise":
        level = speech_level(dry, dialogue) * 10 ** (-rng.uniform(*SNR) / 20)
    else:
        level = 0.0 if index in NO_LINE_NOISE else 10 ** (rng.uniform(*FAINT) / 20)
    if level:
        dry = dry + level * noise(generator, len(dry), COLOURS[(index // 4 + 1) % len(COLOURS)])
    wet = telephone(dry) if heard == "telephone" else dry
    return (wet * min(1.0, 0.97 / np.abs(wet).max())).astype(np.float32)


def speech_level(dry: np.ndarray, dialogue: Dialogue) -> float:
    """Root mean square of the samples inside words."""
    spans = [
        dry[round(word.start * SAMPLE_RATE) : round(word.end * SAMPLE_RATE)]
        for word in dialogue.words
    ]
    return float(np.sqrt(np.mean(np.concatenate(spans) ** 2)))


def calls(count: int, speakers: int, seed: int) -> list[Call]:
    """All calls of the corpus; a voice that calls again does so on a different kind of line."""
    voices = corpus_voices(speakers, seed)
    rng = random.Random(seed)
    used: set[str] = set()
    made = []
    for index in range(count):
        planned = plan(index, voices[(index + index // speakers) % speakers], rng)
        dialogue = compose(planned, rng, used)
        used.update(dialogue.sentences)
        made.append(Call(recorded(dialogue, index, rng), _row(index, planned, dialogue)))
    return made


def _row(index: int, planned: Plan, dialogue: Dialogue) -> dict[str, object]:
    name = f"call_{index + 1:02}"
    words = [
        {"text": word.text, "start": round(word.start, 3), "end": round(word.end, 3)}
        for word in dialogue.words
    ]
    return {
        "file_name": f"{name}.flac",
        "id": name,
        "text": " ".join(word.text for word in dialogue.words),
        "sentences": [grammar.transcript(sentence) for sentence in dialogue.sentences],
        "speaker": planned.voice.name,
        "condition": condition(index),
        "hold": planned.hold,
        "words": words,
    }


def write(made: list[Call], folder: Path) -> float:
    """Write the calls, their metadata and the data card; returns the minutes of audio."""
    folder.mkdir(parents=True, exist_ok=True)
    for call in made:
        write_flac(folder / str(call.row["file_name"]), call.audio)
    lines = [json.dumps(call.row) + "\n" for call in made]
    (folder / "metadata.jsonl").write_text("".join(lines), encoding="utf-8")
    minutes = sum(len(call.audio) for call in made) / SAMPLE_RATE / 60
    rows = [call.row for call in made]
    (folder / "README.md").write_text(cards.corpus(rows, minutes), encoding="utf-8")
    return minutes


@command
def main() -> int:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--speakers", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    minutes = write(calls(args.calls, args.speakers, args.seed), args.out)
    print(f"{args.calls} calls by {args.speakers} voices, {minutes:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
