"""How long it takes to score 100 hours of event log, and how much memory that needs.

Usage: OPENBLAS_NUM_THREADS=1 python tools/time_scoring.py [NORMALISER]
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from streamwer import eventlog
from streamwer.config import ScoringConfig
from streamwer.eventlog import EventLog
from streamwer.metrics import normaliser, score, summarise
from streamwer.transcript import Compute, Effort, Reference, Step, Update, Word

HOURS, CALL_S, SPEAKERS = 100, 600, 60
PACE_S = 1 / 2.3
"""Seconds from one word to the next."""
HELD_S, COMPUTE_S, ERROR_RATE = 2.0, 0.3, 0.1
VOCABULARY = 5000
T = TypeVar("T")


def main(name: str = "basic") -> None:
    with tempfile.TemporaryDirectory() as folder:
        # Made in another process, so that the peak is that of scoring.
        maker = multiprocessing.get_context("spawn").Process(target=make, args=(Path(folder),))
        maker.start()
        maker.join()
        calls = references()
        log = measure("read", lambda: eventlog.read(Path(folder)))
    scores = measure(f"score ({name})", lambda: score(calls, log, normaliser(name)))
    scoring = ScoringConfig(normaliser=name)
    measure("summarise", lambda: summarise("system", scores, None, scoring, {}))
    spent = time.process_time() - BEGIN
    sys.stdout.write(f"in all: {spent:.1f} s for {len(scores.words):,} words\n")


def references() -> list[Reference]:
    """What was said: `HOURS` of calls."""
    return [_reference(number) for number in range(HOURS * 3600 // CALL_S)]


def _reference(number: int) -> Reference:
    rng = random.Random(number)
    words = tuple(
        Word(f"word{int(VOCABULARY * rng.random() ** 3)}", at * PACE_S, (at + 0.9) * PACE_S)
        for at in range(int(CALL_S / PACE_S))
    )
    text = " ".join(word.text for word in words)
    speaker = f"speaker{number % SPEAKERS}"
    return Reference(f"call{number}", "x.flac", CALL_S, text, speaker, words=words)


def make(folder: Path) -> None:
    """Write the event log of all calls."""
    steps = [step for call in references() for step in _steps(call)]
    eventlog.write(folder, EventLog(tuple(steps)))


def _steps(call: Reference) -> list[Step]:
    """One step a second; its last words are tentative, and one in ten of these changes."""
    rng, heard = random.Random(call.recording), _heard(call)
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
        compute, effort = Compute(decode=COMPUTE_S), Effort(3000, 20, 10)
        found.append(
            Step(call.recording, now - 1, *moments, compute, effort, update, now == CALL_S)
        )
        done = settled
    return found


def _heard(call: Reference) -> list[Word]:
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


def measure(what: str, work: Callable[[], T]) -> T:
    """Print processor seconds, which other programs do not add to, and the peak so far."""
    begin = time.process_time()
    found = work()
    spent = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{what}: {spent:.1f} s, peak {peak:.0f} MB\n")
    return found


if __name__ == "__main__":
    BEGIN = time.process_time()
    main(*sys.argv[1:])
