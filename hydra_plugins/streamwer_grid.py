"""Hydra's own grid of a multirun, in which a policy meets only the keys that it has.

`policy=offline,prefix_agreement policy.chunk_s=0.5,1` is three points: `offline` has no chunk.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import fields

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.types import Override
from hydra.errors import CompactHydraException

from streamwer.config.policy import POLICY_SCHEMAS

Job = list[str]
_PREFIX = "policy."
_LOG = logging.getLogger("hydra")


class GridSweeper(BasicSweeper):
    """Every combination of the values, without those that differ in nothing."""

    @staticmethod
    def split_arguments(overrides: list[Override], max_batch_size: int | None) -> list[list[Job]]:
        for each in overrides:
            if each.is_sweep_override() and not each.is_discrete_sweep():
                raise CompactHydraException(
                    f"{each.input_line}: a grid needs single values; to search an interval, add"
                    " hydra/sweeper=optuna"
                )
        (jobs,) = BasicSweeper.split_arguments(overrides, None)
        kept, left_out = applicable(jobs)
        for policy, keys in left_out.items():
            _LOG.warning("%s has no %s: run once without", policy, ", ".join(keys))
        return list(BasicSweeper.split_overrides_to_chunks(kept, max_batch_size))


def applicable(jobs: Sequence[Job]) -> tuple[list[Job], dict[str, list[str]]]:
    """The jobs without the keys that their policy lacks, each once, and those keys by policy.

    A key that none of the policies has stays where it is, so that Hydra refuses it by its name.

    Args:
        jobs: the overrides of each.
    """
    policies = {policy for job in jobs if (policy := _policy(job))}
    known = {name: _keys(name) for name in policies}
    kept: dict[tuple[str, ...], Job] = {}
    left_out: dict[str, dict[str, None]] = {}
    for job in jobs:
        foreign = {each: key for each in job if (key := _foreign(each, _policy(job), known))}
        mine = [each for each in job if each not in foreign]
        kept.setdefault(tuple(mine), mine)
        if foreign:
            left_out.setdefault(_policy(job), {}).update(dict.fromkeys(foreign.values()))
    return list(kept.values()), {policy: list(keys) for policy, keys in left_out.items()}


def _policy(job: Job) -> str:
    return next((each.partition("=")[2] for each in job if each.startswith("policy=")), "")


def _keys(policy: str) -> set[str]:
    return (
        {each.name for each in fields(POLICY_SCHEMAS[policy])}
        if policy in POLICY_SCHEMAS
        else set()
    )


def _foreign(override: str, policy: str, known: Mapping[str, set[str]]) -> str:
    """The key of an override that another policy has and this one has not; else ""."""
    key = override.partition("=")[0]
    name = key.removeprefix(_PREFIX)
    if name == key or not known.get(policy) or name in known[policy]:
        return ""
    return key if any(name in keys for keys in known.values()) else ""
