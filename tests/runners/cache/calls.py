"""Finished recordings for the tests of the store."""

from __future__ import annotations

from hypothesis import strategies as st

from streamwer.runners.cache.entry import EntryLabel
from streamwer.types import StageTimes, Step, Update, Word, WorkCounters

KEY = "0123456789abcdef" * 4

_numbers = st.floats(allow_nan=False)
_counts = st.integers(0, 10**12)
_words = st.lists(st.builds(Word, st.text(), _numbers, _numbers, _numbers), max_size=3).map(tuple)


def steps(recording: str = "anna") -> st.SearchStrategy[tuple[Step, ...]]:
    one = st.builds(
        Step,
        st.just(recording),
        _counts,
        *[_numbers] * 4,
        st.builds(StageTimes, *[_numbers] * 6),
        st.builds(WorkCounters, *[_counts] * 8),
        st.builds(Update, _words, _words, _counts, _counts, _numbers),
        st.booleans(),
    )
    return st.lists(one, max_size=3).map(tuple)


def label(recording: str = "anna", system: str = "offline") -> EntryLabel:
    return EntryLabel(
        recording, system, "unaware", {"hardware": "EPYC (2 cores)", "load_seconds": 0.5}
    )


def make_steps(recording: str, *words: str) -> tuple[Step, ...]:
    update = Update(tuple(Word(word, 0.5 * at, 0.5 * at + 0.5) for at, word in enumerate(words)))
    return (Step(recording, 0, 1.0, 1.0, 1.0, 1.5, StageTimes(), WorkCounters(), update, True),)
