"""Praat TextGrids, long and short, as aligners write one per recording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from praatio import textgrid
from praatio.data_classes.interval_tier import IntervalTier
from praatio.data_classes.textgrid import Textgrid
from praatio.utilities.errors import PraatioException

from streamwer.errors import DatasetError
from streamwer.types import Word

_USUAL = ("words", "word", "ort-mau", "ort")
"""Names of the tier of words in MFA, in Praat and P2FA, and in the services of BAS."""
_FAILURES = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError),
    RecursionError,
)
"""Errors that praatio raises besides its own, of a file that is no TextGrid."""
_SPEAKER = re.compile(r".*( - |/)")
"""A prefix: MFA and P2FA add the speaker, Praat the tier that it has aligned."""


def read_textgrid(path: Path, tier: str, key: str) -> tuple[Word, ...]:
    """Read the words of one recording, in order of time.

    Args:
        path: of the file.
        tier: that holds them; if empty, all tiers with a usual name.
        key: of the config that names the tier.

    Raises:
        DatasetError: the file is no TextGrid, or has no tier of intervals of that name.
    """
    try:
        # What praatio puts right, it would warn of; what it refuses, it raises.
        grid = textgrid.openTextgrid(str(path), False, "silence", "rename")
        entries = list(_find_tiers(grid, tier))
    except (*_FAILURES, PraatioException) as error:
        reason = " ".join(str(error).split())
        raise DatasetError(f"{path}: not readable as a TextGrid ({reason})") from error
    if not entries:
        names = ", ".join(grid.tierNames) or "none"
        wanted = f"'{tier}'" if tier else f"that is called {', '.join(_USUAL[:-1])} or {_USUAL[-1]}"
        raise DatasetError(
            f"{path}: no tier of intervals {wanted}; it has: {names};"
            f" name the tier of words in {key}"
        )
    words = (Word(each.label, float(each.start), float(each.end)) for each in entries)
    return tuple(sorted(words, key=lambda word: (word.start, word.end)))


def _find_tiers(grid: Textgrid, tier: str) -> Iterator[Any]:
    """Yield the entries of the tier of that name, or of all tiers of the first usual name.

    The case of a name does not matter where no other tier has it exactly.
    """
    tiers = {name: grid.getTier(name) for name in grid.tierNames}
    tiers = {name: each for name, each in tiers.items() if isinstance(each, IntervalTier)}
    for wanted in (tier,) if tier else _USUAL:
        matches = [name for name in tiers if name == tier] or [
            name for name in tiers if _shorten_name(name, tier) == wanted.lower()
        ]
        if matches:
            for name in matches:
                yield from tiers[name].entries
            return


def _shorten_name(name: str, tier: str) -> str:
    return (name if tier else _SPEAKER.sub("", name)).strip().lower()
