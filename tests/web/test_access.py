from __future__ import annotations

import pytest

from coupa_async.web.serving.access import NOT_LET_IN, WRONG_HOST, WRONG_ORIGIN, Access, Refusal

HOST = "127.0.0.1:4000"


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def access() -> Access:
    return Access(host=HOST, clock=Clock())


def asked(access: Access, method: str = "GET", path: str = "/orders", **headers: str) -> Refusal | None:
    usual = {"host": HOST, "cookie": access.cookie().partition(";")[0]}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return access.refuse(method, access.base + path, usual | named)


def token(access: Access) -> str:
    return access.address().partition("token=")[2]


def test_our_own_window_is_answered(access: Access) -> None:
    assert asked(access) is None
    assert asked(access, sec_fetch_site="same-origin") is None
    assert asked(access, "POST", origin=access.origin) is None


def test_a_form_without_an_origin_is_refused(access: Access) -> None:
    assert asked(access, "POST") == WRONG_ORIGIN


def test_a_window_may_come_from_anywhere_with_its_token_only(access: Access) -> None:
    assert asked(access, path="/enter", cookie="", sec_fetch_site="cross-site") is None
    assert asked(access, path="/", cookie="", sec_fetch_site="cross-site") == WRONG_ORIGIN
    assert asked(access, path="/enter", host="evil.example") == WRONG_HOST
    assert asked(access, "POST", path="/enter", cookie="", origin=access.origin) == NOT_LET_IN


def test_a_cookie_among_others_counts_and_a_part_of_it_does_not(access: Access) -> None:
    assert asked(access, cookie=f"a=b; coupa_async={access.session}; c=d") is None
    assert asked(access, cookie=f"coupa_async={access.session[:-1]}") == NOT_LET_IN
    assert asked(access, cookie=f"x_coupa_async={access.session}") == NOT_LET_IN
    assert asked(access, cookie="coupa_async=\u00e9") == NOT_LET_IN


def test_a_token_is_good_once_and_for_ten_minutes(access: Access) -> None:
    first = token(access)
    assert access.enter(first)
    assert not access.enter(first)
    late = token(access)
    access.clock.now_s = 601  # type: ignore[attr-defined]
    assert not access.enter(late)
    assert not access.enter("")


def test_only_so_many_tokens_wait(access: Access) -> None:
    first = token(access)
    for _ in range(20):
        token(access)
    assert not access.enter(first)


def test_a_second_start_is_known_by_what_stands_in_the_file(access: Access) -> None:
    headers = {"host": HOST, "authorization": f"Bearer {access.start_key}"}
    assert access.refuse("POST", f"{access.base}/another", headers) is None
    assert access.refuse("POST", f"{access.base}/another", headers | {"authorization": "Bearer x"}) == WRONG_ORIGIN
    assert access.refuse("POST", f"{access.base}/demo", headers) == WRONG_ORIGIN
    assert asked(access, "POST", path="/another", origin=access.origin) == NOT_LET_IN


def test_two_pages_have_nothing_in_common() -> None:
    first, second = Access(host=HOST), Access(host=HOST)
    assert not {first.base, first.session, first.csrf, first.start_key} & {
        second.base, second.session, second.csrf, second.start_key
    }  # fmt: skip
