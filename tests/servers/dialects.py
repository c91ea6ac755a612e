"""How fake servers speak the protocols: each says parts of a text, in its own messages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.servers.fakes import encode, serve_tcp, serve_websocket


class Dialect:
    """A protocol as its server speaks it, in one session. Parts are numbered as they were said.

    Attributes:
        is_greeted: whether the client says something before the audio.
        hello: what is sent first.
        goodbye: what is sent last, before it waits; without one it closes.
        refusal: what it refuses a session with; None where it refuses the connection.
    """

    is_greeted = False
    hello: tuple[Any, ...] = ()
    goodbye: tuple[Any, ...] = ()
    refusal: Any = None

    def is_end(self, message: Any) -> bool:
        """Tell whether a message of the client ends the audio."""
        return message == b""

    def say(self, part: int, text: str, final: bool) -> Sequence[Any]:
        """Return the messages that say a part."""
        raise NotImplementedError


class Deepgram(Dialect):
    goodbye = ({"type": "Metadata"},)

    def is_end(self, message: Any) -> bool:
        return "CloseStream" in str(message)

    def say(self, part: int, text: str, final: bool) -> Sequence[Any]:
        channel = {"alternatives": [{"transcript": text, "words": []}]}
        return ({"start": part, "duration": 1, "is_final": final, "channel": channel},)


class WhisperLiveKit(Dialect):
    hello = ({"type": "config", "useAudioWorklet": True, "mode": "full"},)
    goodbye = ({"type": "ready_to_stop"},)
    refusal = {"error": "no model"}  # noqa: RUF012

    def __init__(self) -> None:
        self._parts: dict[int, str] = {}

    def say(self, part: int, text: str, final: bool) -> Sequence[Any]:
        if final:
            self._parts[part] = text
        lines = [{"speaker": 1, "text": self._parts[each]} for each in sorted(self._parts)]
        return ({"lines": lines, "buffer_transcription": "" if final else text},)


class WhisperLive(Dialect):
    is_greeted = True
    hello = ({"message": "SERVER_READY"},)
    refusal = {"status": "WAIT", "message": 2.5}  # noqa: RUF012

    def is_end(self, message: Any) -> bool:
        return message == b"END_OF_AUDIO"

    def say(self, part: int, text: str, final: bool) -> Sequence[Any]:
        return ({"segments": [{"start": f"{part:.3f}", "text": text, "completed": final}]},)


class TcpLines(Dialect):
    def say(self, part: int, text: str, final: bool) -> Sequence[Any]:
        assert final
        return (f"{part * 1000} {part * 1000 + 900} {text}\n",)


class OpenAiRealtime(Dialect):
    is_greeted = True
    hello = ({"type": "session.updated"},)
    goodbye = ({"type": "error", "error": {"code": "input_audio_buffer_commit_empty"}},)
    refusal = {"type": "error", "error": {"message": "no such model"}}  # noqa: RUF012

    def __init__(self) -> None:
        self._items: set[int] = set()

    def is_end(self, message: Any) -> bool:
        return "input_audio_buffer.commit" in str(message)

    def say(self, part: int, text: str, final: bool) -> Sequence[Any]:
        item = {"item_id": f"item{part}"}
        placed = item | {"previous_item_id": f"item{part - 1}" if part else None}
        new = [] if part in self._items else [{"type": "input_audio_buffer.committed"} | placed]
        self._items.add(part)
        event, key = ("completed", "transcript") if final else ("delta", "delta")
        kind = f"conversation.item.input_audio_transcription.{event}"
        return (*new, {"type": kind, key: text} | item)


class Vosk(Dialect):
    is_greeted = True

    def is_end(self, message: Any) -> bool:
        return "eof" in str(message)

    def say(self, part: int, text: str, final: bool) -> Sequence[Any]:
        return ({"text" if final else "partial": text},)


DIALECTS: dict[str, Callable[[], Dialect]] = {
    "deepgram": Deepgram,
    "whisperlivekit": WhisperLiveKit,
    "whisperlive": WhisperLive,
    "tcp_lines": TcpLines,
    "openai_realtime": OpenAiRealtime,
    "vosk": Vosk,
}


class Line:
    """A call at the server's end, whatever it goes over.

    Args:
        connection: with the client.
        dialect: in which it is held.
        over: set when the client has left.
    """

    def __init__(self, connection: Any, dialect: Dialect, over: threading.Event) -> None:
        self._connection, self._dialect = connection, dialect
        self.stay_silent = over.wait

    def greet(self) -> None:
        """Say hello, and hear the first chunk."""
        if self._dialect.is_greeted:
            self._receive()
        self._send(*self._dialect.hello)
        self._receive()

    def hear_out(self) -> None:
        """Hear all audio, to its end."""
        while not self._dialect.is_end(self._receive()):
            pass

    def say(self, part: int, text: str, *, final: bool = True) -> None:
        self._send(*self._dialect.say(part, text, final))

    def say_in_pieces(self, part: int, text: str) -> None:
        for message in self._dialect.say(part, text, final=True):
            self._send_in_pieces(encode(message))

    def say_garbage(self) -> None:
        self.stay_silent(0.05)  # else TCP may join it to what was said before
        self._send(b"\x00\xff garbage\n")

    def say_goodbye(self) -> None:
        if self._dialect.goodbye:
            self._send(*self._dialect.goodbye)
            self.stay_silent()

    def refuse(self) -> None:
        if self._dialect.refusal:
            self._send(self._dialect.refusal)
            self.stay_silent()

    def drop(self) -> None:
        """End the call before its time."""
        self._connection.close(1011, "gone")

    def _receive(self) -> Any:
        return self._connection.recv()

    def _send(self, *messages: Any) -> None:
        for message in messages:
            self._connection.send(encode(message))

    def _send_in_pieces(self, message: str | bytes) -> None:
        self._connection.send(iter(message))  # a frame for each letter


class TcpLine(Line):
    """A call over TCP."""

    def drop(self) -> None:
        self._connection.close()

    def _receive(self) -> Any:
        return self._connection.recv(1 << 16)

    def _send(self, *messages: Any) -> None:
        for message in map(encode, messages):
            self._connection.sendall(message if isinstance(message, bytes) else message.encode())

    def _send_in_pieces(self, message: str | bytes) -> None:
        for byte in message.encode():
            self._connection.send(bytes([byte]))
            time.sleep(0.002)


@contextmanager
def serve_scene(protocol: str, scene: Callable[[Line], None], **options: Any) -> Iterator[str]:
    """Serve a protocol as a scene has it; yield the address."""
    over = threading.Event()
    make = TcpLine if protocol == "tcp_lines" else Line

    def answer(connection: Any) -> None:
        scene(make(connection, DIALECTS[protocol](), over))

    served = serve_tcp(answer) if make is TcpLine else serve_websocket(answer, **options)
    with served as url:
        try:
            yield url
        finally:
            over.set()
