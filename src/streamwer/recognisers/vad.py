"""Voice activity detection: Silero VAD, which faster-whisper ships, run on what is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from streamwer.audio.decoding import SAMPLE_RATE, Samples
from streamwer.recognisers.base import Window
from streamwer.recognisers.stage_timer import StageTimer

FRAME, _CONTEXT = 512, 64  # samples: what Silero hears at a time, and of the frame before
_HYSTERESIS, _LEAST = 0.15, 0.01
"""Once there is speech, so much less still counts as speech, as in faster-whisper."""
_LONG_S, _PAUSE_S = 30.0, 1.5
"""Silero's memory fills up: after half a minute or more it may be deaf to another voice
for minutes (snakers4/silero-vad#725). Having heard so much, it starts afresh in so long a pause.
"""
_LOOK = 32  # frames after which that is decided, however the audio is chunked, and heard at once

_EVEN, _RELEASE_S = 0.5, 0.1
"""Probability at which speech ends, and by how much the hysteresis may have put that off."""

Span = tuple[float, float]


class SpeechDetector:
    """Follows one stream.

    Args:
        threshold: probability from which 32 ms count as speech.

    Attributes:
        afresh_at: the sample at which it last started afresh.
    """

    def __init__(self, threshold: float) -> None:
        from faster_whisper.vad import get_vad_model

        self._session: Any = get_vad_model().session
        self._threshold = threshold
        self._rest = np.empty(0, np.float32)  # too few samples to decide on
        self._start_at(0)

    def process(self, audio: Samples, start: int) -> int:
        """Process what is new in a window; audio that no window held starts it afresh.

        Returns:
            frames of 32 ms that were listened to.
        """
        if start > self._decided + len(self._rest):
            self._start_at(start)
        known = self._decided + len(self._rest)
        new = np.concatenate((self._rest, np.asarray(audio[known - start :], np.float32)))
        whole = len(new) // FRAME * FRAME
        self._rest = new[whole:].copy()
        frames = new[:whole].reshape(-1, FRAME)
        while len(frames):
            until = _LOOK - self._remembered % _LOOK
            self._run_model(frames[:until])
            frames = frames[until:]
            if self._remembered % _LOOK == 0 and self._needs_restart():
                self._reset_model()
        return len(new) // FRAME

    def measure_silence(self, start: int, end: int) -> float:
        """Return the seconds without speech at the end of the window of samples [start, end).

        The last of it, shorter than 32 ms, is taken to be as what was before.
        """
        return 0.0 if self._talking else max(0, end - max(start, self._spoken)) / SAMPLE_RATE

    def get_state(self) -> tuple[bool, int]:
        """Return whether there is speech now, and the sample until which there was."""
        return self._talking, self._spoken

    def _start_at(self, start: int) -> None:
        self._decided = self._spoken = start  # samples until which it is known, and last speech
        self._rest = self._rest[:0]
        self._talking = False
        self._reset_model()

    def _needs_restart(self) -> bool:
        """Tell whether it has processed much, and no speech of late; there may be some anyway."""
        quiet = self._decided - self._spoken
        enough = self._remembered * FRAME >= _LONG_S * SAMPLE_RATE
        return enough and not self._talking and quiet >= _PAUSE_S * SAMPLE_RATE

    def _reset_model(self) -> None:
        self.afresh_at, self._remembered = self._decided, 0  # a sample; frames since
        self._state = np.zeros((2, 1, 1, 128), np.float32)
        self._context = np.zeros((1, _CONTEXT), np.float32)

    def _run_model(self, frames: Samples) -> None:
        before = np.concatenate((self._context, frames[:-1, -_CONTEXT:]))
        h, c = self._state
        inputs = {"input": np.concatenate((before, frames), axis=1), "h": h, "c": c}
        probabilities, *self._state = self._session.run(None, inputs)
        self._context = frames[-1:, -_CONTEXT:].copy()
        self._remembered += len(frames)
        for probability in np.ravel(probabilities):
            self._decided += FRAME
            least = max(self._threshold - _HYSTERESIS * self._talking, _LEAST)
            self._talking = bool(probability >= least)
            if self._talking:
                self._spoken = self._decided


def detect_silence(window: Window, threshold: float, meter: StageTimer) -> float:
    """Return the seconds without speech at the end of a window; all of it if there is none.

    Args:
        window: whose stream has a voice detector in its memory, or gets one.
        threshold: probability from which 32 ms count as speech.
        meter: records the time and the frames.
    """
    with meter.time_stage("listen"):
        if window.memory.speech is None:
            window.memory.speech = SpeechDetector(threshold)
        detector = window.memory.speech
        meter.add_work(listened_frames=detector.process(window.audio, window.start))
        return detector.measure_silence(window.start, window.start + len(window.audio))


def find_speech(audio: Samples, threshold: float) -> tuple[Span, ...]:
    """Find the speech in a whole recording: begin and end of each span, seconds.

    Pauses shorter than 0.1 s count as speech.
    """
    return _find_spans(audio, threshold, None)


def sharpen_ends(audio: Samples, speech: Sequence[Span]) -> tuple[Span, ...]:
    """End each span of speech in the middle of its last frame that is more likely speech than not.

    The hysteresis that holds speech together lets it end late, as the detector forgets slowly.

    Args:
        audio: the whole recording, shape (n,).
        speech: what `find_speech` returned for it.
    """
    likely = _find_spans(audio, _EVEN, _EVEN)
    whole = len(audio) / SAMPLE_RATE
    return tuple(
        (begin, end if end >= whole else _find_last_end(likely, begin, end))
        for begin, end in speech
    )


def _find_last_end(likely: Sequence[Span], begin: float, end: float) -> float:
    last = max((other for _, other in likely if begin < other <= end), default=end)
    return max(last - FRAME / SAMPLE_RATE / 2, end - _RELEASE_S) if last < end else end


def _find_spans(audio: Samples, threshold: float, release: float | None) -> tuple[Span, ...]:
    """Find the spans from which the probability stays above `release`; None: the hysteresis."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        threshold=threshold,
        neg_threshold=release,
        min_silence_duration_ms=100,
        speech_pad_ms=0,
    )
    return tuple(
        ((begin + span["start"]) / SAMPLE_RATE, (begin + span["end"]) / SAMPLE_RATE)
        for begin, end in _split_at_restarts(audio, threshold)
        for span in get_speech_timestamps(audio[begin:end], options)
    )


def _split_at_restarts(audio: Samples, threshold: float) -> Iterator[tuple[int, int]]:
    """Split the recording where the detector starts afresh, which is in pauses; samples."""
    detector, begin = SpeechDetector(threshold), 0
    for end in range(0, len(audio), _LOOK * FRAME):
        detector.process(audio[:end], 0)
        if detector.afresh_at > begin:
            yield begin, detector.afresh_at
            begin = detector.afresh_at
    yield begin, len(audio)
