"""Three made-up systems on made-up calls: event logs from a seed, scored as real ones are."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from streamwer.config.scoring import ScoringConfig
from streamwer.eventlog.log import EventLog
from streamwer.metrics.differences import compare_wer
from streamwer.metrics.summary import summarise
from streamwer.metrics.tables import score
from streamwer.reports.comparison import AudioClip, Comparison, System
from streamwer.reports.peaks import encode_peaks
from streamwer.text.normalise import get_normaliser
from streamwer.types import Failure, Reference, StageTimes, Step, Update, Word, WorkCounters

SCORING = ScoringConfig(normaliser="basic")
VOCABULARY = (
    "hello i hope you can help me with my order the number is five seven two please send it to"
    " king street in houston thank you mary i will call again on friday about this small problem"
).split()


HOSTILE = (
    "<script>alert(1)</script>",
    "</td></table><img src=http://example.org/x onerror=alert(1)>",
    "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",  # right to left
    "a" * 10_000,
    "👩‍👩‍👧‍👦🎉",
    "{{7*7}}",
    "| --- | `code` **bold** &amp;",
)


@dataclass(frozen=True)
class Manner:
    """How a made-up system streams and errs."""

    policy: str
    error_rate: float
    holdback: float
    compute: float


MANNERS = {
    "offline": Manner("offline", 0.04, math.inf, 0.4),
    "prompted_buffer": Manner("prompted_buffer", 0.07, 1.0, 0.08),
    "local_agreement": Manner("local_agreement", 0.045, 2.0, 0.22),
}


def references(count: int = 36, words: int = 42, seed: int = 7) -> list[Reference]:
    """Calls of two speakers in three, in three conditions."""
    rng = random.Random(seed)
    return [_reference(index, words, rng) for index in range(count)]


def _reference(index: int, count: int, rng: random.Random) -> Reference:
    spoken, now = [], 0.6
    for _ in range(count):
        length = rng.uniform(0.12, 0.5)
        spoken.append(Word(rng.choice(VOCABULARY), round(now, 3), round(now + length, 3)))
        now += length + (rng.uniform(0.3, 1.2) if rng.random() < 0.1 else 0)
    return Reference(
        recording=f"call_{index + 1:02}",
        audio=f"call_{index + 1:02}.flac",
        seconds=round(now + 1, 3),
        text=" ".join(word.text for word in spoken),
        speaker=f"voice_{index * 2 // 3:02}",
        condition=("clean", "clean", "telephone", "noise")[index % 4],
        words=tuple(spoken),
    )


def log(
    spoken: Sequence[Reference],
    manner: Manner,
    *,
    timed: bool = True,
    failures: int = 0,
    seed: int = 1,
) -> EventLog:
    """What a system in this manner would have logged; its first `failures` calls failed."""
    rng = random.Random(f"{manner.policy} {seed}")
    steps = [step for call in spoken[failures:] for step in _steps(call, manner, timed, rng)]
    reason = "the worker died twice (exit code 137)"
    failed = tuple(Failure(call.recording, reason) for call in spoken[:failures])
    machine = {"load_seconds": "0.412", "peak_memory_mb": "143", "workers": "2", "host": "x1"}
    return EventLog(tuple(steps), failed, machine)


def _steps(call: Reference, manner: Manner, timed: bool, rng: random.Random) -> Iterator[Step]:
    heard = _simulate_recognition(call.words, manner.error_rate, rng)
    free, done, index = 0.0, 0, 0
    ready = call.seconds if math.isinf(manner.holdback) else 1.0
    while True:
        start = max(ready, free)
        audio_end = min(start, call.seconds)
        is_last = audio_end == call.seconds
        spent = manner.compute * rng.uniform(0.7, 1.5)
        free = start + (spent if timed else 0.0)
        until = audio_end if is_last else audio_end - manner.holdback
        settled = max(done, sum(word.end <= until for word in heard))
        known = sum(word.start < audio_end for word in heard)
        tail = heard[settled:known]
        if tail and rng.random() < 0.3:
            tail = [*tail[:-1], Word(rng.choice(VOCABULARY), tail[-1].start, tail[-1].end)]
        yield Step(
            recording=call.recording,
            step=index,
            audio_end=audio_end,
            ready=ready,
            start=start,
            emitted=free,
            compute=StageTimes(0.05 * spent, 0.35 * spent, 0.5 * spent, 0.1 * spent),
            effort=WorkCounters(3000, 20, 2 * known),
            update=Update(tuple(heard[done:settled]), tuple(tail)),
            is_last=is_last,
        )
        if is_last:
            return
        done, index = settled, index + 1
        ready = min(audio_end + 1.0, call.seconds)


def _simulate_recognition(
    spoken: Sequence[Word], error_rate: float, rng: random.Random
) -> list[Word]:
    found = []
    for word in spoken:
        fate = rng.random() / error_rate
        if fate > 1:
            found.append(word)
        elif fate > 0.4:
            found.append(Word(rng.choice(VOCABULARY), word.start, word.end))
        elif fate < 0.15:
            found += [word, Word("uh", word.end, word.end)]
    return found


def compare(
    logs: Callable[[Manner, str], EventLog] | None = None,
    spoken: Sequence[Reference] | None = None,
    *,
    clock: str = "measured",
    baseline: str = "offline",
    failures: int = 0,
    rule: str = SCORING.normaliser,
) -> Comparison:
    """A comparison of the three systems, through the real scoring."""
    spoken = references() if spoken is None else spoken
    words = get_normaliser(rule)

    def default(manner: Manner, name: str) -> EventLog:
        failed = failures if name == "prompted_buffer" else 0
        return log(spoken, manner, timed=clock != "unaware", failures=failed)

    made = {name: (logs or default)(manner, name) for name, manner in MANNERS.items()}
    scores = {name: score(spoken, each, words) for name, each in made.items()}
    differences = compare_wer(scores, baseline, SCORING)
    systems = []
    for name, each in scores.items():
        summary = summarise(name, each, differences.get(name), SCORING, made[name].machine)
        policy = {"name": MANNERS[name].policy, "holdback_s": MANNERS[name].holdback}
        model = {"name": "made-up", "path": "/home/someone/models/made-up"}
        config = {"policy": policy, "model": model, "clock": clock}
        systems.append(System(summary, each, config, log=made[name]))
    return Comparison(
        systems=tuple(systems),
        baseline=baseline,
        dataset="calls",
        clock=clock,
        provenance={
            "data set": "calls",
            "clock": clock,
            "normaliser": words.signature,
            "confidence": SCORING.confidence,
            "versions": {"streamwer": "0.1.0", "faster_whisper": "1.2.1", "ctranslate2": "4.8.2"},
            "digests": {"dataset": "sha256:0f3c9a7e12", "model": "sha256:88ab10c4d7"},
            "reproduce": ["git clone https://example.org/streamwer && cd streamwer", "dvc repro"],
        },
        audio_clips={call.recording: AudioClip(peaks=_wave(call)) for call in spoken},
    )


def _wave(call: Reference) -> str:
    """A tone that swells and fades; none of it can be played."""
    times = np.arange(0, call.seconds, 0.001, dtype=np.float32)
    return encode_peaks(np.sin(times) * np.sin(700 * times), call.seconds)


def hostile() -> Comparison:
    """Text that would break a careless page, in every place where a data set puts text."""
    words = tuple(Word(text, at + 0.5, at + 0.9) for at, text in enumerate(HOSTILE))
    said = " ".join(word.text for word in words)
    calls = [
        Reference(f"call <{n}> | x", "x.flac", 16.0, said, f"<b>{n}", bad, words)
        for n, bad in enumerate(HOSTILE)
    ]
    return compare(spoken=calls, failures=1, rule="none")  # raw words
