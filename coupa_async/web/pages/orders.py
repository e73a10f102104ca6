"""Choose the orders: a spreadsheet or a list is given, and what was understood of it is shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import CoupaError, InputError, WorklistError
from coupa_async.runtime.cleanup import cleanup
from coupa_async.services.languages.catalogue import mark
from coupa_async.services.spreadsheet.cells import delimited_text
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.preview import Preview, preview
from coupa_async.web.rendering import page, translated
from coupa_async.web.requests import RefusedError, read_form, save_body
from coupa_async.web.serving.access import Refusal
from coupa_async.web.sheets import SUFFIXES, Sheet
from coupa_async.web.site import Site, site_of

_READ_BY = ("sheet", "po_column", "id_column", "group_column")
_REMOVE_S = 5.0
NO_SUCH = Refusal(404, mark("There is no such page. What it showed may have been removed."))


async def choose(request: Request) -> Response:
    """Show the ways to give orders."""
    return show_ways(request)


def show_ways(request: Request, *, error: str = "", pasted: str = "") -> Response:
    """Show them, with a list of numbers filled in, or with what is wrong with it."""
    status = 422 if error else 200
    return page(request, "orders.html", status=status, suffixes=",".join(SUFFIXES), error=error, pasted=pasted)


async def upload(request: Request) -> Response:
    """Take a spreadsheet, streamed. Answers a script: where to go on, or what is wrong."""
    try:
        sheet_id = await _receive(request)
    except RefusedError as error:
        head = {"connection": "close"}  # the rest of what is sent is not read
        return JSONResponse({"error": translated(request, error.refusal.text)}, error.refusal.status, headers=head)
    except CoupaError as error:
        return JSONResponse({"error": translated(request, error)}, 422)
    except OSError as error:
        text = f"it cannot be kept ({error.strerror or error}): free space"
        return JSONResponse({"error": translated(request, text)}, 507)
    return JSONResponse({"go": f"{site_of(request).access.base}/orders/{sheet_id}"})


async def _receive(request: Request) -> str:
    """Keep a spreadsheet that is sent, or nothing of it. Returns its id."""
    site = site_of(request)
    sheet_id, path = await to_thread.run_sync(site.sheets.place, request.query_params.get("name", ""))
    try:
        await save_body(request, site.access, path, Bounds().upload_bytes)
    except BaseException:  # also when the window is closed meanwhile
        remove = partial(to_thread.run_sync, site.sheets.remove, sheet_id)
        await cleanup("an upload", remove, within_s=_REMOVE_S)
        raise
    return sheet_id


async def paste(request: Request) -> Response:
    """Take a list of order numbers."""
    site = site_of(request)
    form = await read_form(request, site.access)
    if not (text := form.text("numbers")):
        return show_ways(request, error="empty")
    sheet_id = await to_thread.run_sync(site.sheets.keep_pasted, text, datetime.now())
    return RedirectResponse(f"{site.access.base}/orders/{sheet_id}", 303)


async def template(request: Request) -> Response:
    """Hand out an empty list to fill in."""
    head = {"content-disposition": 'attachment; filename="orders.csv"'}
    return Response("PO_NUMBER\r\n".encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=head)


async def understood(request: Request) -> Response:
    """Show what was understood of a spreadsheet."""
    sheet = await sheet_of(request)
    return await _show(request, sheet, sheet.choice)


async def change(request: Request) -> Response:
    """Read a spreadsheet in another way, and remember that."""
    site, sheet = site_of(request), await sheet_of(request)
    form = await read_form(request, site.access)
    choice = {**sheet.choice, **{name: form.text(name) for name in _READ_BY if name in form}}
    choice = {name: value for name, value in choice.items() if value}
    try:
        await to_thread.run_sync(preview, sheet.path, worklist_options(choice))
    except WorklistError:
        return await _show(request, sheet, choice)  # which says what is wrong with it
    await site.sheets.choose(sheet, choice)
    return RedirectResponse(f"{site.access.base}/orders/{sheet.id}", 303)


async def bad_rows(request: Request) -> Response:
    """Hand out the rows that are no orders, each with its reason."""
    sheet = await sheet_of(request)
    found = await to_thread.run_sync(preview, sheet.path, worklist_options(sheet.choice))
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(["ROW", "VALUE", "REASON"])
    rows = found.worklist.bad_rows
    table.writerows(
        [bad.row, delimited_text(bad.shown), delimited_text(translated(request, bad.reason))] for bad in rows
    )
    head = {"content-disposition": 'attachment; filename="rows.csv"'}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=head)


async def sheet_of(request: Request) -> Sheet:
    """Return the spreadsheet that an address names.

    Raises:
        RefusedError: If there is none.
    """
    return await find_sheet(site_of(request), request.path_params["sheet"])


async def find_sheet(site: Site, sheet_id: str) -> Sheet:
    """Return the spreadsheet of an id.

    Raises:
        RefusedError: If there is none.
    """
    sheet = await to_thread.run_sync(site.sheets.find, sheet_id)
    if sheet is None:
        raise RefusedError(NO_SUCH)
    return sheet


def worklist_options(choice: Mapping[str, str]) -> WorklistOptions:
    """Return how a spreadsheet is read, as it was chosen."""
    folders = choice.get("folder_columns")
    return WorklistOptions(
        sheet=choice.get("sheet"),
        po_column=choice.get("po_column"),
        id_column=choice.get("id_column"),
        group_column=choice.get("group_column"),
        visible_only=choice.get("visible_only") == "true",
        encoding=choice.get("encoding"),
        folder_columns=None if folders is None else tuple(filter(None, folders.split("\n"))),
    )


async def _show(request: Request, sheet: Sheet, choice: Mapping[str, str]) -> Response:
    found: Preview | None = None
    error = ""
    try:
        found = await to_thread.run_sync(preview, sheet.path, worklist_options(choice))
    except InputError as wrong:
        error = str(wrong).replace(str(sheet.path), sheet.path.name)
    status = 200 if found else 422
    return page(request, "sheet.html", status=status, sheet=sheet, found=found, error=error, choice=choice)
