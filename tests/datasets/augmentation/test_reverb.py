"""A room rings on for as long as it says, and moves nothing."""

from __future__ import annotations

import numpy as np
import pytest

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.datasets.augmentation.base import RecordingContext
from streamwer.datasets.augmentation.reverb import Reverb
from tests.datasets.augmentation.sounds import decibels, delay, power, speech_like


@pytest.mark.parametrize("rt60_s", [0.2, 0.5, 1.2])
def test_the_energy_falls_by_60_db_in_rt60(rt60_s: float) -> None:
    """Schroeder 1965: integrate the squared response backwards; the slope of -5 to -35 dB."""
    tail = Reverb("room", Reverb.Config(rt60_s=rt60_s)).create_impulse_response("call")[1:]
    left = np.cumsum(tail[::-1] ** 2)[::-1]
    level = 10 * np.log10(left / left[0])
    inside = (level < -5) & (level > -35)
    at = np.arange(len(tail)) / SAMPLE_RATE
    slope = np.polyfit(at[inside], level[inside], 1)[0]
    assert -60 / slope == pytest.approx(rt60_s, rel=0.05)


@pytest.mark.parametrize("direct_db", [-3.0, 0.0, 6.0])
def test_the_direct_sound_has_its_share_of_the_energy(direct_db: float) -> None:
    response = Reverb("room", Reverb.Config(direct_db=direct_db)).create_impulse_response("call")
    assert np.sum(response**2) == pytest.approx(1)
    assert decibels(response[0] ** 2 / np.sum(response[1:] ** 2)) == pytest.approx(direct_db)


def test_a_room_makes_nothing_later_and_nothing_louder() -> None:
    sound = speech_like(4)
    heard = Reverb("room", Reverb.Config()).apply(sound, RecordingContext("call"))
    assert heard.shape == sound.shape
    assert delay(sound, heard) == 0
    assert decibels(power(heard) / power(sound)) == pytest.approx(0, abs=1.5)


def test_each_recording_is_in_a_room_of_its_own() -> None:
    room = Reverb("room", Reverb.Config())
    one, other = (room.create_impulse_response(name) for name in ("call", "another"))
    assert np.array_equal(one, room.create_impulse_response("call"))
    assert not np.array_equal(one, other)
