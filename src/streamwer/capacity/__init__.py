"""How many calls at once one worker carries within a service level."""

from streamwer.capacity.figures import (
    Alone,
    Call,
    Figures,
    broken,
    figures,
    lag_slope,
    latencies,
    utilisation,
)
from streamwer.capacity.search import Estimate, estimate, largest

__all__ = [
    "Alone",
    "Call",
    "Estimate",
    "Figures",
    "broken",
    "estimate",
    "figures",
    "lag_slope",
    "largest",
    "latencies",
    "utilisation",
]
