"""The files of settings, read whatever editor or shell wrote them; what cannot be read is one line with its cure."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic_settings import DotEnvSettingsSource, TomlConfigSettingsSource

from coupa_async.domain.errors import SettingsError

# UTF-32's first: its mark begins with that of UTF-16. Windows PowerShell's ">" writes UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
DOT_ENV, TOML = Path(".env"), Path("coupa.toml")
_LINE = re.compile(r"at line (\d+)")


def file_text(path: Path) -> str:
    """Read a file of settings. Blocking.

    Raises:
        SettingsError: If it cannot be read: one line with the file, the line and what to do.
    """
    return _read(path)[0]


def encoding_of(path: Path) -> str:
    """Tell the encoding of a file of settings, by its first bytes; without a mark it is UTF-8. Blocking.

    Raises:
        SettingsError: If it cannot be read: one line with the file, the line and what to do.
    """
    return _read(path)[1]


def toml_values(path: Path | Traversable) -> dict[str, Any]:
    """Read a file of settings that is TOML. Blocking.

    Raises:
        SettingsError: If it is none: one line with the file, the line and what to do.
    """
    text, _ = _read(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else len(text.splitlines())
        cure = 'write NAME = "VALUE", a backslash as \\\\'
        raise SettingsError(f"{path}: cannot be read as TOML, line {line}: {error}: {cure}") from error
    except RecursionError as error:
        raise SettingsError(f"{path}: cannot be read as TOML: its values lie too deep in each other") from error


class TomlFile(TomlConfigSettingsSource):
    """A file of settings in TOML."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        return toml_values(file_path)


class DotEnvFile(DotEnvSettingsSource):
    """A ``.env`` file."""

    def _read_env_file(self, file_path: Path) -> Mapping[str, str | None]:
        self.env_file_encoding = encoding_of(file_path)
        return super()._read_env_file(file_path)


def _read(path: Path | Traversable) -> tuple[str, str]:
    """Return the text and its encoding."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}): see to its permissions, or move it") from error
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text(path, data[: error.start].count(b"\n") + 1) from error
    if "\0" in text:  # UTF-16 without its mark
        raise _not_text(path, text[: text.index("\0")].count("\n") + 1)
    return text, encoding


def _not_text(path: Path | Traversable, line: int) -> SettingsError:
    return SettingsError(f"{path}, line {line}: is neither UTF-8 nor UTF-16 with its mark: save it as UTF-8")
