"""A loop that is planted in words is found where it begins, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import assume, example, given
from hypothesis import strategies as st

from streamwer.text.repetition import find_loop

said = st.lists(st.sampled_from([f"said{i}" for i in range(30)]), max_size=20)
block = st.lists(
    st.sampled_from([f"again{i}" for i in range(40)]), min_size=1, max_size=24, unique=True
)
few = st.lists(st.sampled_from("ab"), max_size=30)


def times(size: int) -> int:
    """How often a block of that many words must come to be a loop."""
    return max(3, -(-8 // size))


def find_repetition(words: Sequence[str]) -> int | None:
    """The definition, word for word."""
    for begin in range(len(words)):
        for size in range(1, 25):
            once = list(words[begin : begin + size])
            repeated = once * times(size)
            if list(words[begin : begin + len(repeated)]) == repeated:
                return begin + size
    return None


@given(said, block, st.integers(0, 3), said)
def test_a_planted_loop_is_found_and_what_is_before_it_kept(
    before: list[str], block: list[str], more: int, after: list[str]
) -> None:
    assume(find_loop(before) is None)
    words = before + block * (times(len(block)) + more) + after
    assert find_loop(words) == len(before) + len(block)


@given(said, block)
def test_a_block_that_comes_less_often_is_no_loop(before: list[str], block: list[str]) -> None:
    assume(find_loop(before) is None)
    assert find_loop(before + block * (times(len(block)) - 1)) is None


@given(few)
@example(["a"] * 8)
def test_the_first_loop_is_found(words: list[str]) -> None:
    assert find_loop(words) == find_repetition(words)


@given(few)
def test_what_is_kept_has_no_loop(words: list[str]) -> None:
    assert find_loop(words[: find_loop(words)]) is None
