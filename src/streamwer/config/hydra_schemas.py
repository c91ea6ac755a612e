"""Registers the typed records of `streamwer.config.experiment` as Hydra schemas.

`hydra_plugins/` imports this, which Hydra's command line and DVC's own composition both load:
an unknown key or a value of the wrong type is refused wherever the tree is composed.
"""

from hydra.core.config_store import ConfigStore

from streamwer.config import plugins, watch
from streamwer.config.alignment import ALIGNMENT_SCHEMAS
from streamwer.config.compose import conf_dir
from streamwer.config.condition import CONDITION_SCHEMAS
from streamwer.config.engine import ENGINE_SCHEMAS
from streamwer.config.experiment import Config, SweepConfig
from streamwer.config.policy import POLICY_SCHEMAS
from streamwer.errors import ConfigError


def register() -> None:
    """Store every schema; storing twice does no harm."""
    watch.register()
    store = ConfigStore.instance()
    groups = {
        "alignment": ALIGNMENT_SCHEMAS,
        "condition": CONDITION_SCHEMAS,
        "engine": ENGINE_SCHEMAS,
        "policy": POLICY_SCHEMAS,
    }
    for group, records in groups.items():
        for name, record in records.items():
            store.store(group=f"schema/{group}", name=name, node=record)
    for group in plugins.GROUPS:
        for name, one in plugins.found(group).items():
            if _has_file(group, name):  # whose values Hydra would check against this record
                continue
            # One that cannot be used is a choice, too: what is said of it is said when it is made.
            where = {"source": name, "path": ""} if group == "dataset" else {}
            node = {"name": name, **where} if one.problem else one.target.Config
            place = f"systems.{name}.policy" if group == "policy" else group
            store.store(group=group, name=name, node=node, package=place)
    store.store(name="schema", node=Config)
    store.store(name="sweep_schema", node=SweepConfig)


def _has_file(group: str, name: str) -> bool:
    try:
        return (conf_dir() / group / f"{name}.yaml").is_file()
    except ConfigError:
        return False


register()
