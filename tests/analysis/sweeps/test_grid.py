"""A grid over policies of which some lack a key that is swept."""

from __future__ import annotations

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import CompactHydraException

from hydra_plugins.streamwer_grid import GridSweeper, applicable

CHUNKS = ("policy.chunk_s=0.5", "policy.chunk_s=1")


def grid(*policies: str) -> list[list[str]]:
    return [[f"policy={policy}", chunk, "model=m"] for policy in policies for chunk in CHUNKS]


def test_an_interval_is_refused_with_the_way_to_search_it() -> None:
    interval = OverridesParser.create().parse_overrides(["policy.chunk_s=interval(0.3,2)"])
    with pytest.raises(CompactHydraException, match="add hydra/sweeper=optuna"):
        GridSweeper.split_arguments(interval, None)


def test_a_policy_without_the_key_is_run_once_and_named() -> None:
    jobs, left_out = applicable(grid("offline", "prefix_agreement"))
    assert jobs == [["policy=offline", "model=m"], *grid("prefix_agreement")]
    assert left_out == {"offline": ["policy.chunk_s"]}


@pytest.mark.parametrize(
    "jobs",
    [
        grid("prefix_agreement", "local_agreement"),
        grid("offline"),  # nothing that was asked for would be varied
        [["policy=offline", "policy.chunks=1"], ["policy=prefix_agreement", "policy.chunks=1"]],
        [["policy=unknown", "policy.chunk_s=1"], ["policy=offline"]],
        [["policy.chunk_s=1"], ["policy.chunk_s=2"]],
        [["engine=direct", "engine.beam_size=1"], ["engine=transcribe", "engine.beam_size=1"]],
    ],
)
def test_every_other_grid_is_left_to_hydra(jobs: list[list[str]]) -> None:
    assert applicable(jobs) == (jobs, {})
