"""Faults in browser processes, caused on purpose by ``compare`` and by tests.

Only processes below our own are touched, known by pid and create time; never one that we did not start. The command
line says what a process is. Names are used only to find processes among our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil


def browsers() -> list[psutil.Process]:
    """Find the main process of each browser below ours."""
    return [item for item, words in _below() if _is_browser(words)]


def drivers() -> list[psutil.Process]:
    """Find the drivers: processes directly below us that have a browser below them."""
    found = psutil.Process().children()
    return [item for item in found if any(_is_browser(words) for _, words in _below(item))]


def renderers() -> list[psutil.Process]:
    """Find the processes that render pages."""
    return [item for item, words in _below() if "--type=renderer" in words]


@dataclass(frozen=True, slots=True)
class ProcessFault:
    """One kind of fault.

    Attributes:
        find: Finds the processes.
        inject: What is done to each process.
        revert: Undoes it; ``None`` if nothing can.
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
    """Cause the fault in all such processes. Blocking, for milliseconds.

    Returns:
        The processes concerned.
    """
    return _each(fault.inject, fault.find())


def revert(fault: ProcessFault, struck: Iterable[psutil.Process]) -> None:
    """Undo it in the processes that still run."""
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
