"""Makes Hydra and DVC check `conf/` against the typed records of `streamwer.config`."""

import streamwer.schemas  # noqa: F401
