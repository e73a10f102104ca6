"""The layers of the design, checked: every module has a row, and imports only what lies below it."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A folder or module, and what of ours it may import. The longest row that fits a module is its own.
_APP = ("coupa_async.app", "coupa_async.services", "coupa_async.engine", "coupa_async.ports", "coupa_async.runtime")
LAYERS: dict[str, tuple[str, ...]] = {
    "coupa_async": (),
    "coupa_async.__main__": ("coupa_async.cli",),
    "coupa_async.domain": ("coupa_async.domain",),
    "coupa_async.ports": ("coupa_async.domain",),
    "coupa_async.runtime": ("coupa_async.runtime", "coupa_async.domain"),
    "coupa_async.services": ("coupa_async.services", "coupa_async.ports", "coupa_async.runtime", "coupa_async.domain"),
    "coupa_async.engine": ("coupa_async.engine", "coupa_async.ports", "coupa_async.runtime", "coupa_async.domain"),
    "coupa_async.app": (*_APP, "coupa_async.domain", "backends"),
    "coupa_async.evaluation": ("coupa_async.evaluation", *_APP, "coupa_async.domain"),
    "coupa_async.cli": ("coupa_async.cli", *_APP, "coupa_async.domain"),
    "coupa_async.web": ("coupa_async.web", *_APP, "coupa_async.domain"),
    "coupa_async.web.jobs.demo": ("coupa_async.web", "coupa_async.evaluation", *_APP, "coupa_async.domain"),
    "coupa_async.cli.commands.app": ("coupa_async.cli", "coupa_async.web", *_APP, "coupa_async.domain"),
    # Only the commands that use the recorded site import what stands beside them.
    "coupa_async.cli.commands.compare": ("coupa_async.cli", "coupa_async.evaluation", *_APP, "coupa_async.domain"),
    "coupa_async.cli.commands.demo": ("coupa_async.cli", "coupa_async.evaluation", *_APP, "coupa_async.domain"),
    "coupa_async.cli.commands.evidence": ("coupa_async.cli", "coupa_async.evaluation", *_APP, "coupa_async.domain"),
    "coupa_async.cli.commands.retry": ("coupa_async.cli", "coupa_async.evaluation", *_APP, "coupa_async.domain"),
    "coupa_async.cli.display.comparison": ("coupa_async.cli", "coupa_async.evaluation", *_APP, "coupa_async.domain"),
    "backends": ("backends", "coupa_async.ports", "coupa_async.runtime", "coupa_async.domain"),
    "fixtures": ("fixtures",),
}
# Libraries that a folder never imports.
NEVER: dict[str, set[str]] = {
    "coupa_async": {"playwright", "selenium", "asyncio", "threading", "multiprocessing", "subprocess", "aiohttp"},
    "coupa_async.domain": {"anyio", "pathlib.Path", "os", "time", "random", "sqlite3"},
}


def modules() -> list[str]:
    files = [path for top in ("coupa_async", "backends", "fixtures") for path in (ROOT / top).rglob("*.py")]
    return sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in files
        if path.name != "make.py"
    )


def imports(module: str) -> set[str]:
    path = ROOT.joinpath(*module.split("."))
    source = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute here"
            found.add(node.module or "")
            found.update(f"{node.module}.{name.name}" for name in node.names)
    return found


def lies_in(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_lies_below_it(module: str) -> None:
    row = max((row for row in LAYERS if lies_in(module, row)), key=len)
    ours = {name for name in imports(module) if name.split(".")[0] in ("coupa_async", "backends", "fixtures", "tests")}
    above = {name for name in ours if not any(lies_in(name, place) for place in LAYERS[row])}
    # `from package import module` names the package, too, which is no import of its layer.
    above -= {"coupa_async", "backends"} if len(ours) > 1 else set()
    assert not above, f"{module} may import {LAYERS[row]}"
    banned = {name for place, names in NEVER.items() if lies_in(module, place) for name in names}
    assert not {name for name in imports(module) if any(lies_in(name, item) for item in banned)}


def test_no_modules_import_each_other() -> None:
    known = set(modules())
    TopologicalSorter({module: imports(module) & known for module in known}).prepare()


def test_the_command_line_loads_no_browser_library_and_no_web_server() -> None:
    code = (
        "import sys, coupa_async.cli.main, coupa_async.app.configuration.settings, coupa_async.cli.commands.run;"
        "import coupa_async.cli.commands.app;"
        "heavy = ('playwright', 'selenium', 'backends', 'starlette', 'uvicorn', 'jinja2');"
        "print([m for m in sys.modules if m.split('.')[0] in heavy])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
