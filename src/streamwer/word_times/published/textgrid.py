"""Praat TextGrids, long and short, as the Montreal Forced Aligner writes one per recording."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from praatio import textgrid
from praatio.data_classes.interval_tier import IntervalTier
from praatio.utilities.errors import PraatioException

from streamwer.alignment_config import PublishedConfig
from streamwer.errors import DatasetError
from streamwer.transcript import Word


def read(path: Path, config: PublishedConfig) -> Mapping[str, tuple[Word, ...]]:
    """The words of one recording, which is named as the file is.

    Raises:
        DatasetError: the file is no TextGrid, or has no tier of intervals of that name.
    """
    try:
        # What praatio puts right, it would warn of; what it refuses, it raises.
        grid = textgrid.openTextgrid(str(path), False, "silence", "rename")
        tier = grid.getTier(config.tier) if config.tier in grid.tierNames else None
    except (PraatioException, OSError, ValueError, LookupError, TypeError) as error:
        raise DatasetError(f"{path}: not readable as a TextGrid ({error})") from error
    if not isinstance(tier, IntervalTier):
        names = ", ".join(grid.tierNames) or "none"
        raise DatasetError(
            f"{path}: no tier of intervals '{config.tier}' (alignment.tier); it has: {names}"
        )
    words = (Word(entry.label, float(entry.start), float(entry.end)) for entry in tier.entries)
    return {path.stem: tuple(words)}
