"""A run is called contended by one rule, and says so in words."""

from __future__ import annotations

from typing import Any

import pytest

from streamwer.provenance import contention
from streamwer.runners.worker_facts import merge_facts


def facts(ran: float, waited: float, worker: str = "one") -> dict[str, Any]:
    return {"workers": 2, contention.SPENT: {worker: [ran, waited]}}


@pytest.mark.parametrize(
    ("ran", "waited", "share", "verdict"),
    [
        (6.0, 2.0, 0.25, True),
        (90.0, 10.0, 0.1, False),  # the limit itself is allowed
        (88.0, 12.0, 0.12, True),
        (0.4, 0.4, 0.5, False),  # too little to say
        (10.0, 0.0, 0.0, False),
    ],
)
def test_the_rule(ran: float, waited: float, share: float, verdict: bool) -> None:
    judged = contention.assess_contention(facts(ran, waited))
    assert judged == {"workers": 2, contention.SHARE: share, contention.CONTENDED: verdict}
    assert contention.is_contended(judged) is verdict


def test_of_several_workers_one_that_was_disturbed_is_enough() -> None:
    together = merge_facts([facts(100.0, 0.5), facts(20.0, 3.0, "two")])
    assert contention.assess_contention(together)[contention.SHARE] == 0.1304
    assert contention.assess_contention(together)[contention.CONTENDED]


def test_a_worker_that_answers_often_is_judged_by_its_last_answer() -> None:
    """Its sums only grow: a bad beginning is made good by a long quiet run."""
    together = merge_facts([facts(1.0, 0.6), facts(10.0, 0.6), facts(100.0, 0.7)])
    assert contention.assess_contention(together) == contention.assess_contention(facts(100.0, 0.7))
    assert not contention.is_contended(contention.assess_contention(together))


def test_where_nothing_was_counted_nothing_is_said() -> None:
    assert contention.assess_contention({"workers": 1}) == {"workers": 1}
    assert not contention.is_contended({"workers": "1"})


def test_an_event_log_gives_back_text() -> None:
    machine = {contention.CONTENDED: "True", contention.SHARE: "0.123"}
    assert contention.is_contended(machine)
    assert contention.describe_contention(machine).endswith("it waited for a core 12 % of the time")
    assert not contention.is_contended(machine | {contention.CONTENDED: "False"})
