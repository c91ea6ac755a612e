"""`hydra/sweeper=optuna` on today's Optuna; hydra-optuna-sweeper asks for Optuna 2.

The config has that plugin's shape (`sampler`, `direction`, `n_trials`, `params`). A study needs no
storage of its own: run again, it asks for the same points, whose results are kept.
"""

from __future__ import annotations

import math
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override, RangeSweep, Transformer
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.errors import CompactHydraException
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from hydra.utils import instantiate
from omegaconf import DictConfig, ListConfig

_MISSING = "hydra/sweeper=optuna needs Optuna: pip install -e '.[optuna]'"
_ROUNDING = 1e-9


# Hydra prints a compact exception as one line, any other with its stack.
class OptunaSweeper(Sweeper):
    """Asks Optuna for one point after the other."""

    def __init__(
        self, sampler: DictConfig, direction: ListConfig, n_trials: int, params: DictConfig
    ) -> None:
        self._sampler, self._directions = sampler, list(direction)
        self._trials, self._params = n_trials, params
        self._launcher: Launcher
        self._context: HydraContext

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        self._context = hydra_context
        self._launcher = Plugins.instance().instantiate_launcher(
            config=config, hydra_context=hydra_context, task_function=task_function
        )

    def sweep(self, arguments: list[str]) -> None:
        """Run the trials.

        Raises:
            CompactHydraException: Optuna is not installed, or nothing is to be searched.
        """
        try:
            import optuna
        except ImportError:
            raise CompactHydraException(_MISSING) from None
        space, fixed = self._split_space(arguments)
        study = optuna.create_study(sampler=instantiate(self._sampler), directions=self._directions)
        broken = []
        for at in range(self._trials):
            trial = study.ask(space)
            chosen = [f"{key}={value}" for key, value in trial.params.items()]
            (job,) = self._launcher.launch([[*fixed, *chosen]], initial_job_idx=at)
            values = _read_objectives(job)
            if values is None:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(trial, values)
            if job.status != JobStatus.COMPLETED:
                broken.append(job)
        for job in broken:
            _ = job.return_value  # raises what the job raised

    def _split_space(self, arguments: list[str]) -> tuple[dict[str, Any], list[str]]:
        """Split the overrides into what is searched and what all points share."""
        own = [f"{key!s}={value}" for key, value in self._params.items()]
        parser = OverridesParser.create(config_loader=self._context.config_loader)
        space, fixed = {}, []
        for override in parser.parse_overrides([*own, *arguments]):
            key = override.get_key_element()
            if override.is_sweep_override():
                space[key] = _make_distribution(override)
            else:
                fixed.append(f"{key}={override.get_value_element_as_str()}")
        if not space:
            raise CompactHydraException(
                "nothing to search: give some keys several values, such as"
                " policy.chunk_s=interval(0.3,2)"
            )
        return space, fixed


def _read_objectives(job: JobReturn) -> list[float] | None:
    """Read the objectives; None for a point that failed."""
    if job.status != JobStatus.COMPLETED:
        return None
    values = [float(value) for value in job.return_value]
    return None if any(map(math.isnan, values)) else values


def _make_distribution(override: Override) -> Any:
    """Turn a sweep of Hydra's into a distribution of Optuna's."""
    from optuna import distributions

    value: Any = override.value()
    if isinstance(value, IntervalSweep):
        kind = _choose_kind(distributions, value.start, value.end)
        return kind(value.start, value.end, log="log" in value.tags)
    if isinstance(value, RangeSweep) and not value.shuffle:
        return _make_stepped(distributions, value)
    choices = list(override.sweep_iterator(transformer=Transformer.encode))
    return distributions.CategoricalDistribution(choices)


def _make_stepped(distributions: Any, value: Any) -> Any:
    """Turn a range of Hydra's, which leaves its end out, into a distribution."""
    first, step = value.start, value.step
    count = math.ceil((value.stop - first) / step - _ROUNDING)
    last = first + (count - 1) * step
    return _choose_kind(distributions, first, last, step)(first, last, step=step)


def _choose_kind(distributions: Any, *ends: object) -> Any:
    whole = all(isinstance(end, int) for end in ends)
    return distributions.IntDistribution if whole else distributions.FloatDistribution
