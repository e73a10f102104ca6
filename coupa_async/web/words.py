"""What the program's own words are called on the page: outcomes, causes and their cures, options and their values."""

from __future__ import annotations

from coupa_async.domain.causes import Cause
from coupa_async.domain.outcome import Outcome


def _(text: str) -> str:
    """Mark a text for the catalogue; it is translated when it is shown."""
    return text


OUTCOMES = {
    Outcome.PENDING: _("Pending"),
    Outcome.COMPLETED: _("Completed"),
    Outcome.NO_ATTACHMENTS: _("No attachments"),
    Outcome.PARTIAL: _("Partial"),
    Outcome.FAILED: _("Failed"),
    Outcome.PO_NOT_FOUND: _("Not found"),
    Outcome.TIMEOUT: _("Timed out"),
}
CAUSES = {
    Cause.NOT_FOUND: (
        _("Coupa shows no such order, or not to you"),
        _("Check the number. If a colleague can open it, ask for access to its company."),
    ),
    Cause.NO_ACCESS: (
        _("Coupa lets you see the order but not its file"),
        _("Ask whoever owns the order for access to its attachments."),
    ),
    Cause.GONE: (
        _("Coupa names a file that it no longer has"),
        _("Open the order in Coupa: if the file does not open there either, ask its supplier for it."),
    ),
    Cause.BUSY: (_("Coupa was busy or out of order"), _("Try these again in a while.")),
    Cause.LATE: (
        _("It took too long"),
        _("Try these again. If it happens often, raise the time limits in the settings."),
    ),
    Cause.NOT_A_FILE: (
        _("A page came where a file was asked for"),
        _("Open the file in Coupa once by hand: it may ask for something first. Then try again."),
    ),
    Cause.ELSEWHERE: (
        _("The file lies at an address that is not asked"),
        _("Open it by hand; if the address is one of your company, add it to the allowed hosts in the settings."),
    ),
    Cause.TOO_LARGE: (
        _("A file is too large, or the disk is full"),
        _("Free space on the disk, or allow larger files in the settings, then try again."),
    ),
    Cause.IN_USE: (_("Another program holds a file open"), _("Close the program that shows it, then try again.")),
    Cause.BROKEN: (
        _("A file did not come whole"),
        _("Try these again. If it stays so, open the file in Coupa: it may be broken there, too."),
    ),
    Cause.WRONG_ORDER: (
        _("The order's address shows another order"),
        _("Give the order's link in a column of the spreadsheet, or set how addresses are made in the settings."),
    ),
    Cause.NETWORK: (_("The network did not carry it"), _("Check network and VPN, then try again.")),
    Cause.PROGRAM: (
        _("The program met something that nobody foresaw"),
        _("Try these again. If it stays so, save a bundle for support under Help."),
    ),
    Cause.INCOMPLETE: (
        _("The order's page announces more than it shows"),
        _("Open the order in Coupa and compare; what was there is kept. Then try again."),
    ),
    Cause.OTHER: (_("Other reasons"), _("See the reason of each order.")),
}
LABELS = {
    "workers": _("Browsers side by side"),
    "requisition": _("Files of the requisition"),
    "msg_pdf": _("Outlook messages also as PDF"),
    "empty_folders": _("A folder also for orders without files"),
    "lane": _("How pages and files are fetched"),
    "tabs": _("Orders at once in one browser"),
    "requests_per_s": _("Requests a second, at most"),
    "max_attempts": _("Tries for an order or a file"),
    "page_timeout_s": _("Seconds that a page may take"),
    "download_timeout_s": _("Seconds that a file may take"),
    "max_file_mb": _("Megabytes that a file may have"),
    "skip_unseen_groups": _("Leave companies for last of which no order can be seen"),
}
VALUES = {
    "true": _("yes"),
    "false": _("no"),
    "auto": _("fast where possible, else by browser"),
    "direct": _("fast, over HTTP"),
    "browser": _("by browser"),
    "fallback": _("only if the order has none"),
    "always": _("always"),
    "never": _("never"),
}
# Words of the program that the page shows as they are, in English, or translated.
SAID = (
    *(_("starting"), _("signing in"), _("a new browser"), _("given up"), _("waiting")),
    *(_("Python"), _("packages"), _("settings"), _("browser"), _("channel"), _("policies"), _("driver")),
    *(_("shared machine"), _("proxy password"), _("profiles"), _("your profile"), _("tenant"), _("sign-in")),
    *(_("output"), _("disk"), _("memory"), _("long paths"), _("default"), _("environment"), _("keyring")),
)
