"""Compose `conf/` with Hydra: the same tree for the command line, for sweeps and for DVC."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from streamwer.config import model_catalogue
from streamwer.config.conf_dir import find_conf_dir as find_conf_dir
from streamwer.config.experiment import ExperimentConfig, parse_config
from streamwer.config.renamed_keys import refuse_renamed_key
from streamwer.errors import ConfigError

_AMBIGUOUS = re.compile(r"Ambiguous value for argument '(.*)'\n")
_ADVICE = re.compile(r"\n(?:Config search path:|To append to|\s*full_key:|See https)")
_PRIMARY = re.compile(r"^In '(?:config|sweep)': ")
_SCHEMA_NAME = re.compile(r"Key ('[^']*') (?:is )?not in '\w+'")
_MODEL = re.compile(r"(?P<key>\+?model(@[\w.]+)?)=(?P<names>[\w./,-]+)")


def compose_config(overrides: Sequence[str] = (), primary: str = "config") -> DictConfig:
    """Compose conf/`primary`.yaml with overrides such as "policy=offline", and resolve it.

    Raises:
        ConfigError: an unknown key, option or value, in Hydra's own words, on one line.
    """
    import hydra  # only now: `streaming -h` asks for `conf_dir` and must not wait for it

    import_module("streamwer.config.hydra_schemas").register()
    with (
        explain_errors(overrides),
        hydra.initialize_config_dir(str(find_conf_dir()), version_base=None),
    ):
        config = hydra.compose(primary, list(map(name_model_option, overrides)))
        OmegaConf.resolve(config)
    return config


@contextmanager
def explain_errors(overrides: Sequence[str]) -> Iterator[None]:
    """Turn Hydra's errors into one line each, and refuse keys that were renamed.

    Raises:
        ConfigError: an unknown key, option or value.
    """
    from hydra.errors import HydraException, OverrideParseException

    for override in overrides:
        refuse_renamed_key(override.lstrip("+~").partition("=")[0])
    try:
        yield
    except OverrideParseException as error:
        raise ConfigError(_suggest_quotes(error.override)) from error
    except (HydraException, OmegaConfBaseException) as error:
        if ambiguous := _AMBIGUOUS.match(str(error)):
            raise ConfigError(_suggest_quotes(ambiguous[1])) from error
        raise ConfigError(_describe_error(error)) from error


def name_model_option(override: str) -> str:
    """Turn `model=tiny.en,base` into `model=tiny_en,base`: Hydra looks for files of these names."""
    match = _MODEL.fullmatch(override)
    if not match:
        return override
    names = match["names"].split(",")
    found = [known.name if (known := model_catalogue.find(name)) else name for name in names]
    return f"{match['key']}={','.join(found)}"


def _suggest_quotes(override: str) -> str:
    """Suggest how to write a choice whose value Hydra cannot read: some signs have a meaning."""
    key, _, value = override.partition("=")
    quoted = value.replace('"', '\\"')
    typed = shlex.quote(f'{key}="{quoted}"')
    several = f", and several values are {key}=[{value}]" if "," in value else ""
    signs = "= , ( ) { } # ~ or quotes"
    return f"{override}: a value with one of {signs} must be quoted: {typed}{several}"


def _describe_error(error: Exception) -> str:
    """Return Hydra's message without its search path and without advice that would not help.

    A key that is unknown cannot be added with "+" either: `streamwer.config.experiment` has all.
    """
    message = _ADVICE.split(str(error))[0]
    message = _PRIMARY.sub("", message).replace(":\n\t", ": ").replace("\n\t", ", ")
    cause = f": {str(error.__cause__).splitlines()[0]}" if str(error.__cause__ or "") else ""
    text = "; ".join(line.rstrip(".") for line in message.splitlines() if line.strip()) + cause
    return _SCHEMA_NAME.sub(r"there is no key \1", text)


def quote_value(text: str) -> str:
    """Quote a value for Hydra, so that no character has a meaning of its own."""
    # A backslash stands for itself except before a quote and before the closing one.
    return "'" + re.sub(r"(\\*)('|$)", lambda m: m[1] * 2 + (m[2] and r"\'"), text) + "'"


def load_config(overrides: Sequence[str] = ()) -> ExperimentConfig:
    """Compose conf/config.yaml with overrides into typed records."""
    return parse_config(compose_config(overrides))
