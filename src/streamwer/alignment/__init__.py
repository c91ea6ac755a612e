"""When each word of a reference was said, for data sets that do not say it.

By forced alignment with a model that is not under test, or from alignments that others published.
"""
