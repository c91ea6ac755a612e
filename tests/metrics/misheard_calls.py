"""The bundled calls as a bad listener would have heard them: the same ones on every run."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from streamwer.types import Reference, Word

CALLS = Path(__file__).parents[2] / "data/toy_calls/metadata.jsonl"


def calls() -> list[Reference]:
    """The bundled calls with their word times."""
    rows = [json.loads(line) for line in CALLS.read_text().splitlines()]
    return [
        Reference(
            recording=row["id"],
            audio=row["file_name"],
            seconds=row["words"][-1]["end"] + 0.5,
            text=row["text"],
            words=tuple(Word(w["text"], w["start"], w["end"]) for w in row["words"]),
        )
        for row in rows
    ]


def misheard(references: Sequence[Reference], share: float, seed: int) -> list[list[str]]:
    """Each call's words, a third of `share` each deleted, replaced, and followed by another."""
    rng = random.Random(seed)
    vocabulary = sorted({word for each in references for word in each.text.split()})
    return [_misheard(each.text.split(), vocabulary, share / 3, rng) for each in references]


def _misheard(
    words: Sequence[str], vocabulary: Sequence[str], each: float, rng: random.Random
) -> list[str]:
    found = []
    for word in words:
        fate = rng.random()
        if fate < each:
            continue
        found.append(rng.choice(vocabulary) if fate < 2 * each else word)
        if fate > 1 - each:
            found.append(rng.choice(vocabulary))
    return found
