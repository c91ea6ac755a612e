"""Model weights: their sources, digests, and checks for damage."""
