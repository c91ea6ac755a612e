"""How many calls at once one worker carries within a service level."""

from streamwer.analysis.capacity.curve import Point, curve, gives_way, whole
from streamwer.analysis.capacity.figures import (
    Alone,
    Call,
    Figures,
    broken,
    figures,
    lag_slope,
    latencies,
    utilisation,
)
from streamwer.analysis.capacity.search import Estimate, estimate, largest
from streamwer.analysis.capacity.study import (
    SECONDS,
    WARM_UP_S,
    Carried,
    Level,
    Study,
    differences,
    outdated,
    read,
)

__all__ = [
    "SECONDS",
    "WARM_UP_S",
    "Alone",
    "Call",
    "Carried",
    "Estimate",
    "Figures",
    "Level",
    "Point",
    "Study",
    "broken",
    "curve",
    "differences",
    "estimate",
    "figures",
    "gives_way",
    "lag_slope",
    "largest",
    "latencies",
    "outdated",
    "read",
    "utilisation",
    "whole",
]
