"""`streaming init`: look through a folder of recordings and write its experiment."""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamwer.cli.common.command_parser import CommandParser
from streamwer.cli.common.run_command import run_program
from streamwer.errors import ConfigError, StreamwerError

if TYPE_CHECKING:
    from streamwer.config.dataset import DatasetConfig
    from streamwer.types import Reference

_ABOUT = (
    "Look through a folder of recordings and their transcripts, say what is in it, and write"
    " conf/experiment/NAME.yaml, so that `dvc exp run -S experiment=NAME` compares the systems on"
    " them. All audio is decoded once. Nothing else is written."
)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_ROWS = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Look through what the command line names and write its experiment; return the exit status."""
    return run_program(lambda: _run(build_init_parser().parse_args(argv)))


def build_init_parser() -> argparse.ArgumentParser:
    """Build the parser of the command."""
    built = CommandParser("streaming init", description=_ABOUT, allow_abbrev=False)
    built.add_argument("folder", metavar="FOLDER", help="recordings, or a file that lists some")
    built.add_argument(
        "settings",
        nargs="*",
        metavar="KEY=VALUE",
        help="what the folder does not tell, such as dataset.columns.text=said",
    )
    built.add_argument("--name", default="mine", help="of the experiment (%(default)s)")
    built.add_argument("--force", action="store_true", help="replace an experiment of that name")
    return built


def _run(arguments: argparse.Namespace) -> int:
    from streamwer.cli.common.preparation import prepare_and_summarise, print_preview
    from streamwer.datasets.preview import preview_dataset
    from streamwer.formats.manifest import read_manifest

    target = _find_target(arguments.name, force=arguments.force)
    settings = _compose(arguments)
    print_preview(preview_dataset(settings.dataset, _ROWS), arguments.name)
    with tempfile.TemporaryDirectory() as scratch:
        prepared = Path(scratch, "prepared")
        line = prepare_and_summarise(settings, prepared)
        references = read_manifest(prepared)
    print(line)
    print(_describe_word_times(references))
    target.write_text(_render(settings.dataset, line), encoding="utf-8")
    print(f"{target} written; now run: dvc exp run -S experiment={arguments.name}")
    return 0


def _find_target(name: str, *, force: bool) -> Path:
    conf = Path("conf")
    if not (conf / "config.yaml").is_file():
        raise StreamwerError("no conf/config.yaml here: run this in a checkout of streamwer")
    if not _NAME.fullmatch(name):
        raise ConfigError(f"--name {name}: use letters, digits, and . _ - after the first")
    target = conf / "experiment" / f"{name}.yaml"
    if target.exists() and not force:
        raise StreamwerError(f"{target}: is there already; choose another --name, or add --force")
    return target


def _compose(arguments: argparse.Namespace) -> Any:
    from streamwer.config.compose import load_config, quote_value

    for setting in arguments.settings:
        if not setting.startswith("dataset."):
            raise ConfigError(f"{setting}: only settings of the data set, dataset.KEY=VALUE")
    path = _shorten_path(Path(arguments.folder).expanduser())
    chosen = (f"dataset.path={quote_value(path)}", f"dataset.name={arguments.name}")
    return load_config(("dataset=folder", *chosen, *arguments.settings))


def _shorten_path(path: Path) -> str:
    """Return a path in this tree relative to it, and any other whole: experiments run in copies."""
    whole, here = path.resolve(), Path.cwd().resolve()
    return (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()


def _describe_word_times(references: Sequence[Reference]) -> str:
    timed = sum(bool(reference.words) for reference in references)
    if timed == len(references):
        return "word times: all recordings have them, so that every word has a latency"
    return (
        f"word times: {timed} of {len(references)} recordings; the others have a WER and no word"
        " latency. To place their words: -S alignment=forced (docs/word-times.md)"
    )


def _render(dataset: DatasetConfig, line: str) -> str:
    """Render the experiment: what differs from conf/dataset/folder.yaml."""
    from omegaconf import OmegaConf

    from streamwer.config.compose import load_config

    own = _find_changes(asdict(load_config(["dataset=folder"]).dataset), asdict(dataset))
    head = "# @package _global_\n# Own recordings, as `streaming init` found them: "
    defaults = "defaults:\n  - override /dataset: folder\n  - _self_\n"
    return f"{head}{line}.\n{defaults}\n{OmegaConf.to_yaml({'dataset': own})}"


def _find_changes(usual: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _find_changes(usual[key], value) if isinstance(value, Mapping) else value
        for key, value in chosen.items()
        if value != usual[key]
    }
