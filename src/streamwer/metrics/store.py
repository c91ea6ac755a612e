"""Scores with their signature, and the folder that holds them.

`recordings.parquet` and `words.parquet` are the tables, `signature.json` says what they are of.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from streamwer import digests
from streamwer.errors import LogError
from streamwer.eventlog import EventLog
from streamwer.metrics.normalise import Normaliser
from streamwer.metrics.tables import Scores, score
from streamwer.signature import NONE, UNKNOWN, Method, Signature, measures
from streamwer.transcript import Reference

SCHEMA = 2
SCORER = 1
"""Raised by whatever in our scoring moves a figure: how words are paired, counted or timed."""
POOLING = "ratio-of-sums"

_TABLES = ("recordings", "words")
_REMEDY = "run the `score` stage"


@dataclass(frozen=True)
class Scored:
    """The tables of one system, and what they are of."""

    scores: Scores
    signature: Signature


def scored(references: Sequence[Reference], log: EventLog, normaliser: Normaliser) -> Scored:
    """Score one system's log against references, and sign it.

    Recordings that the log does not mention count as failed.
    """
    return Scored(score(references, log, normaliser), sign(references, log, normaliser))


def sign(references: Sequence[Reference], log: EventLog, normaliser: Normaliser) -> Signature:
    """The signature of a log's scores: from what the log recorded, and what scores it now."""
    run, measured = log.run, measures(log.run.clock)
    method = Method(
        audio=run.audio,
        references=digests.of_references(references),
        times=digests.of_times(references),
        normaliser=normaliser.signature,
        scorer=f"jiwer@{version('jiwer')}+{SCORER}",
        pooling=POOLING,
        clock=run.clock,
        load=run.load,
        threads=run.threads,
        workers=str(log.machine.get("workers", UNKNOWN)) if measured else NONE,
        hardware=str(log.machine.get("hardware", UNKNOWN)) if measured else NONE,
    )
    return Signature(method, run.subject, version("streamwer"))


def write(folder: Path, scored: Scored) -> None:
    """Write the scores of one system into `folder` (made if missing)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _TABLES:
        table: pd.DataFrame = getattr(scored.scores, name)
        partial = folder / f"{name}.parquet.partial"
        table.to_parquet(partial, index=False)
        partial.replace(folder / f"{name}.parquet")  # a reader never meets half a file
    signed = {"scores": SCHEMA, "signature": scored.signature.to_dict()}
    partial = folder / "signature.json.partial"
    partial.write_text(json.dumps(signed, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(folder / "signature.json")


def read(folder: Path) -> Scored:
    """Read what `write` wrote.

    Raises:
        LogError: a file is missing, or is not what it should be; names it and the remedy.
    """
    signature = _signature(folder / "signature.json")
    tables = {name: _table(folder / f"{name}.parquet") for name in _TABLES}
    return Scored(Scores(**tables), signature)


def _signature(path: Path) -> Signature:
    if not path.is_file():
        raise LogError(f"{path}: no such scores; {_REMEDY}")
    try:
        signed: Any = json.loads(path.read_text(encoding="utf-8"))
        found = signed["scores"]
        if found != SCHEMA:
            raise LogError(f"schema {found}, but this version reads {SCHEMA}")
        return Signature.from_dict(signed["signature"])
    except LogError as error:
        raise LogError(f"{path}: {error}; {_REMEDY}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise LogError(f"{path}: not the signature of scores ({error}); {_REMEDY}") from error


def _table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise LogError(f"{path}: no such scores; {_REMEDY}")
    try:
        return pd.read_parquet(path)
    except pa.ArrowInvalid as error:
        raise LogError(f"{path}: not a Parquet file ({error}); {_REMEDY}") from error
