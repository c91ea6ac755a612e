"""A cache of windows in front of a recogniser, for many calls that play the same recordings.

A model gives the same words for the same window and prompt, so they are looked up the second time.
What differs is how much of the window was new to a call: that is counted anew for every call, so
that a call is charged for what it would have done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from streamwer.audio import HOP
from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.recognisers import log_mel
from streamwer.recognisers.base import Memory, Recogniser, Window
from streamwer.recognisers.vad import FRAME, SpeechDetector
from streamwer.types import Hypothesis

_Key = tuple[str, int, int, str, str, bool, str]
_SpeechStates = Mapping[int, tuple[bool, int]]
"""States of the voice detector in a recording, by the sample at the end of a packet."""


def _follow_speech(audio: Samples, packet: int, threshold: float) -> _SpeechStates:
    detector, states = SpeechDetector(threshold), {}
    for begin in range(0, len(audio), packet):
        end = min(begin + packet, len(audio))
        detector.process(audio[begin:end], begin)
        states[end] = detector.get_state()
    return states


class _CountingDetector:
    """The voice detector of one call, which looks its states up and counts its work."""

    def __init__(self, states: _SpeechStates) -> None:
        self._states, self._known = states, 0
        self.asked = self.heard = 0

    def process(self, audio: Samples, start: int) -> int:
        self.asked += 1
        end = start + len(audio)
        frames = max(0, end // FRAME - self._known // FRAME)
        self._known = max(self._known, end)
        self.heard += frames
        return frames

    def measure_silence(self, start: int, end: int) -> float:
        talking, spoken = self._states[end]
        return 0.0 if talking else max(0, end - max(start, spoken)) / SAMPLE_RATE


class FrameCounter:
    """Counts the frames that `LogMel` would compute for each window of a call."""

    def __init__(self) -> None:
        self._first = self._count = 0

    def count_new(self, length: int, start: int) -> int:
        """Count the new frames of a window of `length` samples that begins at sample `start`."""
        frames = length // HOP + 1
        if length < log_mel.TOO_SHORT:
            return frames
        first = start + log_mel.EDGE * HOP
        behind, off = divmod(first - self._first, HOP)
        usable = not off and 0 <= behind <= self._count
        self._first, self._count = first, self._count - behind if usable else 0
        inner = (length - log_mel.REACH) // HOP + 1 - log_mel.EDGE
        known = min(inner, self._count)
        self._count = max(self._count, inner)
        return frames - known


@dataclass
class _RecordingMemory(Memory):
    """The memory of a call that plays a recording by name."""

    recording: str = ""
    frames: FrameCounter = field(default_factory=FrameCounter)


class _CachedResult(NamedTuple):
    """The hypothesis of a window, and the work and state of a call that asks for it.

    Attributes:
        listens: whether it is listened to.
        keeps: whether its features are kept.
        apart: frames that are listened to besides, to tell the language.
        language: of the call from then on, as far as it is detected.
    """

    hypothesis: Hypothesis
    listens: bool
    keeps: bool
    apart: int
    language: str


class CachingRecogniser:
    """Wraps a recogniser; use `create_memory` for each call.

    Args:
        recogniser: asked for windows that are new.
        packet: samples of the packets in which recordings arrive: windows end at one's end.
        threshold: of the voice detector.
    """

    def __init__(self, recogniser: Recogniser, packet: int, threshold: float) -> None:
        self._recogniser, self._packet, self._threshold = recogniser, packet, threshold
        self._speech: dict[str, _SpeechStates] = {}
        self._known: dict[_Key, _CachedResult] = {}

    def create_memory(self, recording: str, audio: Samples) -> Memory:
        """Return the state of one call that plays a recording from its beginning."""
        if recording not in self._speech:
            self._speech[recording] = _follow_speech(audio, self._packet, self._threshold)
        speech = _CountingDetector(self._speech[recording])
        return _RecordingMemory(speech=speech, recording=recording)

    def recognise(self, window: Window) -> Hypothesis:
        """Transcribe a window, or look it up; its compute is that of the first time."""
        memory, listening = window.memory, window.memory.speech
        assert isinstance(memory, _RecordingMemory), "it is not of `create_memory`"
        assert isinstance(listening, _CountingDetector)
        end = window.start + len(window.audio)
        key = (
            memory.recording,
            window.start,
            end,
            window.prompt,
            window.prefix,
            window.listen_only,
            memory.language,
        )
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._recognise_new(window, memory, listening)
            return self._charge(known, window, memory, known.hypothesis.effort.listened_frames)
        memory.language = known.language
        heard = listening.process(window.audio, window.start) if known.listens else 0
        return self._charge(known, window, memory, heard + known.apart)

    def _recognise_new(
        self, window: Window, memory: _RecordingMemory, listening: _CountingDetector
    ) -> _CachedResult:
        asked, heard = listening.asked, listening.heard
        hypothesis = self._recogniser.recognise(window)
        keeps, memory.features = memory.features is not None, None
        apart = hypothesis.effort.listened_frames - (listening.heard - heard)
        return _CachedResult(hypothesis, listening.asked > asked, keeps, apart, memory.language)

    def _charge(
        self, known: _CachedResult, window: Window, memory: _RecordingMemory, heard: int
    ) -> Hypothesis:
        effort = replace(known.hypothesis.effort, listened_frames=heard)
        if known.keeps:
            fresh = memory.frames.count_new(len(window.audio), window.start)
            effort = replace(effort, feature_frames=fresh)
        return replace(known.hypothesis, effort=effort)

    def recognise_batch(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Transcribe windows that share a call; each is charged for what it does."""
        return [self.recognise(window) for window in windows]
