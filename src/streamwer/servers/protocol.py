"""The protocol of adapters: what is sent to a server, and what its messages mean.

An adapter opens no socket and reads no clock, so a recorded session can be decoded again.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

import psutil

from streamwer.config.model import MISSING
from streamwer.config.settings import setting
from streamwer.errors import ConfigError, StreamwerError
from streamwer.types import Word

Message = str | bytes
"""One message of a server as received: text or binary; over TCP, bytes as they arrived."""
IMMEDIATE = "immediate"
NOW = math.inf
"""The end of the audio that had been sent."""
MALFORMED = (ValueError, KeyError, TypeError, IndexError, AttributeError)
"""What an adapter may raise about a message that is not of its protocol."""
_END_OF_AUDIO = re.compile(r"(silence|hold):(\d+(?:\.\d+)?)")
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")


class ServerError(StreamwerError):
    """A server that refuses, fails, or does not speak the protocol."""


class Transcript(NamedTuple):
    """All words of a session as they stand after a message.

    Attributes:
        committed: the words that the server has declared final, all of them, in order. Times are
            seconds of the stream; an `end` of 0 is unknown.
        tentative: the words after them that may still change.
        turn_end: the second of the stream at which a turn ended, if the message says that one did;
            `NOW` where it says no time.
    """

    committed: tuple[Word, ...] = ()
    tentative: tuple[Word, ...] = ()
    turn_end: float = 0.0


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    known = parts.scheme in ("ws", "wss") or (parts.scheme == "tcp" and port is not None)
    return known and bool(host) and "@" not in parts.netloc


@dataclass
class ServerConfig:
    """Settings of every server: where it is, and how a session with it is held."""

    url: str = setting(
        MISSING,
        "address of the server",
        valid=_is_address,
        remedy="must be ws://HOST:PORT/PATH, wss://… or tcp://HOST:PORT, without a password",
        secret=True,
    )
    chunk_s: float = setting(
        0.1, "length of the chunks that are sent", unit="seconds", at_least=0.01, at_most=10
    )
    end_of_audio: str = setting(
        IMMEDIATE,
        "what follows the last sample: immediate ends the stream at once, silence:S sends S seconds"
        " of zeros first, hold:S sends nothing for S seconds",
        valid=lambda text: text == IMMEDIATE or bool(_END_OF_AUDIO.fullmatch(text)),
        remedy="must be immediate, silence:S or hold:S, with S in seconds",
    )
    patience_s: float = setting(
        30.0,
        "longest wait for a connection, for the server to be ready, and for its end after the audio"
        " has ended",
        unit="seconds",
        above=0,
    )
    language: str = setting("en", "language that is spoken, as the server names it")
    threads: int = setting(
        0, "threads of the server's model, which results are compared by; 0: not known", at_least=0
    )
    key_env: str = setting(
        "",
        "environment variable that holds the key of the service, empty for none; the key itself"
        " belongs in no file",
        valid=lambda name: not name or bool(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)),
        remedy="must be the name of an environment variable, never the key itself",
        secret=True,
    )

    peer: str = setting(
        "",
        "server of another project that a comparison starts, with its model: whisperlive,"
        " whisperlivekit or whisper_streaming; empty: the server at `url` runs already",
    )
    process: int = setting(
        0,
        "id of the server's process, if it runs here: its processor time is measured, with that of"
        " all processes below it; 0: not known",
        at_least=0,
        secret=True,
    )

    def check_relations(self, group: str) -> None:
        """Refuse to send a key to another machine unencrypted, or a process that is not here."""
        if self.process and not psutil.pid_exists(self.process):
            raise ConfigError(f"{group}.process={self.process}: no such process on this machine")
        if self.key_env and urlsplit(self.url).scheme != "wss" and not self.over_loopback:
            raise ConfigError(f"{group}.url: a key is sent to another machine over wss:// only")

    @property
    def over_loopback(self) -> bool:
        """True if the server is on this machine."""
        return bool(_LOOPBACK.fullmatch(urlsplit(self.url).hostname or ""))


class EndOfAudio(NamedTuple):
    """What follows the last sample: seconds of zeros, or of nothing, before the stream is ended."""

    silence_s: float = 0.0
    hold_s: float = 0.0


def parse_end_of_audio(text: str) -> EndOfAudio:
    """Parse the setting `end_of_audio`, which has been checked."""
    match = _END_OF_AUDIO.fullmatch(text)
    return EndOfAudio(**{f"{match[1]}_s": float(match[2])}) if match else EndOfAudio()


class Adapter:
    """One protocol. Derive from it, add a `Config` and `@server("name")`; see docs/servers.md.

    An instance serves one session, so it may keep state. Messages over a `tcp://` address are
    bytes as they arrive, and to send an empty message half-closes the connection.

    Args:
        config: of the server.
    """

    Config: ClassVar[type[ServerConfig]] = ServerConfig
    final: ClassVar[str] = ""
    """What `decode` takes for final, for docs and reports."""

    def __init__(self, config: ServerConfig) -> None:
        self.config: Any = config

    def query(self) -> Mapping[str, str]:
        """Return what is added to the query of the address."""
        return {}

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the headers of the request to connect; `key` is empty where there is none."""
        return {"Authorization": f"Bearer {key}"} if key else {}

    def greet(self) -> Sequence[Message]:
        """Return the messages that are sent first."""
        return ()

    def is_ready(self, message: Message | None) -> bool:
        """Tell whether audio may be sent after a message; None: when the connection is open."""
        return True

    def encode(self, pcm: bytes) -> Sequence[Message]:
        """Return the messages that send a chunk of s16le at 16 kHz."""
        return (pcm,)

    def end(self) -> Sequence[Message]:
        """Return the messages that end the audio."""
        return ()

    def is_end(self, message: Message) -> bool:
        """Tell whether a message says that nothing will follow; else the server closes."""
        return False

    def find_error(self, message: Message) -> str:
        """Return why the server refuses or ends the session early, if a message says so."""
        return ""

    @staticmethod
    def decode(messages: Iterable[Message]) -> Iterator[Transcript]:
        """Yield the transcript after each message: as many as there are messages.

        It is a function of the messages alone. What is no message of the protocol raises one of
        `MALFORMED`.
        """
        raise NotImplementedError


