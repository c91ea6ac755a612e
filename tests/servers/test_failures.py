"""Every protocol with every failure of a server: the call ends in time, and is counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from streamwer.config import registry
from streamwer.eventlog.log import EventLog
from streamwer.metrics.tables import score
from streamwer.metrics.tail import count_tail_loss_parts
from streamwer.servers.decoding import DecodedSession
from streamwer.servers.session import End, Session
from streamwer.text.normalise import ENGLISH, get_normaliser
from streamwer.types import Reference
from tests.servers.dialects import DIALECTS, Line, serve_scene
from tests.servers.fakes import find_free_port, refuse_handshake
from tests.servers.test_session import committed_text, decode, play

SECONDS = 0.05
SPOKEN = Reference("a", "", SECONDS, "red green blue")
MANY = " " * 10_000_000


@dataclass(frozen=True)
class Outcome:
    """What is in the session: all of SPOKEN, ended by the server, if nothing else is said.

    Attributes:
        text: that became final.
        tentative: what was still shown after it.
        lost: words of SPOKEN after the last one that became final.
        violations: words that were changed after they had been final.
        reason: why it failed, a pattern; "" where it did not.
        end: how it ended; None where the protocol says how.
        late: seconds after the audio before which the last text did not come.
        seconds: of audio that there is to send.
        patience_s: of the client.
    """

    text: str = "red green blue"
    tentative: str = ""
    lost: int = 0
    violations: int = 0
    reason: str = ""
    end: End | None = None
    late: float = -SECONDS
    seconds: float = SECONDS
    patience_s: float = 20.0


HALF = Outcome("red green", lost=1)
NOTHING = Outcome("", lost=3)
FAILED = {"end": End.FAILED}
LEFT = {"end": End.UNFINISHED, "patience_s": 0.3}
CRASHED = replace(HALF, **FAILED, reason="after the end .* with code 1011 gone")


def speak_in_fragments(line: Line) -> None:
    line.greet()
    line.say_in_pieces(0, "red green")
    line.say_in_pieces(1, "blue")
    say_the_end(line)


def speak_out_of_order(line: Line) -> None:
    line.greet()
    line.say(1, "blue")
    line.say(0, "red green")
    say_the_end(line)


def speak_late(line: Line) -> None:
    line.greet()
    line.hear_out()
    line.stay_silent(0.1)
    line.say(0, "red green blue")
    line.say_goodbye()


def hang(line: Line) -> None:
    line.greet()
    line.say(0, "red green")
    line.stay_silent()


def drop(line: Line) -> None:
    line.greet()
    line.say(0, "red green")
    line.drop()


def crash_at_the_end(line: Line) -> None:
    line.greet()
    line.say(0, "red green")
    line.hear_out()
    line.drop()


def never_greet(line: Line) -> None:
    line.stay_silent()


def send_garbage(line: Line) -> None:
    line.greet()
    line.say(0, "red green")
    line.say_garbage()
    line.say(1, "blue")
    say_the_end(line)


def send_ten_megabytes(line: Line) -> None:
    line.greet()
    line.hear_out()
    line.say(0, f"red {MANY} green blue")
    line.say_goodbye()


def never_say_final(line: Line) -> None:
    line.greet()
    line.say(0, "red green blue", final=False)
    say_the_end(line)


def change_what_was_final(line: Line) -> None:
    line.greet()
    line.say(0, "red green glue")
    line.stay_silent(0.05)
    line.say(0, "red green blue")
    say_the_end(line)


def say_the_end(line: Line) -> None:
    line.hear_out()
    line.say_goodbye()


SCENES: dict[Callable[[Line], None], Outcome] = {
    speak_in_fragments: Outcome(),
    speak_out_of_order: Outcome(violations=1),  # blue
    speak_late: Outcome(late=0.1),
    hang: replace(HALF, **LEFT),
    drop: replace(HALF, **FAILED, seconds=5.0, reason=r"dropped after 0.* code 1011 gone"),
    crash_at_the_end: CRASHED,
    never_greet: replace(NOTHING, **FAILED, reason=r"0.2 s \(no message\); does", patience_s=0.2),
    Line.refuse: replace(NOTHING, **FAILED, reason="wait 2.5 minutes|no (such )?model|status 403"),
    send_garbage: replace(HALF, reason=r"message \d is not of the protocol: b'.x00.xff garbage"),
    send_ten_megabytes: Outcome(),
    never_say_final: replace(NOTHING, tentative="red green blue"),
    change_what_was_final: Outcome(violations=1),
}
"""Each failure, and what becomes of it with most protocols."""
EXCEPTIONS = {
    # It is over when every item is completed.
    (never_say_final, "openai_realtime"): replace(NOTHING, tentative="red green blue", **LEFT),
    (drop, "tcp_lines"): replace(HALF, **FAILED, seconds=5.0, reason="dropped after 0"),
    (crash_at_the_end, "tcp_lines"): HALF,  # every session ends so
    (Line.refuse, "tcp_lines"): replace(NOTHING, **FAILED, reason="dropped after 0", seconds=5.0),
}
NEVER_READY = "there is no greeting to wait for"
APPENDED = "what is final cannot be said again"
LEFT_OUT = {
    (speak_out_of_order, "tcp_lines"): "a line has no place but that where it comes",
    (speak_out_of_order, "vosk"): "a reply has no place but that where it comes",
    (never_say_final, "tcp_lines"): "every line is final",
    (never_greet, "deepgram"): NEVER_READY,
    (never_greet, "tcp_lines"): NEVER_READY,
    (never_greet, "vosk"): NEVER_READY,
    (change_what_was_final, "deepgram"): APPENDED,
    (change_what_was_final, "tcp_lines"): APPENDED,
    (change_what_was_final, "vosk"): APPENDED,
}
"""Why a failure cannot be had with a protocol."""


def count_lost(found: DecodedSession) -> int:
    failures = (found.failure,) if found.failure else ()
    log = EventLog(found.steps, failures, {})
    lost, _ = count_tail_loss_parts(score([SPOKEN], log, get_normaliser(ENGLISH)))
    return int(lost[0])


CASES = [
    pytest.param(protocol, scene, id=f"{scene.__name__}-{protocol}")
    for scene in SCENES
    for protocol in registry.names("server")
    if (scene, protocol) not in LEFT_OUT
]


@pytest.mark.parametrize(("protocol", "scene"), CASES)
def test_a_call_is_counted_as_what_became_of_it(
    protocol: str, scene: Callable[[Line], None]
) -> None:
    wanted = EXCEPTIONS.get((scene, protocol), SCENES[scene])
    dialect = DIALECTS[protocol]
    refuses = scene is Line.refuse and not dialect.refusal and protocol != "tcp_lines"
    options = {"process_request": refuse_handshake(403)} if refuses else {}
    # There, an item after the audio is the answer to its end.
    least = 0.5 if protocol == "openai_realtime" else 0.0
    pcm = bytes(2 * int(16_000 * max(least, wanted.seconds)))
    with serve_scene(protocol, scene, **options) as url:
        session = play(url, protocol, pcm, chunk_s=0.025, patience_s=wanted.patience_s)
    check_outcome(session, protocol, wanted)


@pytest.mark.parametrize("protocol", registry.names("server"))
def test_a_server_that_is_not_there_refuses_the_call(protocol: str) -> None:
    scheme = "tcp" if protocol == "tcp_lines" else "ws"
    session = play(f"{scheme}://127.0.0.1:{find_free_port()}", protocol)
    reason = r"no connection \(Connection refused\)$"
    check_outcome(session, protocol, replace(NOTHING, **FAILED, reason=reason))


@pytest.mark.parametrize("protocol", ["tcp_lines", "vosk"])  # a plain socket, and a WebSocket
def test_a_server_that_takes_no_more_audio_is_left_when_patience_ends(
    protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = registry.find("server", protocol)
    monkeypatch.setattr(adapter, "encode", lambda self, pcm: (3000 * pcm,))  # to fill all buffers
    with serve_scene(protocol, hang, close_timeout=0.1) as url:
        session = play(url, protocol, chunk_s=0.01, patience_s=0.2)
    reason = "of audio because it took no more audio"
    check_outcome(session, protocol, replace(HALF, **FAILED, reason=reason))


def check_outcome(session: Session, protocol: str, wanted: Outcome) -> None:
    found = decode(session, protocol)
    usual = End.SIGNALLED if DIALECTS[protocol].goodbye else End.CLOSED
    assert session.end is (wanted.end or usual)
    assert bool(found.failure) == bool(wanted.reason), found.failure
    assert not found.failure or re.search(wanted.reason, found.failure.reason)
    assert committed_text(session, protocol) == wanted.text
    assert " ".join(word.text for word in found.steps[-1].update.tentative) == wanted.tentative
    assert found.violations == wanted.violations
    assert count_lost(found) == wanted.lost
    assert found.steps[-1].emitted > SECONDS + wanted.late
