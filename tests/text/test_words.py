from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.metrics.tokens import attribute_tokens
from streamwer.text.normalise import get_normaliser
from streamwer.text.words import join_words, split_words


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
    assert join_words(words.split()) == text


@given(st.lists(st.text("abc é1.'", min_size=1).filter(str.strip)))
def test_words_with_spaces_are_joined_as_they_always_were(words: list[str]) -> None:
    assert join_words(words) == " ".join(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我用iPhone打电话", "我 用 iPhone 打 电 话"),
        ("2024年3.5元", "2024 年 3.5 元"),
        ("\uff12\uff10年", "\uff12\uff10 年"),
        ("你好,世界。", "你 好, 世 界。"),
        ("他说「好」(真的)!", "他 说 「好」 (真 的)!"),
        ('他说"hello"吗', '他 说" hello" 吗'),
        ("คำที่ดี", "คำ ที่ ดี"),
        ("ｶﾞｰﾄﾞ", "ｶﾞ ｰ ﾄﾞ"),
        ("សួស្តី", "សួ ស្ តី"),
        ("dos palabras, (hechas)", "dos palabras, (hechas)"),
        ("안녕 세계", "안녕 세계"),
        (" ", ""),
    ],
)
def test_words_are_taken_out_of_a_text_as_its_script_is_written(text: str, words: str) -> None:
    assert split_words(text) == words.split()


MIXED = "今天ดีำัកី了 é1.'\"(「」。\uff12ab"


@given(st.text(MIXED))
def test_taking_out_loses_nothing_and_a_text_without_such_scripts_is_split(text: str) -> None:
    assert "".join(split_words(text)) == "".join(text.split())
    latin = "".join(letter for letter in text if letter < "\u0e00")
    assert split_words(latin) == latin.split()


@given(st.text(MIXED.replace("(", "")))  # what is in brackets is not counted
def test_every_token_that_is_counted_comes_from_one_of_the_words(text: str) -> None:
    words = split_words(text)
    for token in attribute_tokens(text, words, get_normaliser("multilingual")) if words else []:
        assert token.first == token.last
