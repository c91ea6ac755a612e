"""What `prefix_agreement` really did on the bundled calls, and what it would do with a fault.

The log is one run of an earlier version of the policy with the clock `measured`: the tests look at
the gate, and need a real log, not the newest. Its rows are steps: recording, step, audio_end,
ready, start, emitted, compute, encoder_frames, decoded_tokens, is_last, committed, tentative.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from streamwer.analysis.gate.judgement import judge
from streamwer.analysis.gate.verdict import Verdict
from streamwer.config.compose import load_config
from streamwer.config.gate import GateConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.stats.intervals import Floats
from streamwer.metrics.tables import Scores, score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

Steps = tuple[Step, ...]
CONFIDENCE = 0.95
WORDS = get_normaliser("basic")


@cache
def steps() -> Steps:
    text = gzip.decompress((Path(__file__).parent / "prefix_agreement.jsonl.gz").read_bytes())
    return tuple(_step(*json.loads(line)) for line in text.splitlines())


def _step(recording: str, step: int, audio_end: float, ready: float, *rest: Any) -> Step:
    start, emitted, compute, frames, tokens, is_last, committed, tentative = rest
    return Step(
        recording=recording,
        step=step,
        audio_end=audio_end,
        ready=ready,
        start=start,
        emitted=emitted,
        compute=StageTimes(decode=compute),
        effort=WorkCounters(encoder_frames=frames, decoded_tokens=tokens),
        update=Update(*(tuple(Word(*word) for word in words) for words in (committed, tentative))),
        is_last=is_last,
    )


@cache
def references() -> tuple[Reference, ...]:
    lines = Path("data/toy_calls/metadata.jsonl").read_text().splitlines()
    return tuple(map(_reference, map(json.loads, lines)))


def _reference(row: dict[str, Any]) -> Reference:
    name = row["id"]
    return Reference(
        recording=name,
        audio=row["file_name"],
        seconds=max(step.audio_end for step in steps() if step.recording == name),
        text=row["text"],
        speaker=row["speaker"],
        condition=row["condition"],
        words=tuple(Word(word["text"], word["start"], word["end"]) for word in row["words"]),
    )


def scores(played: Iterable[Step]) -> Scores:
    return score(references(), EventLog(tuple(played)), WORDS)


@cache
def gate(tier: str) -> GateConfig:
    return load_config([f"gate={tier}"]).gate


def verdict(
    baseline: Sequence[Scores], candidate: Sequence[Scores], tier: str = "deterministic"
) -> Verdict:
    return judge("prefix_agreement", baseline, candidate, gate(tier), CONFIDENCE, WORDS)


# --- faults -----------------------------------------------------------------------------------


def drop_words(played: Steps) -> Steps:
    """A policy that loses one committed word in fifty."""
    rng = random.Random(3)

    def lossy(words: tuple[Word, ...]) -> tuple[Word, ...]:
        return tuple(word for word in words if rng.random() >= 1 / 50)

    return tuple(
        replace(step, update=replace(step.update, committed=lossy(step.update.committed)))
        for step in played
    )


def delay_steps(played: Steps) -> Steps:
    """A policy that adds 200 ms."""
    return tuple(replace(step, emitted=step.emitted + 0.2) for step in played)


def guess_words(played: Steps) -> Steps:
    """A policy that shows a guess in place of its last tentative word, half of the time."""
    rng = random.Random(5)

    def guess(tail: tuple[Word, ...]) -> tuple[Word, ...]:
        return (*tail[:-1], replace(tail[-1], text="hmm")) if tail and rng.random() < 0.5 else tail

    return tuple(
        replace(step, update=replace(step.update, tentative=guess(step.update.tentative)))
        for step in played
    )


FAULTS: dict[str, Callable[[Steps], Steps]] = {
    "dropping": drop_words,
    "delaying": delay_steps,
    "flickering": guess_words,
}


# --- runs of the clock `measured` ---------------------------------------------------------------


class Rerun:
    """Scores of runs that differ in their timing alone: the words are aligned once for all.

    A run is a few percent faster or slower as a whole, a step by a sixth, and one in two hundred
    stalls. A fault's delay stays what it was.
    """

    def __init__(self, played: Steps) -> None:
        self._compute = np.array([step.compute.total for step in played])
        self._delay = [step.emitted - step.start for step in played] - self._compute
        # One call long after the other: no call is late because of an earlier one.
        names = [step.recording for step in played]
        self._begins = 1e4 * np.unique(names, return_inverse=True)[1]
        self._ready = self._begins + [step.ready for step in played]
        numbered = (replace(step, emitted=float(at)) for at, step in enumerate(played))
        self._by_number = scores(numbered)

    def shown(self, seed: int) -> Floats:
        """When each step's update is shown: max(ready, free) + compute, by Lindley's recursion."""
        rng = np.random.default_rng(seed)
        count = len(self._compute)
        compute = self._compute * np.exp(rng.normal(0, 0.03) + rng.normal(0, 0.15, count))
        compute += rng.uniform(0.05, 0.15, count) * (rng.random(count) < 1 / 200)
        spent = compute.cumsum()
        free = spent + np.maximum.accumulate(self._ready - (spent - compute))
        found: Floats = free - self._begins + self._delay
        return found

    def __call__(self, seed: int) -> Scores:
        shown = np.array([*self.shown(seed), np.inf])
        words, recordings = self._by_number.words.copy(), self._by_number.recordings.copy()
        for column in ("shown", "committed"):
            words[column] = self._moments(words[column], shown)
        ends = words.groupby("recording")["end"]
        for column, of in (("first_text", ends.first()), ("finalisation", ends.last())):
            end = recordings["recording"].map(of)
            recordings[column] = self._moments(recordings[column] + end, shown) - end
        return Scores(recordings, words)

    def _moments(self, numbers: Any, shown: Floats) -> Any:
        number = np.where(np.isfinite(numbers), numbers, len(self._compute)).round().astype(int)
        return shown[number]
