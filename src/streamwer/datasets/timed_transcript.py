"""What CTM, STM and TextGrid files say of a recording, in order of time though people talk at once.

An STM knows segments, a CTM words. Where both speak of a channel the transcript is that of the STM,
and its words have the times of the CTM's, which may be spelt otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from streamwer.formats.references import stm
from streamwer.formats.word_times import letters
from streamwer.text.alternatives import choose_readings
from streamwer.types import Word


@dataclass(frozen=True)
class Spoken:
    """What was said in a recording, or on one channel of it.

    Attributes:
        where: the file that says so.
        text: the transcript.
        speaker: who speaks, where there is one and it is known.
        words: with their times; nothing where only segments are known.
        segments: with their times, where they are known.
        note: what a reader of figures must know of it.
        unscored: stretches in which nothing is scored, seconds.
        readings: the segments' texts with NIST's marks, where they have any.
    """

    where: str
    text: str
    speaker: str = ""
    words: tuple[Word, ...] = ()
    segments: tuple[stm.Segment, ...] = ()
    note: str = ""
    unscored: tuple[stm.Stretch, ...] = ()
    readings: tuple[str, ...] = ()


def with_words(spoken: Spoken, words: tuple[Word, ...]) -> Spoken:
    """Segments with the times of words, which tell what of optional words and alternatives it was.

    Args:
        spoken: of which only segments are known.
        words: of the same recording.
    """
    if not spoken.readings:
        return replace(spoken, words=words)
    heard = [key for word in words if (key := letters(word.text))]
    chosen = choose_readings(spoken.readings, heard, _keys)
    segments = tuple(
        (begin, end, speaker, text)
        for (begin, end, speaker, _), text in zip(spoken.segments, chosen, strict=True)
    )
    text = " ".join(segment[3] for segment in segments if stm.scored(segment))
    return replace(spoken, text=" ".join(text.split()), words=words, segments=segments, readings=())


def _keys(text: str) -> list[str]:
    return [key for word in text.split() if (key := letters(word))]


def in_time(spoken: Spoken) -> Spoken:
    """One channel, whose segments may overlap: then its transcript is in the order of its words."""
    alike = letters("".join(word.text for word in spoken.words)) == letters(spoken.text)
    said = None if alike else _said(spoken)
    return replace(spoken, text=_text(said), words=rising(said)) if said else spoken


def mixed(channels: Sequence[Spoken]) -> Spoken:
    """Channels as one: their words in order of time, and where only segments are known, those."""
    if len(channels) == 1:
        return channels[0]
    speaking = [channel for channel in channels if channel.text]  # in others nothing is scored
    said = [_said(channel) for channel in speaking]
    told = [known or _spans(each) for known, each in zip(said, speaking, strict=True)]
    parts = sorted((part for each in told for part in each), key=times)
    words: Sequence[Word] = parts
    if not all(said):  # words that are not those of the transcript are refused as everywhere
        words = sorted((word for each in speaking for word in each.words), key=times)
    speakers = {each.speaker for each in speaking}
    return Spoken(
        ", ".join(dict.fromkeys(each.where for each in channels)),
        _text(parts),
        speakers.pop() if len(speakers) == 1 else "",
        rising(words) if all(each.words for each in speaking) else (),
        note="; ".join(dict.fromkeys(each.note for each in channels if each.note)),
        unscored=tuple(
            stm.less((part for each in channels for part in each.unscored), _times(speaking))
        ),
    )


def _times(channels: Sequence[Spoken]) -> Iterator[stm.Stretch]:
    """When something is scored on one of the channels."""
    for each in channels:
        yield from (segment[:2] for segment in each.segments if stm.scored(segment))
        yield from ((word.start, word.end) for word in each.words if not each.segments)


def times(word: Word) -> tuple[float, float]:
    """By which words are in order."""
    return word.start, word.end


def rising(words: Sequence[Word]) -> tuple[Word, ...]:
    """Words in order of their starts as a list whose ends rise too: people talk at once."""
    found: list[Word] = []
    latest = 0.0
    for word in words:
        latest = max(latest, word.end)
        found.append(replace(word, end=latest))
    return tuple(found)


def _said(spoken: Spoken) -> list[Word] | None:
    """The words of the transcript, timed; None where times are of other words, or of none."""
    if not spoken.segments or not spoken.words:
        return list(spoken.words) or None
    segments = [segment for segment in spoken.segments if stm.scored(segment)]
    shares = _shares(segments, spoken.words)
    if shares is None:
        return None
    found = [
        word
        for segment, share in zip(segments, shares, strict=True)
        for word in _spelt(segment[3], share)
    ]
    return sorted(found, key=times)


def _shares(segments: Sequence[stm.Segment], words: Sequence[Word]) -> list[list[Word]] | None:
    """The words of each segment: of those that go on with a word, it is the nearest's."""
    left = [" ".join(filter(None, map(letters, text.split()))) for *_, text in segments]
    shares: list[list[Word]] = [[] for _ in segments]
    going_on: dict[str, set[int]] = defaultdict(set)  # by letter: of an hour's, only some are tried
    for n, text in enumerate(left):
        going_on[text[:1]].add(n)
    for word in words:
        key = letters(word.text)
        if not key:
            continue
        tried = sorted(going_on[key[0]])
        fits = {n: rest for n in tried if (rest := _after(left[n], key)) is not None}
        if not fits:
            return None
        whole = {n for n in fits if f"{left[n]} ".startswith(f"{key} ")}
        mine = min(fits, key=lambda n: (_apart(segments[n], word), n not in whole))
        going_on[key[0]].remove(mine)
        going_on[fits[mine][:1]].add(mine)
        left[mine] = fits[mine]
        shares[mine].append(word)
    return None if any(left) else shares


def _after(text: str, key: str) -> str | None:
    """What is left of a text after these letters; None where it does not begin with them."""
    at = 0
    for letter in key:
        at += text[at : at + 1] == " "
        if text[at : at + 1] != letter:
            return None
        at += 1
    return text[at:].lstrip()


def _apart(segment: stm.Segment, word: Word) -> float:
    middle = (word.start + word.end) / 2
    return max(segment[0] - middle, middle - segment[1], 0)


def _spelt(text: str, words: Sequence[Word]) -> list[Word]:
    """The words of a text with the times of words that have the same letters."""
    owners = [word for word in words for _ in letters(word.text)]
    found: list[Word] = []
    at, before = 0, ""
    for token in text.split():
        count = len(letters(token))
        if count:
            first, last = owners[at], owners[at + count - 1]
            found.append(Word(f"{before}{token}", first.start, last.end))
            before, at = "", at + count
        elif found:
            found[-1] = replace(found[-1], text=f"{found[-1].text} {token}")
        else:
            before += f"{token} "
    return found


def _spans(spoken: Spoken) -> list[Word]:
    return [
        Word(text, begin, end)
        for begin, end, _, text in filter(stm.scored, spoken.segments)
        if text.strip()
    ]


def _text(words: Sequence[Word]) -> str:
    return " ".join(" ".join(word.text for word in words).split())
