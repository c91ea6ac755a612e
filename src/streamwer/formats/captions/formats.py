"""How cues are written: plain text, SubRip (SRT) and WebVTT.

WebVTT: https://www.w3.org/TR/webvtt1/. SRT has no standard; what VLC and FFmpeg read is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from streamwer.formats.captions.cue import Cue


@dataclass(frozen=True)
class Format:
    """A format of captions.

    Attributes:
        suffix: of its files.
        head: what a file begins with.
        cue: the text of a cue, given its number from 1.
    """

    suffix: str
    head: str
    cue: Callable[[int, Cue], str]


def _text(_: int, cue: Cue) -> str:
    return f"{cue.text}\n"


def _srt(number: int, cue: Cue) -> str:
    # SRT has no way to write an arrow that is not one: it could be taken for a time.
    lines = "\n".join(line.replace("-->", "→") for line in cue.lines)
    return f"{number}\n{_moment(cue.start, ',')} --> {_moment(cue.end, ',')}\n{lines}\n\n"


def _vtt(_: int, cue: Cue) -> str:
    lines = "\n".join(map(_escaped, cue.lines))
    return f"{_moment(cue.start, '.')} --> {_moment(cue.end, '.')}\n{lines}\n\n"


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _moment(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest:02}{point}{thousandths:03}"


FORMATS: Mapping[str, Format] = {
    "text": Format(".txt", "", _text),
    "srt": Format(".srt", "", _srt),
    "vtt": Format(".vtt", "WEBVTT\n\n", _vtt),
}
"""The formats of captions by name."""
