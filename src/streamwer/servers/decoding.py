"""From the messages of a session to steps of the event log.

A word is committed in the log by the message from which on it no longer changed. Where a server
changes words that it had declared final, each of them is counted as a commit violation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

from streamwer.servers.protocol import MALFORMED, NOW, Adapter, Transcript, describe_message
from streamwer.servers.session import End, Session
from streamwer.types import Failure, StageTimes, Step, Update, Word, WorkCounters

_UNKNOWN = StageTimes(*[math.nan] * len(fields(StageTimes)))
Keys = tuple[str, ...]


@dataclass(frozen=True)
class DecodedSession:
    """What a session showed.

    Attributes:
        steps: one for each message that changed what was shown, and at least one.
        violations: words that were changed or taken back after they had been declared final.
        failure: why it failed; None where it did not.
    """

    steps: tuple[Step, ...]
    violations: int
    failure: Failure | None = None


class _Shown:
    """A transcript, when it was shown, and its committed words as they are compared."""

    def __init__(self, at: float, transcript: Transcript) -> None:
        self.at, self.transcript = at, transcript
        self.keys: Keys = tuple(_make_key(word.text) for word in transcript.committed)


def decode_session(session: Session, adapter: type[Adapter], chunk_s: float) -> DecodedSession:
    """Decode the messages of a session; it needs no server.

    Args:
        session: as it was recorded.
        adapter: of the protocol.
        chunk_s: length of its chunks, seconds.
    """
    shown, problem = _decode_messages(session, adapter)
    reason = problem or (session.reason if session.end is End.FAILED else "")
    return DecodedSession(
        _build_steps(session, shown, chunk_s),
        sum(len(one.keys) - _count_same(one.keys, other.keys) for one, other in pairwise(shown)),
        Failure(session.recording, reason) if reason else None,
    )


def _decode_messages(session: Session, adapter: type[Adapter]) -> tuple[list[_Shown], str]:
    """Return what was shown before the first message that cannot be decoded, and that message."""
    found: list[_Shown] = []
    last = Transcript()
    transcripts = adapter.decode(each.message for each in session.messages)
    for number, each in enumerate(session.messages, start=1):
        try:
            transcript = next(transcripts)
        except (*MALFORMED, StopIteration) as error:
            what = describe_message(each.message)
            return found, f"message {number} is not of the protocol: {what} ({error})"
        if transcript[:2] != last[:2] or transcript.turn_end:
            found.append(_Shown(max(0.0, each.at), transcript))
        last = transcript
    return found, ""


def _build_steps(session: Session, shown: Sequence[_Shown], chunk_s: float) -> tuple[Step, ...]:
    """Build the steps; the last one also says that the session is over."""
    sent = (round(chunk_s * int(each.at / chunk_s), 6) for each in shown)
    times = [min(session.seconds, end) for end in sent]
    steps = [
        _make_step(session, audio_end, each.at, update)
        for audio_end, each, update in zip(times, shown, _build_updates(shown), strict=True)
    ]
    if not steps:
        over = max(session.seconds, session.ended) if session.ended >= 0 else session.seconds
        steps = [_make_step(session, session.seconds, over, Update())]
    last = len(steps) - 1
    numbered = [
        replace(step, step=number, is_last=number == last) for number, step in enumerate(steps)
    ]
    return tuple(_estimate_times(numbered))


def _make_step(session: Session, audio_end: float, at: float, update: Update) -> Step:
    if update.turn_end == NOW:
        update = replace(update, turn_end=audio_end)
    return Step(
        recording=session.recording,
        step=0,
        audio_end=audio_end,
        ready=at,  # what a server waited for, and for how long it computed, is not known
        start=at,
        emitted=at,
        compute=_UNKNOWN,
        effort=WorkCounters(),
        update=update,
        is_last=False,
    )


def _build_updates(shown: Sequence[_Shown]) -> Iterator[Update]:
    """Yield the updates that commit each word of the final text once."""
    done = 0
    for each, stable in zip(shown, _count_stable(shown), strict=True):
        committed, tentative, turn_end = each.transcript
        words = committed[done:stable], (*committed[stable:], *tentative)
        yield Update(*words, turn_end=turn_end)
        done = stable


def _count_stable(shown: Sequence[_Shown]) -> list[int]:
    """Count the words at the beginning of each transcript that stay as they are to the end."""
    counts: list[int] = []
    final = shown[-1].keys if shown else ()
    least = len(final)
    for each in reversed(shown):
        least = min(least, _count_same(each.keys, final))
        counts.append(least)
    return counts[::-1]


def _count_same(one: Keys, other: Keys) -> int:
    """Count the words at the beginning that are the same."""
    if one == other[: len(one)]:  # nearly always
        return len(one)
    return next(i for i, key in enumerate(one) if i >= len(other) or key != other[i])


def _make_key(text: str) -> str:
    """Return what makes a word the same word: neither case nor punctuation."""
    return "".join(filter(str.isalnum, text.casefold()))


def _estimate_times(steps: Sequence[Step]) -> Iterator[Step]:
    """Give words without times those of the audio that had been sent when they were shown."""
    places: list[tuple[str, float]] = []
    for step in steps:
        words = (*step.update.committed, *step.update.tentative)
        old = [*places, *[("", 0.0)] * len(words)]
        places = [
            (key, at if key == shown else step.audio_end)
            for (shown, at), key in zip(old, (_make_key(each.text) for each in words), strict=False)
        ]
        timed = tuple(_place(word, at) for word, (_, at) in zip(words, places, strict=True))
        done = len(step.update.committed)
        update = replace(step.update, committed=timed[:done], tentative=timed[done:])
        places = places[done:]
        yield replace(step, update=update)


def _place(word: Word, at: float) -> Word:
    return word if word.end else replace(word, start=at, end=at)
