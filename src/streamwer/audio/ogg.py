"""The pages of an Ogg file (RFC 3533): where sound begins and what time its last page has."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_HEADER = struct.Struct("<4sBBqIIIB")
_MARK, _BEGINS, _ENDS = b"OggS", 2, 4
_PIECE = 1 << 16
_OPUS = b"OpusHead"
OPUS_RATE = 48_000


@dataclass(frozen=True)
class OggPages:
    """What the pages of a file with one stream tell.

    Attributes:
        sound_at: the byte at which the first page with sound begins.
        samples: the number of the last sample, as the last page has it.
        skipped: samples of Opus that come before the sound.
        ended: whether the last page says that it is the last one.
    """

    sound_at: int
    samples: int
    skipped: int
    ended: bool


@dataclass(frozen=True)
class _Page:
    at: int
    flags: int
    samples: int
    begin: bytes


def read_pages(file: IO[bytes], size: int) -> OggPages | None:
    """Read the pages; None where it is no Ogg file, or has several streams.

    Args:
        file: at any place.
        size: of it, bytes.
    """
    file.seek(0)
    if file.read(len(_MARK)) != _MARK:
        return None
    pages = list(_walk(file, size))
    sound = [page for page in pages if page.samples > 0]
    if not sound or sum(bool(page.flags & _BEGINS) for page in pages) != 1:
        return None
    head = pages[0].begin
    skipped = int.from_bytes(head[10:12], "little") if head.startswith(_OPUS) else 0
    return OggPages(sound[0].at, sound[-1].samples, skipped, bool(pages[-1].flags & _ENDS))


def _walk(file: IO[bytes], size: int) -> Iterator[_Page]:
    at = 0
    while at + _HEADER.size <= size:
        file.seek(at)
        mark, version, flags, samples, *_, count = _HEADER.unpack(file.read(_HEADER.size))
        if mark != _MARK or version:
            at = _find_page(file, at + 1, size)
            continue
        length = sum(file.read(count))
        begin = file.read(min(length, 12))
        yield _Page(at, flags, samples, begin)
        at += _HEADER.size + count + length


def _find_page(file: IO[bytes], at: int, size: int) -> int:
    """Find where the next page begins behind damage; the end of the file if none does."""
    while at < size:
        file.seek(at)
        found = file.read(_PIECE + len(_MARK) - 1).find(_MARK)
        if found >= 0:
            return at + found
        at += _PIECE
    return size
