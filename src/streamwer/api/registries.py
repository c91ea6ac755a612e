"""What can be chosen by name, and the way to add a policy."""

from __future__ import annotations

import pandas as pd

from streamwer.config import model_catalogue, registry
from streamwer.metrics.registry import list_metrics as list_registered_metrics

policy = registry.policy


def list_policies() -> list[str]:
    """List the names of the policies, those of other packages too."""
    return sorted(registry.names("policy"))


def list_models() -> list[str]:
    """List the names of the models of `conf/model`."""
    return sorted(model_catalogue.list_models())


def list_metrics() -> pd.DataFrame:
    """List the metrics: name, unit, which direction is better, and the source of the formula."""
    rows = [(each.name, each.unit, each.better, each.source) for each in list_registered_metrics()]
    return pd.DataFrame(rows, columns=["name", "unit", "better", "source"]).set_index("name")
