"""The committed baseline: what a gate needs of a system's scores, small and the same on every run.

Measured compute is left out: a baseline of a clock that does not measure gives the same bytes
wherever it is made.
"""

from __future__ import annotations

import platform
from dataclasses import replace
from pathlib import Path

from streamwer.analysis.gate.run_group import KINDS, spoken
from streamwer.errors import ConfigError, LogError
from streamwer.metrics import store
from streamwer.metrics.store import Scored
from streamwer.metrics.tables import Scores
from streamwer.provenance.signature import measures

UPDATE = "python -m pipeline.gate --update-baseline"
_RECORDINGS = (
    *("recording", "speaker", "condition", "seconds", "failure", "reference", "hypothesis"),
    *(f"{unit}{kind}" for unit in ("", "char_") for kind in KINDS),
    *("final_words", "erased_words", "partial_words", "unstable_words"),
    *("first_text", "finalisation", "encoder_frames", "decoded_tokens"),
)
_WORDS = ("recording", "index", "word", "end", "shown", "shown_raw", "committed", "waiting", "held")
_MOMENTS = ("shown", "shown_raw", "committed", "waiting", "held")
_DECIMALS = 6
_MADE_ON = "instructions.txt"
_CPUINFO = Path("/proc/cpuinfo")
_EXTENSIONS = "avx2 avx512f avx512_vnni avx_vnni amx_int8 asimddp i8mm".split()
"""Of a processor: those by which integer kernels differ in how they round."""


def write(folder: Path, scored: Scored) -> None:
    """Write one system's baseline into `folder` (made if missing).

    Raises:
        ConfigError: its clock measures, so that no other run would give the same.
    """
    clock = scored.signature.method.clock
    if measures(clock):
        raise ConfigError(
            f"gate.clock.name={clock} measures: a committed baseline needs a clock that gives the"
            " same figures on every machine, such as unaware"
        )
    store.write(folder, replace(scored, scores=_kept(scored.scores)))
    (folder / _MADE_ON).write_text(instructions() + "\n")


def read(folder: Path) -> Scored:
    """What `write` wrote.

    Raises:
        LogError: there is none, or it cannot be read; says how to make one.
    """
    if not folder.is_dir():
        raise LogError(f"{folder}: no baseline; make one with `{UPDATE}` and commit it")
    try:
        return store.read(folder)
    except LogError as error:
        raise LogError(f"{error}; or make the baseline anew with `{UPDATE}`") from error


def note(folder: Path) -> str:
    """What to say where the baseline comes from another kind of processor; "" if it does not."""
    path = folder / _MADE_ON
    made_on, here = path.read_text().strip() if path.is_file() else "?", instructions()
    if made_on == here:
        return ""
    return (
        f"the baseline was made on {made_on}, this is {here}: integer kernels round differently,"
        " so some words differ, and the floors are wider"
    )


def instructions() -> str:
    """The kind of processor, and what it has of `_EXTENSIONS`."""
    flags = set(_CPUINFO.read_text().split()) if _CPUINFO.is_file() else set()
    return " ".join([platform.machine(), *(name for name in _EXTENSIONS if name in flags)])


def _kept(scores: Scores) -> Scores:
    recordings = scores.recordings[list(_RECORDINGS)].reset_index(drop=True)
    words = spoken(scores.words)[list(_WORDS)].reset_index(drop=True)
    return Scores(recordings, words.round(dict.fromkeys(_MOMENTS, _DECIMALS)))
