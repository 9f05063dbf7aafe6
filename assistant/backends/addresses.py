"""Which addresses may be asked: public ones over https, and what the operator allows besides.

IPv4 is public unless the IANA special-purpose registry (RFC 6890 and what updates it) lists it. IPv6 is public only inside 2000::/3, which
leaves out the ways of wrapping an IPv4 address (mapped, compatible, NAT64), and there unless the registry lists it. The lists stand here
in full because ``ipaddress`` of Python 3.11 and of 3.12 disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpx

from assistant.errors import AddressRefused, ConfigurationError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PORTS: Final = {"https": 443, "http": 80}
_NOT_PUBLIC_4: Final = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: the clouds' metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_PUBLIC_6: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_6: Final = tuple(
    IPv6Network(one)
    for one in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# What ends in a number is an IPv4 address to inet_aton and to browsers, in decimal, octal, hexadecimal, or with parts left out.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be asked besides public hosts on 443 and 80 over https."""

    hosts: frozenset[tuple[str, int]] = frozenset()
    """Hosts as written in the URL, with their port: wherever they lead, and over http too."""
    networks: tuple[Network, ...] = ()
    """Addresses that count as public; written into a URL, also over http and on any port."""
    ports: frozenset[int] = frozenset(_PORTS.values())

    @classmethod
    def read(cls, entries: Iterable[str]) -> Allowed:
        """From ``host:port``, ``address`` or ``network/bits``, and ``*:port`` for a further port of any host.

        Raises:
            ConfigurationError: an entry is none of these.
        """
        hosts: set[tuple[str, int]] = set()
        networks: list[Network] = []
        ports = set(_PORTS.values())
        for entry in entries:
            if (network := _network(entry)) is not None:
                networks.append(network)
                continue
            host, port = _host_and_port(entry)
            if host == "*":
                ports.add(port)
            else:
                hosts.add((host, port))
        return cls(frozenset(hosts), tuple(networks), frozenset(ports))

    def holds(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


NOTHING_MORE: Final = Allowed()


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be asked, as far as that can be told without resolving its host (lower case, punycode, no brackets)."""

    url: httpx.URL
    host: str
    port: int


def check_url(url: str, allow: Sequence[str] = ()) -> None:
    """Early, without asking the DNS: AddressRefused(field="url") for a URL that could never be asked. ``allow`` as in ``Allowed.read``."""
    read_target(url, Allowed.read(allow))


def read_target(url: str, allowed: Allowed = NOTHING_MORE) -> Target:
    """What is asked is the very URL that was read here: a second parser might see another host in it.

    Raises:
        AddressRefused: the scheme, port or host may not be asked. The words name neither path nor query: tokens stand there.
    """
    try:
        read = httpx.URL(url)
        host = read.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        raise _refused("it is no URL with a host that exists") from None
    if read.scheme not in _PORTS:
        raise _refused("it must begin with https://")
    if read.userinfo:
        raise _refused("a URL with a user name in it is not asked")
    target = Target(read, host, read.port if read.port is not None else _PORTS[read.scheme])
    if (host, target.port) in allowed.hosts:
        return target
    literal = _literal(host)
    inside = literal is not None and allowed.holds(literal)
    if target.port not in allowed.ports and not inside:
        raise _refused(f"port {target.port} is not asked")
    if literal is not None:
        check_addresses([host], allowed)
    if read.scheme == "http" and not inside:
        raise _refused("it must begin with https://")
    return target


def check_addresses(addresses: Iterable[str], allowed: Allowed = NOTHING_MORE) -> None:
    """AddressRefused if any one of them is not public: a name that leads both inside and outside is a trap.

    The address itself is not named: whoever gave the URL may be trying to map the network behind this machine.
    """
    for written in addresses:
        try:
            address = ip_address(written)
        except ValueError:
            raise _refused("it leads to no address") from None
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            raise _refused("it leads to this machine or a private network")
        if not (allowed.holds(address) or is_public(address)):
            raise _refused("it leads to this machine or a private network")


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _NOT_PUBLIC_4)
    listed = any(address in network for network in _NOT_PUBLIC_6)
    return address.scope_id is None and address.is_global and address in _PUBLIC_6 and not listed


def host_allowed(url: str, hosts: Iterable[str]) -> bool:
    """Whether ``url`` (of a reply, say, and out of a webhook's body) leads to one of ``hosts`` or below it, over https, on its port."""
    try:
        target = read_target(url)
    except AddressRefused:
        return False
    names = [host.lower() for host in hosts if host]
    return target.port == _PORTS["https"] and any(
        target.host == name or target.host.endswith(f".{name}") for name in names
    )


def _literal(host: str) -> Address | None:
    """The address that ``host`` is, or None for a name; AddressRefused for what is neither, or is a name of this machine."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or _NUMBER.fullmatch(labels[-1]):
        raise _refused("its host is neither a name nor an address as it is usually written")
    if len(labels) == 1 or labels[-1] == "localhost":
        raise _refused("it leads to this machine or a private network")
    return None


def _network(entry: str) -> Network | None:
    try:
        return ip_network(entry)
    except ValueError:
        if "/" in entry:
            raise _unreadable(entry) from None
        return None


def _host_and_port(entry: str) -> tuple[str, int]:
    host, colon, port = entry.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) <= 65_535:
        raise _unreadable(entry)
    if host == "*":
        return host, int(port)
    try:
        read = httpx.URL(f"http://{host}").raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):
        raise _unreadable(entry) from None
    if not read or (":" not in read and not all(_LABEL.fullmatch(label) for label in read.split("."))):
        raise _unreadable(entry)
    return read, int(port)


def _refused(problem: str) -> AddressRefused:
    return AddressRefused(problem, field="url")


def _unreadable(entry: str) -> ConfigurationError:
    return ConfigurationError(
        f"outgoing.allow: {entry!r} is neither host:port, nor an address or network (10.0.0.0/8), nor *:port"
    )
