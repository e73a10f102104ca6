"""The commands: each one's settings class, and what it is for."""

from __future__ import annotations

from coupa_async.services.languages.catalogue import mark

# Each command is a module of this folder with a settings class and an async function: imported when it is asked for.
COMMANDS = {
    "run": ("Run", mark("collect the attachments of the orders in a spreadsheet")),
    "app": ("App", mark("the same by clicks: a local page in your own browser")),
    "demo": ("Demo", mark("the same on a recorded site with a sample workbook")),
    "setup": ("Setup", mark("the address of your Coupa, checked and kept, and the sign-in")),
    "login": ("Login", mark("sign in once, in a window; --status says whether you are")),
    "completion": ("Completion", mark("a script that completes commands and options in your shell")),
    "config": ("Config", mark("your settings, and where each comes from; set NAME VALUE, unset NAME")),
    "doctor": ("Doctor", mark("see whether a run can start, and what to do if not")),
    "status": ("Status", mark("where the run of an output folder stands")),
    "retry": ("Retry", mark("run the orders of an output folder again that did not come out well")),
    "runs": ("Runs", mark("the output folders of earlier runs; resume N, report N")),
    "report": ("Report", mark("make the HTML report of an output folder again")),
    "record": ("Record", mark("save pages of your Coupa, scrubbed, for others to test with")),
    "compare": ("Compare", mark("the same orders through several backends: which to trust")),
    "evidence": ("Evidence", mark("five checks of whole runs on both backends, written down")),
}
