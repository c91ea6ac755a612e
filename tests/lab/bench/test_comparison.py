"""The best policy misses the fewest limits; what is missed is in the report, with the reason."""

from __future__ import annotations

import json

import pytest

from lab.bench import document
from lab.bench.comparison import AT_MOST, Comparison, Figure
from lab.bench.document import Findings
from lab.bench.speech_sets import SpeechSet
from streamwer.types import Word
from tests.lab.bench.scripted_session import call, outcome
from tests.lab.bench.scripted_session import figures as pool

SAID = call("any").reference.words
INVENTED = Word("You", 25.0, 25.2)
PAUSES = {"a": [(20.0, 30.0)]}


def compare(
    local_agreement: tuple[float, float] = (2.0, 8.0),
    prefix_agreement: tuple[float, float] = (1.0, 2.0),
    set_name: str = "calls",
) -> Comparison:
    """Systems that hear every word; of the policies how late they are and what they cost."""
    rules = {
        "offline": (1.0, 2.0),
        "offline_direct": (1.0, 1.0),
        "whisper_streaming": (2.0, 16.0),
        "local_agreement": local_agreement,
        "prompted_buffer": (2.0, 8.0),
        "prefix_agreement": prefix_agreement,
    }
    return Comparison(
        {
            name: pool(outcome({"a": SAID}, late, cost, set_name))
            for name, (late, cost) in rules.items()
        }
    )


def values(comparison: Comparison) -> dict[str, float | None]:
    return {each.name: each.value for each in comparison.figures}


def test_compute_is_compared_with_the_peer_and_with_one_offline_pass() -> None:
    found = values(compare())
    assert found["compute_over_whisper_streaming"] == pytest.approx(2 / 16)
    assert found["compute_over_offline"] == pytest.approx(2 / 1)


def test_the_policy_that_misses_the_fewest_limits_is_best() -> None:
    assert compare().best == "prefix_agreement"
    better = compare(local_agreement=(0.5, 1.0), prefix_agreement=(3.0, 2.0))
    assert better.best == "local_agreement"


def test_of_two_that_miss_as_many_the_one_that_misses_by_less_is_best() -> None:
    nearer, further = (1.3, 2.0), (2.0, 2.0)  # either is too late by its median, and no more
    assert compare(local_agreement=nearer, prefix_agreement=further).best == "local_agreement"
    assert compare(local_agreement=further, prefix_agreement=nearer).best == "prefix_agreement"


def test_bank_calls_are_held_to_the_limit_alone_where_they_are_played() -> None:
    assert "bank_calls_wer_minus_offline" not in values(compare())
    assert values(compare(set_name="bank_calls"))["bank_calls_wer_minus_offline"] == 0.0


def test_every_figure_has_a_limit_and_one_at_its_limit_is_reached() -> None:
    comparison = compare(set_name="bank_calls")
    assert {each.name for each in comparison.figures} == set(AT_MOST)
    assert Figure("p50_s", AT_MOST["p50_s"], "").is_reached
    assert not Figure("p50_s", None, "").is_reached


def test_what_is_missed_says_why() -> None:
    systems = dict(compare().systems)
    lossy = outcome({"a": [*SAID[:-1], INVENTED]}, cost=9.0, pauses=PAUSES)
    systems |= dict.fromkeys(
        ("local_agreement", "prompted_buffer", "prefix_agreement"), pool(lossy)
    )
    reasons = {f.name: f.reason for f in Comparison(systems).figures if not f.is_reached}
    assert "a: You (25.0 s)" in reasons["inserted_in_pauses"]
    assert "decode 100%" in reasons["compute_over_whisper_streaming"]
    assert "offline has 0 substitutions" in reasons["wer_minus_offline"]


def test_a_latency_that_is_not_known_says_how_many_words_never_came() -> None:
    systems = dict(compare().systems)
    deaf = pool(outcome({"a": SAID[:17]}))
    systems |= dict.fromkeys(("local_agreement", "prompted_buffer", "prefix_agreement"), deaf)
    reasons = {f.name: f.reason for f in Comparison(systems).figures if not f.is_reached}
    assert reasons["p50_s"].startswith("p50_s: unknown, at most 1.2. 34 of 51 words never came")


def test_the_document_has_one_object_for_each_model() -> None:
    comparison = compare(set_name="bank_calls")
    findings = Findings(
        [SpeechSet("bank_calls", (call("a"),), PAUSES)],
        missing=["base"],
        models={"tiny_en": comparison},
    )
    found = json.loads(document.render(findings))
    assert list(found) == ["tiny_en", "details"]
    model = found["tiny_en"]
    assert model["best_policy"] == "prefix_agreement"
    assert model["wer_minus_offline"] == 0.0
    assert model["wer_minus_offline_by_set"] == {"bank_calls": 0.0}
    assert (model["inserted_in_pauses"], model["lost_last_words"]) == (0, 0)
    assert model["prompted_buffer_minus_offline"] == 0.0
    assert model["local_agreement_minus_whisper_streaming"] == 0.0
    assert model["missed"] == []
    assert model["systems"]["offline"]["sets"]["bank_calls"]["hits"] == 51
    assert found["details"]["models_not_found"] == ["base"]
    assert found["details"]["speech"]["bank_calls"]["pauses"] == 1
