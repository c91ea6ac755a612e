"""Words of any script are counted as it is written, from the recogniser's pieces to the WER."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.eventlog.log import EventLog
from streamwer.metrics.tables import score
from streamwer.text.normalise import get_normaliser
from streamwer.text.words import join_words
from streamwer.types import Reference, StageTimes, Step, Update, Word, WorkCounters

MULTILINGUAL = get_normaliser("multilingual")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Hello, World! 3.5", "hello world 3 5"),
        ("Ça va, Zoë?", "ça va zoë"),
        ("今天。天气很好。", "今 天 天 气 很 好"),
        ("ペンです", "ペ ン で す"),
        ("我用iPhone 15打电话", "我 用 iphone 15 打 电 话"),
        ("สวัสดีครับ", "ส วั ส ดี ค รั บ"),
        ("नमस्ते, दुनिया!", "नमस्ते दुनिया"),
        ("مَرْحَبًا بِكَ؟", "مرحبا بك"),
        ("مرحـــبا", "مرحبا"),
        ("שָׁלוֹם עֲלֵיכֶם", "שלום עליכם"),
        ("안녕하세요 세계", "안녕하세요 세계"),
        ("\ufeffone \u200b two\u200bthree \u2066four\u2069 fi\u00adve", "one two three four five"),
        ("สวัสดี\u200bครับ", "ส วั ส ดี ค รั บ"),
        ("\u202bשמש\u202c\u200f", "שמש"),
        ("می\u200cنویسم", "مینویسم"),
        ("葛\U000e0100城 字\ufe00", "葛 城 字"),
        ("ක්\u200dරම", "ක්රම"),
        ("दर\u094d\u200dया दर\u094dया", "दऱ्या दर्या"),  # valleys, and the sea
        ("അവന\u0d4d\u200d", "അവൻ"),
        ("হঠাত\u09cd\u200d", "হঠাৎ"),
    ],
)
def test_what_counts_as_a_token_is_frozen(text: str, tokens: str) -> None:
    assert MULTILINGUAL.tokenise(text) == tokens.split()


def test_the_basic_normaliser_would_cut_words_at_their_vowels() -> None:
    assert len(get_normaliser("basic").tokenise("नमस्ते")) > 1
    assert len(MULTILINGUAL.tokenise("नमस्ते")) == 1


@given(st.text())
def test_it_is_idempotent(text: str) -> None:
    once = MULTILINGUAL.apply(text)
    assert MULTILINGUAL.apply(once).split() == once.split()


def test_it_signs_what_it_does() -> None:
    assert MULTILINGUAL.signature.startswith("multilingual@")
    assert MULTILINGUAL.signature.endswith("+4")


def score_recording(said: list[str], recognised: list[str]) -> dict[str, object]:
    """The figures of one recording; words of half a second each, committed in twos."""
    words = [Word(text, i / 2, i / 2 + 0.5) for i, text in enumerate(recognised)]
    steps = [
        Step(
            "a",
            i,
            2.0 + i,
            2.0 + i,
            2.0 + i,
            2.5 + i,
            StageTimes(),
            WorkCounters(),
            Update(tuple(words[2 * i : 2 * i + 2])),
            is_last=2 * i + 2 >= len(words),
        )
        for i in range((len(words) + 1) // 2)
    ]
    spoken = tuple(Word(text, i / 2, i / 2 + 0.5) for i, text in enumerate(said))
    reference = Reference("a", "", 5.0, join_words(said), words=spoken)
    scores = score([reference], EventLog(tuple(steps)), MULTILINGUAL)
    assert len(scores.words) >= len(said)
    return dict(scores.recordings.iloc[0])


@pytest.mark.parametrize(
    ("said", "recognised", "hits", "text"),
    [
        ("שלום מה שלומך היום", "שלום מה שלומך אתמול", 3, "שלום מה שלומך אתמול"),
        ("مرحبا كيف حالك", "مَرحبا كيف الحال", 2, "مَرحبا كيف الحال"),
        ("今天 天气 很 好", "今 天 天 气 真 好", 5, "今天天气真好"),
        ("สวัสดี ครับ", "ส วั ส ดี ค ะ", 5, "สวัสดีคะ"),
    ],
)
def test_errors_are_counted_in_the_units_of_the_script(
    said: str, recognised: str, hits: int, text: str
) -> None:
    found = score_recording(said.split(), recognised.split())
    assert found["hypothesis"] == text
    assert found["hits"] == hits
    tokens = MULTILINGUAL.tokenise(join_words(said.split()))
    assert found["hits"] + found["substitutions"] + found["deletions"] == len(tokens)  # type: ignore[operator]


def test_a_correct_gap_between_two_characters_is_no_correct_character() -> None:
    found = score_recording(["今天", "天气"], ["今天", "大气"])
    assert [found[f"char_{kind}"] for kind in ("hits", "substitutions")] == [3, 1]


def test_a_word_that_the_recogniser_cut_otherwise_is_still_that_word() -> None:
    assert score_recording(["สวัสดี"], ["สวั", "สดี"])["hits"] == 4
    assert score_recording(["今天"], ["今", "天"])["substitutions"] == 0
