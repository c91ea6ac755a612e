"""Live audio from a microphone or a pipe: a source that a thread fills while it is streamed."""
