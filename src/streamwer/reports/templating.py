"""The Jinja environment of the report's templates, and the hash of a page's script."""

from __future__ import annotations

import base64
import hashlib

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from streamwer.analysis import formatting


def make_environment(*, autoescape: bool = True) -> Environment:
    """Make the environment, with the globals `figures` and `asset` (a style sheet or script).

    Markdown is not autoescaped: it escapes its own way.
    """
    environment = Environment(
        loader=PackageLoader("streamwer.reports"),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["figures"] = formatting
    # Our own style sheet and script, not data: they go in as they are.
    environment.globals["asset"] = lambda name: Markup(read_source(environment, name))
    return environment


def read_source(environment: Environment, name: str) -> str:
    """Read a style sheet or script without rendering it."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def hash_script(script: str) -> str:
    """Return the SHA-256 by which the content security policy permits the page's script alone."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
