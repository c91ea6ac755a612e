"""Transcription by OpenAI's Realtime API, `/v1/realtime`, which speaches speaks, too.

An item of audio ends where the server finds a pause, or where the client commits it. Deltas of an
item only grow, but its `completed` transcript counts and may differ. Items may be completed in
another order than they were said. Words have no times. `speech_stopped` says that a turn has ended.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.registry import server
from streamwer.config.settings import setting
from streamwer.servers.protocol import (
    Adapter,
    Message,
    ServerConfig,
    Transcript,
    parse_object,
    read_object,
    split_words,
)

_RATE = 24_000
"""The only rate that the API takes."""
_TRANSCRIPTION = "conversation.item.input_audio_transcription."
_COMMITTED = "input_audio_buffer.committed"
_STOPPED = "input_audio_buffer.speech_stopped"
_NOTHING_LEFT = "input_audio_buffer_commit_empty"


@server("openai_realtime")
class OpenAiRealtime(Adapter):
    """OpenAI's Realtime API, for transcription."""

    @dataclass
    class Config(ServerConfig):
        """Settings of a session with a Realtime API."""

        url: str = "wss://api.openai.com/v1/realtime"

        model: str = setting("gpt-live-transcribe", "model, as the server names it")
        turn_detection: str = setting(
            "none",
            "what ends an item of audio: a pause that the server finds, or, with none, the end of"
            " the audio alone, which is for models that transcribe an open item",
            one_of=("none", "server_vad", "semantic_vad"),
        )

    final = "`completed` transcripts, once all items before them are completed"

    def __init__(self, config: ServerConfig) -> None:
        super().__init__(config)
        self._resampler = AudioResampler(format="s16", layout="mono", rate=_RATE)
        self._open: set[str] = set()
        self._has_ended = self._is_answered = False

    def query(self) -> Mapping[str, str]:
        return {"intent": "transcription"}

    def greet(self) -> Sequence[Message]:
        turns = self.config.turn_detection
        sound = {
            "format": {"type": "audio/pcm", "rate": _RATE},
            "transcription": {"model": self.config.model, "language": self.config.language},
            "turn_detection": None if turns == "none" else {"type": turns},
        }
        session = {"type": "transcription", "audio": {"input": sound}}
        return (json.dumps({"type": "session.update", "session": session}),)

    def is_ready(self, message: Message | None) -> bool:
        return message is not None and read_object(message).get("type") == "session.updated"

    def encode(self, pcm: bytes) -> Sequence[Message]:
        samples = np.frombuffer(pcm, "<i2")[np.newaxis]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        return self._append(frame)

    def end(self) -> Sequence[Message]:
        self._has_ended = True
        return (*self._append(None), json.dumps({"type": "input_audio_buffer.commit"}))

    def is_end(self, message: Message) -> bool:
        record = read_object(message)
        kind, item = str(record.get("type")), str(record.get("item_id"))
        if kind == _COMMITTED:
            self._open.add(item)
        elif kind in (f"{_TRANSCRIPTION}completed", f"{_TRANSCRIPTION}failed"):
            self._open.discard(item)
        answered = kind == _COMMITTED or _read_error(record).get("code") == _NOTHING_LEFT
        self._is_answered = self._is_answered or (self._has_ended and answered)
        return self._is_answered and not self._open

    def find_error(self, message: Message) -> str:
        record = read_object(message)
        error = _read_error(record)
        is_harmless = self._has_ended and error.get("code") == _NOTHING_LEFT
        return "" if is_harmless or not error else str(error.get("message") or "an error")

    @staticmethod
    def decode(messages: Iterable[Message]) -> Iterator[Transcript]:
        items = _Items()
        for message in messages:
            items.read(record := parse_object(message))
            stopped = record.get("type") == _STOPPED
            turn_end = float(record["audio_end_ms"]) / 1000 if stopped else 0.0
            yield items.build_transcript()._replace(turn_end=turn_end)

    def _append(self, frame: av.AudioFrame | None) -> Sequence[Message]:
        """Return the message with a frame's samples at 24 kHz; None ends the resampling."""
        resampled = (part.to_ndarray().tobytes() for part in self._resampler.resample(frame))
        sound = base64.b64encode(b"".join(resampled)).decode()
        appended = {"type": "input_audio_buffer.append", "audio": sound}
        return (json.dumps(appended),) if sound else ()


class _Items:
    """The items of audio in the order in which they were said, with their texts."""

    def __init__(self) -> None:
        self._order: list[str] = []
        self._previous: dict[str, str | None] = {}
        self._texts: dict[str, str] = {}
        self._completed: set[str] = set()

    def read(self, record: Mapping[str, Any]) -> None:
        """Read an event; those that are not about an item's place or text change nothing."""
        kind = str(record.get("type"))
        if kind == _COMMITTED:
            self._place(str(record["item_id"]), record.get("previous_item_id"))
        elif kind.startswith(_TRANSCRIPTION):
            item = str(record["item_id"])
            if item not in self._order:
                self._place(item, None)
            if kind.endswith(".delta"):
                self._texts[item] += str(record.get("delta") or "")
            elif kind.endswith((".completed", ".failed")):
                self._texts[item] = str(record.get("transcript") or "")
                self._completed.add(item)

    def build_transcript(self) -> Transcript:
        """Build the transcript: what comes after an open item is tentative like it."""
        done = list(takewhile(self._completed.__contains__, self._order))
        return Transcript(
            tuple(word for item in done for word in split_words(self._texts[item])),
            tuple(
                word for item in self._order[len(done) :] for word in split_words(self._texts[item])
            ),
        )

    def _place(self, item: str, previous: str | None) -> None:
        """Place an item after the one before it, or before the one after it, or at the end."""
        if item in self._order:
            self._order.remove(item)
        self._previous[item] = previous
        after = (each for each in self._order if self._previous[each] == item)
        following = next(after, None)
        if previous in self._order:
            at = self._order.index(previous) + 1
        else:
            at = self._order.index(following) if following else len(self._order)
        self._order.insert(at, item)
        self._texts.setdefault(item, "")


def _read_error(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an event says of an error; empty for any other event."""
    error = record.get("error")
    return error if record.get("type") == "error" and isinstance(error, Mapping) else {}
