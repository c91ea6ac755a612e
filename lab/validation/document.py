"""What was found: JSON for programs, tables for people, and the block of docs/validation.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from lab.validation import agreement
from lab.validation.agreement import Capacity, Pair, Verdict, compute_median
from lab.validation.figures import Figures
from streamwer._util.rounding import round_number
from streamwer.errors import StreamwerError
from streamwer.reports import files

SCHEMA = 1
FIGURE = "latency.svg"
BEGIN, END = "<!-- begin: make validate -->", "<!-- end: make validate -->"
_DIGITS = 4
_NOT_COMPARED = "| capacity | not compared: no loads around it were played | – | |"
_SHAPED = ("waits", "late")
_PERCENTILES = range(1, 100)


@dataclass(frozen=True)
class Findings:
    """Everything that was found out.

    Attributes:
        system: its name.
        policy: its values.
        level: p95 up to which a load is carried, seconds.
        capacity: streams of which the loads are shares.
        span: seconds that did not count, and seconds that calls began for.
        machine: what it ran on.
    """

    system: str
    policy: dict[str, Any]
    level: float
    capacity: int
    span: tuple[float, float]
    pairs: tuple[Pair, ...]
    capacities: tuple[Capacity, ...]
    verdicts: tuple[Verdict, ...]
    machine: dict[str, Any]

    @property
    def met(self) -> bool:
        """Whether all criteria are."""
        return all(verdict.met for verdict in self.verdicts)

    @property
    def contended(self) -> int:
        """Runs in which the worker waited for a core for a share of its time that matters."""
        return sum(run.disturbed for pair in self.pairs for run in (pair.virtual, pair.wall))

    @property
    def judged(self) -> int:
        """Pairs that count."""
        loads = dict.fromkeys(pair.load for pair in self.pairs)
        return sum(len(agreement.select_judged(self.pairs, load)) for load in loads)


def render(found: Findings, figure: str) -> dict[str, str | bytes]:
    """`validation.json`, `validation.md` and the figure."""
    content = {
        "schema": SCHEMA,
        "system": found.system,
        "policy": found.policy,
        "p95_commit_s": found.level,
        "streams_at_1": found.capacity,
        "until": found.span[1],
        "warm_up": found.span[0],
        "met": found.met,
        "contended_runs": found.contended,
        "verdicts": [{**asdict(each), "met": each.met} for each in found.verdicts],
        "capacities": [asdict(each) for each in found.capacities],
        "runs": [
            {"load": pair.load.name, **_describe_run(run)}
            for pair in found.pairs
            for run in (pair.virtual, pair.wall)
        ],
        "machine": found.machine,
    }
    text = json.dumps(_round_values(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    page = f"# The virtual clock against the wall's\n\n{render_block(found)}\n"
    return {"validation.json": text, "validation.md": page, FIGURE: figure}


def render_block(found: Findings) -> str:
    """The tables as Markdown."""
    return "\n".join(
        [
            *_render_setting(found),
            "",
            "| criterion (means of the repeats) | virtual against wall | of the limit | |",
            "|---|---|---:|---|",
            *(_render_verdict(each) for each in found.verdicts),
            *([] if found.capacities else [_NOT_COMPARED]),
            "",
            "| load (medians) | streams | clock | p50, s | p95, s | lag slope | busy"
            " | mean step, ms |",
            "|---|---:|---|---:|---:|---:|---:|---:|",
            *_render_loads(found.pairs),
            "",
            *_render_stalls(found.pairs),
            *_render_capacities(found.capacities),
        ]
    ).rstrip()


def write_into(page: Path, text: str) -> None:
    """Replace what stands between the two marks of a page; for errors see `split_page`."""
    head, tail = split_page(page)
    files.write_files(page.parent, {page.name: f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}"})


def split_page(page: Path) -> tuple[str, str]:
    """What stands before and after the two marks of a page.

    Raises:
        StreamwerError: the page is not there, or lacks them.
    """
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    if BEGIN not in text or END not in text:
        raise StreamwerError(f"{page}: it lacks the lines {BEGIN} and {END}; put them back")
    head, _, rest = text.partition(BEGIN)
    return head, rest.partition(END)[2]


def _render_setting(found: Findings) -> Iterator[str]:
    policy = ", ".join(f"{key} {value}" for key, value in found.policy.items() if key != "name")
    seeds = len({pair.wall.seed for pair in found.pairs})
    yield (
        f"`{found.system}` ({policy}); 1 is {found.capacity} calls at once, {seeds} repeats of"
        f" {found.span[1]:g} s each, of which the first {found.span[0]:g} s do not count."
        f" {found.machine['cpu']}, {found.machine['cores']} cores."
    )
    yield ""
    every = "All criteria" if found.capacities else "All criteria that were looked at"
    said = f"{every} are met." if found.met else "**Not all criteria are met.**"
    if found.contended:
        runs, left_out = 2 * len(found.pairs), len(found.pairs) - found.judged
        said += f" {found.contended} of {runs} runs were timed while the machine was busy"
        said += f"; repeats of a load that are not judged for it: {left_out}." if left_out else "."
    yield said


def _render_verdict(verdict: Verdict) -> str:
    off = "–" if not np.isfinite(verdict.off) else f"{verdict.off:.0%}"
    met = "met" if verdict.met else "**not met**"
    return f"| {verdict.criterion} | {verdict.told} | {off} | {met} |"


def _render_loads(pairs: Sequence[Pair]) -> Iterator[str]:
    """Medians over the repeats."""
    ordered = sorted(pairs, key=lambda pair: (pair.load.share, pair.load.name))
    for load, group in groupby(ordered, lambda pair: pair.load):
        members = list(group)
        for name in ("virtual", "wall"):
            runs = [getattr(pair, name) for pair in members]
            p50, p95 = (_format_seconds(_compute_median(runs, q)) for q in ("p50", "p95"))
            slope, busy = (_compute_median(runs, each) for each in ("lag_slope", "busy"))
            yield (
                f"| {load.name} | {runs[0].streams} | {name} | {p50} | {p95} | {slope:+.4f}"
                f" | {busy:.0%} | {_format_milliseconds(_compute_median(runs, 'call'))} |"
            )


def _render_stalls(pairs: Sequence[Pair]) -> Iterator[str]:
    stalled = [pair for pair in pairs if pair.load.stalled]
    if not stalled:
        return
    yield "| after the stall, by repeat | virtual | wall |"
    yield "|---|---:|---:|"
    for pair in stalled:
        for name, told in (("backlog", "longest wait"), ("recovery", "caught up after")):
            values = (_format_seconds(getattr(run, name)) for run in (pair.virtual, pair.wall))
            yield f"| {told}, s (seed {pair.wall.seed}) | {' | '.join(values)} |"
    yield ""


def _render_capacities(capacities: Sequence[Capacity]) -> Iterator[str]:
    if not capacities:
        return
    yield "| capacity, streams | virtual | wall |"
    yield "|---|---:|---:|"
    rows = [(f"seed {each.seed}", each.virtual, each.wall) for each in capacities]
    if len(capacities) > 1:
        _, *clocks = zip(*rows, strict=True)
        rows.append(("median", compute_median(clocks[0]), compute_median(clocks[1])))
    for label, virtual, wall in rows:
        yield f"| {label} | {_format_streams(virtual)} | {_format_streams(wall)} |"


def _compute_median(runs: Sequence[Figures], name: str) -> float | None:
    return compute_median([getattr(run, name) for run in runs])


def _format_seconds(value: float | None) -> str:
    if value is None:
        return "n too small"
    return f"{value:.3f}" if np.isfinite(value) else "never"


def _format_milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{1000 * value:.2f}"


def _format_streams(value: float | None) -> str:
    return "not known" if value is None else f"{value:.1f}"


def _describe_run(run: Figures) -> dict[str, Any]:
    told = {each.name: getattr(run, each.name) for each in fields(run) if each.name not in _SHAPED}
    late = np.quantile(run.late, [q / 100 for q in _PERCENTILES]) if len(run.late) else []
    return {**told, "percentiles": [float(value) for value in late]}


def _round_values(value: Any) -> Any:
    if isinstance(value, float):
        return round_number(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _round_values(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_round_values(each) for each in value]
    return value
