"""A text against itself has no error, whatever normalises it and however it is written."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamwer.eventlog.log import EventLog
from streamwer.metrics.tables import score
from streamwer.text.normalise import NAMES, get_normaliser
from streamwer.text.words import split_words
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

WIDE = "\uff21\uff22\uff23"  # ABC as wide as Chinese characters
WRITTEN = (
    "iPhone 在 北京 \uff11\uff12 \uff71\uff72 วันนี้ हिन्दी می\u200cشود don't won't twenty five"
    " o'clock 3.50 (a) 。 \uff0c e\u0301 \ufb01"
).split()
PIECES = st.one_of(st.sampled_from([*WRITTEN, WIDE]), st.text(min_size=1, max_size=6))
TEXTS = st.lists(PIECES, min_size=1, max_size=8).map(" ".join)


def errors(text: str, words: list[str], name: str) -> int:
    """Of a text that was heard as these words."""
    update = Update(tuple(Word(word, 0.0, 0.0) for word in words))
    step = Step("a", 0, 1.0, 1.0, 1.0, 1.0, StageTimes(), WorkCounters(), update, True)
    scores = score([Reference("a", "", 1.0, text)], EventLog((step,)), get_normaliser(name))
    kinds = ["substitutions", "deletions", "insertions"]
    return int(scores.recordings[kinds].to_numpy().sum())


@pytest.mark.parametrize("name", NAMES)
@given(text=TEXTS)
@example(text="I bought an iPhone 在 北京 today")
@example(text=f"{WIDE} news")
@example(text="a 。b 中.c 国")
def test_a_text_against_itself_has_no_error(text: str, name: str) -> None:
    if not text.split():
        return
    assert errors(text, text.split(), name) == 0
    assert errors(text, [word for word in split_words(text) if word], name) == 0
