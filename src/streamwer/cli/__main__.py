"""`python -m streamwer.cli` does what the installed command does."""

import sys

from streamwer.cli.command import main

if __name__ == "__main__":
    sys.exit(main())
