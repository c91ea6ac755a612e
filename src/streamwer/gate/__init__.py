"""The gate: is a candidate worse than a baseline, by more than chance and by more than matters?"""

from streamwer.gate.judging import NO_DOUBTS, Doubts, judge
from streamwer.gate.measures import MEASURES
from streamwer.gate.publishing import publish
from streamwer.gate.verdict import Change, Exit, Finding, Regressed, Verdict, exit_status

__all__ = [
    "MEASURES",
    "NO_DOUBTS",
    "Change",
    "Doubts",
    "Exit",
    "Finding",
    "Regressed",
    "Verdict",
    "exit_status",
    "judge",
    "publish",
]
