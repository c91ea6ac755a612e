"""What was varied is read off the configs, not off the command line."""

from __future__ import annotations

from streamwer.analysis.sweeps import axes
from streamwer.analysis.sweeps.axes import flat, level

AGREEING = {"policy": {"name": "agreeing", "chunk_s": 1.0, "agreement": 2}, "clock": "unaware"}
HOLDING = {"policy": {"name": "holding", "chunk_s": 2.0, "hold_words": 1}, "clock": "unaware"}


def test_a_group_is_named_by_its_name() -> None:
    assert flat(AGREEING) == {
        "policy": "agreeing",
        "policy.chunk_s": 1.0,
        "policy.agreement": 2,
        "clock": "unaware",
    }


def test_two_policies_with_values_of_their_own_vary_the_policy_only() -> None:
    assert axes([flat(AGREEING), flat(HOLDING)]) == ["policy"]


def test_a_value_that_differs_within_a_policy_is_varied() -> None:
    other = {**AGREEING, "policy": {**AGREEING["policy"], "agreement": 3}}  # type: ignore[dict-item]
    assert axes([flat(AGREEING), flat(HOLDING), flat(other)]) == ["policy", "policy.agreement"]


def test_values_are_written_as_in_an_override() -> None:
    config = {"a": 1.0, "b": True, "c": None, "d": [2.0, 3.5]}
    assert [level(config, axis) for axis in "abcde"] == ["1", "true", "null", "[2,3.5]", "–"]
