"""How long it takes to score 100 hours of event log, and how much memory that needs.

Then the intervals of that system, from its tables. On an idle machine, with OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from streamwer import eventlog
from streamwer._util import processes
from streamwer.cli.common.run_command import stage_command
from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics import store
from streamwer.metrics.summary import summarise
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters
from tools.measuring import measure

HOURS, CALL_S, SPEAKERS = 100, 600, 60
PACE_S = 1 / 2.3
"""Seconds from one word to the next."""
HELD_S, COMPUTE_S, ERROR_RATE = 2.0, 0.3, 0.1
VOCABULARY = 5000


@stage_command
def main() -> int:
    made = argparse.ArgumentParser(prog="python -m tools.time_scoring", description=__doc__)
    made.add_argument("normaliser", nargs="?", default="basic", help="of both texts (basic)")
    chosen = made.parse_args().normaliser
    rule, calls = get_normaliser(chosen), build_references()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In processes of their own, so that the peak of scoring is its own, and that of intervals.
        _run_in_process(write_event_log, folder)
        log = measure("read", lambda: eventlog.read_log(folder))
        scored = measure(f"score ({chosen})", lambda: store.score_and_sign(calls, log, rule))
        print(f"{len(scored.scores.words):,} words", flush=True)
        store.write_scores(folder, scored)
        _run_in_process(time_intervals, folder)
    return 0


def _run_in_process(work: Callable[[Path], None], folder: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=work, args=(folder,))
    process.start()
    process.join()
    if process.exitcode:  # it has said why
        raise SystemExit(1)


def time_intervals(folder: Path) -> None:
    """Those of one system, from its tables, and the memory that a word of them takes."""
    before = processes.read_peak_memory_mb()
    scores = measure("read scores", lambda: store.read_scores(folder).scores)
    measure("intervals", lambda: summarise("system", scores, None, ScoringConfig(), {}))
    taken = (processes.read_peak_memory_mb() - before) * 2**20 / len(scores.words)
    print(f"{taken / 1000:.2f} kB a word")


def build_references() -> list[Reference]:
    """What was said: `HOURS` of calls."""
    return [_build_reference(number) for number in range(HOURS * 3600 // CALL_S)]


def _build_reference(number: int) -> Reference:
    rng = random.Random(number)
    words = tuple(
        Word(f"word{int(VOCABULARY * rng.random() ** 3)}", at * PACE_S, (at + 0.9) * PACE_S)
        for at in range(int(CALL_S / PACE_S))
    )
    text = " ".join(word.text for word in words)
    speaker = f"speaker{number % SPEAKERS}"
    return Reference(f"call{number}", "x.flac", CALL_S, text, speaker, words=words)


def write_event_log(folder: Path) -> None:
    """Write the event log of all calls."""
    steps = [step for call in build_references() for step in _simulate_steps(call)]
    eventlog.write_log(folder, EventLog(tuple(steps)))


def _simulate_steps(call: Reference) -> list[Step]:
    """One step a second; its last words are tentative, and one in ten of these changes."""
    rng, heard = random.Random(call.recording), _simulate_recognition(call)
    found, done, known = [], 0, 0
    for now in range(1, CALL_S + 1):
        while known < len(heard) and heard[known].start < now:
            known += 1
        settled, until = done, now if now == CALL_S else now - HELD_S
        while settled < known and heard[settled].end <= until:
            settled += 1
        tail = [
            Word("uh", w.start, w.end) if rng.random() < 0.1 else w for w in heard[settled:known]
        ]
        update = Update(tuple(heard[done:settled]), tuple(tail))
        moments = (float(now), float(now), float(now), now + COMPUTE_S)
        compute, effort = StageTimes(decode=COMPUTE_S), WorkCounters(3000, 20, 10)
        found.append(
            Step(call.recording, now - 1, *moments, compute, effort, update, now == CALL_S)
        )
        done = settled
    return found


def _simulate_recognition(call: Reference) -> list[Word]:
    rng = random.Random(call.recording + "heard")
    found = []
    for word in call.words:
        fate = rng.random() / ERROR_RATE
        if fate > 1 or fate < 0.2:
            found.append(word)
        elif fate > 0.5:
            found.append(Word(f"word{rng.randrange(VOCABULARY)}", word.start, word.end))
        if fate < 0.2:
            found.append(Word("and", word.end, word.end))
    return found


if __name__ == "__main__":
    sys.exit(main())
