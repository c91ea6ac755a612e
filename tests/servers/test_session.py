"""Sessions with real servers on this machine, which behave well or badly."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.server import ServerConnection

from streamwer.config import experiment, registry
from streamwer.errors import ConfigError
from streamwer.servers.decoding import decode_session
from streamwer.servers.session import Call, End, Session, play_session
from tests.patience import PATIENCE_S
from tests.servers.fakes import (
    Script,
    refuse_handshake,
    serve_tcp,
    serve_websocket,
)

HELLO = {"type": "config", "useAudioWorklet": True, "mode": "full"}
DONE = {"type": "ready_to_stop"}
SECOND = bytes(32_000)


def update(committed: str, tentative: str = "") -> dict[str, Any]:
    """A message of WhisperLiveKit."""
    return {
        "lines": [{"speaker": 1, "text": committed}, {"speaker": -2, "text": None}],
        "buffer_transcription": tentative,
    }


def play(
    url: str, protocol: str = "whisperlivekit", pcm: bytes = SECOND, **settings: Any
) -> Session:
    adapter = registry.find("server", protocol)
    config = adapter.Config(url=url, **{"patience_s": 1.0} | settings)
    return play_session(Call("a", pcm), adapter(config))


def decode(session: Session, protocol: str = "whisperlivekit") -> Any:
    return decode_session(session, registry.find("server", protocol), 0.1)


def committed_text(session: Session, protocol: str = "whisperlivekit") -> str:
    steps = decode(session, protocol).steps
    return " ".join(word.text for step in steps for word in step.update.committed)


def test_audio_is_sent_at_the_pace_of_speech_and_every_message_is_kept_with_its_time() -> None:
    script = Script(
        [(0.2, update("", "hello")), (0.6, update("hello", "wor"))],
        hello=(HELLO,),
        goodbye=(update("hello world"), DONE),
    )
    with serve_websocket(script) as url:
        session = play(url)
    assert script.audio_bytes == len(SECOND)
    assert script.requests == ["/asr?language=en&mode=full"]
    assert session.end is End.SIGNALLED
    assert len(session.lags) == 10
    assert session.end_sent == pytest.approx(1.0, abs=0.2)
    assert session.messages[0].at <= 0.0  # the greeting came before the first sample
    assert [each.at for each in session.messages[1:3]] == pytest.approx([0.3, 0.7], abs=0.2)
    assert committed_text(session) == "hello world"


@pytest.mark.parametrize(
    ("how", "least", "sent"),
    [("immediate", 0.2, 6400), ("silence:0.3", 0.5, 16_000), ("hold:0.3", 0.5, 6400)],
)
def test_what_follows_the_audio_is_a_setting(how: str, least: float, sent: int) -> None:
    script = Script([], hello=(HELLO,), goodbye=(DONE,))
    with serve_websocket(script) as url:
        session = play(url, pcm=SECOND[:6400], end_of_audio=how)
    assert script.audio_bytes == sent
    assert session.end_sent == pytest.approx(least, abs=0.15)
    assert session.seconds == 0.2


def test_a_server_may_refuse_the_handshake_and_is_not_followed_elsewhere() -> None:
    with serve_websocket(lambda connection: None, process_request=refuse_handshake(403)) as url:
        assert "status 403 Forbidden; check the path" in play(url).reason
    asked: list[str] = []
    with serve_websocket(lambda connection: asked.append("elsewhere")) as elsewhere:
        redirect = refuse_handshake(302, Location=elsewhere)
        with serve_websocket(lambda connection: None, process_request=redirect) as url:
            assert play(url).reason.endswith("redirects, which is not followed")
    assert not asked


def test_a_port_without_websocket_is_named() -> None:
    def handler(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"SSH-2.0-OpenSSH\r\n")

    with serve_tcp(handler) as url:
        reason = play(url.replace("tcp", "ws")).reason
    assert "does not speak WebSocket" in reason


def test_lines_over_tcp_come_in_pieces_and_the_end_is_a_half_closed_connection() -> None:
    heard = []

    def handler(connection: socket.socket) -> None:
        heard.append(len(connection.recv(100_000)))
        connection.sendall(b"0 900 what a ")
        time.sleep(0.1)
        connection.sendall(b"day\n")
        while data := connection.recv(100_000):
            heard.append(len(data))
        connection.sendall(b"900 1000 indeed\n")

    with serve_tcp(handler) as url:
        session = play(url, "tcp_lines", pcm=SECOND[:12_800])
    assert sum(heard) == 12_800
    assert session.end is End.CLOSED
    assert committed_text(session, "tcp_lines") == "what a day indeed"


def test_differences_of_whisperlivekit_are_refused() -> None:
    script = Script([], hello=(HELLO | {"mode": "diff"},))
    with serve_websocket(script) as url:
        session = play(f"{url}?mode=diff", pcm=SECOND[:3200])
    assert session.end is End.FAILED
    assert "leave mode=diff out of the address" in session.reason
    diff = json.dumps({"type": "diff", "seq": 2, "new_lines": []})
    with pytest.raises(ValueError, match="leave mode=diff out"):
        list(registry.find("server", "whisperlivekit").decode([diff]))


def test_a_key_goes_to_the_server_and_into_no_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ASR_KEY", "secret-1234")
    seen = []

    def handler(connection: ServerConnection) -> None:
        seen.append(connection.request.headers["Authorization"])
        while "CloseStream" not in str(connection.recv()):
            pass

    with caplog.at_level(logging.DEBUG), serve_websocket(handler) as url:
        session = play(url, "deepgram", pcm=SECOND[:3200], key_env="ASR_KEY")
    assert seen == ["Token secret-1234"]
    sent_by_us = [each for each in caplog.records if each.name != "websockets.server"]
    assert "secret-1234" not in f"{session} {[each.getMessage() for each in sent_by_us]}"


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    files = [tmp_path / "key.pem", tmp_path / "certificate.pem"]
    subprocess.run(
        [*made.split(), "-keyout", files[0], "-out", files[1]],
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    with serve_websocket(lambda connection: None, ssl=context) as url:
        reason = play(url.replace("ws://", "wss://")).reason
    assert reason.endswith("no secure connection (CERTIFICATE_VERIFY_FAILED)")


def test_threads_of_a_session_end_with_it() -> None:
    before = threading.active_count()
    script = Script([], hello=(HELLO,), goodbye=(DONE,))
    with serve_websocket(script) as url:
        play(url, pcm=SECOND[:3200])
    time.sleep(0.1)
    assert threading.active_count() <= before + 1


def test_an_address_with_a_password_and_a_key_without_encryption_are_refused() -> None:
    parse = experiment.parse_server
    deepgram = {"protocol": "deepgram"}
    with pytest.raises(ConfigError, match=r"without a password"):
        parse(deepgram | {"url": "wss://me:secret@host/v1/listen"})
    with pytest.raises(ConfigError, match=r"over wss:// only"):
        parse(deepgram | {"url": "ws://asr.example.org/v1/listen", "key_env": "KEY"})
    with pytest.raises(ConfigError, match=r"no such process on this machine"):
        parse(deepgram | {"process": 2**22 + 1})
    with pytest.raises(ConfigError, match=r"immediate, silence:S or hold:S"):
        parse(deepgram | {"end_of_audio": "later"})
