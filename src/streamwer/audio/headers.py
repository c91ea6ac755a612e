"""Facts in the headers of audio files that FFmpeg does not report: lengths, sizes and ends."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

READ_HERE = frozenset(("adx", "asf", "sox"))
"""Containers whose length is read here."""
OPUS_RATE = 48_000
_HEAD = 1 << 14
_ADX, _SOX, _VOC, _RM = b"\x80\x00", b".SoX", b"Creative Voice File\x1a", b".RMF"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_LIVE = b"\x01"
_MMF = b"MMMD"
_RM_CHUNK = struct.Struct(">4sI")
_RM_MORE = 10
"""Bytes that FFmpeg's writer of RealMedia counts twice."""
_RIFF_CHUNK = struct.Struct("<4sI")
_WAVE64_CHUNK = struct.Struct("<4s12xQ")
_UNKNOWN = 0x7FFF0000
"""Sizes from here on stand for an unknown size, as programs write them into a pipe."""
_LONG = 0xFFFFFFFF
_PADDING = 8
_OGG_PAGE = struct.Struct("<4sBBqIIIB")
_OGG, _BEGINS, _ENDS = b"OggS", 2, 4
_PIECE = 1 << 16
_COUNTS = (b"Xing", b"Info", b"VBRI")
_COUNTS_WITHIN = 4096


@dataclass(frozen=True)
class RiffData:
    """The samples of a WAV file.

    Attributes:
        declared: their bytes by the header; None where it is unknown.
        follows: bytes after them that are no chunk, so must be samples as well.
        rate: bytes per second.
    """

    declared: int | None
    follows: int
    rate: int


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
class FileHeader:
    """What the header of a file says.

    Attributes:
        riff: of a WAV or Wave64 file.
        pages: of an Ogg file.
        counted: whether it is an MP3 file that counts its frames.
        seconds: the declared length; 0 if FFmpeg reads it, or there is none.
        extent: bytes at which the sound begins and ends; None where they are unknown.
    """

    riff: RiffData | None
    pages: OggPages | None
    counted: bool
    seconds: float
    extent: tuple[int, int] | None


def read_header(file: IO[bytes]) -> FileHeader:
    """Read the header of a file, and go back to its beginning."""
    size = file.seek(0, os.SEEK_END)
    head = _read_at(file, 0, _HEAD)
    header = FileHeader(
        _read_riff(file, head, size),
        _read_pages(file, head, size),
        _counts_frames(file, head),
        _parse_seconds(head),
        _find_extent(file, head, size),
    )
    file.seek(0)
    return header


def _read_at(file: IO[bytes], at: int, count: int) -> bytes:
    file.seek(at)
    return file.read(count)


def _unpack_at(file: IO[bytes], at: int, form: struct.Struct) -> tuple[Any, ...]:
    return form.unpack(_read_at(file, at, form.size))


def _read_number(file: IO[bytes], at: int, width: int) -> int:
    return int.from_bytes(_read_at(file, at, width), "little")


def _counts_frames(file: IO[bytes], head: bytes) -> bool:
    """Tell whether the first frame of MPEG audio, after ID3 tags, counts the others."""
    begin = head[: 10 + _COUNTS_WITHIN]
    if head.startswith(b"ID3"):  # its length has four times seven bits
        length = sum(byte << 7 * (3 - n) for n, byte in enumerate(head[6:10]))
        begin = head[:10] + _read_at(file, 10 + length, _COUNTS_WITHIN)
    return any(mark in begin for mark in _COUNTS)


# WAV and Wave64: FFmpeg trusts the file's size, not its header.


def _read_riff(file: IO[bytes], head: bytes, size: int) -> RiffData | None:
    if head.startswith(b"riff") and head[24:28] == b"wave":
        return _read_wave64(file, size)
    if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        return None
    rate = long_size = 0
    for name, at, length in _read_chunks(file, 12, size):
        if name == b"fmt ":
            rate = _read_number(file, at + 8, 4)
        elif name == b"ds64":
            long_size = _read_number(file, at + 8, 8)
        elif name == b"data":
            declared = long_size if long_size and length == _LONG else length
            known = 0 < length < _UNKNOWN or bool(long_size)
            end = at + declared + declared % 2
            more = size - end if known and not _is_chunk(file, end, size) else 0
            return RiffData(declared if known else None, more, rate)
    return None


def _read_wave64(file: IO[bytes], size: int) -> RiffData | None:
    """Read the header of Wave64: names have 16 bytes, and sizes count themselves."""
    at, rate, least = 40, 0, _WAVE64_CHUNK.size
    while at + least <= size:
        name, length = _unpack_at(file, at, _WAVE64_CHUNK)
        if name == b"fmt ":
            rate = _read_number(file, at + least + 8, 4)
        elif name == b"data":
            return RiffData(length - least if length > least else None, 0, rate)
        at += max(least, length + -length % 8)
    return None


