"""OpenAI's Realtime API: items out of order, resampled audio, and when a session is over."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from websockets.sync.server import ServerConnection

from streamwer.config import registry
from streamwer.servers.session import End
from tests.servers.fakes import serve_websocket
from tests.servers.test_decoding import decode, list_turn_ends
from tests.servers.test_session import committed_text, play

NAME = "openai_realtime"


def heard(item: str, event: str, text: str) -> dict[str, str]:
    key = "delta" if event == "delta" else "transcript"
    kind = f"conversation.item.input_audio_transcription.{event}"
    return {"type": kind, "item_id": item, key: text}


def committed(item: str, previous: str | None) -> dict[str, Any]:
    return {"type": "input_audio_buffer.committed", "item_id": item, "previous_item_id": previous}


def test_stopped_speech_ends_a_turn() -> None:
    stopped = {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": 2400, "item_id": "a"}
    events = heard("a", "delta", "Hello"), stopped, heard("a", "completed", "Hello.")
    assert list_turn_ends(NAME, *events) == [0.0, 2.4, 0.0]


def test_deltas_are_tentative_and_the_completed_transcript_counts() -> None:
    assert decode(
        NAME,
        {"type": "session.created"},
        heard("a", "delta", "Helo"),
        heard("a", "delta", " wor"),
        heard("a", "completed", "Hello world."),
    ) == [("", ""), ("", "Helo"), ("", "Helo wor"), ("Hello world.", "")]


def test_items_are_in_the_order_of_the_audio_whichever_is_completed_first() -> None:
    found = decode(
        NAME,
        committed("a", None),
        heard("b", "delta", "there"),
        committed("b", "a"),
        heard("b", "completed", "there."),
        heard("a", "completed", "Hello"),
    )
    assert found[-2:] == [("", "there."), ("Hello there.", "")]


def test_an_item_that_failed_does_not_hold_up_the_next() -> None:
    failed = {"type": "conversation.item.input_audio_transcription.failed", "item_id": "a"}
    found = decode(NAME, committed("a", None), heard("b", "completed", "Hello"), failed)
    assert found[-1] == ("Hello", "")


class Service:
    """A server that completes one item at a pause that it finds, and the rest at the commit."""

    def __init__(self, error: dict[str, str] | None = None) -> None:
        self.error = error
        self.pcm = b""
        self.session: dict[str, Any] = {}

    def __call__(self, connection: ServerConnection) -> None:
        def send(record: dict[str, Any]) -> None:
            connection.send(json.dumps(record))

        self.session = json.loads(connection.recv())["session"]
        send({"type": "session.updated"})
        while (event := json.loads(connection.recv()))["type"] == "input_audio_buffer.append":
            self.pcm += base64.b64decode(event["audio"])
            if len(self.pcm) == len(base64.b64decode(event["audio"])):
                send(committed("a", None))
                send(heard("a", "completed", "Hello"))
        if self.error:
            send({"type": "error", "error": self.error})
        else:
            send(committed("b", "a"))
            send(heard("b", "completed", "world."))
        connection.recv()


def test_a_session_is_over_when_all_items_are_completed_after_the_commit() -> None:
    service = Service()
    tone = (8000 * np.sin(np.arange(16_000) / 16_000 * 2 * np.pi * 440)).astype("<i2").tobytes()
    with serve_websocket(service) as url:
        session = play(url, NAME, tone, model="a-model")
    assert session.end is End.SIGNALLED
    assert committed_text(session, NAME) == "Hello world."
    sound = service.session["audio"]["input"]
    assert sound["transcription"] == {"model": "a-model", "language": "en"}
    assert sound["turn_detection"] is None
    sent = np.frombuffer(service.pcm, "<i2").astype(float)
    assert len(sent) == pytest.approx(24_000, abs=50)
    assert np.argmax(np.abs(np.fft.rfft(sent))) == pytest.approx(440, abs=2)  # the pitch is kept


@pytest.mark.parametrize(
    ("code", "end"),
    [("input_audio_buffer_commit_empty", End.SIGNALLED), ("server_error", End.FAILED)],
)
def test_that_nothing_was_left_to_commit_is_no_failure(code: str, end: End) -> None:
    with serve_websocket(Service({"code": code, "message": "it broke"})) as url:
        session = play(url, NAME)
    assert session.end is end
    assert committed_text(session, NAME) == "Hello"


def test_it_is_registered_with_its_settings() -> None:
    assert registry.find("server", NAME).Config().url.startswith("wss://")
