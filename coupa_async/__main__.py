"""``python -m coupa_async COMMAND``."""

import sys

from coupa_async.cli.main import main

sys.exit(main())
