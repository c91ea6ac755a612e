"""Files of the user's own that DVC looks at: once they change, `dvc repro` prepares anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

NOTHING = {"dataset": "conf/dataset", "noises": "conf/condition"}
"""What is looked at where nothing of the user's own is read: DVC wants a path that is there."""


@dataclass
class WatchConfig:
    """The key `watch` of conf/config.yaml: paths, as DVC finds them."""

    dataset: str = NOTHING["dataset"]
    noises: str = NOTHING["noises"]


def register_resolver() -> None:
    """Let conf/ say `${watched:dataset}`; doing so twice does no harm."""
    OmegaConf.register_new_resolver("watched", _resolve_watched, replace=True)


def _resolve_watched(what: str, *, _root_: DictConfig) -> str:
    path = _PATHS[what](_root_)
    return _to_folder(str(path)) if path else NOTHING[what]


def _find_dataset(config: DictConfig) -> Any:
    chosen = config.dataset
    return chosen.path if chosen.source == "folder" else None


def _find_noises(config: DictConfig) -> Any:
    """Find the files of the first step that reads any."""
    steps = (step for step in config.condition.values() if isinstance(step, Mapping | DictConfig))
    return next((step.get("path") for step in steps if step.get("kind") == "files"), None)


_PATHS: dict[str, Callable[[DictConfig], Any]] = {"dataset": _find_dataset, "noises": _find_noises}


def _to_folder(path: str) -> str:
    """Return the folder of a file, which lists others that lie there."""
    found = Path(path).expanduser()
    return str(found.parent if found.is_file() else found)
