"""Location of the config tree, without Hydra: `streaming -h` has no time for it."""

from __future__ import annotations

from pathlib import Path

from streamwer.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parents[1]


def find_conf_dir() -> Path:
    """Find the config tree: `conf/` here, else of the checkout, else the copy in the package.

    Raises:
        ConfigError: there is none.
    """
    places = (Path.cwd() / "conf", _PACKAGE.parents[1] / "conf", _PACKAGE / "conf")
    for place in places:
        if (place / "config.yaml").is_file():
            return place
    raise ConfigError("no conf/config.yaml found: run this in a checkout of streamwer")
