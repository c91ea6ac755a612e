"""`streaming models`: list the models, where each is, and how large."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from streamwer.cli.common.command_parser import CommandParser
from streamwer.cli.common.run_command import run_program
from streamwer.cli.parameters import find_default, list_options
from streamwer.config import model_catalogue
from streamwer.config.conf_dir import find_conf_dir
from streamwer.config.model import ModelConfig
from streamwer.models import sources
from streamwer.provenance import digests

_PARAMETERS = re.compile(r"([\d.]+ [mb]illion) parameters")
_HEADINGS = ("model", "parameters", "languages", "size", "where")
_UNITS = {"MB": 1e6, "GB": 1e9}
_HINT = """
The default is {default}. Choose with `streaming --model NAME`; tiny.en and
large-v3 are understood, and so is a folder (./my-model) or a repository on the
hub (owner/name). What is not here is fetched when it is first used."""


@dataclass(frozen=True)
class ModelRow:
    """A model in the list.

    Attributes:
        parameters: how many, in words; empty where its file does not say.
        bytes: of its files, where it is not here of the weights alone; 0 if that is not known.
        place: where it is on this machine; None if it has to be fetched.
    """

    model: ModelConfig
    parameters: str
    languages: str
    bytes: int
    place: sources.ModelLocation | None

    @property
    def cells(self) -> tuple[str, ...]:
        where = _describe_location(self.model, self.place)
        return self.model.name, self.parameters, self.languages, _format_size(self.bytes), where


def main(argv: Sequence[str] | None = None) -> int:
    """Print the list of models; return the exit status."""
    return run_program(lambda: _print_models(argv))


def _print_models(argv: Sequence[str] | None) -> int:
    CommandParser(
        "streaming models", description="List the models, where each is and how large."
    ).parse_args(argv)
    table = [_HEADINGS, *(row.cells for row in list_rows())]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for cells in table:
        print("  ".join(map(str.ljust, cells, widths)).rstrip())
    print(_HINT.format(default=find_default(find_conf_dir(), "model")))
    return 0


def list_rows() -> list[ModelRow]:
    """List the models of `conf/model`: those that are on this machine first, then by size."""
    abouts = list_options(find_conf_dir(), "model")
    rows = [
        _build_row(model, abouts[name].about)
        for name, model in model_catalogue.list_models().items()
    ]
    return sorted(rows, key=lambda row: (row.place is None, row.bytes))


def _build_row(model: ModelConfig, about: str) -> ModelRow:
    place = sources.find_local_model(model_catalogue.find_beside_conf(model))
    parameters = _PARAMETERS.search(about)
    return ModelRow(
        model,
        parameters=parameters[1] if parameters else "",
        languages="English" if "English only" in about else "multilingual",
        bytes=_measure_size(place.folder) if place else model.weights_bytes or 0,
        place=place,
    )


def _describe_location(model: ModelConfig, place: sources.ModelLocation | None) -> str:
    if place is None:
        return "not here: hub"
    if place.source == sources.PACKAGE:
        return f"package {(model.package or '').partition('/')[0]}"
    return f"folder {model.path}" if place.source == sources.FOLDER else place.source


def _measure_size(folder: Path) -> int:
    return sum(file.stat().st_size for file in digests.list_model_files(folder))


def _format_size(count: int) -> str:
    unit = "GB" if count >= _UNITS["GB"] else "MB"
    return f"{count / _UNITS[unit]:{'.1f' if unit == 'GB' else '.0f'}} {unit}" if count else ""
