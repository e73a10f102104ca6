"""A site of single answers, over HTTP for browsers and from memory for the double: what the contract is tried on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate

from aiohttp import web

from backends.fake.backend import Answer, Body, FakeSession, Hang
from coupa_async.domain.errors import BrokenDownloadError, RefusedDownloadError, UnreachableError
from coupa_async.ports import Document
from tests.contract.pages import (
    BIG_BYTES,
    ENDS,
    FILES,
    FRAME_LOADED,
    LASTS_S,
    PAGES,
    PDF,
    PIECE,
    File,
    elsewhere_of,
    html,
    page,
    sends_itself,
)


@dataclass
class Site:
    """The site on a socket."""

    url: str = ""
    hits: list[str] = field(default_factory=list)
    flowing: int = 0  # answers without an end that somebody still takes

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.hits.append(path)
        if path in FILES:
            item = FILES[path]
            if not item.disposition.isascii():
                return self._raw(request, item)
            headers = {"Content-Type": item.kind} | (
                {"Content-Disposition": item.disposition} if item.disposition else {}
            )
            return web.Response(body=item.data, headers=headers)
        if path in PAGES:
            return web.Response(text=PAGES[path], content_type="text/html")
        if (there := self._through(path)) is not None:
            return there
        match path:
            case "/moved":
                raise web.HTTPFound("/page")
            case "/wall" | "/walled-file" | "/attachment/attachment_file/file/8/Report.htm":
                raise web.HTTPFound("/sessions/new")
            case "/moved-file":
                raise web.HTTPFound("/plain")
            case "/busy":
                return web.Response(
                    status=503, text=html("busy"), content_type="text/html", headers={"Retry-After": "7"}
                )
            case "/bare-busy":
                return web.Response(status=503, headers={"Retry-After": "7"})
            case "/busy-at":
                now_s = time.time() + 600  # its clock is ahead
                headers = {"Date": formatdate(now_s, usegmt=True), "Retry-After": formatdate(now_s + 3, usegmt=True)}
                return web.Response(status=503, text=html("busy"), content_type="text/html", headers=headers)
            case "/refused":
                return web.Response(status=500, text=html("no"), content_type="text/html")
            case "/form":
                typed = await request.post()
                response = web.Response(text=html("hello"), content_type="text/html")
                response.set_cookie("session", str(typed["pw"]), httponly=True)
                return response
            case "/cookies":
                response = web.Response(text=html("cookies"), content_type="text/html")
                response.set_cookie("plain", "1")
                response.set_cookie("hidden", "1", path="/deep", httponly=True, samesite="Strict")
                response.set_cookie("lasting", "1", max_age=LASTS_S)
                return response
            case "/whoami":
                return web.Response(text=html(request.cookies.get("session", "nobody")), content_type="text/html")
            case "/alert":
                return web.Response(text=html("<script>alert('hi')</script>after"), content_type="text/html")
            case "/cut":
                return await self._cut(request)
            case "/big":
                return await self._big(request)
            case "/asleep-file":
                return await self._in_pieces(request, 5, silent_s=3600)
            case "/drip-file":
                return await self._in_pieces(request, 12, pause_s=0.5)
            case "/endless-file":
                return await self._endless(request, "application/pdf")
            case "/endless-page":
                return await self._endless(request, "text/html")
            case "/leads-to":
                to = f"http://127.0.0.1:{int(request.query['port'])}/"
                return page(f"<form method=post action={to}><input id=user><button id=go>Go</button></form>")
            case "/to-metadata":
                raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")
            case "/to-ftp":
                raise web.HTTPFound("ftp://127.0.0.1/a.pdf")
            case "/hang":
                await asyncio.sleep(3600)
        raise web.HTTPNotFound

    def _raw(self, request: web.Request, file: File) -> web.Response:
        """Answer with a header in bytes as they are, which no HTTP library sends."""
        lines = (
            "HTTP/1.1 200 OK",
            f"Content-Type: {file.kind}",
            f"Content-Length: {len(file.data)}",
            "Connection: close",
        )
        head = "\r\n".join([*lines, f"Content-Disposition: {file.disposition}", "", ""])
        assert request.transport is not None
        request.transport.write(head.encode("latin-1") + file.data)
        request.transport.close()
        return web.Response()  # to nobody

    def _through(self, path: str) -> web.Response | None:
        """Lead through another origin, by redirects or by forms that send themselves; or show a page in a page."""
        elsewhere = elsewhere_of(self.url)
        match path:
            case "/round" | "/round-file" | "/round-wall":
                raise web.HTTPFound(f"{elsewhere}/back{path}")
            case "/back/round" | "/back/round-file" | "/back/round-wall":
                raise web.HTTPFound(f"{self.url}{ENDS[path.removeprefix('/back')]}")
            case "/forms":
                return page(sends_itself(f"{elsewhere}/assert"))
            case "/assert":
                return page(sends_itself(f"{self.url}/saml_post"))
            case "/saml_post":
                raise web.HTTPFound("/page")
            case "/refreshed":
                return page(f"<meta http-equiv=refresh content='0;url={self.url}/page'>")
            case "/framed":
                return page(f'<iframe src=/busy onload="{FRAME_LOADED}"></iframe>')
            case "/framed-elsewhere":
                return page(f'<iframe src={elsewhere}/busy onload="{FRAME_LOADED}"></iframe>')
        return None

    async def _endless(self, request: web.Request, kind: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(request)
        self.flowing += 1
        try:
            while True:
                await response.write(PIECE)
                await asyncio.sleep(0.005)
        finally:
            self.flowing -= 1

    async def _in_pieces(
        self, request: web.Request, pieces: int, *, pause_s: float = 0.0, silent_s: float = 0.0
    ) -> web.StreamResponse:
        """Send so many of twelve pieces, and then nothing for a while."""
        headers = {"Content-Type": "application/pdf", "Content-Length": str(12 * len(PIECE))}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        for _ in range(pieces):
            await response.write(PIECE)
            await asyncio.sleep(pause_s)
        await asyncio.sleep(silent_s)
        return response

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/pdf", "Content-Length": "99999"})
        await response.prepare(request)
        await response.write(PDF)
        await asyncio.sleep(int(request.query.get("late_ms", 50)) / 1000)
        assert request.transport is not None
        request.transport.close()
        return response

    async def _big(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/zip", "Content-Length": str(BIG_BYTES)})
        await response.prepare(request)
        for _ in range(BIG_BYTES // 2**20):
            await response.write(b"x" * 2**20)
        return response


@asynccontextmanager
async def serve() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield site
    finally:
        await runner.cleanup()


def double_answer(url: str, session: FakeSession) -> Answer:
    """Answer from memory as the site would over HTTP."""
    base, _, path = url.partition("#")[0].removeprefix("http://").partition("/")
    path, origin = f"/{path}", f"http://{base}"
    if path == "/closed":
        return UnreachableError(f"{url}: the connection was refused")
    framed = html("<p id=loaded></p>").replace("id=loaded", 'id="loaded"')
    known: dict[str, Answer] = {
        "/round": Document(url=f"{origin}/page", html=PAGES["/page"], status=200, via=way(origin, "/round")),
        "/round-file": Body(data=PDF, name="plain.pdf", via=(*way(origin, "/round-file"), f"{origin}/plain")),
        "/round-wall": Document(
            url=f"{origin}/sessions/new", html=PAGES["/sessions/new"], status=200, via=way(origin, "/round-wall")
        ),
        "/forms": Document(
            url=f"{origin}/page",
            html=PAGES["/page"],
            status=200,
            via=(f"{origin}/forms", f"{elsewhere_of(origin)}/assert", f"{origin}/saml_post"),
        ),
        "/refreshed": Document(url=f"{origin}/page", html=PAGES["/page"], status=200, via=(f"{origin}/refreshed",)),
        "/framed": Document(url=url, html=framed, status=200),
        "/framed-elsewhere": Document(url=url, html=framed, status=200),
        "/moved": Document(url=f"{origin}/page", html=PAGES["/page"], status=200),
        "/late": Document(url=url, html=PAGES["/late"].replace("<script>", "<p id=late></p><script>"), status=200),
        "/wall": Document(url=f"{origin}/sessions/new", html=PAGES["/sessions/new"], status=200),
        "/walled-file": Document(url=f"{origin}/sessions/new", html=PAGES["/sessions/new"], status=200),
        "/busy": Document(url=url, html=html("busy"), status=503, retry_after_s=7.0),
        "/bare-busy": Document(url=url, html="", status=503, retry_after_s=7.0),
        "/busy-at": Document(url=url, html=html("busy"), status=503, retry_after_s=3.0),
        "/alert": Document(url=url, html=html("after"), status=200),
        "/refused": RefusedDownloadError(500),
        "/cut": BrokenDownloadError("the transfer broke off"),
        "/hang": Hang(),
        "/moved-file": Body(data=PDF, name="plain.pdf"),
        "/big": Body(data=b"x" * BIG_BYTES),
        "/whoami": Document(url=url, html=html(session.jar.get("session", "nobody")), status=200),
    }
    if path == "/attachment/attachment_file/file/8/Report.htm":
        path = "/walled-file"
    if path in FILES:
        return Body(data=FILES[path].data, name=NAMES.get(path))
    if path == "/sessions/new" and "#pw" in session.jar:
        session.jar = {"session": session.jar["#pw"]}
        return Document(url=f"{origin}/form", html=html("hello"), status=200)
    if path in known:
        return known[path]
    return Document(url=url, html=PAGES.get(path, ""), status=200 if path in PAGES else 404)


def way(origin: str, path: str) -> tuple[str, ...]:
    return (f"{origin}{path}", f"{elsewhere_of(origin)}/back{path}")


NAMES = {
    "/plain": "plain.pdf",
    "/inline": "inline.pdf",
    "/empty": "empty.pdf",
    "/picture": "p.png",
    "/hostile": "../../€.pdf",
    "/latin": "Cotação nº 7.pdf",
    "/windows": "€ rates.pdf",
    "/utf-8": "Cotação € 図.pdf",
    "/percent": "Cotação.pdf",
    "/encoded": "Cotação.pdf",
    "/quoted": "Cotação; nova.pdf",
    "/broken": "b.pdf",
    "/label": "Report.html",
}
