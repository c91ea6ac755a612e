"""Registers the typed records of `streamwer.config` as Hydra schemas.

`hydra_plugins/` imports this, which Hydra's command line and DVC's own composition both load:
an unknown key or a value of the wrong type is refused wherever the tree is composed.
"""

from hydra.core.config_store import ConfigStore

from streamwer.alignment_config import ALIGNMENT_SCHEMAS
from streamwer.condition_config import CONDITION_SCHEMAS
from streamwer.config import ENGINE_SCHEMAS, POLICY_SCHEMAS, Config, SweepConfig


def register() -> None:
    """Store every schema; storing twice does no harm."""
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
    store.store(name="schema", node=Config)
    store.store(name="sweep_schema", node=SweepConfig)


register()
