"""A session of the bench without a model: the words come from a script, the costs from a rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.bench import playing, systems
from pipeline.bench.playing import Call, Session
from pipeline.bench.systems import Entry
from streamwer.audio import seconds
from streamwer.transcript import Reference
from tests.scripted import Faults, Scripted, script, silence

TEXT = "please call me back on monday about the blue order because i need it by friday noon "


def call(name: str, condition: str = "clean", repeat: int = 3) -> Call:
    words = script(TEXT * repeat, pace=0.3, pause=0.1)
    audio = silence(words[-1].end + 0.4)
    reference = Reference(
        name, "", seconds(len(audio)), TEXT * repeat, condition=condition, words=words
    )
    return Call(reference, audio)


def calls(count: int) -> list[Call]:
    conditions = ("clean", "clean", "telephone", "noise")
    return [call(f"call_{i:02}", conditions[i % 4]) for i in range(count)]


def session(
    entries: Sequence[Entry],
    cost: Callable[[Entry], float],
    repeats: int = 2,
    faults: Callable[[Entry], Faults] = lambda entry: Faults(),
) -> Session:
    """Four calls, two of them shared; each recogniser call costs what its system's rule says."""
    played = calls(4)
    words = played[0].reference.words
    loaded = {
        entry.name: Scripted(words, faults(entry), cost=lambda n, entry=entry: cost(entry))
        for entry in entries
    }
    shared = [each.name for each in playing.spread(played, 2)]
    return playing.play_all(entries, played, shared, loaded, repeats)


def engine_costs(entry: Entry) -> float:
    """One call costs 0.2 s with `transcribe` and a tenth of that with `direct`."""
    return 0.2 if entry.engine == systems.TRANSCRIBE else 0.02
