"""`python -m lab.validation`: on one thread, whatever the libraries below would choose."""

import os
import sys

# NumPy's and CTranslate2's libraries read these once, when they are loaded.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

from lab.validation.command import main

# The process that sends the calls begins by importing this module.
if __name__ == "__main__":
    sys.exit(main())
