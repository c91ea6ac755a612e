"""JSON that says one thing twice, or what cannot be written, is refused with the reason."""

from __future__ import annotations

import pytest

from streamwer._util.strict_json import parse_json, refuse_broken_text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1, "a": 2}', "the key 'a' is there twice"),
        ('[{"b": {"a": 1, "a": 1}}]', "the key 'a' is there twice"),
        (f'{{"a": {"9" * 6000}}}', "a number of 6000 digits"),
        (f'{{"a": -{"9" * 6000}}}', "a number of 6001 digits"),
        ("{", "Expecting"),
    ],
)
def test_what_has_no_one_meaning_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_json(text)


@pytest.mark.parametrize("text", ['"\\ud800"', '{"\\uDC00": 1}', '["a", {"b": "\\ud83d x"}]'])
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="half a surrogate pair"):
        refuse_broken_text(text, parse_json(text))


def test_whole_pairs_and_what_looks_like_one_are_text() -> None:
    for text in ('"\\ud83d\\ude00"', '"\\\\ud800"', "12345"):
        refuse_broken_text(text, parse_json(text))
    assert parse_json('{"a": 12}') == {"a": 12}
