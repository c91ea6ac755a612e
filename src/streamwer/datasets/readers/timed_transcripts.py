"""Audio files with CTM, STM or TextGrid files for transcripts.

STM gives segments with their speakers, CTM and TextGrids words with their times; where there is STM
besides, its text is the transcript and the words only give the times.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import timings
from streamwer.datasets.channels import channel
from streamwer.datasets.dataset_folder import Folder
from streamwer.datasets.readers.base import Form, refuse_several, sound, sounds, source
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.datasets.timed_transcript import Spoken
from streamwer.errors import DatasetError
from streamwer.formats.references import stm


def detect(folder: Folder) -> bool:
    """Whether there is audio, and such a file."""
    return bool(timings.files(folder)) and bool(folder.sounds())


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """One row per recording of the files, or per channel of it.

    Raises:
        DatasetError: a file cannot be read at all.
    """
    split = config.channels == "split"
    named = sounds(folder)
    found = timings.read(folder, split, named, tier=config.columns.words)
    names = ", ".join(sorted({path.suffix for path in timings.files(folder)}))
    rows = _rows(folder, named, found.spoken, split)
    silent = [
        Unusable(folder.relative(named[place][0]), "no CTM, STM or TextGrid speaks of it")
        for place in sorted(named.keys() - {place for place, _ in found.spoken})
    ]
    return source(folder, f"{FORM.name} ({names})", rows, (*found.problems, *silent))


def _rows(
    folder: Folder,
    named: dict[str, list[Path]],
    spoken: dict[tuple[str, str], Spoken],
    split: bool,
) -> Iterator[Row | Unusable]:
    for (place, name), said in sorted(spoken.items()):
        try:
            yield _row(folder, named.get(place, []), place, name if split else "", said)
        except DatasetError as error:
            yield Unusable(said.where, str(error))


def _row(folder: Folder, paths: list[Path], place: str, name: str, said: Spoken) -> Row:
    refuse_several(folder, place, paths)
    chosen = channel(name) if name else None
    recording = posixpath.basename(place)
    values: dict[str, object] = {
        "text": said.text,
        "speaker": said.speaker,
        "session": place if name else "",
        "words": [{"text": w.text, "start": w.start, "end": w.end} for w in said.words],
    }
    stem = f"{recording}-{name}" if name else recording
    heard = sound(folder, folder.relative(paths[0]) if paths else f"{place}.wav", chosen)
    return Row(
        said.where,
        values,
        stem,
        heard,
        path=place,
        note=said.note,
        unscored=said.unscored,
        readings="" if said.words else _readings(said),
    )


def _readings(said: Spoken) -> str:
    marked = zip(said.readings, said.segments, strict=False)
    return " ".join(text for text, segment in marked if stm.scored(segment))


FORM = Form(
    "audio with word times",
    "timed: audio files, and .ctm, .stm or .TextGrid files that name them",
    detect,
    open_rows,
)
