"""Regression gate: fail when a candidate is worse than its baseline, beyond chance and a floor."""
