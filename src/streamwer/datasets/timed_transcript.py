"""Transcripts of CTM, STM and TextGrid files, in order of time though people talk at once.

An STM knows segments, a CTM words. Where both speak of a channel the transcript is that of the STM,
and its words have the times of the CTM's, which may be spelt otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from streamwer.formats import stm
from streamwer.formats.word_times import extract_letters
from streamwer.text.alternatives import choose_readings
from streamwer.types import Word


@dataclass(frozen=True)
class TimedTranscript:
    """The transcript of a recording, or of one channel of it, with the times in it.

    Attributes:
        where: its file.
        text: the transcript.
        speaker: who speaks, where there is one and it is known.
        words: with their times; nothing where only segments are known.
        segments: with their times, where they are known.
        note: what a reader of figures must know of it.
        ignored_segments: begin and end of each part in which nothing is scored, seconds.
        readings: the segments' texts with NIST's marks, where they have any.
    """

    where: str
    text: str
    speaker: str = ""
    words: tuple[Word, ...] = ()
    segments: tuple[stm.StmSegment, ...] = ()
    note: str = ""
    ignored_segments: tuple[stm.TimeInterval, ...] = ()
    readings: tuple[str, ...] = ()

    @property
    def word_values(self) -> list[dict[str, object]]:
        """The words as a row has them."""
        return [{"text": w.text, "start": w.start, "end": w.end} for w in self.words]


def add_word_times(transcript: TimedTranscript, words: tuple[Word, ...]) -> TimedTranscript:
    """Add the times of words to segments, and choose among NIST's optional words by them.

    Args:
        transcript: of which only segments are known.
        words: of the same recording.
    """
    if not transcript.readings:
        return replace(transcript, words=words)
    keys = [key for word in words if (key := extract_letters(word.text))]
    chosen = choose_readings(transcript.readings, keys, _extract_keys)
    segments = tuple(
        (begin, end, speaker, text)
        for (begin, end, speaker, _), text in zip(transcript.segments, chosen, strict=True)
    )
    text = " ".join(segment[3] for segment in segments if stm.is_scored(segment))
    return replace(
        transcript, text=" ".join(text.split()), words=words, segments=segments, readings=()
    )


def _extract_keys(text: str) -> list[str]:
    return [key for word in text.split() if (key := extract_letters(word))]


def sort_by_time(transcript: TimedTranscript) -> TimedTranscript:
    """Sort the transcript of a channel whose segments overlap by the times of its words."""
    alike = extract_letters("".join(word.text for word in transcript.words)) == extract_letters(
        transcript.text
    )
    timed = None if alike else _time_words(transcript)
    return (
        replace(transcript, text=_join_text(timed), words=make_ends_rise(timed))
        if timed
        else transcript
    )


def mix_channels(channels: Sequence[TimedTranscript]) -> TimedTranscript:
    """Mix channels: their words in order of time, or where only segments are known, those."""
    if len(channels) == 1:
        return channels[0]
    speaking = [channel for channel in channels if channel.text]  # in others nothing is scored
    timed = [_time_words(channel) for channel in speaking]
    words_of = [known or _list_segments(each) for known, each in zip(timed, speaking, strict=True)]
    parts = sorted((part for each in words_of for part in each), key=time_order)
    words: Sequence[Word] = parts
    if not all(timed):  # words that are not those of the transcript are refused as everywhere
        words = sorted((word for each in speaking for word in each.words), key=time_order)
    speakers = {each.speaker for each in speaking}
    return TimedTranscript(
        ", ".join(dict.fromkeys(each.where for each in channels)),
        _join_text(parts),
        speakers.pop() if len(speakers) == 1 else "",
        make_ends_rise(words) if all(each.words for each in speaking) else (),
        note="; ".join(dict.fromkeys(each.note for each in channels if each.note)),
        ignored_segments=tuple(
            stm.subtract_intervals(
                (part for each in channels for part in each.ignored_segments),
                _list_scored(speaking),
            )
        ),
    )


def _list_scored(channels: Sequence[TimedTranscript]) -> Iterator[stm.TimeInterval]:
    """Yield begin and end of everything that is scored on one of the channels."""
    for each in channels:
        yield from (segment[:2] for segment in each.segments if stm.is_scored(segment))
        yield from ((word.start, word.end) for word in each.words if not each.segments)


def time_order(word: Word) -> tuple[float, float]:
    """Return the key by which words are sorted."""
    return word.start, word.end


def make_ends_rise(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return words, in order of their starts, with ends that rise too: people talk at once."""
    rising: list[Word] = []
    latest = 0.0
    for word in words:
        latest = max(latest, word.end)
        rising.append(replace(word, end=latest))
    return tuple(rising)


