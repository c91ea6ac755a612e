"""Captions: committed words cut into readable cues, as text, SRT or WebVTT."""
