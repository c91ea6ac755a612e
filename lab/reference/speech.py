"""espeak-ng in process: text to 16 kHz speech with the time of every word.

The synthesiser reports where each word and each phoneme begins. A word ends where the
next one begins, or where the pause after it begins, so the times are exact to its own
millisecond grid rather than estimated from the audio.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache

import numpy as np

from streamwer.errors import StreamwerError

SAMPLE_RATE = 16_000

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: espeak_Synth returns when all audio was delivered
_PHONEME_EVENTS = 1
_LIST_TERMINATED, _WORD, _PHONEME = 0, 1, 7
_UTF8 = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_PUNCTUATION = ",.;?!"


@dataclass(frozen=True)
class Voice:
    """How one speaker sounds: an espeak-ng voice and its prosody settings."""

    name: str
    rate: int
    pitch: int
    range: int


@dataclass(frozen=True)
class SpokenWord:
    """A word and the seconds at which the synthesiser begins and ends it."""

    text: str
    start: float
    end: float
    exact: bool
    """False where espeak-ng ran two words together and the boundary is interpolated."""


@dataclass(frozen=True)
class Speech:
    """Mono float32 samples at 16 kHz and the words in them."""

    samples: np.ndarray
    words: tuple[SpokenWord, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Espeak:
    """The one espeak-ng of this process: its C library keeps global state."""

    def __init__(self) -> None:
        try:
            self._lib = ctypes.CDLL("libespeak-ng.so.1")
        except OSError as error:
            raise StreamwerError(
                "espeak-ng is not installed: run `apt-get install espeak-ng` first"
            ) from error
        self.rate: int = self._lib.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEME_EVENTS)
        self._audio: list[np.ndarray] = []
        self.starts: dict[int, float] = {}
        self.pauses: list[float] = []
        self._callback = _Callback(self._receive)  # kept: C holds only a pointer
        self._lib.espeak_SetSynthCallback(self._callback)

    def _receive(self, wav: object, count: int, events: ctypes.Array[_Event]) -> int:
        if wav and count > 0:
            self._audio.append(np.ctypeslib.as_array(wav, (count,)).copy())
        for event in _until_end(events):
            seconds = event.audio_position / 1000
            if event.type == _WORD and event.length > 0:
                self.starts.setdefault(event.text_position - 1, seconds)
            elif event.type == _PHONEME and event.id.string.startswith(b"_"):
                self.pauses.append(seconds)
        return 0

    def speak(self, text: str, voice: Voice) -> np.ndarray:
        self._audio, self.starts, self.pauses = [], {}, []
        self._lib.espeak_SetVoiceByName(voice.name.encode())
        for parameter, value in ((_RATE, voice.rate), (_PITCH, voice.pitch), (_RANGE, voice.range)):
            self._lib.espeak_SetParameter(parameter, value, 0)
        raw = text.encode()
        self._lib.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8, None, None)
        return np.concatenate(self._audio) if self._audio else np.zeros(0, np.int16)


def _until_end(events: ctypes.Array[_Event]) -> list[_Event]:
    found: list[_Event] = []
    while events[len(found)].type != _LIST_TERMINATED:
        found.append(events[len(found)])
    return found


@cache
def _espeak() -> _Espeak:
    return _Espeak()


def speak(text: str, voice: Voice) -> Speech:
    """Say `text`; commas and full stops are pauses and are not part of the words.

    Raises:
        StreamwerError: espeak-ng or soxr is not installed.
    """
    try:
        import soxr  # here, so that what only reads speech works without the extra `train`
    except ImportError as error:
        raise StreamwerError("soxr is not installed: run `pip install -e '.[train]'`") from error
    engine = _espeak()
    pcm = engine.speak(text, voice).astype(np.float32) / 32768
    words = _timed(text, engine.starts, engine.pauses, len(pcm) / engine.rate)
    return Speech(soxr.resample(pcm, engine.rate, SAMPLE_RATE).astype(np.float32), words)


def _timed(
    text: str, starts: dict[int, float], pauses: list[float], end: float
) -> tuple[SpokenWord, ...]:
    tokens = text.split()
    positions = np.cumsum([0] + [len(token) + 1 for token in tokens[:-1]]).tolist()
    known = [starts.get(position) for position in positions]
    begins = _interpolated(known, end)
    words = []
    for i, token in enumerate(tokens):
        following = begins[i + 1] if i + 1 < len(tokens) else end
        stop = min([following, *(p for p in pauses if begins[i] < p < following)])
        exact = known[i] is not None and (i + 1 == len(tokens) or known[i + 1] is not None)
        words.append(SpokenWord(token.strip(_PUNCTUATION), begins[i], stop, exact))
    return tuple(words)


def _interpolated(known: list[float | None], end: float) -> list[float]:
    """Fill the start of words that espeak-ng fused with the word before ("of the")."""
    index = [i for i, start in enumerate(known) if start is not None]
    value = [start for start in known if start is not None]
    if not index or index[0] != 0:
        index, value = [0, *index], [0.0, *value]
    filled = np.interp(range(len(known) + 1), [*index, len(known)], [*value, end])
    return [round(float(start), 3) for start in filled[:-1]]
