"""Log formats by name, and detection of a log's format from its content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from json import JSONDecodeError
from pathlib import Path

from streamwer._util.strict_json import parse_json
from streamwer.errors import LogError
from streamwer.formats import (
    event_log,
    plain_text,
    simuleval,
    simulstream,
    simulstreaming,
    transcripts,
    whisper_streaming,
)
from streamwer.formats.base import Log
from streamwer.formats.text_lines import read_text_lines

FORMATS: Mapping[str, Callable[[Sequence[Path]], Log]] = {
    "streamwer": event_log.read_event_log,
    "json": transcripts.read_document,
    "jsonl": transcripts.read_updates,
    "simuleval": simuleval.read_simuleval,
    "simulstream": simulstream.read_simulstream,
    "whisper_streaming": whisper_streaming.read_whisper_streaming,
    "simulstreaming": simulstreaming.read_simulstreaming,
    plain_text.FORMAT: plain_text.read_plain_text,
}
_KEYS = {
    "files": "json",
    "settings": "jsonl",
    "delays": "simuleval",
    "total_audio_processed": "simulstream",
    "model_loading_time": "simulstream",
    "metadata": "simulstream",
    "emission_time": "simulstreaming",
}
"""Fields that only one format has."""
_MARK = "events.parquet"


def read_log(
    paths: Sequence[Path],
    name: str | None = None,
    elapsed: simuleval.Elapsed = "queue",
    fallback: str = "",
) -> Log:
    """Read a log of one system.

    Args:
        paths: files or folders of files; or the folder of one event log.
        name: the format, a key of `FORMATS`; detected from the first line if None.
        elapsed: the meaning of SimulEval's field.
        fallback: the format where the first line matches none; empty where that is an error.

    Raises:
        LogError: a file is missing, malformed or in no known format.
    """
    files = list(chain.from_iterable(_list_files(path) for path in paths))
    name = name or _detect_format(files, fallback)
    reader = (
        partial(simuleval.read_simuleval, elapsed=elapsed) if name == "simuleval" else FORMATS[name]
    )
    if name in ("whisper_streaming", "simulstreaming", plain_text.FORMAT):
        _check_stems(files)
    log = reader(files)
    if not log.events.steps and not log.events.failures:
        raise LogError(f"{', '.join(map(str, paths))}: the log is empty")
    return log


def is_event_log(path: Path) -> bool:
    """Tell whether a path is an event log of this project: a folder."""
    return (path / _MARK).is_file()


def _list_files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise LogError(f"{path}: no such file or folder")
    if not path.is_dir() or is_event_log(path):
        yield path
        return
    files = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
    if not files:
        raise LogError(f"{path}: no log in this folder")
    yield from files


def _detect_format(files: Sequence[Path], fallback: str) -> str:
    """The format of the first file that has a line: one of a silent recording may be empty."""
    for file in files:
        if is_event_log(file):
            return "streamwer"
        for _, line in read_text_lines(file):
            return _match_format(file, line, fallback)
    if fallback:
        return fallback
    raise LogError(f"{files[0]}: the log is empty; say with --format which program wrote it")


def _match_format(file: Path, line: str, fallback: str) -> str:
    if whisper_streaming.LINE.fullmatch(line):
        return "whisper_streaming"
    if line == "{":
        return "json"
    try:
        record = parse_json(line)
    except (JSONDecodeError, RecursionError):
        record = None
    except ValueError as error:
        raise LogError(f"{file}: not JSON of a log ({error})") from error
    keys = record if isinstance(record, dict) else {}
    for key, name in _KEYS.items():
        if key in keys:
            return name
    if fallback:
        return fallback
    known = ", ".join(name for name in FORMATS if name != plain_text.FORMAT)
    raise LogError(
        f"{file}: its first line is of none of {known}; say with --format which it"
        f" is, and --format {plain_text.FORMAT} where it is plain text"
    )


def _check_stems(files: Sequence[Path]) -> None:
    by_stem: dict[str, Path] = {}
    for file in files:
        if file.stem in by_stem:
            raise LogError(f"{by_stem[file.stem]} and {file}: both would be '{file.stem}'")
        by_stem[file.stem] = file
