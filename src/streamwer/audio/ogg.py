"""The pages of an Ogg file (RFC 3533): where sound begins, and its last time stamp."""

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
    """Facts about the pages of a file with one stream.

    Attributes:
        sound_at: byte offset of the first page with sound.
        samples: index of the last sample, from the last page.
        skipped: samples of Opus before the sound.
        ended: whether the last page is marked as the last one.
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
    """Read the pages; None if it is not an Ogg file, or has several streams.

    Args:
        file: at any position.
        size: bytes of the file.
    """
    file.seek(0)
    if file.read(len(_MARK)) != _MARK:
        return None
    pages = list(_read_each_page(file, size))
    sound = [page for page in pages if page.samples > 0]
    if not sound or sum(bool(page.flags & _BEGINS) for page in pages) != 1:
        return None
    head = pages[0].begin
    skipped = int.from_bytes(head[10:12], "little") if head.startswith(_OPUS) else 0
    return OggPages(sound[0].at, sound[-1].samples, skipped, bool(pages[-1].flags & _ENDS))


def _read_each_page(file: IO[bytes], size: int) -> Iterator[_Page]:
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
    """Find the next page after damage; the end of the file if there is none."""
    while at < size:
        file.seek(at)
        offset = file.read(_PIECE + len(_MARK) - 1).find(_MARK)
        if offset >= 0:
            return at + offset
        at += _PIECE
    return size
