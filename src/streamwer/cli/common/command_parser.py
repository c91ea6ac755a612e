"""The argument parser of the installed commands."""

from __future__ import annotations

import argparse
from typing import NoReturn

from streamwer.errors import ConfigError


class CommandParser(argparse.ArgumentParser):
    """Parser whose errors are those of the command: one line, with the remedy."""

    def error(self, message: str) -> NoReturn:
        """Raise the error instead of printing it with the usage."""
        raise ConfigError(f"{message} ({self.prog} -h lists the options)")
