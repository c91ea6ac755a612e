"""`python -m lab.servers`: on one thread, whatever the libraries below would choose."""

import os
import sys

from streamwer.servers.peers.starting import THREADS

if __name__ == "__main__":  # not in the processes that this one starts, which inherit the threads
    os.environ.update(THREADS)  # read once by NumPy and CTranslate2, when they are loaded
    from lab.servers.command import main

    sys.exit(main())
