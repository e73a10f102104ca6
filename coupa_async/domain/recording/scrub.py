"""Makes a page of a tenant safe to show to anybody: its structure stays, its content is replaced.

This is an allow-list. Only what is known to be structure stays: element names, ids and classes, the paths of Coupa's
own addresses, the words of its interface. All else is replaced; equal values get equal replacements on all pages of one
scrubber. ``leaks.py`` then checks the result.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.pages.data.line_paging import is_paging
from coupa_async.domain.recording.allowed import ELEMENTS, PARTS, PLAIN, WORDS

ORIGIN = "https://tenant.example.com"
FIRST_ID = 88_000_000
PHRASES = frozenset(
    (
        *("purchase order", "requisition", "order", "supplier", "fornecedor", "status", "issued", "emitido", "home"),
        *("attachments", "anexos", "comments", "comentários", "none", "nenhum", "sign out", "sair", "item", "price"),
        *("view attachments", "ver anexos", "add file attachment", "add attachment", "edit", "print", "help", "search"),
        *("coupa", "coupa: page not found", "oops! we couldn\u2019t find what you wanted.", "page not found", "orders"),
        *(
            "pedido de compra",
            "requisição",
            "preço",
            "quantity",
            "quantidade",
            "total",
            "currency",
            "ship to",
            "bill to",
        ),
        *("text", "file", "person", "part", "version", "yes", "no", "sim", "não", "date", "data", "name", "nome"),
    )
)
SEGMENTS = frozenset(
    (
        *("order_headers", "requisition_headers", "attachment", "attachment_file", "type", "file", "attachments"),
        *("public_attachments", "sessions", "new", "destroy", "expiration_check", "user", "home", "print_view", "edit"),
        *("saml_post", "login", "comments", "suppliers", "show"),
    )
)
SUFFIXES = frozenset(("pdf", "docx", "xlsx", "msg", "png", "txt"))
TEXTS = ("title", "alt", "download", "placeholder")
ADDRESSES = ("href", "src", "data-url")
TOKENS = ("id", "class", "for")
_DROPPED = "script, style, link, meta, base, noscript, template, iframe, object, embed, svg, input[type=hidden]"
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_SHORT_NAME = re.compile(r"[A-Za-z_-]+\d{0,2}")
_SECONDS = re.compile(r"\bnum_secs\s*=\s*(\d{1,6})\b")
_RULE = re.compile(r"([\t\r\n]+|[=*_-]{3,})")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>.]+\.[^\s@<>]+")
_FILE = re.compile(r".*\.(\w{2,5})", re.DOTALL)
_NUMBER_OF = re.compile(r"(?P<phrase>[^#]*?)\s?#\s?(?P<prefix>PO|PM|)(?P<digits>\d+)", re.IGNORECASE | re.DOTALL)
_ORDER = re.compile(r"(?P<prefix>PO|PM|#|)(?P<digits>\d+)", re.IGNORECASE)
_COUNT = re.compile(r"\(\d{1,4}\)")
_DIGITS = re.compile(r"[0-9]+")
_KEY = re.compile(r"[0-9a-fA-F-]{16,}|(?=[A-Za-z0-9+/_=-]*\d)[A-Za-z0-9+/_=-]{24,}")


class Scrubber:
    """Replaces content consistently, and counts what it replaced."""

    def __init__(self, base_url: str) -> None:
        """Make a scrubber.

        Args:
            base_url: The tenant's address.
        """
        self.counts: Counter[str] = Counter()
        self.suppliers: set[str] = set()
        self._base = urlsplit(base_url)
        self._known: dict[tuple[str, str], str] = {}
        self._numbers: Counter[str] = Counter()

    def page(self, html: str, url: str) -> str:
        """Scrub a page.

        Args:
            html: As a browser has it after its scripts.
            url: Where it is.
        """
        tree = LexborHTMLParser(html)
        seconds = _SECONDS.search(html)
        for node in tree.css(_DROPPED):
            node.decompose()
        for node in tree.css(".supplier-name"):
            if name := _squeezed(node.text()):
                self.suppliers.add(name)
                self._stand_in("text", name, lambda n: f"Supplier {n}")
        for node in list(tree.root.traverse(include_text=True)) if tree.root else []:
            if node.is_text_node:
                self._text_node(node)
            elif node.is_comment_node:
                node.decompose()
            elif node.is_element_node:
                self._attributes(node, url)
                if (node.tag or "") not in ELEMENTS:  # a name that somebody gave
                    node.unwrap()
        script = f"<script>var num_secs = {int(seconds[1])};</script>" if seconds else ""
        inner = (tree.root.html or "") if tree.root else ""
        return "<!DOCTYPE html>\n" + inner.replace("<head>", f'<head><meta charset="utf-8">{script}', 1) + "\n"

    def url(self, address: str, base: str) -> str:
        """Scrub an address; one that leads nowhere known leads to ``#``."""
        address = address.strip()
        if not address or address == "#":
            return "#"
        if address.lower().startswith("javascript:"):
            return "javascript:void(0)"
        if address.lower().startswith("mailto:"):
            return "mailto:" + self.text(address[7:].partition("?")[0])
        try:
            parts = urlsplit(urljoin(base, address))
        except ValueError:  # half an IPv6 address
            return "#"
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return "#"
        ours = parts.netloc.lower() == self._base.netloc.lower()
        path = "/".join(self._segments(parts.path.split("/")))
        known = [
            (name, value) for name, value in parse_qsl(parts.query) if name in ("supplier_view_key", "id", "version")
        ]
        query = urlencode([(name, self.number(value) if value.isdigit() else self.key(value)) for name, value in known])
        if not ours:
            origin = "https://" + self._stand_in("host", parts.netloc.lower(), lambda n: f"other{n}.example.com")
        else:
            origin = ORIGIN if "//" in address else ""
        return f"{origin}{path}{'?' + query if query else ''}"

    def text(self, text: str) -> str:
        """Scrub a text line by line, tabs and rules kept."""
        return "".join(part if n % 2 else self._line(part) for n, part in enumerate(_RULE.split(text)))

    def number(self, digits: str) -> str:
        """Replace a number that is somebody's id."""
        return self._stand_in("id", digits.lstrip("0") or "0", lambda n: str(FIRST_ID + n))

    def key(self, value: str) -> str:
        """Replace a key or token."""
        return self._stand_in("key", value, lambda n: f"{n:040x}")

    def _line(self, line: str) -> str:
        core = _squeezed(line)
        if not any(ch.isalnum() for ch in core):
            return line
        before, after = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
        return before + self._core(core) + after

    def _core(self, core: str) -> str:
        if ("text", core) in self._known:
            return self._stand_in("text", core, str)  # a supplier may bear the name of a phrase
        if core.casefold() in PHRASES:
            return core
        if match := _NUMBER_OF.fullmatch(core):
            phrase = match["phrase"].strip()
            prefix = self._core(phrase) + " " if phrase else ""
            return f"{prefix}#{match['prefix']}{self.number(match['digits'])}"
        if match := _ORDER.fullmatch(core):
            return match["prefix"] + self.number(match["digits"])
        if _EMAIL.fullmatch(core):
            return self._stand_in("e-mail", core.casefold(), lambda n: f"person{n}@example.com")
        if (match := _FILE.fullmatch(core)) and match[1].lower() in SUFFIXES | {
            "doc",
            "xls",
            "jpg",
            "jpeg",
            "zip",
            "pptx",
        }:
            return self.file(core)
        if not any(ch.isalpha() for ch in core):
            return self._stand_in("number", core, lambda n: f"{n}.00")
        if _KEY.fullmatch(core):
            return self.key(core)
        return self._stand_in("text", core, lambda n: f"Text {n}")

    def file(self, name: str) -> str:
        """Replace a file's name; in addresses Coupa writes its spaces as underscores."""
        suffix = name.rpartition(".")[2].lower()
        suffix = suffix if "." in name and suffix in SUFFIXES else "txt"
        return self._stand_in("file", re.sub(r"\s", "_", name), lambda n: f"file-{n}.{suffix}")

    def _segments(self, segments: list[str]) -> list[str]:
        out = []
        for n, item in enumerate(segments):
            if not item or item in SEGMENTS:
                out.append(item)
            elif item.isdecimal():
                out.append(self.number(item))
            elif "attachment_file" in segments[:n] and n == len(segments) - 1:
                out.append(quote(self.file(unquote(item))))
            else:
                out.append(self._stand_in("part", item, lambda n: f"part-{n}"))
        return out

    def _text_node(self, node: LexborNode) -> None:
        text = node.text_content or ""
        parent = node.parent
        # The number of comments and of their attachments is what the page is held to: it stays.
        counts = parent is not None and {"comments_count", "s-viewFileAttachment"} & set(_words(parent, "class"))
        if counts and (count := _COUNT.search(text)):
            label = text[: count.start()].strip()
            text = f"{self._core(_squeezed(label)) if label else ''} {count[0]}"
        elif is_paging(node) and (numbers := _paging_numbers(text)):
            text = numbers  # how many lines there are, and on which pages, is what their table is held to
        else:
            text = self.text(text)
        node.replace_with(text)

    def _attributes(self, node: LexborNode, url: str) -> None:
        for name, value in list(node.attributes.items()):
            value = value or ""
            if name in TOKENS:
                node.attrs[name] = " ".join(self._token(part, name) for part in value.split())
            elif name in ADDRESSES:
                node.attrs[name] = self.url(value, url)
            elif name in TEXTS:
                node.attrs[name] = self.text(value)
            elif name == "aria-label" and value.casefold() in PHRASES:
                continue
            elif name not in PLAIN or not PLAIN[name](value):
                del node.attrs[name]

    def _token(self, token: str, name: str) -> str:
        """Scrub an id or a class: words of structure stay, others, long numbers and all numbers of an id do not."""
        if _KEY.fullmatch(token) and not _SHORT_NAME.fullmatch(token) and not _is_of_words(token):
            return "k" + self.key(token)
        if not _NAME.fullmatch(token):
            return self._stand_in("token", token, lambda n: f"token-{n}")
        out, before = [], ""
        for part in PARTS.findall(token):
            is_number = part.isdigit() and (len(part) >= 3 or (name != "class" and before[-1:] in ("_", "-")))
            is_word = part.isalpha() and part.casefold() not in WORDS
            out.append(self.number(part) if is_number else self._word(part) if is_word else part)
            before = part
        return "".join(out)

    def _word(self, word: str) -> str:
        return self._stand_in("word", word.casefold(), lambda n: f"w{n}")

    def _stand_in(self, kind: str, original: str, make: Callable[[int], str]) -> str:
        if (kind, original) not in self._known:
            self._numbers[kind] += 1
            self._known[kind, original] = make(self._numbers[kind])
        self.counts[kind] += 1
        return self._known[kind, original]


def _is_of_words(token: str) -> bool:
    """Return whether a token is words of structure and numbers, however long: `order_line_row_1105372701`."""
    names = [part for part in PARTS.findall(token) if part.isalpha()]
    return (
        _NAME.fullmatch(token) is not None
        and bool(names)
        and all(len(name) > 1 and name.casefold() in WORDS for name in names)
    )


def _paging_numbers(text: str) -> str:
    """Return the numbers of `1 - 15 of 40`, or of a page, without any word; empty for another text."""
    numbers = _DIGITS.findall(text)
    if not 1 <= len(numbers) <= 3 or any(len(number) > 4 for number in numbers):
        return ""
    return " / ".join((" - ".join(numbers[:2]), *numbers[2:]))


def _words(node: LexborNode, name: str) -> list[str]:
    return (node.attributes.get(name) or "").split()


def _squeezed(text: str) -> str:
    return " ".join(text.split())
