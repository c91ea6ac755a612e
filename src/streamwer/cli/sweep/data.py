"""What a sweep runs on: prepared data sets of its own, and digests of all that its points need."""

from __future__ import annotations

import functools
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from pipeline.align import with_times
from streamwer._util import processes
from streamwer.cli.stage import progress
from streamwer.config.alignment import AlignmentConfig, NoAlignment
from streamwer.config.condition import Chain
from streamwer.config.dataset import DatasetConfig
from streamwer.config.model import ModelConfig
from streamwer.datasets.augment import journeys, played
from streamwer.datasets.preparing import prepare
from streamwer.errors import StreamwerError
from streamwer.formats import manifest
from streamwer.formats.manifest import read as read_manifest
from streamwer.models.sources import locate
from streamwer.provenance import digests

_STAGES = ("prepare", "stream", "score")
_CODE = ("src/", "pipeline/", "requirements.lock")


class Prepared:
    """Data sets, each prepared once by a process; the DVC pipeline's own one is left alone.

    Each process has folders of its own: to prepare a data set replaces it, under the hands of
    another sweep that plays it. What an ended process prepared goes when the next one prepares.
    """

    def __init__(self, root: Path) -> None:
        self._root, self._mine = root, root / processes.name()
        self._done: dict[str, tuple[Path, str]] = {}

    def of(
        self, dataset: DatasetConfig, chains: Sequence[Chain], alignment: AlignmentConfig
    ) -> tuple[Path, str]:
        """The folder of a data set with its word times, and the digest of what is in it.

        Args:
            chains: the conditions under which each of its recordings is prepared.

        Raises:
            DatasetError: it cannot be prepared.
        """
        altered = [[(step.name, asdict(step.config)) for step in chain.steps] for chain in chains]
        values = asdict(dataset) | {"alignment": asdict(alignment), "conditions": altered}
        named = digests.of_text(json.dumps(values, sort_keys=True))
        if named not in self._done:
            self._shrink()
            folder = self._mine / named
            with progress() as bar:
                task = bar.add_task(f"preparing {dataset.name}", total=None)
                prepare(
                    dataset,
                    folder,
                    lambda at, total: bar.update(task, completed=at, total=total),
                    chains,
                )
            if not isinstance(alignment, NoAlignment):
                aligned, _ = with_times(read_manifest(folder), folder, alignment)
                manifest.write(folder, aligned)
            self._done[named] = folder, _digest(folder)
        os.utime(self._mine)  # on another host its age alone tells that it is in use
        return self._done[named]

    def _shrink(self) -> None:
        for each in self._root.glob("*"):
            with suppress(FileNotFoundError):  # gone just now, by another sweep
                if processes.left(each.name, each.stat().st_mtime):
                    shutil.rmtree(each, ignore_errors=True)


def _digest(folder: Path) -> str:
    """Of what a prepared data set sounds like and says."""
    references = read_manifest(folder)
    audio = {
        reference.recording: folder / reference.audio
        for reference in references
        if not reference.broken
    }
    said = digests.of_references(references), digests.of_times(references)
    heard = played(digests.of_audio(audio), journeys(folder))
    return digests.of_text(" ".join([heard, *said]))


@functools.cache
def code_digest(stages: Path = Path("dvc.yaml")) -> str:
    """Of the code and the packages that the stages up to the scores name as dependencies.

    Raises:
        StreamwerError: a dependency is missing.
    """
    # Not resolved: what it interpolates is known to DVC only.
    described: Any = OmegaConf.to_container(OmegaConf.load(stages), resolve=False)
    described = described["stages"]
    named = {path for stage in _STAGES for path in described[stage]["deps"]}
    code = [Path(path) for path in sorted(named) if path.startswith(_CODE)]
    try:
        return digests.of_files(code)
    except OSError as error:
        raise StreamwerError(f"{stages}: {error.filename}: {error.strerror}") from error


def model_digest(model: ModelConfig) -> str:
    """Of a model's files; a commit of the hub stands for them, or the name of an engine's own.

    Raises:
        ModelError: there is no such model.
    """
    if not model.path:
        return model.name
    folder = locate(model)
    if model.revision is not None and not Path(model.path).expanduser().is_dir():
        return f"{model.path}@{model.revision}"
    return _folder_digest(folder)


@functools.cache
def _folder_digest(folder: Path) -> str:
    return digests.of_model(folder)
