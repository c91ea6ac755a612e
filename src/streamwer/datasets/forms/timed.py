"""Audio files with CTM, STM or TextGrid files for transcripts.

STM gives segments with their speakers, CTM and TextGrids words with their times; where there is STM
besides, its text is the transcript and the words only give the times.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streamwer.config import DatasetConfig
from streamwer.datasets import timings
from streamwer.datasets.channels import channel
from streamwer.datasets.forms.base import Form, sound, source
from streamwer.datasets.inside import Folder
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.datasets.timings import Spoken
from streamwer.errors import DatasetError


def detect(folder: Folder) -> bool:
    """Whether there is audio, and such a file."""
    return bool(timings.files(folder)) and bool(folder.sounds())


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """One row per recording of the files, or per channel of it.

    Raises:
        DatasetError: a file cannot be read at all.
    """
    split = config.channels == "split"
    found = timings.read(folder, split)
    names = ", ".join(sorted({path.suffix for path in timings.files(folder)}))
    rows = _rows(folder, found.spoken, split)
    return source(folder, f"{FORM.name} ({names})", rows, found.problems)


def _rows(
    folder: Folder, spoken: dict[tuple[str, str], Spoken], split: bool
) -> Iterator[Row | Unusable]:
    sounds: dict[str, list[Path]] = {}
    for path in folder.sounds():
        sounds.setdefault(path.stem, []).append(path)
    for (recording, name), said in sorted(spoken.items()):
        try:
            yield _row(folder, sounds.get(recording, []), recording, name if split else "", said)
        except DatasetError as error:
            yield Unusable(said.where, str(error))
    told = {recording for recording, _ in spoken}
    for stem in sorted(sounds.keys() - told):
        yield Unusable(folder.relative(sounds[stem][0]), "no CTM, STM or TextGrid speaks of it")


def _row(folder: Folder, paths: list[Path], recording: str, name: str, said: Spoken) -> Row:
    if len(paths) > 1:
        raise DatasetError(f"'{recording}' is {len(paths)} audio files: which one?")
    chosen = channel(name) if name else None
    stem = f"{recording}-{name}" if name else recording
    values: dict[str, object] = {
        "id": stem,
        "text": said.text,
        "speaker": said.speaker,
        "session": recording if name else "",
        "words": [{"text": w.text, "start": w.start, "end": w.end} for w in said.words],
    }
    file = folder.relative(paths[0]) if paths else f"{recording}.wav"
    return Row(said.where, values, stem, sound(folder, file, chosen))


FORM = Form(
    "audio with word times",
    "timed: audio files, and .ctm, .stm or .TextGrid files that name them",
    detect,
    open_rows,
)
