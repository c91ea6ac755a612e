"""The suffixes of files that hold audio, as FFmpeg lists them for the containers that it reads."""

from __future__ import annotations

import av

_CONTAINERS = (
    "aac ac3 adts aiff amr ape asf au avi caf dts eac3 flac flv g722 gsm ipod latm matroska mlp mov"
    " mp2 mp3 mpegts nistsphere nut oga ogg opus rm shn spx tak tta voc w64 wav webm wv"
).split()
"""What people keep speech in; not samples alone, whose rate nothing tells, nor formats of games."""
_UNLISTED = (".awb", ".mpga", ".snd")
"""Wide-band AMR, MPEG audio and AU by their other names: their contents tell what they are."""
_OTHERS = (".avif", ".heic", ".heif", ".mj2", ".mks", ".ts")
"""Pictures, subtitles and TypeScript, which share suffixes with audio."""


def _list_suffixes() -> frozenset[str]:
    found = {f".{suffix}" for name in _CONTAINERS for suffix in _list_extensions(name)}
    return frozenset(found.union(_UNLISTED).difference(_OTHERS))


def _list_extensions(name: str) -> set[str]:
    """List what either side of FFmpeg knows: its reader of WAV, for one, lists none."""
    found: set[str] = set()
    for mode in ("r", "w"):
        try:
            found |= set(av.ContainerFormat(name, mode).extensions)
        except ValueError:  # it is only read, or only written
            continue
    return found


SUFFIXES = _list_suffixes()
