"""A hardware profile as a file under `conf/hardware`, with a comment on each key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from streamwer.config.hardware import CallCosts, HardwareConfig
from streamwer.errors import ConfigError

_PER = {
    "call": "a call that does it",
    "frame": "a frame",
    "window_frame": "a frame given to the encoder",
    "prompt_token": "a token of the prompt",
    "token": "a token",
    "token_frame": "a token, per frame of its encoding",
    "encoding": "a window given to the encoder",
}
_STAGES = {
    "listen": "voice detection",
    "features": "log-mel features",
    "decode": "decoding",
    "align": "alignment",
    "other": "everything else",
}
_COMMENTS = {
    "encode_frames": "lengths of the encoder's windows, frames of 10 ms",
    "encode_us": "what the encoder takes for each, µs",
    "error_median": "relative error for calls that the fit did not see, median",
    "error_p95": "the same, 95th percentile",
    "error_total": "predicted over measured time of all those calls, less 1",
}


def read(path: Path) -> HardwareConfig | None:
    """A profile that is there already; None if there is none.

    Raises:
        ConfigError: the file is no hardware profile.
    """
    if not path.is_file():
        return None
    try:
        schema = OmegaConf.structured(HardwareConfig)
        profile = OmegaConf.to_object(OmegaConf.merge(schema, OmegaConf.load(path)))
    except (OmegaConfBaseException, ValueError) as error:
        reason = str(error).partition("\n")[0]
        said = f"{path}: not a hardware profile ({reason}); choose another --name"
        raise ConfigError(said) from error
    assert isinstance(profile, HardwareConfig)
    return profile


def render(profile: HardwareConfig) -> str:
    """The file's text: the same profile gives the same text."""
    lines = [
        "# What recogniser calls cost, for clock=profile; written by lab.calibration.",
        f"name: {profile.name}  # name of the profile in results and reports",
        f'processor: "{profile.processor}"  # what it was measured on',
        "costs:",
    ]
    for name in sorted(profile.costs):
        lines += ["", f"  {name}:", *_render_costs(profile.costs[name])]
    return "\n".join(lines) + "\n"


def _render_costs(costs: CallCosts) -> Iterator[str]:
    for each in fields(CallCosts):
        yield f"    {each.name}: {getattr(costs, each.name)}  # {_describe_field(each.name)}"


def _describe_field(name: str) -> str:
    if name in _COMMENTS:
        return _COMMENTS[name]
    stage, _, per = name.partition("_")
    return f"{_STAGES[stage]}, µs for {_PER[per]}"
