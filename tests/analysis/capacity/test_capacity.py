"""The capacity of a worker whose calls cost what we say: as by formula, and as by brute force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from lab.capacity import command
from lab.capacity.playing import Span, Worker
from lab.capacity.systems import Systems
from streamwer.analysis.capacity.curve import build_curve, select_complete
from streamwer.analysis.capacity.figures import ServedCall, SoloResult, measure_load, slo_violations
from streamwer.analysis.capacity.search import find_largest
from streamwer.config.experiment import SystemConfig
from streamwer.config.hardware import ClockConfig
from streamwer.config.load import LoadConfig, SloConfig
from streamwer.config.model import ModelConfig
from streamwer.provenance.signature import Signature
from streamwer.recognisers.engines.direct import Direct
from streamwer.text.normalise import get_normaliser
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters
from tests.analysis.capacity.made_up import SIGNED
from tests.scripted import Scripted, script, silence

SAID = script("one two three four five six seven eight nine ten eleven twelve", pace=0.7)
POLICY = {
    "name": "prompted_buffer",
    "chunk_s": 1.0,
    "buffer_s": 30.0,
    "holdback_s": 0.0,
    "prompt": "committed",
    "prompt_chars": 0,
}
SLO = SloConfig(p95_commit_s=3.0, wer_points=0.3, emitted=0.999, partial_rate=0.95)
BASIC = get_normaliser("basic")


def worker(
    service: float | Callable[[int], float],
    load: LoadConfig,
    seconds: float = 40.0,
    warm_up: float = 10.0,
) -> Worker:
    system = SystemConfig(
        policy=POLICY,
        model=ModelConfig(name="scripted", path=""),
        engine=Direct.Config(),
        clock=ClockConfig("measured"),
        load=load,
    )
    reference = Reference("a", "", 9.0, " ".join(word.text for word in SAID), words=SAID)
    calls = [(replace(reference, recording=name), silence(9.0)) for name in "ab"]
    cost = service if callable(service) else lambda call: service
    recogniser = Scripted(SAID, cost=cost)
    return Worker(system, recogniser, calls, BASIC, Span(seconds, warm_up))


@pytest.mark.parametrize("service", [0.3, 0.45])
@pytest.mark.parametrize("name", ["fixed", "together"])
def test_the_bracket_is_the_brute_force_answer_and_the_formulas(name: str, service: float) -> None:
    """Chunks of 1 s are carried while N·S ≤ 1; a call more makes some chunk longer than planned."""
    tested = worker(service, LoadConfig(name=name, phase_s=0.0), seconds=20.0)

    def meets(streams: int) -> bool:
        return not slo_violations(tested.run(streams, 1), SLO)

    brute = max((n for n in range(1, 6) if all(meets(k) for k in range(1, n + 1))), default=0)
    assert find_largest(meets, 5) == brute == int(1 / service)


def test_a_worker_that_is_idle_gives_every_call_what_it_gets_alone() -> None:
    found = worker(0.0, LoadConfig(name="poisson")).run(10, 3)
    assert slo_violations(found, SLO) == ()
    assert (found.utilisation, found.waiting, found.emitted, found.partial_rate) == (0, 0, 1, 1)
    assert found.wer == found.wer_alone
    assert found.lag_slope == pytest.approx(0, abs=0.01)
    assert found.achieved == pytest.approx(found.offered, rel=0.1)


def test_random_calls_count_when_there_are_as_many_as_asked_for() -> None:
    """Calls of 9 s: from 1 s on they would be 78 % of them, on average."""
    tested = worker(0.0, LoadConfig(name="poisson"), seconds=20.0, warm_up=1.0)
    offered = [tested.run(24, seed).offered for seed in range(1, 4)]
    assert np.mean(offered) == pytest.approx(24, rel=0.1)


def test_the_worker_is_busy_as_long_as_the_calls_of_the_model_take() -> None:
    """4 calls with chunks of 1 s, of 0.125 s each: half of the time."""
    found = worker(0.125, LoadConfig(name="fixed", phase_s=1.0), seconds=55.0).run(4, 1)
    assert found.utilisation == pytest.approx(0.5, abs=0.02)
    assert found.offered == pytest.approx(4, abs=0.05)


def test_an_overloaded_worker_falls_behind_and_says_so() -> None:
    found = worker(2.0, LoadConfig(name="fixed", phase_s=1.0)).run(8, 1)
    assert found.utilisation == pytest.approx(1.0)
    assert found.achieved < found.offered
    assert {"p95_commit_s", "lag_slope", "partial_rate"} <= set(slo_violations(found, SLO))


def test_a_call_that_something_fails_on_is_told_and_its_words_are_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Alone nothing does; the tenth window of the load does."""
    last, fatal = 0, -1

    def cost(call: int) -> float:
        nonlocal last
        last = call
        if call == fatal:
            raise RuntimeError("no memory")
        return 0.0

    tested = worker(cost, LoadConfig(name="fixed", phase_s=1.0))
    assert all(each.emitted.all() for each in tested.alone.values())
    fatal = last + 10
    found = tested.run(4, 1)
    told = capsys.readouterr().err
    calls = int(told.split(" of ")[1].split()[0])
    assert told == f"4 streams, seed 1: 1 of {calls} calls failed (RuntimeError: no memory)\n"
    assert (found.emitted, found.wer) == pytest.approx((1 - 1 / calls, 1 / calls))
    assert {"emitted", "wer_points"} <= set(slo_violations(found, SLO))
    fatal = 0
    with pytest.raises(RuntimeError, match="no memory"):
        worker(cost, LoadConfig(name="fixed")).run(4, 1)


