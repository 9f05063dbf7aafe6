"""Every way of writing an address inside that the literature on server-side request forgery knows, and the operator's exceptions."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.backends.addresses import (
    Allowed,
    check_addresses,
    check_url,
    host_allowed,
    is_public,
    read_target,
)
from assistant.errors import AddressRefused, ConfigurationError

INSIDE = (
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
)
OUTSIDE = (
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused_resolved_and_written_out(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefused):
        check_addresses([address])
    with pytest.raises(AddressRefused):
        check_url(f"https://[{address}]/" if ":" in address else f"https://{address}/")


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_taken(address: str) -> None:
    check_addresses([address])
    check_url(f"https://[{address}]/" if ":" in address else f"https://{address}/")


@pytest.mark.parametrize(
    "bad", ["127.0.0.1", "::1", "", "shop.example", "1", "127.1", "fe80::1%2", "2606:4700::1%eth0"]
)
def test_one_bad_address_among_good_ones_is_enough(bad: str) -> None:
    for addresses in ([bad, "8.8.8.8"], ["8.8.8.8", bad], ["8.8.8.8", "1.1.1.1", bad]):
        with pytest.raises(AddressRefused):
            check_addresses(addresses)


@pytest.mark.parametrize(
    "url",
    [
        # the loopback address in all its spellings
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0x7F.0.0.1/",
        "https://0x7f.0x0.0x0.0x1/",
        "https://0177.0.0.1/",
        "https://0177.1/",
        "https://017700000001/",
        "https://127.1/",
        "https://127.0.1/",
        "https://0/",
        "https://0x/",
        "https://127.0.0.1./",
        "https://127.0.0.01/",
        "https://127.0.0.1:443/",
        "https://256.256.256.256/",
        "https://1.2.3.4.5/",
        "https://127.0.0.1.0x7f/",
        "https://１２７.0.0.1/",
        "https://127。0。0。1/",
        "https://①②⑦.⓪.⓪.①/",
        "https://%31%32%37.0.0.1/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::FFFF:7F00:1]/",
        "https://[::1%25lo]/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[2606:4700::1%25eth0]/",
        "https://[v1.x]/",
        "https://[127.0.0.1]/",
        "https://::1/",
        # names of this machine
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://a.localhost/",
        "https://ｌocalhost/",
        "https://loc%61lhost/",
        "https://postgres/",
        "https://shop.example./",
        # not a host
        "https:///path",
        "https://",
        "https://./",
        "https://.example/",
        "https://a..b/",
        "https://-a.example/",
        "https://exa mple.org/",
        "https://example.org\\@127.0.0.1/",
        "https://example.org\\.evil.example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 127 + "example/",
        # other ways out
        "http://shop.example/",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "gopher://shop.example/",
        "data:text/plain,x",
        "javascript:alert(1)",
        "unix:///run/docker.sock",
        "http+unix://%2Frun%2Fdocker.sock/",
        "//shop.example/",
        "/path",
        "shop.example",
        "shop.example:443",
        "",
        " ",
        "https://shop.example:22/",
        "https://shop.example:6379/",
        "https://shop.example:0/",
        "https://shop.example:-443/",
        "https://shop.example:99999/",
        "https://shop.example:4430/",
        "https://shop.example:x/",
        "https://user@shop.example/",
        "https://user:word@shop.example/",
        "https://shop.example@127.0.0.1/",
        "https://shop.example:443@127.0.0.1/",
        "https://shop.example/\r\nhost: x",
        "https://shop.example/\x00",
        "https://shop\x00.example/",
        "https://" + "a" * 70_000,
    ],
)
def test_an_evil_url_is_refused_before_anything_is_resolved(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_url(url)
    assert refused.value.field == "url"


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://shop.example", "shop.example", 443),
        ("https://SHOP.example/hook?a=b#c", "shop.example", 443),
        ("HTTPS://shop.example:443/", "shop.example", 443),
        ("https://shop.example:80/", "shop.example", 80),
        ("https://bücher.example/", "xn--bcher-kva.example", 443),
        ("https://商店.example/", "xn--czrs0t.example", 443),
        ("https://xn--czrs0t.example/", "xn--czrs0t.example", 443),
        ("https://a_b.shop-1.example/", "a_b.shop-1.example", 443),
        ("https://8.8.8.8/", "8.8.8.8", 443),
        ("https://[2606:4700::1]/", "2606:4700::1", 443),
        ("https://shop.example/@user", "shop.example", 443),
        ("https://shop.example/?next=http://127.0.0.1/", "shop.example", 443),
        ("https://127.0.0.1.shop.example/", "127.0.0.1.shop.example", 443),
    ],
)
def test_an_ordinary_url_is_taken_and_its_host_written_one_way(url: str, host: str, port: int) -> None:
    target = read_target(url)
    assert (target.host, target.port) == (host, port)
    assert target.url.raw_host.decode() == host


def test_what_is_said_of_a_refused_url_names_neither_token_nor_address() -> None:
    for url in (
        "http://shop.example/bot123:secret",
        "https://u:secret@shop.example/",
        "https://10.9.8.7/x?token=secret",
        "https://h:99/secret",
    ):
        with pytest.raises(AddressRefused) as refused:
            check_url(url)
        said = f"{refused.value} {refused.value.values}"
        assert "secret" not in said
        assert "10.9.8.7" not in said


v4 = st.one_of(
    st.ip_addresses(v=4),
    st.sampled_from([IPv4Address(one) for one in INSIDE if ":" not in one]),
)


@given(v4)
@example(IPv4Address("8.8.8.8"))
def test_an_ipv4_address_wrapped_in_ipv6_is_never_public(inner: IPv4Address) -> None:
    number = int(inner)
    wrapped = [
        IPv6Address(number),  # compatible
        IPv6Address((0xFFFF << 32) | number),  # mapped
        IPv6Address((0xFFFF << 48) | number),  # translated
        IPv6Address((0x0064FF9B << 96) | number),  # NAT64
        IPv6Address((0x0064FF9B0001 << 80) | number),  # local NAT64
        IPv6Address((0x2002 << 112) | (number << 80)),  # 6to4
        IPv6Address((0x20010000 << 96) | (number << 64)),  # Teredo, its server
        IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)),  # Teredo, its client
    ]
    assert not any(is_public(one) for one in wrapped)


@given(st.ip_addresses())
def test_nothing_is_public_that_python_calls_something_else(address: IPv4Address | IPv6Address) -> None:
    if is_public(address):
        assert address.is_global
        kinds = ("private", "loopback", "link_local", "multicast", "reserved", "unspecified")
        assert not any(getattr(address, f"is_{kind}") for kind in kinds)


@given(st.ip_addresses(v=4))
def test_no_shortened_or_numeric_spelling_of_an_ipv4_address_is_taken(address: IPv4Address) -> None:
    a, b, c, d = address.packed
    spelled = (
        str(int(address)),
        hex(int(address)),
        oct(int(address)).replace("o", ""),
        f"{a}.{(b << 16) | (c << 8) | d}",
    )
    for host in (
        *spelled,
        f"{a}.{b}.{(c << 8) | d}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
    ):
        with pytest.raises(AddressRefused):
            check_url(f"https://{host}/")


@given(st.text(max_size=40))
def test_any_text_is_refused_as_an_address_or_taken_and_nothing_else(text: str) -> None:
    for url in (text, f"https://{text}", f"https://{text}/", f"https://shop.example:{text}/"):
        try:
            target = read_target(url)
        except AddressRefused:
            continue
        assert target.port in {80, 443}
        assert "." in target.host or ":" in target.host


def test_the_operator_allows_a_host_with_its_port_only() -> None:
    allow = ["127.0.0.1:8448", "matrix.internal:443", "[::1]:9000", "synapse:8008", "bücher.example:8443"]
    for url in (
        "http://127.0.0.1:8448/",
        "https://127.0.0.1:8448/",
        "https://matrix.internal/",
        "https://MATRIX.internal:443/",
        "http://[::1]:9000/",
        "http://synapse:8008/_matrix",
        "https://bücher.example:8443/",
        "https://xn--bcher-kva.example:8443/",
    ):
        check_url(url, allow)
    for url in (
        "http://127.0.0.1:8449/",
        "https://127.0.0.1/",
        "http://127.0.0.2:8448/",
        "http://2130706433:8448/",
        "http://localhost:8448/",
        "http://matrix.internal/",
        "https://a.matrix.internal:8448/",
        "http://user@127.0.0.1:8448/",
        "https://synapse/",
        "https://shop.example:8448/",
    ):
        with pytest.raises(AddressRefused):
            check_url(url, allow)


def test_the_operator_allows_a_network_and_a_port() -> None:
    allowed = Allowed.read(["10.0.0.0/8", "fd00::/8", "192.168.1.7", "*:8448"])
    check_addresses(["10.1.2.3", "fd00::1", "192.168.1.7", "8.8.8.8"], allowed)
    for url in (
        "https://10.1.2.3/",
        "http://10.1.2.3:8080/",
        "https://[fd00::1]:8448/",
        "https://shop.example:8448/",
    ):
        read_target(url, allowed)
    for address in ("::ffff:10.1.2.3", "192.168.1.8", "127.0.0.1", "fe80::1"):
        with pytest.raises(AddressRefused):
            check_addresses([address], allowed)
    with pytest.raises(AddressRefused):
        check_addresses(["fe80::1%eth0"], Allowed.read(["fe80::/10"]))
    for url in ("http://shop.example/", "http://shop.example:8448/", "https://shop.example:22/", "http://8.8.8.8/"):
        with pytest.raises(AddressRefused):
            read_target(url, allowed)


@pytest.mark.parametrize(
    "entry",
    ["", "shop.example", ":443", "a:0", "a:65536", "a:x", "10.0.0.1/8", "10.0.0.0/33", "https://a:443", "*", "a b:1"],
)
def test_an_entry_that_allows_nothing_readable_stops_the_start(entry: str) -> None:
    with pytest.raises(ConfigurationError, match=r"outgoing\.allow"):
        Allowed.read([entry])


def test_a_reply_address_out_of_a_webhook_must_lead_to_the_platform() -> None:
    hosts = ["oapi.dingtalk.com", "dingtalk.cn", ""]
    for url in (
        "https://oapi.dingtalk.com/robot/sendBySession?session=x",
        "https://OAPI.dingtalk.com:443/x",
        "https://a.dingtalk.cn/",
    ):
        assert host_allowed(url, hosts)
    for url in (
        "http://oapi.dingtalk.com/",
        "https://oapi.dingtalk.com:80/",
        "https://oapi.dingtalk.com:8443/",
        "https://dingtalk.com/",
        "https://xoapi.dingtalk.com/",
        "https://oapi.dingtalk.com.evil.example/",
        "https://oapi.dingtalk.com@evil.example/",
        "https://evil.example/oapi.dingtalk.com",
        "https://evil.example\\.dingtalk.cn/",
        "https://oapi.dingtalk.com./",
        "https://127.0.0.1/",
        "//oapi.dingtalk.com/",
        "",
    ):
        assert not host_allowed(url, hosts)
    assert not host_allowed("https://evil.example/", [""])
