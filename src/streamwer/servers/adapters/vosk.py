"""vosk-server (c2e82f0): one reply to each chunk, and the rest after the end of the audio.

A reply waits for its chunk to be decoded, so no latency is finer than a chunk. One with `text` says
that a turn has ended: the server found a pause.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from streamwer.audio.decoding import SAMPLE_RATE
from streamwer.config.registry import server
from streamwer.servers.protocol import (
    NOW,
    Adapter,
    Message,
    ServerConfig,
    Transcript,
    parse_object,
    read_timed_words,
    split_words,
)
from streamwer.types import Word

_END = '{"eof" : 1}'
"""The server compares it letter by letter."""


@server("vosk")
class Vosk(Adapter):
    """vosk-server."""

    @dataclass
    class Config(ServerConfig):
        """Settings of a session with vosk-server."""

        url: str = "ws://127.0.0.1:2700"

    final = "the words of replies with `text`"

    def greet(self) -> Sequence[Message]:
        # Without a rate it would take the audio for 8 kHz.
        return (json.dumps({"config": {"sample_rate": SAMPLE_RATE, "words": True}}),)

    def end(self) -> Sequence[Message]:
        return (_END,)

    @staticmethod
    def decode(messages: Iterable[Message]) -> Iterator[Transcript]:
        committed: tuple[Word, ...] = ()
        for message in messages:
            record = parse_object(message)
            if "text" not in record:
                yield Transcript(committed, split_words(str(record["partial"])))
                continue
            words = read_timed_words(record.get("result") or (), str(record["text"]))
            committed += words
            yield Transcript(committed, turn_end=(words[-1].end or NOW) if words else 0.0)
