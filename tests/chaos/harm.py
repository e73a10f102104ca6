"""Harm to the program's browsers and drivers, from outside: found among its descendants, by pid and create time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from coupa_async.runtime.processes import is_alive

_WORKER = re.compile(r"--user-data-dir=\S*/(worker-\d+)")


@dataclass(frozen=True, slots=True)
class Staff:
    """What runs below the program for one worker.

    Attributes:
        browser: Its main process.
        driver: What stands between it and the program.
    """

    worker: str
    browser: psutil.Process
    driver: psutil.Process


def staff(program: int) -> list[Staff]:
    """Find every browser below the program, with its driver."""
    found = []
    try:
        drivers = psutil.Process(program).children()
    except psutil.NoSuchProcess:
        return []
    for driver in drivers:
        for item, words in _below(driver):
            if (match := _WORKER.search(words)) and "--type=" not in words:
                found.append(Staff(match[1], item, driver))
                break
    return found


def renderers(browser: psutil.Process) -> list[psutil.Process]:
    """Find what renders a browser's pages."""
    return [item for item, words in _below(browser) if "--type=renderer" in words]


def inject(act: Callable[[psutil.Process], None], *victims: psutil.Process) -> None:
    """Do something to processes, as far as they still run."""
    for victim in victims:
        try:
            if is_alive(victim):
                act(victim)
        except psutil.NoSuchProcess:
            continue


def _below(top: psutil.Process) -> list[tuple[psutil.Process, str]]:
    found = []
    try:
        for child in top.children(recursive=True):
            try:
                found.append((child, " ".join(child.cmdline())))
            except psutil.Error:
                continue  # ended meanwhile
    except psutil.NoSuchProcess:
        return []
    return found
