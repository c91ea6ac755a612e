"""Storage of scores: tables and their signature, in a folder.

`recordings.parquet` and `words.parquet` are the tables, `signature.json` says what they are of,
with their digests: where a process is killed while it replaces them, what is left is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from streamwer._util.row_groups import RowGroupWriter, replace_files
from streamwer.config.scoring import ScoringConfig
from streamwer.errors import LogError
from streamwer.eventlog.log import EventLog
from streamwer.metrics.tables import Scores, score
from streamwer.provenance import digests
from streamwer.provenance.signature import NONE, UNKNOWN, Method, Signature, measures_hardware
from streamwer.text.normalise import Normaliser
from streamwer.types import Reference

SCHEMA = 3
SCORER = 2
"""Raised by whatever in our scoring moves a figure: how words are paired, counted or timed."""
POOLING = "ratio-of-sums"

_TABLES = ("recordings", "words")
_DIGESTS = "tables"
"""Key of the SHA-256 of each table's file; earlier versions wrote none."""
_ROW_GROUP = 100_000
_REMEDY = "run the `score` stage"


@dataclass(frozen=True)
class SignedScores:
    """The tables of one system with their signature."""

    scores: Scores
    signature: Signature


def score_and_sign(
    references: Sequence[Reference],
    log: EventLog,
    normaliser: Normaliser,
    turn_pause_s: float = ScoringConfig.turn_pause_s,
) -> SignedScores:
    """Score one system's log against references, and sign it.

    Recordings that the log does not mention count as failed.

    Args:
        references: one per recording.
        log: of the system.
        normaliser: of both texts.
        turn_pause_s: pause that ends a turn of a reference without segments, seconds.
    """
    ordered = sorted(references, key=attrgetter("recording"))
    return SignedScores(
        score(references, log, normaliser, turn_pause_s),
        sign_scores(ordered, log, normaliser, turn_pause_s),
    )


def sign_scores(
    references: Iterable[Reference],
    log: EventLog,
    normaliser: Normaliser,
    turn_pause_s: float = ScoringConfig.turn_pause_s,
) -> Signature:
    """Build the signature of a log's scores, from what the log recorded and what scores it now.

    Args:
        references: in order of their ids.
        log: its steps are not looked at.
        normaliser: of both texts.
        turn_pause_s: as of `score_and_sign`.
    """
    run, measured = log.run, measures_hardware(log.run.clock)
    texts, times = digests.digest_texts_and_times(references)
    if turn_pause_s != ScoringConfig.turn_pause_s:
        times = f"{times}+turn_pause={turn_pause_s:g}"
    method = Method(
        audio=run.audio,
        references=texts,
        times=times,
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


def write_scores(folder: Path, scored: SignedScores) -> None:
    """Write the scores of one system into `folder` (made if missing)."""
    write_batches(folder, [scored.scores], scored.signature)


def write_batches(folder: Path, parts: Iterable[Scores], signature: Signature) -> None:
    """Write scores that come in parts, one after the other; the bytes do not depend on the parts.

    An error leaves earlier scores as they were.

    Args:
        folder: made if missing.
        parts: the tables of some recordings each.
        signature: of all of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.parquet" for name in _TABLES]
    with replace_files([*paths, folder / "signature.json"]) as (recordings, words, signed):
        with (
            RowGroupWriter(recordings, _ROW_GROUP) as calls,
            RowGroupWriter(words, _ROW_GROUP) as rows,
        ):
            for part in parts:
                calls.add(_to_arrow(part.recordings))
                rows.add(_to_arrow(part.words))
        tables = zip(_TABLES, map(digests.digest_file, (recordings, words)), strict=True)
        content = {"scores": SCHEMA, "signature": signature.to_dict(), _DIGESTS: dict(tables)}
        text = json.dumps(content, indent=2, ensure_ascii=False)
        signed.write_text(f"{text}\n", encoding="utf-8")


def _to_arrow(table: pd.DataFrame) -> pa.Table:
    """Convert a table; a column without any word is one of texts too, as in other parts."""
    silent = [name for name in table if pd.api.types.is_object_dtype(table[name])]
    return pa.Table.from_pandas(table.astype(dict.fromkeys(silent, "str")), preserve_index=False)


def read_scores(folder: Path) -> SignedScores:
    """Read the scores that `write_scores` wrote.

    Raises:
        LogError: a file is missing, is not what it should be, or is of another run than the
            signature; names it and the remedy.
    """
    signature, known = _read_signature(folder / "signature.json")
    tables = {name: _read_table(folder / f"{name}.parquet", known.get(name)) for name in _TABLES}
    return SignedScores(Scores(**tables), signature)


def _read_signature(path: Path) -> tuple[Signature, Mapping[str, str]]:
    """Return the signature, and the digests of the tables that it is of."""
    if not path.is_file():
        raise LogError(f"{path}: no such scores; {_REMEDY}")
    try:
        signed: Any = json.loads(path.read_text(encoding="utf-8"))
        found = signed["scores"]
        if found != SCHEMA:
            raise LogError(f"schema {found}, but this version reads {SCHEMA}")
        return Signature.from_dict(signed["signature"]), dict(signed.get(_DIGESTS, {}))
    except LogError as error:
        raise LogError(f"{path}: {error}; {_REMEDY}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise LogError(f"{path}: not the signature of scores ({error}); {_REMEDY}") from error


def _read_table(path: Path, digest: str | None) -> pd.DataFrame:
    if not path.is_file():
        raise LogError(f"{path}: no such scores; {_REMEDY}")
    content = path.read_bytes()  # at once: what is digested is what is read
    if digest and sha256(content).hexdigest() != digest:
        raise LogError(f"{path}: damaged, or not of the same run as signature.json; {_REMEDY}")
    try:
        # Without Arrow's threads: one that holds Python's bytes at exit aborts the process
        # (apache/arrow#34314), and `pandas.read_parquet` has no way to do without them.
        with pq.ParquetFile(pa.BufferReader(content), pre_buffer=False) as file:
            return file.read(use_threads=False).to_pandas(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise LogError(f"{path}: not a Parquet file ({error}); {_REMEDY}") from error