def step(emitted: float, words: Sequence[Word]) -> Step:
    return Step(
        "a", 0, 2.0, 2.0, 2.0, emitted, StageTimes(), WorkCounters(), Update(tuple(words)), True
    )


def test_words_that_come_late_or_never_are_late_and_missing() -> None:
    """Half of the calls get no answer: their words are infinitely late, in every figure."""
    words = script("yes of course", pace=0.5)
    whole = ServedCall(
        Reference("a", "", 2.0, "yes of course", words=words), 0.0, (step(2.5, words),)
    )
    calls = [replace(whole, begins=float(i), steps=whole.steps * (i % 2)) for i in range(80)]
    found = measure_load(calls, {"a": SoloResult.measure(whole, BASIC)}, BASIC, (0.0, 100.0), 2, 1)
    assert found.words == 240
    assert found.p95 == np.inf
    assert (found.wer, found.wer_alone, found.emitted, found.partial_rate) == (0.5, 0, 0.5, 0.5)
    assert {"p95_commit_s", "wer_points", "emitted"} <= set(slo_violations(found, SloConfig()))


def test_latency_counts_from_when_the_word_was_spoken_not_from_when_it_was_served() -> None:
    words = script("yes", pace=0.5)
    reference = Reference("a", "", 2.0, "yes", words=words)
    calls = [ServedCall(reference, float(i), (step(31.7, words),)) for i in range(100)]
    found = measure_load(
        calls, {"a": SoloResult.measure(calls[0], BASIC)}, BASIC, (0.0, 200.0), 1, 1
    )
    assert found.p50 == pytest.approx(31.0)


def test_where_nobody_calls_or_says_a_word_nothing_is_known_and_nothing_met() -> None:
    silent = ServedCall(Reference("a", "", 9.0, ""), 0.0, (step(1.0, []),))
    for calls in ((), (silent,)):
        alone = {"a": SoloResult.measure(silent, BASIC)}
        found = measure_load(calls, alone, BASIC, (0.0, 60.0), 1, 1)
        assert {"p95_commit_s", "wer_points", "emitted"} <= set(slo_violations(found, SLO))
        served = replace(found, wer=0.1, wer_alone=0.1, emitted=1.0)
        (point,) = build_curve([found, served, served], SLO)
        assert np.isnan([point.wer_points, point.middle.wer, point.middle.emitted]).all()


def test_too_few_words_meet_nothing() -> None:
    words = script("yes", pace=0.5)
    call = ServedCall(Reference("a", "", 2.0, "yes", words=words), 0.0, (step(2.5, words),))
    found = measure_load([call], {"a": SoloResult.measure(call, BASIC)}, BASIC, (0.0, 10.0), 1, 1)
    assert found.p95 is None
    assert "p95_commit_s" in slo_violations(found, SloConfig())


class OneWorker(Systems):
    """Systems of which each is the scripted worker."""

    def __init__(self, service: float) -> None:
        self._service = service

    def build_worker(self, name: str) -> Worker:
        return worker(self._service, LoadConfig(name="fixed", phase_s=1.0), seconds=20.0)

    def sign_capacity(self, name: str) -> Signature:
        return SIGNED


@pytest.mark.parametrize(("bound", "loads"), [(3.0, [1, 2, 3, 4]), (0.1, [1, 2])])
def test_the_curve_lies_around_the_capacity_or_begins_with_a_call_alone(
    bound: float, loads: list[int]
) -> None:
    """A word waits for its chunk, so no load meets 0.1 s; alone a call takes 30 % of a worker."""
    arguments = command.create_parser().parse_args(["--repeats", "2", "--most", "4"])
    playing = command.Playing("a", OneWorker(0.3), 1, arguments)
    found = playing.measure(replace(SLO, p95_commit_s=bound))
    assert found.capacity.value == (3 if bound > 1 else 0)
    assert [
        point.streams for point in select_complete(build_curve(found.runs, SloConfig()))
    ] == loads


def test_the_first_guess_is_what_keeps_the_worker_busy_most_of_the_time() -> None:
    """9 s of audio take 9 or 10 steps of 0.1 s: 85 % of the time are 7 or 8 calls."""
    assert worker(0.1, LoadConfig(name="fixed")).guess in (7, 8)
