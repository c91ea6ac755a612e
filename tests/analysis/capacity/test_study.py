"""What is kept of a capacity: it comes back as it was, and tells when it no longer holds."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from lab.capacity import document
from lab.capacity.command import update_study
from streamwer.analysis.capacity.curve import build_curve, first_violated_slo, select_complete
from streamwer.analysis.capacity.machine import read_machine
from streamwer.analysis.capacity.study import find_changes, read_study
from streamwer.config.load import SloConfig
from streamwer.errors import LogError
from streamwer.provenance.signature import Signature
from tests.analysis.capacity.made_up import SIGNED, make_capacity, run, study

COMMITTED = Path(__file__).parents[3] / "reports/capacity"
ODD = replace(run(1, 1, 0), p95=None, lag_slope=math.nan)
KEPT = study(
    {
        "quick": make_capacity([70, 68, 73], [1, 35, 70, 105]),
        "slow": make_capacity([0], [1, 2], 2.5),
    }
)
FACTS = {"cores": 2, "threads": 1, "workers": 2, "seconds": 3.0, "peak_memory_mb": {"35": 210}}


def change_signature(part: str, **values: str) -> Signature:
    return replace(SIGNED, **{part: replace(getattr(SIGNED, part), **values)})


def test_a_study_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "live"
    kept = study({**KEPT.systems, "odd": replace(make_capacity([0], [1]), runs=(ODD,))})
    update_study(folder, kept, {"quick": FACTS})
    again = read_study(folder)
    assert again.to_json() == kept.to_json()
    assert str(again) == str(kept)  # NaN is not equal to itself
    assert read_machine(folder) == {"quick": FACTS}


def test_the_committed_tables_are_those_of_the_committed_studies() -> None:
    folders = [file.parent for file in COMMITTED.glob("*/capacity.json")]
    assert folders
    for folder in folders:
        told = document.render(read_study(folder), {})["capacity.md"]
        assert (folder / "capacity.md").read_text(encoding="utf-8") == told


def test_the_table_tells_the_figures_of_the_file() -> None:
    """Which are rounded: what is rounded twice may differ from what is rounded once."""
    run = replace(KEPT.systems["quick"].runs[0], lag_slope=-0.0000499996)
    fresh = study({"quick": replace(KEPT.systems["quick"], runs=(run,))})
    assert document.render(fresh, {}) == document.render(fresh.round_figures(), {})


def test_systems_measured_before_stay_as_long_as_the_level_is_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "live"
    update_study(folder, KEPT, {"quick": FACTS})
    update_study(folder, study({"new": make_capacity([3], [1, 3])}), {"new": FACTS})
    assert list(read_study(folder).systems) == ["quick", "slow", "new"]
    assert set(read_machine(folder)) == {"quick", "new"}
    update_study(
        folder, study({"new": make_capacity([3], [1, 3])}, SloConfig(p95_commit_s=1.0)), {}
    )
    assert list(read_study(folder).systems) == ["new"]


@pytest.mark.parametrize("text", ["", "[]", '{"schema": 1}', '{"schema": 2, "slo": {"x": 1}}'])
def test_what_is_no_study_is_named_with_the_remedy(text: str, tmp_path: Path) -> None:
    (tmp_path / "capacity.json").write_text(text)
    with pytest.raises(LogError, match=r"capacity\.json: not a study .*make capacity"):
        read_study(tmp_path)
    update_study(tmp_path, KEPT, {})  # but it is no obstacle to measuring anew
    assert list(read_study(tmp_path).systems) == ["quick", "slow"]


@pytest.mark.parametrize(
    ("now", "reasons"),
    [
        (SIGNED, ()),
        (change_signature("method", clock="measured", load="alone"), ()),
        (change_signature("subject", policy="p(chunk_s=2)"), ("policy",)),
        (change_signature("subject", model="m@2", compute_type="int8"), ("model", "number type")),
        (change_signature("method", audio="a2", times="t2"), ("audio", "word times")),
    ],
)
def test_a_capacity_is_outdated_where_what_it_is_of_has_changed(
    now: Signature, reasons: tuple[str, ...]
) -> None:
    assert find_changes(SIGNED, now, "profile(x@1)") == reasons


def test_a_profile_that_was_measured_anew_outdates_it_another_machines_does_not() -> None:
    assert find_changes(SIGNED, SIGNED, "profile(x@2)") == ("hardware profile",)
    assert find_changes(SIGNED, SIGNED, "profile(y@7)") == ()


def test_the_curve_has_the_median_of_the_seeds_and_how_far_they_lie_apart() -> None:
    runs = [replace(run(5, seed, 9), p95=late) for seed, late in enumerate((1.0, 3.0, 1.2), 1)]
    (point,) = build_curve(runs, SloConfig(p95_commit_s=2.0))
    assert (point.middle.p95, point.p95_low, point.p95_high) == (1.2, 1.0, 3.0)
    assert (point.within, point.seeds) == (2, 3)
    (unknown,) = build_curve([*runs, replace(runs[0], seed=4, p95=None)], SloConfig())
    assert unknown.middle.p95 is unknown.p95_high is None


def test_of_two_seeds_in_the_middle_the_worse_counts_and_differences_are_taken_within_a_seed() -> (
    None
):
    runs = [
        replace(run(5, seed, 9), wer=wer, wer_alone=alone, emitted=emitted)
        for seed, (wer, alone, emitted) in enumerate(
            [(0.100, 0.100, 0.9), (0.105, 0.104, 1.0), (0.104, 0.090, 0.8), (0.2, 0.2, 0.99)], 1
        )
    ]
    (point,) = build_curve(runs[:3], SloConfig())
    assert point.wer_points == pytest.approx(0.1)  # of the medians it would be 0.4
    (point,) = build_curve(runs, SloConfig())
    assert (point.middle.emitted, point.middle.wer) == (0.9, 0.105)


def test_a_load_with_too_few_words_tells_nothing_of_what_gives_way() -> None:
    alone, many = replace(run(1, 1, 5), p95=None), run(8, 1, 5)
    assert first_violated_slo([alone, many], SloConfig(p95_commit_s=9.0)) == ("emitted",)


@pytest.mark.parametrize(
    ("bounds", "told"),
    [
        ([9, 9], "## idle: at least 9 calls\n\nLarger loads were not tried"),
        ([5, 9, 9], "## idle: at least 9 calls\n\nLarger loads were not tried"),
        ([5, 9], "## idle: 5 calls\n\n5 to 9 or more over the seeds"),
        ([5, 6, 9], "## idle: 6 calls\n\n5 to 9 or more over the seeds"),
        ([5, 6], "## idle: 5 calls\n\n5 to 6 over the seeds"),
    ],
)
def test_where_no_load_was_too_many_with_the_seed_of_the_median_it_may_carry_more(
    bounds: list[int], told: str
) -> None:
    """With another seed only the upper end of the interval is not known."""
    idle = make_capacity(bounds, [4, 8])
    assert told in str(document.render(study({"idle": idle}), {})["capacity.md"])


def test_only_loads_of_all_seeds_are_compared_with_each_other() -> None:
    runs = (*make_capacity([5, 6], [4, 8]).runs, run(9, 1, 5))
    assert [point.streams for point in select_complete(build_curve(runs, SloConfig()))] == [4, 8]


def test_what_gives_way_first_is_what_the_smallest_load_too_many_misses() -> None:
    runs = [run(4, 1, 5), run(6, 1, 5), replace(run(8, 1, 5), partial_rate=0.1)]
    assert first_violated_slo(runs, SloConfig(p95_commit_s=9.0)) == ("emitted",)


def test_one_seed_gives_no_interval_and_says_so() -> None:
    table = str(document.render(KEPT, {})["capacity.md"])
    assert "## quick: 70 calls\n\n68 to 73 over the seeds of the arrivals, a 75 % interval" in table
    assert "## slow: 0 calls\n\nOne seed of the arrivals: no interval." in table
    assert "0 % interval" not in table
