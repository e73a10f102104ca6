"""Bounds on what others send, in one record, so that all of them can be seen and set in one place."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bounds on what suppliers, pages and files can make the program do.

    Attributes:
        page_bytes: Of a page after decompression. The largest real order page seen is below 2 MB.
        page_depth: Elements inside each other. Chromium stops at 512, and writes down pages that are 513 deep.
        page_attachments: Attachments that one page may name.
        page_fields: Fields with a label that one page may have; further ones are not read.
        page_lines: Lines of one order that are read.
        field_chars: Of a field's text; what is longer is cut, with ``…``. A spreadsheet's cell holds little more.
        record_bytes: Of one answer of the API. Objects that are read from JSON take twenty times its size.
        parse_s: Seconds to parse one page or one message.
        parse_memory_bytes: What parsing one page may take, in a process of its own, with the page itself.
        file_bytes: Of one attachment; ``None`` for no bound of our own.
        disk_reserve_bytes: What stays free on the disk of the output folder, for the journal and for the user.
        message_bytes: Of an Outlook message that is printed, and of all that is read out of it.
        message_depth: Messages inside messages that are printed.
        message_parts: Files and messages that one printed message may have attached, those in messages in it included.
        message_pictures_bytes: Of all pictures that one printed message shows; the others are kept as files.
        message_page_bytes: Of the page that a message is printed from. It goes to the browser as one text, of which the
            libraries in between make up to ten copies.
        table_bytes: Of a spreadsheet of the user's: a text file, or all parts of a workbook after decompression but its
            sheets.
        table_sheets_bytes: Of a workbook's sheets after decompression, which are read as streams. A million rows of
            twelve texts have 0.8 GB.
        table_row_bytes: Of one row of a text file. Excel's longest real ones are far below.
        table_sheet_row_bytes: Of the markup of one row of a workbook's sheet. 16,384 cells of ordinary texts have 3 MB.
        table_parts: Files in a workbook's archive.
        table_s: Seconds to read a workbook of a kind that is only read.
        table_memory_bytes: What reading one of those may take.
        upload_bytes: Of a spreadsheet that is given to the page.
    """

    page_bytes: int = 64 * _MIB
    page_depth: int = 520
    page_attachments: int = 5_000
    page_fields: int = 1_000
    page_lines: int = 20_000
    field_chars: int = 32_000
    record_bytes: int = 16 * _MIB
    parse_s: float = 10.0
    parse_memory_bytes: int = 384 * _MIB
    file_bytes: int | None = None
    disk_reserve_bytes: int = 256 * _MIB
    message_bytes: int = 64 * _MIB
    message_depth: int = 8
    message_parts: int = 1_000
    message_pictures_bytes: int = 12 * _MIB
    message_page_bytes: int = 24 * _MIB
    table_bytes: int = 512 * _MIB
    table_sheets_bytes: int = 2_048 * _MIB
    table_row_bytes: int = 8 * _MIB
    table_sheet_row_bytes: int = 32 * _MIB
    table_parts: int = 10_000
    table_s: float = 120.0
    table_memory_bytes: int = 2_048 * _MIB
    upload_bytes: int = 100 * _MIB
