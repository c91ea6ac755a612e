"""Committed baseline of the gate: the part of a system's scores that the gate needs.

Measured compute is left out: a baseline of a clock that does not measure gives the same bytes
wherever it is made.
"""

from __future__ import annotations

import platform
from dataclasses import replace
from pathlib import Path

from streamwer.analysis.gate.run_group import select_reference_words
from streamwer.errors import ConfigError, LogError
from streamwer.metrics import store
from streamwer.metrics.error_rate import KINDS
from streamwer.metrics.store import SignedScores
from streamwer.metrics.tables import Scores
from streamwer.provenance.signature import measures_hardware

UPDATE_COMMAND = "python -m pipeline.gate --update-baseline"
_RECORDINGS = (
    *("recording", "speaker", "condition", "seconds", "failure", "reference", "hypothesis"),
    *(f"{unit}{kind}" for unit in ("", "char_") for kind in KINDS),
    *("final_words", "erased_words", "partial_words", "unstable_words"),
    *("first_text", "finalisation", "encoder_frames", "decoded_tokens"),
)
_WORDS = ("recording", "index", "word", "end", "shown", "shown_raw", "committed", "waiting", "held")
_TIME_COLUMNS = ("shown", "shown_raw", "committed", "waiting", "held")
_DECIMALS = 6
_MADE_ON = "instructions.txt"
_CPUINFO = Path("/proc/cpuinfo")
_EXTENSIONS = "avx2 avx512f avx512_vnni avx_vnni amx_int8 asimddp i8mm".split()
"""Instruction sets with which integer kernels round differently."""


def write_baseline(folder: Path, scored: SignedScores) -> None:
    """Write one system's baseline into `folder` (made if missing).

    Raises:
        ConfigError: its clock measures, so that no other run would give the same.
    """
    clock = scored.signature.method.clock
    if measures_hardware(clock):
        raise ConfigError(
            f"gate.clock.name={clock} measures: a committed baseline needs a clock that gives the"
            " same figures on every machine, such as unaware"
        )
    store.write_scores(folder, replace(scored, scores=_reduce_scores(scored.scores)))
    (folder / _MADE_ON).write_text(describe_processor() + "\n")


def read_baseline(folder: Path) -> SignedScores:
    """Read a baseline that `write_baseline` wrote.

    Raises:
        LogError: there is none, or it cannot be read; says how to make one.
    """
    if not folder.is_dir():
        raise LogError(f"{folder}: no baseline; make one with `{UPDATE_COMMAND}` and commit it")
    try:
        return store.read_scores(folder)
    except LogError as error:
        raise LogError(f"{error}; or make the baseline anew with `{UPDATE_COMMAND}`") from error


def describe_other_processor(folder: Path) -> str:
    """Return a note if the baseline was made on another kind of processor, else ""."""
    path = folder / _MADE_ON
    made_on, here = path.read_text().strip() if path.is_file() else "?", describe_processor()
    if made_on == here:
        return ""
    return (
        f"the baseline was made on {made_on}, this is {here}: integer kernels round differently,"
        " so some words differ, and the floors are wider"
    )


def describe_processor() -> str:
    """Return the kind of processor, and which of `_EXTENSIONS` it has."""
    flags = set(_CPUINFO.read_text().split()) if _CPUINFO.is_file() else set()
    return " ".join([platform.machine(), *(name for name in _EXTENSIONS if name in flags)])


def _reduce_scores(scores: Scores) -> Scores:
    recordings = scores.recordings[list(_RECORDINGS)].reset_index(drop=True)
    words = select_reference_words(scores.words)[list(_WORDS)].reset_index(drop=True)
    return Scores(recordings, words.round(dict.fromkeys(_TIME_COLUMNS, _DECIMALS)))
