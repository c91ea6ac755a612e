"""A prepared data set under several conditions: each recording once for each of them.

What was done is kept beside the manifest, in `conditions.json`: the steps of each condition with
their values, and, of each altered recording, its source, its condition and what the network will
do to it. Where nothing is altered there is no such file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from streamwer import audio
from streamwer.audio.decoding import Samples
from streamwer.config.condition import JOINT, Chain, NetworkConfig, NoiseConfig, Step
from streamwer.datasets import augmentation
from streamwer.datasets.augmentation.noises import Voices
from streamwer.datasets.augmentation.packets import Journey
from streamwer.errors import DatasetError, StreamwerError
from streamwer.formats import manifest
from streamwer.formats.recording_ids import fitted
from streamwer.provenance import digests
from streamwer.types import Reference

NAME = "conditions.json"
UNALTERED = "clean"
"""What a recording's condition is called where its source names none."""
_AT = "@"

Told = dict[str, Any]


def multiply(
    folder: Path,
    references: Sequence[Reference],
    chains: Sequence[Chain],
    done: Callable[[int, int | None], None] = lambda at, total: None,
) -> tuple[Reference, ...]:
    """Write the audio of every recording under every condition, and `conditions.json`.

    An altered recording is called `ID@CONDITION`, with a shorter id where that would be too long;
    under `none` it keeps its id and its audio.

    Args:
        folder: where the unaltered recordings lie.
        references: those recordings.
        chains: the conditions.
        done: told the number of recordings altered, and of all.

    Returns:
        All recordings, those of one condition after the other.

    Raises:
        DatasetError: an id would not be unique, or a condition cannot be had for
            any recording. One that cannot be had for some leaves them broken.
        AudioError: there are no noise files.
    """
    altering = [chain for chain in chains if chain.steps]
    if not altering:
        return tuple(references)
    names = {reference.recording.casefold() for reference in references}
    found = list(references) if len(altering) < len(chains) else []
    voices = sorted((each.recording, folder / each.audio) for each in references if not each.broken)
    # It goes without saying that all recordings of the data set were clean.
    said = any(reference.condition != UNALTERED for reference in references)
    told: Told = {}
    total = len(altering) * len(references)
    for chain in altering:
        mine = []
        for reference in references:
            copy = _named(reference, chain, said, names)
            copy, told[copy.recording] = _altered(folder, reference, copy, chain, voices)
            mine.append(copy)
            done(len(told), total)
        _refuse_useless(references, mine)
        found += mine
    if len(altering) == len(chains):
        for reference in references:
            _put_away(folder, reference)
    _write(folder, {chain.name: _plain(chain) for chain in altering}, told)
    return tuple(found)


def journeys(folder: Path) -> dict[str, Journey]:
    """How the recordings of a prepared data set arrive, of those that come by a network.

    Raises:
        DatasetError: `conditions.json` is not what `multiply` wrote.
    """
    path = folder / NAME
    if not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        networks = {name: _network(steps) for name, steps in kept["conditions"].items()}
        return {
            recording: Journey(network, each["source"])
            for recording, each in kept["recordings"].items()
            if (network := networks[each["condition"]])
        }
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise DatasetError(f"{path}: broken ({error}); prepare the data set again") from error


def played(heard: str, arriving: Mapping[str, Journey]) -> str:
    """Digest of what a recogniser is given: the audio, and how it arrives.

    Args:
        heard: digest of the audio.
        arriving: of the recordings that come by a network.
    """
    if not arriving:
        return heard
    return digests.of_text(heard + json.dumps({k: asdict(arriving[k]) for k in sorted(arriving)}))


def _altered(
    folder: Path,
    reference: Reference,
    copy: Reference,
    chain: Chain,
    voices: Voices,
) -> tuple[Reference, Told]:
    """Write the audio of an altered copy; it is broken where that cannot be had."""
    told: Told = {"source": reference.recording, "condition": chain.name}
    if reference.broken:
        return copy, told
    try:
        signal, words = augmentation.alter(
            audio.load(folder / reference.audio), copy.words, chain, reference.recording, voices
        )
    except StreamwerError as error:
        return replace(copy, seconds=0.0, broken=f"{chain.name}: {error}"), told
    audio.write_flac(folder / copy.audio, signal)
    told |= _delivered(reference, chain, signal)
    seconds = audio.seconds(len(signal))
    longer = seconds / reference.seconds
    unscored = tuple((begin * longer, end * longer) for begin, end in reference.unscored)
    return replace(copy, seconds=seconds, words=words, unscored=unscored), told


def _put_away(folder: Path, reference: Reference) -> None:
    """The audio of a recording that is not played itself is only kept for its word times."""
    path = folder / reference.audio
    if reference.words:
        path.unlink(missing_ok=True)
    elif path.is_file():
        kept = folder / manifest.unaltered_path(reference.recording)
        kept.parent.mkdir(exist_ok=True)
        path.rename(kept)


def _named(reference: Reference, chain: Chain, said: bool, names: set[str]) -> Reference:
    """The copy, not yet altered, under a name of its own."""
    name = fitted(reference.recording, f"{_AT}{chain.name}")
    if name.casefold() in names:
        raise DatasetError(f"there is a recording '{name}' already")
    names.add(name.casefold())
    return replace(
        reference,
        recording=name,
        audio=manifest.audio_path(name),
        condition=f"{reference.condition}{JOINT}{chain.name}" if said else chain.name,
        source=reference.recording,
    )


def _refuse_useless(references: Sequence[Reference], copies: Sequence[Reference]) -> None:
    if not all(copy.broken for copy in copies):
        return
    # Not the reason of a recording that was broken before: that says nothing of the condition.
    whole = (copy for was, copy in zip(references, copies, strict=True) if not was.broken)
    raise DatasetError(f"no recording can be had so: {next(whole, copies[0]).broken}")


def _delivered(reference: Reference, chain: Chain, signal: Samples) -> Told:
    if not chain.network:
        return {}
    delivered = Journey(chain.network, reference.recording).deliver(signal)
    packets = len(delivered.available)
    return {"packets": packets, "lost": delivered.lost, "late": delivered.late}


def _plain(chain: Chain) -> list[Told]:
    return [_step(step) for step in chain.steps]


def _step(step: Step) -> Told:
    told = {"step": step.name, **asdict(step.config)}
    if isinstance(step.config, NoiseConfig) and step.config.kind == "files":
        found = augmentation.noise_files(Path(step.config.path))
        told["files"] = digests.of_files(found)  # the path says nothing about what is there
    return told


def _network(steps: Sequence[Told]) -> NetworkConfig | None:
    last = dict(steps[-1])
    del last["step"]
    return NetworkConfig(**last) if last["effect"] == NetworkConfig.effect else None


def _write(folder: Path, chains: Told, recordings: Told) -> None:
    kept = {"conditions": chains, "recordings": dict(sorted(recordings.items()))}
    text = json.dumps(kept, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / NAME).write_text(f"{text}\n", encoding="utf-8")