def build_address(adapter: Adapter) -> str:
    """Build the address of a session, with the adapter's query before the user's own."""
    parts = urlsplit(adapter.config.url)
    added = {
        key: value
        for key, value in adapter.query().items()
        if not re.search(rf"(^|&){re.escape(key)}=", parts.query)
    }
    query = "&".join(filter(None, (urlencode(added), parts.query)))
    return str(urlunsplit(parts._replace(query=query)))


def read_key(variable: str) -> str:
    """Read a key from the environment; "" where no variable is named.

    Raises:
        ConfigError: the variable is not set, or holds what no header may have.
    """
    key = os.environ.get(variable, "").strip() if variable else ""
    if variable and not (key and key.isascii() and key.isprintable() and " " not in key):
        problem = "holds no usable key" if key else "is not set"
        raise ConfigError(f"server.key_env: the environment variable {variable} {problem}")
    return key


def parse_object(message: Message) -> dict[str, Any]:
    """Parse a message that must be a JSON object.

    Raises:
        ValueError: it is something else.
    """
    try:
        record = json.loads(message)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    return record


def read_object(message: Message) -> dict[str, Any]:
    """Return a message as a JSON object; an empty one if it is something else."""
    try:
        return parse_object(message)
    except ValueError:
        return {}


def describe_message(message: Message) -> str:
    """Return the beginning of a message, for errors."""
    return repr(message[:60])


def read_timed_words(
    words: Iterable[Mapping[str, Any]], text: str = "", *keys: str
) -> tuple[Word, ...]:
    """Read the words of a message with their times; without words, those of a text have none.

    Args:
        words: each with `word`, `start`, `end`, and at times `confidence`.
        text: which they are of.
        keys: under which the spelling is looked for before `word`.
    """
    read = tuple(
        Word(
            str(next(filter(None, map(each.get, keys)), each["word"])).strip(),
            float(each["start"]),
            float(each["end"]),
            float(each.get("confidence", 1.0)),
        )
        for each in words
    )
    return read or split_words(text)


def split_words(text: str, start: float = 0.0, end: float = 0.0) -> tuple[Word, ...]:
    """Split a text into words that all have the times of the text.

    Args:
        text: of a message.
        start: of the text, seconds of the stream; 0 is unknown.
        end: likewise.
    """
    return tuple(Word(word, start, end) for word in text.split())
