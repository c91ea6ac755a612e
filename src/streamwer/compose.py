"""Compose `conf/` with Hydra: the same tree for the command line, for sweeps and for DVC."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from streamwer.config import Config, typed
from streamwer.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent


def conf_dir() -> Path:
    """The config tree: `conf/` here, else of the checkout, else the copy inside the package.

    Raises:
        ConfigError: there is none.
    """
    places = (Path.cwd() / "conf", _PACKAGE.parents[1] / "conf", _PACKAGE / "conf")
    for place in places:
        if (place / "config.yaml").is_file():
            return place
    raise ConfigError("no conf/config.yaml found: run this in a checkout of streamwer")


def composed(overrides: Sequence[str] = (), primary: str = "config") -> DictConfig:
    """The resolved config that `overrides` ("policy=offline") give to conf/`primary`.yaml.

    Raises:
        ConfigError: an unknown key, option or value, in Hydra's own words.
    """
    import hydra  # only now: `streaming -h` asks for `conf_dir` and must not wait for it
    from hydra.errors import HydraException

    import_module("streamwer.schemas").register()
    try:
        with hydra.initialize_config_dir(str(conf_dir()), version_base=None):
            config = hydra.compose(primary, list(overrides))
            OmegaConf.resolve(config)
    except (HydraException, OmegaConfBaseException) as error:
        cause = f": {error.__cause__}" if error.__cause__ else ""
        raise ConfigError(f"{error}{cause}") from error
    return config


def load(overrides: Sequence[str] = ()) -> Config:
    """The same as typed records."""
    return typed(composed(overrides))
