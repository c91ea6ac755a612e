"""The chunks of a WAV or Wave64 file: FFmpeg trusts the file's size, not its header."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_CHUNK = struct.Struct("<4sI")
_CHUNK_64 = struct.Struct("<4s12xQ")
_MARK_64 = b"riff"
_UNKNOWN = 0x7FFF0000
"""Sizes from here on stand for an unknown size, as programs write them into a pipe."""
_LONG = 0xFFFFFFFF
_PADDING = 8


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


def read_data(file: IO[bytes], size: int) -> RiffData | None:
    """Read the header of a WAV file; None of any other file.

    Args:
        file: at any position.
        size: bytes of the file.
    """
    file.seek(0)
    head = file.read(28)
    if head.startswith(_MARK_64) and head[24:] == b"wave":
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
    at, rate = 40, 0
    while at + _CHUNK_64.size <= size:
        file.seek(at)
        name, length = _CHUNK_64.unpack(file.read(_CHUNK_64.size))
        if name == b"fmt ":
            rate = _read_number(file, at + _CHUNK_64.size + 8, 4)
        elif name == b"data":
            known = length > _CHUNK_64.size
            return RiffData(length - _CHUNK_64.size if known else None, 0, rate)
        at += max(_CHUNK_64.size, length + -length % 8)
    return None


def _read_chunks(file: IO[bytes], at: int, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each chunk, the offset of its contents, and their length."""
    while at + _CHUNK.size <= size:
        file.seek(at)
        name, length = _CHUNK.unpack(file.read(_CHUNK.size))
        yield name, at + _CHUNK.size, length
        at += _CHUNK.size + length + length % 2


def _read_number(file: IO[bytes], at: int, width: int) -> int:
    file.seek(at)
    return int.from_bytes(file.read(width), "little")


def _is_chunk(file: IO[bytes], at: int, size: int) -> bool:
    """Tell whether a chunk that fits is there, or padding, or nothing."""
    if size - at < _PADDING:
        return True
    file.seek(at)
    name, length = _CHUNK.unpack(file.read(_CHUNK.size))
    return all(32 <= byte < 127 for byte in name) and at + _CHUNK.size + length <= size + 1
