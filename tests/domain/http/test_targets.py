"""What a link may lead to: by its address alone, and by what its name stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.http.targets import Reach, Targets, reach_of, target_of

PUBLIC = Targets(base_url="https://acme.coupahost.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.coupahost.com/attachment/attachment_file/file/5/a.pdf",
        "http://acme.coupahost.com:8080/x",
        "https://ACME.coupahost.com./x",
        "https://files.example/a.pdf?sig=1",
        "https://8.8.8.8/a",
        "https://[2606:4700:4700::1111]/a",
        "https://[64:ff9b::808:808]/a",
        "https://bücher.example/a b.pdf",
        "HTTPS://files.example",
        " https://files.example/a\n",
    ],
)
def test_the_tenant_and_the_public_internet_may_be_asked(url: str) -> None:
    assert PUBLIC.objection(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/"),
        *("http://0x7f.0.0.1/", "http://017700000001/", "http://0/", "http://0.0.0.0:631/", "http://127.0.0.1./"),
        *("http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/"),
        *("http://[2002:7f00:1::]/", "http://[64:ff9b::7f00:1]/", "http://localhost:8000/", "http://LocalHost./"),
        *("http://x.localhost/", "http://ip6-localhost/", "http://①②⑦.0.0.1/", "http://127。0。0。1/"),
        "http://127.0.0\u00ad.1/", "http://local\u00adhost/",
    ],
)  # fmt: skip
def test_this_machine_is_not_asked_however_it_is_written(url: str) -> None:
    assert "this machine" in PUBLIC.objection(url)


@pytest.mark.parametrize(
    ("url", "reach"),
    [
        ("http://169.254.169.254/latest/meta-data/", Reach.LINK_LOCAL),
        ("http://[fe80::1]/", Reach.LINK_LOCAL),
        ("http://2852039166/", Reach.LINK_LOCAL),
        ("http://10.0.0.1/", Reach.PRIVATE),
        ("http://172.31.255.255/", Reach.PRIVATE),
        ("http://0300.0250.1/", Reach.PRIVATE),
        ("http://[fd00::1]/", Reach.PRIVATE),
        ("http://[fec0::1]/", Reach.PRIVATE),
        ("http://[::ffff:192.168.0.1]/", Reach.PRIVATE),
        ("http://100.100.100.200/", Reach.SHARED),
        ("http://198.18.0.1/", Reach.SPECIAL),
        ("http://224.0.0.1/", Reach.SPECIAL),
        ("http://255.255.255.255/", Reach.SPECIAL),
        ("http://[ff02::1]/", Reach.SPECIAL),
    ],
)
def test_what_is_not_public_is_refused_by_its_kind(url: str, reach: Reach) -> None:
    assert str(reach) in PUBLIC.objection(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://files.example/a", "ftp: is not fetched"),
        ("file:///etc/passwd", "file: is not fetched"),
        ("javascript:alert(1)", "javascript: is not fetched"),
        ("data:text/html,x", "data: is not fetched"),
        ("https://user:pw@files.example/a", "user name or password"),
        ("https://acme.coupahost.com@files.example/a", "user name or password"),
        *(
            (url, "no http address")
            for url in (
                *("http://[x", "http://[::1", "http://a:99999999999/", "http://a:70000/", "http://a:x/", "http:///x"),
                *("http:x", "http://", "", "//files.example/a", "http:\\\\files.example/", "http://a b/"),
                *("http://evil.example\\@acme.coupahost.com/x", "http://%31%32%37.0.0.1/", "http://09.0.0.1/"),
                *("http://1.2.3.4.5/", "http://256.1.1.1/", "http://a\tb/", "http://a\x00b/", "http://[fe80::1%25eth0]/"),
            )
        ),
    ],
)  # fmt: skip
def test_what_is_no_plain_http_address_is_refused(url: str, said: str) -> None:
    assert said in PUBLIC.objection(url)


def test_a_name_is_judged_by_all_that_it_stands_for() -> None:
    url = "https://files.example/a"
    assert PUBLIC.name_to_look_up(url) == "files.example"
    assert PUBLIC.objection(url, ["93.184.216.34"]) == ""
    assert PUBLIC.objection(url, ["93.184.216.34", "10.1.2.3"]).startswith(
        "files.example is on a private network, where your Coupa is not"
    )
    assert "link-local" in PUBLIC.objection(url, ["fe80::1%eth0"])
    assert PUBLIC.name_to_look_up("https://acme.coupahost.com/x") == PUBLIC.name_to_look_up("https://8.8.8.8/") == ""


def test_what_is_where_the_tenant_is_may_be_asked_and_nothing_else_of_the_kind() -> None:
    here = Targets(base_url="http://127.0.0.1:8000")
    assert here.objection("http://localhost:9000/") == here.objection("http://[::1]/") == ""
    assert here.objection("http://10.0.0.1/")
    inside = Targets(base_url="https://coupa.corp.example")
    assert inside.objection("https://10.0.0.1/")
    assert inside.objection("https://10.0.0.1/", tenant_addresses=["10.9.9.9"]) == ""
    assert inside.objection("https://store.example/", ["10.0.0.1"], ["10.9.9.9"]) == ""
    assert inside.objection("https://127.0.0.1/", tenant_addresses=["10.9.9.9"])


def test_a_host_that_the_user_lists_may_be_asked_wherever_it_is_but_gets_no_password() -> None:
    targets = Targets(base_url="https://acme.coupahost.com", allowed_hosts=("Files.corp", ".store.corp", "10.0.0.7"))
    for url in ("https://files.corp/a", "https://a.store.corp/b", "http://10.0.0.7:8080/c"):
        assert targets.objection(url) == targets.name_to_look_up(url) == ""
    assert targets.name_to_look_up("https://xfiles.corp/") == "xfiles.corp"
    assert targets.objection("http://10.0.0.8/")
    assert "password" in targets.objection("https://u:p@files.corp/a")


@pytest.mark.parametrize(
    ("url", "is_tenant"),
    [
        ("https://acme.coupahost.com/x", True),
        ("http://acme.coupahost.com/x", True),
        ("https://acme.coupahost.com:8443/x", False),
        ("https://acme.coupahost.com.evil.example/x", False),
        ("https://files.example/x", False),
        ("http://[x", False),
    ],
)
def test_the_tenants_own_addresses_are_those_of_its_host_and_port(url: str, is_tenant: bool) -> None:
    assert PUBLIC.is_tenant(url) is is_tenant


@given(st.text() | st.text(alphabet="htps:/\\@[]%.0x12379afe#?\t ").map(lambda text: f"http://{text}"))
def test_any_text_is_either_an_address_or_refused(url: str) -> None:
    if target_of(url) is None:
        assert PUBLIC.objection(url)
    PUBLIC.is_tenant(url)
    PUBLIC.name_to_look_up(url)


@given(st.ip_addresses())
def test_an_address_is_judged_alike_alone_and_as_what_a_name_stands_for(address: object) -> None:
    url = f"http://[{address}]/" if ":" in str(address) else f"http://{address}/"
    assert bool(PUBLIC.objection(url)) == (reach_of(str(address)) is not Reach.PUBLIC)


@given(st.ip_addresses(v=4))
def test_all_forms_of_an_address_are_one(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    forms = {target_of(f"http://{form}/") for form in (address, number, hex(number), f"0{number:o}")}
    assert len(forms) == 1
