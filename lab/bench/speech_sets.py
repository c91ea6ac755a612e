"""The speech that is played: recordings with word times, and where in them nobody speaks."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from lab.bench import playing
from lab.bench.playing import Call
from streamwer import audio
from streamwer.alignment.word_times import add_word_times
from streamwer.config import experiment
from streamwer.config.alignment import AlignmentConfig, ForcedConfig
from streamwer.config.compose import load_config
from streamwer.config.dataset import DatasetConfig
from streamwer.config.model import ModelConfig
from streamwer.datasets.preparation import open_source, prepare_dataset
from streamwer.errors import DatasetError
from streamwer.types import Reference

Span = tuple[float, float]
"""Begin and end, seconds."""
SHORTEST_PAUSE_S = 3.0
_OPTIONAL = ("speaker", "language", "condition", "words")
_ENGLISH = ("", "en")
_METADATA = "metadata.jsonl"


@dataclass(frozen=True)
class SpeechSet:
    """A data set as the bench plays it.

    Attributes:
        calls: its English recordings.
        pauses: of each recording, where nobody speaks for long, by what the data set itself says.
        word_times: where the times of the words come from.
        left_out: recordings in another language.
    """

    name: str
    calls: tuple[Call, ...]
    pauses: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    word_times: str = "none"
    left_out: int = 0

    def take(self, names: Container[str]) -> SpeechSet:
        """Take some of its recordings, by name."""
        calls = tuple(call for call in self.calls if call.name in names)
        pauses = {name: spans for name, spans in self.pauses.items() if name in names}
        return replace(self, calls=calls, pauses=pauses)

    @property
    def seconds(self) -> float:
        """Length of its audio."""
        return sum(call.reference.seconds for call in self.calls)


def configure(folder: Path | None) -> DatasetConfig:
    """Configure the bundled calls, or a folder with all the columns that it has and we know.

    Raises:
        DatasetError: there is no such folder, or it is no data set.
    """
    if folder is None:
        return load_config(["dataset=calls"]).dataset
    plain = load_config(["dataset=folder"]).dataset
    chosen = replace(plain, path=str(folder), name=folder.resolve().name)
    there = open_source(chosen).columns
    columns = {name: name for name in _OPTIONAL if name in there}
    return replace(chosen, columns=replace(plain.columns, **columns))


def read(
    dataset: DatasetConfig,
    aligner: ModelConfig | None,
    most: int | None = None,
    advance: Callable[[int, int], None] | None = None,
) -> SpeechSet:
    """Read a data set and place the words of which it does not say when they were spoken.

    Args:
        aligner: the model that places words; None leaves recordings without word times.
        most: how many recordings to take, from every condition its share; None takes all.
        advance: told how many recordings have word times, and of how many.

    Raises:
        DatasetError: the data set cannot be used, or nothing in it is English.
        ModelError: the aligner cannot be loaded.
    """
    with TemporaryDirectory() as temporary:
        prepared = Path(temporary) / "prepared"
        every = [each for each in prepare_dataset(dataset, prepared) if not each.broken]
        english = [each for each in every if each.language.lower()[:2] in _ENGLISH]
        if not english:
            raise DatasetError(f"{dataset.path}: no recording in it is English")
        chosen = playing.spread(english, most or len(english))
        pauses = find_pauses(chosen, _read_segments(Path(dataset.path)))
        placed, origin = add_word_times(chosen, prepared, _compose_alignment(aligner), advance)
        calls = tuple(Call(each, audio.load_audio(prepared / each.audio)) for each in placed)
    left_out = len(every) - len(english)
    return SpeechSet(dataset.name, calls, pauses, origin.format_line(), left_out)


def find_pauses(
    references: Sequence[Reference], segments: Mapping[str, Sequence[Span]]
) -> dict[str, list[Span]]:
    """Find where nobody speaks for long; recordings of which that is not known are left out.

    Args:
        segments: of some recordings, when somebody speaks; the words' times serve for others.
    """
    spoken = {
        each.recording: segments.get(each.recording) or [(w.start, w.end) for w in each.words]
        for each in references
    }
    return {
        each.recording: list(_find_gaps(spoken[each.recording], each.seconds))
        for each in references
        if spoken[each.recording]
    }


def _find_gaps(spoken: Sequence[Span], seconds: float) -> Iterator[Span]:
    silent_from = 0.0
    for begin, end in [*sorted(spoken), (seconds, seconds)]:
        if begin - silent_from > SHORTEST_PAUSE_S:
            yield silent_from, begin
        silent_from = max(silent_from, end)


def _read_segments(folder: Path) -> dict[str, list[Span]]:
    """The column `segments` of an audiofolder, by recording: begin and end of each, seconds."""
    path = folder / _METADATA
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    found = {}
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line) if line.strip() else {}
            if row.get("segments"):
                name = str(row.get("id") or Path(row["file_name"]).stem)
                found[name] = [(float(begin), float(end)) for begin, end, *_ in row["segments"]]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DatasetError(
                f"{path}, line {number}: segments must be a list of [start, end, text], in seconds"
            ) from error
    return found


def _compose_alignment(aligner: ModelConfig | None) -> AlignmentConfig:
    forced = experiment.parse_alignment(
        load_config(["alignment=forced" if aligner else "alignment=none"]).alignment
    )
    return (
        replace(forced, model=aligner) if isinstance(forced, ForcedConfig) and aligner else forced
    )
