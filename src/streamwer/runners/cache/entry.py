"""Pack a finished recording into bytes with a checksum, and unpack it.

An entry has a line with the format, a line with the digest of the rest, a line of JSON that labels
the entry, and the steps as compressed JSON, which keeps every double exactly.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streamwer.types import StageTimes, Step, Update, Word, WorkCounters

_MARK = b"streamwer finished 1"
_FAST = 1
"""Level of zlib: half the size of level 0 in a fifth of the time of the default level."""

Steps = tuple[Step, ...]


class DamagedError(Exception):
    """The bytes are not the entry of their key."""


@dataclass(frozen=True)
class EntryLabel:
    """Description of an entry.

    Attributes:
        recording: its id.
        system: the first that it was made for.
        clock: that timed it.
        facts: of its worker (`Workers.facts`).
    """

    recording: str
    system: str
    clock: str
    facts: Mapping[str, Any]


def pack_entry(key: str, label: EntryLabel, steps: Sequence[Step]) -> bytes:
    """Pack an entry into bytes.

    Args:
        key: of the entry, 64 hexadecimal digits.
        label: its description.
        steps: of the recording, in order.
    """
    head = json.dumps(vars(label), default=_convert_number, sort_keys=True).encode()
    rows = json.dumps(
        [_step_to_row(step) for step in steps], default=_convert_number, separators=(",", ":")
    )
    body = head + b"\n" + zlib.compress(rows.encode(), _FAST)
    return b"\n".join([_MARK, _digest_body(key, body), body])


def unpack_label(key: str, packed: bytes) -> EntryLabel:
    """Unpack the label of a key's entry.

    Raises:
        DamagedError: the bytes are not what was packed for the key.
    """
    return EntryLabel(**json.loads(_verify_body(key, packed)[0]))


def unpack_steps(key: str, packed: bytes) -> Steps:
    """Unpack the steps of a key's entry.

    Raises:
        DamagedError: the bytes are not what was packed for the key.
    """
    label, rows = _verify_body(key, packed)
    recording = json.loads(label)["recording"]
    return tuple(_row_to_step(recording, row) for row in json.loads(zlib.decompress(rows)))


def _verify_body(key: str, packed: bytes) -> tuple[bytes, bytes]:
    parts = packed.split(b"\n", 2)
    if len(parts) != 3 or parts[0] != _MARK or parts[1] != _digest_body(key, parts[2]):
        raise DamagedError
    head, _, rows = parts[2].partition(b"\n")
    return head, rows


def _digest_body(key: str, body: bytes) -> bytes:
    """Digest key and body, so that an intact entry under another key counts as damaged."""
    whole = hashlib.sha256(key.encode())
    whole.update(body)
    return whole.hexdigest().encode()


def _step_to_row(step: Step) -> list[Any]:
    update = step.update
    return [
        [step.step, step.audio_end, step.ready, step.start, step.emitted],
        _list_fields(step.compute),
        _list_fields(step.effort),
        [list(map(_list_fields, update.committed)), list(map(_list_fields, update.tentative))],
        [update.forced, update.cut, update.turn_end],
        step.is_last,
        step.language,
    ]


def _row_to_step(recording: str, row: Sequence[Any]) -> Step:
    # Entries of earlier versions have no language.
    (
        (number, audio_end, ready, start, emitted),
        compute,
        effort,
        words_by_kind,
        counts,
        *language,
    ) = row
    committed, tentative = (tuple(Word(*word) for word in words) for words in words_by_kind)
    update = Update(committed, tentative, *counts)
    spent, did = StageTimes(*compute), WorkCounters(*effort)
    return Step(recording, number, audio_end, ready, start, emitted, spent, did, update, *language)


def _list_fields(record: Word | StageTimes | WorkCounters) -> list[Any]:
    return [getattr(record, name) for name in record.__slots__]


def _convert_number(number: Any) -> Any:
    """Convert a number of numpy to Python's."""
    return number.item()
