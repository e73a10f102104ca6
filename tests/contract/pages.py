"""The pages and files of the contract's site."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

PDF = b"%PDF-1.4\n" + b"0123456789abcdef" * 200


LARGE = b"%PDF-1.4\n" + b"0123456789abcdef" * 125_000


PIECE = b"0123456789abcdef" * 512


BIG_BYTES = 200 * 2**20


LATE = (
    "<p id=first>first</p><script>setTimeout(() => {const p = document.createElement('p'); p.id = 'late';"
    " document.body.append(p)}, 400)</script>"
)


FORM = (
    "<form method=post action=/form><input id=user name=user><input type=password id=pw name=pw>"
    "<button id=go>Go</button></form>"
)


# Once somebody has clicked in it, the browser asks before it leaves this page.
STAYS = (
    "<script>addEventListener('beforeunload', event => event.preventDefault())</script>"
    "<input id=user><button id=go onclick=\"document.body.append('clicked')\">Go</button>"
)


# A page in three parts, of which a script shows the next one where a control is clicked that something floats above.
PARTS = (
    '<p id="part">1</p><p><a class="on" href="/parts-2">on</a></p><div style="position:fixed;inset:0"></div>'
    "<script>document.querySelector('.on').addEventListener('click', event => { event.preventDefault();"
    " setTimeout(() => { const part = document.getElementById('part');"
    " part.textContent = Math.min(+part.textContent + 1, 3) }, 300) })</script>"
)


LASTS_S = 3600


# Whoever reads the page through its own objects reads what it wants to be read.
FORGED = (
    '<script>JSON.stringify = () => \'["https://forged.example/", "<p>forged</p>"]\';'
    "Object.defineProperty(Element.prototype, 'outerHTML', {get: () => '<p>forged</p>'});"
    "document.documentElement.__defineGetter__('outerHTML', () => '<p>forged</p>')</script><p>true</p>"
)


GROWS = "<script>setInterval(() => document.body.append('0123456789'.repeat(30000)), 50)</script>"


FRAME_LOADED = "const p = document.createElement('p'); p.id = 'loaded'; document.body.append(p)"


def html(text: str) -> str:
    return f"<html><head><title>t</title></head><body>{text}</body></html>"


def page(text: str) -> web.Response:
    return web.Response(text=html(text), content_type="text/html")


def sends_itself(to: str) -> str:
    return f"<form method=post action={to}></form><script>document.forms[0].submit()</script>"


def elsewhere_of(url: str) -> str:
    """Tell the same site's address under another origin."""
    return url.replace("127.0.0.1", "localhost")


ENDS = {"/round": "/page", "/round-file": "/plain", "/round-wall": "/sessions/new"}


@dataclass(frozen=True)
class File:
    """A file that the site serves."""

    data: bytes
    disposition: str = ""
    kind: str = "application/pdf"


HTM = "/attachment/attachment_file/file/9/Report.htm"


FILES = {
    "/plain": File(PDF, 'attachment; filename="plain.pdf"'),
    "/large": File(LARGE, 'attachment; filename="large.pdf"'),
    "/inline": File(PDF, 'inline; filename="inline.pdf"'),
    "/bare": File(PDF),
    "/empty": File(b"", 'attachment; filename="empty.pdf"'),
    "/text": File(b"plain words", "inline", "text/plain"),
    "/picture": File(b"\x89PNG\r\n\x1a\n" + b"0" * 50, 'inline; filename="p.png"', "image/png"),
    "/hostile": File(PDF, "attachment; filename=\"../../x.pdf\"; filename*=UTF-8''..%2F..%2F%E2%82%AC.pdf"),
    # Each character a byte of the header.
    "/latin": File(PDF, 'attachment; filename="Cota\xe7\xe3o n\xba 7.pdf"'),
    "/windows": File(PDF, 'attachment; filename="\x80 rates.pdf"'),
    "/utf-8": File(PDF, 'attachment; filename="' + "Cotação € 図.pdf".encode().decode("latin-1") + '"'),
    "/percent": File(PDF, 'attachment; filename="Cota%C3%A7%C3%A3o.pdf"'),
    "/encoded": File(PDF, 'attachment; filename="=?UTF-8?B?Q290YcOnw6NvLnBkZg==?="'),
    "/quoted": File(PDF, 'inline; filename="=?iso-8859-1?Q?Cota=E7=E3o;_nova.pdf?="'),
    "/broken": File(PDF, "attachment; filename*=nonsense''%61.pdf; filename=b.pdf; filename=c.pdf"),
    "/label": File(b"<html><p>a report</p></html>", 'inline; filename="Report.html"', "text/html; charset=utf-8"),
    HTM: File(b"<html><p>a report</p></html>", "", "text/html"),
}


PAGES = {
    "/page": html("<h1>page</h1>"),
    "/late": html(LATE),
    "/sessions/new": html(FORM),
    "/html": html("no file"),
    "/forged": html(FORGED),
    "/huge": html("<p>" + "0123456789" * 300_000),
    "/grows": html(GROWS),
    "/tabs": html("<script>open('/plain'); open('/closes'); open('/alert'); open('/hang')</script>tabs"),
    "/closes": html("<script>setTimeout(close, 50)</script>"),
    "/stays": html(STAYS),
    "/parts": html(PARTS),
    "/parts-2": html('<p id="part">2</p><p><a class="on" href="/parts-3">on</a></p>'),
    "/parts-3": html('<p id="part">3</p><p><a class="on" href="/parts-3">on</a></p>'),
    "/to-print": html("<h1>to print</h1><script>onload = () => print()</script>"),
    "/endless": html("<script>for (;;);</script>"),
    "/endless-later": html("<script>setTimeout(() => {for (;;);}, 300)</script>"),
}
