"""The text before a window: short enough, beginning at a word, and equally long in a batch."""

from __future__ import annotations

import pytest
from faster_whisper.tokenizer import Tokenizer
from hypothesis import assume, given
from hypothesis import strategies as st

from streamwer.errors import ConfigError
from streamwer.recognisers.prompt import BROKEN, Prompts
from tests import random_whisper

TOKENIZER = Tokenizer(random_whisper.tokenizer(), multilingual=False)
texts = st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=12).map(" ".join)


def decode_tokens(tokens: list[int]) -> str:
    return TOKENIZER.decode(tokens)


@given(texts, st.integers(0, 223))
def test_a_prompt_is_the_end_of_the_text_from_a_word_on(text: str, longest: int) -> None:
    tokens = Prompts(TOKENIZER, longest).encode_earlier(text)
    assert len(tokens) <= longest
    assert (" " + text.strip()).endswith(decode_tokens(tokens))
    assert BROKEN not in decode_tokens(tokens).replace(BROKEN, "", text.count(BROKEN))


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1), st.integers(5, 60))
def test_it_holds_whole_words_and_as_many_as_fit(words: list[str], longest: int) -> None:
    assume(
        len(TOKENIZER.encode(" " + words[-1])) <= longest
    )  # else it is cut, as a text without spaces
    kept = decode_tokens(Prompts(TOKENIZER, longest).encode_earlier(" ".join(words))).split()
    assert kept == words[len(words) - len(kept) :]
    if len(kept) < len(words):
        more = " " + " ".join(words[len(words) - len(kept) - 1 :])
        assert len(TOKENIZER.encode(more)) > longest


def test_a_text_without_spaces_is_cut_at_a_character() -> None:
    text = "请稍后再打电话给我" * 10
    tokens = Prompts(TOKENIZER, 100).encode_earlier(text)
    assert 97 < len(tokens) <= 100  # a character is three bytes, and here three tokens
    assert text.endswith(decode_tokens(tokens))


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_no_text_is_no_prompt(text: str) -> None:
    assert Prompts(TOKENIZER, 223).encode_earlier(text) == []


def test_control_tokens_that_are_spelt_out_are_left_out() -> None:
    tokens = Prompts(TOKENIZER, 223).encode_earlier("call <|startoftranscript|> me <|endoftext|>")
    assert all(token < TOKENIZER.eot for token in tokens)
    assert decode_tokens(tokens).split() == ["call", "me"]


def test_a_whole_prompt_ends_in_what_asks_for_text_without_timestamps() -> None:
    prompts = Prompts(TOKENIZER, 223)
    asks = [TOKENIZER.sot, TOKENIZER.no_timestamps]
    assert prompts.build_prompt([]) == asks
    assert prompts.build_prompt([5, 6]) == [TOKENIZER.sot_prev, 5, 6, *asks]


def test_a_multilingual_model_is_told_language_and_task() -> None:
    told = Tokenizer(random_whisper.tokenizer(), True, "transcribe", "fr")
    named = [told.tokenizer.id_to_token(token) for token in Prompts(told, 223).build_prompt([])]
    assert named == [
        f"<|{name}|>" for name in "startoftranscript fr transcribe notimestamps".split()
    ]


@given(st.lists(texts, min_size=1, max_size=6), st.integers(0, 223))
def test_prompts_of_a_batch_are_equally_long_and_none_is_invented(
    batch: list[str], longest: int
) -> None:
    prompts = Prompts(TOKENIZER, longest)
    whole = prompts.build_prompts(batch)
    assert len({len(tokens) for tokens in whole}) == 1
    assert len({tokens.index(TOKENIZER.sot) for tokens in whole}) == 1
    for text, tokens in zip(batch, whole, strict=True):
        assert (" " + text.strip()).endswith(decode_tokens(tokens)) or not text.strip()


def test_the_longest_is_cut_to_the_shortest() -> None:
    prompts = Prompts(TOKENIZER, 223)
    short, long = prompts.encode_earlier("ab ab"), prompts.encode_earlier("abc ab ab")
    assert prompts.equalise([short, long]) == [short, short]
    assert len(short) == 4 < len(long)


def test_a_word_that_does_not_fit_is_left_out_whole() -> None:
    prompts, mark = Prompts(TOKENIZER, 223), TOKENIZER.sot_prev
    short, long = prompts.encode_earlier("ab"), prompts.encode_earlier("ab abcdefghijkl")
    assert prompts.equalise([short, long]) == [short, [mark, mark]]


def test_hotwords_and_the_initial_prompt_stand_before_all_earlier_text() -> None:
    prompts = Prompts(TOKENIZER, 20, hotwords="ab", initial="cd ef")
    long = " ".join(f"w{i}" for i in range(50))
    for texts in (["", "x"], [long], [long, "one two"]):
        for prompt in prompts.build_prompts(texts):
            before = prompt[1 : prompt.index(TOKENIZER.sot)]
            assert prompt[0] == TOKENIZER.sot_prev
            assert decode_tokens(before).startswith(" ab cd ef")
            assert len(before) <= 20
    assert decode_tokens(prompts.build_prompts([long])[0]).count(" w49") == 1
    assert decode_tokens(prompts.build_context("x")).startswith(" cd ef x")


def test_an_initial_prompt_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"have \d+ tokens, but the model takes 20 "):
        Prompts(TOKENIZER, 20, initial="a b c " * 15, hotwords="x")
