"""A folder that looks like a checkout, in which a stage may be ended and started again."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from streamwer.config.compose import compose_config
from tests.datasets.prepared import files, prepare_rows
from tests.datasets.recordings import clip
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
OUT = Path("data/events/local_agreement")
RUN = (sys.executable, "-m", "tests.pipeline.scripted_runs")
NAMES = ("anna", "bert", "carl")
FEW = NAMES[:2]


@cache
def settings(*overrides: str) -> DictConfig:
    return compose_config(["cluster=local", "policy=[local_agreement]", *overrides])


class Folder:
    """A folder that looks like a checkout to the stage, with a few short recordings."""

    def __init__(self, path: Path, *overrides: str, names: tuple[str, ...] = NAMES) -> None:
        self.path = path
        for at, name in enumerate(names):
            clip(path / f"mine/{name}.flac", seconds=1.0 + at, seed=at)
        texts = {f"{name}.txt": "my name is jane" for name in names}
        if names:
            prepare_rows(files(path / "mine", texts), path / "data/prepared")
        self.set("clock=unaware", *overrides)

    def set(self, *overrides: str) -> None:
        OmegaConf.save(settings(*overrides), self.path / "params.yaml")

    def start(self, *command: str) -> subprocess.Popen[str]:
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        return subprocess.Popen(
            command or (*RUN, "run", OUT.name),
            cwd=self.path,
            env=os.environ | {"PYTHONPATH": paths},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, status: int = 0, patience: float = PATIENCE_S) -> str:
        process = self.start(*command)
        try:
            said = "".join(process.communicate(timeout=patience))
        finally:
            process.kill()
        assert process.returncode == status, said
        return said

    def calls(self) -> list[str]:
        """Recordings that were streamed since the last time this was asked."""
        log = self.path / "calls.log"
        found = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return found

    def log(self) -> dict[str, bytes]:
        """What was said when; the times and the memory of a process are its own."""
        names = ("events.parquet", "failures.parquet")
        return {name: (self.path / OUT / name).read_bytes() for name in names}

    def entries(self) -> list[Path]:
        return sorted((self.path / "data/finished/entries").glob("*/*"))
