"""Stage `align`: word times for recordings of the prepared data set that have none.

With `--check`, recordings that have word times lose them, are aligned, and are compared with what
they had: how good an aligner is. Nothing is written then.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from pipeline.prepare import PREPARED
from streamwer.alignment.comparing import distance
from streamwer.alignment.origin import Origin
from streamwer.alignment.origin import read as read_origin
from streamwer.alignment.origin import write as write_origin
from streamwer.alignment.placing import place
from streamwer.cli.stage import arguments, command, config_of, progress
from streamwer.config import experiment
from streamwer.config.alignment import AlignmentConfig, ForcedConfig, NoAlignment, same_model
from streamwer.config.experiment import Config, SystemConfig
from streamwer.datasets.staging import replacing
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats import manifest
from streamwer.formats.manifest import read as read_manifest
from streamwer.provenance import digests
from streamwer.types import Reference

ALIGNED = Path("data/aligned")
SHOWN = 10


@command
def main() -> int:
    parser = arguments("pipeline.align", __doc__)
    parser.add_argument("--check", action="store_true", help="compare with known word times")
    args = parser.parse_args()
    settings = config_of(args.overrides)
    references = read_manifest(PREPARED)
    if args.check:
        print(check(settings, references))
        return 0
    aligned, origin = place_all(settings, references)
    with replacing(ALIGNED) as folder:
        manifest.write(folder, aligned)
        write_origin(folder, origin)
    print(f"word times: {origin.line()}")
    return 0


def references() -> tuple[Reference, ...]:
    """The prepared data set with its word times, which is what is scored.

    Raises:
        DatasetError: the stage has not run, or not on the data set that is prepared now.
    """
    return tuple(each_reference())


def each_reference() -> Iterator[Reference]:
    """The same one by one, in order of their ids, without holding all of them.

    Raises:
        DatasetError: as `references`, when the recording is come to.
    """
    path = ALIGNED / manifest.NAME
    if not path.is_file():
        raise DatasetError(f"{path}: not there; run `python -m pipeline.align`")
    both = zip_longest(manifest.each(PREPARED / manifest.NAME), manifest.each(path))
    for prepared, aligned in both:
        alike = prepared and aligned and replace(prepared, words=()) == replace(aligned, words=())
        if not aligned or not alike:
            raise DatasetError(f"{path}: of another data set; run `python -m pipeline.align`")
        yield aligned


def refuse_model_under_test(settings: Config, system: str, model: str) -> None:
    """Refuse to score a system whose model placed the reference words.

    Args:
        system: the system's name.
        model: name and digest of its model, as the signature has them.

    Raises:
        ConfigError: that model was the aligner, and the config does not allow it.
    """
    chosen, origin = experiment.alignment(settings.alignment), read_origin(ALIGNED)
    digest = model.rpartition("@")[2]
    if isinstance(chosen, ForcedConfig) and not chosen.allow_same_model and origin.digest == digest:
        raise ConfigError(same_model(f"{origin.aligner}@{origin.digest}", system))


def check(settings: Config, references: Sequence[Reference]) -> str:
    """How far the configured alignment is from known word times, in one line.

    Raises:
        ConfigError: no alignment is configured.
        DatasetError: there are no known word times.
    """
    if isinstance(experiment.alignment(settings.alignment), NoAlignment):
        raise ConfigError("alignment=none aligns nothing; check alignment=forced or published")
    known = [reference for reference in references if reference.words]
    if not known:
        raise DatasetError(f"{PREPARED}: no recording has word times to compare with")
    aligned, origin = place_all(settings, [replace(each, words=()) for each in known])
    return f"{origin.line()}\n{distance(known, aligned).line()}"


def place_all(
    settings: Config, references: Sequence[Reference]
) -> tuple[tuple[Reference, ...], Origin]:
    """Word times as configured, and where they come from; who gets none is told on stderr.

    Raises:
        ConfigError: the aligner is a model under test.
    """
    chosen = experiment.alignment(settings.alignment)
    refuse_same_files(
        chosen, {name: experiment.system(settings, name) for name in settings.compare}
    )
    return with_times(references, PREPARED, chosen)


def with_times(
    references: Sequence[Reference], folder: Path, chosen: AlignmentConfig
) -> tuple[tuple[Reference, ...], Origin]:
    """Word times for the references of a prepared data set; who gets none is told on stderr."""
    with progress() as bar:
        task = bar.add_task("word times", total=len(references))
        placed = place(references, folder, chosen, lambda done, _: bar.update(task, completed=done))
    refused = placed[1].refused()
    for placing in refused[:SHOWN]:
        print(f"no word times: {placing.recording}: {placing.reason}", file=sys.stderr)
    if len(refused) > SHOWN:
        print(f"no word times: {len(refused) - SHOWN} more", file=sys.stderr)
    return placed


def refuse_same_files(chosen: AlignmentConfig, systems: Mapping[str, SystemConfig]) -> None:
    """The same model may lie in another folder. Those on a hub are compared when scored.

    Raises:
        ConfigError: the aligner is the model of one of the systems, which are given by name.
    """
    if not isinstance(chosen, ForcedConfig) or chosen.allow_same_model:
        return
    aligner = Path(chosen.model.path).expanduser()
    if not aligner.is_dir():
        return
    for name, system in systems.items():
        model = Path(system.model.path).expanduser()
        local = bool(system.model.path) and model.is_dir()
        if local and digests.of_model(model) == digests.of_model(aligner):
            raise ConfigError(same_model(chosen.model.path, name))


if __name__ == "__main__":
    sys.exit(main())
