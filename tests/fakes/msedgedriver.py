"""Chromedriver in msedgedriver's place: takes ``MicrosoftEdge`` and ``ms:edgeOptions``.

``python -m tests.fakes.msedgedriver CHROMEDRIVER LOG --port=N --url-base=/PATH …``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.fakes.proxy import Proxy, serve

TO_CHROME = {"MicrosoftEdge": "chrome", "ms:edgeOptions": "goog:chromeOptions"}
TO_EDGE = {chrome: edge for edge, chrome in TO_CHROME.items()}


class EdgeDriver(Proxy):
    """What it is asked goes to a log."""

    log = Path()

    def ask(self, asked: Any) -> Any:
        with self.log.open("a") as log:
            log.write(json.dumps(asked) + "\n")
        return translated(asked, TO_CHROME)

    def told(self, answer: Any) -> Any:
        return translated(answer, TO_EDGE)


def translated(value: Any, words: dict[str, str]) -> Any:
    """Put one vocabulary's names in the place of the other's."""
    match value:
        case dict():
            return {words.get(key, key): translated(inner, words) for key, inner in value.items()}
        case list():
            return [translated(inner, words) for inner in value]
        case str():
            return words.get(value, value)
    return value


if __name__ == "__main__":
    chromedriver, asked_log, *more = sys.argv[1:]
    EdgeDriver.log = Path(asked_log)
    given = {name: value for name, _, value in (word.partition("=") for word in more)}
    EdgeDriver.base = given["--url-base"]
    serve(EdgeDriver, chromedriver, port=int(given["--port"]))
