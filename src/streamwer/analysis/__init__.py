"""Analysis of scores: the gate, capacities, sweeps, logs of other systems."""
