"""CTM, STM and TextGrid files in a data set's folder, and the recordings that they name."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from streamwer.config.dataset import AUTO
from streamwer.datasets import channels
from streamwer.datasets.dataset_folder import LONGEST_LINE, DatasetFolder
from streamwer.datasets.rows import RowProblem
from streamwer.datasets.timed_transcript import (
    TimedTranscript,
    add_word_times,
    mix_channels,
    sort_by_time,
    time_order,
)
from streamwer.errors import DatasetError
from streamwer.formats import ctm, stm
from streamwer.formats.format_value import format_value
from streamwer.formats.resolver import RecordingResolver
from streamwer.text.alternatives import read_plain_text
from streamwer.types import Word

SUFFIXES = (".ctm", ".stm", ".textgrid")
_LARGEST_FILE = 64 * LONGEST_LINE
_Key = tuple[str, str]
"""Recording and channel, by its letter where it has one; "" where the file does not say.

A file has a recording by its name; what is known in the end is its path in the folder.
"""


@dataclass
class WordTimeIndex:
    """The transcripts of all files, and the problems with them.

    Attributes:
        transcripts: of each channel, or, where they are mixed, of each recording.
        problems: files, and transcripts in them, that cannot be used.
    """

    transcripts: dict[_Key, TimedTranscript] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)

    def index_by_name(self) -> dict[str, TimedTranscript]:
        """Index transcripts by `PATH-CHANNEL`, and by the path of a recording with one channel."""
        counts = Counter(recording for recording, _ in self.transcripts)
        names = {
            f"{recording}-{name}": transcript
            for (recording, channel), transcript in self.transcripts.items()
            if channel
            for name in channels.list_channel_names(channel)
        }
        single = {key[0]: each for key, each in self.transcripts.items() if counts[key[0]] == 1}
        return names | single

    def add_problem(self, transcript: TimedTranscript, reason: str) -> None:
        """Add a problem with a transcript."""
        self.problems.append(RowProblem(transcript.where, reason))


def list_word_time_files(folder: DatasetFolder) -> list[Path]:
    """List all CTM, STM and TextGrid files, at any depth, sorted."""
    index = folder.list_files("*", deep=True)
    return [path for path in index if path.suffix.lower() in SUFFIXES]


def read_word_times(
    folder: DatasetFolder,
    split: bool,
    places: Iterable[str],
    others: Iterable[str] = (),
    tier: str = "",
) -> WordTimeIndex:
    """Read the transcripts of all files, of each channel or of all mixed, in order of time.

    A file that cannot be read is one problem.

    Args:
        folder: with the files.
        split: whether each channel is a recording.
        places: of the recordings, from the folder on and without suffix.
        others: of audio that is no recording.
        tier: of TextGrids, that holds the words; empty or `auto` for the usual ones.
    """
    index = WordTimeIndex()
    files = [(path, folder.name_file(path)) for path in list_word_time_files(folder)]
    resolver = RecordingResolver(places, others, (posixpath.dirname(name) for _, name in files))
    transcripts = [
        each for path, name in files for each in _read_file(folder, path, name, index, tier)
    ]

    def rank_recording(each: tuple[_Key, TimedTranscript]) -> tuple[bool, bool]:
        (name, _), transcript = each
        is_elsewhere = not resolver.has_sibling(posixpath.dirname(transcript.where), name)
        return bool(
            transcript.segments
        ), is_elsewhere  # so that what lies beside a recording goes before

    for key, transcript in sorted(transcripts, key=rank_recording):
        _add_transcript(index, resolver, key, transcript)
    _assign_channels(index)
    index.transcripts = {
        key: sort_by_time(transcript) for key, transcript in index.transcripts.items()
    }
    if not split:
        _mix_all(index)
    return index


def _read_file(
    folder: DatasetFolder, path: Path, name: str, index: WordTimeIndex, tier: str
) -> Iterator[tuple[_Key, TimedTranscript]]:
    try:
        inside = folder.resolve_file(name)
        if inside.stat().st_size == 0:
            raise DatasetError("the file is empty")
        if inside.stat().st_size > _LARGEST_FILE:
            raise DatasetError(f"longer than {_LARGEST_FILE // 2**20} MB")
        folder.refuse_long_lines(name)
        if path.suffix.lower() == ".textgrid":
            yield from _read_textgrid(inside, name, tier)
        else:
            yield from (_read_ctm if path.suffix.lower() == ".ctm" else _read_stm)(inside, name)
    except DatasetError as error:
        reason = str(error).replace(str(path.resolve()), name)
        index.problems.append(RowProblem(name, reason.removeprefix(f"{name}: ")))


def _add_transcript(
    index: WordTimeIndex, resolver: RecordingResolver, named_key: _Key, transcript: TimedTranscript
) -> None:
    try:
        key = resolver.resolve(posixpath.dirname(transcript.where), named_key[0]), named_key[1]
    except DatasetError as error:
        index.add_problem(transcript, str(error))
        return
    known = index.transcripts.get(key)
    if known is None:
        index.transcripts[key] = transcript
    elif transcript.segments and known.words and not known.segments:
        # The transcript is the STM's, with the times of the words.
        index.transcripts[key] = add_word_times(transcript, known.words)
    else:
        index.add_problem(transcript, f"'{format_value(key[0])}' is in {known.where} too")


def _assign_channels(index: WordTimeIndex) -> None:
    """Assign transcripts without a channel to the only one that their recording has, if any."""
    by_recording: dict[str, list[_Key]] = {}
    for key in sorted(index.transcripts):
        if key[1]:
            by_recording.setdefault(key[0], []).append(key)
    for recording, keys in by_recording.items():
        transcript = index.transcripts.pop((recording, ""), None)
        if transcript is None:
            continue
        if len(keys) > 1:
            names = ", ".join(format_value(channel) for _, channel in keys)
            question = f"which channel of '{format_value(recording)}' is it of: {names}?"
            index.add_problem(transcript, f"{question} use CTM, which says so")
            continue
        known = index.transcripts[keys[0]]
        if not transcript.words:
            index.add_problem(transcript, f"it has no words, and {known.where} has some")
        elif known.words:
            index.add_problem(transcript, f"'{format_value(recording)}' is in {known.where} too")
        else:
            index.transcripts[keys[0]] = add_word_times(known, transcript.words)


def _mix_all(index: WordTimeIndex) -> None:
    """Mix the channels of each recording."""
    recordings: dict[str, list[_Key]] = {}
    for key in sorted(index.transcripts):
        recordings.setdefault(key[0], []).append(key)
    for place, keys in recordings.items():
        parts = [index.transcripts.pop(key) for key in keys]
        files = ", ".join(dict.fromkeys(part.where for part in parts if part.segments))
        lacking = [n for n, part in enumerate(parts) if not part.segments]
        unknown = [channel for _, channel in keys if channel not in channels.CHANNELS]
        if files and lacking and unknown:
            # Another channel, or another name of the same one: then its words would be there twice.
            channel = format_value(keys[lacking[0]][1])
            reason = f"channel {channel} of '{format_value(place)}' is not in {files}"
            index.add_problem(parts[lacking[0]], f"{reason}; name channels alike")
        else:
            index.transcripts[place, ""] = mix_channels(parts)


def _read_ctm(path: Path, name: str) -> Iterator[tuple[_Key, TimedTranscript]]:
    words: dict[_Key, list[Word]] = {}
    for entry in ctm.iterate_ctm(path):
        key = entry.recording, channels.normalise_channel(entry.channel)
        words.setdefault(key, []).append(entry.word)
    for key, unsorted in words.items():
        ordered = tuple(sorted(unsorted, key=time_order))
        yield key, TimedTranscript(name, " ".join(word.text for word in ordered), words=ordered)


def _read_stm(path: Path, name: str) -> Iterator[tuple[_Key, TimedTranscript]]:
    segments: dict[_Key, list[stm.StmSegment]] = {}
    for _, recording, channel, segment in stm.iterate_stm(path):
        segments.setdefault((recording, channels.normalise_channel(channel)), []).append(segment)
    for key, unsorted in segments.items():
        ordered = tuple(sorted(unsorted))
        reference = stm.build_reference(key[0], ordered)
        ignored = [segment for segment in ordered if not stm.is_scored(segment)]
        plain = tuple((*segment[:3], read_plain_text(segment[3])) for segment in ordered)
        yield (
            key,
            TimedTranscript(
                name,
                reference.text,
                reference.speaker,
                segments=plain,
                note=_describe_ignored(key[0], ignored),
                ignored_segments=reference.ignored_segments,
                readings=tuple(segment[3] for segment in ordered) if reference.readings else (),
            ),
        )


def _describe_ignored(recording: str, segments: list[stm.StmSegment]) -> str:
    if not segments:
        return ""
    length = sum(end - begin for begin, end, *_ in segments)
    some = "1 segment that is" if len(segments) == 1 else f"{len(segments)} segments that are"
    return (
        f"'{format_value(recording)}' has {some} not to be scored ({length:.1f} s); "
        "what is heard there and in no other segment is left out"
    )


def _read_textgrid(path: Path, name: str, tier: str) -> Iterator[tuple[_Key, TimedTranscript]]:
    # Imported when wanted: few data sets have one, and praatio takes a moment.
    from streamwer.alignment.time_transfer import drop_silences
    from streamwer.formats import textgrid

    usual = "" if tier == AUTO else tier
    words = drop_silences(textgrid.read_textgrid(path, usual, "dataset.columns.words"))
    yield (
        (Path(name).stem, ""),
        TimedTranscript(name, " ".join(word.text for word in words), words=words),
    )
