"""The cost table: every window with every padding, the same work in every cell."""

from __future__ import annotations

import pytest

from pipeline.bench import random_whisper, shapes
from pipeline.bench.random_whisper import Shape
from pipeline.bench.shapes import NEW_TOKENS, PADDINGS_S, WINDOWS_S, Stages
from streamwer.transcript import Effort


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    nano = Shape(width=64, heads=2, layers=2)
    return Stages(random_whisper.build(tmp_path_factory.mktemp("model") / "nano", nano))


def test_window_and_padding_are_thirty_seconds_at_most() -> None:
    grid = shapes.grid()
    assert max(grid) == 30
    assert grid[30] == list(WINDOWS_S)
    assert grid[1] == [1]
    assert grid[6] == [1, 4, 6]


@pytest.mark.parametrize("seconds", [1, 7, 30])
def test_a_step_decodes_as_many_tokens_whatever_the_window(stages: Stages, seconds: int) -> None:
    encoded = stages.encode(100 * seconds)
    assert encoded.shape == [1, 50 * seconds, 64]
    assert stages.decode(encoded) == NEW_TOKENS
    stages.align(encoded, 100)


@pytest.mark.parametrize(("new", "prompt"), [(1, 0), (7, 5), (60, 223)])
def test_a_step_decodes_as_many_tokens_as_are_asked_for(
    stages: Stages, new: int, prompt: int
) -> None:
    assert stages.decode(stages.encode(400), new, prompt) == new


def test_the_work_of_a_real_step_is_done_again(stages: Stages) -> None:
    stages.work(Effort(encoder_frames=400, prompt_tokens=300, decoded_tokens=9))
    stages.work(Effort(encoder_frames=400))
    stages.work(Effort())


def test_every_cell_of_the_table_is_measured(stages: Stages) -> None:
    advanced = []
    cells = shapes.measure("nano", stages, 1, lambda: advanced.append(1))
    assert [(c.window_s, c.padding_s) for c in cells] == [
        (window, padding) for window in WINDOWS_S for padding in PADDINGS_S
    ]
    assert all(min(c.cost.encode, c.cost.decode, c.cost.align) > 0 for c in cells)
    assert all(cell.repeats == 1 for cell in cells)
    assert len(advanced) == len(shapes.grid())


def test_a_length_that_takes_long_is_not_measured_again(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shapes, "ENOUGH_S", 0.0)
    monkeypatch.setattr(shapes, "WINDOWS_S", (1,))
    cells = shapes.measure("nano", stages, 3)
    assert [cell.repeats for cell in cells] == [1] * len(PADDINGS_S)
