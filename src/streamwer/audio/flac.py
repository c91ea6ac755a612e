"""The STREAMINFO block of a FLAC file (RFC 9639, section 8.2)."""

from __future__ import annotations

HEADER_BYTES = 42
"""Bytes of a file that hold it."""
_MARK, _FORMAT, _MD5 = b"fLaC", slice(18, 22), slice(26, HEADER_BYTES)


def read_md5(head: bytes) -> bytes:
    """Read the MD5 of the samples (little-endian integers); empty where it is missing."""
    md5 = head[_MD5]
    return md5 if head.startswith(_MARK) and any(md5) else b""


def read_format(head: bytes) -> tuple[int, int, int]:
    """Read samples per second, channels, and bits per sample."""
    bits = int.from_bytes(head[_FORMAT], "big") >> 4  # 20, 3 and 5 bits, the last two less one
    return bits >> 8, (bits >> 5 & 0b111) + 1, (bits & 0b11111) + 1