def _read_chunks(file: IO[bytes], at: int, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each chunk, the offset of its contents, and their length."""
    while at + _RIFF_CHUNK.size <= size:
        name, length = _unpack_at(file, at, _RIFF_CHUNK)
        yield name, at + _RIFF_CHUNK.size, length
        at += _RIFF_CHUNK.size + length + length % 2


def _is_chunk(file: IO[bytes], at: int, size: int) -> bool:
    """Tell whether a chunk that fits is there, or padding, or nothing."""
    if size - at < _PADDING:
        return True
    name, length = _unpack_at(file, at, _RIFF_CHUNK)
    return all(32 <= byte < 127 for byte in name) and at + _RIFF_CHUNK.size + length <= size + 1


# Ogg (RFC 3533): where sound begins, and the last time stamp.


class _Page(NamedTuple):
    at: int
    flags: int
    samples: int
    begin: bytes


def _read_pages(file: IO[bytes], head: bytes, size: int) -> OggPages | None:
    """Read the pages; None if it is not an Ogg file, or has several streams."""
    if not head.startswith(_OGG):
        return None
    pages = list(_read_each_page(file, size))
    sound = [page for page in pages if page.samples > 0]
    if not sound or sum(bool(page.flags & _BEGINS) for page in pages) != 1:
        return None
    begin = pages[0].begin
    skipped = int.from_bytes(begin[10:12], "little") if begin.startswith(b"OpusHead") else 0
    return OggPages(sound[0].at, sound[-1].samples, skipped, bool(pages[-1].flags & _ENDS))


def _read_each_page(file: IO[bytes], size: int) -> Iterator[_Page]:
    at = 0
    while at + _OGG_PAGE.size <= size:
        mark, version, flags, samples, *_, count = _unpack_at(file, at, _OGG_PAGE)
        if mark != _OGG or version:
            at = _find_page(file, at + 1, size)
            continue
        length = sum(file.read(count))
        yield _Page(at, flags, samples, file.read(min(length, 12)))
        at += _OGG_PAGE.size + count + length


def _find_page(file: IO[bytes], at: int, size: int) -> int:
    """Find the next page after damage; the end of the file if there is none."""
    while at < size:
        offset = _read_at(file, at, _PIECE + len(_OGG) - 1).find(_OGG)
        if offset >= 0:
            return at + offset
        at += _PIECE
    return size


# Other formats in which FFmpeg reads no length or no size.


def _parse_seconds(head: bytes) -> float:
    """Parse the length of ADX, SoX and ASF (WMA) files; 0 of others, or where it is unknown."""
    try:
        if head.startswith(_ADX):
            rate, samples = struct.unpack_from(">II", head, 8)
            return float(samples / rate) if rate else 0.0
        if head.startswith(_SOX):
            samples, sox_rate, channels = struct.unpack_from("<QdI", head, 8)
            return float(samples / sox_rate / channels) if sox_rate > 0 and channels else 0.0
        if (at := _find_asf_facts(head)) < 0:
            return 0.0
        ticks, _, preroll_ms = struct.unpack_from("<QQQ", head, at + 64)
        return max(0.0, float(ticks / 1e7 - preroll_ms / 1e3))
    except struct.error:  # it is cut within its header
        return 0.0


def _find_asf_facts(head: bytes) -> int:
    """Find the properties of an ASF file; −1 if there are none, or they were not known yet."""
    at = head.find(_ASF_FILE)
    return -1 if at < 0 or head[at + 88 : at + 89] in (b"", _ASF_LIVE) else at


def _find_extent(file: IO[bytes], head: bytes, size: int) -> tuple[int, int] | None:
    """Find where sound begins and ends in ASF, VOC, RealMedia and MMF files; None of others."""
    if head.startswith(_ASF) and (at := _find_asf_facts(head)) > 0:
        return 0, int.from_bytes(head[at + 40 : at + 48], "little")
    if head.startswith(_MMF):
        return 0, int.from_bytes(head[4:8], "big") + 8
    if head.startswith(_VOC) and len(head) >= 26:
        begin = int.from_bytes(head[20:22], "little")
        return begin, _find_voc_end(file, begin, size)
    return _find_rm_extent(file, size) if head.startswith(_RM) else None


def _find_voc_end(file: IO[bytes], at: int, size: int) -> int:
    """Find the end of the last block: a block of kind 0 has no size."""
    while at < size:
        block = _read_at(file, at, 4)
        if block[0] == 0:
            return at + 1
        at += 4 + int.from_bytes(block[1:], "little")
    return at + 1


def _find_rm_extent(file: IO[bytes], size: int) -> tuple[int, int] | None:
    at = 0
    while at + _RM_CHUNK.size <= size:
        name, length = _unpack_at(file, at, _RM_CHUNK)
        if name == b"DATA":
            return (at, at + length - _RM_MORE) if length > _RM_CHUNK.size else None
        at += max(_RM_CHUNK.size, length)
    return None
