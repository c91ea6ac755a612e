"""The classical baseline decodes what is new, and gives timed words whatever the policy asks.

The bundled calls are synthetic speech that its model has never heard: the words are mostly wrong.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from streamwer import policies
from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config import experiment
from streamwer.config.compose import load_config
from streamwer.config.model import ModelConfig
from streamwer.errors import ConfigError, ModelError
from streamwer.recognisers.base import Memory, Window
from streamwer.runners.worker import Worker
from streamwer.simulation.clock import build_clock as build_clock
from streamwer.simulation.serving import play_recording
from streamwer.types import Hypothesis, Word
from tests.recognisers.engine_fixtures import call

pytest.importorskip(
    "pocketsphinx", reason="PocketSphinx is not installed: pip install -e '.[pocketsphinx]'"
)
from streamwer.recognisers.engines.pocketsphinx import PocketSphinx

QUICK = PocketSphinx.Config(max_hmms=500)
SECOND = SAMPLE_RATE
LENGTH = 5 * SECOND // 2


@cache
def sphinx(second_pass: bool = False) -> PocketSphinx:
    return PocketSphinx(replace(QUICK, second_pass=second_pass), ModelConfig(language="en"))


def follow(number: int, *spans: tuple[int, int], second_pass: bool = False) -> list[Hypothesis]:
    """What is heard in successive windows of one stream."""
    audio, memory = call(number), Memory()
    windows = (Window(audio[a:b], a, memory=memory) for a, b in spans)
    return [sphinx(second_pass).recognise(window) for window in windows]


def assert_in_order_within(words: tuple[Word, ...], start: int, end: int) -> None:
    assert all(a.end <= b.start + 0.011 for a, b in pairwise(words))
    for word in words:
        assert start / SECOND <= word.start < word.end <= end / SECOND
        assert word.text.strip("<>[]()0123456789 ") == word.text != ""
        assert 0 <= word.probability <= 1


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("second_pass", [False, True], ids=["one pass", "two"])
def test_a_call_gives_timed_words_and_the_same_ones_again(number: int, second_pass: bool) -> None:
    (first,), (again,) = (follow(number, (0, LENGTH), second_pass=second_pass) for _ in range(2))
    assert first.words
    assert first.words == again.words
    assert_in_order_within(first.words, 0, LENGTH)
    assert first.segment_ends == tuple(word.end for word in first.words)
    assert first.compute.decode > 0


def test_only_what_is_new_is_decoded_and_it_comes_to_the_same() -> None:
    steps = follow(1, *((0, end) for end in (SECOND, 2 * SECOND, LENGTH)))
    assert [step.effort.feature_frames for step in steps] == [100, 100, 50]
    assert steps[-1].words == follow(1, (0, LENGTH))[0].words


@pytest.mark.parametrize(
    "moved",
    [(SECOND, LENGTH), (2 * SECOND, LENGTH), (0, 3 * SECOND // 2), (2 * SECOND + 160, LENGTH)],
    ids=["begins later", "begins where the last ended", "ends earlier", "leaves a gap"],
)
def test_a_window_elsewhere_is_heard_from_its_own_beginning(moved: tuple[int, int]) -> None:
    _, step = follow(1, (0, 2 * SECOND), moved)
    assert step.effort.feature_frames == (moved[1] - moved[0]) // 160
    assert_in_order_within(step.words, *moved)


def test_streams_served_in_turns_do_not_disturb_each_other() -> None:
    alone = [follow(number, (0, SECOND), (0, 2 * SECOND))[1].words for number in (1, 2)]
    one, two = Memory(), Memory()
    for end in (SECOND, 2 * SECOND):
        heard = [
            sphinx().recognise(Window(call(number)[:end], 0, memory=memory)).words
            for number, memory in ((1, one), (2, two))
        ]
    assert heard == alone


def test_nothing_is_heard_in_no_audio() -> None:
    assert follow(1, (0, 0), (0, 100))[1].words == ()


@pytest.mark.parametrize("name", ["offline", "local_agreement", "hold_last_n", "endpointed"])
def test_a_policy_plays_a_call_into_it(name: str) -> None:
    policy = policies.build_policy(
        experiment.build_system(load_config([f"policy=[{name}]"]), name).policy
    )
    steps = list(play_recording("a", call(1)[:LENGTH], sphinx(), policy, build_clock("unaware")))
    committed = [word for step in steps for word in step.update.committed]
    assert committed
    assert all(a.end <= b.start for a, b in pairwise(committed))
    assert committed[-1].end <= LENGTH / SECOND
    assert any(step.compute.listen for step in steps) == (name == "endpointed")


def test_what_ran_is_told() -> None:
    system = experiment.build_system(
        load_config(["engine=pocketsphinx", "engine.max_hmms=500"]), "offline"
    )
    facts = Worker(system).facts()
    assert system.model.name == "pocketsphinx_en_us"
    assert len(facts["model_digest"]) == 12
    assert facts["package pocketsphinx"][0].isdigit()


@pytest.mark.parametrize(
    ("changes", "language", "error", "told"),
    [
        ({"acoustic_model": "no/such"}, "en", ModelError, "cannot load its models .no/such"),
        ({}, "de", ConfigError, "model.language='de': .* models of English only"),
        (
            {"acoustic_model": "de", "dictionary": "de.dict"},
            "de",
            ConfigError,
            "set engine.acoustic_model, engine.language_model and engine.dictionary",
        ),
    ],
)
def test_models_that_will_not_do_are_named(
    changes: dict[str, Any], language: str, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        PocketSphinx(replace(QUICK, **changes), ModelConfig(language=language))
