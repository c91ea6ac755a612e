"""The `streaming` command: transcribe audio files as if they were live calls."""
