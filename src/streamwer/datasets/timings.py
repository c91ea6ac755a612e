"""What CTM, STM and TextGrid files in a data set's folder say of its recordings."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from streamwer.config.dataset import AUTO
from streamwer.datasets import channels
from streamwer.datasets.dataset_folder import LONGEST_LINE, Folder
from streamwer.datasets.rows import Unusable
from streamwer.datasets.timed_transcript import Spoken, in_time, mixed, times, with_words
from streamwer.errors import DatasetError
from streamwer.formats.format_value import told
from streamwer.formats.references import ctm, stm
from streamwer.formats.resolver import Homes
from streamwer.text.alternatives import read_plainly
from streamwer.types import Word

SUFFIXES = (".ctm", ".stm", ".textgrid")
_BIGGEST = 64 * LONGEST_LINE
_Key = tuple[str, str]
"""Recording and channel, by its letter where it has one; "" where the file does not say.

A file has a recording by its name; what is known in the end is its path in the folder.
"""


@dataclass
class Timings:
    """What all files say, and what of it cannot be used.

    Attributes:
        spoken: what was said on each channel, or, where they are mixed, in each recording.
        problems: files, and what they say of some recording, that cannot be used.
    """

    spoken: dict[_Key, Spoken] = field(default_factory=dict)
    problems: list[Unusable] = field(default_factory=list)

    def by_name(self) -> dict[str, Spoken]:
        """By `PATH-CHANNEL`, and by the recording's path where it has no other channel."""
        counts = Counter(recording for recording, _ in self.spoken)
        names = {
            f"{recording}-{name}": spoken
            for (recording, channel), spoken in self.spoken.items()
            if channel
            for name in channels.aliases(channel)
        }
        alone = {key[0]: said for key, said in self.spoken.items() if counts[key[0]] == 1}
        return names | alone

    def refuse(self, spoken: Spoken, reason: str) -> None:
        """Note that what a file says of a recording cannot be used."""
        self.problems.append(Unusable(spoken.where, reason))


def files(folder: Folder) -> list[Path]:
    """All CTM, STM and TextGrid files, at any depth, sorted."""
    found = folder.files("*", deep=True)
    return [path for path in found if path.suffix.lower() in SUFFIXES]


def read(
    folder: Folder,
    split: bool,
    places: Iterable[str],
    others: Iterable[str] = (),
    tier: str = "",
) -> Timings:
    """Everything that the files say, of each channel or of all as one, in order of time.

    A file that cannot be read is one problem.

    Args:
        folder: with the files.
        split: whether each channel is a recording.
        places: of the recordings, from the folder on and without suffix.
        others: of audio that is no recording.
        tier: of TextGrids, that holds the words; empty or `auto` for the usual ones.
    """
    found = Timings()
    there = [(path, folder.relative(path)) for path in files(folder)]
    homes = Homes(places, others, (posixpath.dirname(name) for _, name in there))
    said = [each for path, name in there for each in _said(folder, path, name, found, tier)]

    def order(each: tuple[_Key, Spoken]) -> tuple[bool, bool]:
        (name, _), spoken = each
        away = not homes.beside(posixpath.dirname(spoken.where), name)
        return bool(spoken.segments), away  # so that what lies beside a recording goes before

    for key, spoken in sorted(said, key=order):
        _add(found, homes, key, spoken)
    _assign(found)
    found.spoken = {key: in_time(spoken) for key, spoken in found.spoken.items()}
    if not split:
        _mix(found)
    return found


def _said(
    folder: Folder, path: Path, name: str, found: Timings, tier: str
) -> Iterator[tuple[_Key, Spoken]]:
    try:
        inside = folder.file(name)
        if inside.stat().st_size == 0:
            raise DatasetError("the file is empty")
        if inside.stat().st_size > _BIGGEST:
            raise DatasetError(f"longer than {_BIGGEST // 2**20} MB")
        folder.refuse_long_lines(name)
        if path.suffix.lower() == ".textgrid":
            yield from _textgrid(inside, name, tier)
        else:
            yield from (_ctm if path.suffix.lower() == ".ctm" else _stm)(inside, name)
    except DatasetError as error:
        reason = str(error).replace(str(path.resolve()), name)
        found.problems.append(Unusable(name, reason.removeprefix(f"{name}: ")))


