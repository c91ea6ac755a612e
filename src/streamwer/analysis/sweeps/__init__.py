"""Sweeps: many settings on one data set, and the effect of each setting on WER and latency."""
