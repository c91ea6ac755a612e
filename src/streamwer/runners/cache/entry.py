"""One finished recording as bytes that prove themselves: what was said when, and by what.

A line that names the format, a line with the digest of all that follows, a line of JSON for whoever
only wants to know what the entry is, and the steps, packed. JSON keeps every double to the bit.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streamwer.types import Compute, Effort, Step, Update, Word

_MARK = b"streamwer finished 1"
_FAST = 1
"""Of zlib's levels: half the size of level 0's for a fifth of the time of the default."""

Steps = tuple[Step, ...]


class DamagedError(Exception):
    """Bytes that are not the entry of their key."""


@dataclass(frozen=True)
class Label:
    """What an entry is.

    Attributes:
        recording: its id.
        system: for which it was first made.
        clock: that timed it.
        facts: what its worker knew of itself (`Workers.facts`).
    """

    recording: str
    system: str
    clock: str
    facts: Mapping[str, Any]


def pack(key: str, label: Label, steps: Sequence[Step]) -> bytes:
    """The bytes of an entry."""
    head = json.dumps(vars(label), default=_plain, sort_keys=True).encode()
    rows = json.dumps([_row(step) for step in steps], default=_plain, separators=(",", ":"))
    body = head + b"\n" + zlib.compress(rows.encode(), _FAST)
    return b"\n".join([_MARK, _digest(key, body), body])


def label_of(key: str, packed: bytes) -> Label:
    """What the entry of a key is.

    Raises:
        DamagedError: the bytes are not what was packed for the key.
    """
    return Label(**json.loads(_body(key, packed)[0]))


def steps_of(key: str, packed: bytes) -> Steps:
    """The steps of the entry of a key.

    Raises:
        DamagedError: the bytes are not what was packed for the key.
    """
    label, rows = _body(key, packed)
    recording = json.loads(label)["recording"]
    return tuple(_step(recording, row) for row in json.loads(zlib.decompress(rows)))


def _body(key: str, packed: bytes) -> tuple[bytes, bytes]:
    parts = packed.split(b"\n", 2)
    if len(parts) != 3 or parts[0] != _MARK or parts[1] != _digest(key, parts[2]):
        raise DamagedError
    head, _, rows = parts[2].partition(b"\n")
    return head, rows


def _digest(key: str, body: bytes) -> bytes:
    """With the key: whole, but in the place of another, is damaged as well."""
    whole = hashlib.sha256(key.encode())
    whole.update(body)
    return whole.hexdigest().encode()


def _row(step: Step) -> list[Any]:
    update = step.update
    return [
        [step.step, step.audio_end, step.ready, step.start, step.emitted],
        _flat(step.compute),
        _flat(step.effort),
        [list(map(_flat, update.committed)), list(map(_flat, update.tentative))],
        [update.forced, update.cut],
        step.is_last,
        step.language,
    ]


def _step(recording: str, row: Sequence[Any]) -> Step:
    # Entries of earlier versions have no language.
    (number, audio_end, ready, start, emitted), compute, effort, said, counts, *rest = row
    committed, tentative = (tuple(Word(*word) for word in words) for words in said)
    update = Update(committed, tentative, *counts)
    spent, did = Compute(*compute), Effort(*effort)
    return Step(recording, number, audio_end, ready, start, emitted, spent, did, update, *rest)


def _flat(record: Word | Compute | Effort) -> list[Any]:
    return [getattr(record, name) for name in record.__slots__]


def _plain(number: Any) -> Any:
    """Numbers of numpy as Python's."""
    return number.item()
