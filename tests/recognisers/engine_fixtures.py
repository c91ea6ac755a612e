"""Loaded engines and the bundled calls, for the tests of this package."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from streamwer import audio
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.config import experiment
from streamwer.config.compose import load_config
from streamwer.config.model import ModelConfig
from streamwer.recognisers.base import Window
from streamwer.recognisers.engines.direct import Direct
from streamwer.types import Hypothesis

REFERENCE = Path("models/reference")
CALLS = Path("data/toy_calls")


@cache
def _configure() -> tuple[ModelConfig, Direct.Config]:
    system = experiment.build_system(load_config(["engine=direct", "model=reference"]), "offline")
    assert isinstance(system.engine, Direct.Config)
    return system.model, system.engine


def direct(path: Path = REFERENCE, **changes: Any) -> Direct:
    """The direct engine as `conf/` has it, but for the values given of engine and model."""
    model, engine = _configure()
    ours = {key: changes.pop(key) for key in set(changes) & {each.name for each in fields(model)}}
    return Direct(replace(engine, **changes), replace(model, **ours), path)


@cache
def call(number: int) -> Samples:
    """A bundled call; read-only, because it is shared."""
    samples = audio.load_audio(CALLS / f"call_{number:02d}.flac")
    samples.flags.writeable = False
    return samples


@cache
def read_words(number: int) -> list[dict[str, Any]]:
    """The words of a bundled call with their times."""
    rows = (CALLS / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    words: list[dict[str, Any]] = json.loads(rows[number - 1])["words"]
    return words


def part(number: int, begin: float, end: float) -> Window:
    """Some seconds of a call, where they are on its line."""
    first, last = audio.seconds_to_samples(begin), audio.seconds_to_samples(end)
    return Window(call(number)[first:last], first)


def hiss(seconds: float, level: float = 1e-4) -> Samples:
    count = round(seconds * SAMPLE_RATE)
    return np.random.default_rng(0).normal(0, level, count).astype(np.float32)


def texts(hypothesis: Hypothesis) -> list[str]:
    return [word.text for word in hypothesis.words]
