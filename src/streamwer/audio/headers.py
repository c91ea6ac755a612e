"""What headers say of lengths and sizes, of formats in which FFmpeg does not read it."""

from __future__ import annotations

import struct
from typing import IO

READ_HERE = frozenset(("adx", "asf", "sox"))
"""Containers whose length is read here."""
_HEAD = 1 << 14
_ADX, _SOX, _VOC, _RM = b"\x80\x00", b".SoX", b"Creative Voice File\x1a", b".RMF"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_LIVE = b"\x01"
_CHUNK = struct.Struct(">4sI")
_MMF = b"MMMD"
_RM_MORE = 10
"""Bytes that FFmpeg's writer of RealMedia counts twice."""


def read_head(file: IO[bytes]) -> bytes:
    """Read the beginning of a file, as far as it is looked at here."""
    file.seek(0)
    return file.read(_HEAD)


def parse_seconds(head: bytes) -> float:
    """Parse the length of ADX, SoX and ASF (WMA) files; 0 of others, or where it is unknown."""
    try:
        if head.startswith(_ADX):
            rate, samples = struct.unpack_from(">II", head, 8)
            return float(samples / rate) if rate else 0.0
        if head.startswith(_SOX):
            samples, sox_rate, channels = struct.unpack_from("<QdI", head, 8)
            return float(samples / sox_rate / channels) if sox_rate > 0 and channels else 0.0
        return _read_asf_seconds(head)
    except struct.error:  # it is cut within its header
        return 0.0


def _read_asf_seconds(head: bytes) -> float:
    at = _find_asf_facts(head)
    if at < 0:
        return 0.0
    ticks, _, preroll_ms = struct.unpack_from("<QQQ", head, at + 64)
    return max(0.0, float(ticks / 1e7 - preroll_ms / 1e3))


def _find_asf_facts(head: bytes) -> int:
    """Find the properties of an ASF file; −1 if there are none, or they were not known yet."""
    at = head.find(_ASF_FILE)
    return -1 if at < 0 or head[at + 88 : at + 89] in (b"", _ASF_LIVE) else at


def find_extent(file: IO[bytes], head: bytes, size: int) -> tuple[int, int] | None:
    """Find where sound begins and ends in ASF, VOC, RealMedia and MMF files; None of others.

    Args:
        file: the file.
        head: of `read_head`.
        size: of the file, bytes.
    """
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
        file.seek(at)
        block = file.read(4)
        if block[0] == 0:
            return at + 1
        at += 4 + int.from_bytes(block[1:], "little")
    return at + 1


def _find_rm_extent(file: IO[bytes], size: int) -> tuple[int, int] | None:
    at = 0
    while at + _CHUNK.size <= size:
        file.seek(at)
        name, length = _CHUNK.unpack(file.read(_CHUNK.size))
        if name == b"DATA":
            return (at, at + length - _RM_MORE) if length > _CHUNK.size else None
        at += max(_CHUNK.size, length)
    return None
