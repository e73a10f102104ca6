"""What the program's own words are called on the page: outcomes, causes and their cures, options and their values."""

from __future__ import annotations

from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.causes import Cause
from coupa_async.services.languages.catalogue import mark

OUTCOMES = {
    Outcome.PENDING: mark("Pending"),
    Outcome.COMPLETED: mark("Completed"),
    Outcome.NO_ATTACHMENTS: mark("No attachments"),
    Outcome.PARTIAL: mark("Partial"),
    Outcome.FAILED: mark("Failed"),
    Outcome.PO_NOT_FOUND: mark("Not found"),
    Outcome.TIMEOUT: mark("Timed out"),
}
CAUSES = {
    Cause.NOT_FOUND: (
        mark("Coupa shows no such order, or not to you"),
        mark("Check the number. If a colleague can open it, ask for access to its company."),
    ),
    Cause.NO_ACCESS: (
        mark("Coupa lets you see the order but not its file"),
        mark("Ask whoever owns the order for access to its attachments."),
    ),
    Cause.GONE: (
        mark("Coupa names a file that it no longer has"),
        mark("Open the order in Coupa: if the file does not open there either, ask its supplier for it."),
    ),
    Cause.BUSY: (mark("Coupa was busy or out of order"), mark("Try these again in a while.")),
    Cause.LATE: (
        mark("It took too long"),
        mark("Try these again. If it happens often, raise the time limits in the settings."),
    ),
    Cause.NOT_A_FILE: (
        mark("A page came where a file was asked for"),
        mark("Open the file in Coupa once by hand: it may ask for something first. Then try again."),
    ),
    Cause.ELSEWHERE: (
        mark("The file lies at an address that is not asked"),
        mark("Open it by hand; if the address is one of your company, add it to the allowed hosts in the settings."),
    ),
    Cause.TOO_LARGE: (
        mark("A file is too large, or the disk is full"),
        mark("Free space on the disk, or allow larger files in the settings, then try again."),
    ),
    Cause.IN_USE: (mark("Another program holds a file open"), mark("Close the program that shows it, then try again.")),
    Cause.BROKEN: (
        mark("A file did not come whole"),
        mark("Try these again. If it stays so, open the file in Coupa: it may be broken there, too."),
    ),
    Cause.WRONG_ORDER: (
        mark("The order's address shows another order"),
        mark("Give the order's link in a column of the spreadsheet, or set how addresses are made in the settings."),
    ),
    Cause.NETWORK: (mark("The network did not carry it"), mark("Check network and VPN, then try again.")),
    Cause.PROGRAM: (
        mark("The program met something that nobody foresaw"),
        mark("Try these again. If it stays so, save a bundle for support under Help."),
    ),
    Cause.INCOMPLETE: (
        mark("The order's page announces more than it shows"),
        mark("Open the order in Coupa and compare; what was there is kept. Then try again."),
    ),
    Cause.OTHER: (mark("Other reasons"), mark("See the reason of each order.")),
}
LABELS = {
    "workers": mark("Browsers side by side"),
    "requisition": mark("Files of the requisition"),
    "msg_pdf": mark("Outlook messages also as PDF"),
    "empty_folders": mark("A folder also for orders without files"),
    "lane": mark("How pages and files are fetched"),
    "tabs": mark("Orders at once in one browser"),
    "requests_per_s": mark("Requests a second, at most"),
    "max_attempts": mark("Tries for an order or a file"),
    "page_timeout_s": mark("Seconds that a page may take"),
    "download_timeout_s": mark("Seconds that a file may take"),
    "max_file_mb": mark("Megabytes that a file may have"),
    "visible_only": mark("Leave out rows that are hidden"),
    "data": mark("Order data as columns (basic, all)"),
    "types": mark("Only files of these types (pdf, docx)"),
    "no_files": mark("Only the data, no files"),
    "names": mark("Only files whose names match (*contract*)"),
    "intent": mark("Files for the supplier, or others"),
    "files_from": mark("Only files from (header, lines, comments, requisition)"),
    "link_duplicates": mark("Equal files once, linked"),
    "skip_unseen_groups": mark("Leave companies for last of which no order can be seen"),
}
VALUES = {
    "true": mark("yes"),
    "false": mark("no"),
    "auto": mark("fast where possible, else by browser"),
    "direct": mark("fast, over HTTP"),
    "browser": mark("by browser"),
    "fallback": mark("only if the order has none"),
    "always": mark("always"),
    "never": mark("never"),
    "supplier": mark("only those for the supplier"),
    "internal": mark("only the others"),
}
# What doctor checks, by the names that it has in a terminal.
CHECKS = {
    "Python": mark("Python, which the program runs on"),
    "packages": mark("The parts of the program"),
    "settings": mark("What you have set"),
    "browser": mark("Your browser"),
    "channel": mark("The browser that you chose"),
    "policies": mark("What your company allows the browser"),
    "driver": mark("The browser's driver"),
    "shared machine": mark("Others on this computer"),
    "proxy password": mark("The password of your company's proxy"),
    "profiles": mark("The place of the browser's own data"),
    "your profile": mark("Your own browser's data"),
    "tenant": mark("The address of your Coupa"),
    "sign-in": mark("Your sign-in to Coupa"),
    "output": mark("The folder for the files"),
    "disk": mark("Room on the disk"),
    "memory": mark("Room in the memory"),
    "long paths": mark("Long names of folders"),
    "DNS": mark("The name of your Coupa in the network"),
    "connection": mark("The way to your Coupa"),
    "proxy": mark("The proxy of your company"),
    "TLS": mark("The certificate of your Coupa"),
    "lookup": mark("How orders are looked up"),
    "scope": mark("What the API client may read"),
    "API client": mark("The API client"),
    "API": mark("Coupa's API"),
}
# Words of the program that the page shows as they are, in English, or translated.
SAID = (
    *(mark("starting"), mark("signing in"), mark("a new browser"), mark("given up"), mark("waiting")),
    *(mark("Python"), mark("packages"), mark("settings"), mark("browser"), mark("channel"), mark("policies")),
    *(mark("driver"), mark("shared machine"), mark("proxy password"), mark("profiles"), mark("your profile")),
    *(mark("tenant"), mark("sign-in"), mark("output"), mark("disk"), mark("memory"), mark("long paths")),
    *(mark("connection"), mark("lookup"), mark("scope"), mark("API client"), mark("API")),
    *(mark("default"), mark("environment"), mark("keyring")),
)
