"""Decoded frames at their presentation times: what a decoder passed over becomes a gap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from av import AudioFrame

from streamwer.audio.damage import Damage
from streamwer.audio.declared import JITTER_S, Length

_LONGEST_S = 600.0
"""A gap that is longer is a mistake of a header or a time stamp, not lost sound."""
_WAITING_S = 10.0

Piece: TypeAlias = "AudioFrame | float"
"""A frame, or the length of a gap, seconds."""


@dataclass(frozen=True)
class Lost:
    """Sound that the time stamps after it do not know of, seconds."""

    seconds: float


@dataclass
class Timeline:
    """Places the frames of one file; lengths are seconds of the recording.

    Attributes:
        damage: of the file: gaps are noted there.
        placed: how much sound and silence there is so far.
        origin: the time stamp of the recording's beginning.
        waiting: frames without a time stamp since one that had one: a gap is before them.
    """

    damage: Damage
    placed: float = 0.0
    origin: float | None = None
    waiting: list[AudioFrame] = field(default_factory=list)

    def place(
        self, frames: Iterable[AudioFrame | Lost], declared: Length | None
    ) -> Iterator[Piece]:
        """Place all frames, with gaps where sound is missing.

        Args:
            frames: in their order.
            declared: the length that the file declares; None where it declares none.
        """
        for frame in frames:
            if not isinstance(frame, Lost):
                yield from self._place_frame(frame)
            elif self.origin is not None:
                self.origin -= frame.seconds
        yield from self._end(declared)

    def _place_frame(self, frame: AudioFrame) -> Iterator[Piece]:
        at = _read_time(frame)
        if at is None and self.origin is not None and _measure(self.waiting) < _WAITING_S:
            self.waiting.append(frame)
            return
        if at is not None:
            yield from self._reach(at)
        yield from self._release()
        self.placed += _measure([frame])
        yield frame

    def _reach(self, at: float) -> Iterator[float]:
        expected = self.placed + _measure(self.waiting)
        if self.origin is None:
            self.origin = at - expected
        missing = at - self.origin - expected
        if JITTER_S < missing <= _LONGEST_S:
            yield self._leave_gap(missing)
        elif abs(missing) > JITTER_S:  # time stamps that begin anew, as in joined files
            self.origin += missing

    def _end(self, declared: Length | None) -> Iterator[Piece]:
        held = self.placed + _measure(self.waiting)
        begin = self.origin or 0.0 if declared and declared.absolute else 0.0
        missing = declared.seconds - begin - held if declared else 0.0
        if declared and held and missing > declared.tolerance:
            fills = missing <= _LONGEST_S
            self.damage.remarks.append(
                f"it ends at {held:.3f} s, and its header declares {held + missing:.3f} s"
                f"{'; silence fills the rest' if fills else ''}"
            )
            if fills:
                self.placed += missing
                yield missing
        yield from self._release()

    def _leave_gap(self, missing: float) -> float:
        self.damage.gaps.append((self.placed, missing))
        self.placed += missing
        return missing

    def _release(self) -> Iterator[AudioFrame]:
        self.placed += _measure(self.waiting)
        yield from self.waiting
        self.waiting = []


def _read_time(frame: AudioFrame) -> float | None:
    stamp = frame.dts if frame.pts is None else frame.pts
    return None if stamp is None or frame.time_base is None else float(stamp * frame.time_base)


def _measure(frames: Iterable[AudioFrame]) -> float:
    return sum(frame.samples / frame.sample_rate for frame in frames)
