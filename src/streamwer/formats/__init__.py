"""File formats of logs, references and captions, one module each.

Every log is read into `Log`, whose steps `streamwer.metrics` scores like our own.
"""
