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

from streamwer.config import registry

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
        unique, left_out = applicable(jobs)
        for policy, keys in left_out.items():
            _LOG.warning("%s has no %s: run once without", policy, ", ".join(keys))
        return list(BasicSweeper.split_overrides_to_chunks(unique, max_batch_size))


def applicable(jobs: Sequence[Job]) -> tuple[list[Job], dict[str, list[str]]]:
    """Drop the keys that a job's policy lacks; return each job once, and those keys by policy.

    A key that none of the policies has stays where it is, so that Hydra refuses it by its name.

    Args:
        jobs: the overrides of each.
    """
    policies = {policy for job in jobs if (policy := _find_policy(job))}
    known = {name: _list_keys(name) for name in policies}
    unique: dict[tuple[str, ...], Job] = {}
    left_out: dict[str, dict[str, None]] = {}
    for job in jobs:
        foreign = {
            each: key for each in job if (key := _find_foreign_key(each, _find_policy(job), known))
        }
        applicable_keys = [each for each in job if each not in foreign]
        unique.setdefault(tuple(applicable_keys), applicable_keys)
        if foreign:
            left_out.setdefault(_find_policy(job), {}).update(dict.fromkeys(foreign.values()))
    return list(unique.values()), {policy: list(keys) for policy, keys in left_out.items()}


def _find_policy(job: Job) -> str:
    return next((each.partition("=")[2] for each in job if each.startswith("policy=")), "")


def _list_keys(policy: str) -> set[str]:
    schema = registry.get_schemas("policy").get(policy)
    return {each.name for each in fields(schema)} if schema else set()


def _find_foreign_key(override: str, policy: str, known: Mapping[str, set[str]]) -> str:
    """Return the key of an override that only other policies have; else ""."""
    key = override.partition("=")[0]
    name = key.removeprefix(_PREFIX)
    if name == key or not known.get(policy) or name in known[policy]:
        return ""
    return key if any(name in keys for keys in known.values()) else ""
