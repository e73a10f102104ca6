"""Choose the orders: a spreadsheet or a list is given, and what was understood of it is shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import CoupaError, InputError, WorklistError
from coupa_async.services.languages.catalogue import mark
from coupa_async.services.spreadsheet.cells import delimited_text
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.preview import Preview, preview
from coupa_async.web.rendering import page
from coupa_async.web.requests import RefusedError, read_form, save_body
from coupa_async.web.serving.access import Refusal
from coupa_async.web.sheets import SUFFIXES, Sheet
from coupa_async.web.site import site_of

_COLUMNS = ("po_column", "id_column", "group_column")
NO_SUCH = Refusal(404, mark("There is no such page. What it showed may have been removed."))


async def choose(request: Request) -> Response:
    """Show the ways to give orders."""
    return page(request, "orders.html", suffixes=",".join(SUFFIXES), error="", pasted="")


async def upload(request: Request) -> Response:
    """Take a spreadsheet, streamed. Answers a script: where to go on, or what is wrong."""
    site = site_of(request)
    try:
        sheet_id, path = await to_thread.run_sync(site.sheets.place, request.query_params.get("name", ""))
        try:
            await save_body(request, site.access, path, Bounds().upload_bytes)
        except RefusedError as error:
            await to_thread.run_sync(site.sheets.remove, sheet_id)
            refusal = error.refusal
            head = {"connection": "close"}  # the rest of what is sent is not read
            return JSONResponse({"error": refusal.text}, refusal.status, headers=head)
    except CoupaError as error:
        return JSONResponse({"error": str(error)}, 422)
    return JSONResponse({"go": f"{site.access.base}/orders/{sheet_id}"})


async def paste(request: Request) -> Response:
    """Take a list of order numbers."""
    site = site_of(request)
    form = await read_form(request, site.access)
    if not (text := form.text("numbers")):
        return page(request, "orders.html", suffixes=",".join(SUFFIXES), error="empty", pasted="", status=422)
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
    choice = {**sheet.choice, **{name: form.text(name) for name in _COLUMNS if name in form}}
    choice = {name: value for name, value in choice.items() if value}
    try:
        await to_thread.run_sync(preview, sheet.path, worklist_options(choice))
    except WorklistError:
        return await _show(request, sheet, choice)  # which says what is wrong with it
    await to_thread.run_sync(site.sheets.choose, sheet, choice)
    return RedirectResponse(f"{site.access.base}/orders/{sheet.id}", 303)


async def bad_rows(request: Request) -> Response:
    """Hand out the rows that are no orders, each with its reason."""
    sheet = await sheet_of(request)
    try:
        found = await to_thread.run_sync(preview, sheet.path, worklist_options(sheet.choice))
    except InputError as error:
        raise RefusedError(Refusal(422, str(error))) from error
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(["ROW", "VALUE", "REASON"])
    table.writerows([bad.row, delimited_text(bad.shown), delimited_text(bad.reason)] for bad in found.worklist.bad_rows)
    head = {"content-disposition": 'attachment; filename="rows.csv"'}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=head)


async def sheet_of(request: Request) -> Sheet:
    """Return the spreadsheet that an address names.

    Raises:
        RefusedError: If there is none.
    """
    sheet = await to_thread.run_sync(site_of(request).sheets.find, request.path_params["sheet"])
    if sheet is None:
        raise RefusedError(NO_SUCH)
    return sheet


def worklist_options(choice: Mapping[str, str]) -> WorklistOptions:
    """Return how a spreadsheet is read, as it was chosen."""
    folders = choice.get("folder_columns")
    return WorklistOptions(
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
