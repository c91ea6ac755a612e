"""The gate: is a candidate worse than a baseline, by more than chance and by more than matters?"""
