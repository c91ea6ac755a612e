"""Sources of data sets, which `dataset.source` names; each module registers one."""
