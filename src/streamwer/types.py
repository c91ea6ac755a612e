"""What a stream produces: words, updates, and one record per recogniser call.

Times are seconds on the stream's own line: 0 is when its first sample is captured.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import add
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word: raw text, when it was spoken (seconds), and how sure the model is."""

    text: str
    start: float
    end: float
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Compute:
    """Seconds that one recogniser call spent, by stage."""

    features: float = 0.0
    encode: float = 0.0
    decode: float = 0.0
    align: float = 0.0
    other: float = 0.0
    """The rest of the call: tokenising, splitting into segments, options."""
    listen: float = 0.0
    """Voice activity detection."""

    @property
    def total(self) -> float:
        return float(sum(_values(self)))

    def __add__(self, other: Compute) -> Compute:
        return Compute(*map(add, _values(self), _values(other)))

    def __truediv__(self, parts: int) -> Compute:
        return Compute(*(seconds / parts for seconds in _values(self)))


@dataclass(frozen=True, slots=True)
class Effort:
    """What one recogniser call did, in machine-independent units."""

    encoder_frames: int = 0
    """Log-mel frames (10 ms each) given to the encoder, padding included."""
    prompt_tokens: int = 0
    decoded_tokens: int = 0
    fallbacks: int = 0
    """Decodings that ran on or repeated themselves, and were decoded again or cut."""
    listened_frames: int = 0
    """Frames of 32 ms in which the voice detector looked for speech."""
    feature_frames: int = 0
    """Log-mel frames computed for this call; those kept from an earlier one cost nothing."""
    encodings: int = 0
    """Windows given to the encoder."""
    aligned_tokens: int = 0

    def __add__(self, other: Effort) -> Effort:
        return Effort(*map(add, _values(self), _values(other)))

    def shared(self, parts: int) -> list[Effort]:
        """Shares that add up to the whole and differ by 1 at most."""
        counts = _values(self)
        return [
            Effort(*((i + 1) * count // parts - i * count // parts for count in counts))
            for i in range(parts)
        ]


def _values(record: Compute | Effort) -> list[Any]:
    # `dataclasses.astuple` makes deep copies, which is slow enough to show in a recogniser call.
    return [getattr(record, each.name) for each in fields(record)]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the recogniser heard in one window.

    Attributes:
        words: timed words, in seconds on the stream's line.
        segment_ends: where the buffer may be cut, same line: the ends of the segments the model
            marked, or of all words where it marks none.
        silence: seconds at the window's end in which the voice detector hears no speech; 0 where
            it was not asked.
        continues: whether the words follow the window's prefix; without it they are all of the
            window's words, what the prefix says among them.
        language: what was detected to be spoken (`de`); empty where that is not known, or is set.
        provisional: whether the next window may be taken for another language, so that no word is
            safe to commit before the speaker has stopped.
        compute: measured seconds per stage.
        effort: what the call did.
    """

    words: tuple[Word, ...] = ()
    segment_ends: tuple[float, ...] = ()
    silence: float = 0.0
    continues: bool = False
    language: str = ""
    provisional: bool = False
    compute: Compute = Compute()
    effort: Effort = Effort()


@dataclass(frozen=True, slots=True)
class Update:
    """What a step shows: words newly committed, and the tentative words after them.

    Attributes:
        committed: words that are final from now on, in order.
        tentative: the whole tentative tail as it now stands; it replaces the earlier one.
        forced: how many of the committed words were committed only to bound the buffer.
        cut: how many words of a decoding that said the same again and again were dropped.
        undecoded: whether speech was heard that is not decoded yet. It changes no figure, and is
            in no log.
    """

    committed: tuple[Word, ...] = ()
    tentative: tuple[Word, ...] = ()
    forced: int = 0
    cut: int = 0
    undecoded: bool = field(default=False, compare=False)

    @property
    def expecting(self) -> bool:
        """Whether more words were heard than are committed."""
        return self.undecoded or bool(self.tentative)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the event log: a recogniser call and the update it led to.

    Attributes:
        recording: id of the recording in the data set's manifest.
        step: 0, 1, 2 … within the recording.
        audio_end: end of the audio that the step heard: all that had arrived when it started,
            unless the policy's longest window is shorter. Seconds.
        ready: when the chunk the policy waited for had fully arrived.
        start: when the worker took it up; `start` − `ready` is queueing.
        emitted: when its update was shown; `emitted` − `start` is the clock's compute.
        compute: measured seconds, whatever the clock made of them.
        is_last: whether the stream had ended, so that everything was committed.
        language: what the recogniser detected to be spoken, so far; empty where it did not.
    """

    recording: str
    step: int
    audio_end: float
    ready: float
    start: float
    emitted: float
    compute: Compute
    effort: Effort
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
    """What was really said in a recording: one row of a data set's manifest.

    Attributes:
        recording: unique id.
        audio: path of the prepared audio, relative to the manifest.
        seconds: length of the audio.
        text: the reference transcript, raw.
        speaker: who speaks, where known; whose words are left out together in the statistics.
        condition: how the audio was altered ("clean", "telephone", …).
        words: the reference words with their times; empty where the data set has none.
        broken: why there is no audio of it; "" where there is. It cannot be played, and counts
            as a failure of every system.
        source: the recording of which it is an altered copy (`conf/condition`), if it is one.
        language: what is spoken, as the data set calls it ("de", "en-US"); "" if it does not say.
        place: path of its audio in the data set's folder, without suffix, where its id was made of
            that and is not the same; "" otherwise.
        unscored: stretches in which nothing is scored, begin and end, seconds: what a system
            heard there is left out.
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
    unscored: tuple[tuple[float, float], ...] = ()
    readings: str = ""


class Arrived(NamedTuple):
    """Samples of a stream that have arrived, and whether there will be no more."""

    samples: int
    all: bool
