"""`python -m lab.calibration` with a small random model: from windows to a file that works."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

from lab.bench.playing import Call
from lab.calibration import checking, command, document, scenes
from streamwer.audio import samples_to_seconds
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.compose import load_config
from streamwer.config.experiment import ExperimentConfig, SystemChoice, build_system
from streamwer.config.hardware import CallCosts, ClockConfig, HardwareConfig
from streamwer.errors import ConfigError, DatasetError
from streamwer.recognisers.base import Window
from streamwer.simulation.clock import ProfileClock
from streamwer.types import Hypothesis, StageTimes, WorkCounters
from tests import random_whisper
from tests.lab.bench import scripted_session

KEY = "random_cpu_int8_1_thread_direct_beam_5"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> ExperimentConfig:
    """One system, with a random model that hears a few words in everything."""
    folder = tmp_path_factory.mktemp("model") / "random"
    random_whisper.build(folder, random_whisper.Shape(width=64, heads=2, layers=1))
    config = load_config(["policy=[offline]", "engine=direct"])
    config.model = replace(config.model, name="random", path=str(folder), revision=None)
    config.engine = {"name": "direct", "skip_silence": False, "tokens_per_s": 1.0}
    return config


def noise(count: int) -> list[Call]:
    rng = np.random.default_rng(0)
    return [
        replace(call, audio=rng.normal(0, 0.1, len(call.audio)).astype(np.float32))
        for call in scripted_session.calls(count)
    ]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenes, "LENGTHS_S", (1, 5, 12))


@pytest.mark.usefixtures("few")
def test_what_is_measured_becomes_a_profile_that_its_system_runs_by(
    settings: ExperimentConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    costs = command.calibrate(settings, noise(2), repeats=1, quantile=0.5)
    assert list(costs) == [KEY]
    assert KEY in capsys.readouterr().out
    profile = HardwareConfig("desk", "a processor", costs)
    path = tmp_path / "desk.yaml"
    path.write_text(document.render(profile))
    assert document.read(path) == profile
    clock = ClockConfig("profile", OmegaConf.to_container(OmegaConf.load(path)))
    config = replace(settings, systems={"one": SystemChoice({"name": "offline"}, clock=clock)})
    one = build_system(config, "one")
    finish = ProfileClock(one.clock.hardware.costs[KEY]).finish
    short, long = (Hypothesis(effort=WorkCounters(n, encodings=1)) for n in (600, 3_000))
    assert 0 < finish(0, short) < finish(0, long) < 60


def test_every_key_of_a_profile_is_explained() -> None:
    text = document.render(HardwareConfig("desk", "x", load_config().hardware.costs))
    assert all(" # " in line for line in text.splitlines() if ": " in line)


def test_a_scene_is_the_same_work_each_time() -> None:
    audio = noise(1)[0].audio
    (one, *_), (again, *_) = (scenes.cut_scenes([audio], "hello " * 50, seed=3) for _ in range(2))
    for windows in zip(one.iterate_windows(), again.iterate_windows(), strict=True):
        a, b = windows
        assert (a.start, a.prompt, a.listen_only) == (b.start, b.prompt, b.listen_only)
        assert np.array_equal(a.audio, b.audio)
        assert a.memory is not b.memory
    lengths = [samples_to_seconds(len(window.audio)) for window in one.iterate_windows()]
    assert lengths == pytest.approx([0.5, 0.7, 0.9, 1.4])


def test_one_call_is_too_few_to_check_the_fit_with() -> None:
    with pytest.raises(DatasetError, match="1 recordings: a calibration needs two"):
        command.split_scenes(noise(1))


def test_a_profile_of_another_processor_is_not_mixed_with_this_ones(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(document.render(HardwareConfig("desk", "an abacus", {KEY: CallCosts()})))
    with pytest.raises(ConfigError, match=r"another processor \(an abacus, not .*another --name"):
        command.read_earlier_profile(path, "desk")


def test_a_file_that_is_no_profile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text("colour: red\n")
    with pytest.raises(ConfigError, match="not a hardware profile"):
        command.read_earlier_profile(path, "desk")


@pytest.mark.parametrize(
    ("processor", "name"),
    [
        ("AMD EPYC 7B13", "amd_epyc_7b13"),
        ("Intel(R) Xeon(R)", "intel_r_xeon_r"),
        ("", "this_machine"),
    ],
)
def test_a_profile_is_named_after_the_processor(processor: str, name: str) -> None:
    assert command.make_slug(processor) == name


class Charged:
    """A recogniser whose calls take 10 ms for each second of audio, and says so."""

    def recognise(self, window: Window) -> Hypothesis:
        tokens = len(window.audio) // SAMPLE_RATE
        return Hypothesis(
            compute=StageTimes(decode=tokens / 100), effort=WorkCounters(decoded_tokens=tokens)
        )


def test_a_profile_that_is_right_gives_what_is_measured() -> None:
    """And one whose calls cost twice as much counts twice the compute."""
    costs = CallCosts(encode_frames=[3_000], encode_us=[1.0])
    one = build_system(load_config(["engine=direct"]), "offline")
    calls, scoring = scripted_session.calls(2), load_config().scoring
    for token, factor in ((10_000.0, 1), (20_000.0, 2)):
        contestant = checking.Contestant("one", one, Charged(), replace(costs, decode_token=token))
        measured, predicted = checking.check([contestant], calls, scoring)
        assert (measured.clock, predicted.clock) == ("measured", "profile")
        assert predicted.compute == pytest.approx(factor * measured.compute)


def test_the_committed_profile_has_the_costs_of_every_system_compared() -> None:
    settings = load_config(["clock=profile"])
    for name in settings.compare:
        assert build_system(settings, name).clock.hardware.name == "reference"
