"""Text that grows and is taken back: every final word is committed once, when it last changed."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from streamwer.formats.revisions import Revision, build_updates
from streamwer.types import Word

pieces = st.lists(st.sampled_from([" a", "b", " c d", "e ", " ", "", "f g"]), max_size=3)


@st.composite
def histories(draw: st.DrawFn) -> list[Revision]:
    found, length = [], 0
    for _ in range(draw(st.integers(1, 6))):
        deleted = draw(st.integers(0, min(length, 3)))
        added = draw(pieces)
        length += len(added) - deleted
        found.append(Revision(deleted, added, 0.0, 0.0))
    return found


def shown(history: Sequence[Revision]) -> list[list[str]]:
    """The words on the screen after each revision, the slow way."""
    state: list[str] = []
    screens = []
    for revision in history:
        state = state[: len(state) - revision.deleted] + list(revision.added)
        screens.append("".join(state).split())
    return screens


def texts(words: Sequence[Word]) -> list[str]:
    return [word.text for word in words]


@given(histories())
def test_what_is_committed_and_tentative_is_what_was_shown(history: list[Revision]) -> None:
    committed: list[str] = []
    for update, screen in zip(build_updates(history), shown(history), strict=True):
        committed += texts(update.committed)
        assert committed + texts(update.tentative) == screen
    assert committed == shown(history)[-1]


@given(histories())
def test_a_committed_word_never_changes_again(history: list[Revision]) -> None:
    committed = 0
    for at, update in enumerate(build_updates(history)):
        committed += len(update.committed)
        for screen in shown(history)[at:]:
            assert screen[:committed] == shown(history)[-1][:committed]


def test_nothing_was_said() -> None:
    assert build_updates([]) == []
    assert build_updates([Revision(0, (), 0.0, 0.0)])[0].committed == ()
