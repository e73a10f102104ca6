"""Shortcuts of Windows (.lnk), written by Windows itself: through the COM interface of its shell."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_SHELL_LINK = "{00021401-0000-0000-C000-000000000046}"
_ISHELL_LINK_W = "{000214F9-0000-0000-C000-000000000046}"
_IPERSIST_FILE = "{0000010B-0000-0000-C000-000000000046}"
_IN_PROCESS = 1
_MINIMIZED = 7
# Places in the tables of the two interfaces, as shobjidl_core.h and objidl.h have them.
_QUERY_INTERFACE, _RELEASE = 0, 2
_SET_DESCRIPTION, _SET_ARGUMENTS, _SET_SHOW_COMMAND, _SET_PATH = 7, 11, 15, 20
_SAVE = 6


def write_shell_link(path: Path, program: str, arguments: str, description: str) -> None:
    """Write a shortcut that starts a program, its window minimized. Blocking. For Windows alone.

    Raises:
        OSError: If it cannot be written, or this is not Windows.
    """
    if sys.platform != "win32":
        raise OSError("shortcuts of this kind are Windows' own")
    ole32 = ctypes.OleDLL("ole32")
    ole32.CoInitialize(None)
    try:
        link = ctypes.c_void_p()
        wanted = (_guid(ole32, _SHELL_LINK), None, _IN_PROCESS, _guid(ole32, _ISHELL_LINK_W))
        ole32.CoCreateInstance(*wanted, ctypes.byref(link))
        _method(link, _SET_PATH, ctypes.c_wchar_p)(link, program)
        _method(link, _SET_ARGUMENTS, ctypes.c_wchar_p)(link, arguments)
        _method(link, _SET_DESCRIPTION, ctypes.c_wchar_p)(link, description)
        _method(link, _SET_SHOW_COMMAND, ctypes.c_int)(link, _MINIMIZED)
        file = ctypes.c_void_p()
        _method(link, _QUERY_INTERFACE, ctypes.c_void_p, ctypes.c_void_p)(
            link, _guid(ole32, _IPERSIST_FILE), ctypes.byref(file)
        )
        _method(file, _SAVE, ctypes.c_wchar_p, ctypes.c_int)(file, str(path), 1)
        for item in (file, link):
            _method(item, _RELEASE)(item)
    finally:
        ole32.CoUninitialize()


def _guid(ole32: Any, text: str) -> Any:
    guid = ctypes.create_string_buffer(16)
    ole32.CLSIDFromString(ctypes.c_wchar_p(text), guid)
    return guid


def _method(item: ctypes.c_void_p, place: int, *types: Any) -> Callable[..., int]:
    """Return a method of a COM object by its place in the object's table; it raises OSError where it fails."""
    if sys.platform != "win32":
        raise OSError("COM is Windows' own")
    table = ctypes.cast(item, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))[0]
    kind = ctypes.WINFUNCTYPE(ctypes.c_ulong if place == _RELEASE else ctypes.HRESULT, ctypes.c_void_p, *types)
    method: Callable[..., int] = kind(table[place] or 0)
    return method
