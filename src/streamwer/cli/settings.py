"""From flags to a system: overrides for Hydra, and its complaints in the user's own words."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from streamwer.cli.arguments import Arguments
from streamwer.cli.parameters import GROUPS, Parameter
from streamwer.config import compose, model_catalogue
from streamwer.config.conf_dir import conf_dir
from streamwer.config.experiment import Config, SystemConfig, system
from streamwer.config.model import ModelConfig
from streamwer.errors import ConfigError, ModelError

_TOY, _TOY_CALLS = "reference", "data/toy_calls"
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
        system: model, engine, policy and clock.
        shown: the same as the user gave it, for the output.
    """

    system: SystemConfig
    shown: Mapping[str, Any]


def read(arguments: Arguments) -> Settings:
    """Compose the system that was asked for.

    Raises:
        ConfigError: a value has the wrong type, or makes no sense with the others.
    """
    for parameter, text in arguments.values.items():
        _check_finite(parameter, text)
    chosen = _checked(_composed(arguments), arguments)
    shown: dict[str, Any] = {
        "policy": chosen.policy,
        "model": asdict(chosen.model),
        "engine": asdict(chosen.engine),
        "clock": chosen.clock.name,
    }
    return Settings(chosen, shown)


def with_model(settings: Settings, arguments: Arguments) -> Settings:
    """The same with the model's files found, fetched first if need be, and checked.

    Raises:
        ModelError: the model cannot be had, or a file of it is damaged.
    """
    from streamwer.models.sources import obtain

    if not settings.system.model.path:  # the engine brings its own
        return settings
    model = model_catalogue.find_beside_conf(settings.system.model)
    try:
        folder = obtain(model)
    except ModelError as error:
        said = _missing(model, arguments) or _as_flags(str(error), arguments.known)
        raise ModelError(said) from error
    model = replace(model, path=str(folder), revision=None)
    return replace(settings, system=replace(settings.system, model=model))


def warn_of_toy(settings: Settings, files: Sequence[Path]) -> None:
    """Say so on standard error where the toy model is to hear anything but the calls it knows.

    Args:
        settings: with the model.
        files: what it is to hear; none for what is live.
    """
    calls = (conf_dir().parent / _TOY_CALLS).resolve()
    known = bool(files) and all(file.resolve().is_relative_to(calls) for file in files)
    if settings.system.model.name == _TOY and not known:
        print(
            f"warning: the model {_TOY} is a toy that was trained on synthetic calls ({_TOY_CALLS})"
            " and understands nothing else; for real speech take --model tiny_en",
            file=sys.stderr,
        )


def overrides(arguments: Arguments) -> Iterator[str]:
    """The command line in Hydra's grammar."""
    own = f"systems.{arguments.policy}"
    engine = f"{own}.engine" if arguments.pinned else "engine"
    places = {"model": "model", "engine": engine, "policy": f"{own}.policy"}
    yield f"model={arguments.model.option}"
    given = {parameter.key for parameter in arguments.values if parameter.group == "model"}
    for key, value in arguments.model.instead.items():
        if key not in given:
            yield f"model.{key}={'null' if value is None else _quoted(value)}"
    yield f"{f'engine@{engine}' if arguments.pinned else engine}={arguments.engine}"
    yield f"policy={arguments.policy}"
    yield f"clock={arguments.clock}"
    yield f"hardware={arguments.hardware}"
    for parameter, text in arguments.values.items():
        yield f"{places[parameter.group]}.{parameter.key}={_value(parameter, text)}"


def _composed(arguments: Arguments) -> Config:
    try:
        return compose.load(list(overrides(arguments)))
    except ConfigError as error:
        for parameter, text in arguments.values.items():
            if re.search(rf"override \S*\b{parameter.group}\.{parameter.key}=", str(error)):
                needed = _NEEDED.get(parameter.kind, f"of the type {parameter.kind}")
                raise ConfigError(f"{parameter.flag} {text!r}: it must be {needed}") from error
        raise ConfigError(_as_flags(" ".join(str(error).split()), arguments.known)) from error


def _value(parameter: Parameter, text: str) -> str:
    """A value as Hydra reads it back: quoted, so that no character has a meaning of its own."""
    if parameter.kind.startswith("list"):
        return f"[{','.join(_quoted(item) for item in _items(text))}]"
    if "None" in parameter.kind and text == "null":
        return text
    return _quoted(text)


def _items(text: str) -> list[str]:
    items = (item.strip() for item in text.strip().strip("[]").split(","))
    return [item for item in items if item]


def _quoted(text: str) -> str:
    # A backslash stands for itself except before a quote and before the closing one.
    return "'" + re.sub(r"(\\*)('|$)", lambda m: m[1] * 2 + (m[2] and r"\'"), text) + "'"


def _check_finite(parameter: Parameter, text: str) -> None:
    for item in _items(text) if "float" in parameter.kind else ():
        with suppress(ValueError):  # Hydra says what is no number at all
            if not math.isfinite(float(item)):
                raise ConfigError(f"{parameter.flag} {text!r}: it must be finite")


def _checked(config: Config, arguments: Arguments) -> SystemConfig:
    """The system: values that contradict each other are the user's to mend before any work."""
    from streamwer import policies

    try:
        chosen = system(config, arguments.policy)
        policies.build(chosen.policy)
    except ConfigError as error:
        raise ConfigError(_as_flags(str(error), arguments.known)) from error
    return chosen


def _as_flags(message: str, known: Sequence[Parameter]) -> str:
    """`policy.chunk_s=5` as `--chunk-s 5`, and `model=reference` as `--model reference`."""
    flags = {f"{parameter.group}.{parameter.key}": parameter.flag for parameter in known}
    groups = "|".join(GROUPS)

    def flagged(text: str) -> str:
        text = re.sub(rf"\b({groups}|hardware)=(?=\w)", r"--\1 ", text)
        return re.sub(
            rf"\b((?:{groups})\.\w+)(=?)",
            lambda match: flags.get(match[1], match[1]) + " " * bool(match[2]),
            text,
        )

    # A command between backticks is another program's, and has no such flags.
    parts = message.split("`")
    return "`".join(part if at % 2 else flagged(part) for at, part in enumerate(parts))


def _missing(model: ModelConfig, arguments: Arguments) -> str:
    """What to do where the bundled model is not there at all; empty for any other model."""
    chosen = "path" in arguments.model.instead or any(
        parameter.key == "path" for parameter in arguments.values
    )
    if model.revision or chosen or Path(model.path).is_dir():
        return ""
    return (
        f"the model {model.name} comes with a checkout of streamwer, in {model.path}: "
        "run this there, or choose another with --model"
    )
