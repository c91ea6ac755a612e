"""Try many settings: `python -m pipeline.sweep -m clock=unaware policy=offline,local_agreement`.

Each job streams and scores its systems on the prepared data set and writes their figures into
its own Hydra output folder; the DVC pipeline's files are left alone.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

import streamwer.schemas  # noqa: F401 - registers the schemas that conf/ refers to
from pipeline.prepare import PREPARED
from pipeline.stream import stream
from streamwer import config, eventlog
from streamwer.datasets import read_manifest
from streamwer.errors import ConfigError
from streamwer.metrics import normaliser, score, summarise


@hydra.main(version_base=None, config_path="../conf", config_name="config")
def main(values: DictConfig) -> None:
    OmegaConf.resolve(values)
    settings = config.typed(values)
    if settings.dataset != config.load().dataset:
        raise ConfigError("a sweep runs on the prepared data set: choose another with DVC first")
    folder = Path(HydraConfig.get().runtime.output_dir)
    normalise = normaliser(settings.scoring.normaliser)
    for name in settings.compare:
        log = stream(settings, name)
        eventlog.write(folder / name, log)
        scores = score(read_manifest(PREPARED), log, normalise)
        summary = summarise(name, scores, None, settings.scoring, log.machine)
        late = summary.commit_latency["p50"].value
        line = {
            "system": name,
            "wer": summary.errors.rate,
            "commit_p50": _readable(late),
            "rtf": round(summary.cost.rtf, 4),
        }
        (folder / f"{name}.json").write_text(json.dumps(line) + "\n")
        print(json.dumps(line))


def _readable(seconds: float | None) -> float | str | None:
    """JSON has no infinity."""
    return "inf" if seconds == math.inf else seconds


if __name__ == "__main__":
    main()
