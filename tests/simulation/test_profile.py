"""The clock `profile`: arithmetic on what a step did, the same everywhere, and in the loop."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer import eventlog, policies
from streamwer.config import hardware
from streamwer.config.experiment import SystemConfig
from streamwer.config.hardware import CallCosts, ClockConfig, HardwareConfig
from streamwer.config.model import ModelConfig
from streamwer.errors import ConfigError
from streamwer.recognisers.engines.direct import Direct
from streamwer.recognisers.engines.transcribe import Transcribe
from streamwer.simulation.clock import ProfileClock, build_system_clock
from streamwer.simulation.serving import play_recording, serve_streams
from streamwer.simulation.source import RecordingSource
from streamwer.simulation.stream import Stream
from streamwer.types import Hypothesis, StageTimes, WorkCounters
from tests.patience import PATIENCE_S
from tests.scripted import Scripted, script, silence
from tests.simulation.test_queueing import Timetable
from tests.simulation.test_stream import CHUNKED

COSTS = CallCosts(
    listen_call=10,
    listen_frame=2,
    features_call=100,
    features_frame=5,
    features_window_frame=0.5,
    encode_frames=[200, 400, 1000],
    encode_us=[1_000, 3_000, 12_000],
    decode_call=50,
    decode_prompt_token=4,
    decode_token=300,
    decode_frame=1.5,
    decode_token_frame=0.25,
    align_call=40,
    align_token=20,
    align_frame=0.5,
    align_token_frame=0.125,
    other_call=7,
    other_encoding=30,
    other_token=1,
)
MODEL = ModelConfig(name="tiny", path="nowhere", compute_type="int8")
GREEDY = Direct.Config(beam_size=1)
KEY = "tiny_cpu_int8_1_thread_direct_beam_1"


def system(model: ModelConfig = MODEL, costs: CallCosts = COSTS) -> SystemConfig:
    clock = ClockConfig("profile", HardwareConfig("desk", "a processor", {KEY: costs}))
    return SystemConfig({"name": "offline"}, model, GREEDY, clock)


@pytest.mark.parametrize(
    ("effort", "microseconds"),
    [
        (WorkCounters(), 7),
        (WorkCounters(listened_frames=6), 10 + 12 + 7),
        # features 100 + 250 + 150; encode halfway from 1,000 to 3,000; decode 50 + 40 + 1,500 + 450
        # + 375; align 40 + 80 + 150 + 150; other 7 + 30 + 5
        (
            WorkCounters(300, 10, 5, feature_frames=50, encodings=1, aligned_tokens=4),
            500 + 2_000 + 2_415 + 420 + 42,
        ),
        # Decoded again: twice the call and the reading of 400 frames; nothing to align.
        (WorkCounters(400, 0, 0, fallbacks=1, encodings=1), 200 + 3_000 + 100 + 1_200 + 37),
        # Beyond the longest length, in proportion: two windows of 1,500 frames.
        (WorkCounters(3_000, encodings=2), 1_500 + 2 * 18_000 + 100 + 4_500 + 67),
        # Below the shortest, too.
        (WorkCounters(100, encodings=1), 50 + 500 + 50 + 150 + 37),
    ],
)
def test_a_call_is_charged_for_what_it_did(effort: WorkCounters, microseconds: int) -> None:
    assert hardware.predict_seconds(COSTS, effort) == microseconds / 1e6


@given(st.integers(1, 3_000))
def test_the_encoders_curve_goes_through_what_was_measured_and_never_falls(frames: int) -> None:
    effort = WorkCounters(frames, encodings=1)
    now, more = (
        hardware.predict_encoder_us(COSTS, replace(effort, encoder_frames=n))
        for n in (frames, frames + 1)
    )
    assert 0 < now < more
    if frames in COSTS.encode_frames:
        assert now == COSTS.encode_us[COSTS.encode_frames.index(frames)]


class Reads:
    """A recogniser that decodes so many tokens in each call, and takes no time to do so."""

    def __init__(self, tokens: list[int]) -> None:
        self._tokens = iter(tokens)

    def recognise(self, window: object) -> Hypothesis:
        return Hypothesis(effort=WorkCounters(decoded_tokens=next(self._tokens)))


@given(
    gaps=st.lists(st.integers(1, 40_000), min_size=1, max_size=30),
    tokens=st.lists(st.integers(0, 30), min_size=30, max_size=30),
)
def test_backlog_is_lindleys_recursion_on_predicted_times(
    gaps: list[int], tokens: list[int]
) -> None:
    """Up to three times real time: emitted = max(ready, emitted before) + predicted."""
    slow = ProfileClock(CallCosts(decode_token=100_000))
    ready = [sum(gaps[: i + 1]) for i in range(len(gaps))]
    stream = Stream("0", RecordingSource(silence(ready[-1] / 16_000 + 1)), Timetable(ready))
    steps = list(serve_streams([stream], Reads(tokens), slow))
    free = 0.0
    for step, sample, count in zip(steps, ready, tokens, strict=False):
        free = max(sample / 16_000, free) + count / 10
        assert step.emitted == pytest.approx(free, abs=1e-9)
    assert len(steps) == len(gaps)


@given(
    st.builds(
        WorkCounters,
        *[st.integers(0, 3_000)] * 4,
        encodings=st.integers(0, 3),
        listened_frames=st.integers(0, 99),
    )
)
def test_the_prediction_is_a_whole_number_of_microseconds(effort: WorkCounters) -> None:
    microseconds = hardware.predict_seconds(COSTS, effort) * 1e6
    assert microseconds == pytest.approx(round(microseconds), abs=1e-6)


def test_another_process_predicts_the_same_bits() -> None:
    """Under other hash seeds and thread counts; the committed profile, 1,000 calls."""
    program = (
        "from streamwer.config import hardware; from streamwer.config.compose import load_config;"
        "from streamwer.types import WorkCounters;"
        "costs = load_config().hardware.costs;"
        "efforts = [WorkCounters(7 * i, i % 200, i % 41, i % 3, i, 9 * i, i % 4)"
        " for i in range(1000)];"
        "print([hardware.predict_seconds(c, e).hex()"
        " for _, c in sorted(costs.items()) for e in efforts])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": seed, "PYTHONPATH": "src"},
            capture_output=True,
            check=True,
            text=True,
            timeout=PATIENCE_S,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert said.pop().count("0x1") > 1_000


def test_the_systems_clock_has_its_costs() -> None:
    hypothesis = Hypothesis(compute=StageTimes(decode=9.0), effort=WorkCounters(listened_frames=6))
    assert build_system_clock(system()).finish(2.0, hypothesis) == 2.0 + 29e-6
    assert build_system_clock(system()).start(3.0) == 3.0


@pytest.mark.parametrize(
    ("model", "engine", "wanted"),
    [
        (replace(MODEL, name="small"), GREEDY, "small_cpu_int8_1_thread_direct_beam_1"),
        (replace(MODEL, compute_type="float32"), GREEDY, "tiny_cpu_float32_1_thread_direct_beam_1"),
        (replace(MODEL, cpu_threads=4), GREEDY, "tiny_cpu_int8_4_threads_direct_beam_1"),
        (replace(MODEL, device="cuda"), GREEDY, "tiny_cuda_int8_1_thread_direct_beam_1"),
        (MODEL, Direct.Config(beam_size=5), "tiny_cpu_int8_1_thread_direct_beam_5"),
        (MODEL, Transcribe.Config(), "tiny_cpu_int8_1_thread_transcribe_beam_5"),
    ],
)
def test_costs_that_the_profile_lacks_are_never_guessed(
    model: ModelConfig, engine: Direct.Config | Transcribe.Config, wanted: str
) -> None:
    lacking = replace(system(model), engine=engine)
    with pytest.raises(ConfigError, match=rf"hardware\.costs\.{wanted}: .*lab\.calibration"):
        build_system_clock(lacking)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"decode_token": -1.0}, "decode_token"),
        ({"other_call": float("nan")}, "other_call"),
        ({"encode_us": [1.0, 2.0, float("inf")]}, "encode_us"),
        ({"encode_us": [1.0]}, "encode_us"),
        ({"encode_frames": [], "encode_us": []}, "encode_us"),
        ({"encode_frames": [400, 200, 1_000]}, "encode_frames"),
    ],
)
def test_costs_that_no_call_could_have_are_refused(change: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigError, match=rf"hardware\.costs\.{KEY}\.{key} must"):
        build_system_clock(system(costs=replace(COSTS, **change)))


def test_the_event_log_is_the_same_to_the_byte_however_long_the_calls_took(tmp_path: Path) -> None:
    logs = []
    for real in (0.001, 5.0):
        heard = Scripted(script("one two three four five"), cost=lambda call, real=real: real)
        policy = policies.build_policy(CHUNKED)
        steps = tuple(play_recording("call", silence(4), heard, policy, ProfileClock(COSTS)))
        assert any(step.emitted > step.start for step in steps)
        eventlog.write_log(tmp_path, eventlog.EventLog(steps))
        logs.append((tmp_path / "events.parquet").read_bytes())
    assert logs[0] == logs[1]
