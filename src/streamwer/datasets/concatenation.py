"""Concatenation of recordings to long calls with pauses: some faults only show after minutes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from streamwer import audio
from streamwer.audio.decoding import Samples
from streamwer.config.dataset import ConcatenateConfig
from streamwer.datasets.ids import fold_name
from streamwer.errors import DatasetError
from streamwer.formats import manifest
from streamwer.formats.recording_ids import fit_id, shorten_id
from streamwer.text.words import join_words
from streamwer.types import Reference, Word


@dataclass(frozen=True)
class SourceRecording:
    """A recording of the source, and the session (chapter, meeting, call) that it is part of."""

    reference: Reference
    session: str = ""


@dataclass(frozen=True)
class _JoinedCall:
    """Recordings in order, with the pause before each, in samples; 0 before the first."""

    parts: tuple[Reference, ...]
    pauses: tuple[int, ...]


def concatenate_recordings(
    recordings: Sequence[SourceRecording], config: ConcatenateConfig, folder: Path
) -> list[Reference]:
    """Join the recordings of one speaker or session, in the source's order, up to a length.

    A call is as long as possible within `config.seconds`, and has at least one recording. The
    pauses between them are silence; their lengths depend on the seed and the call's first id
    alone. A call has word times if all its parts have. Recordings without audio stay apart.

    Args:
        recordings: in the source's order; their audio lies in `folder`.
        config: how; nothing is done where `by` is None.
        folder: a data set in the making, whose audio is replaced.

    Raises:
        DatasetError: no recording says what to join by.
    """
    if config.by is None:
        return [each.reference for each in recordings]
    whole = [each for each in recordings if not each.reference.broken]
    groups: dict[tuple[str, str, str], list[Reference]] = {}
    for each in whole:
        key = each.session if config.by == "session" else each.reference.speaker
        group = (key, each.reference.condition, each.reference.language)
        groups.setdefault(group, []).append(each.reference)
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
        for call in (
            _group_calls(parts, config) if key else (_JoinedCall((part,), (0,)) for part in parts)
        )
    ]
    broken = [each.reference for each in recordings if each.reference.broken]
    names = _create_ids(calls, [reference.recording for reference in broken])
    written = [_write_call(call, name, folder) for call, name in zip(calls, names, strict=True)]
    (folder / "parts").rmdir()
    return written + broken


def _group_calls(parts: Sequence[Reference], config: ConcatenateConfig) -> Iterator[_JoinedCall]:
    members: list[Reference] = []
    pauses: list[int] = []
    length, draw = 0, random.Random()
    for part in parts:
        samples = audio.seconds_to_samples(part.seconds)
        pause = audio.seconds_to_samples(draw.uniform(*config.pause_s)) if members else 0
        if members and length + pause + samples > audio.seconds_to_samples(config.seconds):
            yield _JoinedCall(tuple(members), tuple(pauses))
            members, pauses, length, pause = [], [], 0, 0
        if not members:  # seeded by what the call begins with, whatever comes before it
            draw = random.Random(f"{config.seed}:{part.recording}")
        members.append(part)
        pauses.append(pause)
        length += pause + samples
    if members:
        yield _JoinedCall(tuple(members), tuple(pauses))


def _create_ids(calls: Sequence[_JoinedCall], other_ids: Iterable[str]) -> Iterator[str]:
    """Create an id for each call: that of its first recording and the number of the other_ids.

    Where a recording that stays alone is called so, or that is too long, it has a digest besides.
    """
    alone = (call.parts[0].recording for call in calls if len(call.parts) == 1)
    taken = set(map(fold_name, (*alone, *other_ids)))
    for call in calls:
        first, more = call.parts[0].recording, len(call.parts) - 1
        name = fit_id(first, f"+{more}") if more else first
        yield shorten_id(first, f"+{more}") if more and fold_name(name) in taken else name


def _write_call(call: _JoinedCall, name: str, folder: Path) -> Reference:
    first = call.parts[0]
    more = len(call.parts) - 1
    path = manifest.audio_path(name)
    if more:
        written = audio.write_flac_chunks(folder / path, _read_call(call, folder))
    else:
        written = audio.seconds_to_samples(first.seconds)
        _get_part_path(first, folder).rename(folder / path)
    for part in call.parts:
        _get_part_path(part, folder).unlink(missing_ok=True)
    speakers = {part.speaker for part in call.parts}
    return replace(
        first,
        recording=name,
        audio=path,
        seconds=audio.samples_to_seconds(written),
        text=join_words(part.text.strip() for part in call.parts) if more else first.text,
        speaker=first.speaker if len(speakers) == 1 else "",
        words=_shift_words(call),
        place="" if more else first.place,
        ignored_segments=_shift_segments(call, lambda part: part.ignored_segments),
        turns=_shift_segments(call, lambda part: part.turns or ((0.0, part.seconds),))
        if more
        else first.turns,
        readings=_join_readings(call),
        entities=_join_entities(call),
    )


def _read_call(call: _JoinedCall, folder: Path) -> Iterator[Samples]:
    for part, pause in zip(call.parts, call.pauses, strict=True):
        yield np.zeros(pause, np.float32)
        yield from audio.decode_chunks(_get_part_path(part, folder))


def _shift_words(call: _JoinedCall) -> tuple[Word, ...]:
    if len(call.parts) == 1:
        return call.parts[0].words
    if not all(part.words for part in call.parts):
        return ()
    return tuple(
        replace(word, start=round(word.start + offset, 4), end=round(word.end + offset, 4))
        for part, offset in _locate_parts(call)
        for word in part.words
    )


def _join_readings(call: _JoinedCall) -> str:
    if len(call.parts) == 1:
        return call.parts[0].readings
    marked = any(part.readings for part in call.parts)
    return join_words(part.readings or part.text.strip() for part in call.parts) if marked else ""


def _join_entities(call: _JoinedCall) -> tuple[str, ...] | None:
    marked = [part.entities for part in call.parts if part.entities is not None]
    return tuple(chain.from_iterable(marked)) if marked else None


def _shift_segments(
    call: _JoinedCall, list_segments: Callable[[Reference], Iterable[tuple[float, float]]]
) -> tuple[tuple[float, float], ...]:
    if len(call.parts) == 1:
        return tuple(list_segments(call.parts[0]))
    return tuple(
        (round(begin + offset, 4), round(end + offset, 4))
        for part, offset in _locate_parts(call)
        for begin, end in list_segments(part)
    )


def _locate_parts(call: _JoinedCall) -> Iterator[tuple[Reference, float]]:
    """Yield each part, and the second at which it begins."""
    begin = 0
    for part, pause in zip(call.parts, call.pauses, strict=True):
        begin += pause
        yield part, audio.samples_to_seconds(begin)
        begin += audio.seconds_to_samples(part.seconds)


def _get_part_path(reference: Reference, folder: Path) -> Path:
    return folder / "parts" / f"{reference.recording}.flac"
