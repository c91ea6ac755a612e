"""Pairs of files: `call.wav` and `call.txt`; or `call.A.txt` and `call.B.txt`, one per channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.channels import CHANNELS, normalise_channel
from streamwer.datasets.dataset_folder import LONGEST_LINE, DatasetFolder
from streamwer.datasets.readers.base import (
    DatasetReader,
    create_source,
    list_audio_by_path,
    open_audio,
    refuse_duplicates,
    register_reader,
)
from streamwer.datasets.rows import DatasetRow, RowProblem, RowSource
from streamwer.errors import DatasetError
from streamwer.formats.format_value import format_value
from streamwer.formats.recording_ids import normalise_nfc

Transcripts = dict[str, list[Path]]
"""The transcripts of an audio file by their channel; "" for those of the whole recording."""
_TextFiles = dict[str, list[Path]]
"""All text files by their path without suffix, composed."""


def detect(folder: DatasetFolder) -> bool:
    """Tell whether some audio file has a transcript beside it."""
    text_files = _list_texts(folder)
    return any(_find_transcripts(text_files, path) for path in folder.list_audio())


def open_rows(folder: DatasetFolder, config: DatasetConfig) -> RowSource:
    """Read one row for each transcript of an audio file, or of one of its channels.

    Audio without a transcript is no row: there is no reference. Nor is a text without audio:
    nothing says that it is a transcript, so it is no failure of any system.
    """
    split = config.channels == "split"
    audio, text_files = list_audio_by_path(folder), _list_texts(folder)
    texts = {
        path: _find_transcripts(text_files, path) for paths in audio.values() for path in paths
    }
    rows = [
        row
        for place, paths in audio.items()
        for row in _parse_rows(folder, place, paths, _select_channels(texts[paths[0]], split))
    ]
    problems = [
        *_report_audio_without_text(folder, texts, split),
        *_report_text_without_audio(folder, texts),
    ]
    return create_source(folder, READER.title, rows, sorted(problems, key=lambda each: each.where))


def _list_texts(folder: DatasetFolder) -> _TextFiles:
    text_files: _TextFiles = {}
    for path in DatasetFolder(folder.path).list_files("*.txt", deep=True):
        text_files.setdefault(_remove_suffix(path), []).append(path)
    return text_files


def _remove_suffix(path: Path) -> str:
    return normalise_nfc(path.with_suffix("").as_posix())


def _find_transcripts(text_files: _TextFiles, path: Path) -> Transcripts:
    transcripts: Transcripts = {}
    for name in ("", *CHANNELS, *map(str.lower, filter(str.isalpha, CHANNELS))):
        texts = text_files.get(
            f"{_remove_suffix(path)}.{name}" if name else _remove_suffix(path), ()
        )
        if texts:
            transcripts.setdefault(normalise_channel(name), []).extend(texts)
    return transcripts


def _select_channels(texts: Transcripts, split: bool) -> Transcripts:
    return {name: each for name, each in texts.items() if bool(name) == split}


def _report_audio_without_text(
    folder: DatasetFolder, texts: dict[Path, Transcripts], split: bool
) -> Iterator[RowProblem]:
    """Report audio that has no transcript."""
    for path, transcripts in texts.items():
        if _select_channels(transcripts, split):
            continue
        if split:
            text = f"no {path.stem}.A.txt or {path.stem}.B.txt beside it (dataset.channels=split)"
        else:
            of_channels = "; its channels have: use dataset.channels=split"
            text = f"no {path.stem}.txt beside it{of_channels if transcripts else ''}"
        yield RowProblem(folder.name_file(path), text)


def _report_text_without_audio(
    folder: DatasetFolder, texts: dict[Path, Transcripts]
) -> Iterator[RowProblem]:
    """Report texts that are the transcript of no audio file, or of no channel of one."""
    used = {path for channels in texts.values() for paths in channels.values() for path in paths}
    for path in folder.list_files("*.txt", deep=True):
        if path not in used:
            yield RowProblem(folder.name_file(path), "no audio file of that name beside it")


def _parse_rows(
    folder: DatasetFolder, place: str, paths: list[Path], transcripts: Transcripts
) -> Iterator[DatasetRow | RowProblem]:
    for name, texts in sorted(transcripts.items()):
        where = ", ".join(map(folder.name_file, texts))
        try:
            refuse_duplicates(folder, place, paths)
            if len(texts) > 1:
                of = f"channel {name}" if name else f"'{format_value(place)}'"
                raise DatasetError(f"both are of {of}: keep one of them")
            yield _parse_row(folder, place, paths[0], texts[0], name)
        except DatasetError as error:
            yield RowProblem(where, str(error).removeprefix(f"{folder.path / where}: "))


def _parse_row(
    folder: DatasetFolder, place: str, path: Path, transcript: Path, name: str
) -> DatasetRow:
    where = folder.name_file(transcript)
    text = " ".join(folder.read_text(where, LONGEST_LINE).split())
    parent = folder.name_file(path.parent) if path.parent != folder.path else ""
    values = {"text": text, "session": place if name else parent}
    stem = f"{path.stem}-{name}" if name else path.stem
    decode = open_audio(folder, folder.name_file(path), CHANNELS[name] if name else None)
    return DatasetRow(where, values, stem, decode, path=place)


READER = register_reader(
    DatasetReader(
        "pairs",
        80,
        "pairs of audio and text files",
        "x.wav and x.txt (or x.A.txt and x.B.txt with dataset.channels=split)",
        detect,
        open_rows,
    )
)
