"""The beginnings of bundled calls as a data set: as true as the calls, and heard in less time."""

from __future__ import annotations

import json
from pathlib import Path

from streamwer import audio

CALLS = Path(__file__).parents[2] / "data/toy_calls"
TOY = ("model=reference", "dataset=toy_calls")
"""What runs on them in seconds: the default comparison takes minutes."""
SECONDS = 3.9
"""Of the first calls: their first sentence, and a bit of the pause after it."""


def beginnings(folder: Path, count: int = 3) -> None:
    folder.mkdir(parents=True)
    rows = (CALLS / "metadata.jsonl").read_text().splitlines()[:count]
    cut = [_cut(json.loads(row), folder) for row in rows]
    (folder / "metadata.jsonl").write_text("".join(f"{row}\n" for row in cut))


def _cut(row: dict[str, object], folder: Path) -> str:
    name, words = str(row["file_name"]), row["words"]
    samples = audio.load_audio(CALLS / name)[: round(SECONDS * audio.SAMPLE_RATE)]
    audio.write_flac(folder / name, samples)
    assert isinstance(words, list)
    said = [word for word in words if word["end"] < SECONDS]
    return json.dumps(row | {"words": said, "text": " ".join(word["text"] for word in said)})
