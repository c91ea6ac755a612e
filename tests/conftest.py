"""Settings for all tests."""

from hypothesis import settings

# Machines are noisy: a slow example is not a failure, and the same examples run everywhere.
settings.register_profile("streamwer", deadline=None, derandomize=True)
settings.load_profile("streamwer")
