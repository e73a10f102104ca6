"""One chromedriver in a Selenium Grid's place: the Grid's managed downloads, and a browser that the client cannot see.

It keeps the paths for a Grid tested on machines without Java; where there is Java, a real Grid takes its place.

Grid's own protocol for files: https://www.selenium.dev/documentation/webdriver/drivers/remote_webdriver/#enable-downloads.

``python -m tests.fakes.grid CHROMEDRIVER CHROMIUM FOLDER``
"""

from __future__ import annotations

import base64
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

from tests.fakes.proxy import Proxy, serve


class Grid(Proxy):
    """Downloads go to a folder of the node's, one for all of its sessions: their names differ."""

    folder = Path()
    chromium = ""

    def ask(self, asked: Any) -> Any:
        wanted = asked["capabilities"]["firstMatch"][0] | asked["capabilities"]["alwaysMatch"]
        assert wanted.pop("se:downloadsEnabled"), "a Grid hands files out only where the client asks for it"
        options = wanted["goog:chromeOptions"]
        assert "binary" not in options, "the client cannot know where a node has its browser"
        options["binary"] = self.chromium
        options["prefs"] = {"download.default_directory": str(self.folder), "download.prompt_for_download": False}
        return {"capabilities": {"alwaysMatch": wanted}}

    def told(self, answer: Any) -> Any:
        answer["value"].get("capabilities", {})["se:downloadsEnabled"] = True
        return answer

    def own(self, body: bytes) -> Any:
        if not self.path.endswith("/se/files"):
            return None
        if self.command == "GET":
            return {"names": [path.name for path in self.folder.iterdir()]}
        name = json.loads(body)["name"]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(self.folder / name, name)
        return {"filename": name, "contents": base64.b64encode(packed.getvalue()).decode()}


if __name__ == "__main__":
    driver, Grid.chromium, folder = sys.argv[1:]
    Grid.folder = Path(folder)
    Grid.folder.mkdir(exist_ok=True)
    serve(Grid, driver, port=0)
