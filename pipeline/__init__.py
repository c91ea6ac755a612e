"""The stages of `dvc.yaml`, one thin module each.

They run the package of the tree that they are in. DVC plays queued and temporary experiments in
copies of the tree, and an editable installation would have them run the package of the workspace:
its results would be recorded as those of the changed code.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

_SOURCES = Path(__file__).resolve().parents[1] / "src"


def _prefer_own_package() -> None:
    """Have this process and those that it starts import the package of this tree.

    Raises:
        ImportError: another one is imported already.
    """
    if not (_SOURCES / "streamwer").is_dir():  # the pipeline is installed without its tree
        return
    own = str(_SOURCES)
    if not sys.path or sys.path[0] != own:
        sys.path.insert(0, own)
    before = os.environ.get("PYTHONPATH", "")
    if own not in before.split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (own, before)))
    found = find_spec("streamwer")
    if found is None or Path(str(found.origin)).resolve().parents[1] != _SOURCES:
        raise ImportError(
            f"the package streamwer of {found and found.origin} was imported, but the pipeline is"
            f" that of {_SOURCES.parent}; run it there: python -m pipeline.…"
        )


_prefer_own_package()
