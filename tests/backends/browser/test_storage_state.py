"""A sign-in that is kept in a file, whatever has become of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.browser.storage_state import read_state, write_state
from coupa_async.domain.errors import SettingsError
from coupa_async.ports import Cookie


def state(cookie: str) -> str:
    return f'{{"cookies": [{cookie}], "origins": []}}'


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "null", "[]", "{", "[" * 100_000, "{}", '{"cookies": 5}', '{"cookies": null}'),
        *map(state, ("{}", "1", '{"name": 1, "value": null, "domain": []}')),
        state('{"name": "a", "value": "b", "domain": "x", "expires": "soon"}'),
        state('{"name": "a", "value": "b", "domain": "x", "path": 1}'),
        state(f'{{"name": "a", "value": "b", "domain": "x", "expires": {"9" * 5_000}}}'),
    ],
)
def test_a_file_that_is_no_storage_state_says_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(SettingsError, match=r"state\.json is not a storage state: delete it"):
        read_state(tmp_path / "state.json")


def test_a_cookie_without_an_end_that_there_is_lasts_as_long_as_the_browser(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(state('{"name": "a", "value": "b", "domain": "x", "expires": 1e400}'))
    (cookie,) = read_state(tmp_path / "state.json")
    assert cookie.expires_s is None


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    cookies = [Cookie(name="a", value="é", domain=".x.example", expires_s=2e9, http_only=True, same_site="None")]
    write_state(tmp_path / "state.json", cookies)
    assert read_state(tmp_path / "state.json") == cookies
