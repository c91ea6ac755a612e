"""Prepared data sets of a sweep, and digests of all that its points depend on."""

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

from streamwer._util import processes
from streamwer.cli.common.progress import show_progress
from streamwer.cli.common.word_times import place_and_show
from streamwer.config.alignment import AlignmentConfig, NoAlignment
from streamwer.config.condition import EffectChain
from streamwer.config.dataset import DatasetConfig
from streamwer.config.model import ModelConfig
from streamwer.datasets.preparation import prepare_dataset
from streamwer.errors import StreamwerError
from streamwer.formats import manifest
from streamwer.formats.manifest import read_manifest
from streamwer.models.sources import locate_model
from streamwer.provenance import digests
from streamwer.runners.dataset import read_jobs

_STAGES = ("prepare", "stream", "score")
_CODE = ("src/", "pipeline/", "requirements.lock")


class PreparedDatasets:
    """Data sets, each prepared once by a process; the DVC pipeline's own one is left alone.

    Each process has folders of its own: to prepare a data set replaces it, under the hands of
    another sweep that plays it. What an ended process prepared goes when the next one prepares.
    """

    def __init__(self, root: Path) -> None:
        self._root, self._mine = root, root / processes.get_process_name()
        self._done: dict[str, tuple[Path, str]] = {}

    def prepare(
        self, dataset: DatasetConfig, chains: Sequence[EffectChain], alignment: AlignmentConfig
    ) -> tuple[Path, str]:
        """Prepare a data set with its word times; return its folder and its digest.

        Args:
            dataset: where it is from.
            chains: the conditions under which each of its recordings is prepared.
            alignment: how words are placed.

        Raises:
            DatasetError: it cannot be prepared.
        """
        altered = [[(step.name, asdict(step.config)) for step in chain.steps] for chain in chains]
        values = asdict(dataset) | {"alignment": asdict(alignment), "conditions": altered}
        named = digests.digest_text(json.dumps(values, sort_keys=True))
        if named not in self._done:
            self._remove_stale()
            folder = self._mine / named
            with show_progress(f"preparing {dataset.name}") as update:
                prepare_dataset(dataset, folder, update, chains)
            if not isinstance(alignment, NoAlignment):
                aligned, _ = place_and_show(read_manifest(folder), folder, alignment)
                manifest.write_manifest(folder, aligned)
            self._done[named] = folder, _digest_dataset(folder)
        os.utime(self._mine)  # on another host its age alone tells that it is in use
        return self._done[named]

    def _remove_stale(self) -> None:
        for each in self._root.glob("*"):
            with suppress(FileNotFoundError):  # gone just now, by another sweep
                if processes.is_stale(each.name, each.stat().st_mtime):
                    shutil.rmtree(each, ignore_errors=True)


def _digest_dataset(folder: Path) -> str:
    """Digest what a prepared data set sounds like and says."""
    references = read_manifest(folder)
    texts = digests.digest_references(references), digests.digest_word_times(references)
    return digests.digest_text(" ".join([read_jobs(folder).digest, *texts]))


@functools.cache
def digest_code(stages: Path = Path("dvc.yaml")) -> str:
    """Digest the code and packages that the stages up to the scores name as dependencies.

    Raises:
        StreamwerError: a dependency is missing.
    """
    # Not resolved: what it interpolates is known to DVC only.
    described: Any = OmegaConf.to_container(OmegaConf.load(stages), resolve=False)
    described = described["stages"]
    named = {path for stage in _STAGES for path in described[stage]["deps"]}
    code = [Path(path) for path in sorted(named) if path.startswith(_CODE)]
    try:
        return digests.digest_files(code)
    except OSError as error:
        raise StreamwerError(f"{stages}: {error.filename}: {error.strerror}") from error


def digest_model_source(model: ModelConfig) -> str:
    """Digest a model's files; a commit of the hub stands for them, or an engine's own name.

    Raises:
        ModelError: there is no such model.
    """
    if not model.path:
        return model.name
    folder = locate_model(model)
    if model.revision is not None and not Path(model.path).expanduser().is_dir():
        return f"{model.path}@{model.revision}"
    return _digest_folder(folder)


@functools.cache
def _digest_folder(folder: Path) -> str:
    return digests.digest_model(folder)
