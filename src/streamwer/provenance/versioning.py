"""What a report is of: the revision of the code, and a digest of what DVC had locked.

A report that is kept in Git cannot name the commit it is part of. So it names the last commit
that changed anything but results: committing the report, the lock or a picture leaves that as it
was, and making the report again gives the same bytes. The digest covers the locked entries of
the stages before the report, with the hashes of their code, data and parameters.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

_RESULTS = (":!reports", ":!dvc.lock", ":!docs/report.png")


def revision() -> str:
    """The last commit that changed anything but results, and whether this tree differs from it.

    "" outside a Git repository, or before its first commit.
    """
    commit = _git("log", "-1", "--format=%H", "--", ".", *_RESULTS)
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", *_RESULTS)
    return (
        f"{commit[:12]}, with changes that are not committed" if commit and changed else commit[:12]
    )


def lock_digest(systems: Iterable[str], lock: Path = Path("dvc.lock")) -> str:
    """Of the stages that made the scores of these systems; "" where they are not locked."""
    if not lock.is_file():
        return ""
    stages: Any = OmegaConf.to_container(OmegaConf.load(lock))
    wanted = {"prepare", *(f"{stage}@{name}" for stage in ("stream", "score") for name in systems)}
    entries = {name: each for name, each in stages.get("stages", {}).items() if name in wanted}
    text = json.dumps(entries, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if entries else ""


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return "" if done.returncode else done.stdout.strip()
