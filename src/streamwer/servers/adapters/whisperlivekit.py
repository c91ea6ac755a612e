"""WhisperLiveKit's own protocol, `/asr` in full mode, after 0.2.26 (ed571b6, 2026).

The server must be started with `--pcm-input`. One line of text grows as words are committed; the
lines together are the committed text. Silence lines have the speaker -2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from streamwer.config.registry import server
from streamwer.errors import ConfigError
from streamwer.servers.protocol import (
    Adapter,
    Message,
    ServerConfig,
    Transcript,
    parse_object,
    read_object,
    split_words,
)

_SILENCE = -2
_DIFF = ("snapshot", "diff")
"""Types of the incremental messages of `?mode=diff`; those of full mode have no type."""
_REFUSED = "the server sends differences, which are not read: leave mode=diff out of the address"


@server("whisperlivekit")
class WhisperLiveKit(Adapter):
    """WhisperLiveKit's `/asr`."""

    @dataclass
    class Config(ServerConfig):
        """Settings of a session with WhisperLiveKit."""

        url: str = "ws://127.0.0.1:8000/asr"

    final = "the words of `lines`"

    def query(self) -> Mapping[str, str]:
        return {"language": self.config.language, "mode": "full"}

    def is_ready(self, message: Message | None) -> bool:
        if message is None:
            return False
        hello = read_object(message)
        if hello.get("type") != "config":
            return False
        if hello.get("mode", "full") != "full":
            raise ConfigError(_REFUSED)
        if not hello.get("useAudioWorklet"):
            raise ConfigError("the server expects a container format: start it with --pcm-input")
        return True

    def end(self) -> Sequence[Message]:
        return (b"",)

    def is_end(self, message: Message) -> bool:
        return len(message) < 200 and read_object(message).get("type") == "ready_to_stop"

    def find_error(self, message: Message) -> str:
        return str(read_object(message).get("error") or "")

    @staticmethod
    def decode(messages: Iterable[Message]) -> Iterator[Transcript]:
        shown = Transcript()
        for message in messages:
            record = parse_object(message)
            if record.get("type") in _DIFF:
                raise ValueError(_REFUSED)
            if "lines" in record:
                lines = (each for each in record["lines"] if each.get("speaker") != _SILENCE)
                texts = " ".join(str(each.get("text") or "") for each in lines)
                buffers = ("buffer_diarization", "buffer_transcription")
                rest = " ".join(str(record.get(key) or "") for key in buffers)
                shown = Transcript(split_words(texts), split_words(rest))
            yield shown
