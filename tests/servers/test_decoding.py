"""Messages to committed and tentative words, as pure functions of what was recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamwer.config import registry
from streamwer.servers.decoding import decode_session
from streamwer.servers.session import End, Session, TimedMessage


def decode(protocol: str, *messages: Any) -> list[tuple[str, str]]:
    """The committed and the tentative text after each message."""
    texts = [each if isinstance(each, str | bytes) else json.dumps(each) for each in messages]
    transcripts = registry.find("server", protocol).decode(texts)
    return [
        tuple(" ".join(word.text for word in words) for words in each[:2]) for each in transcripts
    ]


def list_turn_ends(protocol: str, *messages: Any) -> list[float]:
    """The turn ends in the steps of a session; message *n* came at *n* + 1.5 s."""
    timed = tuple(TimedMessage(n + 1.5, json.dumps(each)) for n, each in enumerate(messages))
    session = Session("call", 9.0, end=End.SIGNALLED, messages=timed)
    steps = decode_session(session, registry.find("server", protocol), 0.1).steps
    return [step.update.turn_end for step in steps]


def result(
    start: float, end: float, text: str, *, final: bool, times: bool = True
) -> dict[str, Any]:
    words = [
        {"word": word.lower(), "punctuated_word": word, "start": start, "end": end}
        for word in text.split()
    ]
    alternative = {"transcript": text, "words": words if times else []}
    return {
        "type": "Results",
        "start": start,
        "duration": end - start,
        "is_final": final,
        "channel": {"alternatives": [alternative]},
    }


def segment(start: float, text: str, completed: bool) -> dict[str, Any]:
    return {"start": f"{start:.3f}", "end": "9.000", "text": text, "completed": completed}


def test_deepgrams_pauses_end_turns() -> None:
    """A message that changes no word and ends no turn is no step."""
    spoken = result(0, 2, "Ask not", final=True)
    assert list_turn_ends(
        "deepgram",
        {"type": "SpeechStarted", "timestamp": 0.2},
        spoken | {"speech_final": True},
        {"type": "UtteranceEnd", "last_word_end": 1.75},
        {"type": "UtteranceEnd", "last_word_end": -1},
        result(2, 3, "What", final=False),
    ) == [2.0, 1.75, 4.5, 0.0]


def test_deepgrams_interims_replace_each_other_and_finals_stay() -> None:
    assert decode(
        "deepgram",
        {"type": "Metadata"},
        result(0, 1, "Ask", final=False),
        result(0, 2, "Ask not", final=False, times=False),
        result(0, 2, "Ask not.", final=True),
        result(2, 3, "What", final=False),
        {"type": "UtteranceEnd", "last_word_end": 2.0},
    ) == [
        ("", ""),
        ("", "Ask"),
        ("", "Ask not"),
        ("Ask not.", ""),
        ("Ask not.", "What"),
        ("Ask not.", "What"),
    ]


def test_deepgrams_messages_out_of_order_are_put_in_the_order_of_the_audio() -> None:
    assert decode(
        "deepgram",
        result(2, 3, "country", final=True),
        result(0, 2, "my", final=False),  # of a range before the last final
        result(0, 2, "my own", final=True),
    ) == [("country", ""), ("country", ""), ("my own country", "")]


def test_deepgrams_words_have_times() -> None:
    adapter = registry.find("server", "deepgram")
    (shown,) = adapter.decode([json.dumps(result(1.5, 2.0, "Hi", final=True))])
    assert [(w.text, w.start, w.end) for w in shown.committed] == [("Hi", 1.5, 2.0)]


def test_whisperlivekits_lines_grow_and_its_lags_say_nothing() -> None:
    line = {"speaker": 1, "text": " And so", "start": "0:00:00.20", "end": "0:00:02.10"}
    silence = {"speaker": -2, "text": "[silence]"}
    assert decode(
        "whisperlivekit",
        {"type": "config", "useAudioWorklet": True, "mode": "full"},
        {"status": "no_audio_detected", "lines": [], "buffer_transcription": ""},
        {"lines": [], "buffer_transcription": " And"},
        {"lines": [line], "buffer_transcription": " my", "buffer_diarization": "fellow"},
        {"lines": [line, silence, line | {"text": "my fellow"}], "buffer_transcription": ""},
        {"type": "ready_to_stop"},
    ) == [
        ("", ""),
        ("", ""),
        ("", "And"),
        ("And so", "fellow my"),
        ("And so my fellow", ""),
        ("And so my fellow", ""),
    ]


def test_whisperlives_open_segment_is_tentative_and_may_vanish() -> None:
    assert decode(
        "whisperlive",
        {"uid": "1", "message": "SERVER_READY", "backend": "faster_whisper"},
        {"uid": "1", "segments": [segment(0, " And so", False)]},
        {"uid": "1", "segments": [segment(0, " And so my", True), segment(2, "fellow", False)]},
        {"uid": "1", "segments": [segment(0, " And so my", True)]},
        {
            "uid": "1",
            "segments": [segment(2, " fellow Americans", True)],
        },  # the first is not resent
    ) == [
        ("", ""),
        ("", "And so"),
        ("And so my", "fellow"),
        ("And so my", ""),
        ("And so my fellow Americans", ""),
    ]


def test_whisperlives_word_times_are_read() -> None:
    words = [{"word": " And", "start": 0.1, "end": 0.4, "probability": 0.9}]
    message = {"segments": [segment(0, " And", True) | {"words": words}]}
    (shown,) = registry.find("server", "whisperlive").decode([json.dumps(message)])
    assert [(w.text, w.end) for w in shown.committed] == [("And", 0.4)]


def test_lines_are_read_wherever_the_packets_are_cut() -> None:
    text = "0 900 what a day\n\x00\x00900 1500 indeed é\r\n".encode()
    whole = decode("tcp_lines", text)
    for cut in range(1, len(text)):
        assert decode("tcp_lines", text[:cut], text[cut:])[1] == whole[0]
    assert whole == [("what a day indeed é", "")]


def test_simulstreamings_words_may_go_on_in_the_next_line() -> None:
    lines = [
        {"start": 0.0, "end": 1.0, "text": " Ask no", "is_final": False},
        {"start": 1.0, "end": 2.0, "text": "t what", "is_final": False},
        {"is_final": True},
    ]
    assert decode("tcp_lines", *(f"{json.dumps(line)}\n" for line in lines)) == [
        ("Ask", "no"),
        ("Ask not", "what"),
        ("Ask not what", ""),
    ]


@pytest.mark.parametrize("protocol", registry.names("server"))
@pytest.mark.parametrize(
    "garbage", ["<html>\n", "[1]\n", '{"segments": 3, "lines": 3}\n', b"\xff\n"]
)
def test_what_is_no_message_fails_the_session_or_says_nothing(
    protocol: str, garbage: str | bytes
) -> None:
    session = Session("a", 1.0, end=End.CLOSED, messages=(TimedMessage(0.5, garbage),))
    found = decode_session(session, registry.find("server", protocol), 0.1)
    shown = [word for step in found.steps for word in step.update.committed]
    assert not shown
    assert found.failure or protocol == "deepgram" or "{" in str(garbage)


def lines(at: float, text: str, rest: str = "") -> TimedMessage:
    message = {"lines": [{"text": text}], "buffer_transcription": rest}
    return TimedMessage(at, json.dumps(message))


def decode_whole(*messages: TimedMessage) -> Any:
    session = Session("a", 2.0, end=End.SIGNALLED, ended=3.0, messages=messages)
    return decode_session(session, registry.find("server", "whisperlivekit"), 0.1)


def commits(found: Any) -> list[tuple[str, float]]:
    return [(word.text, step.emitted) for step in found.steps for word in step.update.committed]


def test_each_word_is_committed_by_the_message_that_made_it_final() -> None:
    found = decode_whole(
        lines(0.5, "", "hello"), lines(1.0, "hello", "wo"), lines(2.5, "hello world")
    )
    assert commits(found) == [("hello", 1.0), ("world", 2.5)]
    assert [step.audio_end for step in found.steps] == [0.5, 1.0, 2.0]
    assert found.violations == 0
    assert [step.is_last for step in found.steps] == [False, False, True]


def test_a_message_that_changes_nothing_is_no_step() -> None:
    assert len(decode_whole(lines(0.5, "one"), lines(0.6, "one"), lines(0.7, "one two")).steps) == 2


def test_what_was_final_and_changed_is_counted_and_final_when_it_no_longer_changes() -> None:
    found = decode_whole(
        lines(0.5, "the cat"), lines(1.0, "the bat sat"), lines(1.5, "The bat, sat on")
    )
    assert found.violations == 1  # cat; case and punctuation are no change
    assert commits(found) == [("the", 0.5), ("bat", 1.0), ("sat", 1.0), ("on", 1.5)]


def test_final_words_that_are_taken_back_are_not_in_the_transcript() -> None:
    found = decode_whole(lines(0.5, "the cat sat"), lines(1.0, "the"))
    assert found.violations == 2
    assert commits(found) == [("the", 0.5)]


def test_words_without_times_are_placed_where_the_audio_was_when_they_were_shown() -> None:
    found = decode_whole(lines(0.5, "", "hello"), lines(1.75, "hello", ""))
    (word,) = (word for step in found.steps for word in step.update.committed)
    assert (word.start, word.end) == (0.5, 0.5)


def test_a_server_that_never_says_final_has_one_step_and_no_words() -> None:
    found = decode_whole(lines(0.5, "", "hello"))
    assert commits(found) == []
    assert found.steps[-1].update.tentative[0].text == "hello"
    silent = decode_whole()
    assert [(step.emitted, step.is_last) for step in silent.steps] == [(3.0, True)]
