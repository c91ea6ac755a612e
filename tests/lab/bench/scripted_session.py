"""Recordings and systems of the bench without a model: the words come from a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lab.bench.figures import Figures, Outcome
from lab.bench.playing import Call, Played
from lab.bench.speech_sets import Span, SpeechSet
from streamwer.audio import samples_to_seconds
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters
from tests.scripted import script, silence

TEXT = "please call me back on monday about the blue order because i need it by friday noon "


def call(name: str, condition: str = "clean", text: str = TEXT * 3) -> Call:
    words = script(text, pace=0.3, pause=0.1)
    audio = silence(words[-1].end + 0.4)
    reference = Reference(
        name, "", samples_to_seconds(len(audio)), text, condition=condition, words=words
    )
    return Call(reference, audio)


def calls(count: int) -> list[Call]:
    conditions = ("clean", "clean", "telephone", "noise")
    return [call(f"call_{i:02}", conditions[i % 4]) for i in range(count)]


def drop_word_times(call: Call) -> Call:
    """The same recording in a data set that does not say when its words were spoken."""
    return replace(call, reference=replace(call.reference, words=()))


def play_words(words: Sequence[Word], late: float = 1.0, cost: float = 1.0) -> Played:
    """What a system did that committed each word so long after its end."""
    steps = [
        Step(
            "",
            i,
            audio_end=word.end + late,
            ready=word.end + late,
            start=word.end + late,
            emitted=word.end + late,
            compute=StageTimes(decode=cost / len(words)),
            effort=WorkCounters(encoder_frames=1_500, decoded_tokens=2),
            update=Update(committed=(word,)),
            is_last=word is words[-1],
        )
        for i, word in enumerate(words)
    ]
    return Played(tuple(steps), own_s=0.1 * cost, recogniser_s=cost)


def outcome(
    heard: dict[str, Sequence[Word]],
    late: float = 1.0,
    cost: float = 1.0,
    name: str = "calls",
    pauses: dict[str, Sequence[Span]] | None = None,
    timed: bool = True,
    text: str = TEXT * 3,
) -> Outcome:
    """A system on one data set, in whose recordings it committed these words."""
    whole = [call(each, text=text) for each in heard]
    spoken = whole if timed else [drop_word_times(each) for each in whole]
    speech = SpeechSet(name, tuple(spoken), pauses or {})
    done = {each: play_words(words, late, cost) for each, words in heard.items()}
    named = {
        each: replace(one, steps=tuple(replace(step, recording=each) for step in one.steps))
        for each, one in done.items()
    }
    return Outcome(speech, named)


def figures(*outcomes: Outcome) -> Figures:
    return Figures({each.speech.name: each for each in outcomes})
