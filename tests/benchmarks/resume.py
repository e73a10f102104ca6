"""``python -m tests.benchmarks.resume FOLDER``: what a next start asks of the journal before it knows what is left."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from coupa_async.services.records.journal import FILE_NAME, Journal


def main(root: Path) -> None:
    """Ask, and print what it took."""
    began_s = time.perf_counter()
    with Journal(root / FILE_NAME) as journal:
        unfiled, settled = len(journal.unfiled()), len(journal.settled())
        print(json.dumps({"orders": settled, "unfiled": unfiled, "seconds": time.perf_counter() - began_s}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
