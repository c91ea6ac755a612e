"""Add word times to the recordings of a prepared data set that have none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from streamwer import audio
from streamwer.alignment.augmented_copies import AlignMethod, CopyAligner
from streamwer.alignment.origin import DATASET, RecordingOrigin, WordTimesOrigin
from streamwer.alignment.quality import AlignmentError
from streamwer.config.alignment import AlignmentConfig, ForcedConfig, NoAlignment, PublishedConfig
from streamwer.config.model_catalogue import looks_like_folder
from streamwer.provenance import digests
from streamwer.text.words import split_words
from streamwer.types import Reference

Progress = Callable[[int, int], None]
"""Called with the number of finished recordings and the number of all."""


def add_word_times(
    references: Sequence[Reference],
    folder: Path,
    config: AlignmentConfig,
    progress: Progress | None = None,
) -> tuple[tuple[Reference, ...], WordTimesOrigin]:
    """Add word times to the references that have none; the others keep theirs.

    Augmented copies of a recording get the times of the original.

    Args:
        references: of a prepared data set.
        folder: of their audio.
        config: method of the alignment.
        progress: called after each recording.

    Returns:
        The references, in order, and the origin of their word times.

    Raises:
        AudioError, DatasetError, ModelError: what is needed cannot be read.
    """
    is_needed = any(not reference.words for reference in references)
    chosen: AlignmentConfig = config if is_needed else NoAlignment(config.name)
    method, origin = _choose_method(chosen, references, folder)
    done = list(
        _align_references(references, CopyAligner(references, folder, method).align, progress)
    )
    origins = tuple(recording for _, recording in done)
    return tuple(reference for reference, _ in done), replace(origin, recordings=origins)


def _align_references(
    references: Sequence[Reference], method: AlignMethod, progress: Progress | None
) -> Iterator[tuple[Reference, RecordingOrigin]]:
    for number, reference in enumerate(references, start=1):
        count = len(split_words(reference.text))
        if reference.words:
            yield reference, RecordingOrigin(reference.recording, count, DATASET)
        elif reference.broken:
            yield reference, RecordingOrigin(reference.recording, count, reason="it has no audio")
        else:
            try:
                yield method(reference)
            except AlignmentError as error:
                yield reference, RecordingOrigin(reference.recording, count, reason=str(error))
        if progress:
            progress(number, len(references))


def _choose_method(
    config: AlignmentConfig, references: Sequence[Reference], folder: Path
) -> tuple[AlignMethod, WordTimesOrigin]:
    if isinstance(config, ForcedConfig):
        return _use_forced(config, folder)
    if isinstance(config, PublishedConfig):
        return _use_published(config, references)
    return _skip_alignment, WordTimesOrigin(config.name)


def _skip_alignment(reference: Reference) -> tuple[Reference, RecordingOrigin]:
    return reference, RecordingOrigin(reference.recording, len(split_words(reference.text)))


def _use_forced(config: ForcedConfig, folder: Path) -> tuple[AlignMethod, WordTimesOrigin]:
    # Imported here, since most data sets need no model.
    from streamwer.alignment.forced import ForcedAligner
    from streamwer.models.sources import obtain_model

    model = obtain_model(config.model)
    aligner = ForcedAligner(model, config)

    def align(reference: Reference) -> tuple[Reference, RecordingOrigin]:
        samples = audio.load_audio(folder / reference.audio)
        words, quality = aligner.align(reference.text, samples)
        recording = RecordingOrigin(reference.recording, len(words), config.name, quality=quality)
        return replace(reference, words=words), recording

    # A folder goes by its own name, whatever model its settings were copied from.
    name = (
        Path(config.model.path).name if looks_like_folder(config.model.path) else config.model.name
    )
    return align, WordTimesOrigin(
        config.name, name, digests.digest_model(model), bias_s=config.find_bias(name)
    )


def _use_published(
    config: PublishedConfig, references: Sequence[Reference]
) -> tuple[AlignMethod, WordTimesOrigin]:
    from streamwer.alignment.published import read_alignments
    from streamwer.alignment.published.match import match_alignments
    from streamwer.alignment.time_transfer import match_words

    alignments = read_alignments(config)
    matches = match_alignments(alignments, references)

    def transfer(reference: Reference) -> tuple[Reference, RecordingOrigin]:
        aligned = matches.get_words(reference)
        matched = match_words(reference.text, aligned, reference.seconds, config.max_mismatched)
        recording = RecordingOrigin(
            reference.recording, len(matched.words), config.name, mismatched=matched.mismatched
        )
        return replace(reference, words=matched.words), recording

    # Of the words, not of the files: the same alignment may come in another format.
    text = "\n".join(sorted(f"{each.name}\t{each.words}" for each in alignments))
    return transfer, WordTimesOrigin(config.name, Path(config.path).name, digests.digest_text(text))
