"""The templates of the web pages, and what their content policy must know."""

from __future__ import annotations

import base64
import hashlib

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from streamwer.analysis import formatting


def environment(*, autoescape: bool = True) -> Environment:
    """Our templates, with `figures` and `asset` (a style sheet or script) to use in them.

    Args:
        autoescape: for HTML; Markdown escapes its own way.
    """
    made = Environment(
        loader=PackageLoader("streamwer.reports"),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["figures"] = formatting
    # Our own style sheet and script, not data: they go in as they are.
    made.globals["asset"] = lambda name: Markup(source(made, name))
    return made


def source(environment: Environment, name: str) -> str:
    """A style sheet or script as it is."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def digest(script: str) -> str:
    """What the page's content policy knows its one script by, so that no other one runs."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
