"""Both clocks play the same calls, and what was found is written where it is read."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast
from xml.etree import ElementTree

import pytest

from lab.validation import command, document, drawing
from lab.validation.agreement import LOADS, Capacity, Pair, judge_pairs
from lab.validation.document import BEGIN, END, Findings
from lab.validation.figures import Figures, measure_figures
from lab.validation.playing import VIRTUAL, WALL, Player, Setting
from lab.validation.stalling import Stall
from streamwer.config import experiment
from streamwer.config.compose import load_config as composed
from streamwer.config.experiment import ExperimentConfig
from streamwer.config.load import SloConfig
from streamwer.errors import ConfigError, StreamwerError
from streamwer.recognisers.stage_timer import NOW
from streamwer.runners.core_reservation import CoreReservation
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference
from tests.patience import PATIENCE_S
from tests.scripted import Scripted, script, silence

SAID = script("one two three four five six seven eight nine ten", pace=0.4)
SETTING = Setting(streams=30, seed=1, until=3.0, grace=1.0)


@cache
def settings() -> ExperimentConfig:
    return composed(["experiment=validation", "systems.attention_cutoff.policy.chunk_s=0.5"])


def player(words: int = len(SAID)) -> Player:
    said, seconds = SAID[:words], 0.45 * words
    references = [
        Reference(name, "", seconds, " ".join(word.text for word in said), words=said)
        for name in "ab"
    ]
    calls = [(each, silence(seconds)) for each in references]
    system = experiment.build_system(settings(), "attention_cutoff")
    return Player(system, Scripted(said, cost=lambda call: 0.001), calls, CoreReservation())


def make_findings(run_of: Figures) -> Findings:
    pairs = tuple(Pair(load, run_of, replace(run_of, clock="wall")) for load in LOADS)
    judged = judge_pairs(pairs, [], SloConfig())
    machine = {"cpu": "a processor", "cores": 2}
    policy = {"name": "attention_cutoff", "chunk_s": 2.0}
    return Findings(
        "attention_cutoff", policy, 3.0, 100, (5.0, 36.0), pairs, (), tuple(judged), machine
    )


@pytest.fixture(scope="module", autouse=True)
def own_time() -> Iterator[None]:
    """Of the process: what else the machine does is not in it."""
    reset = NOW.set(time.thread_time)
    yield
    NOW.reset(reset)


@pytest.fixture(scope="module")
def virtual() -> Figures:
    stalled = replace(SETTING, stall=Stall(1.5, 0.5))
    return measure_figures(player().play(stalled, VIRTUAL), get_normaliser("basic"), 0.5)


def test_in_real_time_the_same_calls_are_played(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take its time: in virtual time alone the service ends with the grace."""
    monkeypatch.setattr("streamwer.simulation.generator.LARGEST_LAG", math.inf)
    short = replace(SETTING, until=2.5)
    settings = {VIRTUAL: short, WALL: replace(short, grace=PATIENCE_S)}
    both = [player(5).play(setting, clock) for clock, setting in settings.items()]
    simulated, real = ([(c.reference, c.begins) for c in run.calls] for run in both)
    assert simulated == real
    assert len(simulated) >= short.streams
    for run in both:
        steps = [(call.begins, step) for call in run.calls for step in call.steps]
        assert len(steps) > short.streams
        assert all(step.ready - 1e-9 <= step.start <= step.emitted for _, step in steps)
        end = run.setting.until + run.setting.grace
        assert all(begins + step.emitted <= end for begins, step in steps)
    assert both[0].generator_lag is None
    assert both[1].generator_lag is not None


def test_a_stall_shows_in_the_figures(virtual: Figures) -> None:
    assert virtual.backlog is not None
    assert virtual.recovery is not None
    assert 0.4 < virtual.backlog < 1.0
    assert 0.5 <= virtual.recovery < 2.5
    assert virtual.words >= 72
    assert virtual.late[-1] <= SETTING.grace


