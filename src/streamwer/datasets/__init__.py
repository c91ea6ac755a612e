"""Data sets: recordings with their transcripts, from a folder or from the Hugging Face hub.

`prepare` turns a source into a folder with a manifest and 16 kHz mono audio; `read_manifest` reads
such a folder, `outcome` what became of the source's rows, and `origin` where they are from.
Everything after that knows only prepared data sets.
"""
