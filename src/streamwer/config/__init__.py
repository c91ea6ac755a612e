"""Configuration: the typed records behind `conf/`, their composition and plug-ins."""
