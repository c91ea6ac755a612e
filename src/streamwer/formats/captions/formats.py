"""Formats of captions: plain text, SubRip (SRT) and WebVTT.

WebVTT: https://www.w3.org/TR/webvtt1/. SRT has no standard; we write what VLC and FFmpeg read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from streamwer.formats.captions.cue import Cue


@dataclass(frozen=True)
class CaptionFormat:
    """A format of captions.

    Attributes:
        suffix: of its files.
        head: the first lines of a file.
        cue: formats a cue, given its number from 1.
    """

    suffix: str
    head: str
    cue: Callable[[int, Cue], str]


def _format_text(_: int, cue: Cue) -> str:
    return f"{cue.text}\n"


def _format_srt(number: int, cue: Cue) -> str:
    # SRT has no way to write an arrow that is not one: it could be taken for a time.
    lines = "\n".join(line.replace("-->", "→") for line in cue.lines)
    return f"{number}\n{_format_time(cue.start, ',')} --> {_format_time(cue.end, ',')}\n{lines}\n\n"


def _format_vtt(_: int, cue: Cue) -> str:
    lines = "\n".join(map(_escape, cue.lines))
    return f"{_format_time(cue.start, '.')} --> {_format_time(cue.end, '.')}\n{lines}\n\n"


def _escape(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _format_time(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest:02}{point}{thousandths:03}"


CAPTION_FORMATS: Mapping[str, CaptionFormat] = {
    "text": CaptionFormat(".txt", "", _format_text),
    "srt": CaptionFormat(".srt", "", _format_srt),
    "vtt": CaptionFormat(".vtt", "WEBVTT\n\n", _format_vtt),
}
"""The formats of captions by name."""