def _add(found: Timings, homes: Homes, named: _Key, spoken: Spoken) -> None:
    try:
        key = homes.of(posixpath.dirname(spoken.where), named[0]), named[1]
    except DatasetError as error:
        found.refuse(spoken, str(error))
        return
    known = found.spoken.get(key)
    if known is None:
        found.spoken[key] = spoken
    elif spoken.segments and known.words and not known.segments:
        # The transcript is the STM's, with the times of the words.
        found.spoken[key] = with_words(spoken, known.words)
    else:
        found.refuse(spoken, f"'{told(key[0])}' is in {known.where} too")


def _assign(found: Timings) -> None:
    """What names no channel is of the only one that the recording has, where it has any."""
    named: dict[str, list[_Key]] = {}
    for key in sorted(found.spoken):
        if key[1]:
            named.setdefault(key[0], []).append(key)
    for recording, keys in named.items():
        spoken = found.spoken.pop((recording, ""), None)
        if spoken is None:
            continue
        if len(keys) > 1:
            of = ", ".join(told(channel) for _, channel in keys)
            reason = f"which channel of '{told(recording)}' is it of: {of}? use CTM, which says so"
            found.refuse(spoken, reason)
            continue
        known = found.spoken[keys[0]]
        if not spoken.words:
            found.refuse(spoken, f"it has no words, and {known.where} has some")
        elif known.words:
            found.refuse(spoken, f"'{told(recording)}' is in {known.where} too")
        else:
            found.spoken[keys[0]] = with_words(known, spoken.words)


def _mix(found: Timings) -> None:
    """The channels of each recording as one."""
    recordings: dict[str, list[_Key]] = {}
    for key in sorted(found.spoken):
        recordings.setdefault(key[0], []).append(key)
    for place, keys in recordings.items():
        parts = [found.spoken.pop(key) for key in keys]
        homes = ", ".join(dict.fromkeys(part.where for part in parts if part.segments))
        lacking = [n for n, part in enumerate(parts) if not part.segments]
        unknown = [channel for _, channel in keys if channel not in channels.CHANNELS]
        if homes and lacking and unknown:
            # Another channel, or another name of the same one: then its words would be there twice.
            reason = (
                f"channel {told(keys[lacking[0]][1])} of '{told(place)}' is not in {homes}; "
                "name channels alike"
            )
            found.refuse(parts[lacking[0]], reason)
        else:
            found.spoken[place, ""] = mixed(parts)


def _ctm(path: Path, name: str) -> Iterator[tuple[_Key, Spoken]]:
    words: dict[_Key, list[Word]] = {}
    for entry in ctm.entries(path):
        key = entry.recording, channels.letter(entry.channel)
        words.setdefault(key, []).append(entry.word)
    for key, spoken in words.items():
        ordered = tuple(sorted(spoken, key=times))
        yield key, Spoken(name, " ".join(word.text for word in ordered), words=ordered)


def _stm(path: Path, name: str) -> Iterator[tuple[_Key, Spoken]]:
    segments: dict[_Key, list[stm.Segment]] = {}
    for _, recording, channel, segment in stm.entries(path):
        segments.setdefault((recording, channels.letter(channel)), []).append(segment)
    for key, found in segments.items():
        ordered = tuple(sorted(found))
        said = stm.reference(key[0], ordered)
        note = _ignored(key[0], [segment for segment in ordered if not stm.scored(segment)])
        plain = tuple((*segment[:3], read_plainly(segment[3])) for segment in ordered)
        told = Spoken(name, said.text, said.speaker, segments=plain, note=note)
        readings = tuple(segment[3] for segment in ordered) if said.readings else ()
        yield key, replace(told, unscored=said.unscored, readings=readings)


def _ignored(recording: str, segments: list[stm.Segment]) -> str:
    if not segments:
        return ""
    length = sum(end - begin for begin, end, *_ in segments)
    some = "1 segment that is" if len(segments) == 1 else f"{len(segments)} segments that are"
    return (
        f"'{told(recording)}' has {some} not to be scored ({length:.1f} s); "
        "what is heard there and in no other segment is left out"
    )


def _textgrid(path: Path, name: str, tier: str) -> Iterator[tuple[_Key, Spoken]]:
    # Imported when wanted: few data sets have one, and praatio takes a moment.
    from streamwer.alignment.matching import spoken
    from streamwer.formats import textgrid

    usual = "" if tier == AUTO else tier
    said = spoken(textgrid.read_words(path, usual, "dataset.columns.words"))
    yield (Path(name).stem, ""), Spoken(name, " ".join(word.text for word in said), words=said)
