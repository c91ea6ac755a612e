"""The version of a report: the revision of the code, and a digest of DVC's lock file.

A report in Git cannot name the commit that it is part of. So it names the last commit that changed
anything but results: a commit of the report, the lock or a picture does not change that, and the
report can be made again with the same bytes. The digest covers the locked entries of the stages
before the report, with the hashes of their code, data and parameters.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

_RESULTS = (":!reports", ":!metrics", ":!dvc.lock", ":!docs/report.png")


def read_revision() -> str:
    """Read the last commit that changed more than results, and whether the tree differs from it.

    "" outside a Git repository, or before its first commit.
    """
    commit = _run_git("log", "-1", "--format=%H", "--", ".", *_RESULTS)
    changed = _run_git("status", "--porcelain", "--untracked-files=no", "--", ".", *_RESULTS)
    return (
        f"{commit[:12]}, with changes that are not committed" if commit and changed else commit[:12]
    )


def digest_lock(systems: Iterable[str], lock: Path = Path("dvc.lock")) -> str:
    """Digest the locked stages that made the scores of systems; "" where none is locked."""
    if not lock.is_file():
        return ""
    stages: Any = OmegaConf.to_container(OmegaConf.load(lock))
    wanted = {"prepare", *(f"{stage}@{name}" for stage in ("stream", "score") for name in systems)}
    entries = {name: each for name, each in stages.get("stages", {}).items() if name in wanted}
    text = json.dumps(entries, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if entries else ""


def _run_git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return "" if done.returncode else done.stdout.strip()
