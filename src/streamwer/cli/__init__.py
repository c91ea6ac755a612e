"""The `streaming` command: transcribe audio files as if they were live calls."""

from streamwer.cli.command import main

__all__ = ["main"]
