"""Which format a log is in, from its content."""

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
    whisper_streaming,
)
from streamwer.formats.base import Log, text_lines

FORMATS: Mapping[str, Callable[[Sequence[Path]], Log]] = {
    "streamwer": event_log.read,
    "simuleval": simuleval.read,
    "simulstream": simulstream.read,
    "whisper_streaming": whisper_streaming.read,
    "simulstreaming": simulstreaming.read,
    plain_text.FORMAT: plain_text.read,
}
_KEYS = {
    "delays": "simuleval",
    "total_audio_processed": "simulstream",
    "model_loading_time": "simulstream",
    "metadata": "simulstream",
    "emission_time": "simulstreaming",
}
"""A field that only this format has."""
_MARK = "events.parquet"


def read(
    paths: Sequence[Path],
    name: str | None = None,
    elapsed: simuleval.Elapsed = "queue",
    otherwise: str = "",
) -> Log:
    """Read a log of one system.

    Args:
        paths: files or folders of files; or the folder of one event log.
        name: the format, a key of `FORMATS`; found out from the first line if None.
        elapsed: how SimulEval's field is understood.
        otherwise: the format where the first line is of none; empty where that is an error.

    Raises:
        LogError: a file is missing, malformed or in no known format; nothing is read by halves.
    """
    files = list(chain.from_iterable(_files(path) for path in paths))
    name = name or _detected(files, otherwise)
    reader = partial(simuleval.read, elapsed=elapsed) if name == "simuleval" else FORMATS[name]
    if name in ("whisper_streaming", "simulstreaming", plain_text.FORMAT):
        _check_stems(files)
    log = reader(files)
    if not log.events.steps and not log.events.failures:
        raise LogError(f"{', '.join(map(str, paths))}: the log is empty")
    return log


def is_own(path: Path) -> bool:
    """Whether it is an event log of this project: a folder."""
    return (path / _MARK).is_file()


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise LogError(f"{path}: no such file or folder")
    if not path.is_dir() or is_own(path):
        yield path
        return
    inside = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
    if not inside:
        raise LogError(f"{path}: no log in this folder")
    yield from inside


def _detected(files: Sequence[Path], otherwise: str) -> str:
    """The format of the first file that has a line: one of a silent recording may be empty."""
    for file in files:
        if is_own(file):
            return "streamwer"
        for _, line in text_lines(file):
            return _format_of(file, line, otherwise)
    if otherwise:
        return otherwise
    raise LogError(f"{files[0]}: the log is empty; say with --format which program wrote it")


def _format_of(file: Path, line: str, otherwise: str) -> str:
    if whisper_streaming.LINE.fullmatch(line):
        return "whisper_streaming"
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
    if otherwise:
        return otherwise
    raise LogError(
        f"{file}: its first line is of none of {', '.join(FORMATS)}; force one: --format"
    )


def _check_stems(files: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for file in files:
        if file.stem in seen:
            raise LogError(f"{seen[file.stem]} and {file}: both would be '{file.stem}'")
        seen[file.stem] = file
