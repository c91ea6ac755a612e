"""Data types of streaming recognition: words, updates, one record per recogniser call.

Times are seconds of the stream: at 0 its first sample is captured.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import add
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Word:
    """One word: raw text, start and end (seconds), and the model's probability."""

    text: str
    start: float
    end: float
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Compute of one recogniser call by stage, seconds."""

    features: float = 0.0
    encode: float = 0.0
    decode: float = 0.0
    align: float = 0.0
    other: float = 0.0
    """Tokenising, splitting into segments, options."""
    listen: float = 0.0
    """Voice activity detection."""

    @property
    def total(self) -> float:
        return float(sum(_list_values(self)))

    def __add__(self, other: StageTimes) -> StageTimes:
        return StageTimes(*map(add, _list_values(self), _list_values(other)))

    def __truediv__(self, parts: int) -> StageTimes:
        return StageTimes(*(seconds / parts for seconds in _list_values(self)))


@dataclass(frozen=True, slots=True)
class WorkCounters:
    """Work of one recogniser call, in machine-independent units."""

    encoder_frames: int = 0
    """Log-mel frames (10 ms each) that the encoder read, padding included."""
    prompt_tokens: int = 0
    decoded_tokens: int = 0
    fallbacks: int = 0
    """Decodings that overran or looped, and were decoded again or cut."""
    listened_frames: int = 0
    """Frames (32 ms each) that voice activity detection read."""
    feature_frames: int = 0
    """Log-mel frames computed in this call; those reused from an earlier one cost nothing."""
    encodings: int = 0
    """Windows that the encoder read."""
    aligned_tokens: int = 0

    def __add__(self, other: WorkCounters) -> WorkCounters:
        return WorkCounters(*map(add, _list_values(self), _list_values(other)))

    def split(self, parts: int) -> list[WorkCounters]:
        """Split the counts into shares that add up to them and differ by 1 at most."""
        counts = _list_values(self)
        return [
            WorkCounters(*((i + 1) * count // parts - i * count // parts for count in counts))
            for i in range(parts)
        ]


def _list_values(record: StageTimes | WorkCounters) -> list[Any]:
    # `dataclasses.astuple` makes deep copies, which is slow enough to show in a recogniser call.
    return [getattr(record, each.name) for each in fields(record)]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The recogniser's answer for one window.

    Attributes:
        words: timed words, seconds of the stream.
        segment_ends: times at which the buffer may be cut: the ends of the segments that the
            model marked, or of all words where it marks none.
        silence: seconds without speech at the window's end; 0 without voice activity detection.
        continues: whether the words follow the window's prefix; else they are all words of the
            window, those of the prefix among them.
        language: the detected language (`de`); empty where it is unknown or set.
        provisional: whether the next window may be taken for another language, so that no word
            should be committed before the speaker pauses.
        compute: measured seconds per stage.
        effort: counts of the call's work.
    """

    words: tuple[Word, ...] = ()
    segment_ends: tuple[float, ...] = ()
    silence: float = 0.0
    continues: bool = False
    language: str = ""
    provisional: bool = False
    compute: StageTimes = StageTimes()
    effort: WorkCounters = WorkCounters()


@dataclass(frozen=True, slots=True)
class Update:
    """The words that a step shows: newly committed ones, and the tentative ones after them.

    Attributes:
        committed: words that are final from now on, in order.
        tentative: all tentative words; they replace the earlier ones.
        forced: number of committed words that were committed only to bound the buffer.
        cut: number of words that were dropped because the decoding looped.
        turn_end: the second of the stream at which a turn ended, as the system says; 0 where it
            says nothing of the kind.
        undecoded: whether there is speech that is not decoded yet. No figure depends on it, and
            no log holds it.
    """

    committed: tuple[Word, ...] = ()
    tentative: tuple[Word, ...] = ()
    forced: int = 0
    cut: int = 0
    turn_end: float = 0.0
    undecoded: bool = field(default=False, compare=False)

    @property
    def has_pending(self) -> bool:
        """Tell whether there is speech beyond the committed words."""
        return self.undecoded or bool(self.tentative)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the event log: a recogniser call and the update it led to.

    Attributes:
        recording: id of the recording in the data set's manifest.
        step: 0, 1, 2 … within the recording.
        audio_end: end of the audio that the step read, seconds: all that had arrived when it
            started, unless the policy's longest window is shorter.
        ready: when the chunk that the policy waited for had arrived.
        start: when the worker began; `start` − `ready` is queueing.
        emitted: when the update was shown; `emitted` − `start` is the clock's compute.
        compute: measured seconds, whatever the clock counts.
        effort: counts of the call's work.
        update: the words that it showed.
        is_last: whether the stream had ended, so that everything was committed.
        language: the language detected so far; empty where it was not detected.
    """

    recording: str
    step: int
    audio_end: float
    ready: float
    start: float
    emitted: float
    compute: StageTimes
    effort: WorkCounters
    update: Update
    is_last: bool
    language: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that could not be streamed, and why; it stays in every denominator."""

    recording: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference of a recording: one row of a data set's manifest.

    Attributes:
        recording: unique id.
        audio: path of the prepared audio, relative to the manifest.
        seconds: length of the audio.
        text: the reference transcript, raw.
        speaker: the speaker's id, where known: a block of the statistics.
        condition: how the audio was altered ("clean", "telephone", …).
        words: the reference words with their times; empty where the data set has none.
        broken: why it has no audio; "" where it has. Such a recording cannot be streamed, and
            counts as a failure of every system.
        source: id of the recording of which it is an altered copy (`conf/condition`), if any.
        language: the spoken language as the data set names it ("de", "en-US"), or "".
        place: path of its audio in the data set's folder, without suffix, where its id was made
            from that path and differs; "" otherwise.
        ignored_segments: start and end (seconds) of segments that are not scored: words that a
            system recognises there are dropped.
        entities: its names, numbers and codes, as the data set marks them; None where it marks
            none, and they are found by rule.
        turns: start and end (seconds) of each segment of the transcript, in order, where it has
            segments: each is a turn.
        readings: the transcript with NIST's marks, where it has optional words or alternatives
            (`streamwer.text.alternatives`); `text` is one reading of it.
    """

    recording: str
    audio: str
    seconds: float
    text: str
    speaker: str = ""
    condition: str = "clean"
    words: tuple[Word, ...] = ()
    broken: str = ""
    source: str = ""
    language: str = ""
    place: str = ""
    ignored_segments: tuple[tuple[float, float], ...] = ()
    readings: str = ""
    turns: tuple[tuple[float, float], ...] = ()
    entities: tuple[str, ...] | None = None


class ArrivedAudio(NamedTuple):
    """Number of samples of a stream that have arrived, and whether they are all."""

    samples: int
    is_complete: bool