def test_the_report_says_what_was_met(virtual: Figures) -> None:
    contents = document.render(make_findings(virtual), "<svg/>")
    told = json.loads(contents["validation.json"])
    assert told["met"] is True
    assert len(told["runs"]) == 2 * len(LOADS)
    assert len(told["runs"][0]["percentiles"]) == 99
    assert "All criteria that were looked at are met." in str(contents["validation.md"])
    assert "| capacity | not compared: " in str(contents["validation.md"])
    assert f" | {1000 * (virtual.call or 0):.2f} |" in str(contents["validation.md"])
    assert document.render_block(make_findings(replace(virtual, call=None))).count(
        " | – |\n"
    ) == 2 * len(LOADS)
    capacity = (Capacity(1, 100.0, 101.0),)
    assert "All criteria are met." in document.render_block(
        replace(make_findings(virtual), capacities=capacity)
    )
    missed = replace(virtual, p95=9.0)
    assert "**not met**" in document.render_block(
        replace(
            make_findings(virtual),
            verdicts=tuple(judge_pairs([Pair(LOADS[0], missed, virtual)], [], SloConfig())),
        )
    )


def test_the_figure_has_a_plot_for_each_load_and_one_for_the_backlog(virtual: Figures) -> None:
    root = ElementTree.fromstring(drawing.draw_svg(make_findings(virtual).pairs))
    plots = root.findall("{http://www.w3.org/2000/svg}g")
    assert len(plots) == len(LOADS) + 1
    assert all(len(plot.findall("{http://www.w3.org/2000/svg}polyline")) == 2 for plot in plots)


def test_only_the_marked_part_of_the_page_is_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\n\nold\n\n{END}\n\nafter\n")
    document.write_into(page, "new")
    assert page.read_text() == f"before\n\n{BEGIN}\n\nnew\n\n{END}\n\nafter\n"
    page.write_text("no marks")
    with pytest.raises(StreamwerError, match="put them back"):
        document.write_into(page, "new")


def test_the_documentation_has_the_marks() -> None:
    text = command.PAGE.read_text()
    assert text.index(BEGIN) < text.index(END)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["load=alone"], "several calls at once"),
        (["load.schedule=batched"], "several calls at once"),
        (["clock=wall"], "clock=measured that is held to wall"),
        (["load.streams=9"], "load.streams: how many calls at once is looked for here; use --str"),
        (["--warm-up", "50"], "must be below --seconds"),
        (["--out", "README.md/x"], "README.md/x: the report cannot be written (Not a directory)"),
        (["--quick", "--write-docs"], "is for a whole run"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    arguments: list[str],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["validate", *arguments])
    monkeypatch.setattr(command.recognisers, "load_recogniser", None)  # said before a model is
    assert command.main() == 1
    assert problem in capsys.readouterr().err


class ScriptedSession(command.Session):
    """Runs that were never played: their p95, and how busy the worker was, are given."""

    def __init__(self, p95: float | None, busy: float, run: Figures, *arguments: str) -> None:
        args = command.create_parser().parse_args(["--seconds", "4", *arguments])
        super().__init__(cast(Player, None), settings(), args)
        self._figures, self.untils = replace(run, p95=p95, busy=busy), list[float]()

    def _run(
        self, streams: int, seed: int, until: float, clock: str, stall: Stall | None = None
    ) -> Figures:
        self.untils.append(until)
        return replace(self._figures, streams=streams)


@pytest.mark.parametrize(
    ("p95", "busy", "problem"),
    [
        (3.2, 0.4, "slo.p95_commit_s=3: with 4 calls at once the p95 is 3.20 s already"),
        (None, 1.0, "2 calls at once: too few words for a p95 of their latency; raise --seconds"),
        (1.0, 0.0, "--seconds 4: too short, no step is served in half of it"),
    ],
)
def test_a_level_that_no_load_meets_says_what_limits_it(
    p95: float | None, busy: float, problem: str, virtual: Figures
) -> None:
    with pytest.raises(ConfigError, match=re.escape(problem)):
        ScriptedSession(p95, busy, virtual).estimate_capacity()


def test_without_a_time_that_does_not_count_something_is_played_first(virtual: Figures) -> None:
    session = ScriptedSession(1.0, 1.0, virtual, "--warm-up", "0")
    session.warm_up()
    assert session.untils == [0.5]
