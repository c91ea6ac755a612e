"""Suffixes of audio files, as FFmpeg lists them for the containers that it reads."""

from __future__ import annotations

import av

_CONTAINERS = (
    "aac ac3 adts aiff amr ape asf au avi caf dts eac3 flac flv g722 gsm ipod latm matroska mlp mov"
    " mp2 mp3 mpegts nistsphere nut oga ogg opus rm shn spx tak tta voc w64 wav webm wv"
).split()
"""Containers of speech; not raw samples, whose rate is unknown, nor formats of games."""
_UNLISTED = (".awb", ".mpga", ".snd")
"""Other suffixes of wide-band AMR, MPEG audio and AU."""
_NOT_AUDIO = (".avif", ".heic", ".heif", ".mj2", ".mks", ".ts")
"""Pictures, subtitles and TypeScript, which share suffixes with audio."""


def _list_extensions(name: str) -> set[str]:
    """List the extensions of FFmpeg's reader and writer: that of WAV lists none."""
    extensions: set[str] = set()
    for mode in ("r", "w"):
        try:
            extensions |= set(av.ContainerFormat(name, mode).extensions)
        except ValueError:  # FFmpeg only reads it, or only writes it
            continue
    return extensions


_LISTED = {f".{suffix}" for name in _CONTAINERS for suffix in _list_extensions(name)}
SUFFIXES = frozenset(_LISTED.union(_UNLISTED).difference(_NOT_AUDIO))
