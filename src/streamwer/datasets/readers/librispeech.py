"""LibriSpeech's layout: in each folder of a chapter, `SPEAKER-CHAPTER.trans.txt` and its audio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from streamwer import audio
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.dataset_folder import DatasetFolder
from streamwer.datasets.readers.base import (
    DatasetReader,
    create_source,
    open_audio,
    refuse_split,
    register_reader,
)
from streamwer.datasets.rows import DatasetRow, RowProblem, RowSource
from streamwer.formats.recording_ids import normalise_nfc

_PATTERN = "*.trans.txt"


def detect(folder: DatasetFolder) -> bool:
    """Tell whether there is a transcript file at any depth."""
    return bool(folder.list_files(_PATTERN, deep=True))


def open_rows(folder: DatasetFolder, config: DatasetConfig) -> RowSource:
    """Read the utterances of all chapters, in their order."""
    refuse_split(config, READER.title)
    files = folder.list_files(_PATTERN, deep=True)
    rows = [row for path in files for row in _read_chapter(folder, path)]
    return create_source(folder, f"{READER.title} ({len(files)} chapters)", rows)


def _read_chapter(folder: DatasetFolder, path: Path) -> Iterator[DatasetRow | RowProblem]:
    name = folder.name_file(path)
    chapter = path.name.removesuffix(".trans.txt")
    sounds = {
        normalise_nfc(each.stem): each.name
        for each in sorted(path.parent.iterdir())
        if _is_sound(each)
    }
    for line in folder.read_lines(name, name):
        if isinstance(line, RowProblem):
            yield line
            continue
        utterance, _, text = line.text.partition(" ")
        # As text: whether "/x" or "../x" may be read is for the folder to say.
        audio_name = str(
            PurePosixPath(name).parent / sounds.get(normalise_nfc(utterance), f"{utterance}.flac")
        )
        values = {
            "id": utterance,
            "text": text,
            "speaker": utterance.partition("-")[0],
            "session": chapter,
        }
        decode = open_audio(folder, audio_name)
        yield DatasetRow(
            line.where, values, utterance, decode, path=folder.name_recording(audio_name)
        )


def _is_sound(path: Path) -> bool:
    return path.suffix.lower() in audio.SUFFIXES


READER = register_reader(
    DatasetReader(
        "librispeech",
        40,
        "LibriSpeech layout",
        "SPEAKER-CHAPTER.trans.txt with 'UTTERANCE WORDS' in each line, audio beside it",
        detect,
        open_rows,
    )
)
