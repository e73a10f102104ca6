"""What checks found, as a checklist: a sign, a name, and what to do, a line each."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from coupa_async.cli.display.fitting import wrapped
from coupa_async.cli.invocation import as_typed
from coupa_async.cli.language import _, message
from coupa_async.services.diagnostics.checks import Finding, Severity

_SIGNS = {Severity.GOOD: "[green]✔[/]", Severity.NOTE: "[yellow]![/]", Severity.BAD: "[red]✘[/]"}
_PLAIN_SIGNS = {Severity.GOOD: "ok", Severity.NOTE: "! ", Severity.BAD: "x "}
# Findings with a name that scripts know, and that people do not.
_NAMES = {"tenant": "Coupa"}


def show_findings(findings: Sequence[Finding], console: Console) -> None:
    """Print the checklist."""
    signs = _PLAIN_SIGNS if console.options.ascii_only else _SIGNS
    arrow = "->" if console.options.ascii_only else "→"
    names = [_(finding.name) if finding.name not in _NAMES else _NAMES[finding.name] for finding in findings]
    width = max(map(len, names), default=0)
    for name, finding in zip(names, findings, strict=True):
        cure = f"  {arrow} {as_typed(message(finding.cure))}" if finding.cure else ""
        line = f"{name:<{width}}  {as_typed(message(finding.text))}{cure}"
        shown = wrapped(line, console.width - 2, indent=width + 2) if console.is_terminal else line
        shown = shown.replace("\n", "\n  ")
        console.print(f"{signs[finding.mark]} {escape(shown)}", highlight=False, soft_wrap=True)
