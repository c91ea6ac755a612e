"""What one long recording takes in every stage, and whether it stays as good to its end.

The bundled calls are joined, again and again, to one recording; it is prepared, aligned by the
bundled model, played to a system with the clock `profile`, scored and reported, each stage in a
process of its own. `telephone` prepares it as it would come from a telephone line.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import count as counted
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from omegaconf import OmegaConf

from streamwer import audio, eventlog
from streamwer.cli.common.arguments import parse_count
from streamwer.cli.common.run_command import stage_command
from streamwer.config.compose import compose_config
from streamwer.metrics import store
from streamwer.metrics.latency import select_timed_words
from streamwer.types import Step
from tools.measuring import ROOT, run

CALLS = ROOT / "data/toy_calls"
MODEL = f"{ROOT}/models/reference"
QUARTERS = 4


def create_parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tools.time_long", description=__doc__)
    made.add_argument(
        "--minutes", type=parse_count, default=60, help="of the recording, at least (60)"
    )
    made.add_argument("--system", default="prefix_agreement", help="a policy of conf/policy")
    return made


@stage_command
def main() -> int:
    args = create_parser().parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        calls = prepare_folder(folder, args.minutes, args.system)
        print(f"{calls} calls joined to one recording; processor seconds, the start included")
        print(f"{'stage':12} {'peak MB':>8} {'seconds':>8}", flush=True)
        stages = list_stages(args.system).items()
        said = {name: run_stage(folder, name, *does) for name, does in stages}
        print(said["align forced"])
        print(summarise_figures(folder, args.system))
    return 0


def prepare_folder(folder: Path, minutes: int, system: str) -> int:
    """The calls, listed as often as needed, and the choices; how many calls that are."""
    shutil.copytree(CALLS, folder / "calls")
    rows = list(_iterate_rows(minutes))
    lines = (f"{json.dumps(row)}\n" for row in rows)
    (folder / "calls/metadata.jsonl").write_text("".join(lines), encoding="utf-8")
    OmegaConf.save(compose_config(list_overrides(system)), folder / "params.yaml", resolve=True)
    return len(rows)


def list_overrides(system: str) -> list[str]:
    """Of the comparison: one recording, one system, no Ray."""
    return [
        "dataset.name=one_long",
        "dataset.path=calls",
        "dataset.columns.session=session",
        "dataset.columns.condition=''",
        "dataset.concatenate.by=session",
        "dataset.concatenate.seconds=1e6",
        f"policy=[{system}]",
        f"model.path={MODEL}",
        "clock=profile",
        "cluster=local",
    ]


def _iterate_rows(minutes: int) -> Iterator[dict[str, Any]]:
    text = (CALLS / "metadata.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    lengths = [
        audio.samples_to_seconds(len(audio.load_audio(CALLS / row["file_name"]))) for row in rows
    ]
    seconds = 0.0
    for number in counted():
        for row, length in zip(rows, lengths, strict=True):
            if seconds >= 60 * minutes:
                return
            seconds += length
            yield {**row, "id": f"{number:03}-{row['id']}", "session": "all"}


def list_stages(system: str) -> dict[str, tuple[str, ...]]:
    """The module of each, and its arguments."""
    aligner = ["alignment=forced", "model@alignment.model=reference"]
    aligner += [
        f"alignment.model.path={MODEL}",
        "alignment.allow_same_model=true",
        "alignment.by_character=false",
    ]
    return {
        "telephone": ("pipeline.prepare", *list_overrides(system), "condition=telephone"),
        "prepare": ("pipeline.prepare",),
        "align forced": ("pipeline.align", "--check", *list_overrides(system), *aligner),
        "align none": ("pipeline.align",),
        "stream": ("pipeline.stream", "--system", system),
        "score": ("pipeline.score", "--system", system),
        "report": ("pipeline.report",),
    }


def run_stage(folder: Path, name: str, module: str, *arguments: str) -> str:
    """Run it, and print what it took; what it said."""
    took = run(module, *arguments, folder=folder)
    print(f"{name:12} {took.peak_mb:8} {took.seconds:8.0f}", flush=True)
    return took.said


def summarise_figures(folder: Path, system: str) -> str:
    """Errors and lag of the whole, and what a decoding takes and how late words are by quarter."""
    found = json.loads((folder / f"metrics/{system}.json").read_text())
    rows = pq.read_table(folder / "reports/comparison/figures.parquet").to_pylist()
    slope = next(row["value"] for row in rows if row["metric"] == "lag_slope")
    lines = [
        f"WER {found['wer']:.1%}, lag slope {slope:.4f}, median word after"
        f" {found['commit_p50']:.2f} s, LAAL {found['laal']:.1f} s",
        f"{'quarter':12} {'frames':>8} {'prompt':>8} {'median, s':>10}   (frames encoded and"
        " tokens of prompt a decoding)",
    ]
    (steps,) = eventlog.iterate_recordings(folder / f"data/events/{system}")
    words = select_timed_words(store.read_scores(folder / f"data/scores/{system}").scores.words)
    late = (words["committed"] - words["end"]).to_numpy()
    quarter = (QUARTERS * words["end"] / steps[-1].audio_end).clip(upper=QUARTERS - 1).astype(int)
    for number in range(QUARTERS):
        encoded, prompted = _average_decoding(_select_quarter(steps, number))
        median = np.median(late[quarter == number])
        lines.append(f"{number + 1:<12} {encoded:8.0f} {prompted:8.0f} {median:10.2f}")
    return "\n".join(lines)


def _select_quarter(steps: tuple[Step, ...], number: int) -> list[Step]:
    whole = steps[-1].audio_end
    return [each for each in steps if number < QUARTERS * each.audio_end / whole <= number + 1]


def _average_decoding(steps: list[Step]) -> tuple[float, float]:
    """Mean frames encoded, and tokens of the prompt."""
    done = sum(each.effort.encodings for each in steps) or 1
    frames = sum(each.effort.encoder_frames for each in steps)
    return frames / done, sum(each.effort.prompt_tokens for each in steps) / done


if __name__ == "__main__":
    sys.exit(main())
