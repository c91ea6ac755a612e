"""Plots as geometry: Python decides where everything goes, a template draws it as inline SVG.

Each plot is laid out twice, for wide and for narrow screens, because text in a scaled SVG
would become too small to read; CSS shows one of them.
"""
