"""Word times for every recording of a prepared data set that has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from streamwer import audio
from streamwer.alignment.copies import Copies, Place
from streamwer.alignment.origin import DATASET, Origin, Placing
from streamwer.alignment.unplaceable import UnplaceableError
from streamwer.config.alignment import AlignmentConfig, ForcedConfig, NoAlignment, PublishedConfig
from streamwer.provenance import digests
from streamwer.text.words import parted
from streamwer.types import Reference

Progress = Callable[[int, int], None]
"""Told the number of recordings done, and of all."""


def place(
    references: Sequence[Reference],
    folder: Path,
    config: AlignmentConfig,
    progress: Progress | None = None,
) -> tuple[tuple[Reference, ...], Origin]:
    """Give word times to the references that have none; those that have some keep them.

    Altered copies of a recording get the times of the recording itself.

    Args:
        references: of a prepared data set.
        folder: where their audio is.
        config: where word times come from.

    Returns:
        The references, in order, and where the word times of each come from.

    Raises:
        AudioError, DatasetError, ModelError: what is needed cannot be read.
    """
    wanting = [reference for reference in references if not reference.words]
    chosen: AlignmentConfig = config if wanting else NoAlignment(config.name)
    method, origin = _method(chosen, references, folder)
    done = list(_placed(references, Copies(references, folder, method).place, progress))
    placings = tuple(placing for _, placing in done)
    return tuple(reference for reference, _ in done), replace(origin, placings=placings)


def _placed(
    references: Sequence[Reference], method: Place, progress: Progress | None
) -> Iterator[tuple[Reference, Placing]]:
    for number, reference in enumerate(references, start=1):
        count = len(parted(reference.text))
        if reference.words:
            yield reference, Placing(reference.recording, count, DATASET)
        elif reference.broken:
            yield reference, Placing(reference.recording, count, reason="it has no audio")
        else:
            try:
                yield method(reference)
            except UnplaceableError as error:
                yield reference, Placing(reference.recording, count, reason=str(error))
        if progress:
            progress(number, len(references))


def _method(
    config: AlignmentConfig, references: Sequence[Reference], folder: Path
) -> tuple[Place, Origin]:
    if isinstance(config, ForcedConfig):
        return _forced(config, folder)
    if isinstance(config, PublishedConfig):
        return _published(config, references)
    return _none, Origin(config.name)


def _none(reference: Reference) -> tuple[Reference, Placing]:
    return reference, Placing(reference.recording, len(parted(reference.text)))


def _forced(config: ForcedConfig, folder: Path) -> tuple[Place, Origin]:
    # Imported when wanted: most data sets need no model here.
    from streamwer.alignment.forced import Aligner
    from streamwer.models.sources import obtain

    model = obtain(config.model)
    aligner = Aligner(model, config)

    def forced(reference: Reference) -> tuple[Reference, Placing]:
        samples = audio.load(folder / reference.audio)
        words, judgement = aligner.place(reference.text, samples)
        placing = Placing(reference.recording, len(words), config.name, judgement=judgement)
        return replace(reference, words=words), placing

    return forced, Origin(
        config.name, config.model.name, digests.of_model(model), bias_s=config.known_bias_s
    )


def _published(config: PublishedConfig, references: Sequence[Reference]) -> tuple[Place, Origin]:
    from streamwer.alignment.matching import match
    from streamwer.alignment.published import read
    from streamwer.alignment.published.match import assign

    alignments = read(config)
    whose = assign(alignments, references)

    def published(reference: Reference) -> tuple[Reference, Placing]:
        aligned = whose.of(reference)
        found = match(reference.text, aligned, reference.seconds, config.most_mismatched)
        placing = Placing(
            reference.recording, len(found.words), config.name, mismatched=found.mismatched
        )
        return replace(reference, words=found.words), placing

    # Of the words, not of the files: the same alignment may come in another format.
    told = "\n".join(sorted(f"{each.name}\t{each.words}" for each in alignments))
    return published, Origin(config.name, Path(config.path).name, digests.of_text(told))
