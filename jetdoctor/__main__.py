"""``python3 -m jetdoctor``."""

import sys

from jetdoctor.cli import main

sys.exit(main())
