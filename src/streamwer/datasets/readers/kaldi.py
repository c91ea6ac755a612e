"""A Kaldi data folder: `wav.scp` and `text`, perhaps `segments`, `utt2spk` and `utt2lang`.

`wav.scp` may hold commands ("sph2pipe … |"): they are never run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from streamwer.audio.decoding import Samples
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.cutting import Cutter
from streamwer.datasets.dataset_folder import Folder, Line
from streamwer.datasets.readers.base import Form, refuse_split, sound, source
from streamwer.datasets.rows import Row, Source, Unusable
from streamwer.errors import DatasetError
from streamwer.formats.format_value import told
from streamwer.formats.word_times import LONGEST_S

_SEGMENT_FIELDS = 4
Sound = Callable[[], Iterator[Samples]]


@dataclass(frozen=True)
class _Entry:
    """What comes after the key of a line."""

    where: str
    value: str


def detect(folder: Folder) -> bool:
    """Whether `wav.scp` and `text` are there."""
    return bool(folder.files("wav.scp")) and bool(folder.files("text"))


def open_rows(folder: Folder, config: DatasetConfig) -> Source:
    """The utterances of `text`, in its order.

    Raises:
        DatasetError: a file cannot be read.
    """
    refuse_split(config, FORM.name)
    problems: list[Unusable] = []
    tables = {
        name: _table(folder, name, problems)
        for name in ("wav.scp", "segments", "utt2spk", "utt2lang")
        if folder.files(name)
    }
    names = ", ".join([*tables, "text"])
    rows = _rows(folder, tables, list(_entries(folder, "text")))
    return source(folder, f"{FORM.name} ({names})", rows, problems)


def _rows(
    folder: Folder, tables: dict[str, dict[str, _Entry]], texts: list[tuple[str, _Entry] | Unusable]
) -> Iterator[Row | Unusable]:
    cutter = Cutter()
    segments = tables.get("segments")
    told_of = {"speaker": tables.get("utt2spk", {}), "language": tables.get("utt2lang", {})}
    for entry in texts:
        if isinstance(entry, Unusable):
            yield entry
            continue
        utterance, said = entry
        values: dict[str, object] = {"id": utterance, "text": said.value}
        values |= {name: of[utterance].value for name, of in told_of.items() if utterance in of}
        recording, begin, end = utterance, 0.0, None
        try:
            if segments is not None:
                recording, begin, end = _segment(segments, utterance)
        except DatasetError as error:
            yield Unusable(said.where, str(error))
            continue
        whole, path = _recording(folder, tables["wav.scp"], recording)
        if segments is None:
            yield Row(said.where, values, utterance, whole, path=path)
            continue
        part = cutter.cut(recording, whole, begin, end)
        values["session"] = recording
        yield Row(said.where, values, utterance, part, whole, path=path, within=recording)


def _segment(segments: dict[str, _Entry], utterance: str) -> tuple[str, float, float | None]:
    entry = segments.get(utterance)
    if entry is None:
        raise DatasetError(f"'{told(utterance)}' is not in segments")
    fields = entry.value.split()
    if len(fields) != _SEGMENT_FIELDS - 1:
        raise DatasetError(f"{entry.where}: not 'UTTERANCE RECORDING BEGIN END'")
    begin, end = (_time(entry.where, field) for field in fields[1:])
    return fields[0], max(begin, 0.0), None if end < 0 else end  # -1: to the end


def _time(where: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) < LONGEST_S:
        raise DatasetError(f"{where}: '{told(text)}' is not a time in seconds")
    return value


def _recording(folder: Folder, recordings: dict[str, _Entry], name: str) -> tuple[Sound, str]:
    """What decodes it, and its path in the folder."""
    entry = recordings.get(name)
    if entry is None:
        return _refusal(f"'{told(name)}' is not in wav.scp"), ""
    path = entry.value.strip()
    if path.startswith("|") or path.endswith("|"):
        return _refusal(
            f"{entry.where}: '{told(path)}' is a command, which is never run; "
            "run it yourself and name the audio file it writes"
        ), ""
    return sound(folder, path), folder.place(path)


def _refusal(reason: str) -> Sound:
    def refuse() -> Iterator[Samples]:
        raise DatasetError(reason)

    return refuse


def _table(folder: Folder, name: str, problems: list[Unusable]) -> dict[str, _Entry]:
    """The lines of a file by their key; a key that occurs again is a problem."""
    found: dict[str, _Entry] = {}
    for entry in _entries(folder, name):
        if isinstance(entry, Unusable):
            problems.append(entry)
        elif entry[0] in found:
            problems.append(Unusable(entry[1].where, f"'{told(entry[0])}' occurs again"))
        else:
            found[entry[0]] = entry[1]
    return found


def _entries(folder: Folder, name: str) -> Iterator[tuple[str, _Entry] | Unusable]:
    for line in folder.lines(name, name):
        if isinstance(line, Line):
            key, _, value = line.text.strip().replace("\t", " ", 1).partition(" ")
            yield key, _Entry(line.where, value.strip())
        else:
            yield line


FORM = Form(
    "Kaldi data folder",
    "kaldi: wav.scp (audio files, no commands) and text, perhaps segments, utt2spk, utt2lang",
    detect,
    open_rows,
)
