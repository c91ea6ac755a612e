"""Punctuation errors by hand."""

from __future__ import annotations

import pytest

from streamwer.metrics.punctuation import count_punctuation_errors


@pytest.mark.parametrize(
    ("transcript", "errors", "operations"),
    [
        ("Hi. How are you? I am well.", 0, 3),
        ("Hi how are you? I am well.", 1, 3),  # one missing
        ("Hi. How are you. I am well.", 1, 3),  # one wrong
        ("Hi. How. Are you? I am well.", 1, 4),  # one too many
        ("Hi! How are you? I'm 3.5 well.", 1, 3),
        ("", 3, 3),
    ],
)
def test_punctuation_errors_are_substitutions_deletions_and_insertions(
    transcript: str, errors: int, operations: int
) -> None:
    assert count_punctuation_errors("Hi. How are you? I am well.", transcript) == (
        errors,
        operations,
    )


def test_a_reference_without_punctuation_says_nothing_of_it() -> None:
    assert count_punctuation_errors("hi how are you", "Hi. How are you?") == (0, 0)
