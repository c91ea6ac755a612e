"""Sessions decide which recordings a run under a measuring clock may take from the cache.

An interrupted run continues its session. A session ends when its log is recorded: DVC has locked
the log, or the log is complete and the run is started again. The next run begins a new session,
whose recordings have other keys, so that no measured time is reported twice. The new session
replaces the old one in one atomic write.
"""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from hashlib import md5
from pathlib import Path

import yaml

from streamwer._util import disk
from streamwer.provenance import digests
from streamwer.runners.cache.store import REMEDY

_FOLDER = "sessions"
_MOST = 1000
"""Sessions that are remembered; recordings of a forgotten one are streamed again."""
_LOCK = Path("dvc.lock")


@dataclass(frozen=True)
class MeasuringSession:
    """A run under a measuring clock, from its first recording until its log is recorded.

    Attributes:
        name: part of the keys of its recordings.
        out: the folder of its log, absolute.
        log: digest of the complete log; "" before that.
    """

    name: str
    out: str
    log: str = ""


class MeasuringSessions:
    """The sessions of a store, by the run and the folder of its log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _FOLDER

    def open(self, run: str, out: Path, *, restart: bool) -> MeasuringSession:
        """Return the session to continue; a new one if there is none or it has ended.

        Args:
            run: full description of the run.
            out: folder of its log.
            restart: begin a new session in any case.

        Raises:
            StreamwerError: it cannot be written.
        """
        self.release()
        path = self._get_run_path(run, out)
        session = _read_session(path)
        if restart or session is None or (session.log and session.log == digest_folder(out)):
            session = MeasuringSession(uuid.uuid4().hex, str(out.resolve()))
            self._write(path, session)
            self._forget_oldest()
        return session

    def end(self, run: str, out: Path, session: MeasuringSession) -> None:
        """Store the digest of the complete log, which ends the session once DVC records it.

        Args:
            run: full description of the run.
            out: folder of its log.
            session: of the run.

        Raises:
            StreamwerError: it cannot be written.
        """
        self._write(self._get_run_path(run, out), replace(session, log=digest_folder(out)))

    def release(self, lock: Path = _LOCK) -> None:
        """Remove the sessions whose logs DVC has recorded."""
        ended = {
            path: one for path in self._list_paths() if (one := _read_session(path)) and one.log
        }
        recorded = _read_dvc_lock(lock) if ended else {}
        for path, session in ended.items():
            if recorded.get(session.out) == session.log:
                path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove all sessions: no later run finds their recordings."""
        for path in self._list_paths():
            path.unlink(missing_ok=True)

    def _list_paths(self) -> list[Path]:
        return list(self._folder.glob("*.json"))

    def _get_run_path(self, run: str, out: Path) -> Path:
        return self._folder / f"{digests.digest_text(f'{run}{out.resolve()}')}.json"

    def _write(self, path: Path, session: MeasuringSession) -> None:
        with disk.explain_write_errors(path, REMEDY):
            path.parent.mkdir(parents=True, exist_ok=True)
            disk.replace_file(path, json.dumps(asdict(session)).encode())

    def _forget_oldest(self) -> None:
        for path in sorted(self._list_paths(), key=_get_mtime)[:-_MOST]:
            path.unlink(missing_ok=True)


def digest_folder(folder: Path) -> str:
    """Compute the digest that DVC gives to a folder of files; "" where there is none."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    rows = [
        {"md5": _digest_file(file), "relpath": file.relative_to(folder).as_posix()}
        for file in files
    ]
    whole = md5(json.dumps(rows, sort_keys=True).encode(), usedforsecurity=False)
    return f"{whole.hexdigest()}.dir" if files else ""


def _digest_file(file: Path) -> str:
    digest = md5(usedforsecurity=False)
    with file.open("rb") as opened:
        while part := opened.read(2**20):
            digest.update(part)
    return digest.hexdigest()


def _read_dvc_lock(lock: Path) -> dict[str, str]:
    """Read the digests that DVC has recorded, by absolute path."""
    try:
        loader = getattr(
            yaml, "CSafeLoader", yaml.SafeLoader
        )  # ten times as fast, where it is built
        stages = yaml.load(lock.read_bytes(), loader)["stages"].values()
        outs = [out for stage in stages for out in stage.get("outs", ())]
        return {str((lock.parent / out["path"]).resolve()): out.get("md5", "") for out in outs}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError):
        return {}  # no file, or one in the middle of a merge


def _read_session(path: Path) -> MeasuringSession | None:
    with suppress(OSError, ValueError, TypeError):
        return MeasuringSession(**json.loads(path.read_bytes()))
    return None


def _get_mtime(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
