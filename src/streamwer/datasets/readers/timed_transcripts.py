"""Audio files with CTM, STM or TextGrid files for transcripts.

STM gives segments with their speakers, CTM and TextGrids words with their times; where there is STM
besides, its text is the transcript and the words only give the times.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import word_time_files
from streamwer.datasets.channels import parse_channel
from streamwer.datasets.dataset_folder import DatasetFolder
from streamwer.datasets.readers.base import (
    DatasetReader,
    create_source,
    list_audio_by_path,
    open_audio,
    refuse_duplicates,
    register_reader,
)
from streamwer.datasets.rows import DatasetRow, RowProblem, RowSource
from streamwer.datasets.timed_transcript import TimedTranscript
from streamwer.errors import DatasetError
from streamwer.formats import stm


def detect(folder: DatasetFolder) -> bool:
    """Tell whether there is audio, and a CTM, STM or TextGrid file."""
    return bool(word_time_files.list_word_time_files(folder)) and bool(folder.list_audio())


def open_rows(folder: DatasetFolder, config: DatasetConfig) -> RowSource:
    """Read one row per recording of the files, or per channel of it.

    Raises:
        DatasetError: a file cannot be read at all.
    """
    split = config.channels == "split"
    audio = list_audio_by_path(folder)
    index = word_time_files.read_word_times(folder, split, audio, tier=config.columns.words)
    names = ", ".join(
        sorted({path.suffix for path in word_time_files.list_word_time_files(folder)})
    )
    rows = _parse_rows(folder, audio, index.transcripts, split)
    problems = [
        RowProblem(folder.name_file(audio[place][0]), "no CTM, STM or TextGrid speaks of it")
        for place in sorted(audio.keys() - {place for place, _ in index.transcripts})
    ]
    return create_source(folder, f"{READER.title} ({names})", rows, (*index.problems, *problems))


def _parse_rows(
    folder: DatasetFolder,
    audio: dict[str, list[Path]],
    transcripts: dict[tuple[str, str], TimedTranscript],
    split: bool,
) -> Iterator[DatasetRow | RowProblem]:
    for (place, name), transcript in sorted(transcripts.items()):
        try:
            yield _parse_row(folder, audio.get(place, []), place, name if split else "", transcript)
        except DatasetError as error:
            yield RowProblem(transcript.where, str(error))


def _parse_row(
    folder: DatasetFolder, paths: list[Path], place: str, name: str, transcript: TimedTranscript
) -> DatasetRow:
    refuse_duplicates(folder, place, paths)
    channel = parse_channel(name) if name else None
    recording = posixpath.basename(place)
    values: dict[str, object] = {
        "text": transcript.text,
        "speaker": transcript.speaker,
        "session": place if name else "",
        "words": transcript.word_values,
    }
    stem = f"{recording}-{name}" if name else recording
    decode = open_audio(folder, folder.name_file(paths[0]) if paths else f"{place}.wav", channel)
    return DatasetRow(
        transcript.where,
        values,
        stem,
        decode,
        path=place,
        note=transcript.note,
        ignored_segments=transcript.ignored_segments,
        readings="" if transcript.words else _join_readings(transcript),
        turns=tuple(segment[:2] for segment in transcript.segments if stm.is_scored(segment)),
    )


def _join_readings(transcript: TimedTranscript) -> str:
    marked = zip(transcript.readings, transcript.segments, strict=False)
    return " ".join(text for text, segment in marked if stm.is_scored(segment))


READER = register_reader(
    DatasetReader(
        "timed",
        90,
        "audio with word times",
        "audio files, and .ctm, .stm or .TextGrid files that name them",
        detect,
        open_rows,
        reads_word_times=True,
    )
)
