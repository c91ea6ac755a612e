"""Engines: one file each, which registers itself with its settings.

They import no model library at the top: `streaming -h` reads their settings and must be quick.
"""
