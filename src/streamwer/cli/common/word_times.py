"""Give word times to references, with a progress bar and a line for each that gets none."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from streamwer.alignment.model_under_test import refuse_same_files
from streamwer.alignment.origin import WordTimesOrigin
from streamwer.alignment.timing_errors import measure_timing_errors
from streamwer.alignment.word_times import add_word_times
from streamwer.cli.common.progress import show_progress
from streamwer.config import experiment
from streamwer.config.alignment import AlignmentConfig, NoAlignment
from streamwer.config.experiment import ExperimentConfig
from streamwer.config.folders import PREPARED
from streamwer.errors import ConfigError, DatasetError
from streamwer.types import Reference

_MOST_SHOWN = 10


def place_and_show(
    references: Sequence[Reference], folder: Path, config: AlignmentConfig
) -> tuple[tuple[Reference, ...], WordTimesOrigin]:
    """Give word times to references; name on stderr the first recordings that get none.

    Args:
        references: of a prepared data set.
        folder: of that data set.
        config: how words are placed.
    """
    with show_progress("word times", len(references)) as update:
        placed, origin = add_word_times(references, folder, config, update)
    refused = origin.list_refused()
    for placing in refused[:_MOST_SHOWN]:
        print(f"no word times: {placing.recording}: {placing.reason}", file=sys.stderr)
    if len(refused) > _MOST_SHOWN:
        print(f"no word times: {len(refused) - _MOST_SHOWN} more", file=sys.stderr)
    return placed, origin


def place_configured(
    settings: ExperimentConfig, references: Sequence[Reference]
) -> tuple[tuple[Reference, ...], WordTimesOrigin]:
    """Give word times to references of the prepared data set, as the config says.

    Raises:
        ConfigError: the aligner is a model under test.
    """
    alignment = experiment.parse_alignment(settings.alignment)
    systems = {name: experiment.build_system(settings, name) for name in settings.compare}
    refuse_same_files(alignment, systems)
    return place_and_show(references, PREPARED, alignment)


def check_alignment(settings: ExperimentConfig, references: Sequence[Reference]) -> str:
    """Compare the configured alignment with known word times.

    Returns:
        Where the words were placed by, and how far they are from where they are, on two lines.

    Raises:
        ConfigError: no alignment is configured.
        DatasetError: there are no known word times.
    """
    if isinstance(experiment.parse_alignment(settings.alignment), NoAlignment):
        raise ConfigError("alignment=none aligns nothing; check alignment=forced or published")
    known = [reference for reference in references if reference.words]
    if not known:
        raise DatasetError(f"{PREPARED}: no recording has word times to compare with")
    placed, origin = place_configured(settings, [replace(each, words=()) for each in known])
    return f"{origin.format_line()}\n{measure_timing_errors(known, placed).format_line()}"
