"""LocalAgreement-n commits exactly what n successive hypotheses agree on."""

from __future__ import annotations

import pytest

from streamwer.errors import ConfigError
from streamwer.policies.local_agreement import LocalAgreement
from streamwer.types import Hypothesis, Update, Word
from tests.scripted import script


def make_hypotheses(*texts: str) -> list[Hypothesis]:
    return [Hypothesis(script(text, begin=0.0)) for text in texts]


def updates(agreement: int, hypotheses: list[Hypothesis]) -> list[Update]:
    policy = LocalAgreement(
        chunk_s=1.0,
        agreement=agreement,
        trim_s=15.0,
        left_context_s=0.0,
        buffer_s=28.0,
        prompt_chars=0,
    )
    shown = []
    for second, hypothesis in enumerate(hypotheses, 1):
        policy.plan(arrived=16_000 * second, ended=False)
        shown.append(policy.absorb(hypothesis))
    return shown


def texts(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def test_two_hypotheses_commit_their_longest_common_prefix() -> None:
    first, second, third = updates(
        2, make_hypotheses("my name", "my name is jane", "my name is james smith")
    )
    assert (texts(first.committed), texts(first.tentative)) == ("", "my name")
    assert (texts(second.committed), texts(second.tentative)) == ("my name", "is jane")
    assert (texts(third.committed), texts(third.tentative)) == ("is", "james smith")


def test_three_must_agree_where_three_are_asked_for() -> None:
    shown = updates(
        3, make_hypotheses("my name", "my name is", "my name is jane", "my name is jane")
    )
    assert [texts(update.committed) for update in shown] == ["", "", "my name", "is"]


def test_case_and_punctuation_do_not_break_agreement() -> None:
    _, second = updates(2, make_hypotheses("Hello, my", "hello my name"))
    assert texts(second.committed) == "hello my"


@pytest.mark.parametrize(
    "values",
    [
        {"agreement": 1},
        {"trim_s": 30.0},
        {"left_context_s": -1.0},
        {"left_context_s": 15.0},
        {"chunk_s": 0.0},
        {"chunk_s": 29.0},
        {"prompt_chars": -1},
        {"chunk_s": 1e-5},
    ],
)
def test_values_that_make_no_sense_name_their_key(values: dict[str, float]) -> None:
    sound = {"chunk_s": 1.0, "agreement": 2, "trim_s": 15.0, "buffer_s": 28.0, "prompt_chars": 0}
    sound |= {"left_context_s": 0.0}
    with pytest.raises(ConfigError, match=f"policy.{next(iter(values))}"):
        LocalAgreement(**(sound | values))  # type: ignore[arg-type]
