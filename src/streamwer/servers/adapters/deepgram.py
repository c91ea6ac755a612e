"""The dialect of Deepgram's live API, `/v1/listen`, which WhisperLiveKit and others speak, too.

An interim replaces the earlier one of its range; a final freezes its range. A final may come much
later than the same words as an interim. `speech_final` and `UtteranceEnd` say that a turn has
ended: a pause as long as `endpointing`, or `utterance_end_ms` in the address, was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from streamwer.config.registry import server
from streamwer.config.settings import setting
from streamwer.servers.protocol import (
    NOW,
    Adapter,
    Message,
    ServerConfig,
    Transcript,
    parse_object,
    read_object,
    read_timed_words,
)
from streamwer.types import Word


@server("deepgram")
class Deepgram(Adapter):
    """A server that speaks as Deepgram's `/v1/listen`."""

    @dataclass
    class Config(ServerConfig):
        """Settings of a session with such a server."""

        url: str = "ws://127.0.0.1:8000/v1/listen"

        model: str = setting("", "model, as the server names it; empty for its default")
        endpointing: str = setting(
            "", "pause that ends an utterance, milliseconds, or false; empty for the default"
        )

    final = "the words of results with `is_final`"

    def __init__(self, config: ServerConfig) -> None:
        super().__init__(config)
        self._has_asked = False

    def query(self) -> Mapping[str, str]:
        chosen = {
            "model": self.config.model,
            "language": self.config.language,
            "endpointing": self.config.endpointing,
        }
        return {
            "encoding": "linear16",
            "sample_rate": "16000",
            "channels": "1",
            "interim_results": "true",
            **{key: value for key, value in chosen.items() if value},
        }

    def headers(self, key: str) -> Mapping[str, str]:
        return {"Authorization": f"Token {key}"} if key else {}

    def end(self) -> Sequence[Message]:
        self._has_asked = True
        return ('{"type": "CloseStream"}',)

    def is_end(self, message: Message) -> bool:
        # WhisperLiveKit greets with such a message, too.
        return self._has_asked and read_object(message).get("type") == "Metadata"

    def find_error(self, message: Message) -> str:
        record = read_object(message)
        if record.get("type") != "Error":
            return ""
        return str(record.get("description") or record.get("message") or "an error")

    @staticmethod
    def decode(messages: Iterable[Message]) -> Iterator[Transcript]:
        finals: list[tuple[float, tuple[Word, ...]]] = []
        until = 0.0
        tentative: tuple[Word, ...] = ()
        for message in messages:
            record, turn_end = parse_object(message), 0.0
            if record.get("type") == "UtteranceEnd":
                turn_end = float(record["last_word_end"])
                turn_end = turn_end if turn_end > 0 else NOW
            elif record.get("type", "Results") == "Results" and "channel" in record:
                start = float(record["start"])
                end = start + float(record["duration"])
                best = record["channel"]["alternatives"][0]
                words = read_timed_words(
                    best.get("words") or (), str(best["transcript"]), "punctuated_word"
                )
                if record.get("is_final"):
                    finals = sorted([*finals, (start, words)], key=lambda each: each[0])
                    until, tentative = max(until, end), ()
                    turn_end = end if record.get("speech_final") else 0.0
                elif end > until:
                    tentative = words
            committed = tuple(word for _, words in finals for word in words)
            yield Transcript(committed, tentative, turn_end)
