"""The report of the five checks, as Markdown. It holds only what was seen."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from string import Template

from coupa_async.evaluation.checks.environment import Check, CheckResult

TITLE = "# Evidence: five checks of whole runs"
_PAGE = Template(f"""\
{TITLE}

Written by `coupa-async evidence` (`make evidence`) from what it saw: the program run in a process of its own against
$tenant; its log, journal, folders and exit code read; its processes and profiles looked at while it
ran. Nothing here is typed by hand.

| | |
|---|---|
$versions

| check | $backends |
|---|$rules
$verdicts

$sections""")
_SECTION = Template("""\
## $key $title ($backend)

**$verdict**$notes

```console
$commands
```

$findings

```json
$excerpts
```
""")
_SHORT = 220


def report(checks: Sequence[Check], *, tenant: str) -> str:
    """Write the report.

    Args:
        checks: All checks that were made.
        tenant: The tenant, as the report names it.
    """
    backends = list(dict.fromkeys(check.backend for check in checks))
    by_key: dict[str, dict[str, Check]] = {}
    for check in checks:
        by_key.setdefault(check.key, {})[check.backend] = check
    verdicts = [
        f"| {key} {next(iter(row.values())).title} | {' | '.join(_verdict(row[name]) for name in backends)} |"
        for key, row in by_key.items()
    ]
    text = _PAGE.substitute(
        tenant=tenant,
        versions="\n".join(f"| {name} | {value} |" for name, value in _versions(checks)),
        backends=" | ".join(backends),
        rules="---|" * len(backends),
        verdicts="\n".join(verdicts),
        sections="\n".join(_section(item) for row in by_key.values() for item in row.values()),
    )
    return text.replace(str(Path.cwd()), "…").replace(str(Path.home()), "~")


def _section(check: Check) -> str:
    lines = [json.dumps(line, ensure_ascii=False) for line in check.excerpts]
    return _SECTION.substitute(
        key=check.key,
        title=check.title,
        backend=check.backend,
        verdict=_verdict(check),
        notes="".join(f"\n\n{note[:1].upper()}{note[1:]}." for note in check.notes),
        commands="\n".join(f"$ {run.command}\n→ exit code {run.exit_code}" for run in check.runs),
        findings="\n".join(f"- {_mark(finding)} {finding.text}" for finding in check.findings),
        excerpts="\n".join(line if len(line) <= _SHORT else f"{line[:_SHORT]}…" for line in lines),
    )


def _versions(checks: Sequence[Check]) -> list[tuple[str, str]]:
    browsers = sorted({run.browser for check in checks for run in check.runs if run.browser})
    return [
        ("coupa-async", version("coupa-async")),
        ("Python", f"{platform.python_version()} on {sys.platform}"),
        *((name, _installed(name)) for name in ("playwright", "selenium", "anyio")),
        ("browser", ", ".join(browsers) or "not seen"),
    ]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _verdict(check: Check) -> str:
    return "holds" if check.holds else "DOES NOT HOLD"


def _mark(finding: CheckResult) -> str:
    return "holds:" if finding.holds else "**does not hold:**"
