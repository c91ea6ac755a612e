"""Recordings joined into longer calls with pauses, since some faults only show after minutes."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from streamwer import audio
from streamwer.audio.decoding import Samples
from streamwer.config.dataset import ConcatenateConfig
from streamwer.datasets.ids import alike
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats import manifest
from streamwer.formats.recording_ids import fitted, marked
from streamwer.text.words import joined
from streamwer.types import Reference, Word

BY = ("speaker", "session")


@dataclass(frozen=True)
class Take:
    """A recording as it came, and the session (chapter, meeting, call) that it is a part of."""

    reference: Reference
    session: str = ""


@dataclass(frozen=True)
class _Call:
    """Recordings in order, with the pause before each, in samples; 0 before the first."""

    parts: tuple[Reference, ...]
    pauses: tuple[int, ...]


def check(config: ConcatenateConfig) -> None:
    """Refuse what cannot be joined by.

    Raises:
        ConfigError: names the key.
    """
    if config.by not in (None, *BY):
        raise ConfigError(f"dataset.concatenate.by={config.by} must be null, {' or '.join(BY)}")
    if not 0 < config.seconds < math.inf:
        raise ConfigError(
            f"dataset.concatenate.seconds={config.seconds} must be above 0 and finite"
        )
    pauses = config.pause_s
    if len(pauses) != 2 or not 0 <= pauses[0] <= pauses[1] < math.inf:
        raise ConfigError(
            f"dataset.concatenate.pause_s={pauses} must be two lengths from 0 on, in order"
        )


def join(takes: Sequence[Take], config: ConcatenateConfig, folder: Path) -> list[Reference]:
    """Join the recordings of one speaker or session, in the source's order, up to a length.

    Each call takes recordings as long as it stays within `config.seconds`, and at least one. The
    pauses between them are silence; their lengths depend on the seed and the call's first id
    alone. A call has word times if all its parts have. Recordings without audio stay apart.

    Args:
        takes: in the source's order; their audio lies in `folder`.
        config: how; nothing is done where `by` is None.
        folder: a data set in the making, whose audio is replaced.

    Raises:
        DatasetError: no recording says what to join by.
    """
    if config.by is None:
        return [take.reference for take in takes]
    whole = [take for take in takes if not take.reference.broken]
    groups: dict[tuple[str, str, str], list[Reference]] = {}
    for take in whole:
        key = take.session if config.by == "session" else take.reference.speaker
        group = (key, take.reference.condition, take.reference.language)
        groups.setdefault(group, []).append(take.reference)
    if not any(key for key, *_ in groups):
        raise DatasetError(
            f"dataset.concatenate.by={config.by}: no recording says its {config.by}; "
            f"name the column in dataset.columns.{config.by}"
        )
    (folder / "audio").rename(folder / "parts")
    (folder / "audio").mkdir()
    calls = [
        call
        for (key, *_), parts in groups.items()
        for call in (_calls(parts, config) if key else (_Call((part,), (0,)) for part in parts))
    ]
    broken = [take.reference for take in takes if take.reference.broken]
    names = _names(calls, [reference.recording for reference in broken])
    written = [_write(call, name, folder) for call, name in zip(calls, names, strict=True)]
    (folder / "parts").rmdir()
    return written + broken


def _calls(parts: Sequence[Reference], config: ConcatenateConfig) -> Iterator[_Call]:
    taken: list[Reference] = []
    pauses: list[int] = []
    length, draw = 0, random.Random()
    for part in parts:
        samples = audio.samples(part.seconds)
        pause = audio.samples(draw.uniform(*config.pause_s)) if taken else 0
        if taken and length + pause + samples > audio.samples(config.seconds):
            yield _Call(tuple(taken), tuple(pauses))
            taken, pauses, length, pause = [], [], 0, 0
        if not taken:  # seeded by what the call begins with, whatever comes before it
            draw = random.Random(f"{config.seed}:{part.recording}")
        taken.append(part)
        pauses.append(pause)
        length += pause + samples
    if taken:
        yield _Call(tuple(taken), tuple(pauses))


def _names(calls: Sequence[_Call], others: Iterable[str]) -> Iterator[str]:
    """An id for each call: that of its first recording and the number of those after it.

    Where a recording that stays alone is called so, or that is too long, it has a digest besides.
    """
    alone = (call.parts[0].recording for call in calls if len(call.parts) == 1)
    taken = set(map(alike, (*alone, *others)))
    for call in calls:
        first, more = call.parts[0].recording, len(call.parts) - 1
        name = fitted(first, f"+{more}") if more else first
        yield marked(first, f"+{more}") if more and alike(name) in taken else name


def _write(call: _Call, name: str, folder: Path) -> Reference:
    first = call.parts[0]
    more = len(call.parts) - 1
    path = manifest.audio_path(name)
    if more:
        written = audio.write_flac_chunks(folder / path, _sound(call, folder))
    else:
        written = audio.samples(first.seconds)
        _part(first, folder).rename(folder / path)
    for part in call.parts:
        _part(part, folder).unlink(missing_ok=True)
    speakers = {part.speaker for part in call.parts}
    return replace(
        first,
        recording=name,
        audio=path,
        seconds=audio.seconds(written),
        text=joined(part.text.strip() for part in call.parts) if more else first.text,
        speaker=first.speaker if len(speakers) == 1 else "",
        words=_words(call),
        place="" if more else first.place,
        unscored=_unscored(call),
        readings=_readings(call),
    )


def _sound(call: _Call, folder: Path) -> Iterator[Samples]:
    for part, pause in zip(call.parts, call.pauses, strict=True):
        yield np.zeros(pause, np.float32)
        yield from audio.chunks(_part(part, folder))


def _words(call: _Call) -> tuple[Word, ...]:
    if len(call.parts) == 1:
        return call.parts[0].words
    if not all(part.words for part in call.parts):
        return ()
    return tuple(
        replace(word, start=round(word.start + offset, 4), end=round(word.end + offset, 4))
        for part, offset in _placed(call)
        for word in part.words
    )


def _readings(call: _Call) -> str:
    if len(call.parts) == 1:
        return call.parts[0].readings
    marked = any(part.readings for part in call.parts)
    return joined(part.readings or part.text.strip() for part in call.parts) if marked else ""


def _unscored(call: _Call) -> tuple[tuple[float, float], ...]:
    if len(call.parts) == 1:
        return call.parts[0].unscored
    return tuple(
        (round(begin + offset, 4), round(end + offset, 4))
        for part, offset in _placed(call)
        for begin, end in part.unscored
    )


def _placed(call: _Call) -> Iterator[tuple[Reference, float]]:
    """Each part, and the second at which it begins."""
    begin = 0
    for part, pause in zip(call.parts, call.pauses, strict=True):
        begin += pause
        yield part, audio.seconds(begin)
        begin += audio.samples(part.seconds)


def _part(reference: Reference, folder: Path) -> Path:
    return folder / "parts" / f"{reference.recording}.flac"
