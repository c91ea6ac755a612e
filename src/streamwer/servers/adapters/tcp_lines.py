"""The servers of whisper_streaming (1f25a1a) and SimulStreaming (077ea37): PCM in, lines out.

A line is `BEGIN_MS END_MS TEXT`, or a JSON object with `text`, `start`, `end`. There is no greeting
and no tentative text. They decode nothing more when the audio ends, so `end_of_audio=silence:S`
belongs to them. One client at a time: a second one waits unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from streamwer.config.registry import server
from streamwer.servers.protocol import (
    Adapter,
    Message,
    ServerConfig,
    Transcript,
    parse_object,
    split_words,
)
from streamwer.types import Word

_LINE = re.compile(r"(-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)(?: (.*))?")
_MS = 1000.0


@server("tcp_lines")
class TcpLines(Adapter):
    """A server that reads PCM over TCP and writes lines, as whisper_streaming does."""

    @dataclass
    class Config(ServerConfig):
        """Settings of a session over TCP."""

        url: str = "tcp://127.0.0.1:43007"

    final = "every line; of SimulStreaming's, a word that the next line may go on is tentative"

    def end(self) -> Sequence[Message]:
        return (b"",)

    @staticmethod
    def decode(messages: Iterable[Message]) -> Iterator[Transcript]:
        rest, shown = bytearray(), _Lines()
        for message in messages:
            received = message.encode() if isinstance(message, str) else message
            rest += received
            lines = []
            if b"\n" in received:  # a line of megabytes is not looked through for each piece
                *lines, rest = rest.split(b"\n")
            for line in lines:
                shown.add(line.decode().replace("\0", "").strip("\r"))
            yield Transcript(tuple(shown.committed), split_words(shown.open))


class _Lines:
    """The words of all lines so far; `open` is text that may go on within its word."""

    def __init__(self) -> None:
        self.committed: list[Word] = []
        self.open = ""
        self._are_stripped: bool | None = None

    def add(self, line: str) -> None:
        if line.lstrip().startswith("{"):
            self._add_record(line)
        elif line.strip():
            match = _LINE.fullmatch(line.strip())
            if not match:
                raise ValueError("not BEGIN END TEXT")
            times = float(match[1]) / _MS, float(match[2]) / _MS
            self.committed += split_words(match[3] or "", *times)

    def _add_record(self, line: str) -> None:
        record = parse_object(line)
        text = str(record.get("text") or "")
        if text and self._are_stripped is None:
            self._are_stripped = not text[0].isspace()
        whole = self.open + text + (" " if self._are_stripped or record.get("is_final") else "")
        done, self.open = whole, ""
        if not whole[-1:].isspace():
            parts = whole.split()
            self.open = parts[-1] if parts else ""
            done = " ".join(parts[:-1])
        times = float(record.get("start") or 0.0), float(record.get("end") or 0.0)
        self.committed += split_words(done, *times)
