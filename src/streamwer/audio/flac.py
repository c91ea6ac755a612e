"""What a FLAC file begins by telling of its samples (RFC 9639, section 8.2)."""

from __future__ import annotations

HEAD = 42
"""Bytes that tell it."""
_MARK, _FORMAT, _MD5 = b"fLaC", slice(18, 22), slice(26, HEAD)


def md5(head: bytes) -> bytes:
    """MD5 of the samples, as integers from low byte to high; empty where it is not told."""
    told = head[_MD5]
    return told if head.startswith(_MARK) and any(told) else b""


def form(head: bytes) -> tuple[int, int, int]:
    """Samples a second, channels, and bits of a sample."""
    told = int.from_bytes(head[_FORMAT], "big") >> 4  # 20, 3 and 5 bits, the last two less one
    return told >> 8, (told >> 5 & 0b111) + 1, (told & 0b11111) + 1
