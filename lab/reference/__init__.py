"""How the bundled model and calls are made; run only when asked for."""
