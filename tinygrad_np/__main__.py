"""What ``python -m tinygrad_np`` runs."""

import sys

from .viz.command import main

sys.exit(main(sys.argv[1:]))
