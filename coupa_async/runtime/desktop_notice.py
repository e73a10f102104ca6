"""Notices of the user's desktop, where the system has a program that shows them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence

import anyio

from coupa_async.runtime.processes import apart, child_environment

_WITHIN_S = 5.0
# The texts go in as arguments or variables, never as part of a script: a file's name may be anything.
_APPLE = ("on run texts", "display notification (item 2 of texts) with title (item 1 of texts)", "end run")
_POWERSHELL = """\
$kind = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$toast = $kind::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $toast.GetElementsByTagName('text')
[void]$texts.Item(0).AppendChild($toast.CreateTextNode($env:NOTICE_TITLE))
[void]$texts.Item(1).AppendChild($toast.CreateTextNode($env:NOTICE_TEXT))
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
$kind::CreateToastNotifier($app).Show([Windows.UI.Notifications.ToastNotification]::new($toast))
"""


async def show_notice(title: str, text: str) -> bool:
    """Show a notice on the desktop.

    Returns:
        Whether some program took it.
    """
    found = command(title, text, platform=sys.platform, which=shutil.which)
    if found is None:
        return False
    words, own = found
    environment = {**child_environment(), **own}
    with anyio.move_on_after(_WITHIN_S):
        try:
            done = await anyio.run_process(words, check=False, env=environment, **apart())
        except OSError:
            return False
        return done.returncode == 0
    return False


def command(
    title: str, text: str, *, platform: str, which: Callable[[str], str | None]
) -> tuple[Sequence[str], Mapping[str, str]] | None:
    """Return the command that shows a notice, and variables that it needs; ``None`` if the system has none.

    Args:
        title: In one line.
        text: What it says.
        platform: As in ``sys.platform``.
        which: Finds a program.
    """
    if platform == "win32":
        variables = {"NOTICE_TITLE": title, "NOTICE_TEXT": text}
        shell = which("powershell")
        return ([shell, "-NoProfile", "-NonInteractive", "-Command", _POWERSHELL], variables) if shell else None
    if platform == "darwin":
        shell = which("osascript")
        scripts = [word for line in _APPLE for word in ("-e", line)]
        return ([shell, *scripts, title, text], {}) if shell else None
    shell = which("notify-send")
    return ([shell, "--app-name=coupa-async", "--", title, text], {}) if shell else None
