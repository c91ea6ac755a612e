"""Segments, LAAL and AL of the bundled corpus, by OmniSTEval and by us."""

from __future__ import annotations

from statistics import mean

import pytest

from streamwer.eventlog.log import EventLog
from streamwer.metrics.simulst_latency import Segment, assign_words, split_reference
from streamwer.metrics.tables import score
from streamwer.text.normalise import get_normaliser
from streamwer.types import Step
from tests.formats.calls import own_step
from tests.metrics.misheard_calls import calls, misheard

alignment = pytest.importorskip(
    "omnisteval.alignment", reason="OmniSTEval is not installed; `make test` installs it"
)
CALLS = calls()
HEARD = misheard(CALLS, share=0.1, seed=2)
BASIC = get_normaliser("basic")


def theirs(spoken: list[Segment], heard: list[str]) -> list[list[int]]:
    """The places that SoftSegmenter gives to each segment."""
    reference = [
        alignment.Word(text, seq_id=number)
        for number, segment in enumerate(spoken)
        for text in segment.words
    ]
    hypothesis = [alignment.Word(text, emission_cu=place) for place, text in enumerate(heard)]
    aligned = alignment.align_sequences(reference, hypothesis, char_level=False)
    placed = alignment.process_alignment(*aligned, char_level=False)
    return [[w.emission_cu for w in placed if w.seq_id == n] for n in range(len(spoken))]


def play_words(name: str, heard: list[str]) -> list[Step]:
    """Three words a second, with compute that now and then takes longer than the audio."""
    found, free = [], 0.0
    for number, first in enumerate(range(0, len(heard), 3)):
        arrived = number + 1.0
        free = max(free, arrived) + (2.5 if number % 5 == 2 else 0.25)
        words = " ".join(heard[first : first + 3])
        found.append(own_step(number, arrived, free, words, name=name))
    return found


def test_words_go_to_the_same_segments_but_for_one_in_a_thousand() -> None:
    same = words = 0
    for call, heard in zip(CALLS, HEARD, strict=True):
        spoken = split_reference(call)
        for mine, other in zip(
            assign_words(spoken, heard, BASIC), theirs(spoken, heard), strict=True
        ):
            same += len({*mine} & {*other})
            words += len(mine)
    assert words > 1000
    assert same >= 0.999 * words


@pytest.mark.parametrize("kind", ["ideal", "aware"])
def test_laal_al_and_streamlaal_are_omnistevals(kind: str) -> None:
    from omnisteval.data import Instance
    from omnisteval.scoring import ALScorer, LAALScorer

    steps = {c.recording: play_words(c.recording, h) for c, h in zip(CALLS, HEARD, strict=True)}
    log = EventLog(tuple(step for mine in steps.values() for step in mine))
    ours = score(CALLS, log, BASIC).recordings
    scorers = {
        name: scorer(kind == "aware")
        for name, scorer in {"laal": LAALScorer, "al": ALScorer}.items()
    }
    key = "emission_ca" if kind == "aware" else "emission_cu"
    compared = 0
    for row, call, heard in zip(ours.itertuples(), CALLS, HEARD, strict=True):
        delays = [
            step.emitted if kind == "aware" else step.audio_end
            for step in steps[call.recording]
            for _ in step.update.committed
        ]
        whole = Instance(reference=call.text, source_length=call.seconds, **{key: delays})
        for name, scorer in scorers.items():
            assert getattr(row, f"{name}_{kind}") == pytest.approx(scorer.compute(whole))
        spoken = split_reference(call)
        places = theirs(spoken, heard)
        if places != assign_words(spoken, heard, BASIC):
            continue
        compared += 1
        parts = [
            Instance(
                reference=" ".join(segment.words),
                source_length=segment.end - segment.start,
                **{key: [delays[place] - segment.start for place in mine]},
            )
            for segment, mine in zip(spoken, places, strict=True)
            if mine
        ]
        stream = mean(scorers["laal"].compute(part) for part in parts)
        assert getattr(row, f"stream_laal_{kind}") == pytest.approx(stream)
    assert compared >= 30
