"""The entry point of ``python -m tinygrad_np``."""

import sys

from .viz.command import main

sys.exit(main(sys.argv[1:]))
