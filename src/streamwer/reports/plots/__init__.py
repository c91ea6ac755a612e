"""Plots as geometry: Python places everything, a template draws it as inline SVG.

Each plot is laid out twice, for wide and for narrow screens, because text in a scaled SVG
would become too small to read; CSS shows one of them.
"""
