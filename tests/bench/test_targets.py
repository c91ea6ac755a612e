"""What is not reached says why; what was left out is null, and is not passed off as the whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.bench import command, comparison, document, systems, targets
from pipeline.bench.comparison import Choice
from pipeline.bench.document import Findings
from pipeline.bench.figures import Figures, row
from pipeline.bench.framework import Framework
from pipeline.bench.ratios import Ratio
from pipeline.bench.targets import Target

KEYS = [
    "local_agreement_direct_over_transcribe",
    "best_over_offline",
    "best_policy",
    "best_p50_over_local_agreement",
    "framework_share",
    "wer",
    "details",
]


@pytest.fixture(scope="module")
def choice(figures: Figures) -> Choice:
    return comparison.choose(comparison.candidates(figures, systems.every()))


def test_a_figure_at_its_limit_is_reached_and_needs_no_note() -> None:
    assert Target("x", 0.5, 0.5, "because").reached
    assert Target("x", 0.5, 0.5, "because").note == ""


@pytest.mark.parametrize("value", [0.51, None])
def test_a_figure_above_its_limit_or_not_there_says_why(value: float | None) -> None:
    assert Target("x", value, 0.5, "because").note == "because"


def test_the_engines_target_is_the_one_at_the_first_chunk(figures: Figures) -> None:
    compute, wer, *at_other_chunks = targets.of_engines(figures, comparison.engines(figures))
    assert compute.value == pytest.approx(0.1)
    assert compute.reached
    assert wer.reached
    assert "decode 100%" in compute.why
    assert {each.figure for each in at_other_chunks} == {
        "local_agreement_direct_over_transcribe_at_0.5s",
        "local_agreement_direct_wer_excess_at_0.5s",
    }
    assert "0 substitutions" in wer.why


def test_a_policy_that_is_too_costly_says_where_its_compute_goes(
    figures: Figures, choice: Choice
) -> None:
    compute, wer, *_ = targets.of_policies(figures, choice)
    assert compute.value == choice.best.over_offline.compute.median
    assert compute.reached == (compute.value <= 2.5)
    assert "calls" in compute.why
    assert wer.value == 0.0


def test_the_frameworks_share_is_that_of_its_worst_policy() -> None:
    found = Framework({"a": Ratio(0.01, 0.01, 0.01), "b": Ratio(0.06, 0.05, 0.07)})
    target = targets.of_framework(found)
    assert target.value == 0.06
    assert "b 6.0%" in target.note


def test_the_document_has_the_five_figures_and_the_word_error_rates(
    figures: Figures, choice: Choice
) -> None:
    entries = systems.every()
    findings = Findings(
        repeats=2,
        calls=4,
        shared=figures.shared,
        rows=[row(figures, entry) for entry in entries],
        engines=comparison.engines(figures),
        choice=choice,
        framework=Framework({"a": Ratio(0.0123456, 0.0, 0.1)}),
    )
    found = json.loads(document.render(findings))
    assert list(found) == KEYS
    assert found["local_agreement_direct_over_transcribe"] == 0.1
    assert found["best_policy"] == choice.best.policy
    assert found["framework_share"] == 0.01235  # four digits
    assert found["wer"] == {entry.name: 0.0 for entry in entries}
    assert found["details"]["best"]["chunk_s"] == choice.best.chunk_s
    assert set(found["details"]["best"]["at_chunks"]) == {"1", "0.5"}


def test_what_was_left_out_is_null() -> None:
    found = json.loads(document.render(Findings(repeats=1, calls=1, complete=False)))
    assert list(found) == KEYS
    assert all(found[key] is None for key in KEYS[:5])
    assert found["details"]["complete"] is False


def test_a_quick_look_does_not_overwrite_the_report() -> None:
    assert command.destination(None, complete=False) is None
    assert command.destination(None, complete=True) == Path("reports/benchmark.json")
    assert command.destination(Path("other.json"), complete=False) == Path("other.json")
