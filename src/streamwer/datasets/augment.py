"""Prepare every recording of a data set under several conditions.

`conditions.json` beside the manifest keeps what was done: the steps of each condition with their
values, and, of each altered recording, its source, its condition and what the network does to it.
Where nothing is altered there is no such file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from streamwer import audio
from streamwer.audio.decoding import Samples
from streamwer.config.condition import JOINT, NETWORK, EffectChain
from streamwer.datasets.augmentation.base import RecordingContext, VoiceFiles
from streamwer.datasets.augmentation.effects import apply_effects, create_effect
from streamwer.datasets.augmentation.network import Network, PacketNetwork, find_network
from streamwer.errors import DatasetError, StreamwerError
from streamwer.formats import manifest
from streamwer.formats.recording_ids import fit_id
from streamwer.provenance import digests
from streamwer.types import Reference

NAME = "conditions.json"
UNALTERED = "clean"
"""The condition of a recording whose source names none."""
_AT = "@"

Record = dict[str, Any]


def augment_recordings(
    folder: Path,
    references: Sequence[Reference],
    chains: Sequence[EffectChain],
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> tuple[Reference, ...]:
    """Write the audio of every recording under every condition, and `conditions.json`.

    An altered recording is called `ID@CONDITION`, with a shorter id where that would be too long;
    under `none` it keeps its id and its audio. One that cannot be altered is broken.

    Args:
        folder: where the unaltered recordings lie.
        references: those recordings.
        chains: the conditions.
        progress: called with the number of recordings altered, and of all.

    Returns:
        All recordings, those of one condition after the other.

    Raises:
        DatasetError: an id would not be unique, or a condition cannot be applied to any recording.
        AudioError: there are no noise files.
    """
    altering = [chain for chain in chains if chain.steps]
    if not altering:
        return tuple(references)
    ids = {reference.recording.casefold() for reference in references}
    prepared = list(references) if len(altering) < len(chains) else []
    voices = sorted((each.recording, folder / each.audio) for each in references if not each.broken)
    has_conditions = any(reference.condition != UNALTERED for reference in references)
    records: Record = {}
    for chain in altering:
        copies = []
        for reference in references:
            copy = _create_copy(reference, chain, has_conditions, ids)
            copy, records[copy.recording] = _write_copy(folder, reference, copy, chain, voices)
            copies.append(copy)
            progress(len(records), len(altering) * len(references))
        _refuse_useless(references, copies)
        prepared += copies
    if len(altering) == len(chains):
        _put_away(folder, references)
    _write_conditions(folder, altering, records)
    return tuple(prepared)


def read_networks(folder: Path) -> dict[str, PacketNetwork]:
    """Read the networks over which recordings of a prepared data set arrive, by recording.

    Raises:
        DatasetError: `conditions.json` is not what `augment_recordings` wrote.
    """
    path = folder / NAME
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        networks = {name: _parse_network(steps) for name, steps in content["conditions"].items()}
        return {
            recording: PacketNetwork(network, each["source"])
            for recording, each in content["recordings"].items()
            if (network := networks[each["condition"]])
        }
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise DatasetError(f"{path}: broken ({error}); prepare the data set again") from error


def digest_delivered_audio(audio_digest: str, networks: Mapping[str, PacketNetwork]) -> str:
    """Compute the digest of what a recogniser is given: the audio, and how it arrives.

    Args:
        audio_digest: digest of the audio.
        networks: of the recordings that arrive over one.
    """
    if not networks:
        return audio_digest
    arrivals = json.dumps({key: asdict(networks[key]) for key in sorted(networks)})
    return digests.digest_text(audio_digest + arrivals)


def _write_copy(
    folder: Path, reference: Reference, copy: Reference, chain: EffectChain, voices: VoiceFiles
) -> tuple[Reference, Record]:
    """Write the audio of an altered copy; it is broken where a condition cannot be applied."""
    record: Record = {"source": reference.recording, "condition": chain.name}
    if reference.broken:
        return copy, record
    try:
        context = RecordingContext(reference.recording, voices)
        signal = audio.load_audio(folder / reference.audio)
        signal, words = apply_effects(signal, copy.words, chain, context)
    except StreamwerError as error:
        return replace(copy, seconds=0.0, broken=f"{chain.name}: {error}"), record
    audio.write_flac(folder / copy.audio, signal)
    record |= _count_packets(reference, chain, signal)
    seconds = audio.samples_to_seconds(len(signal))
    longer = seconds / reference.seconds
    unscored, turns = (
        tuple((begin * longer, end * longer) for begin, end in segments)
        for segments in (reference.ignored_segments, reference.turns)
    )
    copy = replace(copy, seconds=seconds, words=words, ignored_segments=unscored, turns=turns)
    return copy, record


def _put_away(folder: Path, references: Sequence[Reference]) -> None:
    """Keep the audio of recordings that are not played themselves only where word times lack."""
    for reference in references:
        path = folder / reference.audio
        if reference.words:
            path.unlink(missing_ok=True)
        elif path.is_file():
            unaltered = folder / manifest.unaltered_path(reference.recording)
            unaltered.parent.mkdir(exist_ok=True)
            path.rename(unaltered)


def _create_copy(
    reference: Reference, chain: EffectChain, has_conditions: bool, ids: set[str]
) -> Reference:
    """Return the copy, not yet altered, under an id of its own."""
    name = fit_id(reference.recording, f"{_AT}{chain.name}")
    if name.casefold() in ids:
        raise DatasetError(f"there is a recording '{name}' already")
    ids.add(name.casefold())
    return replace(
        reference,
        recording=name,
        audio=manifest.audio_path(name),
        # Where all recordings of the source are clean, that is not repeated.
        condition=f"{reference.condition}{JOINT}{chain.name}" if has_conditions else chain.name,
        source=reference.recording,
    )


def _refuse_useless(references: Sequence[Reference], copies: Sequence[Reference]) -> None:
    if not all(copy.broken for copy in copies):
        return
    # Not the reason of a recording that was broken before: that says nothing of the condition.
    whole = (copy for was, copy in zip(references, copies, strict=True) if not was.broken)
    raise DatasetError(f"no recording can be had so: {next(whole, copies[0]).broken}")


def _count_packets(reference: Reference, chain: EffectChain, signal: Samples) -> Record:
    network = find_network(chain)
    if not network:
        return {}
    received = PacketNetwork(network, reference.recording).transmit(signal)
    packets = len(received.available)
    return {"packets": packets, "lost": received.lost, "late": received.late}


def _parse_network(steps: Sequence[Record]) -> Network.Config | None:
    last = dict(steps[-1])
    del last["step"]
    return Network.Config(**last) if last["effect"] == NETWORK else None


def _write_conditions(folder: Path, chains: Sequence[EffectChain], records: Record) -> None:
    steps = {
        chain.name: [create_effect(step).describe() for step in chain.steps] for chain in chains
    }
    content = {"conditions": steps, "recordings": dict(sorted(records.items()))}
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / NAME).write_text(f"{text}\n", encoding="utf-8")
