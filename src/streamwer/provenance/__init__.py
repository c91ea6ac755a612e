"""Provenance of results: digests, signatures, versions and CPU contention."""
