"""Scripts that both browser backends run in a page: they look at it, wait for it, and click in it."""

from __future__ import annotations

from collections.abc import Iterator

_PIECE_CHARS = 1 << 18

# A promise that is kept at the page's next change, or after a quarter of a second.
NEXT_CHANGE = """() => new Promise(done => {
    const watch = new MutationObserver(() => end());
    const timer = setTimeout(() => end(), 250);
    const end = () => { watch.disconnect(); clearTimeout(timer); done(); };
    watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
})"""

# An item of a list is chosen as by a person: the list tells whoever listens.
CLICK = """selector => {
    const control = document.querySelector(selector);
    if (!control) return;
    const list = control.tagName === "OPTION" ? control.closest("select") : null;
    if (!list) return control.click();
    control.selected = true;
    for (const name of ["input", "change"]) list.dispatchEvent(new Event(name, {bubbles: true}));
}"""

# A page is written into a tab piece by piece: libraries and drivers make up to ten copies of what goes in one.
BEGIN_PAGE = "() => { document.open(); }"
WRITE_PAGE = "piece => { document.write(piece); }"
END_PAGE = "() => { document.close(); }"

# A promise that is kept when all of the page is loaded, or after a while: a picture may never come.
ALL_LOADED = """() => new Promise(done => {
    if (document.readyState === "complete") return done();
    addEventListener("load", () => done(), {once: true});
    setTimeout(done, 10000);
})"""

# Views for printing open the dialog by themselves, which stops a page with a window until somebody answers.
NO_PRINT_DIALOG = "window.print = () => {}"


def pieces(html: str) -> Iterator[str]:
    """Cut a page that is written into a tab."""
    return (html[at : at + _PIECE_CHARS] for at in range(0, len(html), _PIECE_CHARS))
