"""Make the bundled calls of `data/calls`, or measure them again.

`make` speaks the script, aligns it and writes audio and metadata; the same versions give the same
files. `evaluate` transcribes them with real Whispers and writes the data card with the figures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.progress import track

from lab.calls import alignment, evaluation, making, models, publishing
from lab.calls.landmarks import summarize_leads
from lab.calls.script import Call, read_script
from lab.calls.speakers import read_speakers
from streamwer import audio
from streamwer.errors import StreamwerError
from streamwer.types import Word

CACHE = Path("data/reference/spoken")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; a user's error is one line and status 1."""
    args = _build_parser().parse_args(arguments)
    try:
        args.run(args)
    except StreamwerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab.calls", description=__doc__)
    commands = parser.add_subparsers(required=True)
    make = commands.add_parser("make", help="speak the calls; needs pip install -e '.[calls]'")
    make.add_argument("--out", type=Path, required=True, help="folder to write to")
    make.add_argument("--aligner", type=Path, required=True, help="model folder of Whisper base")
    make.add_argument("--cache", type=Path, default=CACHE, help="keeps spoken sentences")
    make.set_defaults(run=_make)
    evaluate = commands.add_parser("evaluate", help="measure the calls and write their card")
    evaluate.add_argument("--calls", type=Path, required=True, help="folder that make wrote")
    evaluate.add_argument("--model", type=Path, nargs="+", required=True, help="model folders")
    evaluate.set_defaults(run=_evaluate)
    return parser


def _make(args: argparse.Namespace) -> None:
    models.check_versions()
    calls = read_script()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as unaltered:
        rows, leads = _record(calls, Path(unaltered), args)
        for call, signal in making.alter_calls(calls, Path(unaltered)):
            audio.write_flac(args.out / f"{call.id}.flac", signal)
    publishing.write_metadata(args.out, rows)
    publishing.write_figures(args.out, {"leads": leads})


def _record(
    calls: Sequence[Call], folder: Path, args: argparse.Namespace
) -> tuple[list[dict[str, Any]], dict[str, dict[str, float]]]:
    """Record the calls before their conditions; returns metadata, and the leads by voice."""
    speakers, aligner = read_speakers(), alignment.load_aligner(args.aligner)
    rows: list[dict[str, Any]] = []
    leads: dict[str, list[float]] = defaultdict(list)
    for call in track(calls, "speaking"):
        speaker = speakers[call.speaker]
        spoken = making.speak_call(call, speaker, args.cache)
        leads[speaker.voice] += making.measure_call(spoken)
        recording = making.record_call(call, speaker, spoken)
        audio.write_flac(folder / f"{call.id}.flac", recording.samples)
        aligned = alignment.align_words(aligner, " ".join(call.sentences), recording.samples)
        rows.append(publishing.describe_call(call, recording, aligned))
    return rows, {voice: summarize_leads(found) for voice, found in sorted(leads.items())}


def _evaluate(args: argparse.Namespace) -> None:
    rates = {}
    for model in args.model:
        calls = list(evaluation.transcribe_calls(model, args.calls))
        for call in calls:
            print(f"{model.name} {call.row['id']}: {call.errors} of {call.words} words")
        rates[model.name] = evaluation.pool_by_condition(calls)
        print(f"{model.name}: {rates[model.name]}")
    rows = evaluation.read_rows(args.calls)
    pairs = [(_parse_words(row["words_forced_base"]), _parse_words(row["words"])) for row in rows]
    measured = {"wer": rates, "alignment": alignment.summarize_deviations(pairs)}
    publishing.write_figures(args.calls, publishing.read_figures(args.calls) | measured)
    publishing.write_card(args.calls)


def _parse_words(items: Sequence[dict[str, Any]]) -> list[Word]:
    return [Word(item["text"], item["start"], item["end"]) for item in items]


if __name__ == "__main__":
    sys.exit(main())
