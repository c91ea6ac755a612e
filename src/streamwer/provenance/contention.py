"""Whether a run was timed while its machine was busy: what its machine facts tell.

The rule: a run is contended if its threads waited for a core, or had it taken away, for more than
`LIMIT` of the time that they wanted one, and for `LEAST_S` in all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SPENT = "spent"
"""Of each worker, by a name of its own: seconds that its threads ran and that they waited. They
only grow, so that of several records of a worker the largest is the last."""
SHARE, CONTENDED = "waited_share", "contended"
"""Of a run."""
LIMIT = 0.1
"""Where workers fill a machine, Ray's own processes and the driver take 0.05 of a core from them. A
program that wants all of a core takes half of it from one worker, or a quarter from each of two."""
LEAST_S = 0.5
"""Less is no more than the workers of a short run do to each other as they start."""


def judged(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a run's workers, with what they say together in place of what each spent.

    The worker that was disturbed most speaks for all; where the system counts nothing there is
    nothing to judge.
    """
    rest = {key: value for key, value in facts.items() if key != SPENT}
    spent = {(ran, waited) for ran, waited in facts.get(SPENT, {}).values() if ran}
    if not spent:
        return rest
    enough = {each for each in spent if each[1] >= LEAST_S}
    share = max(waited / (ran + waited) for ran, waited in enough or spent)
    return {**rest, SHARE: round(share, 4), CONTENDED: bool(enough) and share > LIMIT}


def busy(machine: Mapping[str, Any]) -> str:
    """What to tell of a run that was timed on a busy machine; "" of any other.

    Args:
        machine: the facts of the run, as they are or as an event log gives them back.
    """
    if str(machine.get(CONTENDED)) != str(True):
        return ""
    share = float(machine[SHARE])
    return f"timed while the machine was busy: it waited for a core {100 * share:.0f} % of the time"
