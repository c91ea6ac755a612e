"""The folder `data/calls`: FLAC files, `metadata.jsonl` and the data card."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.calls.assembly import Recording
from lab.calls.evaluation import read_rows
from lab.calls.script import Call
from streamwer import audio
from streamwer.types import Word

FIGURES = "figures.json"
CARD = Path(__file__).with_name("card.md")


def describe_call(call: Call, recording: Recording, aligned: Sequence[Word]) -> dict[str, Any]:
    """Make the row of `metadata.jsonl` of one call.

    Args:
        call: what was said.
        recording: before its condition; its words are timed by the voice itself.
        aligned: the same words as the forced aligner placed them.
    """
    return {
        "file_name": f"{call.id}.flac",
        "id": call.id,
        "text": " ".join(call.sentences),
        "speaker": call.speaker,
        "condition": call.group,
        "chain": call.condition,
        "hold": call.hold_s,
        "words": _list_words(recording.words),
        "words_forced_base": _list_words(aligned),
    }


def write_metadata(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows of an audiofolder."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "metadata.jsonl").write_text("".join(lines), encoding="utf-8")


def write_figures(folder: Path, figures: Mapping[str, Any]) -> None:
    """Write what was measured of the calls, `figures.json`, which the card quotes."""
    (folder / FIGURES).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def read_figures(folder: Path) -> dict[str, Any]:
    """Read what was measured of the calls."""
    figures: dict[str, Any] = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    return figures


def write_card(folder: Path) -> None:
    """Write the data card of a folder from its rows, its audio and its figures."""
    figures = read_figures(folder)
    rows = read_rows(folder)
    minutes = sum(len(audio.load_audio(folder / row["file_name"])) for row in rows) / 960_000
    holds = [row["hold"] for row in rows if row["hold"]]
    counted = Counter(row["condition"] for row in rows)
    text = CARD.read_text(encoding="utf-8").format(
        calls=len(rows),
        minutes=minutes,
        speakers=len({row["speaker"] for row in rows}),
        holds=len(holds),
        shortest=min(holds),
        longest=max(holds),
        rates=_format_rates(figures["wer"]),
        **counted,
        kokoro=figures["leads"]["kokoro"],
        piper=figures["leads"]["piper"],
        **figures["alignment"],
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def _list_words(words: Sequence[Word]) -> list[dict[str, Any]]:
    return [{"text": word.text, "start": word.start, "end": word.end} for word in words]


def _format_rates(rates: Mapping[str, Mapping[str, float]]) -> str:
    names = ("clean", "telephone", "noise", "all")
    lines = ["| model | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for model, by_condition in rates.items():
        cells = " | ".join(f"{by_condition[name]:.1%}" for name in names)
        lines.append(f"| {model} | {cells} |")
    return "\n".join(lines)