def _time_words(transcript: TimedTranscript) -> list[Word] | None:
    """Return the words of the transcript with times; None where the times are of other words."""
    if not transcript.segments or not transcript.words:
        return list(transcript.words) or None
    segments = [segment for segment in transcript.segments if stm.is_scored(segment)]
    shares = _assign_words(segments, transcript.words)
    if shares is None:
        return None
    timed = [
        word
        for segment, share in zip(segments, shares, strict=True)
        for word in _respell(segment[3], share)
    ]
    return sorted(timed, key=time_order)


def _assign_words(
    segments: Sequence[stm.StmSegment], words: Sequence[Word]
) -> list[list[Word]] | None:
    """Assign each word to the nearest segment whose text goes on with it."""
    remaining = [
        " ".join(filter(None, map(extract_letters, text.split()))) for *_, text in segments
    ]
    shares: list[list[Word]] = [[] for _ in segments]
    candidates: dict[str, set[int]] = defaultdict(set)  # by first letter
    for n, text in enumerate(remaining):
        candidates[text[:1]].add(n)
    for word in words:
        key = extract_letters(word.text)
        if not key:
            continue
        tried = sorted(candidates[key[0]])
        fits = {n: rest for n in tried if (rest := _strip_prefix(remaining[n], key)) is not None}
        if not fits:
            return None
        whole = {n for n in fits if f"{remaining[n]} ".startswith(f"{key} ")}
        nearest = min(fits, key=lambda n: (_measure_distance(segments[n], word), n not in whole))
        candidates[key[0]].remove(nearest)
        candidates[fits[nearest][:1]].add(nearest)
        remaining[nearest] = fits[nearest]
        shares[nearest].append(word)
    return None if any(remaining) else shares


def _strip_prefix(text: str, key: str) -> str | None:
    """Return the text after these letters; None where it does not begin with them."""
    at = 0
    for letter in key:
        at += text[at : at + 1] == " "
        if text[at : at + 1] != letter:
            return None
        at += 1
    return text[at:].lstrip()


def _measure_distance(segment: stm.StmSegment, word: Word) -> float:
    middle = (word.start + word.end) / 2
    return max(segment[0] - middle, middle - segment[1], 0)


def _respell(text: str, words: Sequence[Word]) -> list[Word]:
    """Return the words of a text with the times of words that have the same letters."""
    owners = [word for word in words for _ in extract_letters(word.text)]
    timed: list[Word] = []
    at, before = 0, ""
    for token in text.split():
        count = len(extract_letters(token))
        if count:
            first, last = owners[at], owners[at + count - 1]
            timed.append(Word(f"{before}{token}", first.start, last.end))
            before, at = "", at + count
        elif timed:
            timed[-1] = replace(timed[-1], text=f"{timed[-1].text} {token}")
        else:
            before += f"{token} "
    return timed


def _list_segments(transcript: TimedTranscript) -> list[Word]:
    return [
        Word(text, begin, end)
        for begin, end, _, text in filter(stm.is_scored, transcript.segments)
        if text.strip()
    ]


def _join_text(words: Sequence[Word]) -> str:
    return " ".join(" ".join(word.text for word in words).split())
