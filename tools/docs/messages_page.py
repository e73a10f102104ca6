"""``python -m tools.docs.messages_page``: writes ``docs/reference/messages.md`` from what is raised where."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from coupa_async.domain import errors
from coupa_async.domain.api import errors as api_errors
from coupa_async.domain.errors import CoupaError

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "messages.md"
_INTRO = """\
# Every message

This page is made from the program's source, by `python -m tools.docs.messages_page`: each kind of error, what it comes
to, what to do, and the messages that it has. `…` stands for what the message names: a file, an address, a number. Look
for a part of your message with the browser's own search. For symptoms rather than messages, see
[troubleshooting](../guide/troubleshooting.md).

What the whole run stops with is on the last line of its output, and on stderr. What befell one order is in its
`ERROR_MESSAGE`, in `run.log` and in the report.
"""
# The most special first.
_COMES_TO: tuple[tuple[type[CoupaError], str], ...] = (
    (errors.BadOrderNumberError, "that row is `FAILED`; the run goes on"),
    (errors.InputError, "exit code 2, before anything was asked of the tenant"),
    (errors.SignInRequiredError, "the run signs in again by itself; if it cannot, exit code 3"),
    (errors.SignInError, "exit code 3; every open order stays pending"),
    (
        errors.SessionLostError,
        "the worker is restarted; its orders run again; one that takes two browsers down is `FAILED`",
    ),
    (errors.WrongOrderError, "the order is `FAILED`; nothing of the page is kept"),
    (errors.UnexpectedError, "that order is `FAILED`; the run goes on, unless most orders end so"),
    (errors.PageTimeoutError, "the order is tried again, then `TIMEOUT`"),
    (errors.PageError, "the order is tried again, then `FAILED`"),
    (errors.FileTooLargeError, "not tried again: the order is `PARTIAL`, or `FAILED` if no file came"),
    (errors.NotAFileError, "the order is `PARTIAL`, or `FAILED` if no file came"),
    (
        errors.RefusedDownloadError,
        "tried again for 408, 425, 500, 502, 504, and longer for 429 and 503; "
        "then `PARTIAL`, or `FAILED` if no file came",
    ),
    (errors.DownloadError, "tried again; then `PARTIAL`, or `FAILED` or `TIMEOUT` if no file came"),
    (errors.BrokenMessageError, "a note in `ERROR_MESSAGE`; the outcome is not touched"),
    (errors.ProgramError, "exit code 70; every open order stays pending"),
    (errors.RunError, "exit code 4; every open order stays pending"),
)


def page() -> str:
    """Make the page."""
    said = _messages()
    parts = [_INTRO]
    for name, kind in _kinds():
        story, _, cure = " ".join((kind.__doc__ or "").split("\n\n")[0].split()).partition(" Cure: ")
        if not said[name]:
            continue
        comes_to = next(text for base, text in _COMES_TO if issubclass(kind, base))
        parts.append(f"\n## {name}\n\n{story.replace('``', '`')}\n\n")
        parts.append(f"- **Comes to:** {comes_to}\n- **Cure:** {cure.replace('``', '`')}\n\n")
        parts += [f"- `{text}`\n" for text in sorted(said[name])]
    return "".join(parts)


def _kinds() -> Iterator[tuple[str, type[CoupaError]]]:
    for name, item in {**vars(errors), **vars(api_errors)}.items():
        if isinstance(item, type) and issubclass(item, CoupaError):
            yield name, item


def _messages() -> dict[str, set[str]]:
    """Gather what each class of error is made with, anywhere in the program."""
    names = dict(_kinds())
    said: dict[str, set[str]] = defaultdict(set)
    for path in sorted([*(ROOT / "coupa_async").rglob("*.py"), *(ROOT / "backends").rglob("*.py")]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for holder in ast.walk(tree):
            for call in ast.walk(holder) if isinstance(holder, ast.ClassDef) else [holder]:
                if isinstance(call, ast.Call) and call.args and (name := _made(call, holder)) in names:
                    text = _template(call.args[0])
                    if text.strip("… :"):
                        said[name].add(text)
    return said


def _made(call: ast.Call, holder: ast.AST) -> str:
    """Tell which class a call makes an instance of; ``super().__init__`` makes its own."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="errors"), attr=name):
            return name
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            return holder.name if isinstance(holder, ast.ClassDef) else ""
    return ""


def _template(node: ast.expr) -> str:
    """Write an expression as text, with an ellipsis for what is not known before it is made."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_template(value) for value in values).replace("……", "…")
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return (_template(left) + _template(right)).replace("……", "…")
    return "…"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
