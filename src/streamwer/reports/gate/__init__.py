"""The verdicts of the gate, for a terminal, a pull request and machines."""
