"""CPU contention: whether a run was timed while other programs used its cores.

A run is contended if its threads waited for a core, or had it taken away, for more than `LIMIT` of
the time that they wanted one, and for `LEAST_S` in all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SPENT = "spent"
"""Key of the seconds that each worker's threads ran and waited, by the worker's name. They only
grow, so of several records of a worker the largest is the last."""
SHARE, CONTENDED = "waited_share", "contended"
"""Keys of a run's share of waiting, and of the verdict."""
LIMIT = 0.1
"""Where workers fill a machine, Ray's processes and the driver take 0.05 of a core from them. A
program that wants a whole core takes half of it from one worker, or a quarter from each of two."""
LEAST_S = 0.5
"""The workers of a short run take up to this from each other as they start."""


def assess_contention(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a run, with its contention in place of the workers' times.

    The most disturbed worker stands for all. Where the system counts no times, there is no verdict.
    """
    rest = {key: value for key, value in facts.items() if key != SPENT}
    spent = {(ran, waited) for ran, waited in facts.get(SPENT, {}).values() if ran}
    if not spent:
        return rest
    enough = {each for each in spent if each[1] >= LEAST_S}
    share = max(waited / (ran + waited) for ran, waited in enough or spent)
    return {**rest, SHARE: round(share, 4), CONTENDED: bool(enough) and share > LIMIT}


def is_contended(machine: Mapping[str, Any]) -> bool:
    """Tell whether a run was contended, from its facts: values, or texts of an event log."""
    return str(machine.get(CONTENDED)) == str(True)


def describe_share(machine: Mapping[str, Any]) -> str:
    """Describe the share of the time that a contended run waited, such as "12 %"."""
    return f"{100 * float(machine[SHARE]):.0f} %"


def describe_contention(machine: Mapping[str, Any]) -> str:
    """Describe the contention of a run; "" where it was not contended."""
    if not is_contended(machine):
        return ""
    waited = f"it waited for a core {describe_share(machine)} of the time"
    return f"timed while the machine was busy: {waited}"
