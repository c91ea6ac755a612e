"""Measuring anew, or going on: which recordings a clock that measures may take from the store.

A run that was interrupted goes on in its session. A session is over once its log is recorded: DVC
has locked it, or it lies in its place and is run again all the same. The next run then begins a new
session, whose recordings have other keys, so that no time is ever reported as measured twice. The
old session counts until the new one is written, in one move: there is no moment between.
"""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from hashlib import md5
from pathlib import Path
from typing import Any

import yaml

from streamwer._util import disk
from streamwer.provenance import digests
from streamwer.runners.cache.store import REMEDY

_FOLDER = "sessions"
_MOST = 1000
"""Sessions that are remembered; the recordings of a forgotten one are streamed again."""
_LOCK = Path("dvc.lock")


@dataclass(frozen=True)
class Session:
    """A run, from its first recording to the moment its log is recorded.

    Attributes:
        name: part of the keys of its recordings.
        out: the folder of its log, absolute.
        log: digest of the log that it ended with; "" before that.
    """

    name: str
    out: str
    log: str = ""


class Sessions:
    """The sessions of a store, by what is run and where its log goes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _FOLDER

    def open(self, run: str, out: Path, *, anew: bool) -> Session:
        """The session to go on with; a new one if there is none, it is over, or `anew`.

        Args:
            run: what is run, in full.
            out: folder of its log.

        Raises:
            StreamwerError: it cannot be written.
        """
        self.release()
        path = self._path(run, out)
        found = _read(path)
        if anew or found is None or (found.log and found.log == of_folder(out)):
            found = Session(uuid.uuid4().hex, str(out.resolve()))
            self._write(path, found)
            self._forget_oldest()
        return found

    def end(self, run: str, out: Path, session: Session) -> None:
        """Note that the log is whole: from now on it may be recorded.

        Raises:
            StreamwerError: it cannot be written.
        """
        self._write(self._path(run, out), replace(session, log=of_folder(out)))

    def release(self, lock: Path = _LOCK) -> None:
        """Forget the sessions whose logs DVC has recorded."""
        ended = {path: one for path in self._paths() if (one := _read(path)) and one.log}
        recorded = _locked(lock) if ended else {}
        for path, session in ended.items():
            if recorded.get(session.out) == session.log:
                path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Forget all of them: what their recordings measured will not be found again."""
        for path in self._paths():
            path.unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        return list(self._folder.glob("*.json"))

    def _path(self, run: str, out: Path) -> Path:
        return self._folder / f"{digests.of_text(f'{run}{out.resolve()}')}.json"

    def _write(self, path: Path, session: Session) -> None:
        with disk.writing(path, REMEDY):
            path.parent.mkdir(parents=True, exist_ok=True)
            disk.replace(path, json.dumps(asdict(session)).encode())

    def _forget_oldest(self) -> None:
        for path in sorted(self._paths(), key=_written)[:-_MOST]:
            path.unlink(missing_ok=True)


def of_folder(folder: Path) -> str:
    """The digest that DVC gives to a folder of files; "" where there is none."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    rows = [{"md5": _md5(file), "relpath": file.relative_to(folder).as_posix()} for file in files]
    whole = md5(json.dumps(rows, sort_keys=True).encode(), usedforsecurity=False)
    return f"{whole.hexdigest()}.dir" if files else ""


def _md5(file: Path) -> str:
    found = md5(usedforsecurity=False)
    with file.open("rb") as opened:
        while part := opened.read(2**20):
            found.update(part)
    return found.hexdigest()


def _locked(lock: Path) -> dict[str, str]:
    """What DVC has recorded: digests by absolute path."""
    try:
        stages = _yaml(lock)["stages"].values()
        outs = [out for stage in stages for out in stage.get("outs", ())]
        return {str((lock.parent / out["path"]).resolve()): out.get("md5", "") for out in outs}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError):
        return {}  # no file, or one in the middle of a merge: then nothing is known to be recorded


def _yaml(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it is built
    return yaml.load(path.read_bytes(), loader)


def _read(path: Path) -> Session | None:
    with suppress(OSError, ValueError, TypeError):
        return Session(**json.loads(path.read_bytes()))
    return None


def _written(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
