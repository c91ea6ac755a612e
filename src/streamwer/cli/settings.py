"""From flags to a system: overrides for Hydra, whose errors are told in terms of the flags."""

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
from streamwer.config.conf_dir import find_conf_dir
from streamwer.config.experiment import ExperimentConfig, SystemConfig, build_system
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
    """The system that files are transcribed with.

    Attributes:
        system: model, engine, policy and clock.
        shown: the same as the user gave it, for the output.
    """

    system: SystemConfig
    shown: Mapping[str, Any]


def read_settings(arguments: Arguments) -> Settings:
    """Compose the system that was asked for.

    Raises:
        ConfigError: a value has the wrong type, or makes no sense with the others.
    """
    for parameter, text in arguments.values.items():
        _check_finite(parameter, text)
    chosen = _check_system(_compose(arguments), arguments)
    shown: dict[str, Any] = {
        "policy": chosen.policy,
        "model": asdict(chosen.model),
        "engine": asdict(chosen.engine),
        "clock": chosen.clock.name,
    }
    return Settings(chosen, shown)


def locate_model(settings: Settings, arguments: Arguments) -> Settings:
    """Locate the model's files, fetched first if need be, and check them.

    Raises:
        ModelError: the model cannot be had, or a file of it is damaged.
    """
    from streamwer.models.sources import obtain_model

    if not settings.system.model.path:  # the engine brings its own
        return settings
    model = model_catalogue.find_beside_conf(settings.system.model)
    try:
        folder = obtain_model(model)
    except ModelError as error:
        message = _explain_missing(model, arguments) or replace_keys(str(error), arguments.known)
        raise ModelError(message) from error
    model = replace(model, path=str(folder), revision=None)
    return replace(settings, system=replace(settings.system, model=model))


def warn_of_toy_model(settings: Settings, files: Sequence[Path]) -> None:
    """Warn on stderr where the toy model is used for anything but the calls it knows.

    There are no files where the input is live.
    """
    calls = (find_conf_dir().parent / _TOY_CALLS).resolve()
    known = bool(files) and all(file.resolve().is_relative_to(calls) for file in files)
    if settings.system.model.name == _TOY and not known:
        print(
            f"warning: the model {_TOY} is a toy that was trained on synthetic calls ({_TOY_CALLS})"
            " and understands nothing else; for real speech take --model tiny_en",
            file=sys.stderr,
        )


def build_overrides(arguments: Arguments) -> Iterator[str]:
    """Build the overrides in Hydra's grammar."""
    own = f"systems.{arguments.policy}"
    engine = f"{own}.engine" if arguments.pinned else "engine"
    places = {"model": "model", "engine": engine, "policy": f"{own}.policy"}
    changed = {parameter.key for parameter in arguments.values if parameter.group == "model"}
    yield from arguments.model.build_overrides(changed)
    yield f"{f'engine@{engine}' if arguments.pinned else engine}={arguments.engine}"
    yield f"policy={arguments.policy}"
    yield f"clock={arguments.clock}"
    yield f"hardware={arguments.hardware}"
    for parameter, text in arguments.values.items():
        yield f"{places[parameter.group]}.{parameter.key}={_format_value(parameter, text)}"


def _compose(arguments: Arguments) -> ExperimentConfig:
    try:
        return compose.load_config(list(build_overrides(arguments)))
    except ConfigError as error:
        for parameter, text in arguments.values.items():
            if re.search(rf"override \S*\b{parameter.group}\.{parameter.key}=", str(error)):
                needed = _NEEDED.get(parameter.kind, f"of the type {parameter.kind}")
                raise ConfigError(f"{parameter.flag} {text!r}: it must be {needed}") from error
        raise ConfigError(replace_keys(" ".join(str(error).split()), arguments.known)) from error


def _format_value(parameter: Parameter, text: str) -> str:
    """Format a value for Hydra: quoted, so that no character has a meaning of its own."""
    if parameter.kind.startswith("list"):
        return f"[{','.join(compose.quote_value(item) for item in _split_items(text))}]"
    if "None" in parameter.kind and text == "null":
        return text
    return compose.quote_value(text)


def _split_items(text: str) -> list[str]:
    items = (item.strip() for item in text.strip().strip("[]").split(","))
    return [item for item in items if item]


def _check_finite(parameter: Parameter, text: str) -> None:
    for item in _split_items(text) if "float" in parameter.kind else ():
        with suppress(ValueError):  # Hydra says what is no number at all
            if not math.isfinite(float(item)):
                raise ConfigError(f"{parameter.flag} {text!r}: it must be finite")


def _check_system(config: ExperimentConfig, arguments: Arguments) -> SystemConfig:
    """Check the system: values that contradict each other are an error before any work."""
    from streamwer import policies

    try:
        chosen = build_system(config, arguments.policy)
        policies.build_policy(chosen.policy)
    except ConfigError as error:
        raise ConfigError(replace_keys(str(error), arguments.known)) from error
    return chosen


def replace_keys(message: str, known: Sequence[Parameter]) -> str:
    """Replace `policy.chunk_s=5` by `--chunk-s 5`, and `model=tiny_en` by `--model tiny_en`."""
    flags = {f"{parameter.group}.{parameter.key}": parameter.flag for parameter in known}
    groups = "|".join(GROUPS)

    def name_flags(text: str) -> str:
        text = re.sub(rf"\b({groups}|hardware)=(?=\w)", r"--\1 ", text)
        return re.sub(
            rf"\b((?:{groups})\.\w+)(=?)",
            lambda match: flags.get(match[1], match[1]) + " " * bool(match[2]),
            text,
        )

    # A command between backticks is another program's, and has no such flags.
    parts = message.split("`")
    return "`".join(part if at % 2 else name_flags(part) for at, part in enumerate(parts))


def _explain_missing(model: ModelConfig, arguments: Arguments) -> str:
    """Explain what to do where the bundled model is missing; empty for any other model."""
    chosen = "path" in arguments.model.instead or any(
        parameter.key == "path" for parameter in arguments.values
    )
    if model.revision or chosen or Path(model.path).is_dir():
        return ""
    return (
        f"the model {model.name} comes with a checkout of streamwer, in {model.path}: "
        "run this there, or choose another with --model"
    )
