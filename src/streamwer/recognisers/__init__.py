"""Recognisers: models that turn a window of audio and a prompt into timed words."""

from streamwer.recognisers.base import Recogniser, Window

__all__ = ["Recogniser", "Window"]
