"""LibriSpeech's layout: in each folder of a chapter, `SPEAKER-CHAPTER.trans.txt` and its audio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from streamwer import audio
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.dataset_folder import Folder
from streamwer.datasets.readers.base import Form, refuse_split, sound, source
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.formats.recording_ids import composed

_PATTERN = "*.trans.txt"


def detect(folder: Folder) -> bool:
    """Whether there is a transcript file at any depth."""
    return bool(folder.files(_PATTERN, deep=True))


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """The utterances of all chapters, in their order."""
    refuse_split(config, FORM.name)
    files = folder.files(_PATTERN, deep=True)
    rows = [row for path in files for row in _chapter(folder, path)]
    return source(folder, f"{FORM.name} ({len(files)} chapters)", rows)


def _chapter(folder: Folder, path: Path) -> Iterator[Row | Unusable]:
    name = folder.relative(path)
    chapter = path.name.removesuffix(".trans.txt")
    sounds = {
        composed(each.stem): each.name for each in sorted(path.parent.iterdir()) if _is_sound(each)
    }
    for line in folder.lines(name, name):
        if isinstance(line, Unusable):
            yield line
            continue
        utterance, _, text = line.text.partition(" ")
        # As text: whether "/x" or "../x" may be read is for the folder to say.
        found = str(
            PurePosixPath(name).parent / sounds.get(composed(utterance), f"{utterance}.flac")
        )
        values = {
            "id": utterance,
            "text": text,
            "speaker": utterance.partition("-")[0],
            "session": chapter,
        }
        heard = sound(folder, found)
        yield Row(line.where, values, utterance, heard, path=folder.place(found))


def _is_sound(path: Path) -> bool:
    return path.suffix.lower() in audio.SUFFIXES


FORM = Form(
    "LibriSpeech layout",
    "librispeech: SPEAKER-CHAPTER.trans.txt with 'UTTERANCE WORDS' in each line, audio beside it",
    detect,
    open_rows,
)
