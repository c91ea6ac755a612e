"""The recipe of `data/calls`: service calls spoken by natural synthetic voices.

`python -m lab.calls --help` shows what it does. `script.yaml` holds what is said and by whom,
`speakers.yaml` how each speaker sounds.
"""
