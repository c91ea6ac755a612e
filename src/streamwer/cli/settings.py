"""From flags to a system: overrides for Hydra, and its complaints in the user's own words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from streamwer import compose
from streamwer.cli.arguments import Arguments
from streamwer.cli.parameters import Parameter
from streamwer.config import ModelConfig, SystemConfig, system
from streamwer.errors import ConfigError, ModelError

_NEEDED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list[float]": "numbers with commas between them",
}


@dataclass(frozen=True)
class Settings:
    """What the files are transcribed with.

    Attributes:
        system: model, policy and clock.
        shown: the same as the user gave it, for the output.
    """

    system: SystemConfig
    shown: Mapping[str, Any]


def read(arguments: Arguments) -> Settings:
    """Compose the system that was asked for.

    Raises:
        ConfigError: a value has the wrong type, or makes no sense with the others.
    """
    config = _composed(arguments)
    chosen = system(config, arguments.policy)
    shown: dict[str, Any] = {
        "policy": chosen.policy,
        "model": asdict(chosen.model),
        "clock": chosen.clock.name,
    }
    for parameter, text in arguments.values.items():
        _check_finite(parameter, text, shown[parameter.group][parameter.key])
    _check_policy(chosen)
    return Settings(chosen, shown)


def with_model(settings: Settings, arguments: Arguments) -> Settings:
    """The same with the model's files found, fetched first if need be.

    Raises:
        ModelError: the model cannot be had.
    """
    from streamwer.recognisers.hub import locate

    model = _beside_conf(settings.system.model)
    try:
        folder = locate(model)
    except ModelError as error:
        raise ModelError(_missing(model, arguments) or _as_flags(str(error))) from error
    model = replace(model, path=str(folder), revision=None)
    return replace(settings, system=replace(settings.system, model=model))


def overrides(arguments: Arguments) -> Iterator[str]:
    """The command line in Hydra's grammar."""
    yield f"model={arguments.model}"
    yield f"policy={arguments.policy}"
    yield f"clock={arguments.clock}"
    for parameter, text in arguments.values.items():
        place = "model" if parameter.group == "model" else f"systems.{arguments.policy}.policy"
        yield f"{place}.{parameter.key}={_value(parameter, text)}"


def _composed(arguments: Arguments) -> Any:
    try:
        return compose.load(list(overrides(arguments)))
    except ConfigError as error:
        for parameter, text in arguments.values.items():
            if re.search(rf"full_key: \S*\b{parameter.key}\b", str(error)):
                needed = _NEEDED.get(parameter.kind, f"of the type {parameter.kind}")
                raise ConfigError(f"{parameter.flag} {text!r}: it must be {needed}") from error
        raise ConfigError(" ".join(str(error).split())) from error


def _value(parameter: Parameter, text: str) -> str:
    """A value as Hydra reads it back: quoted, so that no character has a meaning of its own."""
    if parameter.kind.startswith("list"):
        items = [item.strip() for item in text.strip().strip("[]").split(",")]
        return f"[{','.join(_quoted(item) for item in items if item)}]"
    if "None" in parameter.kind and text == "null":
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    # A backslash stands for itself except before a quote and before the closing one.
    return "'" + re.sub(r"(\\*)('|$)", lambda m: m[1] * 2 + (m[2] and r"\'"), text) + "'"


def _check_finite(parameter: Parameter, text: str, value: Any) -> None:
    numbers = value if isinstance(value, list) else [value]
    if not all(math.isfinite(number) for number in numbers if isinstance(number, float)):
        raise ConfigError(f"{parameter.flag} {text!r}: it must be finite")


def _check_policy(chosen: SystemConfig) -> None:
    """Build one now: values that contradict each other are the user's to mend before any work."""
    from streamwer import policies

    try:
        policies.build(chosen.policy)
    except ConfigError as error:
        raise ConfigError(_as_flags(str(error))) from error


def _as_flags(message: str) -> str:
    """`policy.chunk_s=5` as `--chunk-s 5`, and `model=reference` as `--model reference`."""
    message = re.sub(r"\b(model|policy)=(?=\w)", r"--\1 ", message)
    return re.sub(
        r"\b(?:policy|model)\.(\w+)(=?)",
        lambda match: "--" + match[1].replace("_", "-") + " " * bool(match[2]),
        message,
    )


def _missing(model: ModelConfig, arguments: Arguments) -> str:
    """What to do where the bundled model is not there at all; empty for any other model."""
    chosen = any(parameter.key == "path" for parameter in arguments.values)
    if model.revision or chosen or Path(model.path).is_dir():
        return ""
    return (
        f"the model {model.name} comes with a checkout of streamwer, in {model.path}: "
        "run this there, or choose another with --model"
    )


def _beside_conf(model: ModelConfig) -> ModelConfig:
    """A folder that the config tree names relative to its checkout is found from anywhere."""
    beside = compose.conf_dir().parent / model.path
    if Path(model.path).is_dir() or not beside.is_dir():
        return model
    return replace(model, path=str(beside))
