"""What was varied is read off the configs, not off the command line."""

from __future__ import annotations

from streamwer.analysis.sweeps.axes import find_axes, flatten_config, format_axis_value

AGREEING = {"policy": {"name": "agreeing", "chunk_s": 1.0, "agreement": 2}, "clock": "unaware"}
HOLDING = {"policy": {"name": "holding", "chunk_s": 2.0, "hold_words": 1}, "clock": "unaware"}


def test_a_group_is_named_by_its_name() -> None:
    assert flatten_config(AGREEING) == {
        "policy": "agreeing",
        "policy.chunk_s": 1.0,
        "policy.agreement": 2,
        "clock": "unaware",
    }


def test_two_policies_with_values_of_their_own_vary_the_policy_only() -> None:
    assert find_axes([flatten_config(AGREEING), flatten_config(HOLDING)]) == ["policy"]


def test_an_engine_that_a_policy_brings_along_is_not_varied() -> None:
    own = [{**AGREEING, "engine": "transcribe"}, {**HOLDING, "engine": "direct"}]
    assert find_axes(list(map(flatten_config, own))) == ["policy"]
    both = [*own, {**AGREEING, "engine": "direct"}]
    assert find_axes(list(map(flatten_config, both))) == ["policy", "engine"]


def test_a_value_that_differs_within_a_policy_is_varied() -> None:
    other = {**AGREEING, "policy": {**AGREEING["policy"], "agreement": 3}}  # type: ignore[dict-item]
    configs = [flatten_config(config) for config in (AGREEING, HOLDING, other)]
    assert find_axes(configs) == ["policy", "policy.agreement"]


def test_values_are_written_as_in_an_override() -> None:
    config = {"a": 1.0, "b": True, "c": None, "d": [2.0, 3.5]}
    assert [format_axis_value(config, axis) for axis in "abcde"] == [
        "1",
        "true",
        "null",
        "[2,3.5]",
        "–",
    ]
