"""Where the sources of this package are."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
