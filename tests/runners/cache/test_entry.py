"""An entry gives back what was put into it to the bit, or says that it is damaged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamwer.runners.cache.entry import DamagedError, pack_entry, unpack_label, unpack_steps
from streamwer.types import Step
from tests.runners.cache.calls import KEY, label, make_steps, steps

PACKED = pack_entry(KEY, label(), make_steps("anna", "my", "name", "is", "anna"))


@settings(max_examples=40)
@given(steps())
def test_every_step_comes_back_to_the_bit(given: tuple[Step, ...]) -> None:
    packed = pack_entry(KEY, label(), given)
    assert repr(unpack_steps(KEY, packed)) == repr(given)
    assert unpack_label(KEY, packed) == label()


@given(at=st.integers(0, len(PACKED) - 1), flip=st.integers(1, 255))
def test_any_byte_that_changed_shows(at: int, flip: int) -> None:
    broken = bytearray(PACKED)
    broken[at] ^= flip
    for read in (unpack_label, unpack_steps):
        with pytest.raises(DamagedError):
            read(KEY, bytes(broken))


@given(length=st.integers(0, len(PACKED) - 1))
def test_a_part_is_not_the_whole(length: int) -> None:
    with pytest.raises(DamagedError):
        unpack_steps(KEY, PACKED[:length])


def test_an_entry_in_the_place_of_another_is_damaged() -> None:
    with pytest.raises(DamagedError):
        unpack_steps(KEY[::-1], PACKED)


def test_numbers_of_numpy_come_back_as_those_of_python() -> None:
    (step,) = make_steps("anna", "my")
    numpy = Step("anna", np.int64(0), *[np.float64(1.0)] * 3, np.float32(1.5), *_rest(step))  # type: ignore[arg-type]
    assert unpack_steps(KEY, pack_entry(KEY, label(), (numpy,))) == (step,)


def _rest(step: Step) -> tuple[object, ...]:
    return step.compute, step.effort, step.update, step.is_last
