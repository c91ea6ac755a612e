"""Compose `conf/` with Hydra: the same tree for the command line, for sweeps and for DVC."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from importlib import import_module

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from streamwer.config import model_catalogue
from streamwer.config.conf_dir import conf_dir as conf_dir
from streamwer.config.experiment import Config, typed
from streamwer.errors import ConfigError

_MODEL = re.compile(r"(?P<key>\+?model(@[\w.]+)?)=(?P<name>[\w./-]+)")


def composed(overrides: Sequence[str] = (), primary: str = "config") -> DictConfig:
    """The resolved config that `overrides` ("policy=offline") give to conf/`primary`.yaml.

    Raises:
        ConfigError: an unknown key, option or value, in Hydra's own words, on one line.
    """
    import hydra  # only now: `streaming -h` asks for `conf_dir` and must not wait for it
    from hydra.errors import HydraException, OverrideParseException

    import_module("streamwer.config.hydra_schemas").register()
    try:
        with hydra.initialize_config_dir(str(conf_dir()), version_base=None):
            config = hydra.compose(primary, list(map(_with_option, overrides)))
            OmegaConf.resolve(config)
    except OverrideParseException as error:
        raise ConfigError(_quoted(error.override)) from error
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError(_told(error)) from error
    return config


def _with_option(override: str) -> str:
    """`model=tiny.en` as `model=tiny_en`: Hydra's options are files, people type other names."""
    match = _MODEL.fullmatch(override)
    known = model_catalogue.find(match["name"]) if match else None
    return f"{match['key']}={known.name}" if match and known else override


def _quoted(override: str) -> str:
    """How to write a choice whose value Hydra cannot read: its grammar gives signs a meaning."""
    key, _, value = override.partition("=")
    quoted = value.replace('"', '\\"')
    typed = shlex.quote(f'{key}="{quoted}"')
    return f"{override}: a value with one of = , ( ) {{ }} # ~ or quotes must be quoted: {typed}"


def _told(error: Exception) -> str:
    """What Hydra says, without where it looked and without advice that would not help.

    A key that is not there cannot be added with "+" either: the tree is that of `streamwer.config.experiment`.
    """
    said = str(error).partition("\nConfig search path:")[0].partition("\nTo append to")[0]
    said = said.removeprefix("In 'config': ").replace(":\n\t", ": ").replace("\n\t", ", ")
    cause = f": {str(error.__cause__).splitlines()[0]}" if str(error.__cause__ or "") else ""
    return "; ".join(line.rstrip(".") for line in said.splitlines() if line.strip()) + cause


def load(overrides: Sequence[str] = ()) -> Config:
    """The same as typed records."""
    return typed(composed(overrides))
