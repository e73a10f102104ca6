"""Harm done to browsers on purpose, to see what comes of it: by ``compare`` and by tests.

Only to processes below our own, which psutil knows by pid and create time; never to any that we did not start. What a
process is, its command line says: names are for finding, among our own, and never for choosing whom to end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil


def browsers() -> list[psutil.Process]:
    """Find the main process of each browser below ours."""
    return [item for item, words in _below() if _is_browser(words)]


def drivers() -> list[psutil.Process]:
    """Find the drivers: what stands directly below us, with a browser below it."""
    found = psutil.Process().children()
    return [item for item in found if any(_is_browser(words) for _, words in _below(item))]


def renderers() -> list[psutil.Process]:
    """Find the processes that render pages."""
    return [item for item, words in _below() if "--type=renderer" in words]


@dataclass(frozen=True, slots=True)
class ProcessFault:
    """One kind of harm.

    Attributes:
        find: Whom it befalls.
        strike: What is done to each.
        heal: What undoes it; ``None`` where nothing does.
    """

    find: Callable[[], list[psutil.Process]]
    inject: Callable[[psutil.Process], None]
    revert: Callable[[psutil.Process], None] | None = None


PROCESS_FAULTS = {
    "browser-killed": ProcessFault(browsers, psutil.Process.kill),
    "driver-killed": ProcessFault(drivers, psutil.Process.kill),
    "browser-stopped": ProcessFault(browsers, psutil.Process.suspend, psutil.Process.resume),
    "renderer-crash": ProcessFault(renderers, psutil.Process.kill),
}


def inject(fault: ProcessFault) -> list[psutil.Process]:
    """Do harm to all there are. Blocking, for milliseconds.

    Returns:
        Whom it befell.
    """
    return _each(fault.inject, fault.find())


def revert(fault: ProcessFault, struck: Iterable[psutil.Process]) -> None:
    """Undo it for those that still live."""
    if fault.revert is not None:
        _each(fault.revert, struck)


def _each(act: Callable[[psutil.Process], None], processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    done = []
    for process in processes:
        try:
            act(process)
        except psutil.NoSuchProcess:
            continue  # ended meanwhile; psutil tells a reused pid by its create time
        done.append(process)
    return done


def _below(top: psutil.Process | None = None) -> list[tuple[psutil.Process, str]]:
    found = []
    try:
        for child in (top or psutil.Process()).children(recursive=True):
            try:
                # Chromium writes its children's command lines as one text, others word by word.
                found.append((child, " ".join(child.cmdline())))
            except psutil.Error:
                continue  # ended meanwhile
    except psutil.NoSuchProcess:
        return []
    return found


def _is_browser(words: str) -> bool:
    return "--user-data-dir=" in words and "--type=" not in words
