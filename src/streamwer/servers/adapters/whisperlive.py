"""WhisperLive, after 0.10.0 (2026).

Each message holds the last segments: completed ones, and at most one open one. A phrase is
completed when a later one begins, or when it stayed the same `same_output_threshold` times: what is
open when the audio ends at once is lost, so it needs `end_of_audio=hold:S` or `silence:S`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from streamwer.config.registry import server
from streamwer.config.settings import setting
from streamwer.servers.protocol import (
    Adapter,
    Message,
    ServerConfig,
    Transcript,
    parse_object,
    read_object,
    read_timed_words,
)
from streamwer.types import Word

_RESENT = 1000
"""Completed segments in each message: few would let the decoder miss some."""
_SCALE = 32768.0


@server("whisperlive")
class WhisperLive(Adapter):
    """WhisperLive."""

    @dataclass
    class Config(ServerConfig):
        """Settings of a session with WhisperLive."""

        url: str = "ws://127.0.0.1:9090"

        model: str = setting("tiny.en", "model; a server with one of its own ignores it")
        use_vad: bool = setting(True, "whether the server listens for speech first")
        same_output_threshold: int = setting(
            10, "repeats after which an unchanged phrase is completed", at_least=1
        )
        word_timestamps: bool = setting(False, "whether words come with times")

    final = "the segments with `completed`"

    def __init__(self, config: ServerConfig) -> None:
        super().__init__(config)
        self._has_ended = False

    def greet(self) -> Sequence[Message]:
        settings = self.config
        wanted = {
            "uid": str(uuid.uuid4()),
            "language": settings.language,
            "task": "transcribe",
            "model": settings.model,
            "use_vad": settings.use_vad,
            "send_last_n_segments": _RESENT,
            "same_output_threshold": settings.same_output_threshold,
            "word_timestamps": settings.word_timestamps,
        }
        return (json.dumps(wanted),)

    def is_ready(self, message: Message | None) -> bool:
        return message is not None and read_object(message).get("message") == "SERVER_READY"

    def encode(self, pcm: bytes) -> Sequence[Message]:
        return ((np.frombuffer(pcm, "<i2") / _SCALE).astype("<f4").tobytes(),)

    def end(self) -> Sequence[Message]:
        self._has_ended = True
        return (b"END_OF_AUDIO",)

    def is_end(self, message: Message) -> bool:
        return self._has_ended and read_object(message).get("message") == "DISCONNECT"

    def find_error(self, message: Message) -> str:
        record = read_object(message)
        if record.get("status") == "WAIT":
            return f"the server is full: it says to wait {record.get('message')} minutes"
        if record.get("status") == "ERROR":
            return str(record.get("message"))
        is_cut = record.get("message") == "DISCONNECT" and not self._has_ended
        return "the server ended the session: its time was up" if is_cut else ""

    @staticmethod
    def decode(messages: Iterable[Message]) -> Iterator[Transcript]:
        completed: dict[float, tuple[Word, ...]] = {}
        tentative: tuple[Word, ...] = ()
        for message in messages:
            record = parse_object(message)
            if "segments" in record:
                tentative = ()
                for segment in record["segments"]:
                    # A segment without words has no times: its own start is unreliable.
                    words = read_timed_words(segment.get("words") or (), str(segment["text"]))
                    if segment.get("completed"):
                        completed[float(segment["start"])] = words
                    else:
                        tentative = words
            final = (word for _, each in sorted(completed.items()) for word in each)
            yield Transcript(tuple(final), tentative)
