"""Makes Hydra and DVC check `conf/` against the typed records of `streamwer.config.experiment`."""

import streamwer.config.hydra_schemas  # noqa: F401
