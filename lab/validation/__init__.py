"""Holds the virtual clock to the wall's on the same calls: `make validate`."""
