"""Try many settings: `python -m pipeline.sweep -m policy.chunk_s=0.3,0.5,1,2 model=reference`.

Each job of the multirun is one point: one system, streamed and scored on the data set. All points
share one Ray and one prepared data set, a point that was finished before is not computed again,
and the report of them all is reports/sweep/NAME. See docs/sweeps.md.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

import streamwer.config.hydra_schemas  # noqa: F401 - registers the schemas that conf/ refers to
from streamwer.cli.common.run_command import stage_command
from streamwer.cli.sweep.session import SweepSession
from streamwer.config.compose import explain_errors, find_conf_dir, name_model_option
from streamwer.errors import ConfigError, StreamwerError


@stage_command
def main() -> int:
    overrides = sys.argv[1:]
    if chosen := [each for each in overrides if each.lstrip("+").startswith("experiment=")]:
        raise ConfigError(
            f"{chosen[0]}: a sweep has one policy at a time, policy=NAME, and an experiment several"
            f" systems; run it with `dvc exp run -S {chosen[0].lstrip('+')}`"
        )
    sys.argv[1:] = map(name_model_option, overrides)
    os.environ["HYDRA_FULL_ERROR"] = "1"  # raise errors, which are one line here
    with explain_errors(overrides), SweepSession() as session:

        @hydra.main(version_base=None, config_path=str(find_conf_dir()), config_name="sweep")
        def job(values: DictConfig) -> tuple[float, float]:
            settings = HydraConfig.get()
            folder = Path(settings.runtime.output_dir)
            return session.run(values, list(settings.overrides.task), folder)

        job()
    failures = session.failures
    if failures:
        raise StreamwerError(f"{failures} of {session.points} points failed; the report says why")
    return 0


if __name__ == "__main__":
    sys.exit(main())
