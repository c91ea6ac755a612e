"""Decoded frames at their presentation times, with gaps where frames are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from av import AudioFrame

from streamwer.audio.damage import Damage
from streamwer.audio.declared_length import JITTER_S, DeclaredLength

_MAX_GAP_S = 600.0
"""A longer gap is an error of a header or a time stamp, not lost sound."""
_WAITING_S = 10.0

Piece: TypeAlias = "AudioFrame | float"
"""A frame, or the length of a gap, seconds."""


@dataclass(frozen=True)
class LostSound:
    """Lost sound, seconds, which the time stamps after it do not count."""

    seconds: float


@dataclass
class Timeline:
    """Places the frames of one file; lengths are seconds of the recording.

    Attributes:
        damage: gets the gaps.
        placed: length of the sound and silence so far.
        origin: time stamp of the recording's beginning.
        waiting: frames without a time stamp since the last one with one: a gap is before them.
    """

    damage: Damage
    placed: float = 0.0
    origin: float | None = None
    waiting: list[AudioFrame] = field(default_factory=list)

    def place(
        self, frames: Iterable[AudioFrame | LostSound], declared: DeclaredLength | None
    ) -> Iterator[Piece]:
        """Place all frames, with gaps where sound is missing.

        Args:
            frames: in order.
            declared: the length that the file declares, if it does.
        """
        for frame in frames:
            if not isinstance(frame, LostSound):
                yield from self._place_frame(frame)
            elif self.origin is not None:
                self.origin -= frame.seconds
                yield from self._flush_waiting()
                yield self._leave_gap(frame.seconds)
        yield from self._finish(declared)

    def _place_frame(self, frame: AudioFrame) -> Iterator[Piece]:
        at = _read_time(frame)
        if at is None and self.origin is not None and _measure(self.waiting) < _WAITING_S:
            self.waiting.append(frame)
            return
        if at is not None:
            yield from self._advance_to(at)
        yield from self._flush_waiting()
        self.placed += _measure([frame])
        yield frame

    def _advance_to(self, at: float) -> Iterator[float]:
        expected = self.placed + _measure(self.waiting)
        if self.origin is None:
            self.origin = at - expected
        missing = at - self.origin - expected
        if JITTER_S < missing <= _MAX_GAP_S:
            yield self._leave_gap(missing)
        elif abs(missing) > JITTER_S:  # time stamps that begin anew, as in joined files
            self.origin += missing

    def _finish(self, declared: DeclaredLength | None) -> Iterator[Piece]:
        held = self.placed + _measure(self.waiting)
        if declared:
            begin = self.origin or 0.0 if declared.absolute else 0.0
            missing = declared.seconds - begin - held
            lacks = held > 0 and missing > declared.tolerance
            fills = lacks and missing <= _MAX_GAP_S
            if lacks or (declared.exact and -missing > declared.tolerance):
                self.damage.remarks.append(
                    f"it ends at {held:.3f} s, and its header declares {held + missing:.3f} s"
                    f"{'; silence fills the rest' if fills else ''}"
                )
            if fills:
                self.placed += missing
                yield missing
        yield from self._flush_waiting()

    def _leave_gap(self, missing: float) -> float:
        at, length = self.damage.gaps[-1] if self.damage.gaps else (0.0, 0.0)
        if length and abs(at + length - self.placed) < JITTER_S:  # the same gap goes on
            self.damage.gaps[-1] = (at, length + missing)
        else:
            self.damage.gaps.append((self.placed, missing))
        self.placed += missing
        return missing

    def _flush_waiting(self) -> Iterator[AudioFrame]:
        self.placed += _measure(self.waiting)
        yield from self.waiting
        self.waiting = []


def _read_time(frame: AudioFrame) -> float | None:
    stamp = frame.dts if frame.pts is None else frame.pts
    return None if stamp is None or frame.time_base is None else float(stamp * frame.time_base)


def _measure(frames: Iterable[AudioFrame]) -> float:
    return sum(frame.samples / frame.sample_rate for frame in frames)
