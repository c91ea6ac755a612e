"""Provenance: digests, signatures and versions of what was measured."""
