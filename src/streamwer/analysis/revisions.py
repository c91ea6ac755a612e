"""Scores of earlier runs: from a folder, or from a Git revision of a DVC repository."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from streamwer.errors import StreamwerError
from streamwer.metrics import store
from streamwer.metrics.store import SignedScores
from streamwer.metrics.word_table import COLUMNS

SCORES = "data/scores"
"""Their folder, from the root of the repository."""
_MARK = "signature.json"


class MissingScoresError(StreamwerError):
    """A tree or a revision has no scores here; its committed figures may still be there."""


@dataclass(frozen=True)
class RunScores:
    """The scores of every system of one run, by name, and the label of the run."""

    label: str
    scored: Mapping[str, SignedScores]


def read_run_scores(source: str) -> RunScores:
    """Read the scores in a folder, or those of a Git revision or an experiment of DVC.

    A folder may hold one folder per system, or have those in `scores/` or `data/scores/`. The
    scores of a revision come from Git, from DVC's cache or from its remote; nothing is changed.

    Raises:
        MissingScoresError: the tree or the revision has none here.
        StreamwerError: it is neither, or the scores cannot be read.
    """
    folder = Path(source)
    if folder.is_dir():
        return RunScores(source, _read_systems(_find_scores(folder)))
    with tempfile.TemporaryDirectory() as copy:
        label = _fetch_revision(source, Path(copy))
        return RunScores(label, _read_systems(Path(copy, "scores")))


def _find_scores(folder: Path) -> Path:
    for place in (folder, folder / "scores", folder / SCORES):
        if any(place.glob(f"*/{_MARK}")):
            return place
    raise MissingScoresError(
        f"{folder}: no scores there (a folder for each system, with {_MARK}); run `dvc repro`, or"
        " name a folder that holds scores"
    )


def _read_systems(folder: Path) -> dict[str, SignedScores]:
    return {
        path.parent.name: _read_complete(path.parent) for path in sorted(folder.glob(f"*/{_MARK}"))
    }


def _read_complete(folder: Path) -> SignedScores:
    """Scores with all that a report needs; a gate's baseline keeps less."""
    found = store.read_scores(folder)
    missing = [name for name in COLUMNS if name not in found.scores.words]
    if missing:
        raise StreamwerError(
            f"{folder}: a part of scores only, without {', '.join(missing)}; `streaming-gate`"
            " judges by a baseline, a comparison needs what the `score` stage wrote"
        )
    return found


def _fetch_revision(revision: str, copy: Path) -> str:
    """Copy the scores of a revision into a folder; return a label for the revision."""
    commit = resolve_commit(revision)
    from dvc.api import DVCFileSystem  # only now: two folders are compared without DVC
    from dvc.exceptions import DvcException, NotDvcRepoError
    from dvc_data.index import DataIndexDirError

    try:
        files = DVCFileSystem(".", rev=commit)
        files.get(f"/{SCORES}", str(copy / "scores"), recursive=True)
    except (FileNotFoundError, DataIndexDirError, NotDvcRepoError) as error:
        raise MissingScoresError(_describe_missing(revision, error)) from error
    except (DvcException, OSError) as error:
        raise StreamwerError(f"{revision}: DVC cannot read its scores ({error})") from error
    if not any(Path(copy, "scores").glob(f"*/{_MARK}")):
        raise StreamwerError(f"{revision}: it has no scores that this version can read")
    return label_revision(revision, commit)


def label_revision(revision: str, commit: str) -> str:
    """Return a revision as it was named, with its commit."""
    return f"{revision} ({commit[:9]})" if not commit.startswith(revision) else commit[:9]


def resolve_commit(revision: str) -> str:
    """Resolve a Git revision, or the name of an experiment of DVC, to its commit.

    Raises:
        StreamwerError: there is none of that name, or several experiments have it.
    """
    verify = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    if commit := _ask_git(revision, *verify, f"{revision}^{{commit}}"):
        return commit
    experiments = ("for-each-ref", "--format=%(objectname)", f"refs/exps/*/*/{revision}")
    found = _ask_git(revision, *experiments).split()
    if len(found) == 1:
        return found[0]
    if found:
        raise StreamwerError(f"{revision}: {len(found)} experiments have this name; name a commit")
    raise StreamwerError(
        f"{revision}: neither a folder nor a Git revision of this repository nor an experiment"
    )


def _ask_git(revision: str, *command: str) -> str:
    """Return what Git prints; nothing where it fails."""
    try:
        run = subprocess.run(["git", *command], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise StreamwerError(f"{revision}: no such folder, and there is no Git here") from None
    return "" if run.returncode else run.stdout.strip()


def _describe_missing(revision: str, error: Exception) -> str:
    return (
        f"{revision}: its scores are neither in Git nor in DVC’s cache ({error.args[-1]}). Where a"
        " remote has them, `dvc fetch --all-commits` gets them. Else make them again beside this"
        f" tree: `git worktree add ../old {revision}`, `make -C ../old repro`, and compare `../old`"
    )
