from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.joining import joined


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("hello my name", "hello my name"),
        ("שלום עולם", "שלום עולם"),
        ("مرحبا بالعالم", "مرحبا بالعالم"),
        ("안녕 세계", "안녕 세계"),
        ("今 天 天 气 很 好 。", "今天天气很好。"),
        ("これ は ペン です", "これはペンです"),
        ("ส วั ส ดี ค รั บ", "สวัสดีครับ"),
        ("我 用 iPhone 打 电 话", "我用iPhone打电话"),
        ("cafe \u0301 noir", "cafe\u0301 noir"),
        ("", ""),
    ],
)
def test_words_are_put_together_as_their_script_is_written(words: str, text: str) -> None:
    assert joined(words.split()) == text


@given(st.lists(st.text("abc é1.'", min_size=1).filter(str.strip)))
def test_words_with_spaces_are_joined_as_they_always_were(words: list[str]) -> None:
    assert joined(words) == " ".join(words)
