"""Registers the typed records of `streamwer.config.experiment` as Hydra schemas.

`hydra_plugins/` imports this, which Hydra's command line and DVC's own composition both load:
an unknown key or a value of the wrong type is refused wherever the tree is composed.
"""

import textwrap
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf

from streamwer.config import registry, watch
from streamwer.config.alignment import ALIGNMENT_SCHEMAS
from streamwer.config.compose import find_conf_dir
from streamwer.config.experiment import ExperimentConfig
from streamwer.config.sweep import SweepConfig
from streamwer.errors import ConfigError

_PER_SYSTEM = ("policy", "server")
"""Groups of which each choice makes a system of its own."""


def register() -> None:
    """Store every schema; storing twice does no harm."""
    watch.register_resolver()
    OmegaConf.register_new_resolver("choices", _list_choices, replace=True)
    store = ConfigStore.instance()
    groups = {
        "alignment": ALIGNMENT_SCHEMAS,
        "condition": registry.get_schemas("condition"),
        "engine": registry.get_schemas("engine"),
        "policy": registry.get_schemas("policy"),
        "server": registry.get_schemas("server"),
    }
    for group, records in groups.items():
        for name, record in records.items():
            store.store(group=f"schema/{group}", name=name, node=record)
    for group in sorted({*registry.EXTENSIBLE} - {"tracker"}):  # no part of an experiment
        for name, node in _list_nodes(group).items():
            if not _has_file(group, name):  # Hydra would check the file's values against the record
                place = f"systems.{name}.{group}" if group in _PER_SYSTEM else group
                store.store(group=group, name=name, node=node, package=place)
    store.store(name="schema", node=ExperimentConfig)
    store.store(name="sweep_schema", node=SweepConfig)


def _list_nodes(group: str) -> dict[str, Any]:
    """List what can be chosen without a file in `conf/`, by name.

    A class of another package that cannot be used is a choice, too: the error says why.
    """
    ours = {} if group == "dataset" else registry.get_schemas(group)
    blank = {"path": ""} if group == "dataset" else {}
    key = registry.GROUPS[group].key
    added = {
        name: {"name": name, key: name, **blank} if one.problem else one.target.Config
        for name, one in registry.list_extensions(group).items()
    }
    return {**ours, **added}


def _list_choices(*, _root_: DictConfig) -> str:
    """List what each group of the composed config can be, for a help that fits a terminal."""
    loader, text = GlobalHydra.instance().config_loader(), ""
    for key, chosen in sorted(_root_.hydra.runtime.choices.items()):
        group = key.partition("@")[0]
        others = sorted({*loader.get_group_options(group)} - {chosen})
        if others and not group.startswith("hydra/"):
            line = f"  {group:<11} {', '.join([chosen, *others])}"
            text += textwrap.fill(line, 92, subsequent_indent=" " * 14) + "\n"
    return text


def _has_file(group: str, name: str) -> bool:
    try:
        return (find_conf_dir() / group / f"{name}.yaml").is_file()
    except ConfigError:
        return False


register()
