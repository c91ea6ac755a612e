"""vosk-server: one reply to each chunk."""

from __future__ import annotations

import json

import pytest
from websockets.sync.server import ServerConnection

from streamwer.servers.session import End
from tests.servers.fakes import serve_websocket
from tests.servers.test_decoding import decode, list_turn_ends
from tests.servers.test_session import committed_text, play

HELLO = {"result": [{"word": "hello", "start": 0.1, "end": 0.4, "conf": 1.0}], "text": "hello"}


def test_texts_add_up_and_partials_replace_each_other() -> None:
    assert decode(
        "vosk", {"partial": "hell"}, HELLO, {"partial": "wor"}, {"text": ""}, {"text": "world"}
    ) == [("", "hell"), ("hello", ""), ("hello", "wor"), ("hello", ""), ("hello world", "")]


def test_a_reply_with_words_ends_a_turn() -> None:
    replies = HELLO, {"partial": "wor"}, {"text": ""}, {"text": "world"}
    assert list_turn_ends("vosk", *replies) == [0.4, 0.0, 0.0, 4.5]


def test_what_is_no_reply_of_its_own_is_refused() -> None:
    with pytest.raises(KeyError):
        decode("vosk", {"hello": "there"})


def test_the_rate_is_told_and_the_rest_comes_after_the_end() -> None:
    told = []

    def answer(connection: ServerConnection) -> None:
        told.append(json.loads(connection.recv())["config"]["sample_rate"])
        while isinstance(message := connection.recv(), bytes):
            connection.send(json.dumps({"partial": "hello"}))
        told.append(message)
        connection.send(json.dumps(HELLO))

    with serve_websocket(answer) as url:
        session = play(url, "vosk")
    assert told == [16_000, '{"eof" : 1}']
    assert session.end is End.CLOSED
    assert committed_text(session, "vosk") == "hello"
    assert len(session.messages) == 11
