"""Inputs that nobody would write: sound ones with bytes changed, by a seed."""

from __future__ import annotations

import random
from collections.abc import Callable

_TOKENS = (
    *(b"NaN", b"-1", b"1e999", b"Infinity", b"9" * 6000, b"0.1", b"null", b"true", b'""', b"\t\t"),
    *(b"{", b"}", b"[" * 3000, b'"', b"\\ud800", b"\0", b"\xff\xfe", b"\r\n", b"\n\n", b"|", b","),
    *(b"../../etc/passwd", b"<ALT_BEGIN>", b"{ a / b", b"(uh)", "İ\u2028\u200f".encode(), b";;"),
)


def mutate(contents: bytes, draw: random.Random) -> bytes:
    """Change an input in one to four places."""
    found = bytearray(contents)
    for _ in range(draw.randint(1, 4)):
        draw.choice(_WAYS)(found, draw)
    return bytes(found)


def _flip(found: bytearray, draw: random.Random) -> None:
    if found:
        found[draw.randrange(len(found))] ^= 1 << draw.randrange(8)


def _overwrite(found: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(found) + 1)
    length = draw.choice((1, 2, 4, 8, 64))
    found[at : at + length] = draw.choice((bytes(length), b"\xff" * length, draw.randbytes(length)))


def _remove(found: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(found) + 1)
    del found[at : at + draw.choice((1, 3, 20, 200))]


def _repeat(found: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(found) + 1)
    found[at:at] = found[at : at + draw.choice((1, 10, 100))] * draw.choice((1, 2, 30))


def _insert(found: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(found) + 1)
    found[at:at] = draw.choice(_TOKENS)


def _cut(found: bytearray, draw: random.Random) -> None:
    del found[draw.randrange(len(found) + 1) :]


_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _flip,
    _overwrite,
    _remove,
    _repeat,
    _insert,
    _insert,
    _cut,
)
