"""Add word times to the recordings of a prepared data set that have none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from streamwer import audio
from streamwer.alignment.origin import DATASET, RecordingOrigin, WordTimesOrigin
from streamwer.alignment.quality import AlignmentError
from streamwer.config.alignment import AlignmentConfig, ForcedConfig, NoAlignment, PublishedConfig
from streamwer.config.model_catalogue import looks_like_folder
from streamwer.formats import manifest
from streamwer.provenance import digests
from streamwer.text.words import split_words
from streamwer.types import Reference, Word

Progress = Callable[[int, int], None]
"""Called with the number of finished recordings and the number of all."""
AlignMethod = Callable[[Reference], tuple[Reference, RecordingOrigin]]
_DECIMALS = 6


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
        if reference.words:
            yield reference, replace(_describe_untimed(reference), source=DATASET)
        elif reference.broken:
            yield reference, _describe_untimed(reference, "it has no audio")
        else:
            try:
                yield method(reference)
            except AlignmentError as error:
                yield reference, _describe_untimed(reference, str(error))
        if progress:
            progress(number, len(references))


def _describe_untimed(reference: Reference, reason: str = "") -> RecordingOrigin:
    """Describe a recording that is not aligned."""
    count = len(split_words(reference.text))
    return RecordingOrigin(reference.recording, count, reason=reason)


def _choose_method(
    config: AlignmentConfig, references: Sequence[Reference], folder: Path
) -> tuple[AlignMethod, WordTimesOrigin]:
    if isinstance(config, ForcedConfig):
        return _use_forced(config, folder)
    if isinstance(config, PublishedConfig):
        return _use_published(config, references)
    return lambda each: (each, _describe_untimed(each)), WordTimesOrigin(config.name)


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
    from streamwer.alignment.published import match_alignments, read_alignments
    from streamwer.alignment.time_transfer import match_words

    alignments = read_alignments(config)
    matches = match_alignments(alignments, references)

    def transfer(reference: Reference) -> tuple[Reference, RecordingOrigin]:
        aligned = matches.get_words(reference)
        words, mismatched = match_words(
            reference.text, aligned, reference.seconds, config.max_mismatched
        )
        recording = RecordingOrigin(
            reference.recording, len(words), config.name, mismatched=mismatched
        )
        return replace(reference, words=words), recording

    # Of the words, not of the files: the same alignment may come in another format.
    text = "\n".join(sorted(f"{each.name}\t{each.words}" for each in alignments))
    return transfer, WordTimesOrigin(config.name, Path(config.path).name, digests.digest_text(text))


class CopyAligner:
    """Aligns each original once for all its copies.

    Forced alignment works best on the original, and published alignments cover only that. Of all
    conditions only speed moves words.

    Args:
        references: of a prepared data set.
        folder: of their audio, and of originals of which only copies are used.
        method: aligns a recording; raises `AlignmentError` where it cannot.
    """

    def __init__(self, references: Sequence[Reference], folder: Path, method: AlignMethod) -> None:
        self._known = {reference.recording: reference for reference in references}
        self._folder, self._method = folder, method
        self._found: dict[str, tuple[Reference, RecordingOrigin] | AlignmentError] = {}

    def align(self, reference: Reference) -> tuple[Reference, RecordingOrigin]:
        """Add word times to a recording, and return it with their origin.

        Raises:
            AlignmentError: it gets none.
        """
        source = self._find_source(reference)
        if source.recording not in self._found:
            try:
                self._found[source.recording] = self._method(source)
            except AlignmentError as error:
                self._found[source.recording] = error
        result = self._found[source.recording]
        if isinstance(result, AlignmentError):
            raise result
        original, origin = result
        words = _scale_times(original.words, reference.seconds / source.seconds)
        return replace(reference, words=words), replace(origin, recording=reference.recording)

    def _find_source(self, reference: Reference) -> Reference:
        """Return the original of a copy, if it is there; else the recording itself."""
        if not reference.source or reference.source in self._known:
            return self._known.get(reference.source, reference)
        path = manifest.unaltered_path(reference.source)
        if not (self._folder / path).is_file():
            return reference
        seconds = audio.samples_to_seconds(len(audio.load_audio(self._folder / path)))
        whole = replace(
            reference, recording=reference.source, audio=path, source="", seconds=seconds
        )
        self._known[whole.recording] = whole
        return whole


def _scale_times(words: tuple[Word, ...], factor: float) -> tuple[Word, ...]:
    if factor == 1:
        return words
    return tuple(
        replace(
            word,
            start=round(word.start * factor, _DECIMALS),
            end=round(word.end * factor, _DECIMALS),
        )
        for word in words
    )
